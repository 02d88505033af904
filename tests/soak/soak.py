# SPDX-License-Identifier: LGPL-2.1-or-later
"""Phones that live beside other clients, for a while; then nothing must be lost, doubled, missed or left behind.

First with reloads, which end the front. Then everybody leaves, the front is counted, and everybody comes back for the steady
part, in which nothing may grow. In the end each phone fetches what it has not seen, and its view, the mailbox and the ledger
must agree; all wait and all hear of one more mail; all leave, and the front is counted again.
"""

import collections
import concurrent.futures
import re
import threading
import time

from tests.harness.phone import CALENDAR, CONTACTS, INBOX
from tests.harness.stage import TROUBLE, check

from . import watch
from .phone import ARCHIVE, FOLDERS, MAIL_FOLDERS, PATIENCE_SECS, SoakPhone
from .world import Imap, Ledger, World

VERSIONS = ("14.1", "16.1", "12.1", "14.0")
MAILBOXES = {INBOX: "INBOX", ARCHIVE: ARCHIVE}
CONFIG = """directpush_device_rate = 0
directpush_user_rate = 0
directpush_mass_delete_limit = 0
directpush_heartbeat_min = 1 secs
directpush_heartbeat_alert = 0
directpush_shutdown_spread = 1 secs
directpush_worker_idle_timeout = 10 secs
directpush_pim_create = yes
"""
# the phones cut their own Pings
OF_THE_PHONES = "Warning: user \\S+: device \\S+: Something in the network cuts requests"
# What a reload under load may say: workers and the auth process end while requests are with them. Those hear 503 or their
# line ends; the phones ask again.
OF_A_RELOAD = (
    rf"{OF_THE_PHONES}|Warning: (SIGHUP received|Killed with signal 15 |auth-master: login: Auth server restarted)"
    r"|Error: (user \S+: worker lost: |master\(directpush-worker\): |(conn \S+ \(\S+\): )?auth-master client: Master requested auth for nonexistent"
    r"|auth-master: login: request \[\d+\]: Login auth request failed|auth client \d+ disconnected with \d+ pending requests)")
AT_ONCE = 8
LONG_SECS = 900
FIRST_MAILS = 10


