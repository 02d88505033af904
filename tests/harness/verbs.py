# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of .eas scenarios, one function each. tests/README.md lists them.

A verb is found by its regular expression, which must match the whole statement. Its named groups become
the arguments, after stage and the statement's block.
"""

import os
import re
import shutil
import signal
import threading
import time

from . import wire
from .dovecot import MAIL_UID, end_process, start_time
from .notation import (Line, Mismatch, NotationError, build, dump, expand, fill, match, match_word,
                       parse, unquote)
from .phone import E, Pending, tree
from .relay import TO_CLIENT, TO_SERVER, Relay
from .stage import PATIENCE_SECS, Failure, check
from .wbxml import decode

ANSWER_SECS = 30
SHOWN_TEXT = 300

VERBS = []

STRING = r'"(?:[^"\\]|\\.)*"'


def verb(pattern):
    def register(function):
        compiled = re.compile(pattern.replace("STRING", STRING).replace("WORD", r"[\w.-]+"))
        VERBS.append((compiled, function))
        return function
    return register


def run_statement(stage, text, block):
    for pattern, function in VERBS:
        found = pattern.fullmatch(text)
        if found:
            function(stage, block, **found.groupdict())
            return
    raise NotationError(f"no verb matches: {text}")


ANSWER_LINES = ("header", "body")
BODY_LINES = ("raw", "text", "file", "zeros")
ROOTS = {"syncs": "AirSync:Options", "changes": "AirSync:ApplicationData", "holds_subject": "AirSync:ApplicationData"}


def check_statement(text, block):
    """NotationError when no verb matches or the block cannot be parsed."""
    function = next((f for pattern, f in VERBS if pattern.fullmatch(text)), None)
    if function is None:
        raise NotationError(f"no verb matches: {text}")
    block = [line for line in block if line.text.split(" ")[0] not in ANSWER_LINES
             and not line.text.startswith("absent header ")]
    if not block or block[0].text.split(" ")[0] in BODY_LINES:
        return
    root = ROOTS.get(function.__name__)
    parse([Line(block[0].number, -1, root)] + block if root else block)


def value(stage, word, phone=None):
    """A quoted string, or a bare word with {name}s; folder names are those of the phone."""
    if word.startswith('"'):
        return unquote(word)
    return expand(word, bindings_of(stage, phone))


folder = value


def bindings_of(stage, phone=None):
    """The bindings plus what a phone remembers: its folders, {Inbox.key} its SyncKey, {hierarchy.key} that of FolderSync."""
    found = dict(stage.bindings)
    if phone is None and stage.phones:
        phone = next(iter(stage.phones.values()))
    if phone is not None:
        for name, folder_id in phone.names.items():
            found[name] = folder_id
            found[name + ".key"] = phone.collection(folder_id).key
        found["hierarchy.key"] = phone.folder_key
        found["device"] = phone.device_id
        found["policy.key"] = phone.policy_key
    for name, user in stage.users.items():
        found[name + ".address"] = user.address
        found[name + ".local"] = user.address.partition("@")[0]
    found["filler5k"] = "x" * 5 * 1024
    found["filler40k"] = "x" * 40 * 1024
    return found


def get_phone(stage, name):
    if name not in stage.phones:
        raise NotationError(f"there is no device {name}")
    return stage.phones[name]


def seconds(text):
    return float(text)


# Cast

@verb(r"user (?P<name>WORD)")
def make_user(stage, _block, name):
    stage.user(name)


@verb(r"device (?P<name>WORD) of (?P<user>WORD)(?P<options>.*)")
def make_device(stage, _block, name, user, options):
    kwargs, pos = {}, 0
    pattern = re.compile(rf"\s+(?:(version|type|agent|id|login|password|over) ({STRING}|\S+)|(base64)|(plain))")
    while pos < len(options):
        found = pattern.match(options, pos)
        if not found:
            raise NotationError(f"unknown option of a device: {options[pos:]}")
        pos = found.end()
        if found.group(3):
            kwargs["form"] = "base64"
        elif found.group(4):
            kwargs["tls"] = False
        else:
            key, word = found.group(1), found.group(2)
            text = unquote(word) if word.startswith('"') else word
            if key in ("id", "login"):
                stage.user(user)
                text = fill(text, bindings_of(stage))
            if key == "over":
                kwargs["via"] = stage.bindings[f"relay {text}"].address
            else:
                kwargs[{"version": "version", "type": "device_type", "agent": "user_agent", "id": "device_id",
                        "login": "login", "password": "password"}[key]] = text
    password = kwargs.pop("password", None)
    phone = stage.phone(name, user, **kwargs)
    if password is not None:
        phone.password = password


@verb(r"given (?P<phone>WORD) has (?:synced(?P<folders>(?: \{[^}]+\})+)|done first contact)")
def given(stage, _block, phone, folders):
    """Provision, FolderSync and the Syncs of the folders named; binds {Inbox} and all other folders."""
    device = get_phone(stage, phone)
    device.provision()
    answer = device.folder_sync()
    check(answer.number("Status") == 1, f"FolderSync answered Status {answer.value('Status')}")
    stage.bind_folders(device)
    for name in re.findall(r"\{([^}]+)\}", folders or ""):
        check(name in device.names, f"the phone sees no folder {name}: {device.folders}")
        device.sync_all(device.names[name])


# Requests and answers

@verb(r"(?P<phone>WORD) >> (?P<command>(?!raw bytes)WORD)(?P<options>.*)")
def send(stage, block, phone, command, options):
    """Send a request; without -start also read its answer."""
    device = get_phone(stage, phone)
    settings = _request_options(stage, device, options)
    body = _request_body(stage, device, block)
    name = settings.pop("as", command)
    wait = not settings.pop("start", False)
    device.requests = getattr(device, "requests", {})
    if command == "OPTIONS":
        answer = device.options(headers=settings.get("headers"))
        device.requests[name] = device.latest = _Answered(answer)
        return
    if "version" in settings:
        old, device.version = device.version, settings.pop("version")
        try:
            pending = device.start(command, body, **settings)
        finally:
            device.version = old
    else:
        pending = device.start(command, body, **settings)
    device.requests[name] = device.latest = pending
    if wait:
        pending.wait(ANSWER_SECS)


class _Answered:
    """A request whose answer was read at once."""

    def __init__(self, answer):
        self.answer = answer
        self.started_at = answer.started_at

    def wait(self, _timeout=None):
        return self.answer


def _request_options(stage, device, options):
    settings, pos = {"headers": []}, 0
    pattern = re.compile(rf"\s+(?:(-start)|as (\S+)|header ({STRING})|without (\S+)|param (\w+)=({STRING}|\S+)"
                         rf"|type ({STRING}|\S+)|version (\S+)|target ({STRING})|method (\S+)|(chunked)|(fresh))")
    while pos < len(options):
        found = pattern.match(options, pos)
        if not found:
            raise NotationError(f"unknown option of a request: {options[pos:]}")
        pos = found.end()
        (start, name, header, without, key, param, content_type, version, target, method, chunked,
         fresh) = found.groups()
        if start:
            settings["start"] = True
        elif name:
            settings["as"] = name
        elif header:
            field, _, text = unquote(header).partition(":")
            settings["headers"].append((field, fill(text.strip(), bindings_of(stage, device))))
        elif without:
            settings["headers"].append((without, None))
        elif key:
            settings.setdefault("params", {})[key] = value(stage, param)
        elif content_type:
            settings["content_type"] = value(stage, content_type)
        elif version:
            settings["version"] = version
        elif target:
            settings["target"] = fill(unquote(target), bindings_of(stage, device))
        elif method:
            settings["method"] = method
        elif chunked:
            settings["chunked"] = True
        elif fresh:
            settings["connection"] = device.connect()
    return settings


def _request_body(stage, device, block):
    """Node, bytes or None (an empty body)."""
    if not block:
        return None
    word, _, rest = block[0].text.partition(" ")
    if word == "raw":
        return bytes.fromhex("".join(line.text.partition(" ")[2] if line.text.startswith("raw") else line.text
                                     for line in block))
    if word == "text":
        return "\r\n".join(unquote(line.text.partition(" ")[2]) for line in block).encode() + b"\r\n"
    if word == "file":
        return stage.fixture(rest)
    if word == "zeros":
        return bytes(int(rest))
    return build(parse(block), bindings_of(stage, device), stage.fixture)


@verb(r"(?P<phone>WORD) << (?:(?P<name>WORD): )?(?P<status>\d+(?:/\d+)*)(?P<empty> empty)?(?: within (?P<within>[\d.]+)s)?"
      r"(?: after (?P<after>[\d.]+)s)?(?P<ignored> ignored)?")
def receive(stage, block, phone, name, status, empty, within, after, ignored):
    """The answer to the latest request, or to the one called name; applied to the phone unless ignored.

    Of several statuses, 200/400, the block is about the first.
    """
    device = get_phone(stage, phone)
    pending = _pending(device, name)
    limit = seconds(within) if within else ANSWER_SECS
    began = time.monotonic()
    try:
        answer = pending.wait(limit)
    except wire.TimedOut:
        raise Failure(f"no answer within {limit:g} s") from None
    took = answer.first_byte_at - began
    if within and took > limit:
        raise Failure(f"the answer took {took:.2f} s")
    if after and answer.elapsed < seconds(after):
        raise Failure(f"the answer came after {answer.elapsed:.2f} s, too early")
    allowed = [int(code) for code in status.split("/")]
    if answer.status not in allowed:
        raise Failure(f"HTTP {answer.status} {answer.response.reason}, expected {status}\n{show(answer)}")
    if answer.status != allowed[0]:
        return
    block = [line for line in block if not _check_header(stage, device, answer, line)]
    if empty:
        check(not answer.body, f"expected an empty body, got\n{show(answer)}")
    if block:
        _match_body(stage, device, answer, block)
    if not ignored:
        apply(device, answer)
        if answer.command == "FolderSync" and answer.status == 200:
            stage.bind_folders(device)


def _pending(device, name):
    found = getattr(device, "requests", {}).get(name) if name else getattr(device, "latest", None)
    if found is None:
        raise NotationError(f"no request {name or ''} was sent")
    return found


def _check_header(stage, device, answer, line):
    """True when the line is about a header (and holds)."""
    word, _, rest = line.text.partition(" ")
    if word == "header":
        name, _, expected = rest.partition(" ")
        actual = answer.header(name)
        check(actual is not None, f"line {line.number}: the answer has no header {name}\n{answer.response.headers}")
        expected = expected.strip()
        if expected.startswith("/") and expected.endswith("/"):
            good = re.search(expected[1:-1], actual)
        elif expected.startswith('"'):
            good = actual == unquote(expected)
        else:
            found = match_word(expected, actual, bindings_of(stage, device))
            good = found is not None
            if good:
                stage.bindings.update({k: v for k, v in found.items() if k not in bindings_of(stage, device)})
        check(good, f"line {line.number}: header {name} is {actual!r}, expected {expected}")
        return True
    if word == "absent" and rest.startswith("header "):
        name = rest[7:].strip()
        check(answer.header(name) is None, f"line {line.number}: header {name} is {answer.header(name)!r}")
        return True
    if word == "body":
        expected = unquote(rest) if rest.startswith('"') else None
        text = answer.body.decode("utf-8", "replace")
        good = re.search(rest[1:-1], text, re.S) if expected is None else text == expected
        check(good, f"line {line.number}: the body is {text[:SHOWN_TEXT]!r}")
        return True
    return False


def _match_body(stage, device, answer, block):
    check(answer.tree is not None, f"expected elements, got\n{show(answer)}")
    pattern = parse(block)
    known = bindings_of(stage, device)
    try:
        found = match(pattern, answer.tree, known)
    except Mismatch as mismatch:
        expected = "\n".join("  " * (line.indent // 2) + line.text for line in block)
        raise Failure(f"{mismatch}\n--- expected\n{expected}\n--- actual\n{dump(answer.tree, SHOWN_TEXT)}") from None
    stage.bindings.update({key: text for key, text in found.items() if key not in known})


def show(answer):
    """An answer for a person."""
    if answer.tree is not None:
        return dump(answer.tree, SHOWN_TEXT)
    return repr(answer.body[:SHOWN_TEXT]) if answer.body else "an empty body"


def apply(device, answer):
    """What the phone learns from an answer."""
    if answer.tree is None:
        return
    if answer.command == "Sync":
        device.apply_sync(answer)
    elif answer.command == "FolderSync":
        device.apply_folder_sync(answer, reset=device.folder_key == "0")
    elif answer.command in ("FolderCreate", "FolderDelete", "FolderUpdate"):
        device.folder_key = answer.value("SyncKey", device.folder_key)
    elif answer.command == "Provision":
        device.policy_key = answer.value("Policies/Policy/PolicyKey", device.policy_key)


@verb(r"(?P<phone>WORD) << (?:(?P<name>WORD): )?closed(?: within (?P<within>[\d.]+)s)?")
def expect_closed(stage, _block, phone, name, within):
    """The server ends the connection without an answer."""
    pending = _pending(get_phone(stage, phone), name)
    try:
        answer = pending.wait(seconds(within) if within else ANSWER_SECS)
    except wire.Closed as closed:
        check(not closed.partial, f"the connection ended after {closed.partial[:100]!r}")
        return
    except wire.TimedOut:
        raise Failure("the connection is still open") from None
    raise Failure(f"an answer came: HTTP {answer.status}\n{show(answer)}")


@verb(r"(?P<phone>WORD) hears nothing(?: of (?P<name>WORD))? for (?P<secs>[\d.]+)s")
def hears_nothing(stage, _block, phone, name, secs):
    pending = _pending(get_phone(stage, phone), name)
    if pending.connection.readable(seconds(secs)):
        try:
            answer = pending.wait(5)
        except wire.WireError as error:
            raise Failure(f"expected silence, but {error}") from None
        raise Failure(f"expected silence, but an answer came after {answer.elapsed:.2f} s: "
                      f"HTTP {answer.status}\n{show(answer)}")


@verb(r"(?P<phone>WORD) (?P<how>hangs up|resets the line|half-closes|loses the answer)(?: of (?P<name>WORD))?")
def drop(stage, _block, phone, how, name):
    """End the connection of a request: by FIN, by RST, by half a FIN, or after the answer came, unread."""
    pending = _pending(get_phone(stage, phone), name)
    if how == "hangs up":
        pending.cancel()
    elif how == "resets the line":
        pending.reset()
    elif how == "half-closes":
        pending.connection.half_close()
    else:
        pending.connection.read_response(ANSWER_SECS)
        pending.reset()


@verb(r"(?P<phone>WORD) >> raw bytes(?P<tls> over plain)?")
def send_raw(stage, block, phone, tls):
    """Bytes as they are on a connection of their own: text lines (CRLF added) or raw hex."""
    device = get_phone(stage, phone)
    if tls:
        device.tls = False
    connection = device.connect()
    data = b""
    for line in block:
        word, _, rest = line.text.partition(" ")
        if word == "text":
            data += fill(unquote(rest), {**bindings_of(stage, device),
                                           "authorization": device.authorization()}).encode("latin-1") + b"\r\n"
        else:
            data += bytes.fromhex(rest)
    started = time.monotonic()
    connection.send(data)
    device.requests = getattr(device, "requests", {})
    device.latest = device.requests["raw"] = Pending(device, connection, "raw", started)


# A phone's own doings, in one line each

def _elements(stage, device, root, block):
    """A block that holds the children of root, as Nodes."""
    if not block:
        return []
    pattern = parse([Line(block[0].number, -1, root)] + block)
    return build(pattern, bindings_of(stage, device), stage.fixture).children


@verb(r"(?P<phone>WORD) syncs (?P<where>\S+)(?: window (?P<window>\d+))?(?P<once> once)?(?: in (?P<number>\d+) answers)?")
def syncs(stage, block, phone, where, window, once, number):
    """Sync until nothing more is available (or once). The block holds what stands in Options."""
    device = get_phone(stage, phone)
    folder_id = folder(stage, where, device)
    kwargs = {"window": int(window) if window else None}
    if block:
        kwargs["options"] = _elements(stage, device, "AirSync:Options", block)
    answers = [device.sync(folder_id, **kwargs)] if once else device.sync_all(folder_id, **kwargs)
    for answer in answers:
        check_sync(answer)
    check(not number or len(answers) == int(number), f"it took {len(answers)} Syncs")


def check_sync(answer):
    """Failure unless the Sync as a whole and its collection went well."""
    check(answer.status == 200, f"Sync: HTTP {answer.status}")
    status = answer.value("Collections/Collection/Status", "1")
    check(status == "1" and answer.value("Status", "1") == "1", f"Sync: Status {status}\n{show(answer)}")


def _command(stage, device, folder_id, command, giving, **kwargs):
    """A Sync with one command; its Status in Responses, where success may go unmentioned, is checked."""
    answer = device.sync(folder_id, [command], **kwargs)
    check_sync(answer)
    status = answer.value(f"Collections/Collection/Responses/{command.name}/Status", "1")
    check(status == (giving or "1"), f"{command.name}: Status {status}\n{show(answer)}")
    return answer


@verb(r"(?P<phone>WORD) changes (?P<item>\{\S+) in (?P<where>\S+)(?: giving (?P<giving>\d+))?")
def changes(stage, block, phone, item, where, giving):
    """A Sync with one Change; the block holds what stands in ApplicationData."""
    device = get_phone(stage, phone)
    data = E("ApplicationData", _elements(stage, device, "AirSync:ApplicationData", block))
    _command(stage, device, folder(stage, where, device), E("Change", E("ServerId", value(stage, item)), data), giving)


@verb(r"(?P<phone>WORD) deletes (?P<item>\{\S+) in (?P<where>\S+)(?P<hard> for good)?(?: giving (?P<giving>\d+))?")
def deletes(stage, _block, phone, item, where, hard, giving):
    device = get_phone(stage, phone)
    folder_id, item_id = folder(stage, where, device), value(stage, item)
    device.collection(folder_id).items.pop(item_id, None)
    _command(stage, device, folder_id, E("Delete", E("ServerId", item_id)), giving,
             deletes_as_moves=False if hard else None)


@verb(r"(?P<phone>WORD) moves (?P<item>\{\S+) from (?P<source>\S+) to (?P<target>\S+)(?: as \{(?P<name>\w+)\})?"
      r"(?: giving (?P<giving>\d+))?")
def moves_item(stage, _block, phone, item, source, target, name, giving):
    """MoveItems of one item; Status 3 is its success. The phone carries the item over, as phones do."""
    device = get_phone(stage, phone)
    item_id = value(stage, item)
    source_id, target_id = folder(stage, source, device), folder(stage, target, device)
    answer = device.move_items([(item_id, source_id, target_id)])
    check(answer.status == 200, f"MoveItems: HTTP {answer.status}")
    check(answer.value("Response/Status") == (giving or "3"), f"MoveItems:\n{show(answer)}")
    check(answer.value("Response/SrcMsgId") == item_id, f"MoveItems:\n{show(answer)}")
    moved = answer.value("Response/DstMsgId")
    if name:
        check(moved is not None, "no DstMsgId")
        stage.bindings[name] = moved
    if moved is not None and item_id in device.collection(source_id).items:
        held = device.collection(source_id).items.pop(item_id)
        device.collection(target_id).items[moved] = held


@verb(r"(?P<phone>WORD) sends (?P<what>\S+)(?: id (?P<client_id>\S+))?(?P<unsaved> unsaved)?(?: (?P<loses>losing the answer))?"
      r"(?: giving (?P<giving>[\d/]+))?")
def sends(stage, _block, phone, what, client_id, unsaved, loses, giving):
    """SendMail of a fixture, as this version does it. {sender} in the fixture is the user's address.

    giving: the Status, or the HTTP status with 12.1, that must come; without it success.
    """
    device = get_phone(stage, phone)
    message = stage.fixture(what).replace(b"{sender}", device.owner.address.encode())
    pending = device.send_mail(message, client_id, not unsaved, start=True)
    if loses:
        pending.connection.read_response(ANSWER_SECS)
        pending.reset()
        return
    answer = pending.wait(ANSWER_SECS)
    if giving is None:
        check(answer.status == 200 and not answer.body, f"SendMail: HTTP {answer.status}\n{show(answer)}")
    elif device.at_least("14.0"):
        check(answer.status == 200 and answer.value("Status") in giving.split("/"),
              f"SendMail: HTTP {answer.status}\n{show(answer)}")
    else:
        check(str(answer.status) in giving.split("/"), f"SendMail: HTTP {answer.status}")


@verb(r"(?P<phone>WORD) holds (?P<number>\d+|no) items? in (?P<where>\S+)")
def holds_number(stage, _block, phone, number, where):
    device = get_phone(stage, phone)
    held = device.collection(folder(stage, where, device)).items
    expected = 0 if number == "no" else int(number)
    check(len(held) == expected, f"the phone holds {len(held)} items, expected {expected}: "
          + ", ".join(f"{i} {item.value('Subject')}" for i, item in held.items()))


@verb(r"(?P<phone>WORD) holds (?P<subject>STRING) in (?P<where>\S+)(?: as \{(?P<name>\w+)\})?")
def holds_subject(stage, block, phone, subject, where, name):
    """The phone holds exactly one item with that subject; its ServerId is bound, its content matched."""
    device = get_phone(stage, phone)
    held = device.collection(folder(stage, where, device)).items
    found = [(i, item) for i, item in held.items() if item.value("Subject") == unquote(subject)]
    check(len(found) == 1, f"the phone holds {len(found)} items {subject}: "
          + ", ".join(f"{i} {item.value('Subject')}" for i, item in held.items()))
    item_id, item = found[0]
    if name:
        stage.bindings[name] = item_id
    if block:
        lines = [Line(0, -1, "AirSync:ApplicationData")] + block
        pattern = parse(lines)
        known = bindings_of(stage, device)
        try:
            result = match(pattern, item, known)
        except Mismatch as mismatch:
            raise Failure(f"{mismatch}\n--- held\n{dump(item, SHOWN_TEXT)}") from None
        stage.bindings.update({key: text for key, text in result.items() if key not in known})


@verb(r"(?P<phone>WORD) does not hold (?P<subject>STRING) in (?P<where>\S+)")
def holds_not(stage, _block, phone, subject, where):
    device = get_phone(stage, phone)
    held = device.collection(folder(stage, where, device)).items
    found = [i for i, item in held.items() if item.value("Subject") == unquote(subject)]
    check(not found, f"the phone holds {found}")


@verb(r"(?P<phone>WORD) pings(?P<folders>(?: \{[^}]+\})*)(?: for (?P<secs>\d+)s)?")
def pings(stage, _block, phone, folders, secs):
    """Start a Ping and return once the front has parked it."""
    device = get_phone(stage, phone)
    ids = [device.names[name] for name in re.findall(r"\{([^}]+)\}", folders)]
    device.requests = getattr(device, "requests", {})
    device.requests["Ping"] = device.latest = device.ping(int(secs) if secs else None, ids)
    owner = device.owner.name
    stage.eventually(lambda: f"the Ping is not parked ({stage.parked(owner)})",
                     lambda: stage.parked(owner) >= 1 or device.latest.ready())
    if device.latest.ready():
        answer = device.latest.wait(1)
        raise Failure(f"the Ping was answered at once: HTTP {answer.status}\n{show(answer)}")


# Mailboxes

def _messages(stage, what, times, body=None, days_ago=0):
    count = int(times or 1)
    if what.startswith('"'):
        subject, text = unquote(what), unquote(body) if body else "Hello.\n"
        return [stage.message(subject if count == 1 else f"{subject} {n}", text, days_ago=days_ago)
                for n in range(1, count + 1)]
    return [stage.fixture(what)] * count


@verb(r"(?P<user>WORD) receives (?:message )?(?P<what>STRING|\S+)(?: (?P<times>\d+) times)?(?: body (?P<body>STRING))?")
def receives(stage, _block, user, what, times, body):
    stage.user(user).receives(*_messages(stage, what, times, body))


@verb(r"(?P<user>WORD) has (?:message )?(?P<what>STRING|\S+)(?: (?P<times>\d+) times)? in (?P<mailbox>STRING|\S+)"
      r"(?: dated (?P<days>[\d.]+) days ago)?(?: flagged (?P<flags>.+?))?(?: body (?P<body>STRING))?")
def has(stage, _block, user, what, times, mailbox, days, flags, body):
    days = float(days or 0)
    stage.user(user).has(value(stage, mailbox), *_messages(stage, what, times, body, days),
                         flags=f"({flags})" if flags else "", days_ago=days)


@verb(r"(?P<user>WORD) flags (?P<subject>STRING) in (?P<mailbox>STRING|\S+) (?P<change>[+-]\S+)")
def flags(stage, _block, user, subject, mailbox, change):
    stage.user(user).flags(unquote(subject), value(stage, mailbox), change)


@verb(r"(?P<user>WORD) expunges (?P<subject>STRING) in (?P<mailbox>STRING|\S+)")
def expunges(stage, _block, user, subject, mailbox):
    stage.user(user).expunges(unquote(subject), value(stage, mailbox))


@verb(r"(?P<user>WORD) (?P<how>moves|copies) (?P<subject>STRING) from (?P<source>STRING|\S+) to (?P<target>STRING|\S+)")
def moves(stage, _block, user, how, subject, source, target):
    getattr(stage.user(user), how)(unquote(subject), value(stage, source), value(stage, target))


@verb(r"(?P<user>WORD) (?P<how>creates|deletes|subscribes|unsubscribes) mailbox (?P<mailbox>STRING|\S+)")
def change_mailbox(stage, _block, user, how, mailbox):
    command = {"creates": "create", "deletes": "delete", "subscribes": "subscribe",
               "unsubscribes": "unsubscribe"}[how]
    options = ["-s"] if command in ("create", "delete") else []
    stage.user(user).doveadm(f"mailbox {command}", *options, value(stage, mailbox))


@verb(r"(?P<user>WORD) renames mailbox (?P<old>STRING|\S+) to (?P<new>STRING|\S+)")
def rename_mailbox(stage, _block, user, old, new):
    stage.user(user).doveadm("mailbox rename", "-s", value(stage, old), value(stage, new))


@verb(r"(?P<user>WORD) (?P<how>breaks|mends) mailbox (?P<mailbox>\S+)")
def break_mailbox(stage, _block, user, how, mailbox):
    """Take away, or give back, the mail user's rights to a maildir."""
    home = os.path.join(stage.instance.dir, "home", stage.user(user).address)
    os.chmod(os.path.join(home, "Maildir", "" if mailbox == "INBOX" else "." + mailbox.replace("/", ".")),
             0 if how == "breaks" else 0o700)


