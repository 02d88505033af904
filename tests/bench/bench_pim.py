# SPDX-License-Identifier: LGPL-2.1-or-later
"""Folders of 10,000 contacts and of 10,000 events: the first Sync, one with nothing new, one change among all, and
how soon it wakes."""

import os
import subprocess

from tests.bench import bench_wake, figures
from tests.bench.bench_sync import first_sync
from tests.harness import kolab
from tests.harness.dovecot import MAIL_UID
from tests.harness.phone import body_preference
from tests.harness.stage import check

# Not the usual maildir, of which Dovecot reads the whole directory after each change: 10 ms for 10,000 files.
CONFIG = "directpush_pim_create = yes\nmail_location = sdbox:~/sdbox\n"
OBJECTS = 10000
ROUNDS = 100
CHANGES = 20


def contact(number, word="Old"):
    return kolab.message("contact", f"contact-{number}", [
        f"FN:{word} Contact {number}", f"N:Contact {number};{word};;;", f"EMAIL;TYPE=work:c{number}@example.com",
        f"TEL;TYPE=cell:+49 170 {number}", f"TEL;TYPE=work:+49 30 {number}", "ORG:Example;Sales",
        f"ADR;TYPE=work:;;Street {number};Berlin;;10115;Germany", "NOTE:One of many"], "bench@example.com")


def event(number, word="Old"):
    day, hour = f"2026{number % 12 + 1:02}{number % 28 + 1:02}", number % 20
    return kolab.message("event", f"event-{number}", [
        f"DTSTART;TZID=Europe/Berlin:{day}T{hour:02}0000", f"DTEND;TZID=Europe/Berlin:{day}T{hour + 1:02}0000",
        f"SUMMARY:{word} event {number}", "LOCATION:Room 5", "DESCRIPTION:One of many", "CLASS:PUBLIC",
        "TRANSP:OPAQUE"] + (["RRULE:FREQ=WEEKLY;COUNT=10"] if number % 10 == 0 else []), "bench@example.com")


def fill(stage, user, mailbox, messages):
    """By way of a maildir that is imported. The user's home is there already."""
    source = os.path.join(stage.instance.dir, "home", user.address, "source")
    folder = source if mailbox == "INBOX" else os.path.join(source, f".{mailbox}")
    for sub in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(folder, sub))
    for number, message in enumerate(messages):
        with open(os.path.join(folder, "new", f"1700000000.M{number}P1.bench"), "wb") as out:
            out.write(message)
    subprocess.run(["chown", "-R", f"{MAIL_UID}:{MAIL_UID}", source], check=True)
    user.doveadm("import", f"maildir:{source}", "", "all")


def measure(stage, name, mailbox, make, count):
    user, phone = stage.user(name), stage.phone(name, name)
    phone.provision()
    phone.folder_sync()
    folder = phone.folder(mailbox)
    fill(stage, user, mailbox, [make(number) for number in range(count)])
    options = [body_preference(1, 32768)]
    for which in ("nothing known yet", "again"):
        secs, items = first_sync(phone, folder, options)
        check(items == count, f"{items} of {count} items came")
        figures.line(f"first Sync of {count} {name}, {which}", f"{items / secs:.0f} items/s", ">= 2000")

    found = []
    for _ in range(ROUNDS):
        answer = phone.request("Sync", phone.sync_tree(folder, options=options))
        check(answer.status == 200 and not answer.body, "something has changed")
        found.append(answer.elapsed)
    figures.times(f"Sync with no change, {count} {name}, warm worker, median / p95", found, "<= 3 ms")

    found = []
    for number in range(CHANGES):
        user.has(mailbox, make(number, f"New {number}"))
        answer = phone.sync(folder, options=options)
        check(len(answer.tree.all("Collections/Collection/Commands/Change")) == 1, "the change was not told")
        found.append(answer.elapsed)
    figures.times(f"Sync with one change among {count} {name}, median / p95", found, "<= 10 ms")
    return user, phone, folder, options


def wake(stage, user, phone, folder, options, rounds):
    imap = bench_wake.Client(stage.instance.address("imap"))
    imap.say(b"", b"* OK")
    imap.say(f"a LOGIN {user.address} {phone.password}\r\n".encode(), b"a OK")
    found = []
    for number in range(rounds):
        phone.sync_all(folder, options=options)
        message = event(number, f"Woken {number}")
        imap.say(b"a APPEND Calendar {%d}\r\n" % len(message), b"+ ")
        pending = phone.ping(1800, [folder])
        stage.eventually("not parked", lambda: stage.parked("events") == 1)
        secs, answer = bench_wake.race(imap, message + b"\r\n", b"a OK", pending)
        check(answer.value("Status") == "2", f"Status {answer.value('Status')}")
        found.append(secs)
    figures.times("IMAP APPEND of an event OK -> first byte of the Ping answer", found, "<= 2 / 20 ms")


def run(stage, quick):
    count = OBJECTS // 10 if quick else OBJECTS
    measure(stage, "contacts", "Contacts", contact, count)
    where = measure(stage, "events", "Calendar", event, count)
    wake(stage, *where, rounds=5 if quick else 40)
