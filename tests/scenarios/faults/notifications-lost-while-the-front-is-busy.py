# SPDX-License-Identifier: LGPL-2.1-or-later
"""The FIFO is full: the mail plugin has to send again."""

import os
import signal

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "Changes made while the FIFO is full are told when there is room again"
spec = ["Direct Push: overflow of the FIFO resent"]
needs = ["own instance"]
seconds = 5


def run(stage):
    stage.allowed_errors.append("notif|Notif|Invalid")
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    pending = phone.ping(600, [inbox])
    stage.expect_parked(1)
    imap = alice.imap()      # stays, so that its process can send again
    front = stage.instance.pids_of("directpush")
    for pid in front:
        os.kill(pid, signal.SIGSTOP)
    fifo = os.open(os.path.join(stage.instance.dir, "run", "directpush-notify"), os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(fifo, b"\nnoise\n")
    except BlockingIOError:
        pass
    finally:
        os.close(fifo)
    imap.append("INBOX", "", None, stage.message("Into a full FIFO"))
    for pid in front:
        os.kill(pid, signal.SIGCONT)
    answer = pending.wait(10)
    check(answer.value("Status") == "2", f"Status {answer.value('Status')}")
    imap.logout()
