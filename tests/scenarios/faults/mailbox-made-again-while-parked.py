# SPDX-License-Identifier: LGPL-2.1-or-later
"""While a phone waits, a mailbox goes and comes again with the same name; then the index goes."""

import glob
import os

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "A mailbox that is deleted and made again while a phone waits is another folder; a lost index is no news"
spec = ['docs/architecture.md "A Sync"']
needs = ["own instance"]
seconds = 3


def run(stage):
    stage.allowed_errors.append("indexid changed")
    alice, phone = stage.user("alice"), stage.phone()
    alice.doveadm("mailbox create", "Work")
    alice.has("Work", stage.message("Old"))
    phone.first_contact()
    inbox, work = phone.folder(INBOX), phone.folder("Work")
    phone.sync_all(work)
    pending = phone.ping(600, [inbox, work])
    stage.expect_parked(1)
    alice.doveadm("mailbox delete", "Work")
    alice.doveadm("mailbox create", "Work")
    alice.has("Work", stage.message("New"))
    answer = pending.wait(10)
    if answer.value("Status") == "2":
        # Dovecot told of the old one's last mail first: a Sync of it says that it is gone
        named = [node.text for node in answer.tree.all("Folders/Folder")]
        check(named == [work], f"the Ping names {named}")
        gone = phone.request("Sync", phone.sync_tree(work)).value("Collections/Collection/Status")
        check(gone in ("8", "12"), f"Sync of the old folder: Status {gone}")
    else:
        check(answer.value("Status") == "7", f"Status {answer.value('Status')}")
    phone.folder_sync()
    check(work not in phone.folders, "the old folder is still there")
    again = phone.folder("Work")
    phone.sync_all(again)
    found = [item.value("Subject") for item in phone.collection(again).items.values()]
    check(found == ["New"], f"in the new folder: {found}")
    answer = phone.request("Sync", phone.sync_tree(work))
    status = answer.value("Collections/Collection/Status")
    check(answer.status == 200 and status in ("8", "12"), f"Sync of the old one: HTTP {answer.status}, Status {status}")
    # the index
    alice.has("INBOX", *[stage.message(f"Mail {number}") for number in range(5)])
    phone.sync_all(inbox)
    pending = phone.ping(600, [inbox, again])
    stage.expect_parked(1)
    for path in glob.glob(os.path.join(stage.instance.dir, "home", alice.address, "Maildir", "dovecot.index*")):
        os.unlink(path)
    check(not pending.connection.readable(0.5), "answered without a change")
    alice.receives(stage.message("After the loss"))
    answer = pending.wait(10)
    check(answer.value("Status") == "2", f"Status {answer.value('Status')}")
    told, statuses = [], []

    def sync():
        answer = phone.sync(inbox)
        told.extend(node.name for commands in answer.tree.all("Collections/Collection/Commands")
                    for node in commands.children) if answer.tree else None
        statuses.append((answer.status, answer.value("Collections/Collection/Status")))
        return told
    # a worker that has the old index open is told by Dovecot that it is broken
    stage.eventually(lambda: f"nothing is told: {statuses}", sync)
    check(told == ["Add"], f"told: {told}")
    check({status for _, status in statuses} <= {"1", "5", "16"}, f"told meanwhile: {statuses}")
    check(len(phone.collection(inbox).items) == 6, f"{len(phone.collection(inbox).items)} mails")
