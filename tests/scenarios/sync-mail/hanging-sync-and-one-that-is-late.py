# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Sync that lay with a slow worker is done after a later one of the same phone began to wait."""

from tests.harness.phone import INBOX, SENT
from tests.harness.stage import check
from tests.harness.stopped import Stopped

scenario = "A Sync that waits stays with its own folders, whatever else of the phone is done meanwhile"
spec = ['MS-ASCMD "HeartbeatInterval(Sync)"']
needs = ["own instance"]
versions = ("14.1", "16.1")


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact(sync=(INBOX, SENT))
    inbox, sent = phone.folder(INBOX), phone.folder(SENT)
    alice.has("Sent", stage.message("In Sent"))
    with Stopped(stage):
        late = phone.start("Sync", phone.sync_tree(sent))
        stage.eventually("the Sync of Sent is not at work", lambda: stage.at_work() == 1)
        waiting = phone.start("Sync", phone.sync_tree(inbox, heartbeat=60))
        stage.expect_parked(1, timeout=20)
    answer = late.wait()
    check(answer.value("Collections/Collection/CollectionId") == sent, "the Sync of Sent has no answer")
    phone.apply_sync(answer)
    stage.expect_parked(1)
    alice.receives(stage.message("Pushed"))
    answer = waiting.wait()
    check(answer.value("Collections/Collection/CollectionId") == inbox,
          f"the waiting Sync is answered with {answer.value('Collections/Collection/CollectionId', 'nothing')}")
    phone.apply_sync(answer)
    check([item.value("Subject") for item in phone.collection(inbox).items.values()] == ["Pushed"], "the mail did not come")
