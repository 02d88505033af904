# SPDX-License-Identifier: LGPL-2.1-or-later
"""One command in one round, in which something fails (fault_rounds.py)."""

import collections

from .phone import INBOX, TRASH
from .stage import check


def subjects(phone, folder):
    return collections.Counter(item.value("Subject") for item in phone.collection(folder).items.values())


def on_server(user, mailbox):
    return collections.Counter(row["hdr.subject"] for row in user.fetch("hdr.subject", mailbox))


class Round:
    """One command, tried with one operation failing."""

    def __init__(self, stage, phone, mark):
        self.stage, self.phone, self.mark = stage, phone, mark
        self.user = stage.user("alice")
        self.inbox = phone.folder(INBOX)
        self.trash = phone.folder(TRASH)

    def prepare(self):
        """The world before the command; what it returns goes to send()."""

    def send(self, prepared):
        """Send it; returns the answer. Called again, as phones do, if there was none or an error."""

    def good(self, answer):
        """Was everything done?"""
        status = answer.value("Status") or answer.value("Collections/Collection/Status") or \
            answer.value("Response/Status")
        return answer.status == 200 and status in (None, "1", "3")

    def settled(self, prepared):
        """After the repetition: is everything as it should be?"""
        for folder, mailbox in ((self.inbox, "INBOX"), (self.trash, "Trash")):
            self.phone.sync_all(folder)
            here, there = subjects(self.phone, folder), on_server(self.user, mailbox)
            check(here == there, f"{self.mark}: {mailbox}: the phone has {here - there}, the server {there - here} besides")

    def check_moved(self, subject):
        """A move that broke in the middle may leave the mail twice, never not at all."""
        left, came = (self.user.count(mailbox, "subject", subject) for mailbox in ("INBOX", "Trash"))
        check(left + came >= 1, f"{self.mark}: the mail is lost")
        check(left + came <= 2, f"{self.mark}: {left} in the INBOX, {came} in the Trash")
