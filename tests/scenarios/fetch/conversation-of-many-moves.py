# SPDX-License-Identifier: LGPL-2.1-or-later
"""Conversations that are long, and many that are always moved."""

from tests.harness.phone import INBOX, TRASH, E, tree
from tests.harness.stage import check

scenario = "A conversation of many mails moves whole, and many conversations are always moved"
spec = ["MS-ASCMD \"Move\""]
versions = ("14.1", "16.1")


def move(phone, conversation, folder):
    return phone.request("ItemOperations", tree("ItemOperations", "ItemOperations", E(
        "Move", E("ConversationId", conversation), E("DstFldId", folder), E("Options", E("MoveAlways")))))


def conversation_of(phone, inbox, subject):
    return next(item.find("ConversationId").content for item in phone.collection(inbox).items.values()
                if item.value("Subject") == subject)


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    first = "<long@example.net>"
    alice.has("INBOX", *[stage.message("Long", headers=[f"References: {first}"]) for _ in range(40)])
    for number in range(7):
        alice.has("INBOX", stage.message(f"Short {number}", headers=[f"References: <short{number}@example.net>"]))
    phone.first_contact()
    inbox, trash = phone.folder(INBOX), phone.folder(TRASH)
    phone.sync_all(inbox)
    for number in range(7):
        answer = move(phone, conversation_of(phone, inbox, f"Short {number}"), trash)
        check(answer.value("Response/Move/Status") == "1", f"Short {number}: {answer.value('Response/Move/Status')}")
    answer = move(phone, conversation_of(phone, inbox, "Long"), trash)
    check(answer.value("Response/Move/Status") == "1", f"Long: {answer.value('Response/Move/Status')}")
    check(alice.count("Trash", "subject", "Long") == 40, f"{alice.count('Trash', 'subject', 'Long')} of 40 moved")
    for number in range(7):
        alice.receives(stage.message(f"Later {number}", headers=[f"References: <short{number}@example.net>"]))
    phone.sync_all(inbox)
    check(alice.count("INBOX") == 0 and alice.count("Trash") == 54,
          f"{alice.count('INBOX')} in the INBOX, {alice.count('Trash')} in the Trash")
