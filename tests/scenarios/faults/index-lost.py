# SPDX-License-Identifier: LGPL-2.1-or-later
"""The mailbox's index files are gone: modseqs count from the start again, UIDs stay."""

import glob
import os

from tests.harness.phone import INBOX
from tests.harness.stage import check
from tests.harness.verbs import check_sync

scenario = "After a lost index a phone hears of what changed meanwhile, and of nothing else"
spec = ["quirk 8", 'docs/architecture.md "A Sync"']
needs = ["own instance"]
seconds = 3


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", *[stage.message(f"Mail {n}") for n in range(10)])
    for number in range(10):
        alice.flags(f"Mail {number}", "INBOX", "+\\Seen")
    phone.first_contact()
    inbox = phone.folder(INBOX)
    check(len(phone.collection(inbox).items) == 10, "the first Sync did not bring all")
    alice.doveadm("kick", alice.address, check=False)
    stage.reload()
    for path in glob.glob(os.path.join(stage.instance.dir, "home", alice.address, "Maildir", "dovecot.index*")):
        os.unlink(path)
    answer = phone.sync(inbox)
    check(answer.body == b"", "a lost index alone is told to the phone")
    alice.flags("Mail 7", "INBOX", "-\\Seen")
    alice.has("INBOX", stage.message("New"))
    answer = phone.sync(inbox)
    check_sync(answer)
    commands = [c.name for c in answer.tree.all("Collections/Collection/Commands")[0].children]
    check(sorted(commands) == ["Add", "Change"], f"told: {commands}")
