# SPDX-License-Identifier: LGPL-2.1-or-later
"""A SmartForward of a 20 MB original: how long it takes, and what the worker needs in memory."""

import contextlib
import random
import time

from tests.bench import figures
from tests.bench.bench_large import message, show
from tests.harness.phone import INBOX, E, tree
from tests.harness.stage import check

CONFIG = "directpush_max_send_size = 200M\n"
MEGABYTES = 20
ROUNDS = 5


def run(stage, quick):
    megabytes = 2 if quick else MEGABYTES
    alice = stage.user("alice")
    alice.has("INBOX", message(alice.address, "original", random.Random(1).randbytes(megabytes * 740_000)))
    phone = stage.phone(version="16.1")
    phone.first_contact()
    inbox = phone.folder(INBOX)
    (item,) = phone.collection(inbox).items
    mime = (f"From: {alice.address}\r\nTo: bob@example.net\r\nSubject: Fwd: original\r\n"
            "Content-Type: text/plain\r\n\r\nLook.\r\n").encode()
    times = []
    with contextlib.ExitStack() as stack:
        # whichever of the user's workers does it
        peaks = [stack.enter_context(figures.Peak(worker)) for worker in stage.workers()]
        for number in range(ROUNDS):
            started = time.perf_counter()
            answer = phone.request("SmartForward", tree(
                "ComposeMail", "SmartForward", E("ClientId", f"forward-{number}"),
                E("Source", E("FolderId", inbox), E("ItemId", item)), E("Mime", mime)), timeout=300)
            times.append(time.perf_counter() - started)
            check(answer.status == 200 and not answer.body, f"SmartForward: HTTP {answer.status}")
    figures.times(f"SmartForward of an original of {megabytes} MB, sent", times)
    show(f"worker during a SmartForward of {megabytes} MB: anonymous / resident",
         max(peaks, key=lambda peak: peak.anonymous))
