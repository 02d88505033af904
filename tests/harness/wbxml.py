# SPDX-License-Identifier: LGPL-2.1-or-later
"""WBXML as Exchange ActiveSync uses it: bytes <-> a tree of Node.

This codec is the tests' own. It shares nothing with the C code: its tokens come from
tests/fixtures/spec/aswbxml-tokens.csv, a transcription of MS-ASWBXML, so that a wrong row in one
of the two tables shows instead of cancelling itself out.

decode() is strict: it accepts only what MS-ASWBXML 2.1.2 lets a server send. What a client could
get wrong is built by hand, with raw bytes.
"""

import csv
import os

HEADER = b"\x03\x01\x6a\x00"  # WBXML 1.3, public id "unknown", UTF-8, no string table

SWITCH_PAGE = 0x00
END = 0x01
STR_I = 0x03
OPAQUE = 0xC3
HAS_CONTENT = 0x40
HAS_ATTRIBUTES = 0x80

MAX_DEPTH = 64

TOKENS_CSV = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                          "fixtures", "spec", "aswbxml-tokens.csv")


class WbxmlError(Exception):
    """The bytes are not the WBXML a server may send."""


class Node:
    """One element.

    content is None (no content), str (inline string) or bytes (opaque data). An element has
    children or content, never both: no ActiveSync element has mixed content.
    """

    __slots__ = ("ns", "name", "children", "content")

    def __init__(self, ns, name, content=None, children=()):
        self.ns = ns
        self.name = name
        self.content = content
        self.children = list(children)

    def __repr__(self):
        return f"<{self.ns}:{self.name} {self.content!r} {len(self.children)} children>"

    def __eq__(self, other):
        return (isinstance(other, Node) and self.ns == other.ns and self.name == other.name
                and self.content == other.content and self.children == other.children)

    __hash__ = None

    @property
    def text(self):
        """The content as str; "" when there is none."""
        if self.content is None:
            return ""
        if isinstance(self.content, bytes):
            return self.content.decode("utf-8", "surrogateescape")
        return self.content

    @property
    def data(self):
        """The content as bytes; b"" when there is none."""
        if self.content is None:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        return self.content.encode("utf-8", "surrogateescape")

    def all(self, path):
        """Every descendant reached by path, e.g. "Collections/Collection"."""
        found = [self]
        for step in path.split("/"):
            found = [child for node in found for child in node.children if child.name == step]
        return found

    def find(self, path):
        """The first of all(path), or None."""
        found = self.all(path)
        return found[0] if found else None

    def value(self, path, default=None):
        """The text of find(path), or default."""
        found = self.find(path)
        return default if found is None else found.text

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


class Tokens:
    """The code pages, both ways."""

    def __init__(self, path=TOKENS_CSV):
        self.by_number = {}   # (page, token) -> (namespace, tag)
        self.by_name = {}     # (namespace, tag) -> (page, token)
        self.versions = {}    # (namespace, tag) -> set of versions, empty set = all
        self.page_of = {}     # namespace -> page
        self.root_ns = {}     # tag -> namespace of the lowest page that has it
        with open(path, newline="", encoding="ascii") as table:
            for row in csv.DictReader(table):
                page, token = int(row["page"]), int(row["token"], 16)
                ns, tag = row["namespace"], row["tag"]
                self.by_number[page, token] = (ns, tag)
                self.by_name[ns, tag] = (page, token)
                versions = row["versions"].split()
                self.versions[ns, tag] = set() if versions == ["all"] else set(versions)
                self.page_of[ns] = page
                self.root_ns.setdefault(tag, ns)


TOKENS = Tokens()


