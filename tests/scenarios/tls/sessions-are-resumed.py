# SPDX-License-Identifier: LGPL-2.1-or-later
"""A phone comes back all day long; a resumed session saves both sides the costly part."""

import ssl

from tests.harness import tls
from tests.harness.stage import check
from tests.harness.wire import Connection

scenario = "A phone's session is resumed, by ticket in TLS 1.2 and 1.3, under any name, and forgotten by a restart"
spec = ["RFC 5077", "RFC 8446 2.2"]
needs = ["own instance"]


class Client:
    """Comes back with the session it had."""

    def __init__(self, phone, version, name):
        self.phone = phone
        self.name = name
        self.session = None
        self.context = tls.context(version)

    def visit(self):
        """An OPTIONS and a FolderSync; whether the session was resumed."""
        connection = Connection("127.0.0.1", self.phone.ports[True])
        connection.sock = self.context.wrap_socket(connection.sock, server_hostname=self.name, session=self.session)
        connection.tls = True
        target, lines = self.phone.head("FolderSync")
        for _ in range(2):
            connection.send_request("OPTIONS", target, lines)
            status = connection.read_response(10).status
            check(status == 200, f"HTTP {status}")
        resumed = connection.sock.session_reused
        # in TLS 1.3 it came behind the handshake
        self.session = connection.sock.session
        connection.close()
        return resumed


def run(stage):
    phone = stage.phone()
    certificates = tls.Certificates(stage.instance)
    certificates.make("other.example.com")
    stage.instance.add_settings("local_name other.example.com {\n" + certificates.settings("other.example.com") + "}\n")
    stage.reload()
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        for name in ("localhost", "other.example.com", None):
            client = Client(phone, version, name)
            check(not client.visit(), f"{version} {name}: a new session was resumed")
            for _ in range(3):
                check(client.visit(), f"{version} {name}: the session was not resumed")
            stage.reload()
            # the new process has other keys: it takes the whole way, and goes on from there
            check(not client.visit(), f"{version} {name}: resumed by a process that cannot know it")
            check(client.visit(), f"{version} {name}: not resumed after the restart")
    # a Ping waits and is answered in a resumed session as in any other
    phone.first_contact()
    client = Client(phone, ssl.TLSVersion.TLSv1_3, "localhost")
    client.visit()
    phone.close()
    phone.context = client.context
    pending = phone.ping(480, [phone.folder("Inbox")])
    stage.expect_parked(1)
    stage.user().receives(stage.message("Lunch?"))
    check(pending.wait(20).value("Status") == "2", "the Ping was not answered")
