# SPDX-License-Identifier: LGPL-2.1-or-later
"""One phone with the accounts of two users."""

from tests.harness.phone import E
from tests.harness.stage import check

scenario = "What a phone changes by one account in a shared folder wakes its other account"
spec = ['docs/architecture.md "A Ping"']
versions = ("14.1", "16.1")


def run(stage):
    alice, bob = stage.user("alice"), stage.user("bob")
    bob.doveadm("mailbox create", "Team")
    bob.has("Team", stage.message("Minutes"))
    bob.doveadm("acl set", "Team", f"user={alice.address}", "lookup", "read")
    device_id = f"both{alice.number:05d}x0"
    hers, his = (stage.phone(name, name, device_id=device_id) for name in ("alice", "bob"))
    for phone in (hers, his):
        phone.first_contact()
    shared, own = hers.folder("Team"), his.folder("Team")
    hers.sync_all(shared)
    his.sync_all(own)
    pending = hers.ping(480, [shared])
    stage.expect_parked(1)
    item = next(iter(his.collection(own).items))
    his.sync(own, [E("Change", E("ServerId", item), E("ApplicationData", E(
        "Flag", E("Status", 2), E("FlagType", "Flag for follow up"), ns="Email")))])
    answer = pending.wait(20)
    check(answer.value("Status") == "2", f"Status {answer.value('Status')}")
