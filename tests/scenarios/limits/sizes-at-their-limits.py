# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bodies that are exactly as large as they may be, and one byte larger."""

from tests.harness.phone import E, tree
from tests.harness.stage import check
from tests.harness.wbxml import encode

scenario = "A body of exactly the largest size is served; one byte more is refused, and the connection's phone goes on"
spec = ["docs/reliability.md"]
versions = ("12.1", "14.1", "16.1")
REQUEST, SEND = 20000, 100000
config = f"directpush_max_request_size = {REQUEST}\ndirectpush_max_send_size = {SEND}\n"


def filled(size, make):
    """The bytes that make(n) gives for the n that makes them so many."""
    content = size - len(make(1000)) + 1000
    for wanted in range(content - 4, content + 5):
        if len(make(wanted)) == size:
            return make(wanted)
    raise AssertionError(f"there is no body of {size} bytes")


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()

    def asks(size):
        body = filled(size, lambda n: encode(tree("FolderHierarchy", "FolderSync", E("SyncKey", phone.folder_key), E("DisplayName", "x" * n))))
        return phone.request("FolderSync", body)

    def sends(size):
        head = f"From: {alice.address}\r\nTo: friend@example.net\r\nSubject: {size}\r\n\r\n".encode()
        if not phone.at_least("14.0"):
            return phone.request("SendMail", filled(size, lambda n: head + b"x" * n), content_type="message/rfc822")
        return phone.request("SendMail", filled(size, lambda n: encode(tree(
            "ComposeMail", "SendMail", E("ClientId", f"of{size}"), E("Mime", head + b"x" * n)))))

    for limit, ask in ((REQUEST, asks), (SEND, sends)):
        for size in (limit - 1, limit):
            answer = ask(size)
            check(answer.status == 200 and answer.value("Status") in (None, "1"), f"{size} of {limit}: HTTP {answer.status} {answer.value('Status')}")
        answer = ask(limit + 1)
        check(answer.status in (400, 413), f"{limit + 1} of {limit}: HTTP {answer.status}")
        check(phone.folder_sync().value("Status") == "1", "the phone is not served any more")
    check(len(alice.sent()) == 2, f"{len(alice.sent())} mails were sent")
