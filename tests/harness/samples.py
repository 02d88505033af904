# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a phone must see of an object, worked out from what libkolabxml reads in it (NAME.json beside the samples of
../shared/samples/pim) and compared with the item it was sent. Shares nothing with the server.

wrong(kind, values, item, version, own) gives one sentence for each element that says something else.
"""

import datetime
import html
import re
import zoneinfo

from .recurrence import DAYS, UTC, counted, instant, need_dateutil, rule_of, shown_series, zone_local

COUNTED = 120
# of what has no Recurrence the next one counts
MANY, YEARS = 20000, datetime.timedelta(days=3000)
SENSITIVITY = {"PUBLIC": "0", "PRIVATE": "2", "CONFIDENTIAL": "3"}
ATTENDEE_STATUS = {"TENTATIVE": "2", "ACCEPTED": "3", "DECLINED": "4", "NEEDS_ACTION": "5", "NEEDS-ACTION": "5"}
# kolabcontact.h: bits of telephones and addresses; kinds of related people
WORK, HOME, TEXT, VOICE, FAX, CELL, VIDEO, PAGER, TEXTPHONE, CAR = (1 << bit for bit in range(10))
CHILD, SPOUSE, MANAGER, ASSISTANT = 1, 2, 4, 8


class Moment:
    """A date, or a time on a clock: "2026-03-02T16:00:00[America/New_York]", "…Z", "…" (floating), "2026-03-02"."""

    def __init__(self, text):
        clock, zone = re.fullmatch(r"([^\[Z]*)(?:\[(.*)\]|(Z))?", text).group(1, 2)
        self.is_date = "T" not in clock
        self.wall = datetime.datetime.fromisoformat(clock)
        self.zone = UTC if text.endswith("Z") else zoneinfo.ZoneInfo(zone) if zone else None

    def utc(self):
        """None: which instant it is depends on where one is."""
        if self.zone is None:
            return None
        return self.wall.replace(tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)

    def local(self, utc):
        return utc.replace(tzinfo=UTC).astimezone(self.zone).replace(tzinfo=None)


class Comparison:
    def __init__(self, item, version):
        self.item = item
        self.since_16 = float(version) >= 16
        self.said = []

    def is_(self, path, expected, item=None):
        """expected "" or None: absent, or empty."""
        found = (item or self.item).value(path) or ""
        if found.replace("\r\n", "\n") != (expected or ""):
            self.said.append(f"{path} is {found[:200]!r}, expected {expected!r}")

    def list_is(self, path, expected):
        found = [node.text for node in self.item.all(path)]
        if found != list(expected):
            self.said.append(f"{path} is {found}, expected {list(expected)}")

    def known(self, path, values, *names):
        """The first value under one of these names, if there is one: nobody says what else libkolabxml may tell."""
        for name in names:
            if values.get(name):
                self.is_(path, values[name][0] if isinstance(values[name], list) else values[name])

    def true(self, condition, words):
        if not condition:
            self.said.append(words)


def wrong(kind, values, item, version, own):
    """kind: event, task, contact, note. own: the user's address."""
    found = Comparison(item, version)
    {"event": _event, "task": _task, "contact": _contact, "note": _note}[kind](found, values, own)
    return found.said


# Events

def _event(found, values, own):
    if not values.get("start"):
        return
    start = Moment(values["start"])
    local = _local_of(found, start)
    series = values.get("rrule") is not None or bool(values.get("rdate"))
    shown_as_series = values.get("rrule") is not None and not values.get("rdate") and _has_words(values["rrule"])
    found.true((found.item.find("Recurrence") is not None) == shown_as_series,
               f"Recurrence is {'not ' if shown_as_series else ''}there")
    if series and not shown_as_series:
        _single(found, values, start, local)
    else:
        _times(found, values, found.item, local)
    _common(found, values, found.item, None)
    found.is_("UID", values["uid"])
    found.list_is("Categories/Category", values.get("categories", ()))
    found.is_("DtStamp", Moment(values["dtstamp"]).utc().strftime("%Y%m%dT%H%M%SZ"))
    _meeting(found, values, own)
    if shown_as_series:
        _series(found, values, start, local)
        _exceptions(found, values, local)


def _local_of(found, start):
    """UTC as the item has it -> the clock of the event."""
    blob = found.item.value("Timezone")
    if start.is_date and found.since_16:
        # a whole day is nowhere
        return lambda utc: utc
    if blob is None:
        found.said.append("there is no Timezone")
        return lambda utc: utc
    return lambda utc: zone_local(blob, utc)


