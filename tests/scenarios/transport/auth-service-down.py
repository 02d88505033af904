# SPDX-License-Identifier: LGPL-2.1-or-later
"""The database behind auth is down."""

import os

from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "When auth fails the answer is 503 with Retry-After, never 401: a phone would ask for a new password"
spec = ['docs/architecture.md "A Ping"']
needs = ["own instance"]
config = "auth_failure_delay = 0\n"


def run(stage):
    stage.allowed_errors.append(r"conf/users\) failed: Permission denied")
    bob, phone = stage.user("bob"), stage.phone("unlucky", "bob")
    body = tree("FolderHierarchy", "FolderSync", E("SyncKey", 0))

    def auth_says(what):
        password = stage.instance.info["password"]
        return what in stage.instance.doveadm("auth", "test", bob.address, password, check=False)

    users = os.path.join(stage.instance.dir, "conf", "users")
    with open(users, "a", encoding="utf-8") as database:
        database.write("another:::::::\n")
    os.chmod(users, 0)
    stage.eventually("auth has not noticed", lambda: auth_says("temp_fail"), 20)
    for _ in range(2):     # a failure is not remembered as a wrong password
        answer = phone.request("FolderSync", body)
        check(answer.status == 503, f"HTTP {answer.status}")
        check(answer.header("Retry-After") is not None, "no Retry-After")
        check(answer.header("WWW-Authenticate") is None, "a challenge in a 503")
    os.chmod(users, 0o644)
    stage.eventually("auth has not recovered", lambda: auth_says("auth succeeded"), 20)
    check(phone.request("FolderSync", body).status == 200, "refused although the password is right")
