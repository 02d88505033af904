# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that connect and then say nothing, or too little."""

import socket
import time

from tests.harness.stage import check
from tests.harness.wire import Connection

scenario = "A client that does not finish TLS, its header, its body or its next request, or takes no answer, is dropped"
spec = ["docs/reliability.md"]
needs = ["own instance"]
seconds = 25
config = """directpush_handshake_timeout = 2 secs
directpush_header_timeout = 2 secs
directpush_body_timeout = 2 secs
directpush_keepalive_timeout = 2 secs
"""


def ends(connection, what):
    """The server closes within 6 s, perhaps after an error answer."""
    from tests.harness.wire import Closed, TimedOut
    try:
        while True:
            connection._fill(time.monotonic() + 6)
    except Closed:
        return
    except TimedOut:
        check(False, f"{what}: the connection is still open after 6 s")


def is_reset(sock, data, secs=20, pause=0):
    """Sends until the server resets the connection, and reads nothing."""
    sock.settimeout(0.2)
    end = time.monotonic() + secs
    while time.monotonic() < end:
        try:
            sock.send(data)
        except TimeoutError:
            pass
        except OSError:
            return True
        time.sleep(pause)
    return False


def run(stage):
    phone = stage.phone()
    ends(Connection("127.0.0.1", phone.ports[True], tls=False), "no TLS handshake")
    for tls in (True, False):
        phone.tls = tls
        connection = phone.connect()
        ends(connection, "no header")
        connection = phone.connect()
        connection.send(b"POST /Microsoft-Server-ActiveSync?Cmd=Ping HTTP/1.1\r\nHost: loc")
        ends(connection, "half a header")
        connection = phone.connect()
        connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: loc")
        check(is_reset(connection.sock, b"x", secs=6, pause=0.5),
              "a second header that comes in drops was not cut off")
        connection = phone.connect()
        target, lines = phone.head("FolderSync")
        head = f"POST {target} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines)
        connection.send(head.encode() + b"Content-Length: 100\r\n\r\nabc")
        ends(connection, "half a body")
        answer = phone.options()
        check(answer.status == 200, f"OPTIONS: HTTP {answer.status}")
        ends(phone._idle.pop(), "no next request")
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", phone.ports[False]))
    check(is_reset(deaf, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000),
          "a client that takes no answer is still connected")