def _length(text):
    """0w0d1h30m0s"""
    sign, *parts = re.fullmatch(r"(-?)(\d+)w(\d+)d(\d+)h(\d+)m(\d+)s", text).groups()
    weeks, days, hours, minutes, seconds = map(int, parts)
    length = datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if sign else length


def _end_moment(values):
    """When it ends; of whole days the last of them."""
    end = Moment(values.get("end") or values["start"])
    if not values.get("end") and values.get("duration"):
        length = _length(values["duration"])
        end.wall += length - datetime.timedelta(days=1) if end.is_date else length
    return end


def _end(values):
    end = _end_moment(values)
    # Kolab's last day is one of the event, EAS's is the one after
    return end.wall + datetime.timedelta(days=1) if end.is_date else end.wall


def _times(found, values, item, local):
    start = Moment(values["start"])
    told = instant(item.value("StartTime")), instant(item.value("EndTime"))
    found.true(local(told[0]) == start.wall, f"StartTime {told[0]} is {local(told[0])} there, expected {start.wall}")
    end = _end_moment(values)
    # the rules of one year need not be right for the end; its instant is
    if start.zone is None:
        found.true(local(told[1]) == _end(values), f"EndTime {told[1]} is {local(told[1])} there, expected {_end(values)}")
    if start.zone is not None:
        found.true(told[0] == start.utc(), f"StartTime is {told[0]}, expected {start.utc()}")
        found.true(told[1] == end.utc(), f"EndTime is {told[1]}, expected {end.utc()}")
    all_day = item.value("AllDayEvent") or found.item.value("AllDayEvent") or "0"
    found.true(all_day == str(int(start.is_date)), f"AllDayEvent is {all_day}")


def _common(found, values, item, main):
    """What events and their exceptions have alike. An exception (main: values of the series) says what differs."""
    def is_(path, expected, inherited=None):
        if main is not None and item.find(path.partition("/")[0]) is None:
            found.true((expected or "") == (inherited or ""), f"{path} of an exception is as in the series, expected {expected!r}")
        else:
            found.is_(path, expected, item)

    location = "Location/DisplayName" if found.since_16 else "Location"
    of_main = main or {}
    is_("Subject", values.get("summary"), of_main.get("summary"))
    is_(location, values.get("location"), of_main.get("location"))
    is_("Body/Data", values.get("description"), of_main.get("description"))
    is_("Sensitivity", SENSITIVITY[values["cls"]], SENSITIVITY[of_main.get("cls", "PUBLIC")])
    is_("BusyStatus", _busy(values), _busy(of_main))
    if Moment(values["start"]).zone is not None or not any(alarm["start"] for alarm in values.get("alarms", ())):
        is_("Reminder", _reminder(values), _reminder(of_main) if main else None)


def _busy(values):
    custom = dict(map(tuple, values.get("custom", ()))).get("X-MICROSOFT-CDO-BUSYSTATUS")
    if values.get("transparent"):
        return "0"
    if values.get("status") == "TENTATIVE" and not values.get("attendees"):
        return "1"
    return {"TENTATIVE": "1" if values.get("attendees") else "2", "OOF": "3"}.get(custom, "2")


def _minutes(alarm, start):
    """How long before the start an alarm is; None = after it, or counted from the end."""
    if alarm["start"]:
        before = start.utc() - Moment(alarm["start"]).utc() if start.zone else None
        return None if before is None or before < datetime.timedelta() else int(before.total_seconds()) // 60
    before = -_length(alarm["relative"])
    if alarm["related"] == "END" or before < datetime.timedelta():
        return None
    return int(before.total_seconds()) // 60


def _reminder(values):
    for kind in ("DISPLAY", "AUDIO"):
        times = [_minutes(alarm, Moment(values["start"])) for alarm in values.get("alarms", ()) if alarm["type"] == kind]
        times = [minutes for minutes in times if minutes is not None]
        if times:
            return str(min(times))
    return None


