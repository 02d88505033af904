# SPDX-License-Identifier: LGPL-2.1-or-later
"""Phones that hang up while their password is being checked."""

from tests.harness.phone import E, tree
from tests.harness.stage import check
from tests.harness.wbxml import encode
from tests.harness.wire import request_head

scenario = "Phones that hang up while their password is checked disturb nobody and leave no error in the log"
spec = ['docs/architecture.md "A Ping"']
needs = ["own instance"]
ROUNDS = 200


def run(stage):
    hasty, other = stage.phone("hasty", "alice", tls=False), stage.phone("other", "bob", tls=False)
    body = encode(tree("FolderHierarchy", "FolderSync", E("SyncKey", 0)))
    target, lines = hasty.head("FolderSync")
    data = request_head("POST", target, lines, body) + body
    for number in range(ROUNDS):
        connection = hasty.connect()
        connection.send(data)
        # Sooner or later into the login, which takes about a millisecond.
        connection.readable((number % 20) * 0.0002)
        connection.reset()
        if number % 20 == 0:
            other.close()
            answer = other.request("FolderSync", body, timeout=10)
            check(answer.status == 200, f"the other user: HTTP {answer.status}")
            check(answer.elapsed < 2, f"the other user waited {answer.elapsed:.1f} s")
