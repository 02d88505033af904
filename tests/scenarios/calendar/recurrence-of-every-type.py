# SPDX-License-Identifier: LGPL-2.1-or-later
import datetime
import zoneinfo

from tests.harness import kolab
from tests.harness.phone import CALENDAR, E
from tests.harness.recurrence import UTC, compact, counted, instant, need_dateutil, shown_series, zone_local
from tests.harness.stage import Skipped, check
from tests.harness.verbs.core import check_sync, zone_blob
from tests.harness.verbs.objects import check_change, read_messages

scenario = "A series of each type is the same days for the phone that made it, for another one, and for Kolab's programs"
spec = ['MS-ASCAL "Recurrence Patterns" (2.2.2.37.1)', 'MS-ASCAL "Exceptions" (2.2.2.22)', "docs/protocol-map.md"]
versions = ("14.1", "16.1")
seconds = 20

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
BLOB = zone_blob(-60, (10, 5, 3), (3, 5, 2))
# as many as are compared, and as dates stand for a rule that Kolab's programs do not know
COUNTED = 40

# what a phone says, what it means, and the first day; Berlin changes its clocks on 2028-03-26 and 2028-10-29
PATTERNS = [
    ({"Type": 0, "Interval": 1}, "FREQ=DAILY", (2028, 3, 24)),
    ({"Type": 0, "Interval": 3}, "FREQ=DAILY;INTERVAL=3", (2028, 3, 20)),
    ({"Type": 1, "Interval": 1, "DayOfWeek": 62}, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", (2028, 3, 23)),
    ({"Type": 1, "Interval": 2, "DayOfWeek": 3, "FirstDayOfWeek": 0}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", (2028, 3, 19)),
    ({"Type": 1, "Interval": 2, "DayOfWeek": 3, "FirstDayOfWeek": 1}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO", (2028, 3, 20)),
    ({"Type": 2, "Interval": 1, "DayOfMonth": 15}, "FREQ=MONTHLY;BYMONTHDAY=15", (2028, 3, 15)),
    ({"Type": 2, "Interval": 1, "DayOfMonth": 31}, "FREQ=MONTHLY;BYMONTHDAY=-1", (2028, 1, 31)),
    ({"Type": 3, "Interval": 1, "DayOfWeek": 4, "WeekOfMonth": 2}, "FREQ=MONTHLY;BYDAY=2TU", (2028, 2, 8)),
    ({"Type": 3, "Interval": 3, "DayOfWeek": 32, "WeekOfMonth": 5}, "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR", (2028, 1, 28)),
    ({"Type": 3, "Interval": 1, "DayOfWeek": 62, "WeekOfMonth": 5}, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", (2028, 1, 31)),
    ({"Type": 5, "Interval": 1, "DayOfMonth": 3, "MonthOfYear": 10}, "FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=3", (2028, 10, 3)),
    ({"Type": 5, "Interval": 1, "DayOfMonth": 29, "MonthOfYear": 2}, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", (2028, 2, 29)),
    ({"Type": 6, "Interval": 1, "DayOfWeek": 1, "WeekOfMonth": 5, "MonthOfYear": 10}, "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", (2028, 10, 29)),
    ({"Type": 6, "Interval": 1, "DayOfWeek": 65, "WeekOfMonth": 1, "MonthOfYear": 6}, "FREQ=YEARLY;BYMONTH=6;BYDAY=SA,SU;BYSETPOS=1", (2028, 6, 3)),
]
FOREVER, OCCURRENCES, UNTIL = range(3)
# how long they go on
SOME = 12


class Series:
    """A pattern with an end: on whole days, or from 01:30 to 03:30, across the change of the clocks."""

    def __init__(self, pattern, ending, all_day, since_16):
        self.elements, self.rule, first = pattern
        self.all_day, self.since_16 = all_day, since_16
        self.start = datetime.datetime(*first, *(() if all_day else (1, 30)))
        self.days = counted(self.rule, self.start, COUNTED if ending == FOREVER else SOME)
        self.ending = {OCCURRENCES: [("Occurrences", SOME)], UNTIL: [("Until", compact(self.utc(self.days[-1])))]}.get(ending, [])

    def utc(self, local):
        if self.all_day and self.since_16:
            return local
        return local.replace(tzinfo=BERLIN).astimezone(UTC).replace(tzinfo=None)

    def end(self, local):
        return local + (datetime.timedelta(days=1) if self.all_day else datetime.timedelta(hours=2))

    def data(self):
        recurrence = list(self.elements.items())[:1] + self.ending + list(self.elements.items())[1:]
        return [E("StartTime", compact(self.utc(self.start)), ns="Calendar"),
                E("EndTime", compact(self.utc(self.end(self.start))), ns="Calendar"),
                E("AllDayEvent", int(self.all_day), ns="Calendar"),
                E("Recurrence", [E(name, value, ns="Calendar") for name, value in recurrence], ns="Calendar")]


def run(stage):
    need_dateutil()
    if not kolab.oracle_is_there():
        raise Skipped("python3-kolabformat is not installed: nobody reads what phones made of series")
    since_16 = float(stage.version) >= 16
    stage.user()
    phone, tablet = [stage.phone(name).first_contact(()) for name in ("phone", "tablet")]
    folder = phone.folder(CALENDAR)
    for device in (phone, tablet):
        device.sync_all(folder)
    for number, pattern in enumerate(PATTERNS):
        series = Series(pattern, number % 3, number % 2 == 1, since_16)
        item = add(phone, folder, f"series {number}", series)
        expect(stage, tablet, folder, item, series, f"series {number}", set(), set())
        gone, moved = series.days[1], series.days[2]
        make_exceptions(phone, folder, item, series, gone, moved)
        expect(stage, tablet, folder, item, series, f"series {number} with exceptions", {gone}, {moved})
        phone.sync_all(folder)
        other = Series(PATTERNS[(number + 1) % len(PATTERNS)], (number + 1) % 3, series.all_day, since_16)
        phone.change_item(folder, item, E("ApplicationData", other.data(), ns="AirSync"), check_change)
        expect(stage, tablet, folder, item, other, f"series {number}, made another one", None, None)
        delete(phone, folder, item)
        tablet.sync_all(folder)


def add(phone, folder, subject, series):
    zone = [] if series.all_day and series.since_16 else [E("Timezone", BLOB, ns="Calendar")]
    name = [E("ClientUid", subject, ns="Calendar")] if series.since_16 else [E("UID", subject, ns="Calendar")]
    data = E("ApplicationData", zone, E("Subject", subject, ns="Calendar"), name, series.data(), ns="AirSync")
    answer = phone.sync(folder, [E("Add", E("ClientId", subject), data)])
    check_sync(answer)
    response = answer.tree.find("Collections/Collection/Responses/Add")
    check(response is not None and response.value("Status") == "1", f"{subject}: Status {response and response.value('Status')}")
    phone.collection(folder).items[response.value("ServerId")] = data
    return response.value("ServerId")


def make_exceptions(phone, folder, item, series, gone, moved):
    """One is deleted; another gets a name of its own, and timed ones begin an hour later."""
    later = moved + datetime.timedelta(hours=0 if series.all_day else 8)
    changed = [E("Subject", "moved", ns="Calendar"), E("StartTime", compact(series.utc(later)), ns="Calendar"),
               E("EndTime", compact(series.utc(series.end(later))), ns="Calendar")]
    if not series.since_16:
        list_of_two = E("Exceptions", E("Exception", E("Deleted", 1), E("ExceptionStartTime", compact(series.utc(gone)))),
                        E("Exception", E("ExceptionStartTime", compact(series.utc(moved))), changed), ns="Calendar")
        phone.change_item(folder, item, E("ApplicationData", list_of_two, ns="AirSync"), check_change)
        return
    instance = [E("InstanceId", compact(series.utc(when)), ns="AirSyncBase") for when in (gone, moved)]
    answer = phone.sync(folder, [E("Delete", E("ServerId", item), instance[0]),
                                 E("Change", E("ServerId", item), instance[1], E("ApplicationData", changed))])
    check_sync(answer)
    for name in ("Delete", "Change"):
        check(answer.value(f"Collections/Collection/Responses/{name}/Status", "1") == "1", f"{name} of an instance was refused")


def delete(phone, folder, item):
    answer = phone.sync(folder, [E("Delete", E("ServerId", item))])
    check_sync(answer)
    del phone.collection(folder).items[item]


def expect(stage, tablet, folder, item_id, series, told, gone, moved):
    """gone, moved: None = of exceptions of before those of days that the new series has may be there still."""
    tablet.sync_all(folder)
    item = tablet.collection(folder).items[item_id]
    blob = item.value("Timezone")
    local = (lambda utc: utc) if blob is None else lambda utc: zone_local(blob, utc)
    days = shown_series(item, local, len(series.days))
    check(days == series.days, f"{told}: the other phone sees {days[:9]}, expected {series.days[:9]}")
    check(local(instant(item.value("EndTime"))) == series.end(series.start), f"{told}: EndTime is {item.value('EndTime')}")
    key = "InstanceId" if series.since_16 else "ExceptionStartTime"
    shown = {local(instant(node.value(key))): node for node in item.all("Exceptions/Exception")}
    check_exceptions(series, told, gone, moved, {when for when, node in shown.items() if node.value("Deleted") == "1"},
                     {when: node.value("Subject") for when, node in shown.items() if node.value("Deleted") != "1"})
    data = read_messages(stage, "alice", "Calendar")
    check(len(data) == 1, f"{told}: {len(data)} objects")
    read = kolab.series(data[0])
    days = kolab_days(read, len(series.days))
    check(days == series.days, f"{told}: libkolabxml reads {read}: {days[:9]}, expected {series.days[:9]}")
    check(read["zone"] == ("" if series.all_day else "Europe/Berlin"), f"{told}: it is in {read['zone']}")
    check_exceptions(series, told, gone, moved, {wall(text) for text in read["exdates"]},
                     {wall(text): own["summary"] for text, own in read["exceptions"].items()})


def check_exceptions(series, told, gone, moved, found_gone, found_moved):
    if gone is None:
        stray = (found_gone | found_moved.keys()) - set(series.days)
        check(not stray, f"{told}: exceptions of {stray}, which are no days of it")
        check(not series.since_16 or not found_gone | found_moved.keys(), f"{told}: exceptions of before are there")
        return
    check(found_gone == gone, f"{told}: {found_gone} are deleted, expected {gone}")
    check(found_moved.keys() == moved and set(found_moved.values()) <= {"moved"}, f"{told}: {found_moved} differ, expected {moved}")


def wall(text):
    return datetime.datetime.strptime(text, "%Y%m%d" if len(text) == 8 else "%Y%m%dT%H%M%S")


def kolab_days(read, limit):
    start = wall(read["start"])
    if read["rule"] is None:
        return sorted({start, *map(wall, read["rdates"])})[:limit]
    rule, _, until = read["rule"].partition(";UNTIL=")
    last = None
    if until:
        last = wall(until.rstrip("Z"))
        if until.endswith("Z"):
            last = last.replace(tzinfo=UTC).astimezone(BERLIN)
    return counted(rule, start, limit, last and last.date())