def _meeting(found, values, own):
    organizer = values.get("organizer")
    boss = (organizer["email"].lower() or None) if organizer else None
    others = [who for who in values.get("attendees", ()) if who["contact"]["email"] and who["contact"]["email"].lower() != boss]
    mine = boss in (None, own.lower())
    is_meeting = bool(values.get("attendees")) or not mine
    status = is_meeting + 2 * (is_meeting and not mine) + 4 * (is_meeting and values.get("status") == "CANCELLED")
    found.is_("MeetingStatus", str(int(status)))
    if boss:
        found.is_("OrganizerEmail", organizer["email"])
        found.is_("OrganizerName", organizer["name"] or organizer["email"])
    found.list_is("Attendees/Attendee/Email", [who["contact"]["email"] for who in others])
    found.list_is("Attendees/Attendee/Name", [who["contact"]["name"] or who["contact"]["email"] for who in others])
    found.list_is("Attendees/Attendee/AttendeeStatus", [ATTENDEE_STATUS.get(who["partstat"], "0") for who in others])
    found.list_is("Attendees/Attendee/AttendeeType", [
        "3" if who["cutype"] in ("ROOM", "RESOURCE") else "2" if who["role"] in ("OPT-PARTICIPANT", "NON-PARTICIPANT") else "1"
        for who in others])
    answers = [who["partstat"] for who in values.get("attendees", ()) if who["contact"]["email"].lower() == own.lower()]
    answer = ATTENDEE_STATUS.get(answers[0], "5") if answers else "5"
    found.is_("ResponseType", "0" if not is_meeting else "1" if mine else answer)


# Series

def _has_words(rule):
    """Can a Recurrence say it? MS-ASCAL "Recurrence Patterns" (2.2.2.37.1)"""
    parts, days = rule.keys(), rule.get("byday", ())
    if rule["freq"] not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") or rule.get("byyearday") or rule.get("byweekno"):
        return False
    if any(rule.get(name) for name in ("byhour", "byminute", "bysecond", "bysetpos")):
        return False
    numbered = [day for day in days if len(day) > 2]
    if rule["freq"] in ("DAILY", "WEEKLY"):
        return not numbered and not ({"bymonth", "bymonthday"} & parts) and (
            rule["freq"] == "WEEKLY" or not days or rule["interval"] == 1)
    if rule["freq"] == "YEARLY" and not rule.get("bymonth") and (days or rule.get("bymonthday")):
        return False
    if len(rule.get("bymonth", ())) > (rule["freq"] == "YEARLY"):
        return False
    if numbered:
        return len(days) == 1 and int(days[0][:-2]) in (-1, 1, 2, 3, 4, 5) and not rule.get("bymonthday")
    if days:
        return rule["freq"] == "MONTHLY" and rule["interval"] == 1 and not rule.get("bymonthday")
    return len(rule.get("bymonthday", (1,))) == 1 and rule.get("bymonthday", (1,))[0] in (-1, *range(1, 32))


def _occurrences(rule, start, local, limit, last_day=None):
    """Of a rule as libkolabxml tells it: local times."""
    need_dateutil()
    text = ";".join(f"{key.upper()}={','.join(map(str, value)) if isinstance(value, list) else value}"
                    for key, value in rule.items() if key != "until")
    last = Moment(rule["until"]) if rule.get("until") else None
    until = None if last is None else local(last.utc()) if last.zone else last.wall
    if last is not None and last.is_date and not start.is_date:
        until += datetime.timedelta(hours=24, seconds=-1)
    return [when for when in counted(text, start.wall, limit, last_day) if until is None or when <= until]


def _single(found, values, start, local):
    """What a Recurrence cannot say is shown at the occurrence that is not over yet, or at the last one."""
    whens = {_same_clock(Moment(text), start) for text in values.get("rdate", ())} | {start.wall}
    now = datetime.datetime.now(UTC).replace(tzinfo=None)
    if values.get("rrule"):
        whens |= set(_occurrences(values["rrule"], start, local, MANY, max(now, start.wall).date() + YEARS))
    whens -= {_same_clock(Moment(text), start) for text in values.get("exdate", ())}
    length = _end(values) - start.wall
    # it was asked for a moment ago
    wanted = {min((when for when in whens if when + length > local(at)), default=max(whens))
              for at in (now - datetime.timedelta(minutes=2), now)}
    told = local(instant(found.item.value("StartTime")))
    found.true(told in wanted, f"StartTime is {told} there, expected {sorted(wanted)}")
    found.true(local(instant(found.item.value("EndTime"))) == told + length, "EndTime does not fit StartTime")


def _series(found, values, start, local):
    """The phone has the same days, as far as both go."""
    rule = values["rrule"]
    expected = _occurrences(rule, start, local, COUNTED)
    told = shown_series(found.item, local, COUNTED)
    day = (rule.get("bymonthday") or [start.wall.day])[0]
    if rule["freq"] in ("MONTHLY", "YEARLY") and not rule.get("byday") and day > 28:
        # a phone takes the last day of a month that has it not
        told = [when for when in told if when.day == day]
        expected = expected[:len(told)]
    if rule.get("byday") and rule["byday"][0].startswith("5"):
        # there is no word for a fifth one but the last
        told = [when for when in told if when in expected]
        expected = expected[:len(told)]
    found.true(told == expected, f"Recurrence means {_days(told)}, expected {_days(expected)}")
    if rule.get("interval", 1) > 1 and rule["freq"] == "WEEKLY" and rule.get("wkst"):
        found.is_("Recurrence/FirstDayOfWeek", str(DAYS.index(rule["wkst"])))


