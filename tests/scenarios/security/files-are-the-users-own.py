# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a phone's state and ids look like on disk."""

import os
import stat

from tests.harness.phone import DRAFTS, INBOX, SENT
from tests.harness.stage import check

scenario = "Sync state is readable by its user only, and a DeviceId names no path"
spec = ["docs/reliability.md"]


def run(stage):
    alice = stage.user("alice")
    alice.has("INBOX", stage.message("One"))
    for number, device in enumerate(("..%2F..%2Fescape", "../../escape", "a/b", ".", "..", "x" * 32)):
        phone = stage.phone(f"phone{number}", device_id=device)
        answer = phone.options()
        check(answer.status == 200, f"OPTIONS: HTTP {answer.status}")
        try:
            phone.first_contact(sync=(INBOX, DRAFTS, SENT))
        except AssertionError:
            continue          # refused is fine
    home = os.path.join(stage.instance.dir, "home", alice.address)
    found = []
    for folder, folders, files in os.walk(home):
        if f"{os.sep}directpush{os.sep}" not in folder + os.sep:
            check(not [name for name in files + folders if "escape" in name], f"escaped to {folder}")
            continue
        for name in folders + files:
            path = os.path.join(folder, name)
            mode = stat.S_IMODE(os.lstat(path).st_mode)
            check(mode & 0o077 == 0, f"{path} has mode {mode:o}")
            check(os.lstat(path).st_uid != 0, f"{path} is root's")
            found.append(path)
    check(len(found) > 3, f"only {found} were looked at")
    above = os.path.dirname(home)
    check("escape" not in " ".join(os.listdir(above)), f"{above}: {os.listdir(above)}")
