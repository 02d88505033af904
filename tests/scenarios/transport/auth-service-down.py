# SPDX-License-Identifier: LGPL-2.1-or-later
"""The auth service does not answer."""

import os
import signal

from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "When auth fails the answer is 503 with Retry-After, never 401: a phone would ask for a new password"
spec = ["design 3"]
needs = ["own instance"]


def run(stage):
    phone = stage.phone()
    stage.allowed_errors.append("auth")
    body = tree("FolderHierarchy", "FolderSync", E("SyncKey", 0))
    check(phone.request("FolderSync", body).status == 200, "the first FolderSync failed")
    other = stage.phone("other")
    # The database behind auth is gone: a temporary failure of every lookup.
    users = os.path.join(stage.instance.dir, "conf", "users")
    os.rename(users, users + ".away")
    for pid in stage.instance.pids_of("auth"):
        os.kill(pid, signal.SIGHUP)
    stage.instance.doveadm("auth", "cache", "flush", check=False)
    for pid in stage.instance.pids_of("auth"):
        os.kill(pid, signal.SIGTERM)
    answer = other.request("FolderSync", body, timeout=60)
    check(answer.status == 503, f"HTTP {answer.status}")
    check(answer.header("Retry-After") is not None, "no Retry-After")
    check(not answer.body or answer.header("WWW-Authenticate") is None, "a challenge in a 503")
    os.rename(users + ".away", users)
    for pid in stage.instance.pids_of("auth"):
        os.kill(pid, signal.SIGTERM)
    stage.eventually("the phone is not served again",
                     lambda: other.request("FolderSync", body, timeout=60).status == 200, 20)
