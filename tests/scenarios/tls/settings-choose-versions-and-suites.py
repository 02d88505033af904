# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import re
import ssl
import subprocess

from tests.harness import tls
from tests.harness.stage import check
from tests.harness.wire import Connection

scenario = "Dovecot's ssl settings decide about versions, suites, curves and Diffie-Hellman parameters"
needs = ["own instance"]


def suite_of(port, context):
    connection = Connection("127.0.0.1", port, tls=True, context=context)
    name = connection.sock.cipher()[0]
    connection.close()
    return name


def refused(port, context):
    try:
        return f"agreed on {suite_of(port, context)}"
    except ssl.SSLError as error:
        return str(error.reason)


def run(stage):
    port = stage.phone().ports[True]
    stage.instance.add_settings("ssl_min_protocol = TLSv1.3\nssl_cipher_suites = TLS_CHACHA20_POLY1305_SHA256\n")
    stage.reload()
    said = refused(port, tls.context(ssl.TLSVersion.TLSv1_2))
    check("PROTOCOL_VERSION" in said, f"TLS 1.2 when 1.3 is the minimum: {said}")
    said = suite_of(port, tls.context(ssl.TLSVersion.TLSv1_3))
    check(said == "TLS_CHACHA20_POLY1305_SHA256", f"TLS 1.3: {said}")

    stage.instance.add_settings("ssl_min_protocol = TLSv1.2\nssl_cipher_list = ECDHE-RSA-AES128-GCM-SHA256\n"
                                "ssl_curve_list = P-384\n")
    stage.reload()
    strong = tls.context(ssl.TLSVersion.TLSv1_2)
    strong.set_ciphers("ECDHE-RSA-AES256-GCM-SHA384")
    said = refused(port, strong)
    check("HANDSHAKE_FAILURE" in said, f"a suite that is not in ssl_cipher_list: {said}")
    said = suite_of(port, tls.context(ssl.TLSVersion.TLSv1_2))
    check(said == "ECDHE-RSA-AES128-GCM-SHA256", f"TLS 1.2: {said}")
    said = tls.s_client(port, "-tls1_2")
    check(re.search("(ECDH, |group: )(secp384r1|P-384)", said), f"ssl_curve_list: {said}")

    params = os.path.join(stage.instance.dir, "ssl", "dh.pem")
    subprocess.run(["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048",
                    "-out", params], check=True)
    stage.instance.add_settings(f"ssl_dh = <{params}\nssl_cipher_list = DHE-RSA-AES256-GCM-SHA384\n")
    stage.reload()
    said = tls.s_client(port, "-tls1_2")
    check(re.search("DH, 2048 bits|ffdhe2048", said), f"ssl_dh: {said}")
