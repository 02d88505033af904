# SPDX-License-Identifier: LGPL-2.1-or-later
"""The FIFO that tells of changes is gone for a while."""

import os

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "A change that could not be told wakes nobody, and is found when the front lets a repeated Ping be looked at"
spec = ["decision 206"]
needs = ["own instance"]
config = "directpush_heartbeat_min = 1 secs\ndirectpush_look_interval = 4 secs\n"
seconds = 6
HEARTBEAT_SECS = 2


def run(stage):
    stage.allowed_errors.append(r"directpush-notify\) failed: No such file or directory")
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    fifo = os.path.join(stage.instance.dir, "run", "directpush-notify")
    answer = phone.ping(HEARTBEAT_SECS, [inbox]).wait()
    check(answer.value("Status") == "1", f"nothing happened: Status {answer.value('Status')}")
    os.rename(fifo, fifo + ".away")
    alice.receives(stage.message("Told to nobody"))
    stage.expect_logged(r"directpush-notify\) failed: No such file or directory")
    os.rename(fifo + ".away", fifo)
    statuses = []
    while "2" not in statuses:
        check(len(statuses) < 5, f"never told: {statuses}")
        statuses.append(phone.ping(HEARTBEAT_SECS, [inbox]).wait().value("Status"))
    phone.sync_all(inbox)
    check(len(phone.collection(inbox).items) == 1, "the mail is missing")
    # and it is told again
    pending = phone.ping(60, [inbox])
    stage.expect_parked(1)
    alice.receives(stage.message("Told"))
    check(pending.wait(5).value("Status") == "2", "no longer woken")
