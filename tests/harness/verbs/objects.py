# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of groupware objects: what other clients do with them in the mailboxes, and phones by Sync."""

import os
import re

from .. import kolab
from ..dovecot import TOP
from ..phone import E
from ..notation import build, expand, parse, Line
from ..stage import Skipped, check, expect_ok, quoted
from .core import TEXT, bindings_of, check_sync, folder, get_phone, show, value, verb
from .phones import match_held

SAMPLES = os.path.join(TOP, "..", "shared", "samples", "pim")
FOLDER_TYPE = "vendor/kolab/folder-type"


# Annotations

@verb(r"(?P<user>WORD) annotates mailbox (?P<mailbox>STRING|\S+) (?P<side>private|shared) (?P<kind>\S+)")
def annotates(stage, _block, user, mailbox, side, kind):
    """SETMETADATA of Kolab's folder type; "nothing" removes it."""
    imap = stage.user(user).imap()
    text = "NIL" if kind == "nothing" else quoted(kind)
    expect_ok(imap.xatom("SETMETADATA", quoted(value(stage, mailbox)), f"(/{side}/{FOLDER_TYPE} {text})"))
    imap.logout()


@verb(r"(?P<user>WORD) expects mailbox (?P<mailbox>STRING|\S+) annotated (?P<side>private|shared) (?P<kind>\S+)")
def expects_annotation(stage, _block, user, mailbox, side, kind):
    imap = stage.user(user).imap()
    expect_ok(imap.xatom("GETMETADATA", quoted(value(stage, mailbox)), f"(/{side}/{FOLDER_TYPE})"))
    data = b" ".join(piece if isinstance(piece, bytes) else b" ".join(piece) for piece in imap.response("METADATA")[1]
                     if piece is not None).decode()
    imap.logout()
    found = re.search(rf"{FOLDER_TYPE} (?:\{{\d+\}} ?)?\"?([\w.]+)", data)
    actual = found.group(1) if found and found.group(1) != "NIL" else "nothing"
    check(actual == kind, f"/{side} of {mailbox} says {actual}")


# Other clients

def _messages(stage, user, mailbox):
    """IMAP connection with the mailbox selected, and (uid, bytes) of what is not marked as deleted."""
    imap = stage.user(user).imap()
    expect_ok(imap.select(quoted(mailbox)))
    uids = expect_ok(imap.uid("SEARCH", "UNDELETED"))[0].split()
    return imap, [(uid, expect_ok(imap.uid("FETCH", uid.decode(), "(BODY.PEEK[])"))[0][1]) for uid in uids]


def read_messages(stage, user, mailbox):
    """Each message that is not marked as deleted, in their order."""
    imap, found = _messages(stage, user, mailbox)
    imap.logout()
    return [data for _number, data in found]


def read_objects(stage, user, mailbox):
    """The content lines of each message, in the order of the messages."""
    return [kolab.lines(data) for data in read_messages(stage, user, mailbox)]


def expunge_all(owner, mailbox):
    imap = owner.imap()
    expect_ok(imap.select(quoted(mailbox)))
    for number in expect_ok(imap.uid("SEARCH", "ALL"))[0].split():
        imap.uid("STORE", number.decode(), "+FLAGS.SILENT", "(\\Deleted)")
    expect_ok(imap.expunge())
    imap.logout()


def _objects(stage, user, mailbox, uid):
    imap, found = _messages(stage, user, mailbox)
    return imap, [(number, data) for number, data in found if kolab.uid(kolab.lines(data)) == uid]


def _content(stage, block):
    """The content lines of a block, with {name}s filled in."""
    known = bindings_of(stage)
    return [re.sub(r"\{([A-Za-z][\w.]*)\}", lambda m: str(known.get(m.group(1), m.group(0))), line.text) for line in block]


@verb(r"(?P<user>WORD) puts (?P<raw>raw )?(?P<kind>event|task|contact|note) (?P<uid>\S+) in (?P<mailbox>STRING|\S+)", block=TEXT)
def puts(stage, block, user, raw, kind, uid, mailbox):
    """APPEND a new object, made of the content lines in the block."""
    owner = stage.user(user)
    owner.has(value(stage, mailbox), kolab.message(kind, value(stage, uid), _content(stage, block), owner.address, bool(raw)))


@verb(r"(?P<user>WORD) puts (?P<number>\d+) contacts in (?P<mailbox>STRING|\S+)")
def puts_contacts(stage, _block, user, number, mailbox):
    owner = stage.user(user)
    owner.has(value(stage, mailbox), *[kolab.message("contact", f"contact-{n}", [f"FN:Contact {n}", f"N:{n};Contact;;;"],
                                                     owner.address) for n in range(int(number))])


@verb(r"(?P<user>WORD) puts sample (?P<name>\S+) in (?P<mailbox>STRING|\S+)(?: as \{(?P<bound>\w+)\})?")
def puts_sample(stage, _block, user, name, mailbox, bound):
    path = os.path.join(SAMPLES, name)
    if not os.path.exists(path):
        raise Skipped(f"{os.path.normpath(path)} is missing")
    with open(path, "rb") as source:
        data = re.sub(b"\r?\n", b"\r\n", source.read())
    stage.user(user).has(value(stage, mailbox), data)
    if bound:
        stage.bindings[bound] = kolab.uid(kolab.lines(data))


