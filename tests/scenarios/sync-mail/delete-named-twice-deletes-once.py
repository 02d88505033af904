# SPDX-License-Identifier: LGPL-2.1-or-later
"""One Sync that deletes a mail twice."""

from tests.harness.phone import INBOX, E
from tests.harness.stage import check

scenario = "A mail that one Sync names twice for deletion is in the Trash once"
spec = ["MS-ASCMD \"Delete (Sync)\""]
versions = ("12.1", "14.1", "16.1")


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", stage.message("Twice"), stage.message("Stays"))
    phone.first_contact()
    inbox = phone.folder(INBOX)
    item = next(server_id for server_id, data in phone.collection(inbox).items.items()
                if data.value("Subject") == "Twice")
    phone.collection(inbox).items.pop(item)
    phone.sync(inbox, [E("Delete", E("ServerId", item))] * 2, deletes_as_moves=True)
    check(alice.count("Trash") == 1, f"{alice.count('Trash')} in the Trash")
    check(alice.count("INBOX") == 1, f"{alice.count('INBOX')} in the INBOX")
    phone.sync_all(inbox)
    check(len(phone.collection(inbox).items) == 1, "the phone has another view")
