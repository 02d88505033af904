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

    def _signal(self, signum):
        for pid in self.pids:
            try:
                os.kill(pid, signum)
            except ProcessLookupError:
                pass    # it ended by itself

    def __enter__(self):
        self._signal(signal.SIGSTOP)

    def __exit__(self, *_error):
        self._signal(signal.SIGCONT)
