# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody else holds the lock of the mailbox."""

import fcntl
import os

from tests.harness.phone import INBOX, E
from tests.harness.stage import check
from tests.harness.verbs import check_sync

scenario = "A mailbox locked by somebody else makes a change fail for now; tried again later it is done once"
spec = ["Direct Push: mailbox locked"]
needs = ["own instance"]
config = "mail_max_lock_timeout = 1 secs\n"
seconds = 5


def run(stage):
    stage.allowed_errors.append("lock|Lock|Timeout")
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", stage.message("One"))
    phone.first_contact()
    inbox = phone.folder(INBOX)
    item = next(iter(phone.collection(inbox).items))
    commands = [E("Change", E("ServerId", item), E("ApplicationData", E("Read", 1, ns="Email")))]
    path = os.path.join(stage.instance.dir, "home", alice.address, "Maildir", "dovecot.index.log")
    with open(path, "r+b") as log:
        fcntl.lockf(log, fcntl.LOCK_EX)
        answer = phone.request("Sync", phone.sync_tree(inbox, commands), timeout=40)
        check(answer.status in (200, 503), f"HTTP {answer.status}")
        if answer.status == 200:
            status = answer.value("Collections/Collection/Status")
            item_status = answer.value("Collections/Collection/Responses/Change/Status")
            check(status in ("5", "16") or item_status in ("5", "16"), f"Status {status}, item {item_status}")
            phone.apply_sync(answer)
        fcntl.lockf(log, fcntl.LOCK_UN)
    answer = phone.sync(inbox, commands, timeout=40)
    check_sync(answer)
    check(alice.count("INBOX", "seen") == 1, "the read mark was not set")
