# SPDX-License-Identifier: LGPL-2.1-or-later
"""A device that sends far too many requests at once."""

from tests.harness.phone import INBOX, E, tree
from tests.harness.stage import check
from tests.harness.wire import Closed

scenario = "A device has a bounded number of requests at work: all are answered, those too many with 503 and Retry-After"
spec = ["docs/reliability.md"]
needs = ["own instance"]
config = "directpush_max_requests_per_device = 3\n"


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", *[stage.message(f"Mail {n}", "x" * 2000) for n in range(200)])
    phone.first_contact(sync=())
    inbox = phone.folder(INBOX)
    phone.sync(inbox)
    body = phone.sync_tree(inbox, window=200)
    connections = [phone.connect() for _ in range(20)]
    pending = [phone.start("Sync", body, connection=connection) for connection in connections]
    statuses, waits = [], []
    for request in pending:
        try:
            answer = request.wait(30)
        except Closed:
            check(False, "a request was not answered")
        statuses.append(answer.status)
        if answer.status != 200:
            check(answer.status == 503, f"HTTP {answer.status}")
            check(answer.header("Retry-After"), "503 without Retry-After")
            waits.append(answer.header("Retry-After"))
    check(200 in statuses, f"none was served: {statuses}")
    # that so many draw the same one happens once in 60 million times
    check(len(waits) < 12 or len(set(waits)) > 1, f"all refused are to come back together: {waits}")
    answer = phone.request("FolderSync", tree("FolderHierarchy", "FolderSync", E("SyncKey", phone.folder_key)))
    check(answer.status == 200, f"afterwards: HTTP {answer.status}")
