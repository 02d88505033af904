# SPDX-License-Identifier: LGPL-2.1-or-later
import glob
import json
import os
import re

from tests.harness import kolab
from tests.harness.phone import CALENDAR, CONTACTS, NOTES, TASKS, body_preference
from tests.harness.samples import wrong
from tests.harness.stage import Skipped, check
from tests.harness.verbs.objects import SAMPLES

scenario = "Phones see of other programs' objects what libkolabxml reads in them"
spec = ["docs/protocol-map.md"]
versions = ("14.1", "16.1")
seconds = 10
# of most samples
OWNER = "anna@example.org"
config = f"directpush_addresses = {OWNER}"
FOLDERS = {"event": ("Calendar", CALENDAR), "contact": ("Contacts", CONTACTS), "task": ("Tasks", TASKS),
           "note": ("Notes", NOTES)}


def run(stage):
    samples = [path for path in sorted(glob.glob(os.path.join(SAMPLES, "kolab3", "*.eml")))
               if os.path.exists(path[:-3] + "json")]
    if not samples:
        raise Skipped(f"{os.path.normpath(SAMPLES)} is missing")
    alice, phone = stage.user(), stage.phone()
    phone.first_contact(())
    told = []
    for kind, (mailbox, folder_type) in FOLDERS.items():
        told += see(alice, phone, kind, mailbox, phone.folder(folder_type), samples)
    check(not told, f"{len(told)} of what the phone sees is wrong:\n" + "\n".join(told))


def see(alice, phone, kind, mailbox, folder, samples):
    """One sample after the other, so that it is known which item it is."""
    told, items = [], phone.collection(folder).items
    phone.sync_all(folder, options=[body_preference(1)])
    for path in samples:
        with open(path, "rb") as source:
            data = re.sub(b"\r?\n", b"\r\n", source.read())
        if kolab.kind_of(data) != kind:
            continue
        before = set(items)
        alice.has(mailbox, data)
        phone.sync_all(folder, options=[body_preference(1)])
        with open(path[:-3] + "json", encoding="utf-8") as source:
            values = json.load(source)
        new = set(items) - before
        # a phone has no word for a task that was called off
        shown = 0 if kind == "task" and values.get("status") == "CANCELLED" else 1
        check(len(new) == shown, f"{os.path.basename(path)}: {len(new)} new items")
        if not shown:
            continue
        told += [f"{os.path.basename(path)}: {words}" for words in
                 wrong(kind, values, items[new.pop()], phone.version, OWNER)]
    return told
