# SPDX-License-Identifier: LGPL-2.1-or-later
"""Both have changed one element, and others each its own."""

from tests.harness import kolab
from tests.harness.phone import CALENDAR, CONTACTS, NOTES, TASKS, E, body_preference
from tests.harness.stage import check
from tests.harness.verbs.objects import check_change, expect_object, rewrite_object

scenario = "The same element changed by phone and server is a conflict: the server's object stays, or with Conflict 0 what the phone changed counts"
spec = ["MS-ASCMD \"Conflict\""]
versions = ("14.1", "16.1")
seconds = 5

# kind, folder, mailbox, base; what the client makes of it; what the phone sends; the phone's line and the client's; the
# client's other line, which the phone did not touch
CASES = [
    ("contact", CONTACTS, "Contacts", ["FN:Ada Lovelace", "N:Lovelace;Ada;;;", "TITLE:Countess"],
     ["TITLE:Engineer", "NICKNAME:Ady"], E("JobTitle", "Poet", ns="Contacts"), "TITLE:Poet", "TITLE:Engineer", "NICKNAME:Ady"),
    ("event", CALENDAR, "Calendar",
     ["SUMMARY:Planning", "DTSTART;TZID=/kolab.org/Europe/Berlin:20260302T090000",
      "DTEND;TZID=/kolab.org/Europe/Berlin:20260302T100000"],
     ["SUMMARY:Better planning", "LOCATION:Room 2"], E("Subject", "No planning", ns="Calendar"),
     "SUMMARY:No planning", "SUMMARY:Better planning", "LOCATION:Room 2"),
    ("task", TASKS, "Tasks", ["SUMMARY:Paint", "DUE:20260305"],
     ["SUMMARY:Paint it black", "CLASS:PRIVATE"], E("Subject", "Paint it red", ns="Tasks"),
     "SUMMARY:Paint it red", "SUMMARY:Paint it black", "CLASS:PRIVATE"),
    ("note", NOTES, "Notes", ["SUMMARY:Shopping", "DESCRIPTION:bread"],
     ["DESCRIPTION:butter", "CATEGORIES:Home"],
     E("Body", E("Type", 1, ns="AirSyncBase"), E("Data", "beer", ns="AirSyncBase"), ns="AirSyncBase"),
     "/^DESCRIPTION:beer/", "/^DESCRIPTION:butter/", "CATEGORIES:Home"),
]


def run(stage):
    alice = stage.user()
    phone = stage.phone().first_contact(())
    for kind, folder_type, mailbox, base, theirs, own, own_line, their_line, other_line in CASES:
        folder = phone.folder(folder_type)
        phone.sync_all(folder)
        for wins in (False, True):
            uid = f"{kind}-{wins}"
            before = set(phone.collection(folder).items)
            alice.has(mailbox, kolab.message(kind, uid, base + ["X-SOMETHING:else"] * (kind != "note"), alice.address))
            phone.sync_all(folder)
            item_id, = set(phone.collection(folder).items) - before
            rewrite_object(stage, "alice", mailbox, uid, theirs)
            options = [E("Conflict", int(not wins)), body_preference(1, 32768)]
            phone.change_item(folder, item_id, E("ApplicationData", own, ns="AirSync"),
                              lambda answer, wins=wins: check_change(answer, None if wins else "7"), options=options)
            expect_object(stage, "alice", mailbox, uid,
                          [own_line if wins else their_line, other_line] + ["X-SOMETHING:else"] * (kind != "note"))
            phone.sync_all(folder)
            item = phone.collection(folder).items[item_id]
            value = item.value("Body/Data") if own.name == "Body" else item.value(own.name)
            wanted = (own.value("Data") if own.name == "Body" else own.content) if wins else their_line.strip("/^").partition(":")[2]
            check(value == wanted, f"{uid}: the phone has {value!r}, expected {wanted!r}")
