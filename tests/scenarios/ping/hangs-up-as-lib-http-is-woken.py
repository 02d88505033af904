# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Ping sleeps with a slow worker; the phone sends something else, which wakes lib-http, and is gone before that has begun."""

import os
import signal
import time

from tests.harness.phone import INBOX
from tests.harness.stage import check
from tests.harness.stopped import Stopped

scenario = "A phone that goes in the moment in which its sleeping request is woken takes nothing with it"
spec = ['docs/architecture.md "A Ping"']
needs = ["own instance"]
# a worker may still run the Ping of the round before: it is not to be helped by a second one
config = "directpush_worker_max_per_user = 1\n"
# which comes first, the end of the line or lib-http's turn, is for the kernel to say
ROUNDS = 12


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def settled(stage, front):
    """How many descriptors it has when the phone is gone and the worker waits."""
    stage.eventually("the phone stays", lambda: stage.counters()["connections"] == 0)
    found = descriptors(front)
    # what the front was just asked on may still be open
    for _ in range(10):
        time.sleep(0.02)
        found = min(found, descriptors(front))
    return found


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    (front,) = stage.instance.pids_of("directpush")
    phone.close()
    at_rest = settled(stage, front)
    for number in range(ROUNDS):
        with Stopped(stage):
            # one that was asked before would need no worker
            pending = phone.ping(600 + number, [inbox])
            stage.eventually("the Ping did not come", lambda: stage.at_work() == 1)
            # lib-http's two sockets are gone
            stage.eventually("it does not sleep", lambda: descriptors(front) == at_rest + 1)
            # the front finds both at once
            os.kill(front, signal.SIGSTOP)
            pending.connection.send(b"POST / HTTP/1.1\r\n")
            if number % 2 == 0:
                pending.connection.close()
            else:
                pending.connection.reset()
            os.kill(front, signal.SIGCONT)
            stage.eventually("a request stays", lambda: stage.at_work() == 0)
    check(stage.instance.pids_of("directpush") == [front], "the front is another process")
    pending = phone.ping(700, [inbox])
    stage.expect_parked(1)
    alice.receives(stage.message("Lunch?"))
    check(pending.wait().value("Status") == "2", "not woken")
