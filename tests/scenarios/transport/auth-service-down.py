# SPDX-License-Identifier: LGPL-2.1-or-later
"""The database behind auth is down."""

from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "When auth fails the answer is 503 with Retry-After, never 401: a phone would ask for a new password"
spec = ["design 3"]
needs = ["own instance"]
# Asked after the usual users file, so for everybody whom that does not let in. 111 is a temporary
# failure. No program of ours: the auth process could not reach one below /root.
config = """auth_failure_delay = 0
passdb {
  driver = checkpassword
  args = /usr/bin/python3 -c raise(SystemExit(111))
}
"""


def run(stage):
    stage.allowed_errors.append("checkpassword")
    phone, unlucky = stage.phone(), stage.phone("unlucky", "bob")
    body = tree("FolderHierarchy", "FolderSync", E("SyncKey", 0))
    check(phone.request("FolderSync", body).status == 200, "the first FolderSync failed")
    unlucky.password = "in the other database"
    for _ in range(2):     # a failure is not remembered as a wrong password
        answer = unlucky.request("FolderSync", body)
        check(answer.status == 503, f"HTTP {answer.status}")
        check(answer.header("Retry-After") is not None, "no Retry-After")
        check(answer.header("WWW-Authenticate") is None, "a challenge in a 503")
    unlucky.password = stage.instance.info["password"]
    check(unlucky.request("FolderSync", body).status == 200, "refused although the password is right")
