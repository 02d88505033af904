# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands in rounds: in round n the worker's n-th file operation fails, or is its last. After the phone has repeated
its request, both sides must hold the same."""

import collections

from .phone import INBOX, TRASH, E, tree
from .stage import check
from .wire import WireError

# far more than any of these commands does
MOST = 400
# one phone goes through hundreds of rounds a minute
UNBRAKED = "directpush_device_rate = 0\ndirectpush_user_rate = 0\n"


def subjects(phone, folder):
    return collections.Counter(item.value("Subject") for item in phone.collection(folder).items.values())


def on_server(user, mailbox):
    return collections.Counter(row["hdr.subject"] for row in user.fetch("hdr.subject", mailbox))


class Round:
    """One command, tried with one operation failing."""

    def __init__(self, stage, phone, mark):
        self.stage, self.phone, self.mark = stage, phone, mark
        self.user = stage.user("alice")
        self.inbox = phone.folder(INBOX)
        self.trash = phone.folder(TRASH)

    def prepare(self):
        """The world before the command; what it returns goes to send()."""

    def send(self, prepared):
        """Send it; returns the answer. Called again, as phones do, if there was none or an error."""

    def settled(self, prepared):
        """After the repetition: is everything as it should be?"""
        for folder, mailbox in ((self.inbox, "INBOX"), (self.trash, "Trash")):
            self.phone.sync_all(folder)
            here, there = subjects(self.phone, folder), on_server(self.user, mailbox)
            check(here == there, f"{self.mark}: {mailbox}: the phone has {here - there}, the server {there - here} besides")


    def check_moved(self, subject):
        """A move that broke in the middle may leave the mail twice, never not at all."""
        left, came = (self.user.count(mailbox, "subject", subject) for mailbox in ("INBOX", "Trash"))
        check(left + came >= 1, f"{self.mark}: the mail is lost")
        check(left + came <= 2, f"{self.mark}: {left} in the INBOX, {came} in the Trash")


class Sync(Round):
    """New mail to fetch, and a deletion and a read mark of the phone's."""

    def prepare(self):
        self.user.has("INBOX", self.stage.message(f"Mail {self.mark}"), self.stage.message(f"Other {self.mark}"))
        self.phone.sync_all(self.inbox)
        self.user.has("INBOX", self.stage.message(f"New {self.mark}"))
        found = {item.value("Subject"): server_id for server_id, item in
                 self.phone.collection(self.inbox).items.items()}
        gone, read = found[f"Mail {self.mark}"], found[f"Other {self.mark}"]
        return self.phone.sync_tree(self.inbox, deletes_as_moves=True, commands=[
            E("Delete", E("ServerId", gone)),
            E("Change", E("ServerId", read), E("ApplicationData", E("Read", 1, ns="Email")))]), gone, read

    def send(self, prepared):
        request, gone, read = prepared
        answer = self.phone.request("Sync", request)
        if answer.status == 200 and answer.value("Collections/Collection/Status") == "1":
            items = self.phone.collection(self.inbox).items
            items.pop(gone, None)
            held = items[read]
            held.children = [c for c in held.children if c.name != "Read"] + [E("Read", 1, ns="Email")]
            self.phone.apply_sync(answer)
        return answer

    def settled(self, prepared):
        super().settled(prepared)
        # a mark that could not be made is taken off the phone again
        other = next(item for item in self.phone.collection(self.inbox).items.values()
                     if item.value("Subject") == f"Other {self.mark}")
        seen = self.user.count("INBOX", "seen", "subject", f"Other {self.mark}")
        check(int(other.value("Read")) == seen, f"{self.mark}: Read is {other.value('Read')} there and {seen} here")
        self.check_moved(f"Mail {self.mark}")


class FirstSync(Round):
    def send(self, prepared):
        answer = self.phone.request("Sync", self.phone.sync_tree(self.inbox, key="0"))
        if answer.status == 200 and answer.value("Collections/Collection/Status") == "1":
            collection = self.phone.collection(self.inbox)
            collection.items.clear()
            self.phone.apply_sync(answer)
        return answer


class MoveItems(Round):
    def prepare(self):
        self.user.has("INBOX", self.stage.message(f"Moved {self.mark}"))
        self.phone.sync_all(self.inbox)
        return next(server_id for server_id, item in self.phone.collection(self.inbox).items.items()
                    if item.value("Subject") == f"Moved {self.mark}")

    def send(self, prepared):
        answer = self.phone.move_items([(prepared, self.inbox, self.trash)])
        if answer.status == 200 and answer.value("Response/Status") in ("3", "1"):
            # moved; or moved already, the answer was lost: the phone forgets it here and hears of it there
            item = self.phone.collection(self.inbox).items.pop(prepared, None)
            if answer.value("Response/Status") == "3" and item is not None:
                self.phone.collection(self.trash).items[answer.value("Response/DstMsgId")] = item
        return answer

    def settled(self, prepared):
        super().settled(prepared)
        self.check_moved(f"Moved {self.mark}")


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


class SendMail(Round):
    """After a failure nobody knows whether it left, unless the server does."""

    def prepare(self):
        return f"{self.mark}-{self.phone.device_id}"

    def send(self, prepared):
        return self.phone.send_mail(self.stage.message(f"Sent {prepared}", sender=self.user.address),
                                    client_id=prepared)

    def settled(self, prepared):
        count = sum(1 for _, content in self.user.sent() if f"Subject: Sent {prepared}".encode() in content)
        check(count == 1, f"{self.mark}: it left {count} times")


