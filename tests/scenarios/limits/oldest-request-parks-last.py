# SPDX-License-Identifier: LGPL-2.1-or-later
"""A request that came first and is parked last: it is the oldest of too many."""

import time

from tests.harness.phone import INBOX, Answer
from tests.harness.stage import check
from tests.harness.wbxml import encode
from tests.harness.wire import request_head

scenario = "A Ping whose body came late is parked though the user has too many waiting; the next oldest ends for it"
spec = ["docs/reliability.md"]
needs = ["own instance"]
config = "directpush_max_parked_per_user = 2\n"


def run(stage):
    phones = [stage.phone(name) for name in ("late", "second", "third")]
    for phone in phones:
        phone.first_contact()
    late, second, third = phones
    body = encode(late.ping_tree(600, [late.folder(INBOX)]))
    target, lines = late.head("Ping")
    connection = late.connect()
    connection.send(request_head("POST", target, lines, body) + body[:5])
    stage.eventually("the late Ping did not begin", lambda: stage.at_work() == 1)
    waiting = []
    for phone in (second, third):
        waiting.append(phone.ping(600, [phone.folder(INBOX)]))
        stage.expect_parked(len(waiting))
    connection.send(body[5:])
    answer = waiting[0].wait(5)
    check(answer.status == 200 and answer.value("Status") == "1", f"the next oldest ended with HTTP {answer.status}")
    stage.expect_parked(2)
    stage.user("alice").receives(stage.message("Lunch?"))
    answer = Answer("Ping", connection.read_response(5), time.monotonic())
    check(answer.status == 200 and answer.value("Status") == "2", f"the late one ended with HTTP {answer.status}")
    check(waiting[1].wait(5).value("Status") == "2", "the third was not woken")
