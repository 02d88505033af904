# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several requests sent at once on one connection."""

import time

from tests.harness.phone import Answer, E, tree
from tests.harness.stage import check
from tests.harness.wbxml import encode
from tests.harness.wire import request_head

scenario = "Requests pipelined on one connection are answered in order, and a request in pieces is put together"
versions = ("14.1",)


def run(stage):
    for tls in (True, False):
        phone = stage.phone("tls" if tls else "plain", tls=tls)
        connection = phone.connect()
        body = encode(tree("FolderHierarchy", "FolderSync", E("SyncKey", 0)))
        settings = encode(tree("Settings", "Settings", E("UserInformation", E("Get"))))
        data = b""
        for command, content in (("FolderSync", body), ("Settings", settings), ("FolderSync", body)):
            target, lines = phone.head(command)
            data += request_head("POST", target, lines, content) + content
        connection.send(data)
        names = []
        for _ in range(3):
            answer = Answer("any", connection.read_response(15), time.monotonic())
            check(answer.status == 200, f"HTTP {answer.status}")
            names.append(answer.tree.name)
        check(names == ["FolderSync", "Settings", "FolderSync"], f"the answers came as {names}")
        target, lines = phone.head("FolderSync")
        data = request_head("POST", target, lines, body) + body
        for start in range(0, len(data), 7):
            connection.send(data[start:start + 7])
        answer = Answer("FolderSync", connection.read_response(15), time.monotonic())
        check(answer.status == 200, f"in pieces: HTTP {answer.status}")
        connection.close()
