# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests that are made to cost much, and what they may cost.

While one is at work another user is served; it is answered; no worker needs more memory than MAX_RESIDENT_KB. A worker that
is ended by its vsz_limit (Dovecot's default_vsz_limit, 256 MB) says so in the log, which fails the scenario by itself.
"""

import re

from .dovecot import read
from .stage import check

MAX_RESIDENT_KB = 160 * 1024
ANSWER_SECS = 120      # nothing depends on how long it takes, but it ends


class Bounds:
    """For a scenario with an instance of its own: all workers are looked at."""

    def __init__(self, stage, neighbour="bob"):
        self.stage = stage
        self.neighbour = stage.phone("neighbour", neighbour)
        self.neighbour.first_contact()
        self.peak_kb = 0
        self.peak_of = "nothing"

    def look(self, label):
        """Check what workers have needed so far."""
        for pid in self.stage.workers():
            found = re.search(r"^VmHWM:\s+(\d+) kB", read(f"/proc/{pid}/status"), re.M)
            if found and int(found.group(1)) > self.peak_kb:
                self.peak_kb, self.peak_of = int(found.group(1)), label
        check(self.peak_kb <= MAX_RESIDENT_KB, f"{self.peak_of}: a worker needs {self.peak_kb} kB")

    def ask(self, label, phone, command, body, statuses=(200, 400), **kwargs):
        """Send a request, see the neighbour served, and return the answer."""
        pending = phone.start(command, body, **kwargs)
        answer = self.neighbour.folder_sync()
        check(answer.value("Status") == "1", f"{label}: the neighbour hears {answer.status} {answer.value('Status')}")
        answer = pending.wait(ANSWER_SECS)
        check(answer.status in statuses, f"{label}: HTTP {answer.status}")
        self.look(label)
        return answer
