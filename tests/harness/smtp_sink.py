# SPDX-License-Identifier: LGPL-2.1-or-later
"""An SMTP server that keeps every accepted message as a file and fails when told to.

    python3 smtp_sink.py DIR PORT

DIR/000001.eml is the first accepted message, with CRLF line ends, exactly as sent but for dot
stuffing; DIR/000001.json is its envelope {"from", "to", "size"}, written first. A message that
shows is complete.

DIR/control says what to do; it is read anew for each command. Each line is one rule:

    mail 451 4.3.0 Try again later
    rcpt 550 5.1.1 No such user
    data 554 5.6.0 Not this one

The first word is the stage (connect, mail, rcpt, data = at the end of the data), the rest is the answer.
"rcpt:nobody@example.com 550 ..." fails one recipient only. A rule "data drop" closes the connection
without an answer after the message was stored: the answer is lost. "data cut" closes it
in the middle of the message. "data gate" first waits
until somebody opens DIR/gate (a FIFO) for writing and closes it. Without the file all is accepted.
"""

import json
import os
import socketserver
import sys
import threading

MAX_LINE = 64 * 1024
MAX_MESSAGE = 256 * 1024 * 1024


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, directory, port):
        self.directory = directory
        self.lock = threading.Lock()
        os.makedirs(directory, exist_ok=True)
        gate = os.path.join(directory, "gate")
        if not os.path.exists(gate):
            os.mkfifo(gate)
        self.count = len([n for n in os.listdir(directory) if n.endswith(".eml")])
        super().__init__(("127.0.0.1", port), Session)

    def rules(self):
        try:
            with open(os.path.join(self.directory, "control"), encoding="utf-8") as control:
                return [line.split(None, 1) for line in control if len(line.split(None, 1)) == 2]
        except FileNotFoundError:
            return []

    def store(self, envelope, spool):
        with self.lock:
            self.count += 1
            name = os.path.join(self.directory, f"{self.count:06d}")
            with open(name + ".json", "w", encoding="utf-8") as out:
                json.dump(envelope, out)
            os.rename(spool, name + ".eml")
        return self.count


class Session(socketserver.StreamRequestHandler):
    def reply(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def rule(self, stage):
        """The answer that the control file demands at this stage, or None."""
        for name, answer in self.server.rules():
            if name.lower() == stage.lower():
                return answer.strip()
        return None

    def handle(self):
        try:
            self.converse()
        except (ConnectionError, BrokenPipeError):
            pass

    def converse(self):
        answer = self.rule("connect")
        if answer:
            self.reply(answer)
            return
        self.reply("220 sink ESMTP")
        self.reset()
        while True:
            line = self.rfile.readline(MAX_LINE)
            if not line:
                return
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            handler = getattr(self, "do_" + verb.lower(), None)
            if handler is None:
                self.reply("500 5.5.1 Unknown command")
            elif handler(rest):
                return

    def reset(self):
        self.sender, self.recipients = None, []

    def do_ehlo(self, _rest):
        self.wfile.write(b"250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n"
                         b"250-ENHANCEDSTATUSCODES\r\n250 SIZE 0\r\n")

    def do_helo(self, _rest):
        self.reply("250 sink")

    def do_noop(self, _rest):
        self.reply("250 2.0.0 OK")

    def do_rset(self, _rest):
        self.reset()
        self.reply("250 2.0.0 OK")

    def do_quit(self, _rest):
        self.reply("221 2.0.0 Bye")
        return True

    def do_mail(self, rest):
        answer = self.rule("mail")
        if answer is None:
            self.sender = _address(rest)
        self.reply(answer or "250 2.1.0 OK")

    def do_rcpt(self, rest):
        address = _address(rest)
        answer = self.rule("rcpt:" + address) or self.rule("rcpt")
        if answer is None:
            self.recipients.append(address)
        self.reply(answer or "250 2.1.5 OK")

    def do_data(self, _rest):
        if self.sender is None or not self.recipients:
            self.reply("503 5.5.1 No valid recipients")
            return False
        self.reply("354 Go on")
        if self.rule("data") == "cut":
            return True
        spool = os.path.join(self.server.directory, f"spool.{id(self)}")
        size, fresh_line = 0, True
        with open(spool, "wb") as out:
            while True:
                line = self.rfile.readline(MAX_LINE)
                if not line:
                    os.unlink(spool)
                    return True
                if fresh_line and line in (b".\r\n", b".\n"):
                    break
                if fresh_line and line.startswith(b"."):
                    line = line[1:]
                fresh_line = line.endswith(b"\n")
                size += len(line)
                if size <= MAX_MESSAGE:
                    out.write(line)
        answer = self.rule("data") or "250 2.0.0 Stored"
        if answer == "gate":
            with open(os.path.join(self.server.directory, "gate"), "rb") as gate:
                gate.read()
            answer = "250 2.0.0 Stored"
        if answer != "drop" and not answer.startswith("2"):
            os.unlink(spool)
            self.reply(answer)
            self.reset()
            return False
        self.server.store({"from": self.sender, "to": self.recipients, "size": size}, spool)
        self.reset()
        if answer == "drop":
            return True
        self.reply(answer)
        return False


def _address(text):
    start, stop = text.find("<"), text.find(">")
    return text[start + 1:stop] if 0 <= start < stop else text.partition(":")[2].strip()


def main():
    directory, port = sys.argv[1], int(sys.argv[2])
    with Sink(directory, port) as sink:
        sink.serve_forever()


if __name__ == "__main__":
    main()
