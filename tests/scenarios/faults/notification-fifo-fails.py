# SPDX-License-Identifier: LGPL-2.1-or-later
"""A worker cannot tell the front of what it changed: the n-th operation on the FIFO fails, or is its last."""

import errno

from tests.harness.fault import FAIL, FIFO, KILL
from tests.harness.fault_rounds import COMMANDS, CONFIG, run_rounds

scenario = "That a change cannot be told, or that the worker dies of it, neither loses nor doubles it"
spec = ["docs/reliability.md"]
needs = ["faults"]
config = CONFIG
mail = "sdbox"
seconds = 15

# those that change something
CHANGING = ("Sync", "MoveItems", "FolderCreate", "EmptyFolder", "SendMail", "Contacts")


def run(stage):
    commands = [command for command in COMMANDS if command.__name__ in CHANGING]
    run_rounds(stage, ((FAIL, errno.EIO, FIFO), (FAIL, errno.EAGAIN, FIFO), (KILL, 0, FIFO)), commands)
