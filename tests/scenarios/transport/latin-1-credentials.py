# SPDX-License-Identifier: LGPL-2.1-or-later
"""Outlook sends Basic credentials in ISO-8859-1, phones in UTF-8."""

import base64

from tests.harness.phone import E, tree
from tests.harness.stage import check

scenario = "A password with umlauts works in UTF-8 and in Latin-1"
spec = ["quirk 26"]
needs = ["own instance"]
config = """auth_failure_delay = 0
passdb {
  driver = static
  args = password=gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n
}
"""


def run(stage):
    phone = stage.phone()
    body = tree("FolderHierarchy", "FolderSync", E("SyncKey", 0))
    for charset in ("utf-8", "latin-1"):
        raw = f"{phone.user}:gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n".encode(charset)
        value = "Basic " + base64.b64encode(raw).decode()
        answer = phone.request("FolderSync", body, headers=[("Authorization", value)])
        check(answer.status == 200, f"{charset}: HTTP {answer.status}")
    raw = phone.user.encode() + b":gr\xff\xfe"
    answer = phone.request("FolderSync", body, headers=[("Authorization", "Basic " + base64.b64encode(raw).decode())])
    check(answer.status == 401, f"another password: HTTP {answer.status}")
    answer = phone.request("FolderSync", body, headers=[("Authorization", "Basic !!!")])
    check(answer.status in (400, 401), f"no base64: HTTP {answer.status}")
    answer = phone.request("FolderSync", body, headers=[("Authorization", "Bearer abc")])
    check(answer.status == 401, f"another scheme: HTTP {answer.status}")
