# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a TLS scanner asks for, in hellos of our own: no library offers most of this any more."""

from tests.harness import tls
from tests.harness.stage import check

scenario = "SSL 2 and 3, TLS 1.0 and 1.1, weak suites and compression are refused with the alert that says so"
spec = ["RFC 8996", "RFC 9325"]


def run(stage):
    port = stage.phone().ports[True]
    # the same hello with nothing wrong in it is answered
    answer = tls.exchange(port, tls.hello())
    check(tls.says(answer) == "hello", f"a good hello: {tls.says(answer)}")
    for name, version in (("TLS 1.0", 0x0301), ("TLS 1.1", 0x0302)):
        said = tls.says(tls.exchange(port, tls.hello(version)))
        check(said == f"alert {tls.PROTOCOL_VERSION}", f"{name}: {said}")
    said = tls.says(tls.exchange(port, tls.hello(0x0300)))
    check(said.startswith("alert "), f"SSL 3.0: {said}")
    for name, suites in tls.WEAK_SUITES.items():
        said = tls.says(tls.exchange(port, tls.hello(suites=suites)))
        check(said == f"alert {tls.HANDSHAKE_FAILURE}", f"{name}: {said}")
    every = [suite for suites in tls.WEAK_SUITES.values() for suite in suites]
    answer = tls.exchange(port, tls.hello(suites=(*every, *tls.GOOD_SUITES), compression=(1, 64, 0)))
    suite, compression = tls.chosen_suite(answer)
    check(suite in tls.GOOD_SUITES and compression == 0, f"suite {suite:#x}, compression {compression}")
    # SSL 2.0: RFC 6101 E
    answer = tls.exchange(port, bytes.fromhex("802e0100020015000000100100800200800300800400800500800600400700c0") + bytes(16))
    check(tls.says(answer) == "closed" or answer[0] == tls.ALERT, f"SSL 2.0: {tls.says(answer)}")