@verb(r"(?P<user>WORD) expects (?P<number>\d+|no) messages? in (?P<mailbox>STRING|\S+)(?: matching (?P<search>.+))?")
def expects_messages(stage, _block, user, number, mailbox, search):
    """Wait until the mailbox holds that many (of the search, in doveadm's words)."""
    words = re.findall(rf"{STRING}|\S+", search or "")
    terms = [unquote(word) if word.startswith('"') else word for word in words]
    owner, box, expected = stage.user(user), value(stage, mailbox), 0 if number == "no" else int(number)
    stage.eventually(lambda: f"{owner.count(box, *terms)} messages in {box} {search or ''}, expected {expected}",
                     lambda: owner.count(box, *terms) == expected)


@verb(r"(?P<user>WORD) expects (?P<subject>STRING) in (?P<mailbox>STRING|\S+) (?P<how>with|without) (?P<flag>\S+)")
def expects_flag(stage, _block, user, subject, mailbox, how, flag):
    def holds():
        rows = stage.user(user).fetch("flags", value(stage, mailbox), "subject", unquote(subject))
        check(len(rows) == 1, f"{len(rows)} messages {subject} in {mailbox}")
        return (flag in rows[0]["flags"].split()) == (how == "with")
    stage.eventually(f"{subject} is not {how} {flag}", holds)


