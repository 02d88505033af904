# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness import tls
from tests.harness.stage import check
from tests.harness.wire import Connection

scenario = "Client certificates: asked for and optional, demanded by auth, or for one address only"
needs = ["own instance"]
config = "listen = 127.0.0.1, 127.0.0.2\nauth_failure_delay = 0\n"
ASKS = "Acceptable client certificate CA names"


def run(stage):
    phone = stage.phone()
    port = phone.ports[True]
    certificates = tls.Certificates(stage.instance)
    certificates.make("authority")
    certificates.make("phone", issuer="authority")
    certificates.make("stranger")

    def status(person=None):
        context = tls.context()
        if person:
            context.load_cert_chain(certificates.path(person), certificates.key(person))
        connection = Connection("127.0.0.1", port, tls=True, context=context)
        target, lines = phone.head("FolderSync")
        connection.send_request("POST", target, lines, b"\x03\x01\x6a\x00\x00\x07\x56\x52\x03\x30\x00\x01\x01")
        answer = connection.read_response(10).status
        connection.close()
        return answer

    # 127.0.0.2 differs in nothing but that it asks for one
    authority = f"ssl_ca = <{certificates.path('authority')}\n"
    stage.instance.add_settings(f"{authority}local 127.0.0.2 {{\n  ssl_verify_client_cert = yes\n{authority}}}\n")
    stage.reload()
    check(status() == 200, "nobody asks for a certificate, and still one is wanted")
    check(ASKS not in tls.s_client(port), "the first address asks for a certificate")
    check(ASKS in tls.s_client(port, "-connect", f"127.0.0.2:{port}"), "the second address asks for none")

    # checked when there is one; the password still decides
    stage.instance.add_settings("ssl_verify_client_cert = yes\nssl_require_crl = no\n")
    stage.reload()
    for person in (None, "phone", "stranger"):
        check(status(person) == 200, f"optional: {person} got HTTP {status(person)}")

    stage.instance.add_settings("auth_ssl_require_client_cert = yes\n")
    stage.reload()
    for person, expected in ((None, 401), ("stranger", 401), ("phone", 200)):
        found = status(person)
        check(found == expected, f"demanded: {person} got HTTP {found}")