def decode(data):
    """The root Node of a document; raises WbxmlError."""
    if data[:4] != HEADER:
        raise WbxmlError(f"header is {data[:4].hex(' ')}, expected {HEADER.hex(' ')}")
    pos, page, end = 4, 0, len(data)
    root, stack = None, []
    while pos < end:
        byte = data[pos]
        pos += 1
        if byte == SWITCH_PAGE:
            if pos >= end:
                raise WbxmlError("ends inside SWITCH_PAGE")
            page = data[pos]
            pos += 1
        elif byte == END:
            if not stack:
                raise WbxmlError(f"END without an open element at {pos - 1}")
            stack.pop()
            if not stack:
                break
        elif byte == STR_I:
            stop = data.find(b"\0", pos)
            if stop < 0:
                raise WbxmlError(f"unterminated string at {pos}")
            _add_content(stack, data[pos:stop].decode("utf-8", "surrogateescape"), pos)
            pos = stop + 1
        elif byte == OPAQUE:
            length, pos = _read_mb_u32(data, pos)
            if pos + length > end:
                raise WbxmlError(f"opaque data of {length} bytes at {pos} runs past the end")
            _add_content(stack, bytes(data[pos:pos + length]), pos)
            pos += length
        else:
            if byte & HAS_ATTRIBUTES:
                raise WbxmlError(f"token 0x{byte:02x} at {pos - 1} is not allowed")
            key = (page, byte & 0x3F)
            if key not in TOKENS.by_number:
                raise WbxmlError(f"unknown tag 0x{key[1]:02x} of page {page} at {pos - 1}")
            node = Node(*TOKENS.by_number[key])
            if stack:
                if stack[-1].content is not None:
                    raise WbxmlError(f"{stack[-1].name} has both content and children")
                stack[-1].children.append(node)
            elif root is None:
                root = node
            else:
                raise WbxmlError("more than one root element")
            if byte & HAS_CONTENT:
                if len(stack) >= MAX_DEPTH:
                    raise WbxmlError("nested too deep")
                stack.append(node)
            elif not stack:
                break
    if stack:
        raise WbxmlError(f"ends inside {stack[-1].name}")
    if root is None:
        raise WbxmlError("no element")
    if pos != end:
        raise WbxmlError(f"{end - pos} bytes after the root element")
    return root


def _add_content(stack, piece, pos):
    if not stack:
        raise WbxmlError(f"text outside of any element at {pos}")
    node = stack[-1]
    if node.children:
        raise WbxmlError(f"{node.name} has both children and content")
    if node.content is None:
        node.content = piece
    elif isinstance(node.content, type(piece)):
        node.content += piece
    else:
        raise WbxmlError(f"{node.name} mixes inline and opaque content")


def _read_mb_u32(data, pos):
    value = 0
    for count in range(5):
        if pos >= len(data):
            raise WbxmlError("ends inside a length")
        byte = data[pos]
        pos += 1
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, pos
    raise WbxmlError("a length of more than 5 bytes")


def mb_u32(value):
    """A WBXML multi-byte integer."""
    out = bytes([value & 0x7F])
    value >>= 7
    while value:
        out = bytes([value & 0x7F | 0x80]) + out
        value >>= 7
    return out


def encode(root):
    """The bytes of a document."""
    out = bytearray(HEADER)
    page = 0

    def put(node):
        nonlocal page
        try:
            tag_page, token = TOKENS.by_name[node.ns, node.name]
        except KeyError:
            raise WbxmlError(f"no token for {node.ns}:{node.name}") from None
        if tag_page != page:
            out.extend((SWITCH_PAGE, tag_page))
            page = tag_page
        if node.content is None and not node.children:
            out.append(token)
            return
        out.append(token | HAS_CONTENT)
        if isinstance(node.content, bytes):
            out.append(OPAQUE)
            out.extend(mb_u32(len(node.content)))
            out.extend(node.content)
        elif node.content is not None:
            out.append(STR_I)
            out.extend(node.content.encode("utf-8", "surrogateescape"))
            out.append(0)
        for child in node.children:
            put(child)
        out.append(END)

    put(root)
    return bytes(out)
