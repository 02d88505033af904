# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a request may repeat, ten thousand times; numbers at and beyond their limits."""

from tests.harness.bounds import Bounds
from tests.harness.phone import CONTACTS, INBOX, SENT, E, tree
from tests.harness.stage import check

scenario = "Requests with ten thousand of everything are answered within bounds, and others are served meanwhile"
spec = ["MS-ASCMD Limiting Size of Command Requests"]
needs = ["own instance"]
versions = ("12.1", "16.1")
seconds = 20

MANY = 10000
MAILS = 3
NUMBERS = ("0", "1", "512", "513", "100000", "-1", "4294967295", "4294967296", "18446744073709551616", "1e9", "0x10", " 5", "")


def requests(phone, inbox, item):
    """name -> (command, tree)"""
    mailbox = E("Store", "Mailbox")



    def search(*query, options=()):
        return tree("Search", "Search", E("Store", E("Name", "Mailbox"), E("Query", *query), E("Options", E("Range", "0-99"), *options)))

    def nested(levels):
        query = E("FreeText", "x")
        for _ in range(levels):
            query = E("And", query)
        return query

    mime = b"From: a@b\r\nTo: " + b", ".join(b"u%d@example.net" % n for n in range(MANY)) + b"\r\n\r\nHello\r\n"
    return {
        "collections": ("Sync", tree("AirSync", "Sync", E("Collections", *[
            E("Collection", E("SyncKey", "0"), E("CollectionId", f"made{n}")) for n in range(MANY)]))),
        "the same collection": ("Sync", tree("AirSync", "Sync", E("Collections", *[
            E("Collection", E("SyncKey", "0"), E("CollectionId", inbox)) for _ in range(MANY)]))),
        "adds": ("Sync", phone.sync_tree(inbox, [
            E("Add", E("ClientId", f"c{n}"), E("ApplicationData", E("Subject", "x", ns="Email"))) for n in range(MANY)])),
        "changes": ("Sync", phone.sync_tree(inbox, [
            E("Change", E("ServerId", item), E("ApplicationData", E("Read", n % 2, ns="Email"))) for n in range(MANY)])),
        "fetches": ("Sync", phone.sync_tree(inbox, [E("Fetch", E("ServerId", item)) for _ in range(MANY)])),
        "deletes of what is not there": ("Sync", phone.sync_tree(inbox, [
            E("Delete", E("ServerId", f"{inbox}:{n + 1000}")) for n in range(MANY)])),
        "options": ("Sync", phone.sync_tree(inbox, options=[
            E("BodyPreference", E("Type", 1 + n % 4), E("TruncationSize", n), ns="AirSyncBase") for n in range(MANY)])),
        "fetches of one mail": ("ItemOperations", tree("ItemOperations", "ItemOperations", *[
            E("Fetch", mailbox, E("CollectionId", inbox, ns="AirSync"), E("ServerId", item, ns="AirSync")) for _ in range(MANY)])),
        "fetches of long ids": ("ItemOperations", tree("ItemOperations", "ItemOperations", *[
            E("Fetch", mailbox, E("LongId", f"x{n}", ns="Search")) for n in range(MANY)])),
        "moves": ("MoveItems", tree("Move", "MoveItems", *[
            E("Move", E("SrcMsgId", item), E("SrcFldId", inbox), E("DstFldId", inbox)) for _ in range(MANY)])),
        "estimates": ("GetItemEstimate", tree("GetItemEstimate", "GetItemEstimate", E("Collections", *[
            E("Collection", E("CollectionId", inbox), E("FilterType", 0, ns="AirSync"),
              E("SyncKey", phone.collection(inbox).key, ns="AirSync")) for _ in range(MANY)]))),
        "meeting responses": ("MeetingResponse", tree("MeetingResponse", "MeetingResponse", *[
            E("Request", E("UserResponse", 1), E("CollectionId", inbox), E("RequestId", item)) for _ in range(MANY)])),
        "people": ("ResolveRecipients", tree("ResolveRecipients", "ResolveRecipients", *[E("To", f"u{n}") for n in range(MANY)])),
        "certificates": ("ValidateCert", tree("ValidateCert", "ValidateCert", E("Certificates", *[
            E("Certificate", "MIIB") for _ in range(MANY)]))),
        "words": ("Search", search(E("And", E("FreeText", " ".join(f"w{n}" for n in range(MANY)))))),
        "texts": ("Search", search(E("And", *[E("FreeText", f"w{n}") for n in range(MANY)]))),
        "folders to search": ("Search", search(E("And", *[E("CollectionId", inbox, ns="AirSync") for _ in range(MANY)],
                                                 E("FreeText", "x")))),
        "levels of a search": ("Search", search(nested(25))),
        "settings": ("Settings", tree("Settings", "Settings", *[E("UserInformation", E("Get")) for _ in range(MANY)])),
        "policies": ("Provision", tree("Provision", "Provision", E("Policies", *[
            E("Policy", E("PolicyType", "MS-EAS-Provisioning-WBXML")) for _ in range(MANY)]))),
        "a folder's name": ("FolderCreate", tree("FolderHierarchy", "FolderCreate", E("SyncKey", phone.folder_key), E("ParentId", "0"),
                                                 E("DisplayName", "n" * MANY), E("Type", 12))),
        "a name of slashes": ("FolderCreate", tree("FolderHierarchy", "FolderCreate", E("SyncKey", phone.folder_key), E("ParentId", "0"),
                                                   E("DisplayName", "/" * 255), E("Type", 12))),
        "a key": ("Sync", phone.sync_tree(inbox, key="1" * MANY)),
        "an id": ("Sync", tree("AirSync", "Sync", E("Collections", E("Collection", E("SyncKey", "0"), E("CollectionId", "x" * MANY))))),
        "a ClientId": ("SendMail", tree("ComposeMail", "SendMail", E("ClientId", "c" * 3000000), E("Mime", b"x"))),
        "recipients": ("SendMail", tree("ComposeMail", "SendMail", E("ClientId", "many"), E("Mime", mime))
                       if phone.at_least("14.0") else mime),
    }


