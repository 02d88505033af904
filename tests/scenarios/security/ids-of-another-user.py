# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every kind of id that names something of somebody else's."""

from tests.harness.phone import INBOX, SENT, TRASH, E, tree
from tests.harness.stage import check

scenario = "Ids of another user's folders, mails, attachments and search results open, change and tell nothing"
spec = ["docs/reliability.md"]
versions = ("12.1", "14.1", "16.1")

SECRET = "Secret plans"
MESSAGE = f"""From: bob@example.net
To: bob@example.com
Subject: {SECRET}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

{SECRET}
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename=plans.pdf
Content-Transfer-Encoding: base64

U2VjcmV0IHBsYW5z
--b--
""".replace("\n", "\r\n").encode()


def bobs_ids(stage, bob):
    """Folder, item, file reference and LongId (where the version has it) as his phone knows them."""
    stage.user("bob").has("INBOX", MESSAGE)
    bob.first_contact(sync=(INBOX, TRASH))
    inbox = bob.folder(INBOX)
    item, data = next(iter(bob.collection(inbox).items.items()))
    reference = data.value("Attachments/Attachment/FileReference") or data.value("Attachments/Attachment/AttName")
    answer = bob.request("Search", tree("Search", "Search", E(
        "Store", E("Name", "Mailbox"), E("Query", E("And", E("FreeText", "plans"))), E("Options", E("Range", "0-9")))))
    long_id = answer.value("Response/Store/Result/LongId")
    check(reference and long_id, f"nothing to try with: {reference} {long_id}")
    return inbox, item, reference, long_id


def run(stage):
    alice, bob = stage.phone("alice", "alice"), stage.phone("bob", "bob")
    inbox, item, reference, long_id = bobs_ids(stage, bob)
    alice.first_contact(sync=(INBOX, TRASH, SENT))
    mine, trash = alice.folder(INBOX), alice.folder(TRASH)
    uid = item.rpartition(":")[2]
    tries = [
        ("Sync", alice.sync_tree(inbox, key="0")),
        ("Sync", alice.sync_tree(inbox, [E("Delete", E("ServerId", item))], key=bob.collection(inbox).key)),
        ("Sync", alice.sync_tree(mine, [E("Delete", E("ServerId", item)), E("Fetch", E("ServerId", item))])),
        ("ItemOperations", fetch(E("ServerId", item, ns="AirSync"), inbox)),
        ("ItemOperations", fetch(E("ServerId", item, ns="AirSync"), mine)),
        ("ItemOperations", fetch(E("ServerId", f"{mine}:{uid}/../{item}", ns="AirSync"), mine)),
        ("ItemOperations", fetch(E("LongId", long_id, ns="Search"))),
        ("ItemOperations", fetch(E("FileReference", reference, ns="AirSyncBase"))),
        ("ItemOperations", tree("ItemOperations", "ItemOperations", E(
            "EmptyFolderContents", E("CollectionId", inbox, ns="AirSync")))),
        ("MoveItems", tree("Move", "MoveItems", E(
            "Move", E("SrcMsgId", item), E("SrcFldId", inbox), E("DstFldId", trash)))),
        ("MoveItems", tree("Move", "MoveItems", E(
            "Move", E("SrcMsgId", item), E("SrcFldId", mine), E("DstFldId", trash)))),
        ("GetItemEstimate", tree("GetItemEstimate", "GetItemEstimate", E("Collections", E(
            "Collection", E("CollectionId", inbox), E("FilterType", 0, ns="AirSync"), E("SyncKey", bob.collection(inbox).key, ns="AirSync"))))),
        ("MeetingResponse", tree("MeetingResponse", "MeetingResponse", E(
            "Request", E("UserResponse", 3), E("CollectionId", inbox), E("RequestId", item)))),
        ("FolderUpdate", tree("FolderHierarchy", "FolderUpdate", E("SyncKey", alice.folder_key), E("ServerId", inbox), E("ParentId", "0"),
                              E("DisplayName", "Taken"))),
        ("FolderCreate", tree("FolderHierarchy", "FolderCreate", E("SyncKey", alice.folder_key), E("ParentId", inbox),
                              E("DisplayName", "Inside"), E("Type", 12))),
        ("FolderDelete", tree("FolderHierarchy", "FolderDelete", E("SyncKey", alice.folder_key), E("ServerId", inbox))),
        ("Search", tree("Search", "Search", E("Store", E("Name", "Mailbox"), E("Query", E(
            "And", E("CollectionId", inbox, ns="AirSync"), E("FreeText", "plans"))), E("Options", E("Range", "0-9"))))),
    ]
    if alice.at_least("14.0"):
        for verb in ("SmartReply", "SmartForward"):
            tries.append((verb, tree("ComposeMail", verb, E("ClientId", verb), E("SaveInSentItems"), E(
                "Source", E("FolderId", inbox), E("ItemId", item)), E("Mime", reply(stage, alice)))))
            tries.append((verb, tree("ComposeMail", verb, E("ClientId", verb + "2"), E("SaveInSentItems"), E(
                "Source", E("LongId", long_id)), E("Mime", reply(stage, alice)))))
    else:
        for verb in ("SmartReply", "SmartForward"):
            for params in ({"ItemId": item, "CollectionId": inbox}, {"ItemId": item, "CollectionId": mine}, {"LongId": long_id}):
                answer = alice.request(verb, reply(stage, alice), params=params, content_type="message/rfc822")
                check(answer.status in (200, 400, 404, 500, 503), f"{verb} with {params}: HTTP {answer.status}")
        answer = alice.request("GetAttachment", params={"AttachmentName": reference})
        check(answer.status != 200 and b"Secret" not in (answer.response.body or b""), "GetAttachment gave Bob's attachment")
    for command, body in tries:
        answer = alice.request(command, body)
        check(answer.status in (200, 400, 403, 404), f"{command}: HTTP {answer.status}")
        check(SECRET.encode() not in (answer.response.body or b"") and b"plans.pdf" not in (answer.response.body or b""),
              f"{command} told Alice of Bob's mail")
    for envelope, content in stage.user("alice").sent():
        check(SECRET.encode() not in content and b"U2VjcmV0" not in content, f"sent Bob's mail to {envelope['to']}")
    pending = alice.ping(60, [inbox])
    check(pending.wait(10).value("Status") != "2" if pending.connection.readable(0.3) else True, "Alice hears of Bob")
    pending.cancel()
    check(stage.user("bob").count("INBOX") == 1, "Bob's mail is gone")
    check(not {"Taken", "Inside", "INBOX/Inside"} & set(stage.user("bob").mailboxes()), "Bob's folders were changed")
    bob.sync_all(inbox)
    check(list(bob.collection(inbox).items) == [item], "Bob's phone lost it")


def fetch(which, folder=None):
    content = [E("Store", "Mailbox")]
    if folder is not None:
        content.append(E("CollectionId", folder, ns="AirSync"))
    return tree("ItemOperations", "ItemOperations", E("Fetch", *content, which))


def reply(stage, phone):
    return stage.message("Re: your mail", sender=phone.owner.address, to="accomplice@example.net")