@verb(r"(?P<user>WORD) expects mailbox (?P<mailbox>STRING|\S+)(?: (?P<how>absent|subscribed|unsubscribed))?")
def expects_mailbox(stage, _block, user, mailbox, how):
    names = stage.user(user).mailboxes(subscribed=(how or "").endswith("subscribed"))
    check((value(stage, mailbox) in names) == (how not in ("absent", "unsubscribed")), f"mailboxes: {names}")


@verb(r"(?P<user>WORD) sent (?P<number>\d+|no) messages?(?: from (?P<sender>\S+))?")
def sent(stage, _block, user, number, sender):
    """What the sink accepted with the user as sender, or with that other sender."""
    expected = 0 if number == "no" else int(number)
    found = stage.user(user).sent(sender)
    check(len(found) == expected, f"{len(found)} messages were submitted, expected {expected}")


@verb(r"(?P<user>WORD)'s message (?P<index>\d+) (?P<how>has|lacks) /(?P<pattern>.*)/")
def sent_has(stage, _block, user, index, how, pattern):
    """Looks into the index-th submitted message, CRLF as LF."""
    found = stage.user(user).sent()
    check(len(found) >= int(index), f"only {len(found)} messages were submitted")
    text = found[int(index) - 1][1].decode("utf-8", "replace").replace("\r\n", "\n")
    check(bool(re.search(pattern, text, re.M)) == (how == "has"), f"the message is\n{text[:2000]}")


