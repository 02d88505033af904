# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mails that break the rules of mail."""

import glob
import os

from tests.harness.phone import INBOX, E, body_preference
from tests.harness.stage import FIXTURES, check
from tests.harness.verbs import check_sync

scenario = "Mails with broken structure, charset, encoding or headers are all shown and none stops the folder"
spec = ['docs/architecture.md "A Sync"', "quirk 33"]


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    broken = sorted(os.path.relpath(name, FIXTURES) for pattern in ("broken-*.eml", "control-*.eml")
                    for name in glob.glob(os.path.join(FIXTURES, "mails", pattern)))
    alice.has("INBOX", stage.message("Before"), *[stage.fixture(name) for name in broken], stage.message("After"))
    phone.provision()
    phone.folder_sync()
    inbox = phone.folder(INBOX)
    for body_type in (1, 2, 4):
        phone.collections.clear()
        options = [E("MIMESupport", 2 if body_type == 4 else 0), body_preference(body_type, 20000)]
        for answer in phone.sync_all(inbox, options=options):
            check_sync(answer)
        held = phone.collection(inbox).items
        check(len(held) == len(broken) + 2, f"type {body_type}: {len(held)} of {len(broken) + 2} mails are shown: "
              f"{[item.value('Subject') for item in held.values()]}")
        subjects = [item.value("Subject") for item in held.values()]
        check("Before" in subjects and "After" in subjects, f"type {body_type}: {subjects}")
        for item in held.values():
            check(item.value("DateReceived"), "a mail without DateReceived")
