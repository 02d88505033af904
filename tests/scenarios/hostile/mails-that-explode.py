# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mails that are much more than their bytes, received and sent."""

import os

from tests.harness.bounds import Bounds
from tests.harness.phone import INBOX, E, body_preference, tree
from tests.harness.stage import check
from tests.harness.ugly import HEAD, forwarded, nested

scenario = "Mails of 100,000 parts, levels, recipients and references are synced, forwarded and sent within bounds; others are served"
spec = ["docs/reliability.md"]
needs = ["own instance"]
versions = ("12.1", "16.1")
seconds = 20
config = "directpush_tnef = yes\n"

MANY = 100 * 1000
LEVELS = 2000
MEGA = 1000 * 1000


def lines(name, head=b"", body=b"Text.\n"):
    return HEAD % (name.encode(), name.encode()) + head + b"\n" + body


def mails():
    """name -> mail with LF"""
    part = b"--p\nContent-Disposition: attachment; filename=a\n\nx\n"
    people = b",\n ".join(b"u%d@example.net" % n for n in range(MANY))
    event = (b"BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:many\nDTSTART:20260310T100000Z\nRRULE:FREQ=SECONDLY\n"
             b"ORGANIZER:mailto:bob@example.net\n%sEND:VEVENT\nEND:VCALENDAR\n")
    return {
        "parts": lines("parts", b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=p\n", part * MANY + b"--p--\n"),
        "levels": lines("levels", *nested(LEVELS)),
        "forwarded": lines("forwarded", *forwarded(LEVELS)),
        "subject": lines("subject").replace(b"Subject: subject", b"Subject: subject " + b"s" * MEGA),
        "encoded": lines("encoded").replace(b"Subject: encoded", b"Subject: encoded" + b"\n =?utf-8?Q?=C3=A4?=" * MANY),
        "recipients": lines("recipients", b"Cc: " + people + b"\n"),
        "references": lines("references", b"References: " + b"\n ".join(b"<r%d@x>" % n for n in range(MANY)) + b"\n"),
        "headers": lines("headers", b"".join(b"X-%d: y\n" % n for n in range(MANY))),
        "parameters": lines("parameters", b"Content-Type: text/plain" + b"".join(b";\n p*%d=x" % n for n in range(MANY)) + b"\n"),
        "html": lines("html", b"Content-Type: text/html\n", b"<div>" * MANY + b"<!--" * MANY + b"&" * MANY),
        "lines": lines("lines", b"", b"\n" * MEGA),
        "invitation": lines("invitation", b"Content-Type: text/calendar; method=REQUEST\n", event % b"".join(
            b"ATTENDEE:mailto:u%d@example.net\n" % n for n in range(MANY))),
        "tnef": lines("tnef", b"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: 8bit\n",
                      b"\x78\x9f\x3e\x22\x01\x00" + b"\x01\x06\x90\x08\x00\xff\xff\xff\x7f" * MANY),
    }


def put(stage, mail):
    """As it lies in a maildir, past every limit of LMTP and IMAP."""
    box = os.path.join(stage.instance.dir, "home", stage.user("alice").address, "Maildir", "new")
    for name, text in mail.items():
        path = os.path.join(box, f"1.{name}.ugly")
        with open(path, "wb") as out:
            out.write(text)
        os.chown(path, os.stat(box).st_uid, os.stat(box).st_gid)


def see(bounds, phone, options):
    """Sync of all, asked in parts; returns name -> ServerId."""
    inbox = phone.folder(INBOX)
    phone.collection(inbox).key, phone.collection(inbox).more = "0", True
    phone.collection(inbox).items.clear()
    phone.sync(inbox)
    phone.collection(inbox).more = True
    while phone.collection(inbox).more:
        phone.apply_sync(bounds.ask("Sync", phone, "Sync", phone.sync_tree(inbox, options=options, window=4)))
    return {(data.value("Subject") or "").split(" ")[0].strip(): item for item, data in phone.collection(inbox).items.items()}


def send(phone, command, text, source=None):
    """The request, and how it is sent."""
    text = text.replace(b"\n", b"\r\n")
    if phone.at_least("14.0"):
        content = [E("ClientId", f"{command}{len(text)}{source}")]
        if source is not None:
            content.append(E("Source", E("FolderId", phone.folder(INBOX)), E("ItemId", source)))
        return {"body": tree("ComposeMail", command, *content, E("Mime", text))}
    params = {} if source is None else {"ItemId": source, "CollectionId": phone.folder(INBOX)}
    return {"body": text, "content_type": "message/rfc822", "params": params}


def run(stage):
    bounds = Bounds(stage)
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    corpus = mails()
    put(stage, corpus)
    seen = {}
    for options in ([body_preference(1, 1000, preview=100 if phone.at_least("14.0") else None)], [body_preference(2, 500000)],
                    [body_preference(4, 100000)]):
        seen = see(bounds, phone, [*options, E("MIMESupport", 2)])
    check(len(phone.collection(phone.folder(INBOX)).items) == len(corpus),
          f"only {sorted(seen)} of {len(corpus)} mails were shown")
    note = f"From: {alice.address}\nTo: friend@example.net\nSubject: Look\n\nLook.\n".encode()
    for name, item in seen.items():
        bounds.ask(f"forward {name}", phone, "SmartForward", statuses=(200, 400, 503), **send(phone, "SmartForward", note, item))
    for name, text in corpus.items():
        text = text.replace(b"bob@example.net", alice.address.encode(), 1)
        bounds.ask(f"send {name}", phone, "SendMail", statuses=(200, 400, 413, 503), **send(phone, "SendMail", text))
    check(all(len(envelope["to"]) <= 1000 for envelope, _content in alice.sent()), "a mail went to more than a thousand")
    phone.folder_sync()
