# SPDX-License-Identifier: LGPL-2.1-or-later
"""iOS fetches mails one by one, in several requests at once, each of another folder."""

from tests.harness.phone import INBOX, SENT, TRASH, E
from tests.harness.stage import check

scenario = "Syncs with a single Fetch each, of three folders at once, over and over, are all answered"
spec = ["quirk 120"]
ROUNDS = 5


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    for mailbox in ("INBOX", "Sent", "Trash"):
        alice.has(mailbox, *[stage.message(f"{mailbox} {n}") for n in range(ROUNDS)])
    folders = (INBOX, SENT, TRASH)
    phone.first_contact(sync=folders)
    collections = [phone.collection(phone.folder(kind)) for kind in folders]
    items = [list(collection.items) for collection in collections]
    for number in range(ROUNDS):
        pending = [phone.start("Sync", phone.sync_tree(collection.id, commands=[
            E("Fetch", E("ServerId", items[at][number]))])) for at, collection in enumerate(collections)]
        for one in pending:
            answer = one.wait(10)
            check(answer.status == 200, f"HTTP {answer.status}")
            found = answer.tree.find("Collections/Collection/Responses/Fetch")
            check(found is not None and found.value("Status") == "1", f"round {number}: {answer.tree}")
            phone.apply_sync(answer)