@verb(r"(?P<user>WORD)'s message (?P<index>\d+) goes to (?P<recipients>.+)")
def sent_to(stage, _block, user, index, recipients):
    envelope = stage.user(user).sent()[int(index) - 1][0]
    check(sorted(envelope["to"]) == sorted(recipients.split()), f"the envelope is {envelope}")


# Server

@verb(r"server parked (?P<user>WORD) == (?P<number>\d+)")
def server_parked(stage, _block, user, number):
    stage.expect_parked(int(number), user)


@verb(r"server logged no errors")
def logged_no_errors(stage, _block):
    found = stage.complaints()
    check(not found, "the log says\n" + "\n".join(found))


@verb(r"server (?P<how>logged|did not log) (?P<pattern>STRING)")
def server_logged(stage, _block, how, pattern):
    pattern = expand_pattern(stage, unquote(pattern))
    if how == "logged":
        stage.expect_logged(pattern)
    else:
        found = re.search(pattern, stage.log())
        check(not found, f"the log says {found and found.group(0)!r}")


def expand_pattern(stage, pattern):
    known = bindings_of(stage)
    return re.sub(r"\{([A-Za-z][\w.]*)\}", lambda m: re.escape(str(known.get(m.group(1), m.group(0)))), pattern)


@verb(r"server may log (?P<pattern>STRING)")
def may_log(stage, _block, pattern):
    """Declares an Error line of the log as expected."""
    stage.allowed_errors.append(unquote(pattern))


