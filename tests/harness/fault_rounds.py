# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands in rounds: in round n the worker's n-th operation fails, or is its last. After the phone has repeated
its request, both sides must hold the same.

Some of the rounds are drawn for every run; FAULTS=all in the environment makes all of them, FAULT_SEED=n draws others.
"""

import glob
import os
import random

from .fault import KILL
from .fault_answers import MeetingResponse, SmartReply
from .fault_contacts import Contacts
from .fault_folders import FolderCreate, FolderDelete, FolderSync, FolderUpdate
from .fault_looks import EmptyFolder, Fetch, Ping, Search
from .fault_mails import FirstSync, MoveItems, SendMail, Sync
from .phone import INBOX, TRASH
from .stage import check
from .wire import WireError

# no command does so many
NEVER = 999999
# drawn of each command's operations, the first and the last besides
DRAWN = 4
ALL = os.environ.get("FAULTS") == "all"
SEED = int(os.environ.get("FAULT_SEED", "1"))
# one phone goes through hundreds of rounds a minute, and a Ping that finds nothing is not to last
CONFIG = "directpush_device_rate = 0\ndirectpush_user_rate = 0\ndirectpush_heartbeat_min = 1 secs\n"

COMMANDS = (Sync, FirstSync, MoveItems, FolderSync, FolderCreate, FolderUpdate, FolderDelete, SendMail, SmartReply,
            MeetingResponse, Ping, Fetch, EmptyFolder, Search, Contacts)


def repeated(tried, prepared):
    try:
        return tried.good(tried.send(prepared))
    except WireError:
        return False


def remove_dotlocks(stage):
    """A dotlock of Dovecot's that is no process's id (it is the new file already) outlives a killed process for minutes."""
    for path in glob.glob(os.path.join(stage.instance.dir, "home", "*", "**", "*.*lock"), recursive=True):
        if "/directpush/" not in path:
            os.unlink(path)


def attempt(stage, command, phone, way, n):
    """Returns what failed, None if the command does not do n operations, and how many it did."""
    action, error, kind = way
    # no mark is part of another: mails are sought by it
    mark = f"{command.__name__} {action} {error} {kind or 0} {n}x"
    tried = command(stage, phone, mark)
    prepared = tried.prepare()
    stage.fault.arm(action, n, error, kind)
    try:
        answer = tried.send(prepared)
    except WireError:
        answer = None
    failed = stage.fault.disarm()
    done = stage.fault.count()
    if action == KILL:
        remove_dotlocks(stage)
    if failed is None:
        check(answer is not None and tried.good(answer), f"{mark}: nothing failed, and the answer is "
              f"{answer and (answer.status, answer.value('Status'))}")
    elif answer is None or not tried.good(answer):
        # phones come back after Retry-After; until then a worker may just be found dead
        stage.eventually(f"{mark}: {failed} failed, and it does not get better", lambda: repeated(tried, prepared), 30)
    if action == KILL and failed is not None:
        # a dead worker is found one request late
        stage.eventually(f"{mark}: nobody is served", lambda: phone.folder_sync().status == 200, 30)
    tried.settled(prepared)
    return failed, done


def drawn(name, count):
    """Rounds to make, of so many."""
    if ALL or count <= DRAWN + 2:
        return range(1, count + 1)
    return sorted({1, count, *random.Random(f"{SEED} {name}").sample(range(1, count + 1), DRAWN)})


def run_rounds(stage, ways, commands=COMMANDS):
    """ways: (action, error, kind) each, as Fault.arm() takes them. Every command, for every n or those drawn."""
    stage.allowed_errors.append(".")
    failed = set()
    for command in commands:
        for way in ways:
            name = "".join(str(part) for part in (command.__name__, *way)).replace("None", "")
            phone = stage.phone(name.lower()[-20:])
            phone.forgives_echoes = True
            phone.first_contact(sync=(INBOX, TRASH))
            _, count = attempt(stage, command, phone, way, NEVER)
            for n in drawn(name, count):
                if attempt(stage, command, phone, way, n)[0] is not None:
                    failed.add(command)
            phone.close()
    missing = [command.__name__ for command in commands if command not in failed]
    check(not missing, f"nothing failed in {missing}")
