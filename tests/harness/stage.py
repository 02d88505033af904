# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a scenario acts on: an instance, users of its own, their phones, their mailboxes, the log.

The .eas verbs (verbs/) and the Python scenarios both use a Stage. Everything that waits does
so for a condition, with a deadline.
"""

import base64
import email.utils
import glob
import imaplib
import json
import os
import re
import smtplib
import threading
import time

from . import sanitizers
from .dovecot import HARNESS
from .phone import CALENDAR, CONTACTS, DRAFTS, INBOX, NOTES, OUTBOX, SENT, TASKS, TRASH, Phone

FIXTURES = os.path.join(os.path.dirname(HARNESS), "fixtures")
# more where everything is slower, such as under valgrind
PATIENCE_SECS = int(os.environ.get("TESTS_PATIENCE", 5))
MAIN_FOLDERS = {"Inbox": INBOX, "Drafts": DRAFTS, "Trash": TRASH, "Sent": SENT, "Outbox": OUTBOX,
                "Calendar": CALENDAR, "Contacts": CONTACTS, "Tasks": TASKS, "Notes": NOTES}
TROUBLE = re.compile(r"(Error|Panic|Fatal): ")


def is_allowed(line, patterns):
    """Is that line of the log expected by one of these? What a sanitizer says never is."""
    return not sanitizers.FINDING.search(line) and any(re.search(pattern, line) for pattern in patterns)


class Failure(AssertionError):
    """The server did something else than the scenario says."""


class Skipped(Exception):
    """The scenario needs what is not here; the message says what."""


class User:
    """One mail user of the instance, used by one scenario only."""

    def __init__(self, stage, name, number):
        self.stage = stage
        self.name = name
        self.number = number
        self.address = stage.instance.user(number)

    # What others do with the mailbox

    def receives(self, *messages):
        """Deliver over LMTP; returns the time.monotonic() of the last 250."""
        host, port = self.stage.instance.address("lmtp")
        with smtplib.LMTP(host, port, "test.example") as lmtp:
            for message in messages:
                lmtp.sendmail("sender@example.net", [self.address], message)
            return time.monotonic()

    def imap(self):
        host, port = self.stage.instance.address("imap")
        imap = imaplib.IMAP4(host, port)
        imap.login(self.address, self.stage.instance.info["password"])
        return imap

    def has(self, mailbox, *messages, flags="", days_ago=None):
        """Append messages over IMAP, received days_ago (a float) days ago."""
        imap = self.imap()
        stamp = imaplib.Time2Internaldate(time.time() - (days_ago or 0) * 86400)
        for message in messages:
            expect_ok(imap.append(quoted(mailbox), flags, stamp, message))
        imap.logout()

    def doveadm(self, command, *args, **kwargs):
        """doveadm COMMAND -u USER ARGS; command may be of several words."""
        words = command.split()
        return self.stage.instance.doveadm(*words, "-u", self.address, *args, **kwargs)

    def flags(self, subject, mailbox, change):
        """change: +\\Seen or -\\Flagged, or a keyword."""
        verb = {"+": "add", "-": "remove"}[change[0]]
        self.doveadm(f"flags {verb}", change[1:], "mailbox", mailbox, "subject", subject)

    def expunges(self, subject, mailbox):
        self.doveadm("expunge", "mailbox", mailbox, "subject", subject)

    def moves(self, subject, source, destination):
        self.doveadm("move", destination, "mailbox", source, "subject", subject)

    def copies(self, subject, source, destination):
        self.doveadm("copy", destination, "mailbox", source, "subject", subject)

    # What is in the mailbox

    def count(self, mailbox, *search):
        """How many messages of mailbox match (doveadm search terms)."""
        found = self.doveadm("search", "mailbox", mailbox, *(search or ("all",)))
        return len(found.splitlines())

    def fetch(self, fields, mailbox, *search):
        """doveadm fetch in tab form: a list of dicts."""
        return parse_table(self.stage.instance.doveadm("-f", "tab", "fetch", "-u", self.address, fields,
                                                       "mailbox", mailbox, *(search or ("all",))))

    def mailboxes(self, subscribed=False):
        return self.doveadm("mailbox list" + (" -s" if subscribed else "")).splitlines()

    def sent(self, sender=None):
        """Messages the sink accepted from this user (or that sender, in From too): list of (envelope, bytes)."""
        found = []
        for name in sorted(glob.glob(os.path.join(self.stage.instance.dir, "smtp", "*.eml"))):
            with open(name[:-4] + ".json", encoding="utf-8") as source:
                envelope = json.load(source)
            with open(name, "rb") as source:
                content = source.read()
            if envelope["from"] == (sender or self.address) or sender and b"From: " + sender.encode() in content:
                found.append((envelope, content))
        return found


class Stage:
    def __init__(self, instance, user_numbers, version="14.1"):
        self.instance = instance
        self.version = version
        self.numbers = iter(user_numbers)
        self.users = {}
        self.phones = {}
        self.bindings = {}
        self.answers = []         # (label, command, tree) for the schema check
        self.requests = []        # (phone, command, body, parameters), for the fuzz corpus
        self.allowed_errors = []  # regular expressions
        self.log_start = len(instance.log())
        self.relays = []

    # Cast

    def user(self, name="alice"):
        if name not in self.users:
            try:
                self.users[name] = User(self, name, next(self.numbers))
            except StopIteration:
                raise Failure("the instance has no user left for this scenario") from None
        return self.users[name]

    def phone(self, name="phone", user="alice", **kwargs):
        owner = self.user(user)
        kwargs.setdefault("version", self.version)
        # Unique in the log: it tells which scenario a line belongs to.
        kwargs.setdefault("device_id", f"{name}{owner.number:05d}x{len(self.phones)}")
        phone = Phone.of(self.instance, owner.number, **kwargs)
        phone.on_answer = self._saw
        phone.owner = owner
        phone.names = {}
        self.phones[name] = phone
        return phone

    def _saw(self, phone, answer):
        if answer.tree is not None:
            self.answers.append((f"{answer.command} of {phone.device_id}", answer.command, answer.tree))
        if phone.last_request is not None:
            self.requests.append((phone, *phone.last_request))

    @staticmethod
    def bind_folders(phone):
        """{Inbox}, {Sent}, ... and every folder by its name, as this phone sees them. A name once bound stays."""
        for name, kind in MAIN_FOLDERS.items():
            for folder_id, folder in phone.folders.items():
                if folder["type"] == kind:
                    phone.names.setdefault(name, folder_id)
        for folder_id, folder in phone.folders.items():
            phone.names.setdefault(folder["name"], folder_id)

    # Messages

    @staticmethod
    def fixture(name):
        with open(os.path.join(FIXTURES, name), "rb") as source:
            return source.read()

    @staticmethod
    def message(subject, body="Hello.\n", sender="Bob <bob@example.net>", to="alice@example.com", days_ago=0,
                headers=()):
        """A small text message, with CRLF."""
        date = email.utils.formatdate(time.time() - days_ago * 86400, localtime=False)
        lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Date: {date}",
                 f"Message-ID: <{time.time_ns()}@example.net>", "MIME-Version: 1.0",
                 "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", *headers, "", body]
        return re.sub("\r?\n", "\r\n", "\n".join(lines)).encode()

    # Server

    def parked(self, user="alice"):
        """How many requests of the user the front holds, without a process at work on them."""
        return sum(1 for row in self._who(user) if row["state"] == "parked")

    def at_work(self, user="alice"):
        """How many requests of the user are handled now, parked ones not among them."""
        return sum(1 for row in self._who(user) if row["state"] != "parked")

    def _who(self, user):
        return parse_table(self.instance.doveadm("-f", "tab", "directpush", "who", self.user(user).address))

    def counters(self):
        """The front's counters since its start, by name."""
        return {row["name"]: int(row["value"]) for row in
                parse_table(self.instance.doveadm("-f", "tab", "directpush", "stats"))}

    def workers(self):
        return self.instance.pids_of("directpush-worker")

    def reload(self):
        """doveadm reload; returns when front and workers of before are gone."""
        before = set(self.instance.pids_of("directpush") + self.workers())
        self.instance.doveadm("reload")
        self.eventually("processes live on after a reload", lambda: not before & set(
            self.instance.pids_of("directpush") + self.workers()), 20)

    def log(self):
        """The log since this scenario began."""
        return self.instance.log()[self.log_start:]

    def my_log(self):
        """Lines of the log that name one of this scenario's users or devices."""
        marks = [user.address for user in self.users.values()] + [p.device_id for p in self.phones.values()]
        pattern = re.compile("|".join(re.escape(mark) + r"\b" for mark in marks) or "(?!)")
        return [line for line in self.log().splitlines() if pattern.search(line)]

    def complaints(self):
        """Error, Panic and Fatal lines of this scenario's users that it did not expect."""
        return [line for line in self.my_log() if TROUBLE.search(line) and not self.is_allowed(line)]

    def is_allowed(self, line):
        return is_allowed(line, self.allowed_errors)

    def eventually(self, what, condition, timeout=PATIENCE_SECS):
        """Wait until condition() is true; Failure(what) when it is not in time. Returns its value."""
        deadline = time.monotonic() + timeout
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise Failure(what() if callable(what) else what)
            time.sleep(0.02)

    @staticmethod
    def later(secs, action):
        """Run action in another thread after secs."""
        timer = threading.Timer(secs, action)
        timer.daemon = True
        timer.start()

    def expect_parked(self, number, user="alice", timeout=PATIENCE_SECS):
        self.eventually(lambda: f"{self.parked(user)} requests of {user} are parked, expected {number}",
                        lambda: self.parked(user) == number, timeout)

    def expect_logged(self, pattern, timeout=PATIENCE_SECS):
        return self.eventually(f"the log does not say /{pattern}/", lambda: re.search(pattern, self.log()), timeout)

    def close(self):
        for phone in self.phones.values():
            phone.close()
        for relay in self.relays:
            relay.close()


def check(condition, message):
    """Failure(message) unless condition."""
    if not condition:
        raise Failure(message)


def expect_ok(answer):
    """The data of an imaplib answer, Failure when it is not OK."""
    kind, data = answer
    if kind != "OK":
        raise Failure(f"IMAP answered {kind} {data}")
    return data


def parse_table(text):
    """doveadm -f tab: a header line and rows."""
    lines = text.splitlines()
    if not lines:
        return []
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"))) for line in lines[1:] if line]


def quoted(mailbox):
    """A mailbox name (or another string) as IMAP wants it: RFC 3501 5.1.3, quoted."""
    def shift(found):
        return "&" + base64.b64encode(found.group(0).encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"

    name = re.sub("[^\x20-\x7e]+", shift, mailbox.replace("&", "&-"))
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
