# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Sync waits asleep for a worker, and the phone goes in the very moment in which its answer comes."""

import glob
import os
import signal
import time

from tests.harness.phone import E, INBOX, tree
from tests.harness.stage import check
from tests.harness.stopped import Stopped

scenario = "Where the answer to a Sync that slept was lost, the next Ping brings what it told"
spec = ["quirk 31", "decision 201"]
needs = ["own instance"]
config = "directpush_worker_max_per_user = 1\ndirectpush_device_rate = 0\n"
seconds = 20

ROUNDS = 4
ANSWER_SECS = 3


def comes(state, written):
    """Does the worker answer, while the front is stopped? Not if it was stopped before it asked."""
    end = time.monotonic() + ANSWER_SECS
    while os.stat(state).st_ino == written and time.monotonic() < end:
        time.sleep(0.01)
    return os.stat(state).st_ino != written


def run(stage):
    alice = stage.user("alice")
    phone, other = stage.phone("one", "alice"), stage.phone("two", "alice")
    phone.first_contact()
    other.first_contact()
    inbox = phone.folder(INBOX)
    front = stage.instance.pids_of("directpush")[0]
    state = glob.glob(os.path.join(stage.instance.dir, "**", phone.device_id, f"folder-{inbox}"), recursive=True)[0]

    for number in range(ROUNDS):
        alice.receives(stage.message(f"Mail {number}"))
        written = os.stat(state).st_ino
        with Stopped(stage):
            busy = other.start("FolderSync", tree("FolderHierarchy", "FolderSync", E("SyncKey", other.folder_key)))
            stage.eventually("the FolderSync did not come", lambda: stage.at_work() == 1)
            waiting = phone.start("Sync", phone.sync_tree(inbox))
            stage.eventually("the Sync did not come", lambda: stage.at_work() == 2)
        busy.wait(30)
        # with luck before the front has the Sync's answer
        os.kill(front, signal.SIGSTOP)
        try:
            lost = comes(state, written) and not waiting.ready()
            waiting.connection.close()
        finally:
            os.kill(front, signal.SIGCONT)
        stage.eventually("a request stays", lambda: stage.at_work() == 0)
        if lost:
            answer = phone.ping(60 + number, [inbox]).wait(30)
            check(answer.value("Status") == "2", f"round {number}: the Ping says {answer.value('Status')}")
        phone.close()
        phone.sync_all(inbox)
        check(len(phone.collection(inbox).items) == number + 1, f"round {number}: the phone lacks a mail")
