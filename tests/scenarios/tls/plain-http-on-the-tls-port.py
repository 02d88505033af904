# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness.stage import check
from tests.harness.wire import Connection

scenario = "Who speaks plain HTTP to the TLS port is told so, and no password of his gets any further"


def run(stage):
    phone = stage.phone()
    for method, body in (("GET", None), ("POST", bytes(100_000)), ("OPTIONS", None)):
        connection = Connection("127.0.0.1", phone.ports[True])
        target, lines = phone.head("FolderSync")
        connection.send_request(method, target, lines, body)
        answer = connection.read_response(10)
        check(answer.status == 400, f"{method}: HTTP {answer.status}")
        check(b"HTTPS" in answer.body, f"{method}: {answer.body!r}")
        connection.close()
    check(phone.options().status == 200, "the phone that speaks TLS is not served")