@verb(r"server has (?P<number>\d+|no) workers?")
def has_workers(stage, _block, number):
    expected = 0 if number == "no" else int(number)
    stage.eventually(lambda: f"{len(stage.workers())} workers run, expected {expected}",
                     lambda: len(stage.workers()) == expected)


@verb(r"server (?:remembers|remember) its workers")
def remember_workers(stage, _block):
    stage.known_workers = set(stage.workers())


@verb(r"server started no worker")
def started_no_worker(stage, _block):
    new = set(stage.workers()) - stage.known_workers
    check(not new, f"{len(new)} new workers")


@verb(r"server kills (?P<what>the workers|the front)")
def kill(stage, _block, what):
    """SIGKILL, and wait for the end."""
    name = "directpush-worker" if what == "the workers" else "directpush"
    pids = stage.instance.pids_of(name)
    check(pids, f"no {name} runs")
    for pid in pids:
        started = start_time(pid)
        os.kill(pid, signal.SIGKILL)
        end_process(pid, started, PATIENCE_SECS)


@verb(r"server reloads")
def reload_server(stage, _block):
    stage.instance.doveadm("reload")


@verb(r"sink (?P<rule>(?:connect|mail|rcpt|data)\S* .+)")
def sink_rule(stage, _block, rule):
    """What the submission server answers from now on, e.g. sink data 451 4.3.0 Later."""
    with open(os.path.join(stage.instance.dir, "smtp", "control"), "w", encoding="utf-8") as control:
        control.write(rule + "\n")


