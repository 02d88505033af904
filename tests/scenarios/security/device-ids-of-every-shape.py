# SPDX-License-Identifier: LGPL-2.1-or-later
"""DeviceIds, and other words of a request, that try to be a path, another line or another header."""

import os
import re

from tests.harness import query
from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "No DeviceId becomes a path, and nothing of a request becomes another line of the log or another header of the answer"
spec = ["docs/reliability.md"]
versions = ("12.1", "14.1", "16.1")

ESCAPED = ("..", ".", "..%2F..%2Fescape", "%2Fetc%2Fescape", "a%00escape", "%00", "esc%0D%0AX-Injected:%20escape", "esc%0Aescape",
           "%C3%A4escape", "%C0%AFescape", "%FF%FE", "all-devices", "escape.lock", "escape.tmp", "escape%20", "es%2500cape", "~escape",
           "%24%28touch%20escape%29", "e" * 33, "e" * 3000, "")
RAW = (b"\0" * 16, b"../../escape", b"a\0escape", b"\r\nX-Injected: escape", bytes(range(128, 144)), b"/", b"e" * 200)
FORGED = "FORGED-LINE"


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    request = tree("FolderHierarchy", "FolderSync", E("SyncKey", "0"))

    def ask(target, headers=None):
        answer = phone.request("FolderSync", request, target=target, headers=headers)
        check(answer.status in (200, 400, 403, 414), f"{target[:60]}: HTTP {answer.status}")
        check(answer.header("X-Injected") is None, f"{target[:60]}: an injected header")
        return answer

    for device in ESCAPED:
        ask(f"{query.PATH}?Cmd=FolderSync&User={alice.address}&DeviceId={device}&DeviceType=Toy")
    for device in RAW:
        ask(query.encoded("FolderSync", phone.version, device, "Toy", policy_key=0))
    good = f"{query.PATH}?Cmd=FolderSync&User={{}}&DeviceId={phone.device_id}&DeviceType={{}}"
    for word in (f"x%0A{FORGED}", f"x%0D%0A{FORGED}:%201", f"%00{FORGED}", f"%1B%5B2J{FORGED}"):
        ask(good.format(alice.address, word))
        ask(good.format(word, "Toy"))
        ask(good.format(alice.address, "Toy") + f"&CollectionId={word}&ItemId={word}&AttachmentName={word}&LongId={word}")
    for name in ("User-Agent", "Accept-Language", "X-Forwarded-For", "Content-Type", "MS-ASProtocolVersion", "X-MS-PolicyKey"):
        phone.request("FolderSync", request, headers=[(name, f"x\t\x01\x7f\x1b[2J{FORGED}")])

    root = os.path.join(stage.instance.dir, "home", alice.address)
    state = [os.path.join(folder, name) for folder, folders, files in os.walk(root) for name in folders + files
             if f"{os.sep}directpush" in folder[len(root):]]
    check(len(state) > 1, f"no state was found below {root}")
    for path in state:
        name = os.path.basename(path)
        check(re.fullmatch(r"[A-Za-z0-9-]{1,40}(\.lock)?", name), f"there is a {name!r}")
        check("escape" not in name, f"there is a {name!r}")
    for folder in (root, os.path.dirname(root), stage.instance.dir, "/etc"):
        check(not [name for name in os.listdir(folder) if "escape" in name], f"something escaped to {folder}")
    for line in stage.log().splitlines():
        check(not re.match(rf"\W*{FORGED}", line), f"a line of the log was forged: {line}")
        check(not re.search("[\x00-\x08\x0b-\x1f\x7f]", line), f"a control character in the log: {line!r}")
    answer = phone.folder_sync(key="0")
    check(answer.value("Status") == "1", "the phone itself is not served any more")
