# SPDX-License-Identifier: LGPL-2.1-or-later
"""A phone that sends the same Ping twice at once on one connection."""

import time

from tests.harness.phone import INBOX, Answer
from tests.harness.stage import check
from tests.harness.wbxml import encode
from tests.harness.wire import request_head

scenario = "Of two Pings sent at once on one connection both are answered, in order, with nothing lost"
spec = ['docs/architecture.md "A Ping"']


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    # It leaves an order behind, so that the next ones are parked without a worker.
    alone = phone.ping(600, [inbox])
    stage.expect_parked(1)
    body = encode(phone.ping_tree(600, [inbox]))
    target, lines = phone.head("Ping")
    request = request_head("POST", target, lines, body) + body
    connection = phone.connect()
    connection.send(request + request)
    check(alone.wait(5).value("Status") == "1", "the one before was not ended")
    first = Answer("Ping", connection.read_response(5), time.monotonic())
    check(first.status == 200 and first.value("Status") == "1", f"the first ended with HTTP {first.status}")
    if not connection.readable(1):
        stage.expect_parked(1)
        alice.receives(stage.message("Lunch?"))
    second = Answer("Ping", connection.read_response(5), time.monotonic())
    check(second.status == 200, f"the second ended with HTTP {second.status}")
    check(stage.at_work() == 0 and stage.parked() == 0, "one of them is still there")