@verb(r"sink accepts")
def sink_accepts(stage, _block):
    with open(os.path.join(stage.instance.dir, "smtp", "control"), "w", encoding="utf-8"):
        pass


@verb(r"relay (?P<name>WORD)(?: to (?P<what>plain|tls))?(?: forgets after (?P<secs>[\d.]+)s)?")
def make_relay(stage, _block, name, what, secs):
    """A TCP relay before the server; a device goes over it with: device phone of alice over NAME."""
    relay = Relay(stage.instance.address("http" if what == "plain" else "https"),
                  idle_secs=seconds(secs) if secs else None)
    stage.relays.append(relay)
    stage.bindings[f"relay {name}"] = relay


@verb(r"relay (?P<name>WORD) cuts after (?P<number>\d+) bytes to the (?P<side>server|phone)")
def relay_cuts(stage, _block, name, number, side):
    stage.bindings[f"relay {name}"].cut(TO_SERVER if side == "server" else TO_CLIENT, int(number))


# The rest

@verb(r"wait (?P<secs>[\d.]+)s")
def wait(_stage, _block, secs):
    """Let time pass: for what must happen, or not happen, by the clock."""
    threading.Event().wait(seconds(secs))


@verb(r"let \{(?P<name>[^}]+)\} = (?P<word>STRING|\S+)")
def let(stage, _block, name, word):
    stage.bindings[name] = value(stage, word)


