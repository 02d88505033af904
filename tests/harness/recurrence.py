# SPDX-License-Identifier: LGPL-2.1-or-later
"""Recurrence as a phone reads it, counted out by python-dateutil; and Timezone. Shares nothing with the server.

MS-ASCAL "Recurrence" (2.2.2.37), MS-ASDTYPE "TimeZone" (2.7.6)
"""

import base64
import calendar
import datetime
import itertools
import struct

from .stage import Skipped

try:
    from dateutil import rrule
except ImportError:
    rrule = None

DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
DAILY, WEEKLY, MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH = 0, 1, 2, 3, 5, 6
UTC = datetime.timezone.utc


def need_dateutil():
    if rrule is None:
        raise Skipped("python3-dateutil is not installed: no series was counted out")


def instant(text):
    """20260302T080000Z or 2026-03-02T08:00:00.000Z as a time without zone, in UTC."""
    return datetime.datetime.strptime(text.replace("-", "").replace(":", "").replace(".000", ""), "%Y%m%dT%H%M%SZ")


def compact(when):
    return when.strftime("%Y%m%dT%H%M%SZ")


# Time zones

def zone_change(year, system_time):
    """When a rule of the 172 bytes changes the clock in a year: local time; None = never."""
    _year, month, weekday, nth, hour, minute, second, _msec = system_time
    if month == 0:
        return None
    days = [day for day in range(1, calendar.monthrange(year, month)[1] + 1)
            if (datetime.date(year, month, day).weekday() + 1) % 7 == weekday]
    return datetime.datetime(year, month, days[min(nth, len(days)) - 1], hour, minute, second)


def zone_minutes(blob, utc):
    """How far a phone's clock is ahead of UTC at an instant, by the Timezone of an item (base64)."""
    fields = struct.unpack("<l64s8Hl64s8Hl", base64.b64decode(blob))
    bias, standard, standard_bias, daylight, daylight_bias = fields[0], fields[2:10], fields[10], fields[12:20], fields[20]
    clocks = [-(bias + standard_bias), -(bias + daylight_bias)]
    year = (utc + datetime.timedelta(minutes=clocks[0])).year
    to_standard, to_daylight = zone_change(year, standard), zone_change(year, daylight)
    if to_standard is None or to_daylight is None:
        return clocks[0]
    # a change is told in the clock that ends with it
    to_standard -= datetime.timedelta(minutes=clocks[1])
    to_daylight -= datetime.timedelta(minutes=clocks[0])
    if to_daylight < to_standard:
        return clocks[1] if to_daylight <= utc < to_standard else clocks[0]
    return clocks[0] if to_standard <= utc < to_daylight else clocks[1]


def zone_local(blob, utc):
    return utc + datetime.timedelta(minutes=zone_minutes(blob, utc))


# Series

def days_of_mask(mask):
    return [name for bit, name in enumerate(DAYS) if mask & 1 << bit]


def rule_of(recurrence):
    """The Recurrence a phone was shown, as an RRULE without its end."""
    def number(name, default=None):
        text = recurrence.value(name)
        return default if text in (None, "") else int(text)

    kind, mask, nth = number("Type"), number("DayOfWeek", 0), number("WeekOfMonth", 0)
    parts = {"FREQ": {DAILY: "DAILY", WEEKLY: "WEEKLY", MONTHLY: "MONTHLY", MONTHLY_NTH: "MONTHLY", YEARLY: "YEARLY",
                      YEARLY_NTH: "YEARLY"}[kind], "INTERVAL": number("Interval", 1)}
    days = days_of_mask(mask)
    if kind == DAILY and mask:
        parts["FREQ"] = "WEEKLY"
    if kind in (DAILY, WEEKLY) and mask:
        parts["BYDAY"] = ",".join(days)
        parts["WKST"] = DAYS[number("FirstDayOfWeek", 1)]
    if kind in (YEARLY, YEARLY_NTH):
        parts["BYMONTH"] = number("MonthOfYear")
    if kind in (MONTHLY, YEARLY):
        day = number("DayOfMonth")
        # "or the last day": MS-ASCAL knows no months without it
        parts["BYMONTHDAY"] = day if day < 29 else ",".join(str(d) for d in range(28, day + 1))
        if day > 28:
            parts["BYSETPOS"] = -1
    if kind in (MONTHLY_NTH, YEARLY_NTH):
        parts["BYDAY"] = ",".join(days)
        parts["BYSETPOS"] = -1 if nth == 5 else nth
    if number("Occurrences"):
        parts["COUNT"] = number("Occurrences")
    return ";".join(f"{key}={value}" for key, value in parts.items())


def counted(rule, start, limit, last_day=None):
    """The first limit occurrences of an RRULE: local times. last_day: a date."""
    need_dateutil()
    found = itertools.islice(rrule.rrulestr(rule, dtstart=start), limit)
    return list(itertools.takewhile(lambda when: last_day is None or when.date() <= last_day, found))


def shown_series(item, local, limit):
    """What occurrences the phone makes of an item's Recurrence, in local time. local: UTC -> local time of the item."""
    recurrence = item.find("Recurrence")
    until = recurrence.value("Until")
    return counted(rule_of(recurrence), local(instant(item.value("StartTime"))), limit,
                   local(instant(until)).date() if until else None)
