# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a worker needs in memory while 50 MB go through it."""

import base64
import random

from tests.bench import figures
from tests.harness.phone import INBOX
from tests.harness.stage import check

CONFIG = "directpush_max_send_size = 200M\n"
MEGABYTES = 50


def message(to, subject, blob):
    return (f"From: {to}\r\nTo: bob@example.net\r\nSubject: {subject}\r\nDate: Tue, 03 Mar 2026 09:15:00 +0000\r\n"
            f"Message-ID: <{subject}@example.com>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n'
            '--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="blob.bin"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n").encode() \
        + base64.encodebytes(blob).replace(b"\n", b"\r\n") + b"--x--\r\n"


def show(name, peak):
    figures.line(name, f"{peak.anonymous / 1e6:.1f} / {peak.resident / 1e6:.1f} MB", "<= 16 MB")


def run(stage, quick):
    megabytes = 5 if quick else MEGABYTES
    alice = stage.user("alice")
    blob = random.Random(1).randbytes(megabytes * 1_000_000)
    half = random.Random(2).randbytes(megabytes * 740_000)     # 50 MB when encoded
    alice.has("INBOX", message(alice.address, "attachment", blob))
    for version in ("12.1", "16.1"):
        phone = stage.phone(f"phone{version.replace('.', '')}", version=version)
        phone.first_contact()
        (worker,) = stage.workers()
        mail = message(alice.address, f"sent-by-{version}", half)
        with figures.Peak(worker) as peak:
            answer = phone.send_mail(mail, start=True).wait(300)
        check(answer.status == 200 and not answer.body, f"SendMail: HTTP {answer.status}")
        show(f"worker during a SendMail of {len(mail) / 1e6:.0f} MB, {version}: anonymous / resident", peak)
    item = next(iter(phone.collection(phone.folder(INBOX)).items.values()))
    reference = item.value("Attachments/Attachment/FileReference")
    for multipart in (False, True):
        with figures.Peak(worker) as peak:
            answer = phone.fetch_attachment(reference, multipart=multipart, timeout=300)
        if multipart:
            good = answer.parts[int(answer.value("Response/Fetch/Properties/Part"))] == blob
        else:
            good = base64.b64decode(answer.value("Response/Fetch/Properties/Data")) == blob
        check(good, "the attachment came with other bytes")
        show(f"worker during a fetch of {megabytes} MB, {'multipart' if multipart else 'inline'}: anonymous / resident", peak)
