# SPDX-License-Identifier: LGPL-2.1-or-later
"""Does libkolabxml read the XML on standard input without a word? kolab_oracle.py event|task|contact|note [series]

series: the last line is what it reads of an event's series, as JSON."""

import json
import sys

import kolabformat

READERS = {"event": kolabformat.readEvent, "task": kolabformat.readTodo, "contact": kolabformat.readContact,
           "note": kolabformat.readNote}
FREQUENCIES = {getattr(kolabformat.RecurrenceRule, name): name.upper() for name in
               ("Yearly", "Monthly", "Weekly", "Daily", "Hourly", "Minutely", "Secondly")}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def clock(time):
    """As iCalendar writes it, without the zone."""
    day = f"{time.year():04d}{time.month():02d}{time.day():02d}"
    return day if time.isDateOnly() else f"{day}T{time.hour():02d}{time.minute():02d}{time.second():02d}" + "Z" * time.isUTC()


def rule(read):
    if not read.isValid():
        return None
    parts = {"FREQ": FREQUENCIES[read.frequency()], "INTERVAL": read.interval(), "WKST": DAYS[read.weekStart()]}
    lists = {"BYDAY": [f"{day.occurence() or ''}{DAYS[day.weekday()]}" for day in read.byday()],
             "BYMONTHDAY": read.bymonthday(), "BYMONTH": read.bymonth(), "BYYEARDAY": read.byyearday(),
             "BYWEEKNO": read.byweekno()}
    parts.update({name: ",".join(map(str, found)) for name, found in lists.items() if found})
    if read.count() > 0:
        parts["COUNT"] = read.count()
    if read.end().isValid():
        parts["UNTIL"] = clock(read.end())
    return ";".join(f"{name}={value}" for name, value in parts.items())


def series(event):
    return {"start": clock(event.start()), "end": clock(event.end()), "zone": event.start().timezone(),
            "rule": rule(event.recurrenceRule()),
            "rdates": [clock(time) for time in event.recurrenceDates()],
            "exdates": [clock(time) for time in event.exceptionDates()],
            "exceptions": {clock(own.recurrenceID()): {"start": clock(own.start()), "summary": own.summary()}
                           for own in event.exceptions()}}


READ = READERS[sys.argv[1]](sys.stdin.read(), False)
if kolabformat.error() != 0:
    print(kolabformat.errorMessage())
    sys.exit(1)
if "series" in sys.argv:
    print("\n" + json.dumps(series(READ)))
