# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mails as nobody should write them, through everything a phone does with mail.

UGLY=2000 in the environment makes so many more by chance; UGLY_FIRST=n begins with number n.
"""

import os

from tests.harness import ugly
from tests.harness.phone import INBOX, E, body_preference, tree
from tests.harness.stage import check
from tests.harness.verbs import check_sync

scenario = "Any mail comes out as legal elements in every form of body, is fetched and forwarded; none stops its folder"
spec = ['docs/architecture.md "A Sync"', "quirk 33"]
versions = ["12.1", "16.1"]
seconds = 12
GENERATED = int(os.environ.get("UGLY", "60"))
FIRST = int(os.environ.get("UGLY_FIRST", "1"))
# so many of them are fetched and forwarded
SAMPLE = 12


def put(stage, user, mails):
    """Into the maildir itself: no protocol in between makes them any better."""
    user.receives(stage.message("Before"))
    maildir = os.path.join(stage.instance.dir, "home", user.address, "Maildir")
    owner = os.stat(maildir)
    for number, (name, content) in enumerate(mails):
        name = f"{1000000 + number}.{name}.ugly"
        path = os.path.join(maildir, "tmp", name)
        with open(path, "wb") as target:
            target.write(content)
        os.chown(path, owner.st_uid, owner.st_gid)
        os.rename(path, os.path.join(maildir, "new", name))


def sync_as(phone, inbox, options, count):
    phone.collections.clear()
    for answer in phone.sync_all(inbox, options=options):
        check_sync(answer)
    held = phone.collection(inbox).items
    check(len(held) == count, f"{len(held)} of {count} mails are shown")
    for item in held.values():
        check(item.value("DateReceived"), "a mail without DateReceived")
    return held


def fetch_all(phone, inbox, held):
    for item_id, item in list(held.items())[:SAMPLE]:
        answer = phone.fetch(inbox, item_id, options=[body_preference(2)])
        check(answer.value("Response/Fetch/Status") == "1", f"Fetch of {item_id}: {answer.body[:200]}")
        for attachment in item.all("Attachments/Attachment")[:2]:
            answer = phone.fetch_attachment(attachment.value("FileReference"))
            check(answer.value("Response/Fetch/Status") == "1", f"attachment of {item_id} cannot be fetched")


def forward_all(stage, phone, user, inbox, held):
    mime = f"From: {user.address}\r\nTo: carol@example.org\r\nSubject: Fwd\r\n\r\nLook.\r\n".encode()
    for number, item_id in enumerate(list(held)[-SAMPLE:]):
        answer = phone.request("SmartForward", tree("ComposeMail", "SmartForward", E("ClientId", f"forward-{number}"),
                                                    E("Source", E("FolderId", inbox), E("ItemId", item_id)),
                                                    E("Mime", mime)))
        check(answer.status == 200 and answer.body == b"", f"{item_id} is not forwarded: {answer.body[:200]}")
    stage.eventually("all are sent", lambda: len(user.sent()) == SAMPLE)


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    mails = list(ugly.corpus().items())
    mails += [(f"generated-{n}", ugly.generated(n)) for n in range(FIRST, FIRST + GENERATED)]
    put(stage, alice, mails)
    phone.provision()
    phone.folder_sync()
    inbox = phone.folder(INBOX)
    for body_type, size in ((1, 300), (1, None), (2, 300), (2, None), (4, None)):
        options = [E("MIMESupport", 2 if body_type == 4 else 0), body_preference(body_type, size)]
        held = sync_as(phone, inbox, options, len(mails) + 1)
    check("Before" in [item.value("Subject") for item in held.values()], "the harmless one is missing")
    fetch_all(phone, inbox, held)
    if phone.at_least("14.0"):
        forward_all(stage, phone, alice, inbox, held)
