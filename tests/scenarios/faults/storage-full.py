# SPDX-License-Identifier: LGPL-2.1-or-later
"""The file system of the user's mails, or that of the sync state, is full, and then read-only."""

import os
import smtplib

from tests.harness.dovecot import MAIL_UID
from tests.harness.fault_round import on_server, subjects
from tests.harness.phone import CONTACTS, INBOX, TRASH, E, tree
from tests.harness.stage import check

scenario = "On a full and on a read-only file system nothing is lost; when there is room again all is done, once"
spec = ["Direct Push: disk full"]
needs = ["own instance"]
config = "directpush_heartbeat_min = 1 secs\n"
seconds = 12

# the larger: a mailbox, its indexes and the state
SIZES = {"": "4m", "/Maildir/directpush": "1m"}


class Storage:
    """A file system below the user's home that others can fill, free and protect."""

    def __init__(self, instance, path, size):
        self.instance, self.path = instance, path
        self.filler = os.path.join(path, "filler")
        instance.inside("mkdir", "-p", path)
        instance.inside("chown", "-R", f"{MAIL_UID}:{MAIL_UID}", os.path.join(instance.dir, "home"))
        instance.mount_small(path, size)

    def fill(self):
        self.instance.inside("dd", "if=/dev/zero", f"of={self.filler}", "bs=1024", check=False)

    def free(self):
        self.instance.inside("rm", "-f", self.filler)

    def protect(self):
        """Another view of it lies over it, in which it is read-only: who has a file open does not keep that from being."""
        self.instance.inside("mount", "--bind", self.path, self.path)
        self.instance.inside("mount", "-o", "remount,bind,ro", self.path)

    def unprotect(self):
        self.instance.inside("umount", "-l", self.path)


