# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a folder of mail costs as it grows."""

import time

from tests.bench import figures
from tests.bench.bench_pim import fill
from tests.bench.bench_sync import first_sync
from tests.harness.phone import INBOX, E, body_preference
from tests.harness.stage import check

# Of a maildir Dovecot reads the whole directory after each change, which would be what is measured.
CONFIG = "mail_location = sdbox:~/sdbox\ndirectpush_pim_create = no\n"
ROUNDS, NEW_MAILS = 50, 15
BODY = "A line of text, as mails have them.\n" * 30


def measure(stage, table, size):
    name = f"mails{size}"
    user, phone = stage.user(name), stage.phone(name, name)
    phone.provision()
    fill(stage, user, "INBOX", [stage.message(f"Mail {number}", BODY) for number in range(size)])
    phone.folder_sync()
    inbox = phone.folder(INBOX)
    options = [E("FilterType", 0), body_preference(1, 4096)]
    secs, items = first_sync(phone, inbox, options)
    check(items == size, f"{items} of {size} items came")
    table.put("first Sync, each mail", "ms", size, secs * 1000 / size)
    phone.sync(inbox, options=options)

    nothing = [phone.request("Sync", phone.sync_tree(inbox, options=options)) for _ in range(ROUNDS)]
    check(not any(answer.body for answer in nothing), "something has changed")
    table.put("Sync, nothing new", "ms", size, figures.median_msecs(answer.elapsed for answer in nothing))

    found, woken = [], []
    for number in range(NEW_MAILS):
        pending = phone.ping(1800, [inbox])
        stage.eventually("not parked", lambda: stage.parked(name) == 1)
        delivered = user.receives(stage.message(f"New {number}", BODY))
        check(pending.wait().value("Status") == "2", "not woken")
        answer = phone.sync(inbox, options=options)
        check(len(answer.tree.all("Collections/Collection/Commands/Add")) == 1, "the mail did not come")
        found.append(answer.elapsed)
        woken.append(time.monotonic() - delivered)
    table.put("Sync, one new mail", "ms", size, figures.median_msecs(found))
    table.put("from the delivery's 250 to the mail on the phone", "ms", size, figures.median_msecs(woken))
    table.put("state of the folder on disk", "kB", size, figures.state_bytes(stage, user, phone, inbox) / 1000)
    table.put("worker afterwards, anonymous memory", "MB", size, figures.worker_bytes(stage) / 1e6)
    phone.close()
