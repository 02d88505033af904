# SPDX-License-Identifier: LGPL-2.1-or-later
"""TLS as phones speak it."""

import ssl

from tests.harness.stage import check
from tests.harness.wire import Connection, client_context

scenario = "TLS 1.2 and 1.3 work, with the configured certificate and http/1.1 as the only ALPN answer"


def run(stage):
    phone = stage.phone()
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client_context()
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        connection = Connection("127.0.0.1", phone.ports[True], tls=True, context=context)
        check(connection.sock.selected_alpn_protocol() in (None, "http/1.1"),
              f"ALPN {connection.sock.selected_alpn_protocol()}")
        target, lines = phone.head("FolderSync")
        connection.send_request("OPTIONS", target, lines)
        check(connection.read_response(10).status == 200, f"OPTIONS over {version}")
        connection.close()
    context = ssl.create_default_context(cafile=f"{stage.instance.dir}/ssl/cert.pem")
    connection = Connection("127.0.0.1", phone.ports[True], tls=True, context=context)
    check(connection.sock.getpeercert()["subject"][0][0][1] == "localhost", "another certificate")
    connection.close()
