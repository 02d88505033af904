# SPDX-License-Identifier: LGPL-2.1-or-later
"""A TCP proxy that tells the client's address by the PROXY protocol."""

from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "A listener with haproxy = yes takes the client's address from the PROXY protocol of a trusted network"
needs = ["own instance"]
config = """haproxy_trusted_networks = 127.0.0.0/8
auth_verbose = yes
auth_failure_delay = 0
service directpush {
  inet_listener directpush {
    haproxy = yes
  }
  inet_listener directpushs {
    haproxy = yes
  }
}
"""
# The probe for readiness does not speak the PROXY protocol.
no_http_probe = True


def run(stage):
    body = tree("FolderHierarchy", "FolderSync", E("SyncKey", 0))
    for number, tls in enumerate((True, False)):
        address = f"192.0.2.{77 + number}"
        phone = stage.phone(f"phone{number}", tls=tls,
                            prefix=f"PROXY TCP4 {address} 198.51.100.1 4242 443\r\n".encode())
        check(phone.request("FolderSync", body).status == 200, "the right password was refused")
        phone.close()
        phone.password = "wrong"
        check(phone.request("FolderSync", body).status == 401, "a wrong password was taken")
        stage.expect_logged(address.replace(".", r"\."))
