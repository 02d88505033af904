# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness import tls
from tests.harness.stage import check
from tests.harness.wire import Connection

scenario = "ALPN is answered with http/1.1; who offers only other protocols, or none, is served without"
spec = ["RFC 7301 3.2"]


def run(stage):
    phone = stage.phone()
    for offered, expected in ((["h2", "http/1.1"], "http/1.1"), (["http/1.1"], "http/1.1"), (["h2"], None),
                              (["http/1.0"], None), (None, None)):
        context = tls.context()
        if offered:
            context.set_alpn_protocols(offered)
        connection = Connection("127.0.0.1", phone.ports[True], tls=True, context=context)
        chosen = connection.sock.selected_alpn_protocol()
        check(chosen == expected, f"{offered}: {chosen}")
        target, lines = phone.head("FolderSync")
        connection.send_request("OPTIONS", target, lines)
        check(connection.read_response(10).status == 200, f"{offered}: OPTIONS")
        connection.close()
