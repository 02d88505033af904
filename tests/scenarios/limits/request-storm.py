# SPDX-License-Identifier: LGPL-2.1-or-later
"""A device that asks the same thing for ever."""

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "A device that sends more requests than it may in a minute hears 503 and when to come back; its neighbour is served"
spec = ["quirk 32", "quirk 33"]
needs = ["own instance"]
config = "directpush_device_rate = 20\ndirectpush_user_rate = 50\n"


def run(stage):
    alice = stage.user("alice")
    phone, other = stage.phone("one", "alice"), stage.phone("two", "alice")
    phone.first_contact()
    inbox = phone.folder(INBOX)
    body = phone.sync_tree(inbox)
    refused = None
    for _ in range(20):
        answer = phone.request("Sync", body)
        if answer.status == 503:
            refused = answer
            break
        check(answer.status == 200, f"HTTP {answer.status}")
    check(refused is not None, "a storm was served")
    check(int(refused.header("Retry-After")) >= 10, "503 without a useful Retry-After")
    check(stage.counters()["throttled"] >= 1, "it was not counted")
    other.first_contact()
    alice.has("INBOX", stage.message("Still here"))
    inbox = other.folder(INBOX)
    other.sync_all(inbox)
    subjects = [item.value("Subject") for item in other.collection(inbox).items.values()]
    check("Still here" in subjects, f"the neighbour was not served: {subjects}")
