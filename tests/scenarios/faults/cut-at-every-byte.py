# SPDX-License-Identifier: LGPL-2.1-or-later
"""The line is reset, or falls silent, at the n-th byte of a request or of its answer."""

import os
import random

from tests.harness.fault_folders import FolderCreate
from tests.harness.fault_mails import MoveItems, SendMail, Sync
from tests.harness.phone import INBOX, TRASH
from tests.harness.relay import TO_CLIENT, TO_SERVER, Relay
from tests.harness.stage import check
from tests.harness.wire import WireError

scenario = "At whichever byte a line breaks or falls silent, the repeated request loses and doubles nothing"
spec = ["quirk 1", 'docs/architecture.md "A Sync"']
needs = ["own instance"]
config = "directpush_device_rate = 0\ndirectpush_body_timeout = 2 secs\n"
seconds = 20

SEED = int(os.environ.get("FAULT_SEED", "1"))
ALL = os.environ.get("FAULTS") == "all"
DRAWN = 4
# a silent line is noticed when the phone loses its patience
PATIENCE_SECS = 0.5


def places(command, direction, size):
    """Bytes to cut at, of so many."""
    if ALL:
        return range(1, size)
    return sorted({1, size - 1, *random.Random(f"{SEED} {command} {direction}").sample(range(1, size), DRAWN)})


def attempt(stage, relay, phone, command, direction, after, silent):
    """One request over a line that ends after so many bytes; then it is repeated over a good one."""
    mark = f"{command.__name__} {'silent' if silent else 'reset'} {direction.split()[1]} {after}x"
    tried = command(stage, phone, mark)
    prepared = tried.prepare()
    phone.close()
    relay.cut(direction, after, silent)
    waited, phone.patience_secs = phone.patience_secs, PATIENCE_SECS if silent else phone.patience_secs
    try:
        answer = tried.send(prepared)
    except (WireError, OSError):
        answer = None
    phone.patience_secs = waited
    relay.disarm()
    phone.close()
    if answer is None:
        stage.eventually(f"{mark}: it does not get better", lambda: tried.good(tried.send(prepared)), 30)
    tried.settled(prepared)


def size_of(stage, relay, phone, command):
    """Bytes of a request and of its answer, with their heads."""
    tried = command(stage, phone, f"{command.__name__} wholex")
    prepared = tried.prepare()
    phone.close()
    before = len(relay.lines)
    check(tried.good(tried.send(prepared)), f"{command.__name__}: fails without a reason")
    carried = dict(relay.lines[before].carried)
    tried.settled(prepared)
    return carried


def run(stage):
    relay = Relay(stage.instance.address("http"))
    stage.relays.append(relay)
    for command in (Sync, MoveItems, FolderCreate, SendMail):
        phone = stage.phone(command.__name__.lower(), tls=False, via=relay.address)
        phone.forgives_echoes = True
        phone.first_contact(sync=(INBOX, TRASH))
        sizes = size_of(stage, relay, phone, command)
        for direction in (TO_SERVER, TO_CLIENT):
            for number, after in enumerate(places(command.__name__, direction, sizes[direction])):
                attempt(stage, relay, phone, command, direction, after, number % 3 == 2)
        phone.close()
