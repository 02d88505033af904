# SPDX-License-Identifier: LGPL-2.1-or-later
"""Does anything grow? Memory and descriptors of the front and the workers, and the front's own counters."""

import os
import statistics
import time

from tests.bench import figures
from tests.harness.stage import check

# What memory may differ by between the first and the last quarter of the steady part, and be no leak: a mailbox has a few
# mails more, the allocator another hole.
NOISE_BYTES, NOISE_SHARE = 512 * 1024, 0.05
# Shorter than that nothing is said about memory.
JUDGED_SECS = 300
SETTLE_SECS = 120


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Watch:
    """Samples by process: (when, anonymous memory)."""

    def __init__(self, stage):
        self.stage = stage
        self.samples = {}

    def sample(self):
        """Look once; the front's memory and how many workers there are."""
        now = time.monotonic()
        fronts, workers = self.stage.instance.pids_of("directpush"), self.stage.workers()
        memory = 0
        for pid in fronts + workers:
            used = figures.status(pid, "RssAnon")
            if used:
                self.samples.setdefault(pid, []).append((now, used))
                memory += used if pid in fronts else 0
        return memory, len(workers)

    def growth(self, pid):
        """(bytes it began with, bytes it grew by), from the medians of the first and the last quarter."""
        used = [value for _when, value in self.samples[pid]]
        quarter = max(len(used) // 4, 1)
        first = statistics.median(used[:quarter])
        return first, statistics.median(used[-quarter:]) - first

    def verdict(self, began, secs):
        """Lines about each process that lived through most of it; the processes that grew too much."""
        lines, leaks = [], []
        fronts = self.stage.instance.pids_of("directpush")
        for pid, found in sorted(self.samples.items()):
            lived = found[-1][0] - max(found[0][0], began)
            if lived < 0.6 * secs:
                continue
            first, grown = self.growth(pid)
            allowed = NOISE_BYTES + NOISE_SHARE * first
            lines.append(f"{'front' if pid in fronts else 'worker'} {pid}: {first / 1e6:.2f} MB, "
                         f"{grown / 1000:+.0f} kB in {lived / 60:.1f} min (noise: {allowed / 1000:.0f} kB)")
            if grown > allowed and secs >= JUDGED_SECS:
                leaks.append(lines[-1])
        return lines, leaks


def at_rest(stage):
    """Nobody is there any more: wait until the front knows. Its pid and how many descriptors it has."""
    def what_is_left():
        counters = stage.counters()
        return {name: counters[name] for name in ("connections", "parked_now", "workers", "timers") if counters[name]}

    stage.eventually(lambda: f"all phones are gone, but the front has {what_is_left()}",
                     lambda: not what_is_left(), SETTLE_SECS)
    stage.eventually("workers live on", lambda: not stage.workers(), SETTLE_SECS)
    (front,) = stage.instance.pids_of("directpush")
    return front, descriptors(front)


def same_as_before(stage, before):
    """At rest again: the same front with as many descriptors as before."""
    front, number = before
    stage.eventually(lambda: f"the front had {number} descriptors at rest before, and has {at_rest(stage)[1]} now",
                     lambda: at_rest(stage)[1] == number, SETTLE_SECS)
    check(stage.instance.pids_of("directpush") == [front], "the front is another process")
