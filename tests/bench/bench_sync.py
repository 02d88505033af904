# SPDX-License-Identifier: LGPL-2.1-or-later
"""The first Sync of a folder full of mail, beside what doveadm needs to read the same bodies."""

import random
import time

from tests.bench import figures
from tests.harness.phone import INBOX, E, body_preference
from tests.harness.stage import check

MESSAGES = 2000
BYTES = 12 * 1024
WINDOW = 100


def body(number):
    """Words in lines, different in each mail."""
    words = random.Random(number)
    return "\n".join(" ".join(words.choice(("lorem", "ipsum", "dolor", "sit", "amet", "Grüße", "elit")) for _ in range(11))
                     for _ in range(BYTES // 62)) + "\n"


def first_sync(phone, inbox, options):
    """Seconds the server took for all answers, and how many items they held."""
    phone.collections.clear()
    phone.sync(inbox)
    total, items = 0.0, 0
    while True:
        started = time.monotonic()
        answer = phone.request("Sync", phone.sync_tree(inbox, window=WINDOW, options=options), timeout=120)
        total += time.monotonic() - started
        items += len(answer.tree.all("Collections/Collection/Commands/Add"))
        phone.apply_sync(answer)
        if not phone.collection(inbox).more:
            return total, items


def run(stage, quick):
    count = 300 if quick else MESSAGES
    alice = stage.user("alice")
    alice.has("INBOX", *[stage.message(f"Mail {n}", body(n)) for n in range(count)])
    options = [E("FilterType", 0), body_preference(1, 32768)]
    for name in ("first device", "second device"):
        phone = stage.phone(name.split()[0])
        phone.provision()
        phone.folder_sync()
        secs, items = first_sync(phone, phone.folder(INBOX), options)
        check(items == count, f"{items} of {count} items came")
        figures.line(f"first Sync, {count} mails of 12 kB, WindowSize {WINDOW}, {name}",
                     f"{items / secs:.0f} items/s", ">= 1000")
        if name == "first device":
            ours = secs
    _out, secs = figures.stopwatch(alice.doveadm, "fetch", "body", "mailbox", "INBOX", "all")
    figures.line("    doveadm fetch of the same bodies", f"{count / secs:.0f} items/s", f"ratio {ours / secs:.1f}")
