# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a phone finds the longest heartbeat its network lets live.

It starts high. Silence (no answer in the whole interval and some grace) means that something between
cuts idle lines: without a proven interval it falls to the floor, with one it settles on that. A full
interval that was answered is proven, and the next try is a step longer. An answer that came early,
because something changed, proves nothing: the same interval is tried again after the Sync.
"""

import time

from . import wire

HEARTBEAT_EXPIRED, CHANGES, INTERVAL_OUT_OF_RANGE = 1, 2, 5
SILENCE = "silence"


class Step:
    """One Ping of the ladder: asked (units), outcome (SILENCE or a Status), waited (units)."""

    def __init__(self, asked, outcome, waited):
        self.asked = asked
        self.outcome = outcome
        self.waited = waited

    def __repr__(self):
        return f"(asked {self.asked}, {self.outcome}, after {self.waited:.1f})"


class Ladder:
    """seconds_per_unit scales: 60 is life, with 1 a "minute" takes a second."""

    def __init__(self, phone, folder_ids, start=15, floor=8, step=4, grace=1.5, seconds_per_unit=1):
        self.phone = phone
        self.folder_ids = folder_ids
        self.floor = floor
        self.step_size = step
        self.grace = grace
        self.unit = seconds_per_unit
        self.interval = start
        self.proven = None
        self.settled = False
        self.steps = []

    def climb_once(self, while_waiting=None, on_changes=None):
        """One Ping with the interval of this rung, to its end. Returns the Step.

        while_waiting(): called once after the Ping is on its way.
        on_changes(answer): called for Status 2, before the next rung is chosen.
        """
        asked = self.interval
        started = time.monotonic()
        pending = self.phone.ping(round(asked * self.unit), self.folder_ids)
        if while_waiting is not None:
            while_waiting()
        outcome, limit = SILENCE, None
        try:
            answer = pending.wait(asked * self.unit + self.grace - (time.monotonic() - started))
            outcome, limit = answer.number("Status"), answer.number("HeartbeatInterval")
        except (wire.TimedOut, wire.Closed):
            pending.cancel()
        step = Step(asked, outcome, (time.monotonic() - started) / self.unit)
        self.steps.append(step)
        if outcome == CHANGES and on_changes is not None:
            on_changes(answer)
        self._choose_next(step, limit)
        return step

    def _choose_next(self, step, limit):
        if step.outcome == SILENCE:
            self.interval = self.floor if self.proven is None else self.proven
            self.settled = self.proven is not None
        elif step.outcome == HEARTBEAT_EXPIRED:
            self.proven = max(self.proven or 0, step.asked)
            if not self.settled:
                self.interval = step.asked + self.step_size
        elif step.outcome == INTERVAL_OUT_OF_RANGE and limit is not None:
            self.interval = limit / self.unit
            self.settled = self.interval < step.asked