class Soak:
    """phones_each: of one user. rate: actions a second of what is not the phones. say(line): tells what goes on."""

    def __init__(self, stage, names, phones_each, rate, shortest=2, longest=20, say=lambda line: None):
        self.stage, self.rate, self.say = stage, rate, say
        self.shortest, self.longest = shortest, longest
        self.kept, self.objects_each = 20, 6
        self.count = collections.Counter()
        self.missed, self.failures = [], []
        self.steady = False
        self.ended = threading.Event()
        self.ledgers, self.phones = [], []
        for name in names:
            user = stage.user(name)
            marks = [f"{name}{number}" for number in range(phones_each)]
            ledger = Ledger(user, marks)
            self.ledgers.append(ledger)
            for mark in marks:
                number = len(self.phones)
                phone = SoakPhone.of(stage.instance, user.number, version=VERSIONS[number % len(VERSIONS)],
                                     device_id=f"soak{number:08d}")
                self.phones.append(phone.live(self, ledger, mark, number))
        self.watch = watch.Watch(stage)

    def failed(self, text):
        self.failures.append(text)
        self.ended.set()

    def everybody(self, action):
        """action(phone) for all phones, some at a time."""
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(action, self.phones))

    # Parts

    def prepare(self):
        for ledger in self.ledgers:
            ledger.user.doveadm("mailbox create", "-s", ARCHIVE)
            subjects = [f"Mail 0.{number} for {mark}" for number in range(FIRST_MAILS) for mark in ledger.marks[:2]]
            ledger.user.has("INBOX", *[self.stage.message(subject) for subject in subjects])
            ledger.mails.update(subjects)
        self.everybody(SoakPhone.settle_in)

    def live(self, secs, reloads=0, steady=False):
        """Everybody lives for so long."""
        self.ended.clear()
        self.steady = steady
        world = World(self, self.ledgers, self.rate, self.ended, f"{secs} {steady}")
        # names go on where they ended
        world.number = self.count["names"]
        lives = [world] + [threading.Thread(target=phone.run, args=[self.ended], daemon=True) for phone in self.phones]
        for life in lives:
            life.start()
        began = time.monotonic()
        due = [began + secs * (n + 1) / (reloads + 1) for n in range(reloads)]
        pause = min(max(secs / 100, 1), 30)
        while not self.ended.wait(min(pause, max(began + secs - time.monotonic(), 0))):
            now = time.monotonic()
            if due and now >= due[0]:
                due.pop(0)
                world.reload()
            if steady:
                memory, workers = self.watch.sample()
                self.say(f"{(now - began) / 60:6.1f} min  front {memory / 1e6:.2f} MB, {workers} workers; "
                         + ", ".join(f"{number} {name}" for name, number in sorted(self.count.items())))
            if now - began >= secs:
                self.ended.set()
        for life in lives:
            life.join(2 * PATIENCE_SECS)
            check(not life.is_alive(), "a phone or the world does not end")
        self.count["names"] = world.number
        check(not self.failures, "\n".join(self.failures))
        return began

    def leave(self):
        for phone in self.phones:
            phone.close()

    # What must hold in the end

    def agree(self):
        """Each phone, the mailbox and the ledger have the same."""
        for phone in self.phones:
            phone.careful = True

        def catch_up(phone):
            phone.refresh_folders()
            for folder in phone.ids():
                phone.catch_up(folder)

        self.everybody(catch_up)
        for ledger in self.ledgers:
            self._agree_mail(ledger)
            self._agree_objects(ledger)
        sent = collections.Counter(content.split(b"Subject: ", 1)[1].split(b"\r\n", 1)[0].decode()
                                   for ledger in self.ledgers for _, content in ledger.user.sent())
        wanted = collections.Counter(subject for ledger in self.ledgers for subject in ledger.sent)
        check(sent == wanted, f"mails that did not leave: {dict(wanted - sent)}; or left too often: {dict(sent - wanted)}")

    def phones_of(self, ledger):
        return [phone for phone in self.phones if phone.ledger is ledger]

    def _agree_mail(self, ledger):
        there = collections.Counter()
        for kind in MAIL_FOLDERS:
            any_phone = self.phones_of(ledger)[0]
            mailbox = MAILBOXES.get(kind) or any_phone.folders[any_phone.folder(kind)]["name"]
            with Imap(ledger.user, mailbox) as imap:
                mails = imap.mails()
            there.update(subject for subject, _read in mails.values())
            for phone in self.phones_of(ledger):
                items = phone.collection(phone.folder(kind)).items
                seen = {server_id.split(":")[1]: (item.value("Subject"), item.value("Read") == "1")
                        for server_id, item in items.items()}
                check(seen == mails, f"{phone.device_id} and {mailbox} of {ledger.user.address} differ: the phone has "
                      f"{dict(seen.items() - mails.items())}, the mailbox {dict(mails.items() - seen.items())}")
        wanted = collections.Counter(ledger.mails)
        check(there == wanted, f"{ledger.user.address}: lost {list((wanted - there).elements())}; "
              f"too many {list((there - wanted).elements())}")

    def _agree_objects(self, ledger):
        fresh = SoakPhone.of(self.stage.instance, ledger.user.number, device_id=f"fresh{ledger.user.number:08d}")
        fresh.live(self, ledger, "nobody", 0).careful = True
        fresh.settle_in()
        for kind, field, wanted in ((CONTACTS, "LastName", ledger.contacts), (CALENDAR, "Subject", ledger.events)):
            for phone in (fresh, *self.phones_of(ledger)):
                seen = collections.Counter(item.value(field) for item in phone.collection(phone.folder(kind)).items.values())
                check(seen == collections.Counter(wanted), f"{phone.device_id} of {ledger.user.address}: lacks "
                      f"{list((collections.Counter(wanted) - seen).elements())}, has besides "
                      f"{list((seen - collections.Counter(wanted)).elements())}")
        fresh.close()

    def everybody_hears(self):
        """All wait; one mail for each user; all are woken."""
        waiting = [(phone, phone.ping(LONG_SECS, phone.ids())) for phone in self.phones]
        limited = []

        def all_wait():
            # the front has seen how short the lines of some live, and does not let them wait so long
            for entry in [entry for entry in waiting if entry[1].ready()]:
                answer = entry[1].wait(PATIENCE_SECS)
                check(answer.value("Status") == "5", f"{entry[0].device_id}: Status {answer.value('Status')} before mail came")
                waiting.remove(entry)
                limited.append((entry[0], int(answer.value("HeartbeatInterval"))))
            return self.stage.counters()["parked_now"] == len(waiting)

        self.stage.eventually(lambda: f"{self.stage.counters()['parked_now']} of {len(waiting)} wait",
                              all_wait, PATIENCE_SECS)
        for ledger in self.ledgers:
            ledger.user.receives(self.stage.message("The last one"))
            ledger.mails.add("The last one")
        waiting += [(phone, phone.ping(limit, phone.ids())) for phone, limit in limited]
        for phone, pending in waiting:
            answer = pending.wait(PATIENCE_SECS)
            check(answer.status == 200 and answer.value("Status") == "2",
                  f"{phone.device_id}: HTTP {answer.status}, Status {answer.value('Status')} when mail came")

    def quiet_log(self, start, allowed=OF_THE_PHONES):
        """Nothing in the log from there on but what is allowed. Returns where it ends."""
        log = self.stage.log()
        found = [line for line in log[start:].splitlines() if (TROUBLE.search(line) or "Warning: " in line)
                 and not re.search(allowed, line)]
        check(not found, "the log holds\n" + "\n".join(found[:20]))
        return len(log)


def run(soak, unsteady_secs, steady_secs, reloads):
    """All of it; Failure when something does not hold."""
    soak.prepare()
    soak.live(unsteady_secs, reloads=reloads)
    soak.leave()
    before = watch.at_rest(soak.stage)
    logged = soak.quiet_log(0, OF_A_RELOAD)
    soak.say(f"at rest the front has {before[1]} descriptors")
    began = soak.live(steady_secs, steady=True)
    lines, leaks = soak.watch.verdict(began, steady_secs)
    for line in lines:
        soak.say(line)
    soak.agree()
    soak.everybody_hears()
    soak.agree()
    soak.leave()
    watch.same_as_before(soak.stage, before)
    soak.quiet_log(logged)
    check(not soak.missed, "missed:\n" + "\n".join(soak.missed))
    check(not leaks, "these grew:\n" + "\n".join(leaks))
    soak.say(", ".join(f"{number} {name}" for name, number in sorted(soak.count.items())))
