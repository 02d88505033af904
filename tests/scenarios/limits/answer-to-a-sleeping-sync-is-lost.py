# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Sync waits asleep for a worker, and the phone goes in the very moment in which its answer comes."""

import fcntl
import glob
import os
import signal

from tests.harness.phone import E, INBOX, tree
from tests.harness.stage import check
from tests.harness.stopped import Stopped

scenario = "Where the answer to a Sync that slept was lost, the next Ping brings what it told"
spec = ["quirk 31", "decision 201"]
needs = ["own instance"]
config = "directpush_worker_max_per_user = 1\ndirectpush_device_rate = 0\n"
seconds = 4

ROUNDS = 4


def waits_for_a_lock(pids):
    with open("/proc/locks", encoding="ascii") as locks:
        return any("->" in line and any(str(pid) in line.split() for pid in pids) for line in locks)


def is_done(lock_path, pids):
    """Workers that gave their locks back and rest have sent their answers."""
    with open(lock_path, "r+b") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            if stat.read().rsplit(")", 1)[1].split()[0] != "S":
                return False
    return True


def run(stage):
    alice = stage.user("alice")
    phone, other = stage.phone("one", "alice"), stage.phone("two", "alice")
    phone.first_contact()
    other.first_contact()
    inbox = phone.folder(INBOX)
    front = stage.instance.pids_of("directpush")[0]
    state = glob.glob(os.path.join(stage.instance.dir, "**", phone.device_id, f"folder-{inbox}"), recursive=True)[0]
    lock_path = os.path.dirname(state) + ".lock"

    for number in range(ROUNDS):
        alice.receives(stage.message(f"Mail {number}"))
        written = os.stat(state).st_ino
        # the worker gets the Sync, and waits for its device
        with open(lock_path, "r+b") as lock:
            with Stopped(stage):
                fcntl.lockf(lock, fcntl.LOCK_EX)
                busy = other.start("FolderSync", tree("FolderHierarchy", "FolderSync",
                                                      E("SyncKey", other.folder_key)))
                stage.eventually("the FolderSync did not come", lambda: stage.at_work() == 1)
                before = len(os.listdir(f"/proc/{front}/fd"))
                waiting = phone.start("Sync", phone.sync_tree(inbox))
                stage.eventually("the Sync did not come", lambda: stage.at_work() == 2)
                # no more of it than its connection, which was there
                stage.eventually("the Sync does not fall asleep",
                                 lambda: len(os.listdir(f"/proc/{front}/fd")) <= before)
            busy.wait(30)
            stage.eventually("the worker has no Sync", lambda: waits_for_a_lock(stage.workers()))
            os.kill(front, signal.SIGSTOP)
        # what the front finds then: an answer, and that nobody is there to take it
        try:
            stage.eventually("the worker did not answer", lambda: os.stat(state).st_ino != written and
                             is_done(lock_path, stage.workers()))
            check(not waiting.ready(), f"round {number}: the front does not stand still")
            waiting.connection.close()
        finally:
            os.kill(front, signal.SIGCONT)
        stage.eventually("a request stays", lambda: stage.at_work() == 0)
        answer = phone.ping(60 + number, [inbox]).wait(30)
        check(answer.value("Status") == "2", f"round {number}: the Ping says {answer.value('Status')}")
        phone.close()
        phone.sync_all(inbox)
        check(len(phone.collection(inbox).items) == number + 1, f"round {number}: the phone lacks a mail")
