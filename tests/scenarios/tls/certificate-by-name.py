# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness import tls
from tests.harness.stage import check
from tests.harness.wire import Connection

scenario = "Each name gets its certificate, others the default, and a renewed one is served after a reload"
spec = ["RFC 6066 3"]
needs = ["own instance"]


def run(stage):
    phone = stage.phone()
    certificates = tls.Certificates(stage.instance)

    def served(name):
        connection = Connection("127.0.0.1", phone.ports[True], tls=True, server_name=name, context=tls.context())
        found = tls.common_name(connection.sock)
        target, lines = phone.head("FolderSync")
        connection.send_request("OPTIONS", target, lines)
        check(connection.read_response(10).status == 200, f"OPTIONS for {name}")
        connection.close()
        return found

    for name in ("mail.example.com", "push.example.org"):
        certificates.make(name)
        stage.instance.add_settings(f"local_name {name} {{\n{certificates.settings(name)}}}\n")
    stage.reload()
    for name, expected in (("mail.example.com", "mail.example.com"), ("push.example.org", "push.example.org"),
                           ("MAIL.example.com", "mail.example.com"), ("unknown.example.net", "localhost"),
                           (None, "localhost")):
        found = served(name)
        check(found == expected, f"{name} got the certificate of {found}")
    # as every three months; Dovecot reads it at a reload, and parked phones come again by themselves
    phone.first_contact()
    pending = phone.ping(480, [phone.folder("Inbox")])
    stage.expect_parked(1)
    certificates.make("mail.example.com", subject="renewed.example.com")
    stage.reload()
    check(pending.wait(20).value("Status") == "1", "the parked Ping was not answered")
    found = served("mail.example.com")
    check(found == "renewed.example.com", f"after the reload: {found}")
