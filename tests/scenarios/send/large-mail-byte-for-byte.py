# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mail with a big attachment."""

import base64
import random

from tests.harness.stage import check

scenario = "A mail of 8 MB with a base64 attachment arrives at the submission server byte for byte"
versions = ("12.1", "14.1", "16.1")
spec = ['MS-ASCMD "SendMail"']


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact(sync=())
    blob = base64.encodebytes(random.Random(1).randbytes(6_000_000)).replace(b"\n", b"\r\n")
    head = (f"From: {alice.address}\r\nTo: bob@example.net\r\nSubject: Large\r\n"
            "Date: Tue, 03 Mar 2026 09:15:00 +0000\r\nMessage-ID: <large@example.com>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: application/octet-stream\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n").encode()
    body = head + blob + b"--x--\r\n"
    answer = phone.send_mail(body, chunked=stage.version == "16.1")
    check(answer.status == 200 and not answer.body, f"SendMail: HTTP {answer.status} {answer.body[:100]!r}")
    sent = alice.sent()
    check(len(sent) == 1, f"{len(sent)} messages were submitted")
    content = sent[0][1]
    start = content.find(b"\r\n\r\n")
    check(content[start:] == body[body.find(b"\r\n\r\n"):], "the body was changed on the way")
    check(alice.count("Sent") == 1, "no copy in Sent")
