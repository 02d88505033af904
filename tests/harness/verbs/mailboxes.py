# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of what others do in the mailboxes, and of what is in them.
"""

import os
import re

from ..notation import unquote
from ..stage import check
from .core import STRING, value, verb


def _messages(stage, what, times, body=None, days_ago=0):
    count = int(times or 1)
    if what.startswith('"'):
        subject, text = unquote(what), unquote(body) if body else "Hello.\n"
        return [stage.message(subject if count == 1 else f"{subject} {n}", text, days_ago=days_ago)
                for n in range(1, count + 1)]
    return [stage.fixture(what)] * count


@verb(r"(?P<user>WORD) receives (?:message )?(?P<what>STRING|\S+)(?: (?P<times>\d+) times)?(?: body (?P<body>STRING))?")
def receives(stage, _block, user, what, times, body):
    """{sender} in a fixture is the user's address, as in what a phone sends."""
    address = stage.user(user).address.encode()
    stage.user(user).receives(*[message.replace(b"{sender}", address)
                                for message in _messages(stage, what, times, body)])


@verb(r"(?P<user>WORD) has (?:message )?(?P<what>STRING|\S+)(?: (?P<times>\d+) times)? in (?P<mailbox>STRING|\S+)"
      r"(?: dated (?P<days>[\d.]+) days ago)?(?: flagged (?P<flags>.+?))?(?: body (?P<body>STRING))?")
def has(stage, _block, user, what, times, mailbox, days, flags, body):
    days = float(days or 0)
    stage.user(user).has(value(stage, mailbox), *_messages(stage, what, times, body, days),
                         flags=f"({flags})" if flags else "", days_ago=days)


@verb(r"(?P<user>WORD) flags (?P<subject>STRING) in (?P<mailbox>STRING|\S+) (?P<change>[+-]\S+)")
def flags(stage, _block, user, subject, mailbox, change):
    stage.user(user).flags(unquote(subject), value(stage, mailbox), change)


@verb(r"(?P<user>WORD) expunges (?P<subject>STRING) in (?P<mailbox>STRING|\S+)")
def expunges(stage, _block, user, subject, mailbox):
    stage.user(user).expunges(unquote(subject), value(stage, mailbox))


@verb(r"(?P<user>WORD) (?P<how>moves|copies) (?P<subject>STRING) from (?P<source>STRING|\S+) to (?P<target>STRING|\S+)")
def moves(stage, _block, user, how, subject, source, target):
    getattr(stage.user(user), how)(unquote(subject), value(stage, source), value(stage, target))


@verb(r"(?P<user>WORD) (?P<how>creates|deletes|subscribes|unsubscribes) mailbox (?P<mailbox>STRING|\S+)")
def change_mailbox(stage, _block, user, how, mailbox):
    command = {"creates": "create", "deletes": "delete", "subscribes": "subscribe",
               "unsubscribes": "unsubscribe"}[how]
    options = ["-s"] if command in ("create", "delete") else []
    stage.user(user).doveadm(f"mailbox {command}", *options, value(stage, mailbox))


@verb(r"(?P<user>WORD) renames mailbox (?P<old>STRING|\S+) to (?P<new>STRING|\S+)")
def rename_mailbox(stage, _block, user, old, new):
    stage.user(user).doveadm("mailbox rename", "-s", value(stage, old), value(stage, new))


@verb(r"(?P<user>WORD) shares mailbox (?P<mailbox>STRING|\S+) with (?P<other>WORD) (?P<rights>[\w,-]+)")
def share_mailbox(stage, _block, user, mailbox, other, rights):
    """The instance must have the acl plugin."""
    stage.user(user).doveadm("acl set", value(stage, mailbox), f"user={stage.user(other).address}", *rights.split(","))


@verb(r"(?P<user>WORD) (?P<how>breaks|mends) mailbox (?P<mailbox>\S+)")
def break_mailbox(stage, _block, user, how, mailbox):
    """Take away, or give back, the mail user's rights to a maildir."""
    home = os.path.join(stage.instance.dir, "home", stage.user(user).address)
    os.chmod(os.path.join(home, "Maildir", "" if mailbox == "INBOX" else "." + mailbox.replace("/", ".")),
             0 if how == "breaks" else 0o700)


@verb(r"(?P<user>WORD) expects (?P<number>\d+|no) messages? in (?P<mailbox>STRING|\S+)(?: matching (?P<search>.+))?")
def expects_messages(stage, _block, user, number, mailbox, search):
    """Wait until the mailbox holds that many (of the search, in doveadm's words)."""
    words = re.findall(rf"{STRING}|\S+", search or "")
    terms = [unquote(word) if word.startswith('"') else word for word in words]
    owner, box, expected = stage.user(user), value(stage, mailbox), 0 if number == "no" else int(number)
    stage.eventually(lambda: f"{owner.count(box, *terms)} messages in {box} {search or ''}, expected {expected}",
                     lambda: owner.count(box, *terms) == expected)


@verb(r"(?P<user>WORD) expects (?P<subject>STRING) in (?P<mailbox>STRING|\S+) (?P<how>with|without) (?P<flag>\S+)")
def expects_flag(stage, _block, user, subject, mailbox, how, flag):
    def holds():
        rows = stage.user(user).fetch("flags", value(stage, mailbox), "subject", unquote(subject))
        check(len(rows) == 1, f"{len(rows)} messages {subject} in {mailbox}")
        return (flag in rows[0]["flags"].split()) == (how == "with")
    stage.eventually(f"{subject} is not {how} {flag}", holds)


@verb(r"(?P<user>WORD) expects mailbox (?P<mailbox>STRING|\S+)(?: (?P<how>absent|subscribed|unsubscribed))?")
def expects_mailbox(stage, _block, user, mailbox, how):
    names = stage.user(user).mailboxes(subscribed=(how or "").endswith("subscribed"))
    check((value(stage, mailbox) in names) == (how not in ("absent", "unsubscribed")), f"mailboxes: {names}")


@verb(r"(?P<user>WORD) sent (?P<number>\d+|no) messages?(?: from (?P<sender>\S+))?")
def sent(stage, _block, user, number, sender):
    """What the sink accepted with the user as sender, or with that other sender."""
    expected = 0 if number == "no" else int(number)
    found = stage.user(user).sent(sender)
    check(len(found) == expected, f"{len(found)} messages were submitted, expected {expected}")


@verb(r"(?P<user>WORD)'s message (?P<index>\d+) (?P<how>has|lacks) /(?P<pattern>.*)/")
def sent_has(stage, _block, user, index, how, pattern):
    """Looks into the index-th submitted message, CRLF as LF."""
    found = stage.user(user).sent()
    check(len(found) >= int(index), f"only {len(found)} messages were submitted")
    text = found[int(index) - 1][1].decode("utf-8", "replace").replace("\r\n", "\n")
    check(bool(re.search(pattern, text, re.M)) == (how == "has"), f"the message is\n{text[:2000]}")


@verb(r"(?P<user>WORD)'s message (?P<index>\d+) goes to (?P<recipients>.+)")
def sent_to(stage, _block, user, index, recipients):
    envelope = stage.user(user).sent()[int(index) - 1][0]
    check(sorted(envelope["to"]) == sorted(recipients.split()), f"the envelope is {envelope}")
