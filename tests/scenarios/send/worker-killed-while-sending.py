# SPDX-License-Identifier: LGPL-2.1-or-later
"""The worker dies when the mail is out but the server's answer is not in: the phone's second try sends nothing again."""

import os
import signal

from tests.harness.stage import check

scenario = "A mail that was on its way when the worker died is sent once, and its copy is made up for"
spec = ["decision 040"]
needs = ["own instance", "version >= 14.0"]
versions = ["14.1", "16.1"]


def run(stage):
    stage.allowed_errors.append("killed with signal 9|worker|Worker")
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    message = stage.fixture("mails/outgoing.eml").replace(b"{sender}", alice.address.encode())
    sink = os.path.join(stage.instance.dir, "smtp")
    with open(os.path.join(sink, "control"), "w", encoding="utf-8") as control:
        control.write("data gate\n")
    pending = phone.send_mail(message, "once-1", start=True)
    stage.eventually("the mail is on its way", lambda: any(n.startswith("spool.") for n in os.listdir(sink)))
    check(not pending.connection.readable(0.5), "answered before the server did")
    for pid in stage.workers():
        os.kill(pid, signal.SIGKILL)
    with open(os.path.join(sink, "gate"), "wb"):
        pass
    os.unlink(os.path.join(sink, "control"))
    pending.reset()
    stage.eventually("the server has the mail", lambda: len(alice.sent()) == 1)
    check(alice.count("Sent") == 0, "a copy was made by nobody")
    answer = phone.send_mail(message, "once-1")
    check(answer.status == 200 and not answer.body, f"HTTP {answer.status}")
    check(len(alice.sent()) == 1, "sent twice")
    check(alice.count("Sent") == 1, "no copy was made up for")
    answer = phone.send_mail(message, "once-1")
    check(answer.status == 200 and alice.count("Sent") == 1, "the copy was made twice")
