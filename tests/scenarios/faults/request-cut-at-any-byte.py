# SPDX-License-Identifier: LGPL-2.1-or-later
"""The line breaks anywhere in a request."""

from tests.harness.phone import INBOX
from tests.harness.stage import check
from tests.harness.wbxml import encode
from tests.harness.wire import request_head

scenario = "A request that breaks off anywhere is dropped: nothing is sent, nothing parked, nothing logged as an error"
versions = ("14.1",)


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    body = encode(phone.ping_tree(600, [phone.folder(INBOX)]))
    target, lines = phone.head("Ping")
    data = request_head("POST", target, lines, body) + body
    mail = stage.fixture("mails/outgoing.eml").replace(b"{sender}", alice.address.encode())
    for tls in (True, False):
        phone.tls = tls
        for end in list(range(1, len(data), 37)) + [len(data) - 1]:
            connection = phone.connect()
            connection.send(data[:end])
            connection.reset() if end % 2 else connection.close()
    stage.expect_parked(0)
    # Half a mail is no mail, with and without TLS, with a length and chunked.
    from tests.harness.phone import E, tree
    body = encode(tree("ComposeMail", "SendMail", E("ClientId", "cut"), E("SaveInSentItems"), E("Mime", mail)))
    target, lines = phone.head("SendMail")
    for tls in (True, False):
        phone.tls = tls
        connection = phone.connect()
        connection.send(request_head("POST", target, lines, body) + body[:-20])
        connection.close()
        connection = phone.connect()
        connection.send(request_head("POST", target, lines, body, chunked=True)
                        + b"%x\r\n" % len(body) + body[:-20])
        connection.close()
    check(phone.options().status == 200, "OPTIONS afterwards")
    check(not alice.sent(), "half a mail was sent")
    check(alice.count("Sent") == 0, "half a mail was saved")
