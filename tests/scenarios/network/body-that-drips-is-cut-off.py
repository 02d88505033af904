# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bodies that come byte by byte, for ever."""

import concurrent.futures
import itertools
import time

from tests.harness.phone import INBOX, E, tree
from tests.harness.stage import check
from tests.harness.wbxml import encode
from tests.harness.wire import Closed, request_head

scenario = "A body that drips byte by byte is cut off; one that is slow but comes is taken"
spec = ["docs/reliability.md"]
needs = ["own instance"]
config = "directpush_body_timeout = 4 secs\n"
seconds = 15

DRIP_SECS = 0.2
# what nobody waits for, with that timeout
TOO_LONG_SECS = 60
SLOW_BYTES = 3000
# all in all longer than the timeout
SLOW_SECS = 0.7


def drip(connection, head, piece):
    """Sends a byte again and again, until the server has had enough. Returns after how long, None if it never had."""
    started = time.monotonic()
    connection.send(head)
    while time.monotonic() - started < TOO_LONG_SECS:
        try:
            connection.send(piece)
        except OSError:
            return time.monotonic() - started
        if connection.readable(DRIP_SECS):
            try:
                connection._fill(time.monotonic() + 1)
            except Closed:
                return time.monotonic() - started
    return None


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    def try_one(way):
        tls, command, chunked = way
        dripping = stage.phone(f"{command}{tls}{chunked}".lower(), tls=tls)
        target, lines = dripping.head(command)
        head = request_head("POST", target, lines, bytes(100000), chunked)
        return drip(dripping.connect(), head, b"1\r\nx\r\n" if chunked else b"x")

    # no more at once than a user has workers
    ways = list(itertools.product((True, False), ("Ping", "SendMail"), (True, False)))
    with concurrent.futures.ThreadPoolExecutor(len(ways)) as pool:
        for way, lasted in zip(ways, pool.map(try_one, ways)):
            check(lasted is not None, f"{way}: it drips for ever")
    mail = stage.message("Slow", body="x" * SLOW_BYTES, sender=alice.address)
    body = encode(tree("ComposeMail", "SendMail", E("ClientId", "slow"), E("Mime", mail)))
    target, lines = phone.head("SendMail")
    connection = phone.connect()
    connection.send(request_head("POST", target, lines, body))
    for start in range(0, len(body), 400):
        connection.send(body[start:start + 400])
        time.sleep(SLOW_SECS)
    answer = connection.read_response()
    check(answer.status == 200, f"a slow mail: HTTP {answer.status}")
    check(len(alice.sent()) == 1, "a slow mail was not sent")
    check(not phone.sync_all(phone.folder(INBOX))[0].tree, "something else changed")
