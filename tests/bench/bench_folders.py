# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many folders: listing 2,000 of them, and 50 in one Sync."""

import os
import time

from tests.bench import figures
from tests.harness.phone import E, tree
from tests.harness.stage import check

FOLDERS = 2000
AT_ONCE = 50
ROUNDS = 20


def create(stage, user, count):
    """As maildirs: two thousand times CREATE would be what takes its time."""
    maildir = os.path.join(stage.instance.dir, "home", user.address, "Maildir")
    owner = os.stat(maildir)
    for number in range(count):
        box = os.path.join(maildir, f".Folder {number:04d}")
        for sub in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(box, sub))
        for path, _, _ in os.walk(box):
            os.chown(path, owner.st_uid, owner.st_gid)


def timed(times, action):
    started = time.perf_counter()
    answer = action()
    times.append(time.perf_counter() - started)
    return answer


def folder_syncs(phone, count):
    first, again = [], []
    answer = timed(first, lambda: phone.folder_sync("0"))
    check(answer.number("Changes/Count") >= count, f"{answer.value('Changes/Count')} folders are told")
    figures.times(f"first FolderSync of a mailbox with {count} folders", first)
    for _ in range(ROUNDS):
        timed(again, lambda: phone.folder_sync("0"))
    figures.times(f"FolderSync of {count} folders that are known already", again)
    nothing = []
    for _ in range(ROUNDS):
        timed(nothing, phone.folder_sync)
    figures.times(f"FolderSync of {count} folders without a change", nothing)


def collections(phone, ids):
    return tree("AirSync", "Sync", E("Collections", *[
        E("Collection", E("SyncKey", phone.collection(i).key), E("CollectionId", i)) for i in ids]))


def syncs(stage, user, phone, count):
    ids = [i for i, folder in phone.folders.items() if folder["name"].startswith("Folder")][:count]
    for _ in range(2):
        phone.apply_sync(phone.request("Sync", collections(phone, ids)))
    nothing, one = [], []
    for number in range(ROUNDS):
        answer = timed(nothing, lambda: phone.request("Sync", collections(phone, ids)))
        check(answer.body == b"", "something changed")
        user.has(phone.folders[ids[number % count]]["name"], stage.message(f"New {number}"))
        answer = timed(one, lambda: phone.request("Sync", collections(phone, ids)))
        check(answer.body != b"", "nothing changed")
        phone.apply_sync(answer)
    figures.times(f"Sync of {count} folders in one request, no change", nothing)
    figures.times(f"Sync of {count} folders in one request, one new mail", one)


def run(stage, quick):
    count = 200 if quick else FOLDERS
    alice = stage.user("alice")
    alice.receives(stage.message("Hello"))
    create(stage, alice, count)
    phone = stage.phone()
    phone.provision()
    folder_syncs(phone, count)
    syncs(stage, alice, phone, AT_ONCE)
