# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands that answer a mail, for rounds in which something fails: SmartReply, MeetingResponse."""

from .fault_mails import SendMail
from .phone import CALENDAR, E, tree
from .stage import check


def held(phone, folder, subject):
    """The ServerId of the item with that subject."""
    return next(server_id for server_id, item in phone.collection(folder).items.items()
                if item.value("Subject") == subject)


class SmartReply(SendMail):
    def prepare(self):
        self.user.has("INBOX", self.stage.message(f"Original {self.mark}"))
        self.phone.sync_all(self.inbox)
        self.original = held(self.phone, self.inbox, f"Original {self.mark}")
        return super().prepare()

    def send(self, prepared):
        return self.phone.request("SmartReply", tree(
            "ComposeMail", "SmartReply", E("ClientId", prepared),
            E("Source", E("FolderId", self.inbox), E("ItemId", self.original)),
            E("Mime", self.stage.message(f"Sent {prepared}", sender=self.user.address))))


class MeetingResponse(SendMail):
    """The server tells the organizer: 16.1."""

    def prepare(self):
        self.phone.version = "16.1"
        self.calendar = self.phone.folder(CALENDAR)
        self.uid = "".join(c for c in self.mark.lower() if c.isalnum())
        invitation = self.stage.fixture("mails/meeting-request.eml")
        for old, new in (("{sender}", self.user.address), ("board@", self.uid + "@"), ("Board", self.uid),
                         ("<meeting-request.eml", "<" + self.uid)):
            invitation = invitation.replace(old.encode(), new.encode())
        self.user.has("INBOX", invitation.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        self.phone.sync_all(self.inbox)
        return held(self.phone, self.inbox, self.uid)

    def send(self, prepared):
        return self.phone.request("MeetingResponse", tree(
            "MeetingResponse", "MeetingResponse", E("Request", E("UserResponse", 1), E("CollectionId", self.inbox),
                                                    E("RequestId", prepared), E("SendResponse"))))

    def good(self, answer):
        return answer.status == 200 and answer.value("Result/Status") == "1"

    def settled(self, prepared):
        self.phone.sync_all(self.inbox)
        self.phone.sync_all(self.calendar)
        events = [item.value("Subject") for item in self.phone.collection(self.calendar).items.values()]
        check(events.count(self.uid) == 1, f"{self.mark}: it stands {events.count(self.uid)} times in the calendar")
        # what failed may be that it is put away
        left = self.user.count("INBOX", "subject", self.uid)
        check(left <= 1, f"{self.mark}: {left} invitations are in the INBOX")
        self.check_left(sum(1 for _, content in self.user.sent()
                            if f"Subject: Accepted: {self.uid}".encode() in content))
