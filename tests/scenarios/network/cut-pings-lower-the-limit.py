# SPDX-License-Identifier: LGPL-2.1-or-later
"""A firewall forgets the phone's long requests, and the phone never learns to ask for less."""

from tests.harness.phone import INBOX
from tests.harness.relay import Relay
from tests.harness.stage import check
from tests.harness.wire import TimedOut

scenario = "When a device's Pings keep being cut, its limit is lowered below that by Status 5, for this device only"
spec = ['docs/architecture.md "A Ping"']
needs = ["own instance"]
seconds = 30
config = "directpush_heartbeat_min = 1 secs\n"
FORGETS_AFTER_SECS = 3
ASKED_SECS = 5
TRIES = 5


def run(stage):
    relay = Relay(stage.instance.address("https"), idle_secs=FORGETS_AFTER_SECS)
    stage.relays.append(relay)
    phone, other = stage.phone(via=relay.address), stage.phone("other")
    phone.first_contact()
    other.first_contact()
    inbox = phone.folder(INBOX)
    for _ in range(TRIES):
        pending = phone.ping(ASKED_SECS, [inbox], connection=phone.connect())
        try:
            answer = pending.wait(ASKED_SECS + 1.5)
            break
        except TimedOut:
            pending.cancel()
    else:
        check(False, f"{TRIES} Pings were forgotten and the limit is still where it was")
    check(answer.value("Status") == "5", f"Status {answer.value('Status')}")
    limit = int(answer.value("HeartbeatInterval"))
    check(1 <= limit < ASKED_SECS, f"the limit is {limit}")
    stage.expect_logged(phone.device_id + ".*cut")
    # Another device of the same user goes another way.
    answer = other.ping(ASKED_SECS, [inbox]).wait(ASKED_SECS + 5)
    check(answer.value("Status") == "1", f"the other device: Status {answer.value('Status')}")
