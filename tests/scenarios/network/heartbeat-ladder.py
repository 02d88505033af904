# SPDX-License-Identifier: LGPL-2.1-or-later
"""A phone looks for the longest interval its network lets live, through a firewall that forgets idle lines after 13.

15 silence, 8 answered, 12 answered early by mail, 12 answered, 16 silence, 12 for good. Minutes last a second.
"""

from tests.harness.ladder import CHANGES, HEARTBEAT_EXPIRED, INTERVAL_OUT_OF_RANGE, SILENCE, Ladder
from tests.harness.phone import INBOX
from tests.harness.relay import Relay
from tests.harness.stage import check

scenario = "A phone behind a firewall that forgets idle lines after 13 climbs 15, 8, 12, 16 and settles at 12"
spec = ['docs/architecture.md "A Ping"', 'MS-ASCMD "Ping"']
needs = ["own instance"]
seconds = 75
config = """directpush_heartbeat_min = 1 secs
directpush_heartbeat_max = 3540 secs
"""


def run(stage):
    alice = stage.user("alice")
    relay = Relay(stage.instance.address("https"), idle_secs=13)
    stage.relays.append(relay)
    phone = stage.phone(via=relay.address)
    phone.first_contact()
    inbox = phone.folder(INBOX)
    ladder = Ladder(phone, [inbox], start=15, floor=8, step=4)

    def parked_once():
        stage.expect_parked(1)

    step = ladder.climb_once(while_waiting=parked_once)
    check(step.asked == 15 and step.outcome == SILENCE, f"first rung: {step}")
    check(relay.forgotten() == 1, f"the relay forgot {relay.forgotten()} lines")
    phone.close()

    step = ladder.climb_once(while_waiting=parked_once)     # the older one is freed by the newer
    check(step.asked == 8 and step.outcome == HEARTBEAT_EXPIRED, f"second rung: {step}")
    check(8 <= step.waited < 9, f"second rung: {step}")

    def mail_after_4():
        parked_once()
        stage.later(4, lambda: alice.receives(stage.message("Early")))

    def sync(_answer):
        phone.sync_all(inbox)

    step = ladder.climb_once(while_waiting=mail_after_4, on_changes=sync)
    check(step.asked == 12 and step.outcome == CHANGES, f"third rung: {step}")
    check(3.5 < step.waited < 6, f"third rung: {step}")
    check(len(phone.collection(inbox).items) == 1, "the mail did not come with the Sync")
    step = ladder.climb_once(while_waiting=parked_once)
    check(step.asked == 12 and step.outcome == HEARTBEAT_EXPIRED, f"fourth rung: {step}")

    step = ladder.climb_once()
    if step.outcome == INTERVAL_OUT_OF_RANGE:
        # The server has learned from the first silence and says so at once.
        check(step.waited < 1, f"fifth rung: {step}")
        check(8 <= ladder.interval < 13, f"the server allows {ladder.interval}")
    else:
        check(step.asked == 16 and step.outcome == SILENCE, f"fifth rung: {step}")
        check(ladder.interval == 12, f"the phone falls back to {ladder.interval}")
        phone.close()
    check(ladder.settled, "the phone did not settle")

    step = ladder.climb_once(while_waiting=parked_once)
    check(step.outcome == HEARTBEAT_EXPIRED, f"last rung: {step}")
    stage.expect_parked(0)
