# SPDX-License-Identifier: LGPL-2.1-or-later
"""A phone with an old password behind the same NAT as others."""

import time

from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "A phone that repeats a wrong password is answered fast from memory and slows nobody behind the same address"
spec = ['docs/architecture.md "A Ping"']
needs = ["own instance"]
config = "auth_failure_delay = 2 secs\n"


def run(stage):
    stale, neighbour = stage.phone("stale", "alice"), stage.phone("neighbour", "bob")
    stale.password = "last year's"
    body = tree("FolderHierarchy", "FolderSync", E("SyncKey", 0))
    check(stale.request("FolderSync", body).status == 401, "the first try was not refused")
    started = time.monotonic()
    for _ in range(5):
        check(stale.request("FolderSync", body).status == 401, "a further try was not refused")
    took = time.monotonic() - started
    check(took < 2, f"five more tries took {took:.1f} s")
    started = time.monotonic()
    check(neighbour.request("FolderSync", body).status == 200, "the neighbour was refused")
    took = time.monotonic() - started
    # One failed login makes the next one from that address wait 4 s: Dovecot's penalty. Five more would make it 15.
    check(took < 6, f"the neighbour waited {took:.1f} s")
    # The right password is not held back by the memory of the wrong one.
    stale.password = stage.instance.info["password"]
    check(stale.request("FolderSync", body).status == 200, "the right password was refused")
