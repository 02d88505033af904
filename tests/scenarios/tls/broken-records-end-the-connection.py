# SPDX-License-Identifier: LGPL-2.1-or-later
import os

from tests.harness import tls
from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "Heartbeats, lengths that lie and records out of place end a connection and tell nothing"
spec = ["RFC 6520 4", "RFC 5246 6.2.1"]


def run(stage):
    phone = stage.phone()
    port = phone.ports[True]
    heartbeat = tls.extension(15, b"\1")
    asked = tls.hello(extensions=heartbeat) + tls.record(tls.HEARTBEAT, b"\1\x40\x00", 0x0302)
    answer = tls.exchange(port, asked)
    check(heartbeat not in answer, "the server offers heartbeats")
    broken = {
        "a heartbeat with more length than bytes": tls.record(tls.HEARTBEAT, b"\1\x40\x00", 0x0302),
        "a record longer than allowed": b"\x16\x03\x01\xff\xff" + bytes(0xffff),
        "a hello that claims more than its record": b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
        "data before the handshake": tls.record(23, b"GET / HTTP/1.1\r\n\r\n", 0x0303),
        "an alert first": tls.record(tls.ALERT, b"\2\0", 0x0303),
        "an empty record": tls.record(tls.HANDSHAKE, b""),
        "noise": tls.record(tls.HANDSHAKE, os.urandom(512)),
    }
    for name, data in broken.items():
        said = tls.says(tls.exchange(port, data + bytes(8)))
        check(said == "closed" or said.startswith("alert "), f"{name}: {said}")
    answer = phone.request("FolderSync", tree("FolderHierarchy", "FolderSync", E("SyncKey", 0)))
    check(answer.status == 200, f"afterwards: HTTP {answer.status}")
