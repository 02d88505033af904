# SPDX-License-Identifier: LGPL-2.1-or-later
"""A phone that sends its next request on the connection of a parked Ping."""

import time

from tests.harness.phone import INBOX, Answer, E, tree
from tests.harness.stage import check

scenario = "A request on the connection of a parked Ping ends it at once; both are answered, in order"
spec = ['MS-ASHTTP "HTTP POST Request"', 'docs/architecture.md "A Ping"']


def run(stage):
    phone = stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    pending = phone.ping(600, [inbox])
    stage.expect_parked(1)
    target, lines = phone.head("FolderSync")
    started = time.monotonic()
    from tests.harness.wbxml import encode
    pending.connection.send_request("POST", target, lines, encode(
        tree("FolderHierarchy", "FolderSync", E("SyncKey", phone.folder_key))))
    ping = pending.wait(3)
    check(ping.status == 200, f"the Ping ended with HTTP {ping.status}")
    check(time.monotonic() - started < 2, "the Ping did not end at once")
    answer = Answer("FolderSync", pending.connection.read_response(5), started)
    check(answer.status == 200 and answer.value("Status") == "1", f"FolderSync: HTTP {answer.status}")
    stage.expect_parked(0)
    # The connection goes on as if nothing had been.
    pending.connection.send_request("POST", target, lines, encode(
        tree("FolderHierarchy", "FolderSync", E("SyncKey", phone.folder_key))))
    answer = Answer("FolderSync", pending.connection.read_response(5), started)
    check(answer.status == 200, f"the third request: HTTP {answer.status}")