@verb(r"expect (?P<left>STRING|\S+) (?P<how>==|!=|<|>) (?P<right>STRING|\S+)")
def expect(stage, _block, left, how, right):
    a, b = value(stage, left), value(stage, right)
    good = {"==": a == b, "!=": a != b, "<": a < b, ">": a > b}[how] if how in ("==", "!=") else \
        {"<": float(a) < float(b), ">": float(a) > float(b)}[how]
    check(good, f"{a!r} {how} {b!r} does not hold")


@verb(r"(?P<phone>WORD) starts over with (?P<where>\S+)")
def starts_over(stage, _block, phone, where):
    """The phone forgets the folder and begins with SyncKey 0."""
    device = get_phone(stage, phone)
    device.collections.pop(folder(stage, where, device), None)


@verb(r"(?P<phone>WORD) sends (?P<number>\d+) read marks for (?P<item>\S+) in (?P<where>\S+)")
def sends_many(stage, _block, phone, number, item, where):
    """One Sync with that many Changes of one item."""
    device = get_phone(stage, phone)
    change = E("Change", E("ServerId", value(stage, item)), E("ApplicationData", E("Read", 1, ns="Email")))
    device.latest = device.start("Sync", device.sync_tree(folder(stage, where, device), [change] * int(number)))


@verb(r"(?P<phone>WORD) estimates (?P<where>\S+) at (?P<number>\d+)")
def estimates(stage, _block, phone, where, number):
    """GetItemEstimate, as this version asks it."""
    device = get_phone(stage, phone)
    answer = device.estimate(folder(stage, where, device))
    check(answer.status == 200 and answer.value("Response/Status") == "1",
          f"GetItemEstimate: HTTP {answer.status}\n{show(answer)}")
    check(answer.value("Response/Collection/Estimate") == number, f"GetItemEstimate:\n{show(answer)}")


