# SPDX-License-Identifier: LGPL-2.1-or-later
"""More mails of one Sync than a device's list of what was sent has room for."""

from tests.harness.phone import E
from tests.harness.stage import check

scenario = "Eighty days are taken off a series: each mail leaves once, and a mail that was sent before is not sent again"
spec = ["decision 196", "MS-ASCMD \"ClientId\" (2.2.3.28)"]
versions = ["16.1"]
config = """
directpush_device_rate = 0
directpush_user_rate = 0
"""

DAYS = 80
MAIL = (b"To: di@example.net\r\nSubject: once\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nonce\r\n")


def element(name, *content):
    return E(name, *content, ns="Calendar")


def day(number):
    return f"2026{3 + number // 28:02}{1 + number % 28:02}T110000Z"


def run(stage):
    alice, phone = stage.user(), stage.phone()
    phone.first_contact()
    calendar = phone.folder("Calendar")
    phone.sync_all(calendar)
    series = E("ApplicationData", element("Subject", "daily"), element("StartTime", day(0)),
               element("EndTime", "20260301T120000Z"), element("ClientUid", "daily"),
               element("Recurrence", E("Type", 0), E("Interval", 1), E("Occurrences", 150)),
               element("Attendees", E("Attendee", E("Email", "bo@example.net"), E("Name", "Bo"), E("AttendeeType", 1))))
    answer = phone.sync(calendar, [E("Add", E("ClientId", "7"), series)])
    item = answer.value("Collections/Collection/Responses/Add/ServerId")
    phone.send_mail(MAIL, client_id="once")
    before = len(alice.sent())
    check(before == 2, f"{before} mails were sent at first")
    answer = phone.sync(calendar, [E("Delete", E("ServerId", item), E("InstanceId", day(number), ns="AirSyncBase"))
                                   for number in range(1, DAYS + 1)])
    check(answer.value("Collections/Collection/Status") == "1", "the days were not deleted")
    sent = len(alice.sent()) - before
    check(sent == DAYS, f"{sent} mails were sent for {DAYS} days")
    phone.send_mail(MAIL, client_id="once")
    check(len(alice.sent()) == before + DAYS, "the mail was sent again")