def pings(phone, inbox):
    """name -> tree; none of them may wait"""
    return {
        "folders to watch": phone.ping_tree(480, [f"made{n}" for n in range(MANY)]),
        "the same folder": phone.ping_tree(480, [inbox] * 300),
    }


def run(stage):
    bounds = Bounds(stage)
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", *[stage.message(f"Mail {n}") for n in range(MAILS)])
    phone.first_contact(sync=(INBOX, SENT, CONTACTS))
    inbox = phone.folder(INBOX)
    item = next(iter(phone.collection(inbox).items))
    for name, (command, body) in requests(phone, inbox, item).items():
        # a refusal of the submission server is 12.1's 503
        kind = {"content_type": "message/rfc822"} if isinstance(body, bytes) else {}
        bounds.ask(name, phone, command, body, statuses=(200, 400, 413, 503) if command == "SendMail" else (200, 400, 413), **kind)
    for name, body in pings(phone, inbox).items():
        bounds.ask(name, phone, "Ping", body, statuses=(200, 400, 413))
    # refused as a whole: a Status of its own, which the schema of this command does not know
    stage.answers = [answer for answer in stage.answers if answer[1] != "MeetingResponse"]
    check(not alice.sent(), "a mail to ten thousand was sent")
    check(alice.count("INBOX") == MAILS, "mails are gone")

    phone.sync_all(inbox)
    for number in NUMBERS:
        for body in (phone.sync_tree(inbox, window=number), phone.sync_tree(inbox, options=[E("FilterType", number)]),
                     phone.sync_tree(inbox, extra=[E("WindowSize", number)])):
            bounds.ask(f"window or filter {number!r}", phone, "Sync", body)
        bounds.ask(f"conflict {number!r}", phone, "Sync", phone.sync_tree(inbox, options=[E("Conflict", number)]))
        # with something to tell, so that a legal one does not wait
        alice.has("INBOX", stage.message(f"For {number}"))
        for body in (phone.sync_tree(inbox, wait=number), phone.sync_tree(inbox, heartbeat=number), phone.ping_tree(480, [inbox])):
            bounds.ask(f"wait {number!r}", phone, "Ping" if body.name == "Ping" else "Sync", body)
        bounds.ask(f"heartbeat {number!r}", phone, "Ping", phone.ping_tree(number, [inbox]))
        bounds.ask(f"range {number!r}", phone, "Search", tree("Search", "Search", E("Store", E("Name", "Mailbox"), E(
            "Query", E("And", E("FreeText", "Mail"))), E("Options", E("Range", f"{number}-{number}")))))
    phone.collection(inbox).key = "0"
    phone.collection(inbox).items.clear()
    phone.sync_all(inbox)
    check(len(phone.collection(inbox).items) == MAILS + len(NUMBERS), "the folder cannot be synced any more")
