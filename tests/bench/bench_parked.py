# SPDX-License-Identifier: LGPL-2.1-or-later
"""What thousands of waiting phones cost: memory each, and processor time for a minute of waiting."""

import collections
import concurrent.futures
import threading
import time

from tests.bench import figures
from tests.harness import wire
from tests.harness.phone import INBOX

PARKED = 2000
CONFIG = "directpush_worker_idle_timeout = 1 secs\n"
USERS = PARKED + 10
WAIT_SECS = 60
AT_ONCE = 8


def answered(connections):
    """How often each HTTP status and Status came instead of silence."""
    found = collections.Counter()
    for pending in connections:
        if pending.ready():
            try:
                answer = pending.wait(1)
                found[f"{answer.status} {answer.value('Status')}"] += 1
            except wire.WireError as error:
                found[str(error)] += 1
    return dict(found)

# the front gives back what the rush left a moment after it is over
SETTLE_SECS = 3


def run(stage, quick):
    count = 200 if quick else PARKED
    wait_secs = 10 if quick else WAIT_SECS
    first = stage.phone("first", "first")
    first.first_contact()
    first.close()

    phones = [stage.phone(f"phone{n}", f"user{n}") for n in range(count)]
    connections = []

    def ready(phone):
        phone.folder_sync()
        inbox = phone.folder(INBOX)
        phone.sync(inbox)
        phone.sync(inbox)
        phone.close()

    def park(phone):
        pending = phone.ping(3540, [phone.folder(INBOX)])
        connections.append(pending)

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ready, phones))
    stage.eventually("the workers do not end", lambda: not stage.workers(), 30)
    front = stage.instance.pids_of("directpush")[0]
    before = sum(figures.smaps(pid) for pid in figures.our_pids(stage))
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        _done, took = figures.stopwatch(lambda: list(pool.map(park, phones)))
    stage.eventually(lambda: f"{stage.counters()['parked_now']} are parked; answered: {answered(connections)}",
                     lambda: stage.counters()["parked_now"] == count, 60)
    stage.eventually("the workers do not end", lambda: not stage.workers(), 60)
    threading.Event().wait(SETTLE_SECS)
    after = sum(figures.smaps(pid) for pid in figures.our_pids(stage))
    figures.line(f"{count} phones parked over TLS: memory each (PSS)", f"{(after - before) / count / 1000:.1f} kB", "<= 16 kB")
    figures.line("    time to park them, with a TLS handshake and a worker each", f"{took:.1f} s")
    cpu = figures.cpu_secs(front)
    threading.Event().wait(wait_secs)
    used = figures.cpu_secs(front) - cpu
    after = sum(figures.smaps(pid) for pid in figures.our_pids(stage))
    figures.line(f"    the same {wait_secs} s later", f"{(after - before) / count / 1000:.1f} kB", "<= 16 kB")
    figures.line(f"processor time of {wait_secs} s with {count} parked", f"{used:.3f} s", "<= 0.05 s")

    alarm = stage.user("user7")
    pending = connections[[p.phone.owner for p in connections].index(alarm)]
    outcome = {}
    reader = threading.Thread(target=lambda: outcome.update(answer=pending.wait(10)))
    reader.start()
    delivered = alarm.receives(stage.message("One of many"))
    reader.join()
    figures.line("    one of them woken by a mail, after the 250",
                 f"{(outcome['answer'].first_byte_at - delivered) * 1000:.2f} ms")
    started = time.monotonic()
    for pending in connections:
        pending.connection.reset()
    stage.eventually("they are not freed", lambda: stage.counters()["parked_now"] == 0, 60)
    figures.line("    all of them gone at once: until the last is freed", f"{time.monotonic() - started:.1f} s")
