# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads .eas files: statements at the left margin, each with an indented block below or none.

    # a comment; also after two spaces at the end of a line
    statement words "a string"
      its block
    [>=14.0] statement or block line that holds for some versions only
"""

import re

from .notation import Line, NotationError, unquote

VERSIONS = ("12.1", "14.0", "14.1", "16.0", "16.1")
ALL_RUNS = ("12.1", "14.1", "16.1")
DEFAULT_VERSION = "14.1"
_CONDITION = re.compile(r"\[(>=|<=|<|>|==)\s*(\d\d\.\d)\]\s*")
_COMPARE = {">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b, "<": lambda a, b: a < b,
            ">": lambda a, b: a > b, "==": lambda a, b: a == b}


class Statement:
    def __init__(self, number, text):
        self.number = number
        self.text = text
        self.block = []   # list of Line, indentation relative to the block


class Scenario:
    """title, spec (list), versions (tuple), needs (list), config (text or None), statements."""

    def __init__(self, path):
        self.path = path
        self.title = None
        self.spec = []
        self.versions = (DEFAULT_VERSION,)
        self.needs = []
        self.config = None
        self.statements = []


def load(path):
    scenario = Scenario(path)
    with open(path, encoding="utf-8") as source:
        statements = _statements(source.read().split("\n"))
    for statement in statements:
        word, _, rest = statement.text.partition(" ")
        rest = rest.strip()
        where = f"line {statement.number}: "
        if word == "scenario":
            scenario.title = unquote(rest, where)
        elif word == "spec":
            scenario.spec.append(rest)
        elif word == "versions":
            scenario.versions = ALL_RUNS if rest == "all" else tuple(rest.split())
            if not set(scenario.versions) <= set(VERSIONS):
                raise NotationError(f"{where}unknown version in: {rest}")
        elif word == "needs":
            scenario.needs.append(rest)
        elif word == "config":
            scenario.config = "\n".join("  " * line.indent + line.text for line in statement.block) + "\n"
        else:
            scenario.statements.append(statement)
    if scenario.title is None:
        raise NotationError('a scenario starts with: scenario "what it shows"')
    for need in scenario.needs:
        found = re.fullmatch(r"version (>=|<=|<|>|==) (\d\d\.\d)", need)
        if found:
            scenario.versions = tuple(v for v in scenario.versions
                                      if _COMPARE[found.group(1)](float(v), float(found.group(2))))
    return scenario


def _statements(lines):
    found, base = [], 0
    for number, raw in enumerate(lines, 1):
        text = strip_comment(raw).rstrip()
        if not text.strip():
            continue
        if "\t" in text:
            raise NotationError(f"line {number}: indent with spaces")
        indent = len(text) - len(text.lstrip())
        if indent == 0:
            found.append(Statement(number, text))
        elif not found:
            raise NotationError(f"line {number}: a block without a statement")
        else:
            block = found[-1].block
            base = indent if not block else base
            block.append(Line(number, indent - base, text.strip()))
    return found


def strip_comment(line):
    """The line without its comment: "#" at the start or after two spaces, outside of strings."""
    if line.lstrip().startswith("#"):
        return ""
    quoted = False
    for pos, char in enumerate(line):
        if char == '"' and (pos == 0 or line[pos - 1] != "\\"):
            quoted = not quoted
        if char == "#" and not quoted and line[pos - 2:pos] == "  ":
            return line[:pos]
    return line


def for_version(text, version):
    """The text without its [condition], or None when it does not hold for version."""
    found = _CONDITION.match(text)
    if not found:
        return text
    if _COMPARE[found.group(1)](float(version), float(found.group(2))):
        return text[found.end():]
    return None


def block_for_version(block, version):
    """The lines of a block that hold for version; what stands below a dropped line is dropped too."""
    kept, dropped_at = [], None
    for line in block:
        if dropped_at is not None and line.indent > dropped_at:
            continue
        dropped_at = None
        text = for_version(line.text, version)
        if text is None:
            dropped_at = line.indent
        else:
            kept.append(Line(line.number, line.indent, text))
    return kept
