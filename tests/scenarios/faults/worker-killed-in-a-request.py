# SPDX-License-Identifier: LGPL-2.1-or-later
"""The worker dies while a phone waits for its answer."""

import os
import signal
import time

from tests.harness.phone import INBOX, E
from tests.harness.stage import check
from tests.harness.verbs import check_sync

scenario = "A worker that dies in the middle of a request gives 503 and Retry-After; the repeated request does it all once"
spec = ["Direct Push: worker killed"]
needs = ["own instance"]


def run(stage):
    stage.allowed_errors.append("killed with signal 9|worker|Worker")
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", stage.message("One"))
    phone.first_contact()
    inbox = phone.folder(INBOX)
    item = next(iter(phone.collection(inbox).items))
    alice.has("INBOX", stage.message("Two"))
    key = phone.collection(inbox).key
    commands = [E("Change", E("ServerId", item), E("ApplicationData", E("Read", 1, ns="Email")))]
    workers = stage.workers()
    check(workers, "no worker was kept")
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    pending = phone.start("Sync", phone.sync_tree(inbox, commands))
    # The request is on its way to the stopped worker; it does not answer.
    check(not pending.connection.readable(0.5), "answered by a stopped worker")
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    started = time.monotonic()
    answer = pending.wait(40)
    if answer.status == 503:
        check(answer.header("Retry-After"), "503 without Retry-After")
        check(time.monotonic() - started < 5, "the front noticed late")
        check(phone.collection(inbox).key == key, "")
        answer = phone.sync(inbox, commands)
    else:
        # A front may also try once more with a new worker.
        phone.apply_sync(answer)
    check_sync(answer)
    phone.sync_all(inbox)
    check(len(phone.collection(inbox).items) == 2, f"the phone holds {len(phone.collection(inbox).items)} items")
    check(alice.count("INBOX", "seen") == 1, "the read mark was not set")
