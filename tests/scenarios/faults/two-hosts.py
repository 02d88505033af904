# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two hosts serve the same users from the same storage: two Dovecots with one directory of homes."""

import concurrent.futures
import os
import shutil
import tempfile

from tests.harness.dovecot import Instance
from tests.harness.fault_round import on_server, subjects
from tests.harness.phone import CONTACTS, INBOX, TRASH, E
from tests.harness.stage import Stage, check
from tests.harness.wire import WireError

scenario = "A phone may talk to two hosts on one storage, in turn and at once; what the other host changed it hears at its next look"
spec = ["docs/settings.md Several hosts"]
needs = ["own instance"]
config = "directpush_heartbeat_min = 1 secs\ndirectpush_look_interval = 0\ndirectpush_device_rate = 0\n"
seconds = 12
ROUNDS = 4


def start_other(stage):
    """The other host: its own sockets and logs, the same homes."""
    directory = tempfile.mkdtemp(prefix="directpush-other.")
    os.symlink(os.path.join(stage.instance.dir, "home"), os.path.join(directory, "home"))
    other = Instance(directory)
    other.start(users=stage.instance.info["users"], config=config)
    return other


def at(phone, instance):
    """From now on the phone talks to that host."""
    phone.close()
    phone.ports = {True: instance.address("https")[1], False: instance.address("http")[1]}


def in_turn(stage, phone, hosts):
    """Each request to the other host, with changes by the user's other programs at either."""
    inbox, contacts = phone.folder(INBOX), phone.folder(CONTACTS)
    for number in range(ROUNDS):
        at(phone, hosts[number % 2])
        stage.user("alice").receives(stage.message(f"In turn {number}"))
        phone.sync_all(inbox)
        answer = phone.sync(contacts, [E("Add", E("ClientId", f"turn{number}"), E(
            "ApplicationData", E("LastName", f"Contact {number}", ns="Contacts")))])
        check(answer.value("Collections/Collection/Responses/Add/Status") == "1", f"round {number}: not added")
        answer = phone.send_mail(stage.message(f"Sent {number}", sender=phone.user), client_id=f"turn{number}")
        check(answer.status == 200, f"round {number}: HTTP {answer.status}")
        # the answer was lost, and the name of the server leads elsewhere now
        at(phone, hosts[(number + 1) % 2])
        phone.send_mail(stage.message(f"Sent {number}", sender=phone.user), client_id=f"turn{number}")


def at_once(stage, phone, hosts):
    """The same request at both hosts at the same moment: a phone that gave up too early."""
    inbox, trash = phone.folder(INBOX), phone.folder(TRASH)
    for number in range(ROUNDS):
        stage.user("alice").has("INBOX", stage.message(f"At once {number}"))
        phone.sync_all(inbox)
        item = next(server_id for server_id, held in phone.collection(inbox).items.items()
                    if held.value("Subject") == f"At once {number}")
        request = phone.sync_tree(inbox, [E("Delete", E("ServerId", item))], deletes_as_moves=True)
        twins = [stage.phone(f"twin{number}{host}", device_id=phone.device_id) for host in range(2)]
        for twin, instance in zip(twins, hosts):
            twin.policy_key = phone.policy_key
            at(twin, instance)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda twin: twin.request("Sync", request, timeout=60), twins))
        for answer in answers:
            status = answer.value("Collections/Collection/Status")
            check(answer.status in (200, 503) and status in (None, "1"), f"{number}: HTTP {answer.status}, Status {status}")
        phone.collection(inbox).items.pop(item)
        served = [answer for answer in answers if answer.status == 200]
        # each may have found the other at work
        stage.eventually(f"{number}: served by nobody", lambda: served or (
            served.extend(answer for answer in [phone.request("Sync", request)] if answer.status == 200) or served), 30)
        phone.apply_sync(served[0])
        phone.sync_all(inbox)
        phone.sync_all(trash)


def told_by_the_other(stage, phone, hosts):
    """Changes at the host where the phone does not wait."""
    inbox = phone.folder(INBOX)
    at(phone, hosts[0])
    phone.sync_all(inbox)
    pending = phone.ping(2, [inbox])
    # on a slow machine it has come and gone
    stage.eventually("the Ping does not wait", lambda: pending.ready() or stage.parked() == 1)
    Stage(hosts[1], [1]).user("alice").receives(stage.message("By the other host"))
    answer = pending.wait(20)
    check(answer.value("Status") in ("1", "2"), f"Status {answer.value('Status')}")
    if answer.value("Status") == "1":
        answer = phone.ping(2, [inbox]).wait(20)
    check(answer.value("Status") == "2", f"the next look has Status {answer.value('Status')}")
    phone.sync_all(inbox)


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact(sync=(INBOX, TRASH, CONTACTS))
    other = start_other(stage)
    try:
        hosts = (stage.instance, other)
        phone.forgives_echoes = True
        in_turn(stage, phone, hosts)
        at_once(stage, phone, hosts)
        told_by_the_other(stage, phone, hosts)
        for folder, mailbox in ((phone.folder(INBOX), "INBOX"), (phone.folder(TRASH), "Trash")):
            phone.sync_all(folder)
            here, there = subjects(phone, folder), on_server(alice, mailbox)
            check(here == there, f"{mailbox}: the phone has {here - there}, the server {there - here} besides")
        check(all(count == 1 for count in (on_server(alice, "INBOX") + on_server(alice, "Trash")).values()),
              "something is there twice")
        fresh = stage.phone("fresh")
        fresh.folder_sync()
        fresh.sync_all(fresh.folder(CONTACTS))
        held = sorted(item.value("LastName") for item in fresh.collection(fresh.folder(CONTACTS)).items.values())
        check(held == [f"Contact {number}" for number in range(ROUNDS)], f"contacts: {held}")
        left = len(alice.sent()) + len(Stage(other, [1]).user("alice").sent())
        check(left == ROUNDS, f"{left} mails left, expected {ROUNDS}")
        trouble = [line for line in other.log().splitlines() if "Error: " in line or "Panic: " in line]
        check(not trouble, "the other host logs\n" + "\n".join(trouble[:5]))
    finally:
        at(phone, stage.instance)
        other.stop()
        os.unlink(os.path.join(other.dir, "home"))
        shutil.rmtree(other.dir, ignore_errors=True)
