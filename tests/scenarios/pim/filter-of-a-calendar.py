# SPDX-License-Identifier: LGPL-2.1-or-later
import datetime

from tests.harness import kolab
from tests.harness.phone import CALENDAR, E
from tests.harness.stage import check

scenario = "A calendar's FilterType leaves out what is over for good, not series that go on"
spec = ['MS-ASCMD "FilterType(Sync)"', "decision 170"]
versions = ("14.1", "16.1")

TWO_WEEKS, ALL = 4, 0


def run(stage):
    alice, phone = stage.user(), stage.phone()
    phone.first_contact(())
    today = datetime.datetime.now(datetime.timezone.utc).replace(hour=12, minute=0, second=0, microsecond=0)

    def event(name, days, *more):
        start = today + datetime.timedelta(days=days)
        stamp = [(start + datetime.timedelta(hours=hours)).strftime("%Y%m%dT%H%M%SZ") for hours in (0, 1)]
        alice.has("Calendar", kolab.message("event", name, [f"SUMMARY:{name}", f"DTSTART:{stamp[0]}", f"DTEND:{stamp[1]}",
                                                            *more], alice.address))

    event("tomorrow", 1)
    event("next year", 365)
    event("last week", -7)
    event("last month", -31)
    event("last year", -365)
    event("endless series", -800, "RRULE:FREQ=WEEKLY")
    event("series of last year", -500, "RRULE:FREQ=WEEKLY;COUNT=10")
    event("series ending now", -63, "RRULE:FREQ=WEEKLY;COUNT=10")
    folder = phone.folder(CALENDAR)

    def subjects():
        return sorted(item.value("Subject") for item in phone.collection(folder).items.values())

    phone.sync_all(folder, options=[E("FilterType", TWO_WEEKS)])
    recent = ["endless series", "last week", "next year", "series ending now", "tomorrow"]
    check(subjects() == recent, f"the phone holds {subjects()}")
    phone.sync_all(folder, options=[E("FilterType", ALL)])
    check(len(subjects()) == 8, f"the phone holds {subjects()}")
    phone.sync_all(folder, options=[E("FilterType", TWO_WEEKS)])
    check(subjects() == recent, f"the phone holds {subjects()}")
