# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness import kolab
from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "Folders of the time before annotations were switched on are annotated, and phones see nothing of it"
spec = ["decision 110"]
versions = ("14.1", "16.1")
config = "mail_attribute_dict =\nprotocol directpush {\n  directpush_pim_create = yes\n}\n"


def run(stage):
    alice, phone = stage.user(), stage.phone()
    alice.doveadm("mailbox create", "Archive")
    phone.first_contact(())
    alice.has("Calendar", kolab.message("event", "e1", ["SUMMARY:Planning", "DTSTART:20260302T090000Z",
                                                        "DTEND:20260302T100000Z"], alice.address))
    alice.has("Contacts", kolab.message("contact", "c1", ["FN:Ada", "N:;Ada;;;"], alice.address, raw=True))
    answer = phone.request("FolderCreate", tree("FolderHierarchy", "FolderCreate", E("SyncKey", phone.folder_key),
                                                E("ParentId", 0), E("DisplayName", "Meetings"), E("Type", 13)))
    check(answer.value("Status") == "1", f"FolderCreate: Status {answer.value('Status')}")
    phone.folder_key = answer.value("SyncKey")
    phone.folder_sync()
    phone.folder_sync("0")
    before = dict(phone.folders)
    check(before[phone.folder("Calendar")]["type"] == 8, f"the phone sees {before}")
    stage.instance.add_settings("mail_attribute_dict = file:%h/dovecot-attributes\n")
    stage.reload()
    answer = phone.folder_sync()
    check(answer.number("Status") == 1, f"FolderSync: Status {answer.value('Status')}")
    check(answer.number("Changes/Count") == 0 and phone.folders == before, f"the phone sees {phone.folders}")
    said = alice.doveadm("mailbox metadata get", "Calendar", "/private/vendor/kolab/folder-type")
    check("event.default" in said, f"the annotation says {said}")
    said = alice.doveadm("mailbox metadata get", "Meetings", "/private/vendor/kolab/folder-type")
    check("event" in said and "default" not in said, f"the annotation says {said}")
