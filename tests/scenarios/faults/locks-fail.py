# SPDX-License-Identifier: LGPL-2.1-or-later
"""No lock is to be had for the n-th lock a worker takes on the user's files: Dovecot's indexes, and ours."""

import errno

from tests.harness.fault import FAIL, LOCKS
from tests.harness.fault_rounds import COMMANDS, CONFIG, run_rounds

scenario = "Whichever lock fails, the repeated request loses and doubles nothing"
spec = ["docs/reliability.md"]
needs = ["faults"]
config = CONFIG
seconds = 40


def run(stage):
    # Dovecot deletes in steps: where a lock fails between them, half a mailbox is left behind.
    commands = [command for command in COMMANDS if command.__name__ != "FolderDelete"]
    run_rounds(stage, ((FAIL, errno.ENOLCK, LOCKS),), commands)
