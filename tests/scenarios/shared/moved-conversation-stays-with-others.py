# SPDX-License-Identifier: LGPL-2.1-or-later
"""A conversation that is also in somebody else's folder."""

from tests.harness.phone import INBOX, TRASH, E, tree
from tests.harness.stage import check

scenario = "A conversation that a user moves for ever leaves the mails of others where they are, those that come later too"
spec = ["MS-ASCMD \"Move\"", "decision 130"]
versions = ("14.1", "16.1")


def run(stage):
    alice, bob = stage.user("alice"), stage.user("bob")
    headers = ["References: <talk@example.net>"]
    bob.doveadm("mailbox create", "Team")
    bob.doveadm("acl set", "Team", f"user={alice.address}", "lookup", "read", "write", "insert", "write-deleted", "expunge")
    bob.has("Team", stage.message("Theirs", headers=headers))
    alice.has("INBOX", stage.message("Hers", headers=headers))
    phone = stage.phone()
    phone.first_contact(sync=(INBOX, TRASH))
    inbox, team = phone.folder(INBOX), phone.folder("Team")
    phone.sync_all(team)
    conversation = next(item for item in phone.collection(inbox).items.values()
                        if item.value("Subject") == "Hers").find("ConversationId").content
    answer = phone.request("ItemOperations", tree("ItemOperations", "ItemOperations", E(
        "Move", E("ConversationId", conversation), E("DstFldId", phone.folder(TRASH)), E("Options", E("MoveAlways")))))
    check(answer.value("Response/Move/Status") == "1", f"Status {answer.value('Response/Move/Status')}")
    check(alice.count("Trash", "subject", "Hers") == 1, "her own mail was not moved")
    bob.has("Team", stage.message("Theirs again", headers=headers))
    phone.sync_all(team)
    check(bob.count("Team") == 2, f"{bob.count('Team')} of 2 mails are left in Bob's folder")
    check(alice.count("Trash", "subject", "Theirs") == 0, "Bob's mail is in Alice's trash")
