# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mail for everybody: thousands of Syncs wait for a worker. Two file descriptors each would be more than there are."""

import os
import time

from tests.harness.phone import E, INBOX, Answer, tree
from tests.harness.stage import check
from tests.harness.stopped import Stopped
from tests.harness.wbxml import encode
from tests.harness.wire import request_head

scenario = "A Sync that waits for a worker keeps no more than its connection, and is answered, overtaken or dropped like any other"
spec = ["decision 201"]
needs = ["own instance"]
config = "directpush_worker_max = 1\ndirectpush_worker_timeout = 300 secs\n"


def request_of(phone, command, body):
    raw = encode(body)
    target, lines = phone.head(command)
    return request_head("POST", target, lines, raw) + raw


def run(stage):
    front = stage.instance.pids_of("directpush")[0]

    def fds():
        return len(os.listdir(f"/proc/{front}/fd"))

    alice, phone = stage.user("alice"), stage.phone("one", "alice")
    other = stage.phone("two", "bob")
    phone.first_contact()
    inbox = phone.folder(INBOX)
    alice.receives(stage.message("Lunch?"))
    other.first_contact()
    connection, dropped = phone.connect(), phone.connect()

    with Stopped(stage):
        # bob has the only worker, and it says nothing
        busy = other.start("FolderSync", tree("FolderHierarchy", "FolderSync", E("SyncKey", other.folder_key)))
        stage.eventually("bob's request did not come", lambda: stage.at_work("bob") == 1)
        before = fds()
        waiting = phone.start("Sync", phone.sync_tree(inbox))
        stage.eventually("the Sync did not come", lambda: stage.at_work() == 1)
        stage.eventually(lambda: f"{fds()} file descriptors instead of {before}", lambda: fds() <= before)

        # the phone asks for something else behind it
        connection.send(request_of(phone, "Sync", phone.sync_tree(inbox)))
        stage.eventually("the second Sync did not come", lambda: stage.at_work() == 2)
        stage.eventually(lambda: f"{fds()} file descriptors instead of {before}", lambda: fds() <= before)
        connection.send(request_of(phone, "FolderSync",
                                   tree("FolderHierarchy", "FolderSync", E("SyncKey", phone.folder_key))))
        stage.eventually("the FolderSync did not come", lambda: stage.at_work() == 3)

        # the phone goes away
        dropped.send(request_of(phone, "Sync", phone.sync_tree(inbox)))
        stage.eventually("the third Sync did not come", lambda: stage.at_work() == 4)
        dropped.reset()
        stage.eventually("the Sync of a connection that went stays", lambda: stage.at_work() == 3)

    check(busy.wait(20).value("Status") == "1", "bob's request failed")
    answers = [waiting.wait(20)]
    answers.append(Answer("Sync", connection.read_response(20), time.monotonic()))
    answers.append(Answer("FolderSync", connection.read_response(20), time.monotonic()))
    connection.close()
    for answer in answers:
        check(answer.status == 200, f"{answer.command}: HTTP {answer.status}")
    # the same key asked twice: the same mail told twice, held once
    phone.apply_sync(answers[0])
    phone.apply_sync(phone.sync(inbox))
    check(len(phone.collection(inbox).items) == 1, f"{len(phone.collection(inbox).items)} mails instead of 1")