class Contacts(Round):
    """A contact to be added, one to be changed, one to be deleted, and one that another client wrote."""

    def prepare(self):
        self.folder = self.phone.folder("Contacts")
        self.other = self.stage.phones.get("other") or self.stage.phone("other")
        self.other.folder_sync()
        self.other.sync_all(self.folder)
        commands = [self.add(f"{name} {self.mark}") for name in ("Change", "Delete")]
        # the first answers may be of a worker that is just found dead
        self.stage.eventually("nothing can be added", lambda: self.other.sync(self.folder, commands).status == 200)
        self.stage.eventually("nothing arrives", lambda: self.phone.sync_all(self.folder) and
                              f"Delete {self.mark}" in self.held())
        found = self.held()
        changed, gone = found[f"Change {self.mark}"], found[f"Delete {self.mark}"]
        return self.phone.sync_tree(self.folder, [
            self.add(f"Add {self.mark}"),
            E("Change", E("ServerId", changed), E("ApplicationData", E("LastName", f"Change {self.mark}", ns="Contacts"),
                                                  E("CompanyName", "Changed", ns="Contacts"))),
            E("Delete", E("ServerId", gone))]), changed, gone

    def add(self, name):
        return E("Add", E("ClientId", name.replace(" ", "")), E("ApplicationData", E("LastName", name, ns="Contacts")))

    def held(self):
        return {item.value("LastName"): server_id for server_id, item in
                self.phone.collection(self.folder).items.items()}

    def send(self, prepared):
        request, changed, gone = prepared
        answer = self.phone.request("Sync", request)
        if answer.status == 200 and answer.value("Collections/Collection/Status") == "1":
            items = self.phone.collection(self.folder).items
            items.pop(gone, None)
            if answer.value("Collections/Collection/Responses/Change/Status") is None:
                held = items[changed]
                held.children = [c for c in held.children if c.name != "CompanyName"] + [
                    E("CompanyName", "Changed", ns="Contacts")]
            self.phone.apply_sync(answer)
        return answer

    def settled(self, prepared):
        self.phone.sync_all(self.folder)
        fresh = self.stage.phone("fresh")
        fresh.folder_sync()
        fresh.sync_all(self.folder)
        # Dovecot may have found what was half done only now
        self.phone.sync_all(self.folder)
        fresh.sync_all(self.folder)
        here, there = (set(phone.collection(self.folder).items) for phone in (self.phone, fresh))
        check(here == there, f"{self.mark}: the phone has {len(here - there)} that a new one does not see, and lacks "
              f"{[fresh.collection(self.folder).items[item].value('LastName') for item in there - here]}")
        seen = collections.Counter((item.value("LastName"), item.value("CompanyName")) for item in
                                   fresh.collection(self.folder).items.values())
        names = [name for name, _ in seen]
        check(names.count(f"Add {self.mark}") == 1, f"{self.mark}: added: {seen}")
        check(names.count(f"Change {self.mark}") == 1, f"{self.mark}: changed: {seen}")
        # leave nothing for the next round
        fresh.sync(self.folder, [E("Delete", E("ServerId", item)) for item in there])
        fresh.close()
        self.phone.sync_all(self.folder)


COMMANDS = (Sync, FirstSync, MoveItems, FolderSync, SendMail, Contacts)


def good(answer):
    status = answer.value("Status") or answer.value("Collections/Collection/Status") or answer.value("Response/Status")
    return answer.status == 200 and status in (None, "1", "3")


def repeated(tried, prepared):
    try:
        return good(tried.send(prepared))
    except WireError:
        return False


def attempt(stage, command, phone, action, error, n):
    """Returns what failed, None if the command does not do n operations."""
    mark = f"{command.__name__} {action} {error} {n}"
    tried = command(stage, phone, mark)
    prepared = tried.prepare()
    stage.fault.arm(action, n, error)
    try:
        answer = tried.send(prepared)
    except WireError:
        answer = None
    failed = stage.fault.disarm()
    if failed is None:
        check(answer is not None and good(answer), f"{mark}: nothing failed, and the answer is {answer and answer.status}")
    elif answer is None or not good(answer):
        # phones come back after Retry-After; until then a worker may just be found dead
        stage.eventually(f"{mark}: {failed} failed, and it does not get better", lambda: repeated(tried, prepared), 30)
    tried.settled(prepared)
    return failed


def run_rounds(stage, ways):
    """ways: (action, error) each. Every command, for every n, until it does fewer operations than that."""
    stage.allowed_errors.append(".")
    done = {}
    for command in COMMANDS:
        for action, error in ways:
            phone = stage.phone(f"{command.__name__}{action}{error}".lower())
            phone.forgives_echoes = True
            phone.first_contact(sync=(INBOX, TRASH))
            for n in range(1, MOST):
                if attempt(stage, command, phone, action, error, n) is None:
                    break
                done[command.__name__] = max(done.get(command.__name__, 0), n)
            phone.close()
    check(set(done) == {command.__name__ for command in COMMANDS}, f"nothing failed in some: {done}")
