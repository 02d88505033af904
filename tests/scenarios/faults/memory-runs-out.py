# SPDX-License-Identifier: LGPL-2.1-or-later
"""Dovecot ends a process that gets no memory: the n-th allocation is the last thing a worker does."""

from tests.harness.fault import KILL, MEMORY
from tests.harness.fault_mails import SendMail
from tests.harness.fault_rounds import COMMANDS, CONFIG, run_rounds
from tests.harness.stage import Skipped, check

scenario = "Whichever allocation is a worker's last, the repeated request loses and doubles nothing"
spec = ["docs/reliability.md"]
needs = ["faults"]
config = CONFIG
mail = "sdbox"
seconds = 40


class SendMailPerhaps(SendMail):
    """Between writing the ClientId down and the mail server's answer nobody can know: then it is not sent again."""

    def check_left(self, count):
        check(count <= 1, f"{self.mark}: it left {count} times")


# those that write; the two that send are as the first
COMMON = ("Sync", "FirstSync", "MoveItems", "FolderCreate", "FolderDelete", "Ping", "EmptyFolder", "Contacts")


def run(stage):
    if stage.instance.environment:
        raise Skipped("sanitizers have allocations of their own, which do not fail")
    commands = [command for command in COMMANDS if command.__name__ in COMMON] + [SendMailPerhaps]
    run_rounds(stage, ((KILL, 0, MEMORY),), commands)
