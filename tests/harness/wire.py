# SPDX-License-Identifier: LGPL-2.1-or-later
"""An HTTP/1.1 client connection with nothing hidden: tests send any bytes and cut where they like."""

import socket
import ssl
import struct
import time

from .dovecot import readable

CHUNK = 65536
MAX_HEADER = 256 * 1024


class WireError(Exception):
    """The other side did not speak HTTP."""


class Closed(WireError):
    """The connection ended before the answer was complete; partial holds what came."""

    def __init__(self, message, partial=b""):
        super().__init__(message)
        self.partial = partial


class TimedOut(WireError):
    """No (complete) answer within the time allowed."""


class Response:
    """status, reason, headers (list of (name, value)), body, first_byte_at (time.monotonic())."""

    def __init__(self, status, reason, headers, first_byte_at):
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = b""
        self.first_byte_at = first_byte_at

    def header(self, name, default=None):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return default

    def all_headers(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Connection:
    """One TCP connection, TLS or not. All times are seconds.

    via: (host, port) to connect to instead, e.g. a relay. prefix: bytes sent before anything else,
    also before TLS (the PROXY protocol). Nothing is sent on its own but what TLS needs.
    """

    def __init__(self, host, port, tls=False, server_name="localhost", via=None, prefix=b"",
                 timeout=30, context=None):
        self.address = (host, port)
        self.tls = tls
        self.sock = socket.create_connection(via or self.address, timeout=timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.eof = False
        if prefix:
            self.sock.sendall(prefix)
        if tls:
            context = context or client_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=server_name)

    def send(self, data, timeout=60):
        self.sock.settimeout(timeout)
        self.sock.sendall(data)

    def send_request(self, method, target, headers=(), body=None, chunked=False):
        """Send head and body at once. body None = no body and no Content-Length."""
        self.send(request_head(method, target, headers, body, chunked))
        if body is not None:
            if chunked:
                for start in range(0, len(body), CHUNK):
                    piece = body[start:start + CHUNK]
                    self.send(b"%x\r\n" % len(piece) + piece + b"\r\n")
                self.send(b"0\r\n\r\n")
            elif body:
                self.send(body)

    def _fill(self, deadline):
        if self.eof:
            raise Closed("connection closed", self.buffer)
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimedOut("no answer in time")
        self.sock.settimeout(remaining)
        try:
            data = self.sock.recv(CHUNK)
        except (socket.timeout, TimeoutError):
            raise TimedOut("no answer in time") from None
        except (ConnectionError, ssl.SSLError) as error:
            self.eof = True
            raise Closed(f"connection lost: {error}", self.buffer) from None
        if not data:
            self.eof = True
            raise Closed("connection closed", self.buffer)
        self.buffer += data

    def _line(self, deadline):
        while b"\n" not in self.buffer:
            if len(self.buffer) > MAX_HEADER:
                raise WireError("endless header line")
            self._fill(deadline)
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("latin-1")

    def _take(self, count, deadline):
        pieces, have = [], 0
        while have < count:
            if not self.buffer:
                self._fill(deadline)
            piece, self.buffer = self.buffer[:count - have], self.buffer[count - have:]
            pieces.append(piece)
            have += len(piece)
        return b"".join(pieces)

    def read_response(self, timeout=30, head_only=False):
        """The next final response. Raises Closed, TimedOut or WireError."""
        deadline = time.monotonic() + timeout
        while True:
            if not self.buffer:
                self._fill(deadline)
            first_byte_at = time.monotonic()
            parts = self._line(deadline).split(" ", 2)
            if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():
                raise WireError(f"not an HTTP status line: {' '.join(parts)!r}")
            response = Response(int(parts[1]), parts[2] if len(parts) > 2 else "", [], first_byte_at)
            while True:
                line = self._line(deadline)
                if not line:
                    break
                name, _, value = line.partition(":")
                response.headers.append((name, value.strip()))
            if response.status != 100:
                break
        if head_only or response.status in (204, 304):
            return response
        response.body = self._body(response, deadline)
        return response

    def _body(self, response, deadline):
        if (response.header("Transfer-Encoding") or "").lower() == "chunked":
            pieces = []
            while True:
                size = int(self._line(deadline).split(";")[0], 16)
                if size == 0:
                    while self._line(deadline):
                        pass
                    return b"".join(pieces)
                pieces.append(self._take(size, deadline))
                if self._line(deadline):
                    raise WireError("chunk without line end")
        length = response.header("Content-Length")
        if length is not None:
            return self._take(int(length), deadline)
        pieces = []
        try:
            while True:
                if not self.buffer:
                    self._fill(deadline)
                pieces.append(self.buffer)
                self.buffer = b""
        except Closed:
            return b"".join(pieces)

    def readable(self, timeout=0):
        """True when there is something to read for HTTP, data or the end, within timeout.

        What TLS sends on its own, such as session tickets, does not count.
        """
        deadline = time.monotonic() + timeout
        while not self.buffer and not self.eof:
            if not (self.tls and self.sock.pending()):
                if not readable(self.sock, deadline - time.monotonic()):
                    return False
            self.sock.settimeout(0)
            try:
                data = self.sock.recv(CHUNK)
            except (ssl.SSLWantReadError, BlockingIOError):
                continue
            except OSError:
                data = b""
            self.buffer += data
            self.eof = not data
        return True

    def is_dead(self):
        """True when the server has closed this idle connection."""
        return self.readable() and self.eof

    def wait_closed(self, timeout):
        """True when the server closes within timeout without sending anything."""
        try:
            self._fill(time.monotonic() + timeout)
        except Closed:
            return not self.buffer
        except TimedOut:
            return False
        return False

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        self.eof = True
        try:
            self.sock.close()
        except OSError:
            pass

    def reset(self):
        """End the connection with RST."""
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self.close()

    def vanish(self):
        """Stop reading and never close: a phone that lost its radio. Keeps the socket alive."""
        self.sock.settimeout(0)


def client_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def request_head(method, target, headers=(), body=None, chunked=False):
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None:
        lines.append("Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
