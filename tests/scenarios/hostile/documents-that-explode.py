# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bytes that would be much more once they are read."""

from tests.harness.bounds import Bounds
from tests.harness.phone import INBOX
from tests.harness.stage import check
from tests.harness.wbxml import mb_u32

scenario = "WBXML that is deep, has a million elements or lengths that lie is answered within bounds, and others are served"
spec = ["docs/reliability.md"]
needs = ["own instance"]
versions = ("12.1", "16.1")
seconds = 10

HEADER = b"\x03\x01\x6a\x00"
SYNC = HEADER + b"\x45"             # AirSync:Sync with content
STORE = HEADER + b"\x00\x0f\x45\x47"      # Search:Search, Store
MILLION = 1000 * 1000
LONG = 3 * 1024 * 1024


def documents():
    """name -> (command, body)"""
    return {
        "a million empty elements": ("Sync", SYNC + b"\x5c\x4f" + b"\x05" * MILLION + b"\x01\x01\x01"),
        "a million elements with content": ("Sync", SYNC + b"\x5c" + b"\x4f\x01" * MILLION + b"\x01\x01"),
        "a million commands": ("Sync", SYNC + b"\x5c\x4f\x56" + b"\x47\x01" * MILLION + b"\x01\x01\x01\x01"),
        "a million page switches": ("Sync", SYNC + b"\x00\x00" * MILLION + b"\x01"),
        "a million pieces of one string": ("FolderSync", HEADER + b"\x00\x07\x56\x52" + b"\x03a\0" * MILLION + b"\x01\x01"),
        "a million empty strings": ("FolderSync", HEADER + b"\x00\x07\x56\x52" + b"\x03\0" * MILLION + b"\x01\x01"),
        "a million empty opaques": ("FolderSync", HEADER + b"\x00\x07\x56\x52" + b"\xc3\0" * MILLION + b"\x01\x01"),
        "a million levels": ("Sync", SYNC * 1 + b"\x5c" * MILLION),
        "a level of every page": ("Sync", SYNC + b"".join(b"\x00" + bytes([n % 26]) + b"\x45" for n in range(MILLION // 4))),
        "and in and in and": ("Search", STORE + b"\x03Mailbox\0\x01\x49" + b"\x53" * MILLION),
        "a string table of 4 GB": ("Sync", b"\x03\x01\x6a" + mb_u32(0xffffffff)),
        "a string table that is long": ("Sync", b"\x03\x01\x6a" + mb_u32(LONG) + b"x" * LONG + SYNC[4:] + b"\x01"),
        "references to a string table": ("Sync", b"\x03\x01\x6a\x01x\x45" + b"\x83\x00" * MILLION + b"\x01"),
        "an opaque of 4 GB": ("Sync", SYNC + b"\x5c\xc3" + mb_u32(0xffffffff) + b"x"),
        "an opaque that is long": ("Sync", SYNC + b"\x5c\x4f\x4b\xc3" + mb_u32(LONG) + b"x" * LONG + b"\x01\x01\x01\x01"),
        "a length that never ends": ("Sync", SYNC + b"\x5c\xc3" + b"\xff" * MILLION),
        "a string that is long": ("Sync", SYNC + b"\x5c\x4f\x4b\x03" + b"1" * LONG + b"\0\x01\x01\x01\x01"),
        "a public id that is long": ("Sync", b"\x03" + b"\xff" * MILLION),
        "attributes": ("Sync", HEADER + b"\xc5" * MILLION),
        "entities": ("Sync", SYNC + b"\x02\x81\x01" * MILLION),
        "ends of nothing": ("Sync", HEADER + b"\x45" + b"\x01" * MILLION),
    }


def run(stage):
    bounds = Bounds(stage)
    phone = stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    for name, (command, body) in documents().items():
        answer = bounds.ask(name, phone, command, body)
        if answer.tree is not None:
            check(any(node.name == "Status" for node in answer.tree.walk()), f"{name}: no Status in the answer")
    # nothing of it has hurt what the phone has
    stage.user("alice").has("INBOX", stage.message("After all"))
    phone.sync_all(inbox)
    check(len(phone.collection(inbox).items) == 1, "the phone is not served any more")
