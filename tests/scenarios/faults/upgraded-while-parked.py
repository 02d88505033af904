# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many phones wait while the server is reloaded, stopped and started, and its plugins are replaced by new ones."""

import os
import shutil
import signal
import threading
import time

from tests.harness.dovecot import MODULES
from tests.harness.phone import INBOX
from tests.harness.stage import check
from tests.harness.wire import WireError

scenario = "Reload, restart and upgrade answer or close every waiting phone, one after the other; no change in between is missed"
spec = ['docs/architecture.md "A Ping"']
needs = ["own instance"]
SPREAD_SECS = 3
config = f"directpush_shutdown_spread = {SPREAD_SECS} secs\ndirectpush_max_requests_per_device = 100\n"
seconds = 15
PHONES = 12


def upgrade(instance):
    """New files under the old names, as a package manager makes them."""
    for built, place in MODULES.items():
        path = os.path.join(instance.dir, "modules", place, os.path.basename(built))
        shutil.copy(path, path + ".new")
        os.rename(path + ".new", path)


def stop(stage):
    stage.instance.end_master(signal.SIGTERM)
    stage.instance.start_again()


def upgrade_and_reload(stage):
    upgrade(stage.instance)
    stage.reload()


def upgrade_and_restart(stage):
    stage.instance.end_master(signal.SIGTERM)
    upgrade(stage.instance)
    stage.instance.start_again()


def ended(stage, pendings, started):
    """How and after how long each wait ended: a list of (status or None, seconds)."""
    ends = [None] * len(pendings)

    def wait(number):
        try:
            answer = pendings[number].wait(30)
            status = (answer.status, answer.value("Status"))
        except WireError:
            status = None
        ends[number] = status, time.monotonic() - started

    threads = [threading.Thread(target=wait, args=(number,), daemon=True) for number in range(len(pendings))]
    for thread in threads:
        thread.start()
    return ends, threads


def again(phone, inbox):
    """A Ping of a phone that heard "nothing" or lost its line: at once, and until it is served."""
    deadline = time.monotonic() + 30
    while True:
        try:
            pending = phone.ping(600, [inbox])
            if not pending.connection.readable(0.5):
                return pending
            answer = pending.wait()
            if answer.status == 200:
                return pending
        except (WireError, OSError):
            phone.close()
        check(time.monotonic() < deadline, "a phone is not served any more")
        time.sleep(0.1)


def heard(phone, inbox):
    """The answer of a Ping that is served, however late "not now" comes."""
    deadline = time.monotonic() + 30
    while True:
        answer = again(phone, inbox).wait(20)
        if answer.status == 200:
            return answer
        check(time.monotonic() < deadline, "a phone hears only \"not now\"")
        time.sleep(0.1)


def run(stage):
    # those that are ended at work
    stage.allowed_errors.append("worker lost|auth|killed|directpush-notify|Shutting down")
    phones = [stage.phone(f"phone{number}", ("alice", "bob")[number % 2]) for number in range(PHONES)]
    for phone in phones:
        phone.first_contact()
    for number, change in enumerate((lambda stage: stage.reload(), stop, upgrade_and_reload, upgrade_and_restart)):
        pendings = [phone.ping(600, [phone.folder(INBOX)]) for phone in phones]
        for user in ("alice", "bob"):
            stage.expect_parked(PHONES // 2, user, 20)
        started = time.monotonic()
        ends, threads = ended(stage, pendings, started)
        change(stage)
        # nobody listens at this moment, perhaps
        for user in ("alice", "bob"):
            stage.user(user).has("INBOX", stage.message(f"In the gap {number}"))
        for thread in threads:
            thread.join(30)
        check(all(end is not None for end in ends), f"{number}: somebody still waits")
        # "nothing", or what came meanwhile; or the line was closed
        odd = [end for end in ends if end[0] not in (None, (200, "1"), (200, "2"))]
        check(not odd, f"{number}: {odd}")
        check(sum(end[0] is not None for end in ends) == PHONES,
              f"{number}: {sum(end[0] is None for end in ends)} of {PHONES} heard nothing")
        times = sorted(secs for _, secs in ends)
        # they need not be read at once, but all at once they were not written
        check(times[-1] - times[0] > SPREAD_SECS / 4, f"{number}: all within {times[-1] - times[0]:.2f} s")
        for phone in phones:
            inbox = phone.folder(INBOX)
            answer = heard(phone, inbox)
            check(answer.value("Status") == "2", f"{number}: the change in the gap: Status {answer.value('Status')}")
            phone.sync_all(inbox)
            held = [item.value("Subject") for item in phone.collection(inbox).items.values()]
            check(sorted(held) == [f"In the gap {past}" for past in range(number + 1)], f"{number}: {held}")