class Work:
    """What the phone wants done while that is not possible, and again when it is."""

    def __init__(self, stage, phone, mark):
        self.stage, self.phone, self.mark, self.user = stage, phone, mark, phone.owner
        self.inbox, self.trash = phone.folder(INBOX), phone.folder(TRASH)
        self.contacts = phone.folder(CONTACTS)
        self.user.has("INBOX", *[stage.message(f"{what} {mark}x") for what in ("Read", "Moved", "Deleted")])
        phone.sync_all(self.inbox)
        phone.sync_all(self.contacts)
        found = {item.value("Subject"): server_id for server_id, item in phone.collection(self.inbox).items.items()}
        self.read, self.moved, self.deleted = (found[f"{what} {mark}x"] for what in ("Read", "Moved", "Deleted"))
        self.sync = phone.sync_tree(self.inbox, deletes_as_moves=True, commands=[
            E("Change", E("ServerId", self.read), E("ApplicationData", E("Read", 1, ns="Email"))),
            E("Delete", E("ServerId", self.deleted))])
        self.add = phone.sync_tree(self.contacts, [E("Add", E("ClientId", f"add{mark}"), E(
            "ApplicationData", E("LastName", f"Contact {mark}x", ns="Contacts")))])
        self.create = tree("FolderHierarchy", "FolderCreate", E("SyncKey", phone.folder_key), E("ParentId", 0),
                           E("DisplayName", f"Folder {mark}x"), E("Type", 12))

    def requests(self):
        """Name -> what sends it."""
        mail = self.stage.message(f"Sent {self.mark}x", sender=self.user.address)
        return {"MoveItems": lambda: self.phone.move_items([(self.moved, self.inbox, self.trash)]),
                "Sync": lambda: self.phone.request("Sync", self.sync),
                "Sync of contacts": lambda: self.phone.request("Sync", self.add),
                "FolderCreate": lambda: self.phone.request("FolderCreate", self.create),
                "Ping": lambda: self.phone.ping(1, [self.inbox]).wait(20),
                "SendMail": lambda: self.phone.send_mail(mail, client_id=f"sent{self.mark}")}

    def fail(self):
        """Everything is tried; that it works is no matter (what is there may be enough), but not how it fails."""
        for name, send in self.requests().items():
            answer = send()
            check(answer.status in (200, 503), f"{self.mark}: {name}: HTTP {answer.status}")
            check(answer.status == 200 or answer.header("Retry-After"), f"{self.mark}: {name}: no Retry-After")
            self.note(name, answer)
        try:
            self.user.receives(self.stage.message(f"Delivered {self.mark}x", body="x" * 100000))
        except smtplib.SMTPException:
            pass

    def succeed(self):
        for name, send in self.requests().items():
            answers = []
            self.stage.eventually(lambda name=name: f"{self.mark}: {name} does not get better", lambda send=send: (
                answers.append(send()) or answers[-1].status == 200), 20)
            self.note(name, answers[-1])
        for folder in (self.inbox, self.trash):
            self.phone.sync_all(folder)
        self.phone.sync_all(self.contacts)
        self.phone.folder_sync(key="0")

    def note(self, name, answer):
        """What the phone learns."""
        if answer.status != 200:
            return
        if name == "MoveItems" and answer.value("Response/Status") == "3":
            item = self.phone.collection(self.inbox).items.pop(self.moved, None)
            if item is not None:
                self.phone.collection(self.trash).items[answer.value("Response/DstMsgId")] = item
        elif name == "Sync" and answer.value("Collections/Collection/Status") == "1":
            refused = [node.value("ServerId") for node in answer.tree.all("Collections/Collection/Responses/Delete")
                       if node.value("Status") != "1"]
            if self.deleted not in refused:
                self.phone.collection(self.inbox).items.pop(self.deleted, None)
            self.phone.apply_sync(answer)
        elif name == "Sync of contacts":
            self.phone.apply_sync(answer)
        elif name == "FolderCreate" and answer.value("Status") == "1":
            self.phone.folder_key = answer.value("SyncKey")

    def settled(self):
        for folder, mailbox in ((self.inbox, "INBOX"), (self.trash, "Trash")):
            here, there = subjects(self.phone, folder), on_server(self.user, mailbox)
            check(here == there, f"{self.mark}: {mailbox}: the phone has {here - there}, the server {there - here} besides")
        everywhere = on_server(self.user, "INBOX") + on_server(self.user, "Trash")
        for what in ("Read", "Moved", "Deleted"):
            count = everywhere[f"{what} {self.mark}x"]
            # a move that broke in the middle may leave it twice
            check(1 <= count <= 2, f"{self.mark}: {what}: {count} times")
        names = [folder["name"] for folder in self.phone.folders.values()]
        check(names.count(f"Folder {self.mark}x") == 1, f"{self.mark}: {names.count(f'Folder {self.mark}x')} folders")
        left = sum(f"Subject: Sent {self.mark}x".encode() in content for _, content in self.user.sent())
        check(left == 1, f"{self.mark}: the mail left {left} times")
        fresh = self.stage.phone(f"fresh{self.mark}", self.user.name)
        fresh.folder_sync()
        fresh.sync_all(self.contacts)
        held = [item.value("LastName") for item in fresh.collection(self.contacts).items.values()]
        check(held.count(f"Contact {self.mark}x") == 1, f"{self.mark}: contacts: {held}")


def run(stage):
    stage.allowed_errors.append(".")
    for number, (place, size) in enumerate(SIZES.items()):
        phone = stage.phone(f"phone{number}", ("alice", "bob")[number])
        storage = Storage(stage.instance, os.path.join(stage.instance.dir, "home", phone.owner.address) + place, size)
        phone.forgives_echoes = True
        phone.first_contact(sync=(INBOX, TRASH))
        for hurt, heal, how in ((storage.fill, storage.free, "full"),
                                (storage.protect, storage.unprotect, "protected")):
            work = Work(stage, phone, f"{how}{number}")
            hurt()
            work.fail()
            heal()
            work.succeed()
            work.settled()
