# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elements as text (tests/README.md): dump trees, build trees from text, match trees against text.

A block of lines is parsed once into Pattern nodes. build() makes a request of it; match() compares an
answer with it. What only makes sense in one of the two directions is refused in the other.
"""

import re

from .wbxml import Node, TOKENS

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNESCAPES = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w .-]*)\}|(\*)")


class NotationError(Exception):
    """The text is not in the notation; the message names the line."""


class Line:
    """A line of a block: where it stands, how deep, and what it says."""

    __slots__ = ("number", "indent", "text")

    def __init__(self, number, indent, text):
        self.number = number
        self.indent = indent
        self.text = text


# Dump

def dump(node, shorten=None):
    """The tree as text, one element a line. shorten: cut values longer than this many characters."""
    out = []

    def put(node, parent_ns, depth):
        name = node.name
        home = TOKENS.root_ns.get(name) if parent_ns is None else parent_ns
        if node.ns != home:
            name = f"{node.ns}:{name}"
        out.append("  " * depth + name + _value_text(node.content, shorten))
        for child in node.children:
            put(child, node.ns, depth + 1)

    put(node, None, 0)
    return "\n".join(out) + "\n"


def _value_text(content, shorten):
    if content is None:
        return ""
    if isinstance(content, bytes):
        if shorten is not None and len(content) > 64:
            return f" hex:{content[:32].hex()}...{len(content)}"
        return " hex:" + content.hex()
    if shorten is not None and len(content) > shorten:
        return f" {quote(content[:shorten])}...{len(content)}"
    return " " + quote(content)


def quote(text):
    out = []
    for char in text:
        code = ord(char)
        if char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif code < 0x20 or code == 0x7F:
            out.append(f"\\x{code:02x}")
        elif 0xDC80 <= code <= 0xDCFF:     # surrogateescape: a byte that is not UTF-8
            out.append(f"\\x{code - 0xDC00:02x}")
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def unquote(text, where=""):
    """The value of a quoted string that is the whole of text."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        raise NotationError(f"{where}not a quoted string: {text}")
    out, pos, inner = [], 0, text[1:-1]
    while pos < len(inner):
        char = inner[pos]
        pos += 1
        if char == '"':
            raise NotationError(f'{where}" inside a string needs a backslash: {text}')
        if char != "\\":
            out.append(char)
            continue
        escape = inner[pos:pos + 1]
        if escape in _UNESCAPES and escape:
            out.append(_UNESCAPES[escape])
            pos += 1
        elif escape == "x" and re.fullmatch("[0-9a-f]{2}", inner[pos + 1:pos + 3]):
            code = int(inner[pos + 1:pos + 3], 16)
            out.append(chr(code) if code < 0x80 else chr(0xDC00 + code))
            pos += 3
        else:
            raise NotationError(f"{where}unknown escape in {text}")
    return "".join(out)


# Patterns

class Value:
    """What stands after a name. kind: text, bytes, any, regex, word (with {name} and *), file."""

    __slots__ = ("kind", "value")

    def __init__(self, kind, value=None):
        self.kind = kind
        self.value = value


class Pattern:
    """One element of a block, for building or matching."""

    def __init__(self, ns, name, value, line):
        self.ns = ns
        self.name = name
        self.value = value
        self.line = line
        self.children = []
        self.open = False        # "..." : other children allowed, order free
        self.in_order = False    # "... in order": other children allowed, listed ones in order
        self.absent = []         # (ns, name)
        self.counts = []         # (ns, name, number)


def parse(lines, root_ns=None):
    """lines: list of Line with indentation relative to the block. Returns the one root Pattern."""
    roots, stack = [], []
    for line in lines:
        where = f"line {line.number}: "
        while stack and stack[-1][0] >= line.indent:
            stack.pop()
        parent = stack[-1][1] if stack else None
        word, _, rest = line.text.partition(" ")
        rest = rest.strip()
        if parent is not None and _directive(parent, word, rest, where):
            continue
        ns, name = _resolve(word, parent.ns if parent else root_ns, parent is None, where)
        pattern = Pattern(ns, name, _parse_value(rest, where), line)
        (parent.children if parent else roots).append(pattern)
        stack.append((line.indent, pattern))
    if len(roots) != 1:
        raise NotationError(f"line {lines[0].number if lines else '?'}: a block holds exactly one root element, "
                            f"not {len(roots)}")
    return roots[0]


