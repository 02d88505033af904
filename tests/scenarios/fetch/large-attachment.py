# SPDX-License-Identifier: LGPL-2.1-or-later
"""An attachment of some megabytes, whole and in ranges."""

import base64
import random

from tests.harness.phone import INBOX
from tests.harness.stage import check

scenario = "A large attachment arrives byte for byte, whole and put together from ranges"
spec = ['MS-ASCMD "Range(ItemOperations)"']


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    blob = random.Random(2).randbytes(3_000_001)
    message = ("From: bob@example.net\r\nTo: alice@example.com\r\nSubject: Large\r\nMIME-Version: 1.0\r\n"
               'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n'
               '--x\r\nContent-Type: application/octet-stream; name="blob.bin"\r\n'
               'Content-Disposition: attachment; filename="blob.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
               ).encode() + base64.encodebytes(blob).replace(b"\n", b"\r\n") + b"--x--\r\n"
    alice.has("INBOX", message)
    phone.first_contact()
    item = next(iter(phone.collection(phone.folder(INBOX)).items.values()))
    attachment = item.find("Attachments/Attachment")
    size = int(attachment.value("EstimatedDataSize"))
    check(abs(size - len(blob)) < len(blob) * 0.05, f"EstimatedDataSize {size}, the blob has {len(blob)}")
    reference = attachment.value("FileReference")
    answer = phone.fetch_attachment(reference)
    check(base64.b64decode(answer.value("Response/Fetch/Properties/Data")) == blob, "inline: other bytes")
    answer = phone.fetch_attachment(reference, multipart=True)
    check(answer.parts[int(answer.value("Response/Fetch/Properties/Part"))] == blob, "multipart: other bytes")
    pieces, step = [], 1_000_000
    for start in range(0, len(blob), step):
        answer = phone.fetch_attachment(reference, byte_range=f"{start}-{start + step - 1}")
        pieces.append(base64.b64decode(answer.value("Response/Fetch/Properties/Data")))
    check(b"".join(pieces) == blob, "ranges: other bytes")
