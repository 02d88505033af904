# SPDX-License-Identifier: LGPL-2.1-or-later
"""Phones that are gone without a word."""

from tests.harness.phone import INBOX
from tests.harness.relay import TO_SERVER, Relay
from tests.harness.stage import check

scenario = "A phone that vanished without closing is freed when its heartbeat ends, and at once when it comes back"
needs = ["own instance"]
seconds = 6
config = "directpush_heartbeat_min = 1 secs\n"


def run(stage):
    relay = Relay(stage.instance.address("https"), idle_secs=1)
    stage.relays.append(relay)
    phone = stage.phone(via=relay.address)
    phone.first_contact()
    inbox = phone.folder(INBOX)
    phone.close()
    gone = phone.ping(4, [inbox])
    stage.expect_parked(1)
    stage.eventually("the relay did not forget the line", lambda: relay.forgotten() >= 1)
    back = phone.ping(4, [inbox], connection=phone.connect())
    stage.eventually("the older Ping is still held", lambda: stage.parked() == 1)
    check(not gone.connection.readable(0), "something came over a forgotten line")
    back.cancel()
    relay.hold(TO_SERVER)
    stage.eventually("the Pings are still held", lambda: stage.parked() == 0, 15)
