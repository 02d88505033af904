# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness import tls
from tests.harness.stage import check

scenario = "A client cannot make the server renegotiate, and nothing is compressed"
spec = ["RFC 5246 7.2.2 no_renegotiation", "RFC 5746"]


def run(stage):
    phone = stage.phone()
    target, _lines = phone.head("FolderSync")
    said = tls.s_client(phone.ports[True], "-tls1_2", text=b"R\n")
    check("RENEGOTIATING" in said and "no renegotiation" in said, said)
    check("Secure Renegotiation IS supported" in said, said)
    check("Compression: NONE" in said, said)
    said = tls.s_client(phone.ports[True], "-tls1_2", "-quiet",
                        text=f"OPTIONS {target} HTTP/1.1\nHost: localhost\nConnection: close\n\n".encode())
    check("HTTP/1.1 " in said, f"without it: {said}")
