# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two phones and another client that edit the same object, each another element of it, in every order.

Used by scenarios/pim/*editors*.py.
"""

import itertools

from . import kolab
from .phone import CALENDAR, CONTACTS, NOTES, TASKS, E
from .stage import check
from .verbs.objects import check_change, expect_object, rewrite_object

PHONE, TABLET, CLIENT = "phone", "tablet", "client"


class Case:
    """One class: base content lines, and for each editor what it changes.

    edits: editor -> (what it sends: elements, or content lines for the client; the content line expected in
    the object, and path and value expected on phones).
    """

    def __init__(self, kind, folder_type, mailbox, base, edits):
        self.kind = kind
        self.folder_type = folder_type
        self.mailbox = mailbox
        self.base = base
        self.edits = edits


def cases(version):
    location = "Location/DisplayName" if float(version) >= 16 else "Location"
    return [
        Case("contact", CONTACTS, "Contacts",
             ["FN:Ada Lovelace", "N:Lovelace;Ada;;;", "TEL;TYPE=cell:+49 1", "EMAIL:ada@example.org", "X-SOMETHING:else"],
             {PHONE: ([E("MobilePhoneNumber", "+49 2", ns="Contacts")], "/^TEL.*cell.*:\\+49 2$/", "MobilePhoneNumber", "+49 2"),
              TABLET: ([E("JobTitle", "Countess", ns="Contacts")], "TITLE:Countess", "JobTitle", "Countess"),
              CLIENT: (["NICKNAME:Ady"], "NICKNAME:Ady", "NickName", "Ady")}),
        Case("event", CALENDAR, "Calendar",
             ["SUMMARY:Planning", "DTSTART;TZID=/kolab.org/Europe/Berlin:20260302T090000",
              "DTEND;TZID=/kolab.org/Europe/Berlin:20260302T100000", "LOCATION:Room 1", "X-SOMETHING:else"],
             {PHONE: ([E("Subject", "Better planning", ns="Calendar")], "SUMMARY:Better planning", "Subject", "Better planning"),
              TABLET: ([E("Sensitivity", 2, ns="Calendar")], "CLASS:PRIVATE", "Sensitivity", "2"),
              CLIENT: (["LOCATION:Room 2"], "LOCATION:Room 2", location, "Room 2")}),
        Case("task", TASKS, "Tasks",
             ["SUMMARY:Paint", "DUE:20260305", "RELATED-TO:house", "X-SOMETHING:else"],
             {PHONE: ([E("Subject", "Paint it black", ns="Tasks")], "SUMMARY:Paint it black", "Subject", "Paint it black"),
              TABLET: ([E("Importance", 2, ns="Tasks")], "PRIORITY:1", "Importance", "2"),
              CLIENT: (["CLASS:PRIVATE"], "CLASS:PRIVATE", "Sensitivity", "2")}),
        Case("note", NOTES, "Notes",
             ["SUMMARY:Shopping", "DESCRIPTION:bread"],
             {PHONE: ([E("Subject", "Groceries", ns="Notes")], "SUMMARY:Groceries", "Subject", "Groceries"),
              TABLET: ([E("Categories", E("Category", "Home", ns="Notes"), ns="Notes")], "CATEGORIES:Home",
                       "Categories/Category", "Home"),
              CLIENT: (["DESCRIPTION:butter"], "/^DESCRIPTION:butter/", "Body/Data", "butter")}),
    ]


def edit_in_every_order(stage, look_before, raw=False, kinds=kolab.KINDS):
    """look_before: each phone Syncs before it edits; else it edits what it had at the beginning.
    raw: the objects are iCalendar and vCard messages."""
    alice = stage.user()
    phones = {name: stage.phone(name).first_contact(()) for name in (PHONE, TABLET)}
    for case in [case for case in cases(stage.version) if case.kind in kinds]:
        for number, order in enumerate(itertools.permutations((PHONE, TABLET, CLIENT))):
            _edit_in_order(stage, alice, phones, case, f"{case.kind}-{'seen' if look_before else 'unseen'}-{number}", order, look_before, raw)


def _edit_in_order(stage, alice, phones, case, uid, order, look_before, raw):
    folders = {name: phone.folder(case.folder_type) for name, phone in phones.items()}
    for name, phone in phones.items():
        phone.sync_all(folders[name])
    before = set(phones[PHONE].collection(folders[PHONE]).items)
    alice.has(case.mailbox, kolab.message(case.kind, uid, case.base, alice.address, raw))
    for name, phone in phones.items():
        phone.sync_all(folders[name])
    new = set(phones[PHONE].collection(folders[PHONE]).items) - before
    check(len(new) == 1, f"{uid}: {len(new)} new items")
    item_id = new.pop()
    for who in order:
        what = case.edits[who][0]
        if who == CLIENT:
            rewrite_object(stage, "alice", case.mailbox, uid, what)
            continue
        phone = phones[who]
        if look_before:
            phone.sync_all(folders[who])
        phone.change_item(folders[who], item_id, E("ApplicationData", what, ns="AirSync"), check_change)
    told = f"{uid}, edited by {', '.join(order)}"
    try:
        expect_object(stage, "alice", case.mailbox, uid, [line for _what, line, _path, _value in case.edits.values()]
                      + [line for line in case.base if line.startswith(("X-", "RELATED"))])
    except AssertionError as error:
        raise AssertionError(f"{told}: {error}") from None
    for name, phone in phones.items():
        phone.sync_all(folders[name])
        item = phone.collection(folders[name]).items[item_id]
        for _what, _line, path, expected in case.edits.values():
            check(item.value(path) == expected, f"{told}: {path} of the {name} is {item.value(path)!r}, expected {expected!r}")
