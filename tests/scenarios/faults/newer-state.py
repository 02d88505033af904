# SPDX-License-Identifier: LGPL-2.1-or-later
"""State files that a newer version wrote: somebody took an upgrade back."""

import glob
import os
import struct
import zlib

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "State of a newer version is named in the log and kept; the phone starts that folder, or all, again"
spec = ["docs/state-format.md"]
needs = ["own instance"]
seconds = 4

HEADER = 24


def newer_header(data):
    """The version of the header itself."""
    return data[:7] + bytes([data[7] + 1]) + data[8:]


def newer_format(data):
    """The format of the subject; whole otherwise."""
    head = data[:8] + struct.pack(">I", 1000) + data[12:20]
    return head + struct.pack(">I", zlib.crc32(head + data[HEADER:])) + data[HEADER:]


def run(stage):
    stage.allowed_errors.append("a newer version wrote it")
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", stage.message("One"), stage.message("Two"))
    phone.first_contact()
    inbox = phone.folder(INBOX)
    state = os.path.join(stage.instance.dir, "home", alice.address, "Maildir", "directpush", phone.device_id)
    names = {"folder": os.path.basename(glob.glob(os.path.join(state, f"folder-{inbox}"))[0]), "device": "device"}
    for subject, make in (("folder", newer_header), ("folder", newer_format),
                          ("device", newer_header), ("device", newer_format)):
        path = os.path.join(state, names[subject])
        with open(path, "rb") as old:
            newer = make(old.read())
        mark = len(stage.log())
        with open(path, "wb") as new:
            new.write(newer)
        if subject == "folder":
            pending = phone.ping(600, [inbox])
            answer = pending.wait(10)
            check(answer.value("Status") == "2", f"{make.__name__}: Ping has Status {answer.value('Status')}")
            answer = phone.request("Sync", phone.sync_tree(inbox))
            status = answer.value("Collections/Collection/Status")
            check(answer.status == 200 and status == "3", f"{make.__name__}: HTTP {answer.status}, Status {status}")
        else:
            answer = phone.folder_sync()
            check(answer.status in (200, 449), f"{make.__name__}: HTTP {answer.status}")
            check(answer.status == 449 or answer.value("Status") == "9", f"{make.__name__}: Status {answer.value('Status')}")
        stage.eventually(f"{make.__name__}: nothing is logged",
                         lambda: f"{path} is ignored: a newer version wrote it" in stage.log()[mark:])
        if answer.status == 449:
            phone.policy_key = "0"
            phone.provision()
        phone.folder_sync(key="0")
        phone.collections.clear()
        phone.sync_all(inbox)
        check(len(phone.collection(inbox).items) == 2, f"{make.__name__}: {len(phone.collection(inbox).items)} mails")
        with open(path + ".newer", "rb") as kept:
            check(kept.read() == newer, f"{make.__name__}: the newer file is not what it was")
        answer = phone.sync(inbox)
        check(answer.tree is None, f"{make.__name__}: something is left over")
