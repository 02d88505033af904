# SPDX-License-Identifier: LGPL-2.1-or-later
"""What phones were recorded to ask of Exchange, asked of this server."""

import os

from tests.harness import replay
from tests.harness.phone import INBOX
from tests.harness.stage import Skipped, check

scenario = "Each recorded request of a phone gets an answer of the shape that Exchange's had"
spec = ["samples/phones"]
versions = ["12.1"]
seconds = 12
SPOKEN = ("12.1", "14.0", "14.1")
# keys of the first phase, and what the recorded mailbox alone had, cannot be made one's own
LEFT_OUT = ("Provision", "GetAttachment")
MAILS = 8


def is_comparable(exchange):
    """Exchange's own troubles (another policy, a key it had lost) are not ours."""
    if exchange.command is None or exchange.command in LEFT_OUT or exchange.status != 200:
        return False
    if exchange.version not in SPOKEN or exchange.request is None:
        return False
    return exchange.answer is None or all(node.text in ("", "1", "2", "3") if node.name == "Status" else True
                                          for node in exchange.answer.walk()
                                          if not (exchange.command == "Sync" and node.text == "3"))


def is_lost_key(exchange):
    return exchange.command == "Sync" and exchange.answer is not None and \
        any(node.name == "Status" and node.text in ("3", "12") for node in exchange.answer.walk())


def prepare(stage, alice, phone, exchange, translator):
    """The phone is where the recorded one was: it has what it names."""
    if any(node.name in ("Delete", "Move") for node in exchange.request.walk()):
        alice.has("INBOX", stage.message("One to lose"))
    phone.collections.clear()
    for node in exchange.request.walk():
        if node.name == "CollectionId":
            folder_id = translator.folder(node.text)
            key = next((c.value("SyncKey") for c in exchange.request.all("Collections/Collection")
                        if c.value("CollectionId") == node.text), None)
            if folder_id is not None and key != "0":
                phone.sync_all(folder_id)


def ask(stage, phone, command, request):
    """None: it waits."""
    pending = phone.start(command, request)
    if command == "Ping":
        stage.eventually("answered or parked", lambda: pending.ready() or stage.parked() > 0)
        if not pending.ready():
            pending.cancel()
            stage.expect_parked(0)
            return None
    return pending.wait(timeout=30)


def compare(exchange, answer):
    where = f"{exchange.name} ({exchange.command})"
    check(answer.status == exchange.status, f"{where}: HTTP {answer.status} instead of {exchange.status}")
    if answer.tree is None or exchange.answer is None:
        # nothing new here, or nothing new there
        return
    ours, theirs = replay.shape(answer.tree), replay.shape(exchange.answer)
    check(ours == theirs, f"{where}:\nonly ours: {sorted(ours - theirs)}\nonly Exchange's: {sorted(theirs - ours)}")


def run(stage):
    recordings = replay.recordings()
    if not recordings:
        raise Skipped(f"there are no recordings in {os.path.normpath(replay.RECORDINGS)}")
    alice = stage.user("alice")
    alice.has("INBOX", *[stage.message(f"Mail {n}") for n in range(MAILS)])
    asked = 0
    for exchanges in recordings:
        types = replay.folder_types(exchanges)
        phones = {}
        for exchange in exchanges:
            if not is_comparable(exchange) or is_lost_key(exchange):
                continue
            phone = phones.get(exchange.version)
            if phone is None:
                phone = phones[exchange.version] = stage.phone(f"phone{asked}", version=exchange.version)
                phone.first_contact(sync=(INBOX,))
            translator = replay.Translator(phone, types)
            prepare(stage, alice, phone, exchange, translator)
            request = translator.translate(exchange.request)
            if request is None:
                continue
            answer = ask(stage, phone, exchange.command, request)
            if answer is not None:
                compare(exchange, answer)
            if exchange.command == "FolderSync":
                phone.apply_folder_sync(answer, reset=request.value("SyncKey") == "0")
            asked += 1
    check(asked > 100, f"only {asked} requests could be asked again")
