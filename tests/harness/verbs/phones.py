# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of a phone's own doings, in one line each, and of what it holds.
"""

import re

from ..notation import Line, Mismatch, build, dump, match, parse, unquote
from ..phone import E
from ..stage import Failure, check
from .core import (ANSWER_SECS, SHOWN_TEXT, bindings_of, check_sync, folder, get_phone, show, value,
                   verb)


def _elements(stage, device, root, block):
    """A block that holds the children of root, as Nodes."""
    if not block:
        return []
    pattern = parse([Line(block[0].number, -1, root)] + block)
    return build(pattern, bindings_of(stage, device), stage.fixture).children


@verb(r"(?P<phone>WORD) syncs (?P<where>\S+)(?: window (?P<window>\d+))?(?P<once> once)?(?: in (?P<number>\d+) answers)?", block="AirSync:Options")
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


def _command(stage, device, folder_id, command, giving, **kwargs):
    """A Sync with one command; its Status in Responses, where success may go unmentioned, is checked."""
    answer = device.sync(folder_id, [command], **kwargs)
    check_sync(answer)
    status = answer.value(f"Collections/Collection/Responses/{command.name}/Status", "1")
    check(status == (giving or "1"), f"{command.name}: Status {status}\n{show(answer)}")
    return answer


@verb(r"(?P<phone>WORD) changes (?P<item>\{\S+) in (?P<where>\S+)(?: giving (?P<giving>\d+))?", block="AirSync:ApplicationData")
def changes(stage, block, phone, item, where, giving):
    """A Sync with one Change; the block holds what stands in ApplicationData, and the phone has it so."""
    device = get_phone(stage, phone)
    data = E("ApplicationData", _elements(stage, device, "AirSync:ApplicationData", block))
    folder_id, item_id = folder(stage, where, device), value(stage, item)
    held = device.collection(folder_id).items.get(item_id)
    if held is not None and giving is None:
        device.merge(held, data)
    _command(stage, device, folder_id, E("Change", E("ServerId", item_id), data), giving)


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


@verb(r"(?P<phone>WORD) holds (?P<subject>STRING) in (?P<where>\S+)(?: as \{(?P<name>\w+)\})?", block="AirSync:ApplicationData")
def holds_subject(stage, block, phone, subject, where, name):
    """The phone holds exactly one item with that subject; its ServerId is bound, its content matched."""
    match_held(stage, block, get_phone(stage, phone), "Subject", subject, where, name)


def match_held(stage, block, device, field, text, where, name):
    """The phone holds exactly one item whose field (or ServerId) is text: bind its ServerId, match its content."""
    held = device.collection(folder(stage, where, device)).items
    wanted = value(stage, text, device)
    found = [(i, item) for i, item in held.items()
             if (i if field == "ServerId" else item.value(field)) == wanted]
    check(len(found) == 1, f"the phone holds {len(found)} items with {field} {text}: "
          + ", ".join(f"{i} {item.value('Subject') or item.value('FileAs')}" for i, item in held.items()))
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
