# SPDX-License-Identifier: LGPL-2.1-or-later
"""The alert that Exchange has: phones have learned to ask for short waits only, so something cuts long ones."""

import re

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "When the average of the last heartbeats falls below directpush_heartbeat_alert, one warning says so"
spec = ['docs/architecture.md "A Ping"']
needs = ["own instance"]
seconds = 10
config = """directpush_heartbeat_min = 1 secs
directpush_heartbeat_alert = 5 secs
directpush_heartbeat_alert_window = 4
"""
WARNING = r"Warning: .*(heartbeat|firewall|proxy)"


def run(stage):
    phone = stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    # Three long ones and one short: 7 on average.
    for secs in (9, 9, 9):
        phone.ping(secs, [inbox]).cancel()
        stage.expect_parked(0)
    check(phone.ping(1, [inbox]).wait(5).value("Status") == "1", "the short Ping did not expire")
    check(not re.search(WARNING, stage.log()), "warned too early")
    for _ in range(6):
        check(phone.ping(1, [inbox]).wait(5).value("Status") == "1", "the short Ping did not expire")
    stage.expect_logged(WARNING)
    warnings = [line for line in stage.log().splitlines() if re.search(WARNING, line)]
    check(len(warnings) == 1, "more than one warning:\n" + "\n".join(warnings))
