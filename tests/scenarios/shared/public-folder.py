# SPDX-License-Identifier: LGPL-2.1-or-later
"""A public folder: everybody's, nobody owns it."""

import os

from tests.harness.stage import check

scenario = "Mail in a public folder wakes the phones of all who watch it"
spec = ['docs/architecture.md "A Ping"']
versions = ["14.1"]
seconds = 2


def create_public(stage, user, name, rights):
    """As an administrator does: the folder, and a file with the rights to it."""
    home = os.path.join(stage.instance.dir, "home")
    box = os.path.join(home, "public", "." + name)
    for sub in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(box, sub))
    with open(os.path.join(box, "dovecot-acl"), "w", encoding="ascii") as acl:
        acl.write(f"authenticated {rights}\n")
    owner = os.stat(os.path.join(home, user.address))
    for path in [os.path.join(home, "public")] + [found for found, _, _ in os.walk(box)]:
        os.chown(path, owner.st_uid, owner.st_gid)


def run(stage):
    alice, bob = stage.user("alice"), stage.user("bob")
    for user in (alice, bob):
        user.receives(stage.message("Hello"))
    name = f"News{alice.number}"
    create_public(stage, alice, name, "lrwtsei")
    phone = stage.phone()
    phone.first_contact()
    news = phone.folder(name)
    phone.sync_all(news)
    pending = phone.start("Ping", phone.ping_tree(heartbeat=480, folder_ids=[news]))
    stage.expect_parked(1)
    bob.has("Public/" + name, stage.message("Extra"))
    answer = pending.wait(timeout=20)
    check(answer.value("Status") == "2", f"the Ping ended with {answer.value('Status')}")
    phone.sync_all(news)
    check(len(phone.collection(news).items) == 1, "the phone does not hold it")
