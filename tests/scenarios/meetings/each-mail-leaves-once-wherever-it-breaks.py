# SPDX-License-Identifier: LGPL-2.1-or-later
"""Meetings that are made, changed, called off and answered, while the worker's n-th file operation fails or is its last."""

import errno
import os
import re

from tests.harness import kolab
from tests.harness.fault import FAIL, KILL
from tests.harness.fault_round import Round
from tests.harness.fault_rounds import NEVER, attempt
from tests.harness.phone import E, tree
from tests.harness.stage import check
from tests.harness.verbs.objects import expunge_all, read_objects

scenario = "Wherever a change of meetings is interrupted, repeated it stands in the calendar and each mail of it leaves once"
spec = ["decision 196", "quirk 74"]
needs = ["faults"]
versions = ["16.1"]
# as in faults/killed-at-every-operation
mail = "sdbox"
seconds = 30
config = """
directpush_device_rate = 0
directpush_user_rate = 0
protocol directpush {
  directpush_pim_create = yes
  directpush_pim_format = raw
}
"""

# EVERY=1 in the environment: every single operation is a worker's last, not every fifth
STEP = int(os.environ.get("EVERY", "5"))
METHOD = re.compile(rb"^METHOD:(\w+)", re.M)


def calendar(*elements):
    return E("ApplicationData", *elements)


def element(name, *content):
    return E(name, *content, ns="Calendar")


class Meetings(Round):
    """One Sync with an invitation, an update and a cancellation; or one answer."""

    def __init__(self, stage, phone, mark):
        super().__init__(stage, phone, mark)
        self.calendar = phone.folder("Calendar")
        self.sent_before = len(self.user.sent())

    def put(self, uid, organizer, attendee):
        return kolab.message("event", f"{uid} {self.mark}", [
            "DTSTART:20260312T110000Z", "DTEND:20260312T120000Z", "SEQUENCE:0", f"SUMMARY:{uid}",
            f"ORGANIZER:mailto:{organizer}", f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{attendee}"],
            self.user.address, True)

    def start_with(self, *messages):
        expunge_all(self.user, "Calendar")
        self.user.has("Calendar", *messages)
        self.phone.sync_all(self.calendar)
        return {item.value("Subject"): server_id for server_id, item in
                self.phone.collection(self.calendar).items.items()}

    def check_sent(self, expected):
        sent = [content for _, content in self.user.sent()[self.sent_before:]]
        methods = sorted(METHOD.search(content).group(1).decode() for content in sent)
        check(methods == sorted(expected), f"{self.mark}: sent {methods}, not {expected}")


class Changes(Meetings):
    def prepare(self):
        held = self.start_with(self.put("change", self.user.address, "bo@example.net"),
                               self.put("delete", self.user.address, "cy@example.net"))
        return self.phone.sync_tree(self.calendar, commands=[
            E("Add", E("ClientId", "7"), calendar(
                element("Subject", "new"), element("StartTime", "20260313T110000Z"),
                element("EndTime", "20260313T120000Z"), element("ClientUid", self.mark.replace(" ", "-")),
                element("Attendees", E("Attendee", E("Email", "di@example.net"), E("Name", "Di"), E("AttendeeType", 1))))),
            E("Change", E("ServerId", held["change"]), calendar(element("Subject", "changed"))),
            E("Delete", E("ServerId", held["delete"]))])

    def send(self, prepared):
        answer = self.phone.request("Sync", prepared)
        if answer.status == 200 and answer.value("Collections/Collection/Status") == "1":
            self.phone.apply_sync(answer)
        return answer

    def settled(self, prepared):
        there = {kolab.uid(lines): [line for line in lines if line.startswith("SUMMARY:")][0][8:]
                 for lines in read_objects(self.stage, "alice", "Calendar")}
        check(sorted(there.values()) == ["changed", "new"], f"{self.mark}: the server has {there}")
        self.check_sent(["REQUEST", "REQUEST", "CANCEL"])


class Answer(Meetings):
    def prepare(self):
        held = self.start_with(self.put("asked", "bo@example.net", self.user.address))
        return tree("MeetingResponse", "MeetingResponse", E("Request", E("UserResponse", 1),
                    E("CollectionId", self.calendar), E("RequestId", held["asked"]), E("SendResponse")))

    def send(self, prepared):
        answer = self.phone.request("MeetingResponse", prepared)
        if answer.status == 200 and answer.value("Result/Status") != "1":
            answer.status = 503
        return answer

    def settled(self, prepared):
        lines = read_objects(self.stage, "alice", "Calendar")[-1]
        check(any("PARTSTAT=ACCEPTED" in line for line in lines), f"{self.mark}: the server has {lines}")
        self.check_sent(["REPLY"])


def run(stage):
    stage.allowed_errors.append(".")
    for action, error in ((FAIL, errno.EIO), (KILL, 0)):
        for command in (Changes, Answer):
            phone = stage.phone(f"{command.__name__}{action}".lower())
            phone.forgives_echoes = True
            phone.first_contact()
            phone.sync_all(phone.folder("Calendar"))
            done = 0
            for n in range(1, NEVER, STEP if action == KILL else 1):
                if attempt(stage, command, phone, (action, error, None), n)[0] is None:
                    break
                done = n
            check(done > 3, f"only {done} operations")
            phone.close()
