# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands that look, for rounds in which something fails: Ping, ItemOperations, Search."""

from .fault_round import Round
from .phone import E, body_preference, tree
from .stage import check

PING_SECS = 2


class Ping(Round):
    def prepare(self):
        self.phone.sync_all(self.inbox)
        self.user.has("INBOX", self.stage.message(f"New {self.mark}"))
        return self.phone.ping_tree(PING_SECS, [self.inbox])

    def send(self, prepared):
        return self.phone.request("Ping", prepared)

    def good(self, answer):
        # "expired": the folder could not be looked at, and the phone asks again
        return answer.status == 200 and answer.value("Status") == "2"


class Fetch(Round):
    """A mail, whole."""

    def prepare(self):
        self.user.has("INBOX", self.stage.message(f"Fetched {self.mark}", body=f"Body of {self.mark}\n"))
        self.phone.sync_all(self.inbox)
        return next(server_id for server_id, item in self.phone.collection(self.inbox).items.items()
                    if item.value("Subject") == f"Fetched {self.mark}")

    def send(self, prepared):
        return self.phone.fetch(self.inbox, prepared, [body_preference(1, 32768)])

    def good(self, answer):
        return answer.status == 200 and answer.value("Status") == "1" and \
            answer.value("Response/Fetch/Status") == "1" and \
            f"Body of {self.mark}" in (answer.value("Response/Fetch/Properties/Body/Data") or "")


class EmptyFolder(Round):
    def prepare(self):
        self.user.has("Trash", *[self.stage.message(f"Trash {number} {self.mark}") for number in range(2)])
        self.phone.sync_all(self.trash)

    def send(self, prepared):
        return self.phone.request("ItemOperations", tree("ItemOperations", "ItemOperations", E(
            "EmptyFolderContents", E("CollectionId", self.trash, ns="AirSync"))))

    def good(self, answer):
        return answer.status == 200 and answer.value("Status") == "1" and \
            answer.value("Response/EmptyFolderContents/Status") == "1"

    def settled(self, prepared):
        super().settled(prepared)
        check(self.user.count("Trash") == 0, f"{self.mark}: {self.user.count('Trash')} mails in the Trash")


class Search(Round):
    def prepare(self):
        word = "".join(c for c in self.mark if c.isalnum())
        self.user.has("INBOX", self.stage.message(f"Sought{word}"))
        return tree("Search", "Search", E("Store", E("Name", "Mailbox"), E("Query", E("And", E(
            "FreeText", f"subject:Sought{word}")))))

    def send(self, prepared):
        return self.phone.request("Search", prepared)

    def good(self, answer):
        return answer.status == 200 and answer.value("Status") == "1" and \
            answer.value("Response/Store/Status") == "1" and answer.value("Response/Store/Total") == "1"
