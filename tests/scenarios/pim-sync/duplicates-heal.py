# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two messages of one object, as a crash between append and expunge leaves them."""

from tests.harness import kolab
from tests.harness.phone import E
from tests.harness.stage import check
from tests.harness.verbs.objects import read_objects

scenario = "Of two messages of one object the newer counts; the older goes with the next change, unless it is young"
spec = ["decision 170"]
versions = ("14.1", "16.1")


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    notes = phone.folder("Notes")

    def put(text, days_ago):
        alice.has("Notes", kolab.message("note", "shopping", [f"SUMMARY:{text}"], alice.address), days_ago=days_ago)

    def there():
        return [[line[8:] for line in lines if line.startswith("SUMMARY:")][0]
                for lines in read_objects(stage, "alice", "Notes")]

    def change(text):
        item = next(iter(phone.collection(notes).items))
        answer = phone.sync(notes, [E("Change", E("ServerId", item), E(
            "ApplicationData", E("Subject", text, ns="Notes"), E("MessageClass", "IPM.StickyNote", ns="Notes")))])
        check(answer.value("Collections/Collection/Status") == "1", f"Status {answer.value('Collections/Collection/Status')}")
        check(answer.tree.find("Collections/Collection/Responses") is None, "the Change was refused")

    put("Newer", 0)
    phone.sync_all(notes)
    put("Newest", 0)
    phone.sync_all(notes)
    held = [item.value("Subject") for item in phone.collection(notes).items.values()]
    check(held == ["Newest"], f"the phone holds {held}")
    change("Of the phone")
    check(there() == ["Newer", "Of the phone"], f"a young one does not stay: {there()}")
    phone.sync_all(notes)
    check(len(phone.collection(notes).items) == 1, "the phone holds more than one")
