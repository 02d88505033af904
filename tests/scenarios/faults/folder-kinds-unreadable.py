# SPDX-License-Identifier: LGPL-2.1-or-later
"""What folders hold cannot be read for a moment."""

import os

from tests.harness.stage import check

scenario = "A FolderSync that cannot know what folders hold fails for now, and leaves none out"
spec = ["decision 110", "quirk 32"]


def run(stage):
    stage.allowed_errors.append("all-devices/folders")
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    state = os.path.join(stage.instance.dir, "home", alice.address, "Maildir", "directpush", "all-devices")
    kinds = os.path.join(state, "folders")
    alice.doveadm("mailbox create", "Holiday")
    # a directory can be opened, but not read
    os.makedirs(kinds)
    answer = phone.folder_sync()
    check(answer.value("Status") == "6", f"FolderSync has Status {answer.value('Status')}")
    os.rmdir(kinds)
    phone.folder_sync()
    names = [folder["name"] for folder in phone.folders.values()]
    check(names.count("Holiday") == 1, f"the phone has {sorted(names)}")
