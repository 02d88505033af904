# SPDX-License-Identifier: LGPL-2.1-or-later
"""A phone that wants to delete everything."""

from tests.harness.phone import INBOX, TRASH, E
from tests.harness.stage import check, parse_table

scenario = "A device that wants to delete too much for good is stopped before it deletes anything, until somebody allows it"
spec = ["docs/reliability.md"]
needs = ["own instance"]
versions = ("12.1", "14.1", "16.1")
config = "directpush_mass_delete_limit = 5\n"


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", *[stage.message(f"Mail {n}") for n in range(12)])
    alice.has("Trash", *[stage.message(f"Old {n}") for n in range(8)])
    phone.first_contact(sync=(INBOX, TRASH))
    inbox, trash = phone.folder(INBOX), phone.folder(TRASH)

    def deletes(folder, count):
        items = list(phone.collection(folder).items)[:count]
        return items, phone.sync_tree(folder, [E("Delete", E("ServerId", item)) for item in items],
                                      deletes_as_moves=False)

    def state():
        return parse_table(stage.instance.doveadm("-f", "tab", "directpush", "device", "list", "-u", alice.address))[0]["state"]

    def forget(folder, items):
        for item in items:
            phone.collection(folder).items.pop(item)

    items, request = deletes(inbox, 4)
    answer = phone.request("Sync", request)
    check(answer.status == 200, f"4 of 5: HTTP {answer.status}")
    forget(inbox, items)
    phone.apply_sync(answer)
    check(alice.count("INBOX") == 8 and state() == "", "4 of 5 were not deleted")

    items, request = deletes(trash, 8)
    answer = phone.request("Sync", request)
    check(answer.status == 200 and alice.count("Trash") == 0, "the trash was not emptied")
    forget(trash, items)
    phone.apply_sync(answer)

    items, request = deletes(inbox, 2)
    answer = phone.request("Sync", request)
    check(answer.status == 503 and answer.header("Retry-After"), f"6 of 5: HTTP {answer.status}")
    check(alice.count("INBOX") == 8, "something was deleted")
    check(state() == "held", f"its state is {state()!r}")
    alice.has("INBOX", stage.message("Still arriving"))
    phone.sync_all(inbox)
    check(len(phone.collection(inbox).items) == 9, "new mail does not arrive any more")
    other = stage.phone("tablet")
    other.first_contact()
    check(len(other.collection(other.folder(INBOX)).items) == 9, "another device was stopped too")

    stage.instance.doveadm("directpush", "device", "release", "-u", alice.address, phone.device_id)
    items, request = deletes(inbox, 9)
    answer = phone.request("Sync", request)
    check(answer.status == 200 and alice.count("INBOX") == 0, f"released: HTTP {answer.status}")
    check(state() == "", f"its state is {state()!r}")