def _days(whens):
    return " ".join(when.strftime("%Y%m%dT%H%M") for when in whens[:8]) + f" ({len(whens)})"


def _exceptions(found, values, local):
    told = {}
    for node in found.item.all("Exceptions/Exception"):
        key = node.value("InstanceId") if found.since_16 else node.value("ExceptionStartTime")
        told[local(instant(key))] = node
    start = Moment(values["start"])
    expected = {_same_clock(Moment(text), start): None for text in values.get("exdate", ())}
    for exception in values.get("exceptions", ()):
        expected[_same_clock(Moment(exception["recurrence_id"]), start)] = exception
    found.true(sorted(told) == sorted(expected), f"exceptions are of {_days(sorted(told))}, expected {_days(sorted(expected))}")
    for when in told.keys() & expected.keys():
        node, exception = told[when], expected[when]
        deleted = exception is None or exception.get("status") == "CANCELLED"
        found.true((node.value("Deleted") == "1") == deleted, f"exception of {when}: Deleted is {node.value('Deleted')}")
        if not deleted:
            _times(found, exception, node, local)
            _common(found, exception, node, values)


def _same_clock(moment, start):
    if moment.is_date and not start.is_date:
        return datetime.datetime.combine(moment.wall.date(), start.wall.time())
    return start.local(moment.utc()) if moment.zone is not None and start.zone is not None else moment.wall


# Tasks

def _stamp(when):
    return when.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _task(found, values, _own):
    found.is_("Subject", values.get("summary"))
    found.is_("Body/Data", values.get("description"))
    priority = values.get("priority", 0)
    found.is_("Importance", "1" if priority in (0, 5) else "2" if priority < 5 else "0")
    found.is_("Sensitivity", SENSITIVITY[values["cls"]])
    found.list_is("Categories/Category", values.get("categories", ()))
    done = values.get("status", "COMPLETED" if values.get("percent") == 100 else None) == "COMPLETED"
    found.is_("Complete", str(int(done)))
    if done:
        when = dict(map(tuple, values.get("custom", ()))).get("X-EAS-DATECOMPLETED")
        found.is_("DateCompleted", _stamp(instant(when) if when else Moment(values["dtstamp"]).utc()))
    for name, key in (("Start", "start"), ("Due", "due")):
        moment = Moment(values[key]) if values.get(key) else None
        found.is_(f"{name}Date", moment and _stamp(moment.wall))
        if moment is None or moment.is_date or moment.zone is not None:
            found.is_(f"Utc{name}Date", moment and _stamp(moment.wall if moment.is_date else moment.utc()))
    _task_reminder(found, values)
    rule = values.get("rrule")
    found.true((found.item.find("Recurrence") is not None) == (rule is not None and _has_words(rule)), "Recurrence is wrong")
    if rule is not None and _has_words(rule):
        _task_series(found, rule, Moment(values.get("start") or values["due"]))


def _task_series(found, rule, start):
    recurrence = found.item.find("Recurrence")
    # on the local clock, up to 14.1 in UTC: quirk 108
    found.is_("Recurrence/Start", _stamp(start.wall if start.is_date or found.since_16 else start.utc()))
    until = recurrence.value("Until")
    told = counted(rule_of(recurrence), start.wall, COUNTED, instant(until).date() if until else None)
    expected = _occurrences(rule, start, start.local if start.zone else lambda utc: utc, COUNTED)
    found.true(told == expected, f"Recurrence means {_days(told)}, expected {_days(expected)}")


def _task_reminder(found, values):
    when = []
    start = Moment(values.get("start") or values.get("due")) if values.get("start") or values.get("due") else None
    for alarm in values.get("alarms", ()):
        if alarm["type"] != "DISPLAY":
            continue
        if alarm["start"]:
            when.append(Moment(alarm["start"]).utc())
        elif start is not None and start.zone is not None and alarm["related"] == "START" and _minutes(alarm, start) is not None:
            when.append(start.utc() - datetime.timedelta(minutes=_minutes(alarm, start)))
    if len(when) == 1:
        found.is_("ReminderSet", "1")
        found.is_("ReminderTime", _stamp(when[0]))
    elif not values.get("alarms"):
        found.is_("ReminderSet", "0")
        found.is_("ReminderTime", None)