def _directive(parent, word, rest, where):
    if word == "...":
        if rest not in ("", "in order"):
            raise NotationError(f'{where}only "..." or "... in order"')
        parent.open, parent.in_order = True, rest == "in order"
    elif word == "absent":
        parent.absent.append(_resolve(rest, parent.ns, False, where))
    elif word == "count":
        name, _, number = rest.partition(" ")
        parent.counts.append((*_resolve(name, parent.ns, False, where), int(number)))
    else:
        return False
    return True


def _resolve(word, ns, is_root, where):
    if ":" in word:
        ns, _, name = word.partition(":")
    else:
        name = word
        if is_root and ns is None:
            ns = TOKENS.root_ns.get(name)
    if (ns, name) not in TOKENS.by_name:
        raise NotationError(f"{where}there is no element {ns}:{name}")
    return ns, name


def _parse_value(text, where):
    if text == "":
        return None
    if text == "*":
        return Value("any")
    if text[0] == '"':
        return Value("text", unquote(text, where))
    if text.startswith("hex:"):
        return Value("bytes", bytes.fromhex(text[4:]))
    if text.startswith("opaque "):
        return Value("bytes", unquote(text[7:].strip(), where).encode("utf-8", "surrogateescape"))
    if text.startswith("file:"):
        return Value("file", text[5:])
    if text.startswith("zeros:"):
        return Value("bytes", bytes(int(text[6:])))
    if len(text) > 1 and text[0] == "/" and text[-1] == "/":
        return Value("regex", re.compile(text[1:-1], re.S))
    if " " in text:
        raise NotationError(f"{where}quote values that contain spaces: {text}")
    return Value("word", text)


def expand(word, bindings, where=""):
    """A bare word with its {name}s replaced."""
    def replace(match):
        if match.group(2):
            raise NotationError(f"{where}* cannot be sent")
        if match.group(1) not in bindings:
            raise NotationError(f"{where}{{{match.group(1)}}} is not bound yet")
        return str(bindings[match.group(1)])

    return _PLACEHOLDER.sub(replace, word)


def fill(text, bindings):
    """A string with its {name}s replaced; everything else stands for itself."""
    return re.sub(r"\{([A-Za-z_][\w .-]*)\}", lambda found: str(bindings.get(found.group(1), found.group(0))), text)


# Build

def build(pattern, bindings, read_file):
    """The Node to send. read_file(name) gives the bytes of a fixture."""
    where = f"line {pattern.line.number}: "
    if pattern.open or pattern.absent or pattern.counts:
        raise NotationError(f"{where}..., absent and count are for answers only")
    node = Node(pattern.ns, pattern.name)
    value = pattern.value
    if value is not None:
        if value.kind in ("text", "bytes"):
            node.content = value.value
        elif value.kind == "word":
            node.content = expand(value.value, bindings, where)
        elif value.kind == "file":
            node.content = read_file(value.value)
        else:
            raise NotationError(f"{where}this value is for answers only")
    node.children = [build(child, bindings, read_file) for child in pattern.children]
    return node


# Match

class Mismatch(Exception):
    """The answer is not what the block says."""


