# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the server knows of a folder's objects can be lost, damaged, or meet a mailbox made anew."""

import glob
import os

from tests.harness.stage import check

scenario = "After the index of a folder is lost or damaged phones start the folder anew, with the same ids; another UIDVALIDITY is nothing"
versions = ("14.1", "16.1")
seconds = 4


def run(stage):
    alice, phone = stage.user("alice"), stage.phone()
    phone.first_contact()
    notes = phone.folder("Notes")

    def put(uid, text):
        alice.has("Notes", (f"Content-Type: text/calendar; component=VJOURNAL\r\nSubject: {uid}\r\n\r\n"
                            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VJOURNAL\r\nUID:{uid}\r\n"
                            f"SUMMARY:{text}\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n").encode())

    def held():
        return dict(sorted((item_id, item.value("Subject")) for item_id, item in phone.collection(notes).items.items()))

    def index_file():
        files = [f for f in glob.glob(os.path.join(stage.instance.dir, "**", f"pim-{notes}"), recursive=True)]
        check(len(files) == 1, f"index files: {files}")
        return files[0]

    put("one", "One")
    put("two", "Two")
    phone.sync_all(notes)
    before = held()
    check(sorted(before.values()) == ["One", "Two"], f"held: {before}")

    def start_anew(what):
        answer = phone.sync(notes)
        check(answer.value("Collections/Collection/Status") == "3", f"{what}: the key is still good")
        phone.collection(notes).key = "0"
        phone.collection(notes).items.clear()
        phone.sync_all(notes)
        check(held() == before, f"{what}: {held()}")

    os.unlink(index_file())
    start_anew("lost")

    stage.allowed_errors.append(r"State file .*pim-.* is ignored")
    with open(index_file(), "r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\xff\xfe")
    start_anew("damaged")

    alice.doveadm("mailbox update", "--uid-validity", "987654321", "Notes")
    put("three", "Three")
    answer = phone.sync(notes)
    check(answer.value("Collections/Collection/Status") == "1", "UIDVALIDITY: the key is good no more")
    check(len(answer.tree.all("Collections/Collection/Commands/Add")) == 1, "UIDVALIDITY: more than one Add")
    check(len(answer.tree.find("Collections/Collection/Commands").children) == 1, "UIDVALIDITY: more than one command")
