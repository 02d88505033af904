# SPDX-License-Identifier: LGPL-2.1-or-later
"""The worker does not answer at all."""

import os
import signal
import time

from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "A worker that hangs is given up after directpush_worker_timeout with 503, other users are served meanwhile"
needs = ["own instance"]
config = "directpush_worker_timeout = 2 secs\ndirectpush_body_timeout = 2 secs\n"
seconds = 4


def holds_a_lock(pid):
    with open("/proc/locks") as locks:
        return any(str(pid) in line.split() for line in locks)


def run(stage):
    stage.allowed_errors.append("worker|Worker|killed with signal")
    phone, other = stage.phone("phone", "alice"), stage.phone("other", "bob")
    phone.first_contact()
    workers = stage.workers()
    # One that has answered may still be about to let go of the device's lock.
    stage.eventually("a worker keeps a lock", lambda: not any(map(holds_a_lock, workers)), 5)
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    try:
        body = tree("FolderHierarchy", "FolderSync", E("SyncKey", phone.folder_key))
        started = time.monotonic()
        pending = phone.start("FolderSync", body)
        other.first_contact()
        check(time.monotonic() - started < 6, "another user had to wait")
        answer = pending.wait(15)
        check(answer.status == 503, f"HTTP {answer.status}")
        check(answer.header("Retry-After"), "503 without Retry-After")
        check(1.5 < time.monotonic() - started < 14, f"after {time.monotonic() - started:.1f} s")
        # a user may have several, and all are stopped: each is given up once
        for _ in workers:
            answer = phone.request("FolderSync", body, timeout=20)
            if answer.status == 200:
                break
        check(answer.status == 200, "not served by a new worker")
    finally:
        for pid in workers:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
