# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clock of the server is set, by hours, while phones wait."""

import os
import time

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "When the clock jumps by hours, Pings end when they should, changes wake, and nobody works without need"
spec = ['docs/architecture.md "A Ping"']
needs = ["faults"]
config = "directpush_heartbeat_min = 1 secs\n"
seconds = 30

HOUR = 3600
# long enough to be seen waiting
HEARTBEAT_SECS = 8
# of Dovecot's programs only front and workers are set; a whole machine's are all the same to each other
JUMPS = (5 * HOUR, -3 * HOUR, 24 * HOUR, 0)
# the front looks at its clock, that is all
BUSY_SECS = 0.5


def cpu_secs(pids):
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def patiently(stage, request):
    """Its answer. Dovecot's mail processes end when they see the clock go back by minutes; phones come again then."""
    answers = []
    stage.eventually("served by nobody", lambda: answers.append(request()) or answers[-1].status != 503, 20)
    return answers[-1]


def run(stage):
    stage.allowed_errors.append("Time just moved backwards|worker lost: ")
    alice = stage.user("alice")
    waiting, ending = stage.phone("waiting"), stage.phone("ending")
    for phone in (waiting, ending):
        phone.first_contact()
    inbox = waiting.folder(INBOX)
    for number, jump in enumerate(JUMPS):
        long = waiting.ping(600, [inbox])
        # this one is older than the jump; its end must neither come at once nor hours late
        started = time.monotonic()
        short = ending.ping(HEARTBEAT_SECS, [inbox])
        stage.expect_parked(2)
        fronts, before = stage.instance.pids_of("directpush"), cpu_secs(stage.instance.pids_of("directpush"))
        stage.fault.jump(jump)
        answer = short.wait(20)
        check(answer.value("Status") == "1", f"{jump}: Status {answer.value('Status')}")
        check(time.monotonic() - started > HEARTBEAT_SECS - 0.5, f"{jump}: the wait ended at once")
        check(not long.ready(), f"{jump}: a Ping of ten minutes was answered")
        check(cpu_secs(fronts) - before < BUSY_SECS, f"{jump}: the front worked for {cpu_secs(fronts) - before} s")
        check(fronts == stage.instance.pids_of("directpush"), f"{jump}: another front")
        alice.receives(stage.message(f"After {number}"))
        answer = long.wait(20)
        check(answer.value("Status") == "2", f"{jump}: woken with Status {answer.value('Status')}")
        for phone in (waiting, ending):
            # workers older and younger than the jump
            answer = patiently(stage, lambda phone=phone: phone.sync(inbox))
            told = [node.name for commands in answer.tree.all("Collections/Collection/Commands")
                    for node in commands.children]
            check(told == ["Add"], f"{jump}: told {told}")
            check(len(phone.collection(inbox).items) == number + 1, f"{jump}: {len(phone.collection(inbox).items)} mails")
        for _ in range(2):
            mail = stage.message(f"Sent {number}", sender=alice.address)
            patiently(stage, lambda: waiting.send_mail(mail, client_id=f"jump{number}"))
        check(len(alice.sent()) == number + 1, f"{jump}: {len(alice.sent())} mails left")
