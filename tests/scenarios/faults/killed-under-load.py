# SPDX-License-Identifier: LGPL-2.1-or-later
"""Phones at work, mail coming in, and something is killed again and again."""

import os
import random
import signal
import smtplib
import threading
import time

from tests.harness.dovecot import end_process, start_time
from tests.harness.phone import INBOX, TRASH
from tests.harness.fault_round import on_server, subjects
from tests.harness.stage import check
from tests.harness.wire import WireError

scenario = "Workers, front, auth and the master are killed under load, and every phone has what the server has in the end"
spec = ['docs/architecture.md "A Sync"']
needs = ["own instance"]
config = """directpush_heartbeat_min = 1 secs
directpush_device_rate = 0
directpush_user_rate = 0
directpush_max_requests_per_device = 100
"""
# Maildir's dotlocks outlive a crash for two minutes, in any program of Dovecot's.
mail = "sdbox"
seconds = 25

SEED = int(os.environ.get("FAULT_SEED", "1"))
ROUNDS = 40 if os.environ.get("FAULTS") == "all" else 8
PROGRAMS = ("directpush-worker", "directpush", "auth", "master")
USERS = ("alice", "bob")


class Life(threading.Thread):
    """What a phone does: Pings, Syncs what it hears of, sends a mail now and then. Whatever fails it does again."""

    def __init__(self, stage, phone, user):
        super().__init__(daemon=True)
        self.stage, self.phone, self.user = stage, phone, user
        self.ended = threading.Event()
        self.sent = []
        self.error = None

    def run(self):
        inbox = self.phone.folder(INBOX)
        try:
            while not self.ended.is_set():
                self.patiently(lambda: self.phone.sync(inbox, timeout=20))
                answer = self.patiently(lambda: self.phone.ping(1, [inbox]).wait(20))
                check(answer is None or answer.value("Status") in ("1", "2"),
                      f"Ping: {answer and answer.value('Status')}")
                subject = f"Sent {len(self.sent)} by {self.phone.device_id}"
                mail = self.stage.message(subject, sender=self.user.address)
                if self.patiently(lambda: self.phone.send_mail(mail, client_id=f"sent{len(self.sent)}")):
                    self.sent.append(subject)
        except Exception as error:
            self.error = error

    def patiently(self, request):
        """Its answer, None if the end came first."""
        while True:
            try:
                answer = request()
                check(answer.status in (200, 503), f"{answer.command}: HTTP {answer.status}")
                if answer.status == 200:
                    return answer
            except (WireError, OSError):
                self.phone.close()
            if self.ended.wait(0.2):
                return None


def deliver(stage, users, ended, delivered):
    """Mails for everybody, by LMTP; what was accepted is in delivered."""
    number = 0
    while not ended.wait(0.05):
        user = users[number % len(users)]
        number += 1
        try:
            user.receives(stage.message(f"Mail {number}x"))
            delivered[user.name].append(f"Mail {number}x")
        except (OSError, smtplib.SMTPException):
            continue


def kill(stage, program):
    if program == "master":
        stage.instance.end_master(signal.SIGKILL)
        stage.instance.start_again()
        return
    for pid in stage.instance.pids_of(program):
        started = start_time(pid)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        end_process(pid, started, 5)


def settled(life):
    """Both sides hold the same."""
    phone, user = life.phone, life.user
    for folder, mailbox in ((phone.folder(INBOX), "INBOX"), (phone.folder(TRASH), "Trash")):
        phone.sync_all(folder)
        here, there = subjects(phone, folder), on_server(user, mailbox)
        check(here == there, f"{phone.device_id}: {mailbox}: the phone has {here - there}, the server {there - here} besides")


def run(stage):
    stage.allowed_errors.append(".")
    chance = random.Random(SEED)
    ended, delivered = threading.Event(), {name: [] for name in USERS}
    users = [stage.user(name) for name in USERS]
    lives = []
    for number, name in enumerate(USERS * 2):
        phone = stage.phone(f"phone{number}", name)
        phone.forgives_echoes = True
        phone.first_contact(sync=(INBOX, TRASH))
        lives.append(Life(stage, phone, stage.user(name)))
    post = threading.Thread(target=deliver, args=(stage, users, ended, delivered), daemon=True)
    for thread in (*lives, post):
        thread.start()
    # each of them at least once
    order = list(PROGRAMS) + [chance.choice(PROGRAMS[:3]) for _ in range(ROUNDS - len(PROGRAMS))]
    chance.shuffle(order)
    print(f"{SEED}: kills {' '.join(order)}", flush=True)
    for program in order:
        time.sleep(chance.uniform(0.1, 0.8))
        kill(stage, program)
    stage.eventually("not everybody could do something", lambda: all(life.sent or life.error for life in lives) and
                     all(delivered.values()), 60)
    ended.set()
    for life in lives:
        life.ended.set()
    for thread in (*lives, post):
        thread.join(60)
        check(not thread.is_alive(), "somebody does not come to an end")
    for life in lives:
        check(life.error is None, f"{life.phone.device_id}: {type(life.error).__name__}: {life.error}")
        stage.eventually("nobody is served", lambda life=life: life.patiently(life.phone.folder_sync), 30)
        settled(life)
        left = [content for _, content in life.user.sent()]
        for subject in life.sent:
            # a worker killed in the very moment: it is not sent again (decision 040)
            count = sum(f"Subject: {subject}\r\n".encode() in content for content in left)
            check(count <= 1, f"{subject} left {count} times")
    for user in users:
        here = on_server(user, "INBOX")
        lost = [subject for subject in delivered[user.name] if subject not in here]
        check(not lost, f"{user.name}: delivered and gone: {lost}")
