# SPDX-License-Identifier: LGPL-2.1-or-later
"""The line breaks anywhere in an answer."""

from tests.harness.phone import INBOX, SENT, E
from tests.harness.relay import TO_CLIENT, Relay
from tests.harness.stage import check
from tests.harness.wire import WireError

scenario = "However far a Sync answer came before the line broke, the repeated request loses and doubles nothing"
spec = ["quirk 1", 'docs/architecture.md "A Sync"']
versions = ("12.1", "14.1", "16.1")


def run(stage):
    alice = stage.user("alice")
    relay = Relay(stage.instance.address("http"))
    stage.relays.append(relay)
    phone = stage.phone(tls=False, via=relay.address)
    phone.first_contact(sync=(INBOX, SENT))
    inbox, sent = phone.folder(INBOX), phone.folder(SENT)
    for round_number, after in enumerate((1, 20, 100, 200, 300, 400, 600, 1000)):
        alice.has("INBOX", stage.message(f"Mail {round_number}"))
        items = list(phone.collection(inbox).items)
        commands = [E("Delete", E("ServerId", items[0]))] if items else []
        phone.close()
        relay.cut(TO_CLIENT, after)
        try:
            phone.request("Sync", phone.sync_tree(inbox, commands, deletes_as_moves=True))
        except WireError:
            pass
        phone.close()
        if commands:
            # Phones send the same again; the item is off their screen already.
            held = phone.collection(inbox).items.pop(items[0])
            check(held is not None, "")
        phone.sync(inbox, commands, deletes_as_moves=True)
        phone.sync_all(inbox)
        on_server = alice.count("INBOX")
        check(len(phone.collection(inbox).items) == on_server,
              f"cut after {after} bytes: the phone holds {len(phone.collection(inbox).items)} of {on_server} mails")
        check(alice.count("Trash") == round_number, f"cut after {after}: {alice.count('Trash')} in the Trash")
    phone.sync_all(sent)
