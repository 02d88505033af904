# SPDX-License-Identifier: LGPL-2.1-or-later
"""An update of 350 kB: a meeting and thousands of its days, each to be looked for among all others."""

from tests.harness import kolab
from tests.harness.phone import INBOX
from tests.harness.stage import check
from tests.harness.verbs.objects import read_objects

scenario = "An update that names more days than a meeting has is a mail like others: its Sync is answered, the calendar stays"
spec = ["MS-ASEMAIL \"MessageClass\" (2.2.2.49)"]
versions = ("16.1",)

DAYS = 3000
UID = "standup@example.net"


def vevent(attendee, *lines):
    return "\n".join(["BEGIN:VEVENT", f"UID:{UID}", "SEQUENCE:1", "DTSTAMP:20260303T080000Z", *lines, "SUMMARY:New words",
                      "ORGANIZER:mailto:bo@example.net", f"ATTENDEE:mailto:{attendee}", "END:VEVENT", ""])


def update(attendee):
    days = [vevent(attendee, f"RECURRENCE-ID:{stamp}", f"DTSTART:{stamp}") for stamp in (
        f"{2026 + n // 336}{n // 28 % 12 + 1:02}{n % 28 + 1:02}T090000Z" for n in range(DAYS))]
    return ("From: bo@example.net\nSubject: Standup\nMIME-Version: 1.0\nContent-Type: text/calendar; method=REQUEST\n\n"
            "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\n"
            + vevent(attendee, "DTSTART:20260101T090000Z", "RRULE:FREQ=DAILY") + "".join(days) + "END:VCALENDAR\n").encode()


def run(stage):
    alice, phone = stage.user("alice"), stage.phone("phone", "alice")
    phone.first_contact()
    alice.has("Calendar", kolab.message("event", UID, [
        "SEQUENCE:0", "DTSTART:20260101T090000Z", "RRULE:FREQ=DAILY", "SUMMARY:Old words",
        "ORGANIZER:mailto:bo@example.net", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{alice.address}"], alice.address, True))
    before = read_objects(stage, "alice", "Calendar")
    alice.receives(update(alice.address))

    phone.sync_all(phone.folder(INBOX))
    (mail,) = phone.collection(phone.folder(INBOX)).items.values()
    check(mail.value("MessageClass") == "IPM.Note", f"the mail is {mail.value('MessageClass')}")
    check(read_objects(stage, "alice", "Calendar") == before, "the calendar changed")
