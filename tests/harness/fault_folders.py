# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands on folders, for rounds in which something fails: FolderSync, FolderCreate, FolderUpdate, FolderDelete."""

from .fault_round import Round
from .phone import E, tree
from .stage import check


class FolderSync(Round):
    def prepare(self):
        self.user.doveadm("mailbox create", f"Folder {self.mark}")

    def send(self, prepared):
        answer = self.phone.request("FolderSync", tree("FolderHierarchy", "FolderSync",
                                                       E("SyncKey", self.phone.folder_key)))
        if answer.status == 200 and answer.value("Status") == "1":
            self.phone.apply_folder_sync(answer)
        return answer

    def settled(self, prepared):
        names = [folder["name"] for folder in self.phone.folders.values()]
        count = names.count(f"Folder {self.mark}")
        check(count == 1, f"{self.mark}: the folder is there {count} times")
        self.user.doveadm("mailbox delete", f"Folder {self.mark}")
        self.phone.folder_sync()


class FolderEdit(Round):
    """A folder of the phone's is "Edited" before, and named() after it."""

    def prepare(self):
        self.before, self.after = f"Edited {self.mark}", f"Renamed {self.mark}"
        if not isinstance(self, FolderCreate):
            self.user.doveadm("mailbox create", self.before)
        self.phone.folder_sync()
        return self.request()

    def send(self, prepared):
        answer = self.phone.request(prepared.name, prepared)
        if answer.status == 200 and answer.value("Status") == "1":
            self.phone.folder_key = answer.value("SyncKey")
        return answer

    def good(self, answer):
        # the second time the folder may be there, or gone, or the key be of before: phones ask for the folders then
        return answer.status == 200 and answer.value("Status") in ("1", "2", "4", "9")

    def settled(self, prepared):
        self.phone.folder_sync(key="0")
        names = [folder["name"] for folder in self.phone.folders.values()]
        for name, expected in self.named().items():
            check(names.count(name) == expected, f"{self.mark}: the phone has {names.count(name)} folders {name!r}")
            # Dovecot may leave half a mailbox behind, which is listed but has nothing in it
            here = self.user.mailboxes().count(name) if expected else int(self.is_whole(name))
            check(here == expected, f"{self.mark}: the server has {here} folders {name!r}")
        for name, expected in self.named().items():
            if expected:
                self.user.doveadm("mailbox delete", name)
        self.phone.folder_sync()

    def is_whole(self, mailbox):
        return mailbox in self.user.doveadm("mailbox status messages", mailbox, check=False)

    def request(self):
        """What to send."""

    def named(self):
        """How many folders there are of each name in the end."""


class FolderCreate(FolderEdit):
    def request(self):
        return tree("FolderHierarchy", "FolderCreate", E("SyncKey", self.phone.folder_key), E("ParentId", 0),
                    E("DisplayName", self.before), E("Type", 12))

    def named(self):
        return {self.before: 1}


class FolderUpdate(FolderEdit):
    def request(self):
        return tree("FolderHierarchy", "FolderUpdate", E("SyncKey", self.phone.folder_key),
                    E("ServerId", self.phone.folder(self.before)), E("ParentId", 0), E("DisplayName", self.after))

    def named(self):
        return {self.before: 0, self.after: 1}


class FolderDelete(FolderEdit):
    def request(self):
        return tree("FolderHierarchy", "FolderDelete", E("SyncKey", self.phone.folder_key),
                    E("ServerId", self.phone.folder(self.before)))

    def named(self):
        return {self.before: 0}
