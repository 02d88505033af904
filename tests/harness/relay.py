# SPDX-License-Identifier: LGPL-2.1-or-later
"""A TCP relay that misbehaves like networks do.

    relay = Relay(("127.0.0.1", 443), idle_secs=13)
    phone = Phone.of(instance, via=relay.address)
    ...
    relay.close()

A line that carries nothing in either direction for idle_secs is forgotten: both sockets stay
open, nothing is forwarded any more and neither side is told, as a firewall that drops its table entry
without a RST does. cut() arms one cut: the next line that has carried that many bytes in
that direction is reset on both sides at exactly that byte. hold()/release() stop and resume a direction.
"""

import selectors
import socket
import struct
import threading
import time

TO_SERVER, TO_CLIENT = "to server", "to client"
CHUNK = 65536


class Line:
    """One client connection and its server connection."""

    def __init__(self, client, server):
        self.socks = {TO_SERVER: client, TO_CLIENT: server}   # direction -> where its bytes come from
        self.carried = {TO_SERVER: 0, TO_CLIENT: 0}
        self.ended = {TO_SERVER: False, TO_CLIENT: False}
        self.last_active = time.monotonic()
        self.opened_at = self.last_active
        self.forgotten_at = None
        self.closed = False
        self.cut_at = None   # (direction, bytes, silent)

    def target(self, direction):
        return self.socks[TO_CLIENT if direction == TO_SERVER else TO_SERVER]


class Relay:
    def __init__(self, server, idle_secs=None):
        self.server = server
        self.idle_secs = idle_secs
        self.lines = []
        self._held = set()
        self._armed_cut = None
        self._lock = threading.RLock()
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = self._listener.getsockname()
        self._wake_read, self._wake_write = socket.socketpair()
        self._selector.register(self._listener, selectors.EVENT_READ, ("listen", None, None))
        self._selector.register(self._wake_read, selectors.EVENT_READ, ("wake", None, None))
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True, name="relay")
        self._thread.start()

    # For tests

    def forgotten(self):
        """How many lines were forgotten so far."""
        with self._lock:
            return sum(1 for line in self.lines if line.forgotten_at is not None)

    def cut(self, direction, after_bytes, silent=False):
        """Reset the next line that opens once it carried after_bytes in direction, or forget it (silent)."""
        with self._lock:
            self._armed_cut = (direction, after_bytes, silent)

    def disarm(self):
        """No cut if no line was opened meanwhile."""
        with self._lock:
            self._armed_cut = None

    def hold(self, direction):
        with self._lock:
            self._held.add(direction)
            self._reselect()

    def release(self, direction):
        with self._lock:
            self._held.discard(direction)
            self._reselect()

    def close(self):
        self._stopping = True
        self._wake()
        self._thread.join(10)

    # The thread

    def _wake(self):
        self._wake_write.send(b"x")

    def _reselect(self):
        for line in self.lines:
            for direction, sock in line.socks.items():
                if not line.closed and not line.ended[direction]:
                    events = 0 if direction in self._held else selectors.EVENT_READ
                    self._set_events(sock, events, ("data", line, direction))
        self._wake()

    def _set_events(self, sock, events, data):
        registered = sock in self._selector.get_map()
        if events and not registered:
            self._selector.register(sock, events, data)
        elif not events and registered:
            self._selector.unregister(sock)

    def _run(self):
        while not self._stopping:
            for key, _events in self._selector.select(self._next_timeout()):
                kind, line, direction = key.data
                with self._lock:
                    if kind == "wake":
                        self._wake_read.recv(CHUNK)
                    elif kind == "listen":
                        self._accept()
                    elif not line.closed:
                        self._forward(line, direction)
            with self._lock:
                self._forget_idle()
        with self._lock:
            for line in self.lines:
                self._end(line)
            for sock in (self._listener, self._wake_read, self._wake_write):
                sock.close()
            self._selector.close()

    def _next_timeout(self):
        if self.idle_secs is None:
            return None
        with self._lock:
            pending = [line.last_active + self.idle_secs for line in self.lines
                       if not line.closed and line.forgotten_at is None]
        return max(0, min(pending) - time.monotonic()) if pending else None

    def _forget_idle(self):
        if self.idle_secs is None:
            return
        now = time.monotonic()
        for line in self.lines:
            if not line.closed and line.forgotten_at is None and now - line.last_active >= self.idle_secs:
                line.forgotten_at = now

    def _accept(self):
        client, _address = self._listener.accept()
        try:
            server = socket.create_connection(self.server, timeout=10)
        except OSError:
            client.close()
            return
        line = Line(client, server)
        line.cut_at, self._armed_cut = self._armed_cut, None
        self.lines.append(line)
        for direction, sock in line.socks.items():
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if direction not in self._held:
                self._selector.register(sock, selectors.EVENT_READ, ("data", line, direction))

    def _forward(self, line, direction):
        source = line.socks[direction]
        try:
            data = source.recv(CHUNK)
        except OSError:
            data = b""
        if line.forgotten_at is not None:
            if not data:
                self._set_events(source, 0, None)
                line.ended[direction] = True
                if all(line.ended.values()):
                    self._end(line)
            return
        line.last_active = time.monotonic()
        if not data:
            self._set_events(source, 0, None)
            line.ended[direction] = True
            try:
                line.target(direction).shutdown(socket.SHUT_WR)
            except OSError:
                pass
            if all(line.ended.values()):
                self._end(line)
            return
        cut = line.cut_at is not None and line.cut_at[0] == direction
        if cut and line.carried[direction] + len(data) >= line.cut_at[1]:
            data = data[:line.cut_at[1] - line.carried[direction]]
        else:
            cut = False
        # counted first: whoever gets it may ask
        line.carried[direction] += len(data)
        try:
            line.target(direction).sendall(data)
        except OSError:
            self._end(line, reset=True)
            return
        if cut and line.cut_at[2]:
            line.forgotten_at = time.monotonic()
        elif cut:
            self._end(line, reset=True)

    def _end(self, line, reset=False):
        if line.closed:
            return
        line.closed = True
        for sock in line.socks.values():
            self._set_events(sock, 0, None)
            if reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
