# SPDX-License-Identifier: LGPL-2.1-or-later
"""MS-ASAcceptMultiPart: the WBXML first, then each content as it is."""

from tests.harness.phone import INBOX, MULTIPART_TYPE, E, tree
from tests.harness.stage import check

scenario = "A multipart answer carries the attachments as raw parts, named by number in the WBXML part"
versions = ("12.1", "14.1", "16.1")
spec = ['MS-ASCMD "MultiPartResponse"', 'MS-ASHTTP "MS-ASAcceptMultiPart"']


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    alice.has("INBOX", stage.fixture("mails/attachments.eml"))
    phone.first_contact()
    item = next(iter(phone.collection(phone.folder(INBOX)).items.values()))
    references = {a.value("DisplayName"): a.value("FileReference") for a in item.all("Attachments/Attachment")}
    fetches = [E("Fetch", E("Store", "Mailbox"), E("FileReference", references[name], ns="AirSyncBase"))
               for name in ("notes.txt", "Angebot März.pdf")]
    answer = phone.request("ItemOperations", tree("ItemOperations", "ItemOperations", *fetches),
                           headers=[("MS-ASAcceptMultiPart", "T")])
    check(answer.status == 200, f"HTTP {answer.status}")
    check((answer.header("Content-Type") or "").startswith(MULTIPART_TYPE), f"type {answer.header('Content-Type')}")
    found = answer.tree.all("Response/Fetch")
    check(len(found) == 2, f"{len(found)} answers")
    for fetch in found:
        check(fetch.value("Status") == "1", f"Status {fetch.value('Status')}")
        check(fetch.find("Properties/Data") is None, "inline data in a multipart answer")
    contents = [answer.parts[int(fetch.value("Properties/Part"))] for fetch in found]
    check(contents[0] == b"0123456789abcdefghijklmnopqrstuvwxyz", f"the text part is {contents[0]!r}")
    check(contents[1].startswith(b"%PDF-1.4 not really a document\n"), f"the PDF part is {contents[1][:40]!r}")
    check(contents[1].endswith(bytes(range(256))), "the PDF part ends too early")

    # Without the header, or with F, the same request is answered inline.
    answer = phone.request("ItemOperations", tree("ItemOperations", "ItemOperations", *fetches),
                           headers=[("MS-ASAcceptMultiPart", "F")])
    check(answer.tree.find("Response/Fetch/Properties/Data") is not None, "no inline data")