# Notes

def _note(found, values, _own):
    found.is_("Subject", values.get("summary"))
    found.is_("MessageClass", "IPM.StickyNote")
    found.is_("LastModifiedDate", _stamp(Moment(values["modified"]).utc()))
    if values.get("categories"):
        found.list_is("Categories/Category", values["categories"])
    text = values.get("description") or ""
    if re.match(r"\s*<(!doctype|html)", text, re.I):
        # the words of it
        words = html.unescape(re.sub(r"<[^>]*>", " ", text)).split()
        found.true([word for word in words if word not in (found.item.value("Body/Data") or "")] == [],
                   f"Body is {found.item.value('Body/Data')!r}")
    else:
        found.is_("Body/Data", text)


# Contacts

def _contact(found, values, _own):
    name = values.get("n") or {}
    parts = {part: " ".join(name.get(part, ())) for part in ("surname", "given", "additional", "prefix", "suffix")}
    for path, part in (("LastName", "surname"), ("FirstName", "given"), ("MiddleName", "additional"), ("Title", "prefix"),
                       ("Suffix", "suffix")):
        found.is_(path, parts[part])
    first = " ".join(filter(None, (parts["given"], parts["additional"])))
    made = ", ".join(filter(None, (parts["surname"], first)))
    found.is_("FileAs", dict(map(tuple, values.get("custom", ()))).get("X-EAS-FILEAS") or made or values.get("fn"))
    for path, key in (("Birthday", "bday"), ("Anniversary", "anniversary")):
        if not values.get(key) or re.fullmatch(r"\d{4}-\d\d-\d\d", values[key]):
            found.is_(path, _stamp(Moment(values[key]).wall) if values.get(key) else None)
    found.known("NickName", values, "nickname", "nicknames", "nick")
    found.known("JobTitle", values, "title", "titles")
    found.known("Body/Data", values, "note")
    if values.get("categories"):
        found.list_is("Categories/Category", values["categories"])
    _slots(found, ("Email1Address", "Email2Address", "Email3Address"), _preferred(
        [mail["address"] for mail in values.get("email", ())], values.get("email_pref", -1)))
    _slots(found, ("IMAddress", "IMAddress2", "IMAddress3"), values.get("im", ()))
    _telephones(found, values)
    _people(found, values)
    office = (values.get("affiliations") or [{}])[0]
    found.is_("CompanyName", office.get("org"))
    found.is_("Department", (office.get("units") or [None])[0])


def _preferred(found, pref):
    return [found[pref]] + found[:pref] + found[pref + 1:] if 0 <= pref < len(found) else found


def _slots(found, paths, values):
    for path, value in zip(paths, [*values, None, None, None]):
        found.is_(path, value)


def _telephones(found, values):
    def of(wanted):
        return [tel["number"] for tel in values.get("tel", ()) if wanted(tel["types"])]

    _slots(found, ("BusinessPhoneNumber", "Business2PhoneNumber"),
           of(lambda t: t & WORK and not t & (FAX | CELL | PAGER | CAR | TEXT | VIDEO | TEXTPHONE)))
    _slots(found, ("HomePhoneNumber", "Home2PhoneNumber"),
           of(lambda t: t & HOME and not t & (FAX | CELL | PAGER | CAR | TEXT | VIDEO | TEXTPHONE)))
    _slots(found, ("MobilePhoneNumber",), of(lambda t: t & CELL))
    _slots(found, ("BusinessFaxNumber",), of(lambda t: t & FAX and not t & HOME))
    _slots(found, ("HomeFaxNumber",), of(lambda t: t & FAX and t & HOME))
    _slots(found, ("PagerNumber",), of(lambda t: t & PAGER))
    _slots(found, ("CarPhoneNumber",), of(lambda t: t & CAR))
    _slots(found, ("CompanyMainPhone",), of(lambda t: t == VOICE))


def _people(found, values):
    related = list(values.get("related", ())) + [who for office in values.get("affiliations", ())
                                                 for who in office.get("related", ())]

    def named(kind):
        return [who["text"] for who in related if who["type"] == kind and who["text"]]

    found.is_("Spouse", (named(SPOUSE) or [None])[0])
    found.is_("ManagerName", (named(MANAGER) or [None])[0])
    found.is_("AssistantName", (named(ASSISTANT) or [None])[0])
    found.list_is("Children/Child", named(CHILD))
