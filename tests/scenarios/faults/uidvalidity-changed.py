# SPDX-License-Identifier: LGPL-2.1-or-later
"""The mailbox got new UIDs: its uidlist is gone."""

import glob
import os

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "Lost UIDs mean that the phone starts the folder again, and then has all of it"
spec = ['docs/architecture.md "A Sync"', 'MS-ASCMD "Status (Sync)"']
needs = ["own instance"]
seconds = 3


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", *[stage.message(f"Mail {n}") for n in range(3)])
    phone.first_contact()
    inbox = phone.folder(INBOX)
    stage.reload()
    home = os.path.join(stage.instance.dir, "home", alice.address, "Maildir")
    for path in glob.glob(os.path.join(home, "dovecot.index*")) + [os.path.join(home, "dovecot-uidlist")]:
        os.unlink(path)
    answer = phone.request("Sync", phone.sync_tree(inbox))
    status = answer.value("Collections/Collection/Status")
    check(status in ("3", "8") and answer.status == 200, f"HTTP {answer.status}, Status {status}")
    # What a phone does then. The Maildir's GUID was in the lost file too, so the folder may have a new id.
    for _ in range(2):
        phone.folder_sync(key="0")
        inbox = phone.folder(INBOX)
        phone.collections.clear()
        phone.sync_all(inbox)
        if phone.collection(inbox).items:
            break
    held = len(phone.collection(inbox).items)
    check(held == 3, f"the folder is not whole: {held} of 3")
