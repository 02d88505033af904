# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Sync of contacts, for rounds in which something fails."""

import collections

from .fault_round import Round
from .phone import E
from .stage import check


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
