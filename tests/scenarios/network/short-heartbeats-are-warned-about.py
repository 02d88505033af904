# SPDX-License-Identifier: LGPL-2.1-or-later
"""The alert that Exchange has: long requests do not live long on this network."""

import re

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "When the average of the last heartbeats falls below directpush_heartbeat_alert, one warning says so"
spec = ["design 3"]
needs = ["own instance"]
seconds = 10
config = """directpush_heartbeat_min = 1 secs
directpush_heartbeat_alert = 5 secs
directpush_heartbeat_alert_window = 4
"""


def run(stage):
    phone = stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    for _ in range(6):
        pending = phone.ping(60, [inbox])
        stage.eventually("not parked", lambda: stage.parked() == 1)
        pending.reset()
        stage.expect_parked(0)
    stage.expect_logged(r"Warning: .*(heartbeat|firewall|proxy)")
    warnings = [line for line in stage.log().splitlines() if re.search(r"Warning: .*(heartbeat|firewall|proxy)", line)]
    check(len(warnings) == 1, "more than one warning:\n" + "\n".join(warnings))
