# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the process that everybody can talk to may do."""

import os
import pwd

from tests.harness.stage import check

scenario = "The front runs as an unprivileged user of its own in an empty root, and workers as the mail user"
spec = ["docs/reliability.md"]
# no worker that is just being started for somebody else
needs = ["own instance"]


def status(pid, field):
    with open(f"/proc/{pid}/status", encoding="ascii") as source:
        for line in source:
            if line.startswith(field + ":"):
                return line.split()[1:]
    return []


def run(stage):
    phone = stage.phone()
    phone.first_contact()
    fronts = stage.instance.pids_of("directpush")
    check(fronts, "there is no front")
    login = pwd.getpwnam("dovenull").pw_uid
    for pid in fronts:
        check({int(uid) for uid in status(pid, "Uid")} == {login}, f"uid {status(pid, 'Uid')}, not dovenull's {login}")
        check(status(pid, "Groups").count("0") == 0, f"groups {status(pid, 'Groups')}")
        for field in ("CapEff", "CapPrm"):
            check(int(status(pid, field)[0], 16) == 0, f"{field} is {status(pid, field)[0]}")
        root = os.readlink(f"/proc/{pid}/root")
        check(root.endswith("/login"), f"its root is {root}")
        inside = os.listdir(f"/proc/{pid}/root")
        check(not {"etc", "home", "dev", "proc"} & set(inside), f"its root has {inside}")
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                target = os.readlink(f"/proc/{pid}/fd/{name}")
            except FileNotFoundError:
                continue
            check("/home/" not in target and not target.endswith((".pem", ".key")), f"it holds {target} open")
    for pid in stage.workers():
        uids = {int(uid) for uid in status(pid, "Uid")}
        check(0 not in uids and login not in uids, f"a worker runs as {uids}")
