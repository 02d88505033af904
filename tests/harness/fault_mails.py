# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands on mails, for rounds in which something fails: Sync, MoveItems, SendMail."""

from .fault_round import Round
from .phone import E
from .stage import check


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


class SendMail(Round):
    """After a failure nobody knows whether it left, unless the server does."""

    def prepare(self):
        # a ClientId has 40 characters at most
        return self.mark.replace(" ", "")

    def send(self, prepared):
        return self.phone.send_mail(self.stage.message(f"Sent {prepared}", sender=self.user.address),
                                    client_id=prepared)

    def settled(self, prepared):
        count = sum(1 for _, content in self.user.sent() if f"Subject: Sent {prepared}".encode() in content)
        self.check_left(count)

    def check_left(self, count):
        check(count == 1, f"{self.mark}: it left {count} times")
