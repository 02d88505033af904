# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Sync that adds, changes and deletes an object, while the worker's n-th file operation fails or is its last."""

import errno

from tests.harness import kolab
from tests.harness.fault import FAIL, KILL
from tests.harness.fault_round import Round
from tests.harness.fault_rounds import CONFIG, NEVER, attempt
from tests.harness.phone import E
from tests.harness.stage import check
from tests.harness.verbs.objects import expunge_all, read_objects

scenario = "Wherever a Sync of objects is interrupted, repeated it adds one, changes one and deletes one"
spec = ["docs/reliability.md", "decision 170"]
needs = ["faults"]
# as in faults/killed-at-every-operation
mail = "sdbox"
seconds = 17
config = CONFIG + "protocol directpush {\n  directpush_pim_create = yes\n  directpush_pim_format = raw\n}\n"


def note(text):
    return E("ApplicationData", E("Subject", text, ns="Notes"), E("MessageClass", "IPM.StickyNote", ns="Notes"))


class ObjectSync(Round):
    def __init__(self, stage, phone, mark):
        super().__init__(stage, phone, mark)
        self.notes = phone.folder("Notes")

    def prepare(self):
        expunge_all(self.user, "Notes")
        self.user.has("Notes", *[kolab.message("note", f"{uid} {self.mark}", [f"SUMMARY:{uid}"], self.user.address, True)
                                 for uid in ("change", "delete", "stay")])
        self.phone.sync_all(self.notes)
        held = {item.value("Subject"): server_id for server_id, item in
                self.phone.collection(self.notes).items.items()}
        check(set(held) == {"change", "delete", "stay"}, f"{self.mark}: {held}")
        return self.phone.sync_tree(self.notes, commands=[
            E("Add", E("ClientId", "7"), note("new")),
            E("Change", E("ServerId", held["change"]), note("changed")),
            E("Delete", E("ServerId", held["delete"]))]), held

    def send(self, prepared):
        request, held = prepared
        answer = self.phone.request("Sync", request)
        if answer.status == 200 and answer.value("Collections/Collection/Status") == "1":
            items = self.phone.collection(self.notes).items
            items.pop(held["delete"], None)
            items[held["change"]] = note("changed")
            self.phone.apply_sync(answer)
            added = answer.value("Collections/Collection/Responses/Add/ServerId")
            check(added is not None, f"{self.mark}: the Add has no ServerId")
            items[added] = note("new")
        return answer

    def settled(self, prepared):
        self.phone.sync_all(self.notes)
        here = sorted(item.value("Subject") for item in self.phone.collection(self.notes).items.values())
        check(here == ["changed", "new", "stay"], f"{self.mark}: the phone has {here}")
        # of one object there may be an older message left: the last one counts
        there = sorted({kolab.uid(lines): [line for line in lines if line.startswith("SUMMARY:")][0][8:]
                        for lines in read_objects(self.stage, "alice", "Notes")}.values())
        check(there == here, f"{self.mark}: the phone has {here}, the server {there}")


def run(stage):
    stage.allowed_errors.append(".")
    for number, (action, error) in enumerate(((FAIL, errno.EIO), (KILL, 0))):
        phone = stage.phone(f"phone{number}")
        phone.forgives_echoes = True
        phone.first_contact()
        phone.sync_all(phone.folder("Notes"))
        done = 0
        for n in range(1, NEVER):
            if attempt(stage, ObjectSync, phone, (action, error, None), n)[0] is None:
                break
            done = n
        check(done > 3, f"only {done} operations")
        phone.close()
