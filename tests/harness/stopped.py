# SPDX-License-Identifier: LGPL-2.1-or-later
"""Workers that take their time."""

import os
import signal


def holds_a_lock(pid):
    with open("/proc/locks", encoding="ascii") as locks:
        return any(str(pid) in line.split() for line in locks)


class Stopped:
    """The workers of now do nothing inside this block. None of them keeps a lock meanwhile."""

    def __init__(self, stage):
        self.pids = stage.workers()
        stage.eventually("a worker keeps a lock", lambda: not any(map(holds_a_lock, self.pids)), 5)

    def __enter__(self):
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)

    def __exit__(self, *_error):
        for pid in self.pids:
            os.kill(pid, signal.SIGCONT)