@verb(r"(?P<user>WORD) rewrites (?P<uid>\S+) in (?P<mailbox>STRING|\S+)", block=TEXT)
def rewrites(stage, block, user, uid, mailbox):
    """As Kolab's clients do: APPEND the object anew with the block's lines in place of those of the same
    name ("absent NAME": without them), then expunge the old message."""
    rewrite_object(stage, user, value(stage, mailbox), value(stage, uid), _content(stage, block))


def rewrite_object(stage, user, mailbox, uid, changed):
    imap, found = _objects(stage, user, mailbox, uid)
    check(len(found) == 1, f"{len(found)} objects {uid} in {mailbox}")
    number, data = found[0]
    names = {line.removeprefix("absent ").partition(":")[0].partition(";")[0] for line in changed}
    own = kolab.lines(data)
    kept = [line for line in _own_lines(own) if re.match(r"[\w-]+", line).group(0).upper() not in names]
    content = kept + [line for line in changed if not line.startswith("absent ")]
    owner = stage.user(user)
    kind = kolab.kind_of(data)
    expect_ok(imap.append(quoted(mailbox), "", None, kolab.message(
        kind or kolab.kind_of_lines(own), uid, content, owner.address, raw=kind is None)))
    _expunge(imap, number)


def _own_lines(content):
    """What kolab.message() wants back of what kolab.lines() gave."""
    out, seen = [], 0
    for line in content:
        if line in ("BEGIN:VEVENT", "BEGIN:VTODO"):
            seen += 1
            if seen == 1:
                out = []
            else:
                out.append("EXCEPTION")
        elif not re.match(r"(BEGIN|END):(VCALENDAR|VEVENT|VTODO|VJOURNAL|VCARD)|DTSTAMP:|UID:|PRODID|VERSION:|X-KOLAB-VERSION", line):
            out.append(line)
    return out


def _expunge(imap, number):
    expect_ok(imap.uid("STORE", number.decode(), "+FLAGS.SILENT", "(\\Deleted)"))
    expect_ok(imap.uid("EXPUNGE", number.decode()))
    imap.logout()


@verb(r"(?P<user>WORD) (?P<how>removes|marks deleted) object (?P<uid>\S+) in (?P<mailbox>STRING|\S+)")
def removes(stage, _block, user, how, uid, mailbox):
    imap, found = _objects(stage, user, value(stage, mailbox), value(stage, uid))
    check(len(found) == 1, f"{len(found)} objects {uid} in {mailbox}")
    if how == "removes":
        _expunge(imap, found[0][0])
    else:
        expect_ok(imap.uid("STORE", found[0][0].decode(), "+FLAGS", "(\\Deleted)"))
        imap.logout()


@verb(r"(?P<user>WORD) expects object (?P<uid>\S+) in (?P<mailbox>STRING|\S+)(?: as \{(?P<bound>\w+)\})?", block=TEXT)
def expects_object(stage, block, user, uid, mailbox, bound):
    """The mailbox holds exactly one message with that object (*: with one that the block fits), and its content
    lines are among others those of the block: as they are, as /regex/, or "absent NAME"."""
    found = expect_object(stage, user, value(stage, mailbox), "*" if uid == "*" else value(stage, uid),
                          _content(stage, block))
    if bound:
        stage.bindings[bound] = found


def expect_object(stage, user, mailbox, uid, wanted):
    """The UID of the one object."""
    imap, found = _messages(stage, user, mailbox)
    imap.logout()
    said = [words for words in (kolab.complaints(data) for _uid, data in found) if words]
    check(not said, f"libkolabxml does not read it: {said[:1]}")
    all_lines = [content for content in (kolab.lines(data) for _uid, data in found) if content]
    if uid == "*":
        fitting = [content for content in all_lines if not _missing(content, wanted)]
    else:
        fitting = [content for content in all_lines if kolab.uid(content) == uid]
    shown = "\n--\n".join("\n".join(content) for content in all_lines)[:4000]
    check(len(fitting) == 1, f"{len(fitting)} such objects in {mailbox}:\n{shown}")
    missing = _missing(fitting[0], wanted)
    check(not missing, f"the object lacks, or should not have: {missing}\n" + "\n".join(fitting[0])[:4000])
    return kolab.uid(fitting[0])


def _missing(content, wanted):
    """Which of the wanted lines do not hold."""
    out = []
    for line in wanted:
        if line.startswith("absent "):
            good = not any(re.match(rf"{re.escape(line[7:])}[;:]", other, re.I) for other in content)
        elif line.startswith("/") and line.endswith("/"):
            good = any(re.search(line[1:-1], other) for other in content)
        else:
            good = line in content
        if not good:
            out.append(line)
    return out


@verb(r"(?P<user>WORD) expects no object (?P<uid>\S+) in (?P<mailbox>STRING|\S+)")
def expects_no_object(stage, _block, user, uid, mailbox):
    imap, found = _objects(stage, user, value(stage, mailbox), value(stage, uid))
    imap.logout()
    check(not found, f"{len(found)} objects {uid} in {mailbox}")


