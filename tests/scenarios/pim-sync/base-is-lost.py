# SPDX-License-Identifier: LGPL-2.1-or-later
"""What objects said before can be lost, as with a state of a version before."""

import glob
import os

from tests.harness import kolab
from tests.harness.phone import TASKS, E
from tests.harness.stage import check
from tests.harness.verbs.objects import check_change, expect_object, rewrite_object

scenario = "Where it is not known what the phone saw, its change of what others changed is a conflict; it is taken when repeated"
spec = ["MS-ASCMD \"Conflict\""]
versions = ("14.1", "16.1")


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact(())
    tasks = phone.folder(TASKS)
    alice.has("Tasks", kolab.message("task", "paint", ["SUMMARY:Paint"], alice.address))
    phone.sync_all(tasks)
    item_id, = phone.collection(tasks).items
    for round_number, lost in enumerate((True, False)):
        files = glob.glob(os.path.join(stage.instance.dir, "**", f"bases-{tasks}"), recursive=True)
        check(len(files) == 1, f"files: {files}")
        if lost:
            os.unlink(files[0])
        rewrite_object(stage, "alice", "Tasks", "paint", [f"SUMMARY:Paint {round_number}"])
        data = E("ApplicationData", E("Importance", 2 * round_number, ns="Tasks"), ns="AirSync")
        phone.change_item(tasks, item_id, data, lambda answer, lost=lost: check_change(answer, "7" if lost else None))
        if lost:
            phone.change_item(tasks, item_id, data, check_change)
        expect_object(stage, "alice", "Tasks", "paint",
                      [f"SUMMARY:Paint {round_number}", "PRIORITY:1" if round_number else "PRIORITY:9"])
        phone.sync_all(tasks)
