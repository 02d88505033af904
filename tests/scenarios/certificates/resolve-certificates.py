# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whom one may encrypt for: the neighbours in directpush_certificates_dir."""

import os

from tests.harness.certificates import Certificates
from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "Certificates of neighbours are offered: whole, within the limit, never of two who are meant at once"
versions = ("12.1", "14.1", "16.1")
spec = ['MS-ASCMD "CertificateRetrieval"', 'MS-ASCMD "MaxCertificates"', 'MS-ASCMD "MaxAmbiguousRecipients"']


def resolve(phone, to, **options):
    answer = phone.request("ResolveRecipients", tree("ResolveRecipients", "ResolveRecipients", *(
        E("To", one) for one in to), E("Options", *(E(name, value) for name, value in options.items()))))
    check(answer.value("Status") == "1", f"Status {answer.value('Status')}")
    return answer.tree.all("Response")


def certificates(response):
    """Status, count, certificate, mini certificate of the only recipient."""
    return tuple(response.value(f"Recipient/Certificates/{name}")
                 for name in ("Status", "CertificateCount", "Certificate", "MiniCertificate"))


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    made = Certificates(stage, alice)
    made.authority()
    bob, bert = made.person("bob"), made.person("bert")
    made.offer("bob@example.net", made.pem("bob"))
    made.offer("bert@example.net", made.pem("bert"))
    made.offer("broken@example.net", "-----BEGIN CERTIFICATE-----\nno\n")
    made.offer("..hidden@example.net", made.pem("bob"))
    os.mkfifo(os.path.join(made.neighbours, "pipe@example.net.pem"))
    people = ["Bob <BOB@example.net>", "bert@example.net", "broken@example.net", "pipe@example.net", alice.address]

    # not asked for: not sent
    for response in resolve(phone, people):
        check(response.find("Recipient/Certificates") is None, "certificates unasked")
    found = [certificates(one) for one in resolve(phone, people, CertificateRetrieval="2")]
    none = ("7", "0", None, None)
    check(found == [("1", "1", bob, None), ("1", "1", bert, None), none, none, none], f"{found}")
    found = [certificates(one) for one in resolve(phone, people[:2], CertificateRetrieval="3")]
    check(found == [("1", "1", None, bob), ("1", "1", None, bert)], f"{found}")
    found = [certificates(one) for one in resolve(phone, people[:3], CertificateRetrieval="2", MaxCertificates="1")]
    check(found == [("1", "1", bob, None), ("8", "1", None, None), none], f"{found}")

    # a beginning that fits two is a question back, without certificates
    for limit, status, shown in ((None, "2", 3), ("2", "3", 2), ("0", "3", 0)):
        options = {"CertificateRetrieval": "2"} | ({"MaxAmbiguousRecipients": limit} if limit else {})
        response, = resolve(phone, ["b"], **options)
        check(response.value("Status") == status, f"Status {response.value('Status')}, limit {limit}")
        check(response.value("RecipientCount") == "3", f"count {response.value('RecipientCount')}")
        recipients = response.all("Recipient")
        check(len(recipients) == shown, f"{len(recipients)} shown, limit {limit}")
        check(not any(one.find("Certificates") for one in recipients), "certificates of suggestions")

    # no name is a path
    for text in ("../authorities", "../certificates/bob@example.net", "/etc/passwd", ".", "..hidden@example.net"):
        response, = resolve(phone, [text], CertificateRetrieval="2")
        check(response.value("Status") == "4", f"{text}: Status {response.value('Status')}")
