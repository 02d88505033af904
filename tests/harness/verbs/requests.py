# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of requests and answers, element by element and byte by byte.
"""

import re
import time

from .. import wire
from ..notation import Mismatch, NotationError, build, dump, fill, match, match_word, parse, unquote
from ..phone import Pending
from ..stage import Failure, check
from .core import ANSWER_SECS, SHOWN_TEXT, STRING, bindings_of, get_phone, pending_of, seconds, show, value, verb


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
    pending = pending_of(device, name)
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
    pending = pending_of(get_phone(stage, phone), name)
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
    pending = pending_of(get_phone(stage, phone), name)
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
    pending = pending_of(get_phone(stage, phone), name)
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
