# SPDX-License-Identifier: LGPL-2.1-or-later
"""The user's quota is used up."""

from tests.harness.fault_round import on_server, subjects
from tests.harness.phone import CONTACTS, INBOX, TRASH, E, tree
from tests.harness.stage import check

scenario = "Over quota each command says so in its own words, and nothing is lost; with room again all is done, once"
spec = ['MS-ASCMD "Common Status Codes"']
needs = ["own instance"]
config = """mail_plugins = $mail_plugins quota
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=100K
  quota_grace = 0
}
"""
seconds = 5


def run(stage):
    # Dovecot says what a user over quota may not do
    stage.allowed_errors.append("uota")
    alice, phone = stage.user("alice"), stage.phone()
    alice.doveadm("mailbox create", "Archive")
    phone.first_contact(sync=(INBOX, TRASH))
    inbox, trash, contacts = phone.folder(INBOX), phone.folder(TRASH), phone.folder(CONTACTS)
    phone.sync_all(contacts)
    archive = phone.folder("Archive")
    alice.has("INBOX", stage.message("Large", body="\n" * 42000), stage.message("Moved"))
    phone.sync_all(inbox)
    phone.sync_all(archive)
    found = {item.value("Subject"): server_id for server_id, item in phone.collection(inbox).items.items()}
    filler = 0
    while filler < 20:
        # until not even a small one fits
        try:
            alice.has("INBOX", stage.message("Filler", body="y" * 1500))
            filler += 1
        except AssertionError:
            break
    check(0 < filler < 20, f"the quota is not in force: {filler}")
    phone.sync_all(inbox)

    add = phone.sync_tree(contacts, [E("Add", E("ClientId", "one"), E(
        "ApplicationData", E("LastName", "Contact", ns="Contacts"), E("Body", E("Type", 1), E("Data", "z" * 6000),
                                                                      ns="AirSyncBase")))])
    answer = phone.request("Sync", add)
    status = answer.value("Collections/Collection/Responses/Add/Status")
    check(answer.status == 200 and status == "9", f"Add: HTTP {answer.status}, Status {status}")
    phone.apply_sync(answer)
    check(not phone.collection(contacts).items, "the phone holds what was refused")
    # moving needs no room
    answer = phone.move_items([(found["Moved"], inbox, archive)])
    check(answer.status == 200, f"MoveItems: HTTP {answer.status}")
    check(answer.value("Response/Status") in ("3", "5", "7"), f"MoveItems: {answer.value('Response/Status')}")
    if answer.value("Response/Status") == "3":
        phone.collection(archive).items[answer.value("Response/DstMsgId")] = \
            phone.collection(inbox).items.pop(found["Moved"])
    # the mail leaves; its copy in Sent has no room
    mail = stage.message("Sent", body="z" * 6000, sender=alice.address)
    answer = phone.send_mail(mail, client_id="sent")
    check(answer.status == 200, f"SendMail: HTTP {answer.status}")
    check(len(alice.sent()) == 1, f"SendMail: {len(alice.sent())} left")
    answer = phone.request("FolderCreate", tree("FolderHierarchy", "FolderCreate", E("SyncKey", phone.folder_key),
                                                E("ParentId", 0), E("DisplayName", "New"), E("Type", 12)))
    check(answer.status == 200 and answer.value("Status") in ("1", "6"),
          f"FolderCreate: HTTP {answer.status}, Status {answer.value('Status')}")
    if answer.value("Status") == "1":
        phone.folder_key = answer.value("SyncKey")
    # deleting must work in a mailbox that is full
    commands = [E("Delete", E("ServerId", found["Large"]))]
    answer = phone.sync(inbox, commands, deletes_as_moves=False)
    check(answer.value("Collections/Collection/Status") == "1", "the large mail cannot be deleted")
    phone.collection(inbox).items.pop(found["Large"], None)
    phone.sync_all(inbox)
    check("Large" not in on_server(alice, "INBOX"), "the large mail is still there")

    add = phone.sync_tree(contacts, [E("Add", E("ClientId", "two"), E(
        "ApplicationData", E("LastName", "Contact", ns="Contacts")))])
    answer = phone.request("Sync", add)
    check(answer.value("Collections/Collection/Responses/Add/Status") == "1", "a contact finds no room")
    phone.apply_sync(answer)
    phone.sync_all(contacts)
    check(len(phone.collection(contacts).items) == 1, f"{len(phone.collection(contacts).items)} contacts")
    answer = phone.send_mail(mail, client_id="sent")
    check(answer.status == 200 and len(alice.sent()) == 1, f"the repeated mail: {len(alice.sent())} left")
    stage.eventually("the copy in Sent was not made up for", lambda: alice.count("Sent") == 1)
    for folder, mailbox in ((inbox, "INBOX"), (archive, "Archive"), (trash, "Trash")):
        phone.sync_all(folder)
        check(subjects(phone, folder) == on_server(alice, mailbox),
              f"{mailbox}: the phone has {subjects(phone, folder)}, the server {on_server(alice, mailbox)}")
