# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Ping whose worker says nothing for a while: the front lets lib-http go meanwhile."""

import time

from tests.harness.phone import E, INBOX, Answer, tree
from tests.harness.stage import check
from tests.harness.stopped import Stopped
from tests.harness.wbxml import encode
from tests.harness.wire import request_head

scenario = "A Ping whose worker takes its time is parked, overtaken or dropped like any other"
spec = ['docs/architecture.md "A Ping"']
needs = ["own instance"]


def request_of(phone, command, body):
    raw = encode(body)
    target, lines = phone.head(command)
    return request_head("POST", target, lines, raw) + raw


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    check(stage.workers(), "no worker lingers")

    # it answers at last: parked, and woken
    with Stopped(stage):
        pending = phone.ping(600, [inbox])
        stage.eventually("the Ping did not come", lambda: stage.at_work() == 1)
    stage.expect_parked(1)
    alice.receives(stage.message("Lunch?"))
    check(pending.wait(5).value("Status") == "2", "not woken")
    phone.sync(inbox)
    phone.sync(inbox)

    # the phone asks for something else on the same connection: both answers, in order
    connection = phone.connect()
    with Stopped(stage):
        connection.send(request_of(phone, "Ping", phone.ping_tree(601, [inbox])))
        stage.eventually("the Ping did not come", lambda: stage.at_work() == 1)
        connection.send(request_of(phone, "FolderSync",
                                   tree("FolderHierarchy", "FolderSync", E("SyncKey", phone.folder_key))))
        stage.eventually("the FolderSync did not come", lambda: stage.at_work() == 2)
    for command in ("Ping", "FolderSync"):
        answer = Answer(command, connection.read_response(10), time.monotonic())
        check(answer.status == 200 and answer.value("Status") == "1",
              f"{command}: HTTP {answer.status}, Status {answer.value('Status')}")
    connection.close()

    # the phone goes away meanwhile: nothing stays
    connection = phone.connect()
    with Stopped(stage):
        connection.send(request_of(phone, "Ping", phone.ping_tree(602, [inbox])))
        stage.eventually("the Ping did not come", lambda: stage.at_work() == 1)
        connection.reset()
        stage.eventually("the Ping of a phone that went stays", lambda: stage.at_work() == 0)
    check(stage.parked() == 0, "it was parked for nobody")
    pending = phone.ping(600, [inbox])
    stage.expect_parked(1)
    alice.receives(stage.message("Dinner?"))
    check(pending.wait(5).value("Status") == "2", "not woken afterwards")
