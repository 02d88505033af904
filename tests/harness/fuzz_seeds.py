# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests as seeds of the fuzzer of whole requests (src/directpush-worker/fuzz-eas-request.c).

What a phone has learned from answers (keys, ids) is replaced by the words of fuzz-eas-known.h, so that the fuzzer's
own phone can ask the same.
"""

import hashlib
import os
import re

from . import query, replay
from .phone import CALENDAR, CONTACTS, DRAFTS, INBOX, NOTES, SENT, TASKS, TRASH
from .wbxml import Node, WbxmlError, decode, encode

# their places are the N of the words; whatever else there is, is the folder created last
FOLDERS = (INBOX, DRAFTS, SENT, TRASH, CALENDAR, CONTACTS, TASKS, NOTES)
MAX_BYTES = 4096
SEPARATOR = b"\n====\n"
# what stands in them is known from an answer
WORDS = {"LongId": "{l}", "FileReference": "{r}", "PolicyKey": "{p}"}


class Words:
    """types: folder id -> type."""

    def __init__(self, types):
        self.types = types

    def number(self, folder_id):
        kind = self.types.get(folder_id, INBOX)
        return FOLDERS.index(kind) if kind in FOLDERS else len(FOLDERS)

    def text(self, text, name, folder_id):
        if name in WORDS:
            return WORDS[name]
        if name == "SyncKey" and text != "0":
            return "{h}" if folder_id is None else f"{{k{self.number(folder_id)}}}"
        if text in self.types:
            return f"{{f{self.number(text)}}}"
        item = re.fullmatch(r"(\w+):\S+", text)
        if item and item.group(1) in self.types:
            return f"{{i{self.number(item.group(1))}}}"
        if name in ("ServerId", "ItemId", "RequestId", "SrcMsgId") and folder_id is not None:
            return f"{{i{self.number(folder_id)}}}"
        return text

    def node(self, node, folder_id=None):
        """A copy with words."""
        folder_id = node.value("CollectionId") or folder_id
        copy = Node(node.ns, node.name)
        copy.content = node.content
        if isinstance(node.content, str):
            copy.content = self.text(node.content, node.name, folder_id)
        elif node.name == "ConversationId":
            copy.content = b"{c}"
        copy.children = [self.node(child, folder_id) for child in node.children]
        return copy


def seed(types, command, raw, version, params=None):
    """One request as the fuzzer reads it; None if it is too large, or would be cut in two."""
    words = Words(types)
    try:
        raw = encode(words.node(decode(raw)))
    except WbxmlError:
        pass           # a mail, or what is wrong on purpose
    params = {key: words.text(str(value), key, None) for key, value in (params or {}).items()}
    target = query.plain(command, "alice", "Phone1", "Toy", params).partition("?")[2]
    for escaped, plain in (("%7B", "{"), ("%7D", "}")):
        target = target.replace(escaped, plain)
    whole = f"{target}\n{version}\n".encode() + raw
    return whole if len(whole) <= MAX_BYTES and SEPARATOR not in whole else None


def save(directory, command, content):
    """Under a name of its content."""
    if content is None:
        return
    os.makedirs(directory, exist_ok=True)
    name = f"{command}-{hashlib.sha256(content).hexdigest()[:12]}"
    with open(os.path.join(directory, name), "wb") as out:
        out.write(content)


def save_recordings(directory):
    """What phones were recorded to ask of Exchange, where the recordings are there; returns how many were saved."""
    count = 0
    for exchanges in replay.recordings():
        types = replay.folder_types(exchanges)
        for exchange in exchanges:
            if exchange.command is None or exchange.command not in query.COMMAND_CODES:
                continue
            raw = encode(exchange.request) if exchange.request is not None else b""
            save(directory, exchange.command, seed(types, exchange.command, raw, exchange.version))
            count += 1
    return count
