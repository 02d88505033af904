# SPDX-License-Identifier: LGPL-2.1-or-later
"""Search in a large folder without a full text index: in headers, and in texts, where the time allowed ends first."""

from tests.bench import figures
from tests.bench.bench_nochange import fill
from tests.harness.phone import E, body_preference, tree
from tests.harness.stage import check

SIZE = 50000
ROUNDS = 5


def search(phone, text):
    answer = phone.request("Search", tree("Search", "Search", E("Store", E("Name", "Mailbox"), E(
        "Query", E("And", E("FreeText", text))), E("Options", E("Range", "0-24"), body_preference(1, 200)))))
    check(answer.value("Response/Store/Status") == "1", f"Status {answer.value('Response/Store/Status')}")
    return answer


def run(stage, quick):
    size = SIZE // 10 if quick else SIZE
    user, phone = stage.user("u"), stage.phone("p", "u")
    user.has("INBOX", stage.message("First"))
    fill(stage, user, size - 1)
    phone.provision()
    phone.folder_sync()
    for what, text, target in (("a subject that thousands have", "subject:mail", "<= 1 s"),
                               ("a subject that one has", f"subject:\"Mail {size // 3}\"", "<= 2 s"),
                               ("a word that none has", "albatross", "<= 10 s")):
        found = [search(phone, text).elapsed for _ in range(ROUNDS)]
        figures.times(f"Search among {size} mails for {what}, median / p95", found, target)
