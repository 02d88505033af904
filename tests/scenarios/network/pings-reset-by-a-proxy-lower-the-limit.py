# SPDX-License-Identifier: LGPL-2.1-or-later
"""A proxy ends long requests after about the same time, again and again."""

import time

from tests.harness.phone import INBOX
from tests.harness.stage import check
from tests.harness.wire import WireError

scenario = "When something closes a device's Pings after about the same time each, its limit is lowered below that"
spec = ['docs/architecture.md "A Ping"']
needs = ["own instance"]
seconds = 25
config = "directpush_heartbeat_min = 1 secs\n"
CUT_AFTER_SECS = 3
TRIES = 8


def run(stage):
    phone = stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    for _ in range(TRIES):
        pending = phone.ping(60, [inbox])
        try:
            answer = pending.wait(CUT_AFTER_SECS)
        except WireError:
            pending.reset()
            stage.expect_parked(0)
            continue
        check(answer.value("Status") == "5", f"Status {answer.value('Status')}")
        limit = int(answer.value("HeartbeatInterval"))
        check(1 <= limit <= CUT_AFTER_SECS, f"the limit is {limit}")
        started = time.monotonic()
        answer = phone.ping(limit, [inbox]).wait(10)
        check(answer.value("Status") == "1", f"with the limit: Status {answer.value('Status')}")
        check(time.monotonic() - started >= limit - 0.2, "ended early")
        return
    check(False, f"{TRIES} Pings were cut after {CUT_AFTER_SECS} s and the limit is still where it was")
