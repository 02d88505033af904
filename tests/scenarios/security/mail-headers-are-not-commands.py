# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mails that try to say something to the SMTP server, or to be somebody else's."""

from tests.harness.stage import check

scenario = "Nothing in a mail's headers becomes an SMTP command, another sender or a recipient that is not one"
spec = ["docs/reliability.md"]
versions = ("12.1", "14.1", "16.1")

ADDRESSES = (
    "victim@example.net>\r\nRCPT TO:<spam@example.org",
    "victim@example.net\r\n DATA\r\n.\r\nMAIL FROM:<x@example.org>",
    "\"a\r\nBcc: spam@example.org\r\n\" <victim@example.net>",
    "<victim@example.net> SIZE=1",
    "victim@example.net\0spam@example.org",
    "=?utf-8?q?x=0D=0ABcc=3A_spam=40example=2Eorg?= <victim@example.net>",
)


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    for number, address in enumerate(ADDRESSES):
        message = (f"From: {alice.address}\r\nTo: {address}\r\nSubject: Try {number}\r\n\r\n"
                   f"Hello\r\n.\r\nMAIL FROM:<spam@example.org>\r\nRCPT TO:<spam@example.org>\r\nDATA\r\n").encode()
        answer = phone.send_mail(message)
        check(answer.status in (200, 400, 500) and answer.status != 500, f"{address!r}: HTTP {answer.status}")
    stage.expect_logged("SendMail")
    for envelope, content in alice.sent():
        for recipient in envelope["to"]:
            check(recipient == "victim@example.net" or "\n" not in recipient and "spam@example.org" not in recipient,
                  f"sent to {recipient!r}")
        check(content.count(b"MAIL FROM:<spam@example.org>") == 1, "the body was cut or doubled")
    check(not alice.sent("spam@example.org"), "something was sent as spam@example.org")
    forged = stage.message("Forged", sender="Boss <boss@example.org>")
    phone.send_mail(forged)
    check(not [1 for envelope, _ in alice.sent() if envelope["from"] != alice.address], "sent as somebody else")
