# SPDX-License-Identifier: LGPL-2.1-or-later
"""From the moment a change is confirmed to its author until the first byte of the Ping's answer, at a TLS client."""

import select
import socket
import time

from tests.bench import figures
from tests.harness.phone import INBOX
from tests.harness.stage import check

ROUNDS = 60


class Client:
    """A line-based client whose last line of an exchange can be waited for together with the Ping."""

    def __init__(self, address):
        self.sock = socket.create_connection(address)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""

    def say(self, text, until):
        """Send and wait until the answer holds until."""
        self.sock.sendall(text)
        data = b""
        while until not in data:
            piece = self.sock.recv(65536)
            check(piece, f"the server hung up after {text[:40]!r}")
            data += piece
        return data


def race(client, text, until, pending):
    """Send text; (seconds from the confirmation until the Ping's first byte, the Ping's answer)."""
    client.sock.sendall(text)
    confirmed = released = None
    data = b""
    deadline = time.monotonic() + 10
    while confirmed is None or released is None:
        ready = select.select([client.sock] * (confirmed is None) + [pending.connection.sock] * (released is None),
                              [], [], max(0, deadline - time.monotonic()))[0]
        now = time.monotonic()
        check(ready, "neither came within 10 s")
        if pending.connection.sock in ready:
            released = now
        if client.sock in ready:
            data += client.sock.recv(65536)
            if until in data:
                confirmed = now
    return released - confirmed, pending.wait(10)


def run(stage, quick):
    rounds = 10 if quick else ROUNDS
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", *[stage.message(f"Old {n}") for n in range(rounds + 5)])
    phone.first_contact()
    inbox = phone.folder(INBOX)
    lmtp = Client(stage.instance.address("lmtp"))
    lmtp.say(b"", b"220")
    lmtp.say(b"LHLO bench\r\n", b"250 ")
    imap = Client(stage.instance.address("imap"))
    imap.say(b"", b"* OK")
    imap.say(f"a LOGIN {alice.address} {phone.password}\r\n".encode(), b"a OK")

    def measure(name, before, change, until, target):
        found = []
        for number in range(rounds):
            phone.sync_all(inbox)
            client, text = change(number)
            before()
            pending = phone.ping(1800, [inbox])
            stage.eventually("not parked", lambda: stage.parked() == 1)
            secs, answer = race(client, text, until, pending)
            check(answer.value("Status") == "2", f"{name}: Status {answer.value('Status')}")
            found.append(secs)
        figures.times(name, found, target)

    message = stage.message("Bench", "x" * 500)

    def deliver():
        lmtp.say(b"MAIL FROM:<bench@example.net>\r\n", b"250")
        lmtp.say(f"RCPT TO:<{alice.address}>\r\n".encode(), b"250")
        lmtp.say(b"DATA\r\n", b"354")

    measure("LMTP 250 -> first byte of the Ping answer, median / p95", deliver,
            lambda _n: (lmtp, message + b"\r\n.\r\n"), b"250", "<= 2 / 20 ms")
    measure("IMAP APPEND OK -> first byte", lambda: imap.say(
        b"a APPEND INBOX {%d}\r\n" % len(message), b"+ "), lambda _n: (imap, message + b"\r\n"), b"a OK", "<= 2 / 20 ms")
    imap.say(b"a SELECT INBOX\r\n", b"a OK")

    def nothing():
        imap.say(b"a NOOP\r\n", b"a OK")

    measure("IMAP STORE of a read mark OK -> first byte", nothing, lambda n: (
        imap, b"a STORE %d %cFLAGS.SILENT (\\Seen)\r\n" % (1 + n // 2, b"+-"[n % 2])), b"a OK", "<= 50 ms")
    measure("IMAP EXPUNGE OK -> first byte", nothing, lambda _n: (
        imap, b"a STORE 1 +FLAGS.SILENT (\\Deleted)\r\nb EXPUNGE\r\n"), b"b OK", "<= 50 ms")