@verb(r"(?P<phone>WORD) knows parents before children")
def parents_first(stage, _block, phone):
    """Every folder but those at the top has a parent that the phone was told before it."""
    seen = {"0"}
    for folder_id, entry in get_phone(stage, phone).folders.items():
        check(entry["parent"] in seen, f"{entry['name']} comes before its parent {entry['parent']}")
        seen.add(folder_id)


def _state_dirs(stage, user):
    """The directories that hold sync state of a user: directpush/ below its home."""
    home = os.path.join(stage.instance.dir, "home", stage.user(user).address)
    return [os.path.join(parent, "directpush") for parent, names, _files in os.walk(home) if "directpush" in names]


@verb(r"(?P<user>WORD) loses all sync state")
def lose_state(stage, _block, user):
    """Delete what the server remembers of this user's devices."""
    found = _state_dirs(stage, user)
    check(found, "there is no sync state to lose")
    for directory in found:
        shutil.rmtree(directory)


@verb(r"(?P<user>WORD) has no state of device (?P<device>\S+)")
def no_state(stage, _block, user, device):
    for directory in _state_dirs(stage, user):
        check(not any(device in name.lower() for name in os.listdir(directory)), f"{directory}: {os.listdir(directory)}")


@verb(r"(?P<phone>WORD) borrows the policy key of (?P<owner>WORD)")
def borrow_key(stage, _block, phone, owner):
    get_phone(stage, phone).policy_key = get_phone(stage, owner).policy_key


@verb(r"(?P<phone>WORD) sends plain bytes to the TLS listener")
def plain_to_tls(stage, _block, phone):
    """HTTP without TLS where TLS is expected: the server ends it, perhaps with an alert."""
    device = get_phone(stage, phone)
    connection = wire.Connection(device.host, device.ports[True], tls=False)
    connection.send(b"OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try:
        while True:
            connection._fill(time.monotonic() + 15)
    except wire.Closed:
        pass


@verb(r"(?P<user>WORD) has nothing named (?P<name>\S+)")
def nothing_named(stage, _block, user, name):
    """No file or directory of that name anywhere in the instance."""
    stage.user(user)
    for parent, names, files in os.walk(stage.instance.dir):
        check(name not in names + files, f"{parent} holds {name}")


@verb(r"(?P<phone>WORD) sends (?P<number>\d+) moves of (?P<item>\S+) from (?P<source>\S+) to (?P<target>\S+)")
def sends_moves(stage, _block, phone, number, item, source, target):
    """One MoveItems with that many moves of one item."""
    device = get_phone(stage, phone)
    move = E("Move", E("SrcMsgId", value(stage, item)), E("SrcFldId", folder(stage, source, device)),
             E("DstFldId", folder(stage, target, device)))
    device.latest = device.start("MoveItems", tree("Move", "MoveItems", *[move] * int(number)))


@verb(r"(?P<user>WORD) (?P<how>can|cannot) write sync state")
def state_writable(stage, _block, user, how):
    """Give the state directories to somebody else, or back: as good as a full disk for a test."""
    found = _state_dirs(stage, user)
    check(found, "there is no sync state")
    owner = MAIL_UID if how == "can" else 0
    for directory in found:
        for parent, names, files in os.walk(directory):
            for path in [parent] + [os.path.join(parent, name) for name in names + files]:
                os.chown(path, owner, owner)
                os.chmod(path, (0o700 if how == "can" else 0o555) if os.path.isdir(path) else 0o644)


@verb(r"garbage is written into the notification fifo")
def fifo_garbage(stage, _block):
    """Lines that are no notifications, half lines, and a flood of them."""
    fifo = os.open(os.path.join(stage.instance.dir, "run", "directpush-notify"), os.O_WRONLY)
    try:
        for piece in (b"\x00\x01\x02\xff\n", b"\n\n\n", b"\t\t\t\t\t\n", b"x" * 4096, b"\nuser1@example.com\t\n",
                      b"user1@example.com\tnot-a-guid\tnew\t1\t2\t3\n", b"half a line without an end"):
            os.write(fifo, piece)
        for _ in range(200):
            os.write(fifo, b"noise\tnoise\tnoise\n" * 50)
    finally:
        os.close(fifo)