class _Matcher:
    def __init__(self):
        self.best = (-1, "")

    def note(self, depth, message):
        if depth > self.best[0]:
            self.best = (depth, message)

    def node(self, pattern, node, bindings, depth):
        """Every way to match, as bindings."""
        if (pattern.ns, pattern.name) != (node.ns, node.name):
            self.note(depth, f"expected {pattern.ns}:{pattern.name} (line {pattern.line.number}), "
                             f"found {node.ns}:{node.name}")
            return
        if pattern.value is not None and pattern.value.kind == "any":
            yield bindings
            return
        for extended in self.value(pattern, node, bindings, depth):
            yield from self.children(pattern, node, extended, depth + 1)

    def value(self, pattern, node, bindings, depth):
        value, line = pattern.value, pattern.line.number
        actual = _value_text(node.content, 200).strip() or "nothing"
        if value is None:
            if node.content:
                self.note(depth, f"{pattern.name} (line {line}) should hold no text, holds {actual}")
                return
        elif node.children:
            self.note(depth, f"{pattern.name} (line {line}) should hold text, holds elements")
            return
        elif value.kind == "text":
            if node.text != value.value:
                self.note(depth + 1, f"{pattern.name} (line {line}) is {actual}, expected {quote(value.value)}")
                return
        elif value.kind == "bytes":
            if node.data != value.value:
                self.note(depth + 1, f"{pattern.name} (line {line}) is {actual}, expected hex:{value.value.hex()}")
                return
        elif value.kind == "regex":
            if not value.value.search(node.text):
                self.note(depth + 1, f"{pattern.name} (line {line}) is {actual}, expected /{value.value.pattern}/")
                return
        elif value.kind == "word":
            extended = match_word(value.value, node.text, bindings)
            if extended is None:
                self.note(depth + 1, f"{pattern.name} (line {line}) is {actual}, expected "
                                     f"{_show_word(value.value, bindings)}")
                return
            bindings = extended
        else:
            raise NotationError(f"line {line}: this value is for requests only")
        yield bindings

    def children(self, pattern, node, bindings, depth):
        for ns, name in pattern.absent:
            if any((c.ns, c.name) == (ns, name) for c in node.children):
                self.note(depth, f"{name} should be absent in {node.name} (line {pattern.line.number})")
                return
        for ns, name, number in pattern.counts:
            found = sum(1 for c in node.children if (c.ns, c.name) == (ns, name))
            if found != number:
                self.note(depth, f"{node.name} (line {pattern.line.number}) has {found} {name}, expected {number}")
                return
        if pattern.counts and not pattern.children and not pattern.open:
            counted = {(ns, name) for ns, name, _number in pattern.counts}
            if any((c.ns, c.name) not in counted for c in node.children):
                self.note(depth, f"{node.name} (line {pattern.line.number}) has other children than the counted ones")
                return
            yield bindings
        elif pattern.open and not pattern.in_order:
            yield from self.unordered(pattern.children, list(node.children), bindings, depth, node.name)
        else:
            yield from self.ordered(pattern.children, node.children, bindings, depth, node.name, pattern.in_order)

    def ordered(self, patterns, nodes, bindings, depth, owner, gaps):
        if not patterns:
            if nodes and not gaps:
                self.note(depth, f"{owner} has an unexpected {nodes[0].ns}:{nodes[0].name}")
                return
            yield bindings
            return
        if not nodes:
            self.note(depth, f"{owner} lacks {patterns[0].name} (line {patterns[0].line.number})")
            return
        for skip in range(len(nodes) if gaps else 1):
            for extended in self.node(patterns[0], nodes[skip], bindings, depth):
                yield from self.ordered(patterns[1:], nodes[skip + 1:], extended, depth, owner, gaps)

    def unordered(self, patterns, nodes, bindings, depth, owner):
        if not patterns:
            yield bindings
            return
        first = patterns[0]
        if not any((n.ns, n.name) == (first.ns, first.name) for n in nodes):
            self.note(depth, f"{owner} lacks {first.name} (line {first.line.number})")
            return
        for index, node in enumerate(nodes):
            if (node.ns, node.name) == (first.ns, first.name):
                for extended in self.node(first, node, bindings, depth):
                    yield from self.unordered(patterns[1:], nodes[:index] + nodes[index + 1:], extended, depth, owner)


def match_word(word, text, bindings):
    """Bindings extended by matching text against a bare word, or None."""
    regex, names, last = [], [], 0
    for found in _PLACEHOLDER.finditer(word):
        regex.append(re.escape(word[last:found.start()]))
        last = found.end()
        name = found.group(1)
        if name is None:
            regex.append(".*")
        elif name in bindings:
            regex.append(re.escape(str(bindings[name])))
        elif name in names:
            regex.append(f"(?P=g{names.index(name)})")
        else:
            regex.append(f"(?P<g{len(names)}>.+)")
            names.append(name)
    regex.append(re.escape(word[last:]))
    found = re.fullmatch("".join(regex), text, re.S)
    if found is None:
        return None
    if not names:
        return bindings
    extended = dict(bindings)
    for index, name in enumerate(names):
        extended[name] = found.group(f"g{index}")
    return extended


def _show_word(word, bindings):
    def replace(match):
        name = match.group(1)
        return f"{{{name}}}={bindings[name]}" if name in bindings else match.group(0)

    return _PLACEHOLDER.sub(replace, word)


def match(pattern, node, bindings):
    """The extended bindings of the first way to match; Mismatch with the most telling reason when there is none."""
    matcher = _Matcher()
    for found in matcher.node(pattern, node, dict(bindings), 0):
        return found
    raise Mismatch(matcher.best[1])
