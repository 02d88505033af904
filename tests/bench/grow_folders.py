# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a mailbox costs as its folders grow in number."""

import time

from tests.bench import figures
from tests.bench.bench_folders import collections, create
from tests.harness.phone import INBOX
from tests.harness.stage import check

CONFIG = "directpush_pim_create = no\n"
ROUNDS, PARKS = 10, 5
# directpush_ping_max_folders
AT_ONCE = 200


def timed(action):
    started = time.perf_counter()
    answer = action()
    return answer, time.perf_counter() - started


def rounds(action, count=ROUNDS):
    return figures.median_msecs(timed(action)[1] for _ in range(count))


def measure(stage, table, size):
    name = f"folders{size}"
    user, phone = stage.user(name), stage.phone(name, name)
    user.receives(stage.message("Hello"))
    create(stage, user, size)
    # Nobody has opened them, so they have no GUID yet: Dovecot's own time for that, once for each folder
    _out, secs = timed(lambda: user.doveadm("mailbox status", "guid", "*"))
    table.put("Dovecot's first look at them (doveadm mailbox status guid)", "ms", size, secs * 1000)
    phone.provision()
    figures.end_workers(stage)
    answer, secs = timed(lambda: phone.folder_sync("0"))
    check(answer.number("Changes/Count") >= size, f"{answer.value('Changes/Count')} folders are told")
    table.put("first FolderSync, with the start of a worker", "ms", size, secs * 1000)
    table.put("FolderSync from the beginning, warm worker", "ms", size, rounds(lambda: phone.folder_sync("0")))
    table.put("FolderSync, nothing new", "ms", size, rounds(phone.folder_sync))

    ids = [i for i, folder in phone.folders.items() if folder["name"].startswith("Folder")][:AT_ONCE]
    def sync():
        answer = phone.request("Sync", collections(phone, ids), timeout=120)
        check(answer.status == 200 and answer.value("Status", "1") == "1", f"HTTP {answer.status}, {answer.value('Status')}")
        return answer

    for _ in range(2):
        phone.apply_sync(sync())
    table.put(f"Sync of all, {AT_ONCE} at most, in one request, nothing new", "ms", size, rounds(sync))
    inbox = phone.folder(INBOX)
    phone.sync_all(inbox)
    table.put("Sync of one of them, nothing new", "ms", size, rounds(lambda: phone.sync(inbox)))
    table.put(f"Ping of all, {AT_ONCE} at most, until it is parked", "ms", size, park_msecs(stage, name, phone, ids))
    table.put("worker afterwards, anonymous memory", "MB", size, figures.worker_bytes(stage) / 1e6)
    phone.close()


def park_msecs(stage, name, phone, ids):
    """By another interval each time, so that a worker looks."""
    found = []
    for number in range(PARKS):
        started = time.perf_counter()
        pending = phone.ping(1800 + number, ids)
        stage.eventually("not parked", lambda: stage.counters()["parked_now"] == 1, 60)
        found.append(time.perf_counter() - started)
        pending.cancel()
        stage.eventually("it stays", lambda: stage.counters()["parked_now"] == 0)
    return figures.median_msecs(found)
