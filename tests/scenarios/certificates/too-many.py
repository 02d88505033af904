# SPDX-License-Identifier: LGPL-2.1-or-later
"""The limits the specification names."""

from tests.harness.certificates import Certificates
from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "A hundred certificates or recipients are answered, one more is a protocol error"
spec = ['MS-ASCMD "Limiting Size of Command Requests"']


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    made = Certificates(stage, alice)
    made.authority()
    made.trust(made.pem("root"))
    for count, status in ((100, "1"), (101, "2")):
        answer = phone.request("ValidateCert", tree("ValidateCert", "ValidateCert", E(
            "Certificates", *(E("Certificate", "bm8gY2VydGlmaWNhdGU=") for _ in range(count)))))
        check(answer.value("Status") == status, f"{count} certificates: Status {answer.value('Status')}")
        check(len(answer.tree.all("Certificate")) == (count if status == "1" else 0), "not one answer for each")
    for count, status in ((100, "1"), (101, "5")):
        answer = phone.request("ResolveRecipients", tree("ResolveRecipients", "ResolveRecipients", *(
            E("To", f"nobody{n}@example.net") for n in range(count))))
        check(answer.value("Status") == status, f"{count} recipients: Status {answer.value('Status')}")
        check(len(answer.tree.all("Response")) == (count if status == "1" else 0), "not one answer for each")
