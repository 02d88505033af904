# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a user may trust is for the server to say, one Status for each certificate."""

from tests.harness.certificates import Certificates
from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "ValidateCert answers each certificate with a Status of its own"
versions = ("12.1", "14.1", "16.1")
spec = ['MS-ASCMD "ValidateCert"', 'MS-ASCMD "Status (ValidateCert)"']


def statuses(phone, certificates, chain=(), check_crl=None):
    root = tree("ValidateCert", "ValidateCert",
                *([E("CertificateChain", *(E("Certificate", one) for one in chain))] if chain else []),
                E("Certificates", *(E("Certificate", one) for one in certificates)),
                *([E("CheckCRL", check_crl)] if check_crl is not None else []))
    answer = phone.request("ValidateCert", root)
    check(answer.status == 200, f"HTTP {answer.status}")
    return answer.value("Status"), [found.value("Status") for found in answer.tree.all("Certificate")]


def expect(phone, certificates, expected, **kwargs):
    found = statuses(phone, certificates, **kwargs)
    check(found == ("1", expected), f"{found} instead of {expected} ({kwargs.keys()})")


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    made = Certificates(stage, alice)
    made.authority("root")
    made.authority("stranger")
    made.trust(made.pem("root"))
    good, foreign = made.person("bob"), made.person("mallory", "stranger")
    website = made.person("web", usage="serverAuth")
    expect(phone, [good, foreign, website, "bm8gY2VydGlmaWNhdGU=", "%%%"], ["1", "4", "6", "10", "10"])
    expect(phone, [good], ["1"], check_crl="0")
    # lists that are not there are passed over only where the phone lets it
    expect(phone, [good], ["16"], check_crl="1")
    revoked = made.person("carol")
    made.revoke("carol")
    made.trust(made.pem("root"), made.list())
    for check_crl in (None, "0", "1"):
        expect(phone, [good, revoked], ["1", "13"], check_crl=check_crl)
    # a chain helps, but makes nobody trusted
    expect(phone, [foreign], ["4"], chain=[made.base64("stranger")])
