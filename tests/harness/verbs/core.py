# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the verbs of .eas scenarios are found and run, and what they share.

A verb is found by its regular expression, which must match the whole statement. Its named groups become
the arguments, after stage and the statement's block.
"""

import base64
import re
import struct

from ..notation import Line, NotationError, dump, expand, parse, unquote
from ..stage import check

ANSWER_SECS = 30
SHOWN_TEXT = 300

VERBS = []
TEXT = object()

STRING = r'"(?:[^"\\]|\\.)*"'


def verb(pattern, block=None):
    """Register a verb. block: the element whose children stand in its block (None: a whole document),
    or TEXT where the block is no elements."""
    def register(function):
        compiled = re.compile(pattern.replace("STRING", STRING).replace("WORD", r"[\w.-]+"))
        VERBS.append((compiled, function, block))
        return function
    return register


def run_statement(stage, text, block):
    for pattern, function, _block in VERBS:
        found = pattern.fullmatch(text)
        if found:
            function(stage, block, **found.groupdict())
            return
    raise NotationError(f"no verb matches: {text}")


ANSWER_LINES = ("header", "body")
BODY_LINES = ("raw", "text", "file", "zeros")


def check_statement(text, block):
    """NotationError when no verb matches or the block cannot be parsed."""
    found = next((root for pattern, _function, root in VERBS if pattern.fullmatch(text)), False)
    if found is False:
        raise NotationError(f"no verb matches: {text}")
    block = [line for line in block if line.text.split(" ")[0] not in ANSWER_LINES
             and not line.text.startswith("absent header ")]
    if not block or found is TEXT or block[0].text.split(" ")[0] in BODY_LINES:
        return
    parse([Line(block[0].number, -1, found)] + block if found else block)


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
    found["zone.berlin"] = zone_blob(-60, (10, 5, 3), (3, 5, 2))
    found["zone.utc"] = zone_blob(0)
    found["filler5k"] = "x" * 5 * 1024
    found["filler40k"] = "x" * 40 * 1024
    return found


def zone_blob(bias, standard=None, daylight=None):
    """A time zone as phones send it, MS-ASDTYPE "TimeZone" (2.7.6): bias in minutes, and of each change
    month, week (5: the last) and hour of its Sunday."""
    def date(change):
        return struct.pack("<8H", 0, change[0], 0, change[1], change[2], 0, 0, 0) if change else bytes(16)

    return base64.b64encode(struct.pack("<i", bias) + bytes(64) + date(standard) + struct.pack("<i", 0) + bytes(64)
                            + date(daylight) + struct.pack("<i", -60 if daylight else 0)).decode()


def get_phone(stage, name):
    if name not in stage.phones:
        raise NotationError(f"there is no device {name}")
    return stage.phones[name]


def seconds(text):
    return float(text)


def pending_of(device, name):
    found = getattr(device, "requests", {}).get(name) if name else getattr(device, "latest", None)
    if found is None:
        raise NotationError(f"no request {name or ''} was sent")
    return found


def show(answer):
    """An answer for a person."""
    if answer.tree is not None:
        return dump(answer.tree, SHOWN_TEXT)
    return repr(answer.body[:SHOWN_TEXT]) if answer.body else "an empty body"


def check_sync(answer):
    """Failure unless the Sync as a whole and its collection went well."""
    check(answer.status == 200, f"Sync: HTTP {answer.status}")
    status = answer.value("Collections/Collection/Status", "1")
    check(status == "1" and answer.value("Status", "1") == "1", f"Sync: Status {status}\n{show(answer)}")


def expand_pattern(stage, pattern):
    known = bindings_of(stage)
    return re.sub(r"\{([A-Za-z][\w.]*)\}", lambda m: re.escape(str(known.get(m.group(1), m.group(0)))), pattern)
