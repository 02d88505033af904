# SPDX-License-Identifier: LGPL-2.1-or-later
"""What happens around the phones: mail arrives, other clients read, append and clear up, folders come and go."""

import collections
import imaplib
import random
import re
import threading
import time
import traceback

from tests.harness import kolab
from tests.harness.stage import check, expect_ok, quoted

OTHER = "others"        # owner of what IMAP clients take away
# A Ping that ends with "nothing" although mail came so long before its end has missed it.
MARGIN_SECS = 5


class Ledger:
    """What must be in one user's mailbox, by subjects and names, and when mail came."""

    def __init__(self, user, marks):
        self.user = user
        self.marks = [*marks, OTHER]
        self.mails, self.contacts, self.events, self.sent = set(), set(), set(), []
        self.told = collections.deque(maxlen=1000)      # time.monotonic() of each delivery's 250

    def judge_silence(self, soak, phone, sent_at, asked_secs, answered_at):
        """A Ping said that nothing has changed."""
        end = sent_at + asked_secs
        if answered_at < end:
            return      # the server ended it early: a reload
        missed = [when for when in list(self.told) if sent_at < when < end - MARGIN_SECS]
        if missed and soak.steady:
            soak.missed.append(f"{phone.device_id}: a Ping of {asked_secs} s heard nothing; mail came "
                               f"{end - missed[0]:.1f} s before its end")


class World(threading.Thread):
    """Acts at a rate until ended is set. Nothing of it is under way while lock is held by somebody else."""

    def __init__(self, soak, ledgers, rate, ended, seed):
        super().__init__(daemon=True)
        self.soak, self.ledgers, self.rate, self.ended = soak, ledgers, rate, ended
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.number = 0

    def run(self):
        actions = ((8, self.deliver), (2, self.flag), (2, self.append), (2, self.expunge), (1, self.append_contact),
                   (1, self.remove_contact), (1, self.folders), (3, self.clear_up))
        weights, acts = zip(*actions)
        try:
            while not self.ended.wait(self.random.expovariate(self.rate)):
                with self.lock:
                    self.random.choices(acts, weights)[0](self.random.choice(self.ledgers))
        except Exception:  # whatever it is, it ends the soak
            self.soak.failed(f"the world: {traceback.format_exc()}")

    def next_name(self, what, owner):
        self.number += 1
        return f"{what} {self.number} for {owner}"

    def deliver(self, ledger):
        subject = self.next_name("Mail", self.random.choice(ledger.marks))
        when = ledger.user.receives(self.soak.stage.message(subject))
        ledger.mails.add(subject)
        ledger.told.append(when)
        self.soak.count["mails delivered"] += 1

    def append(self, ledger):
        subject = self.next_name("Kept", OTHER)
        ledger.user.has("Archive", self.soak.stage.message(subject))
        ledger.mails.add(subject)
        self.soak.count["IMAP changes"] += 1

    def flag(self, ledger):
        with Imap(ledger.user, "INBOX") as imap:
            subjects = imap.subjects()
            for uid in self.random.sample(sorted(subjects), min(2, len(subjects))):
                expect_ok(imap.client.uid("STORE", uid, self.random.choice(("+FLAGS", "-FLAGS")), "(\\Seen)"))
        self.soak.count["IMAP changes"] += 1

    def expunge(self, ledger):
        self._expunge(ledger, "INBOX", lambda subjects: [uid for uid, subject in subjects.items()
                                                         if subject.endswith(f"for {OTHER}")])

    def clear_up(self, ledger):
        """What no phone takes away must not grow without end."""
        mailbox = self.random.choice(("Archive", "Trash", "Sent"))
        self._expunge(ledger, mailbox, lambda subjects: sorted(subjects, key=int)[:-self.soak.kept or None])

    def _expunge(self, ledger, mailbox, choose):
        with Imap(ledger.user, mailbox) as imap:
            subjects = imap.subjects()
            for uid in choose(subjects):
                expect_ok(imap.client.uid("STORE", uid, "+FLAGS", "(\\Deleted)"))
                expect_ok(imap.client.uid("EXPUNGE", uid))
                ledger.mails.discard(subjects[uid])
        self.soak.count["IMAP changes"] += 1

    def append_contact(self, ledger):
        if sum(name.endswith(f"for {OTHER}") for name in list(ledger.contacts)) < self.soak.objects_each:
            name = self.next_name("Contact", OTHER)
            ledger.user.has("Contacts", kolab.message("contact", name.replace(" ", "-"), [f"FN:{name}", f"N:{name};;;;"],
                                                      ledger.user.address))
            ledger.contacts.add(name)

    def remove_contact(self, ledger):
        for name in sorted(name for name in list(ledger.contacts) if name.endswith(f"for {OTHER}"))[:1]:
            ledger.user.expunges(name.replace(" ", "-"), "Contacts")
            ledger.contacts.discard(name)

    def folders(self, ledger):
        """One more, or that one less."""
        if "Project" in ledger.user.mailboxes():
            ledger.user.doveadm("mailbox delete", "Project")
        else:
            ledger.user.doveadm("mailbox create", "Project")
        self.soak.count["folder changes"] += 1

    def reload(self):
        """While nothing of the world is under way; the phones go on."""
        with self.lock:
            self.soak.stage.reload()
            self.soak.count["reloads"] += 1


class Imap:
    """A mailbox selected; with Imap(user, mailbox) as imap."""

    def __init__(self, user, mailbox):
        self.user, self.mailbox = user, mailbox

    def __enter__(self):
        self.client = self.user.imap()
        expect_ok(self.client.select(quoted(self.mailbox)))
        return self

    def __exit__(self, *_):
        try:
            self.client.logout()
        except imaplib.IMAP4.error:
            pass

    def mails(self):
        """uid -> (Subject, is it read)."""
        found = {}
        data = expect_ok(self.client.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])"))
        for entry in data:
            if isinstance(entry, tuple):
                head = entry[0].decode()
                uid = re.search(r"UID (\d+)", head).group(1)
                check(uid not in found, f"UID {uid} comes twice")
                found[uid] = (entry[1].decode().partition(":")[2].strip(), "\\Seen" in head)
        return found

    def subjects(self):
        return {uid: subject for uid, (subject, _read) in self.mails().items()}
