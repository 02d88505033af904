# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every Dovecot program that changes a mailbox tells the front."""

import os
import poplib
import subprocess

from tests.harness.phone import INBOX
from tests.harness.stage import check, expect_ok

scenario = "Changes made by LMTP, LDA, IMAP, POP3 and doveadm each wake the phone"
seconds = 3


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)

    def lda():
        subprocess.run([os.path.join(stage.instance.dir, "bin", "dovecot-lda"), "-d", alice.address],
                       input=stage.message("By LDA"), check=True, stdout=subprocess.DEVNULL)

    def imap_store():
        imap = alice.imap()
        expect_ok(imap.select("INBOX"))
        expect_ok(imap.store("1", "+FLAGS", "(\\Flagged)"))
        imap.logout()

    def imap_expunge():
        # the mark is a deletion to the phone already: a Sync between the two would know all
        imap = alice.imap()
        expect_ok(imap.select("INBOX"))
        expect_ok(imap.store("1", "+FLAGS", "(\\Deleted)"))
        expect_ok(imap.expunge())
        imap.logout()

    def imap_move():
        imap = alice.imap()
        expect_ok(imap.select("INBOX"))
        imap._simple_command("MOVE", "1", "Trash")
        imap.logout()

    def pop3():
        host, port = stage.instance.address("pop3")
        client = poplib.POP3(host, port)
        client.user(alice.address)
        client.pass_(stage.instance.info["password"])
        client.dele(1)
        client.quit()

    for name, change in (
            ("LMTP", lambda: alice.receives(*[stage.message(f"By LMTP {n}") for n in range(4)])),
            ("LDA", lda),
            ("IMAP APPEND", lambda: alice.has("INBOX", stage.message("By APPEND"))),
            ("IMAP STORE", imap_store), ("IMAP EXPUNGE", imap_expunge), ("IMAP MOVE", imap_move),
            ("POP3 DELE", pop3),
            ("doveadm flags", lambda: alice.flags("By LDA", "INBOX", "+\\Seen")),
            ("doveadm expunge", lambda: alice.expunges("By LDA", "INBOX"))):
        phone.sync_all(inbox)
        pending = phone.ping(60, [inbox])
        stage.eventually(f"the Ping before {name} was not parked", lambda: stage.parked() == 1)
        change()
        answer = pending.wait(5)
        check(answer.value("Status") == "2", f"{name}: the Ping was answered with Status {answer.value('Status')}")
        check([f.text for f in answer.tree.all("Folders/Folder")] == [inbox], f"{name}: other folders were named")
