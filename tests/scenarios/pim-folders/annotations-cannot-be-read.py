# SPDX-License-Identifier: LGPL-2.1-or-later
import os

from tests.harness.stage import check

scenario = "While annotations cannot be read, no folder is gone or becomes something else"
spec = ['docs/architecture.md "A Sync"', "decision 120"]
versions = ("14.1", "16.1")


def run(stage):
    stage.allowed_errors.append("Cannot get folder type|Failed to get attribute|dovecot-attributes")
    alice, phone = stage.user(), stage.phone()
    alice.doveadm("mailbox create", "Team", "Plain")
    alice.doveadm("mailbox metadata set", "Team", "/private/vendor/kolab/folder-type", "event")
    phone.first_contact()
    before = dict(phone.folders)
    check(before[phone.folder("Team")]["type"] == 13, f"the phone sees {before}")
    check(before[phone.folder("Calendar")]["type"] == 8, f"the phone sees {before}")
    path = os.path.join(stage.instance.dir, "home", alice.address, "dovecot-attributes")
    os.chmod(path, 0)
    try:
        answer = phone.folder_sync()
        check(answer.number("Status") == 1, f"FolderSync: Status {answer.value('Status')}")
        check(answer.number("Changes/Count") == 0, f"FolderSync: {answer.value('Changes/Count')} changes")
        tablet = stage.phone("tablet")
        tablet.first_contact(())
        check("Calendar 2" not in alice.mailboxes(), f"mailboxes: {alice.mailboxes()}")
    finally:
        os.chmod(path, 0o600)
    answer = phone.folder_sync()
    check(answer.number("Changes/Count") == 0, f"FolderSync: {answer.value('Changes/Count')} changes")
    check(phone.folders == before, f"the phone sees {phone.folders}")
    tablet.folder_sync()
    check(tablet.folders == before, f"the tablet sees {tablet.folders}")
