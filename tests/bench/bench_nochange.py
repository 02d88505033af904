# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Sync with nothing new, in a small and in a large folder: its cost must not grow with the folder."""

import os

from tests.bench import figures
from tests.harness.dovecot import MAIL_UID
from tests.harness.phone import INBOX, E, body_preference
from tests.harness.stage import check

ROUNDS = 200
SIZES = (100, 50000)


def fill(stage, user, count):
    """Messages straight into the maildir."""
    new = os.path.join(stage.instance.dir, "home", user.address, "Maildir", "new")
    for number in range(count):
        path = os.path.join(new, f"1700000000.M{number}P1.bench")
        with open(path, "wb") as out:
            out.write(stage.message(f"Mail {number}", "Short.\n"))
        os.chown(path, MAIL_UID, MAIL_UID)
    user.doveadm("index", "INBOX")


def run(stage, quick):
    options = [E("FilterType", 0), body_preference(1, 200)]
    for number, size in enumerate(SIZES):
        size = size // 10 if quick and size > 1000 else size
        user, phone = stage.user(f"u{number}"), stage.phone(f"p{number}", f"u{number}")
        user.has("INBOX", stage.message("First"))
        fill(stage, user, size - 1)
        phone.provision()
        phone.folder_sync()
        inbox = phone.folder(INBOX)
        phone.sync_all(inbox, window=512, options=options)
        check(len(phone.collection(inbox).items) == size, f"{len(phone.collection(inbox).items)} of {size} items")
        phone.sync(inbox, options=options)
        found = []
        for _ in range(ROUNDS):
            answer = phone.request("Sync", phone.sync_tree(inbox, options=options))
            check(answer.status == 200 and not answer.body, "something has changed")
            found.append(answer.elapsed)
        figures.times(f"Sync with no change, {size} mails, warm worker, median / p95", found, "<= 2 ms, both the same")
