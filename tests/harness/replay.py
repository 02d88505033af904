# SPDX-License-Identifier: LGPL-2.1-or-later
"""What phones and Exchange were recorded to say, to be said again to this server.

The recordings are read from ../shared/samples/phones and not part of the project. A request is made one of the
phone's own: its keys and ids take the place of the recorded ones, by the type of the folder they belong to. What is
compared is the shape of the answers: which elements stand where, and each Status. How many items there are, and what
is in them, is the mailbox's.
"""

import glob
import gzip
import os
import re

from .wbxml import Node, WbxmlError, decode

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RECORDINGS = os.path.join(TOP, "..", "shared", "samples", "phones")

INBOX_TYPE = 2
# below these an answer has what the mailbox has
OF_THE_MAILBOX = {"Commands", "Changes", "Responses", "MoreAvailable", "ApplicationData", "Properties", "Folders",
                  "Get"}


class Exchange:
    """One recorded request and its answer. tree None: an empty body."""

    def __init__(self, path):
        self.name = os.path.relpath(path, RECORDINGS)
        with open(path + "-req.hdr", encoding="latin-1") as head:
            self.request_head = head.read()
        with open(path + "-res.hdr", encoding="latin-1") as head:
            self.answer_head = head.read()
        self.command = self._find(self.request_head, r"[?&]Cmd=(\w+)")
        self.device_id = self._find(self.request_head, r"DeviceId=(\w+)")
        self.version = self._find(self.request_head, r"MS-ASProtocolVersion: ([\d.]+)")
        self.status = int(self._find(self.answer_head, r"HTTP/1\.[01] (\d+)") or 0)
        self.request = self._tree(path + "-req.wbxml")
        self.answer = self._tree(path + "-res.wbxml")

    @staticmethod
    def _find(text, pattern):
        found = re.search(pattern, text)
        return found.group(1) if found else None

    @staticmethod
    def _tree(path):
        try:
            with open(path, "rb") as source:
                data = source.read()
        except FileNotFoundError:
            return None
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        try:
            return decode(data) if data else None
        except WbxmlError:
            # Exchange itself bends the rules now and then; test-eas-samples reads those
            return None


def recordings():
    """Lists of exchanges, one for each recording, in their order."""
    found = []
    for folder in sorted(glob.glob(os.path.join(RECORDINGS, "*", ""))):
        paths = sorted(path[:-len("-req.hdr")] for path in glob.glob(os.path.join(folder, "*-req.hdr")))
        exchanges = [Exchange(path) for path in paths if os.path.exists(path + "-res.hdr")]
        if exchanges:
            found.append(exchanges)
    return found


def folder_types(exchanges):
    """Recorded folder id -> type, as far as the recording says."""
    types = {}
    for exchange in exchanges:
        if exchange.answer is None or exchange.command != "FolderSync":
            continue
        for added in exchange.answer.all("Changes/Add"):
            types[added.value("ServerId")] = int(added.value("Type"))
    return types


class Translator:
    """Makes recorded requests this phone's own."""

    def __init__(self, phone, types):
        self.phone = phone
        self.types = types

    def folder(self, recorded):
        """None: the phone has no such folder. What is of no known type is taken for the Inbox."""
        kind = self.types.get(recorded, INBOX_TYPE)
        for folder_id, folder in self.phone.folders.items():
            if folder["type"] == kind:
                return folder_id
        return None

    def item(self, folder_id, recorded):
        held = list(self.phone.collection(folder_id).items)
        return held[0] if held else f"{folder_id}:{recorded.rsplit(':', 1)[-1]}"

    def translate(self, node, folder_id=None):
        """A copy of the request, or None if it is about what the phone does not have."""
        if node.name == "Collection":
            folder_id = self.folder(node.value("CollectionId"))
            if folder_id is None:
                return None
        content = node.content
        if node.name in ("CollectionId", "Id", "FolderId", "SrcFldId", "DstFldId"):
            content = folder_id or self.folder(node.text)
            if content is None:
                return None
        elif node.name == "ServerId" and folder_id is not None:
            content = self.item(folder_id, node.text)
        elif node.name == "SyncKey" and node.text != "0":
            content = self.phone.folder_key if folder_id is None else self.phone.collection(folder_id).key
        children = [self.translate(child, folder_id) for child in node.children]
        if None in children:
            return None
        copy = Node(node.ns, node.name)
        copy.content, copy.children = content, children
        return copy


def shape(node, path=""):
    """The paths of a document's elements, with the value of each Status."""
    path = f"{path}/{node.name}"
    found = {path + ("=" + node.text if node.name == "Status" else "")}
    if node.name not in OF_THE_MAILBOX:
        for child in node.children:
            if child.name not in OF_THE_MAILBOX:
                found |= shape(child, path)
    return found