# Phones

@verb(r"(?P<phone>WORD) adds to (?P<where>\S+)(?: as \{(?P<name>\w+)\})?(?: id (?P<client_id>\S+))?(?: giving (?P<giving>\d+))?",
      block="AirSync:ApplicationData")
def adds(stage, block, phone, where, name, client_id, giving):
    """A Sync with one Add; its ServerId is bound, and the phone holds the item from then on."""
    device = get_phone(stage, phone)
    folder_id = folder(stage, where, device)
    pattern = parse([Line(block[0].number, -1, "AirSync:ApplicationData")] + block)
    data = build(pattern, bindings_of(stage, device), stage.fixture)
    if client_id is None:
        stage.added = getattr(stage, "added", 0) + 1
        client_id = f"c{stage.added}"
    answer = device.sync(folder_id, [E("Add", E("ClientId", expand(client_id, bindings_of(stage, device))), data)])
    check_sync(answer)
    status = answer.value("Collections/Collection/Responses/Add/Status")
    check(status == (giving or "1"), f"Add: Status {status}\n{show(answer)}")
    if status != "1":
        return
    item_id = answer.value("Collections/Collection/Responses/Add/ServerId")
    check(item_id, f"Add: there is no ServerId\n{show(answer)}")
    device.collection(folder_id).items[item_id] = data
    if name:
        stage.bindings[name] = item_id


@verb(r"(?P<phone>WORD) changes all of (?P<item>\{\S+) in (?P<where>\S+)(?: giving (?P<giving>\d+))?",
      block="AirSync:ApplicationData")
def changes_all(stage, block, phone, item, where, giving):
    """A Change as phones send it: the item as it is held with the block's elements in place of those of that
    name; from 16.0 on only these for an event, whose other elements would stay without being said."""
    device = get_phone(stage, phone)
    folder_id, item_id = folder(stage, where, device), value(stage, item)
    pattern = parse([Line(block[0].number, -1, "AirSync:ApplicationData")] + block)
    device.change_item(folder_id, item_id, build(pattern, bindings_of(stage, device), stage.fixture),
                       lambda answer: check_change(answer, giving))


def check_change(answer, giving=None):
    check_sync(answer)
    status = answer.value("Collections/Collection/Responses/Change/Status", "1")
    check(status == (giving or "1"), f"Change: Status {status}\n{show(answer)}")
    return status == "1"


@verb(r"(?P<phone>WORD) holds (?P<field>[A-Z]\w+) (?P<text>STRING) in (?P<where>\S+)(?: as \{(?P<name>\w+)\})?",
      block="AirSync:ApplicationData")
def holds_field(stage, block, phone, field, text, where, name):
    """As for a Subject, by another element: FileAs, LastName..."""
    match_held(stage, block, get_phone(stage, phone), field, text, where, name)


@verb(r"(?P<phone>WORD) holds (?P<item>\{\S+\}) in (?P<where>\S+)", block="AirSync:ApplicationData")
def holds_item(stage, block, phone, item, where):
    """The phone holds the item of that ServerId, and it is so."""
    match_held(stage, block, get_phone(stage, phone), "ServerId", value(stage, item), where, None)


@verb(r"(?P<phone>WORD) does not hold (?P<item>\{\S+\}) in (?P<where>\S+)")
def holds_no_item(stage, _block, phone, item, where):
    device = get_phone(stage, phone)
    held = device.collection(folder(stage, where, device)).items
    check(value(stage, item) not in held, f"the phone holds {value(stage, item)}")


@verb(r"(?P<phone>WORD) sees folder (?P<name>STRING) of type (?P<kind>\d+)(?: as \{(?P<bound>\w+)\})?")
def sees_folder(stage, _block, phone, name, kind, bound):
    """The phone was told of exactly one folder with that name, and of that type."""
    device = get_phone(stage, phone)
    found = [(i, entry) for i, entry in device.folders.items() if entry["name"] == value(stage, name)]
    check(len(found) == 1 and found[0][1]["type"] == int(kind),
          f"the phone sees {found} among {[(f['name'], f['type']) for f in device.folders.values()]}")
    if bound:
        stage.bindings[bound] = found[0][0]
    device.names[value(stage, name)] = found[0][0]


@verb(r"(?P<phone>WORD) sees no folder (?P<what>STRING|of type \d+)")
def sees_no_folder(stage, _block, phone, what):
    device = get_phone(stage, phone)
    if what.startswith('"'):
        found = [f for f in device.folders.values() if f["name"] == value(stage, what)]
    else:
        found = [f for f in device.folders.values() if f["type"] == int(what.split()[-1])]
    check(not found, f"the phone sees {found}")


@verb(r"(?P<phone>WORD) asks for its folders")
def asks_for_folders(stage, _block, phone):
    """FolderSync with the key it has."""
    device = get_phone(stage, phone)
    answer = device.folder_sync()
    check(answer.number("Status") == 1, f"FolderSync answered Status {answer.value('Status')}")
    stage.bind_folders(device)
