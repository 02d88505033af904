# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines in the notification FIFO that look right and are not true: every mail user can write them."""

import os

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "Forged notifications tell a phone nothing of others' mail, take nothing from it and let no change be missed"
spec = ['docs/architecture.md "Parts"']
needs = ["own instance"]

KINDS = (1, 2, 4, 8, 16, 31)
NO_GUID = "0" * 32


def run(stage):
    alice, bob = stage.user("alice"), stage.user("bob")
    phone, other = stage.phone("phone", "alice"), stage.phone("other", "bob")
    for user, device in ((alice, phone), (bob, other)):
        user.has("INBOX", stage.message(f"Of {user.name}"))
        device.first_contact()
    guids = {user.name: user.fetch("mailbox-guid", "INBOX")[0]["mailbox-guid"] for user in (alice, bob)}
    inbox, bobs = phone.folder(INBOX), other.folder(INBOX)
    known = dict(phone.collection(inbox).items)

    def forge(*lines):
        fifo = os.open(os.path.join(stage.instance.dir, "run", "directpush-notify"), os.O_WRONLY)
        try:
            for line in lines:
                os.write(fifo, b"\n" + line.encode() + b"\n")
        finally:
            os.close(fifo)

    def line(user, guid, changes, device="", uid=4294967295, modseq=18446744073709551615):
        return f"N1\t{user}\t{guid}\t{changes}\t{uid}\t{uid}\t{modseq}\t{device}"

    # of another user's folder in one's own name, of one's own in another's, of nobody's: Bob's phone keeps waiting
    waiting = other.ping(480, [bobs])
    stage.expect_parked(1, "bob")
    for changes in KINDS:
        forge(line(alice.address, guids["bob"], changes), line(alice.address, guids["alice"], changes),
              line("nobody@example.com", guids["alice"], changes), line("../" + bob.address, guids["bob"], changes),
              line(bob.address, guids["alice"], changes & 7), line("", "", changes), line(bob.address, "f" * 32, changes & 7))
    # what was forged is worked through when a true line behind it has done its work
    pending = phone.ping(480, [inbox])
    stage.eventually("the front reads on", lambda: pending.ready() or stage.parked("alice") == 1)
    alice.receives(stage.message("Behind the forged"))
    check(pending.wait(30).value("Status") == "2", "a true change behind forged ones is not told")
    check(stage.parked("bob") == 1 and not waiting.ready(), "Bob's phone was woken by lines of others")

    # in Bob's own name it may be woken for nothing; it has the same as before
    forge(*[line(bob.address, guids["bob"], changes) for changes in KINDS], line(bob.address, NO_GUID, 31))
    answer = waiting.wait(30)
    check(answer.status == 200, f"HTTP {answer.status}")
    before = dict(other.collection(bobs).items)
    other.folder_sync()
    other.sync_all(bobs)
    check(list(other.collection(bobs).items) == list(before), "a forged line changed what Bob's phone has")

    # "the phone did that itself" hides no change that somebody else makes
    phone.sync_all(inbox)
    pending = phone.ping(480, [inbox])
    stage.expect_parked(1)
    forge(*[line(alice.address, guids["alice"], changes, phone.device_id) for changes in (1, 2, 4)])
    alice.receives(stage.message("Not hidden"))
    check(pending.wait(30).value("Status") == "2", "a forged line hid a mail")
    phone.sync_all(inbox)
    subjects = sorted(item.value("Subject") for item in phone.collection(inbox).items.values())
    check(subjects == ["Behind the forged", "Not hidden", "Of alice"], f"the phone has {subjects}")
    check(set(known) <= set(phone.collection(inbox).items), "the phone lost a mail")
