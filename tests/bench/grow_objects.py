# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a folder of contacts costs as it grows."""

from tests.bench import figures
from tests.bench.bench_pim import contact, fill
from tests.bench.bench_sync import first_sync
from tests.harness.phone import body_preference
from tests.harness.stage import check

# as in grow_mail
CONFIG = "mail_location = sdbox:~/sdbox\ndirectpush_pim_create = yes\n"
ROUNDS, CHANGES = 50, 15


def measure(stage, table, size):
    name = f"contacts{size}"
    user, phone = stage.user(name), stage.phone(name, name)
    phone.provision()
    phone.folder_sync()
    folder = phone.folder("Contacts")
    fill(stage, user, "Contacts", [contact(number) for number in range(size)])
    options = [body_preference(1, 32768)]
    for row in ("first Sync, nothing known yet, each contact", "first Sync of another phone, each contact"):
        secs, items = first_sync(phone, folder, options)
        check(items == size, f"{items} of {size} items came")
        table.put(row, "ms", size, secs * 1000 / size)
    phone.sync(folder, options=options)
    nothing = [phone.request("Sync", phone.sync_tree(folder, options=options)) for _ in range(ROUNDS)]
    check(not any(answer.body for answer in nothing), "something has changed")
    table.put("Sync, nothing new", "ms", size, figures.median_msecs(answer.elapsed for answer in nothing))
    found = []
    for number in range(CHANGES):
        user.has("Contacts", contact(number, f"New {number}"))
        answer = phone.sync(folder, options=options)
        check(len(answer.tree.all("Collections/Collection/Commands/Change")) == 1, "the change was not told")
        found.append(answer.elapsed)
    table.put("Sync, one changed by another client", "ms", size, figures.median_msecs(found))
    table.put("state of the folder on disk", "kB", size, figures.state_bytes(stage, user, phone, folder) / 1000)
    table.put("worker afterwards, anonymous memory", "MB", size, figures.worker_bytes(stage) / 1e6)
    phone.close()
