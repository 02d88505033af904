# SPDX-License-Identifier: LGPL-2.1-or-later
"""A phone that lives: waits, fetches, reads, moves, deletes, sends, edits, loses lines, mistypes its password.

What it did is written into its user's ledger, so that in the end the mailbox can be held against it. Mails and objects have
an owner in their name, and only the owner takes them away: whatever two phones do at once, what must be there is known.
"""

import collections
import random
import time
import traceback

from tests.harness import wire
from tests.harness.notation import dump
from tests.harness.phone import CALENDAR, CONTACTS, INBOX, SENT, TRASH, E, Phone, tree
from tests.harness.stage import Failure, check
from tests.harness.wbxml import Node, encode

# A machine may be slow; nothing is wrong before that.
PATIENCE_SECS = 120
RETRY_SECS = 0.3
# one request in so many gets no answer the first time
LOSES = 12
HISTORY = 12
ARCHIVE = "Archive"
MAIL_FOLDERS = (INBOX, SENT, TRASH, ARCHIVE)
FOLDERS = (*MAIL_FOLDERS, CONTACTS, CALENDAR)
EXPIRED, CHANGES, OUT_OF_RANGE, FOLDERS_CHANGED = "1", "2", "5", "7"


class SoakPhone(Phone):
    """owner: the word in the names of what only this phone takes away."""

    def live(self, soak, ledger, owner, seed):
        self.soak, self.ledger, self.mark = soak, ledger, owner
        self.random = random.Random(seed)
        self.number = 0
        self.interval = soak.shortest
        self.careful = False
        # the last requests and answers, for whoever must find out what went wrong
        self.history = collections.deque(maxlen=HISTORY)
        return self

    def saw(self, answer):
        """Not kept for ever: it may go on for hours."""
        self.history.append(answer.tree or f"{answer.command}: HTTP {answer.status}")

    # Requests

    def request(self, command, body=None, timeout=PATIENCE_SECS, **kwargs):
        """The answer, which is 200: what got none, or "not now", is asked again with the same bytes."""
        raw = encode(body) if isinstance(body, Node) else (body or b"")
        deadline = time.monotonic() + PATIENCE_SECS
        self.history.append(body if isinstance(body, Node) else command)
        if not self.careful and self.random.randrange(LOSES) == 0:
            self._lose_once(command, raw, **kwargs)
        while True:
            try:
                answer = self.start(command, raw, **kwargs).wait(timeout)
            except (wire.Closed, OSError) as error:
                answer = None
                self.soak.count["lines that broke"] += 1
                check(time.monotonic() < deadline, f"{command} is not answered: {error}")
            if answer is not None and answer.status == 200:
                self.soak.count[command] += 1
                return answer
            if answer is not None:
                check(answer.status == 503, f"{command}: HTTP {answer.status}")
                self.soak.count["503"] += 1
                check(time.monotonic() < deadline, f"{command} is answered by 503 only")
            time.sleep(RETRY_SECS)

    def _lose_once(self, command, raw, **kwargs):
        self.soak.count["lines cut"] += 1
        self.history.append("its answer gets lost")
        try:
            self.lose(command, raw, wait_for_answer=self.random.random() < 0.5, timeout=PATIENCE_SECS, **kwargs)
        except (wire.Closed, OSError):
            pass

    def command(self, folder, content, effect):
        """A Sync with one client command; effect() happens on the phone if the server did it."""
        answer = self.request("Sync", self.sync_tree(folder, [content]))
        part = answer.tree.find("Collections/Collection") if answer.tree is not None else None
        check(part is None or part.value("Status") == "1", f"Sync: Status {part and part.value('Status')}")
        if part is None or part.value(f"Responses/{content.name}/Status", "1") == "1":
            effect()
            done = True
        else:
            done = False
        self.apply_sync(answer)
        return done

    # The beginning

    def settle_in(self):
        self.options()
        self.provision()
        self.refresh_folders()
        for folder in self.ids():
            self.catch_up(folder)

    def refresh_folders(self):
        answer = self.folder_sync()
        check(answer.value("Status") == "1", f"FolderSync: Status {answer.value('Status')}")

    def ids(self):
        return [self.folder(kind) for kind in FOLDERS]

    def catch_up(self, folder):
        for answer in self.sync_all(folder):
            status = answer.value("Collections/Collection/Status", "1")
            check(status == "1", f"Sync of {self.folders[folder]['name']}: Status {status}")

    # What it does again and again

    def run(self, ended):
        """Until ended is set; what went wrong goes to the soak."""
        actions = ((8, self.wait_for_news), (3, self.look_around), (1, self.wait_in_sync), (3, self.read), (4, self.move),
                   (4, self.delete), (1, self.send), (1, self.add_contact), (1, self.change_contact),
                   (1, self.delete_contact), (1, self.add_event), (1, self.delete_event), (1, self.lose_a_ping),
                   (1, self.mistype), (1, self.close))
        weights, acts = zip(*actions)
        try:
            while not ended.is_set():
                self.random.choices(acts, weights)[0]()
        except Exception:  # whatever it is, it ends the soak
            told = "\n".join(dump(entry) if isinstance(entry, Node) else entry for entry in self.history)
            self.soak.failed(f"{self.device_id} of {self.user}, {self.version}:\n{told}\n{traceback.format_exc()}")

    def next_name(self, what):
        self.number += 1
        return f"{what} {self.number} for {self.mark}"

    def wait_for_news(self):
        """A Ping, a longer one each time it was quiet."""
        asked = self.interval
        sent_at = time.monotonic()
        answer = self.request("Ping", self.ping_tree(asked, self.ids()), timeout=asked + PATIENCE_SECS)
        status = answer.value("Status")
        if status == EXPIRED:
            self.interval = min(self.interval + 1, self.soak.longest)
            self.ledger.judge_silence(self.soak, self, sent_at, asked, time.monotonic())
        elif status == CHANGES:
            for entry in answer.tree.all("Folders/Folder"):
                self.catch_up(entry.content)
        elif status == OUT_OF_RANGE:
            # the front has seen how short its lines live
            self.interval = int(answer.value("HeartbeatInterval"))
        elif status == FOLDERS_CHANGED:
            self.refresh_folders()
        else:
            raise Failure(f"Ping: Status {status}")

    def wait_in_sync(self):
        inbox = self.folder(INBOX)
        answer = self.request("Sync", self.sync_tree(inbox, heartbeat=self.soak.shortest),
                              timeout=self.soak.shortest + PATIENCE_SECS)
        self.apply_sync(answer)

    def lose_a_ping(self):
        """The line goes while the Ping waits."""
        pending = self.start("Ping", encode(self.ping_tree(self.soak.longest, self.ids())))
        pending.ready()
        time.sleep(self.random.random())
        self.soak.count["Pings cut"] += 1
        pending.reset()

    def look_around(self):
        self.catch_up(self.random.choice(self.ids()))

    def mistype(self):
        deadline = time.monotonic() + PATIENCE_SECS
        while True:
            try:
                answer = self.options(headers=[("Authorization", "Basic dXNlcjE6d3Jvbmc=")], timeout=PATIENCE_SECS)
            except (wire.Closed, OSError):
                answer = None
            if answer is not None and answer.status != 503:
                break
            check(time.monotonic() < deadline, "a wrong password is not answered")
            time.sleep(RETRY_SECS)
        check(answer.status == 401, f"a wrong password: HTTP {answer.status}")
        self.soak.count["wrong passwords"] += 1

    # Mail

    def own(self, folder, field="Subject"):
        """ServerIds of what only this phone takes away."""
        return [server_id for server_id, item in self.collection(folder).items.items()
                if (item.value(field) or "").endswith(f"for {self.mark}")]

    def read(self):
        inbox = self.folder(INBOX)
        for server_id in self.own(inbox)[:1]:
            mark = self.random.randrange(2)
            self.command(inbox, E("Change", E("ServerId", server_id), E("ApplicationData", E("Read", mark, ns="Email"))),
                         lambda: self.merge(self.collection(inbox).items[server_id],
                                            tree("AirSync", "ApplicationData", E("Read", mark, ns="Email"))))

    def move(self):
        inbox, archive = self.folder(INBOX), self.folder(ARCHIVE)
        for server_id in self.own(inbox)[:1]:
            answer = self.move_items([(server_id, inbox, archive)])
            check(answer.value("Response/Status") == "3", f"MoveItems: Status {answer.value('Response/Status')}")
            item = self.collection(inbox).items.pop(server_id)
            self.collection(archive).items[answer.value("Response/DstMsgId")] = item

    def delete(self):
        """To the trash."""
        inbox = self.folder(INBOX)
        for server_id in self.own(inbox)[:1]:
            self.command(inbox, E("Delete", E("ServerId", server_id)),
                         lambda: self.collection(inbox).items.pop(server_id))

    def send(self):
        if not self.at_least("14.0"):
            return      # nothing tells a repeated mail of 12.1 from a second one
        subject = self.next_name("Sent")
        message = self.soak.stage.message(subject, sender=self.user)
        answer = self.request("SendMail", tree("ComposeMail", "SendMail", E("ClientId", subject.replace(" ", "-")),
                                               E("SaveInSentItems"), E("Mime", message)))
        check(not answer.body, f"SendMail: Status {answer.value('Status')}")
        self.ledger.sent.append(subject)
        self.ledger.mails.add(subject)

    # Objects

    def add_contact(self):
        self._add(CONTACTS, self.ledger.contacts, self.next_name("Contact"), lambda name: [
            E("FileAs", name, ns="Contacts"), E("LastName", name, ns="Contacts")])

    def change_contact(self):
        contacts = self.folder(CONTACTS)
        for server_id in self.own(contacts, "LastName")[:1]:
            data = tree("AirSync", "ApplicationData", E("CompanyName", self.next_name("Company"), ns="Contacts"))
            whole = E("ApplicationData", *self.collection(contacts).items[server_id].children, ns="AirSync")
            whole.children = [node for node in whole.children if node.name not in ("CompanyName", "Body", "NativeBodyType")]
            whole.children += data.children
            self.command(contacts, E("Change", E("ServerId", server_id), whole),
                         lambda: self.merge(self.collection(contacts).items[server_id], data))

    def delete_contact(self):
        self._delete(CONTACTS, "LastName", self.ledger.contacts)

    def add_event(self):
        day = self.random.randrange(1, 29)
        self._add(CALENDAR, self.ledger.events, self.next_name("Event"), lambda name: [
            E("Subject", name, ns="Calendar"), E("StartTime", f"202604{day:02}T090000Z", ns="Calendar"),
            E("EndTime", f"202604{day:02}T100000Z", ns="Calendar")])

    def delete_event(self):
        self._delete(CALENDAR, "Subject", self.ledger.events)

    def _add(self, kind, names, name, content):
        """One object; as many of its own as it may have."""
        folder = self.folder(kind)
        if len(self.own(folder, "LastName" if kind == CONTACTS else "Subject")) >= self.soak.objects_each:
            return
        data = content(name)
        answer = self.request("Sync", self.sync_tree(folder, [E("Add", E("ClientId", self.number), E("ApplicationData", *data))]))
        status = answer.value("Collections/Collection/Responses/Add/Status")
        check(status == "1", f"Add: Status {status}")
        self.apply_sync(answer)
        # the answer has the id only
        added = answer.value("Collections/Collection/Responses/Add/ServerId")
        self.merge(self.collection(folder).items[added], tree("AirSync", "ApplicationData", *data))
        names.add(name)

    def _delete(self, kind, field, names):
        folder = self.folder(kind)
        for server_id in self.own(folder, field)[:1]:
            name = self.collection(folder).items[server_id].value(field)
            if self.command(folder, E("Delete", E("ServerId", server_id)),
                            lambda: self.collection(folder).items.pop(server_id)):
                names.discard(name)
