# SPDX-License-Identifier: LGPL-2.1-or-later
"""iOS Mail sends SyncKey 0 for the same folder twice at once."""

from tests.harness.phone import INBOX
from tests.harness.stage import check
from tests.harness.verbs import check_sync

scenario = "A second SyncKey 0 while the first is on its way does not break the first: both keys work on"
spec = ["quirk 5", 'docs/architecture.md "A Sync"']


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", *[stage.message(f"Mail {n}") for n in range(30)])
    phone.provision()
    phone.folder_sync()
    inbox = phone.folder(INBOX)
    both = [phone.start("Sync", phone.sync_tree(inbox, key="0")) for _ in range(2)]
    keys = []
    for pending in both:
        answer = pending.wait(20)
        check_sync(answer)
        keys.append(answer.value("Collections/Collection/SyncKey"))
    # The phone goes on with the key of either answer.
    for key in keys:
        answer = phone.request("Sync", phone.sync_tree(inbox, key=key, window=50))
        check_sync(answer)
        added = len(answer.tree.all("Collections/Collection/Commands/Add"))
        check(added == 30, f"key {key} of {keys} brought {added} items")
