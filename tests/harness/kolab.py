# SPDX-License-Identifier: LGPL-2.1-or-later
"""Groupware objects as other clients keep them in IMAP mailboxes, seen as content lines.

message() writes a Kolab 3 message or a raw iCalendar/vCard message from content lines (NAME;PARAM=x:VALUE),
lines() reads any such message, or an Apple note, back into content lines. This is a client of its
own: it shares no code with what is tested and knows only what the scenarios need.
"""

import email
import email.policy
import functools
import json
import os
import re
import subprocess
import urllib.parse
import uuid
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

# Debian's python3-kolabformat is for the system's Python
ORACLE_PYTHON = "/usr/bin/python3"
ORACLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kolab_oracle.py")
KINDS = ("event", "task", "contact", "note")
XCAL, XCARD, KOLAB = "urn:ietf:params:xml:ns:icalendar-2.0", "urn:ietf:params:xml:ns:vcard-4.0", "http://kolab.org"

# The order Kolab's schema wants
_ORDER = {
    "event": "uid created dtstamp sequence class categories dtstart dtend duration transp rrule rdate exdate recurrence-id "
             "summary description comment priority status location organizer url attendee attach",
    "task": "uid created dtstamp sequence class categories related-to dtstart due rrule rdate exdate recurrence-id summary "
            "description comment priority status percent-complete location organizer url attendee attach",
    "contact": "uid x-kolab-version prodid rev categories kind fn n note fburl title group url adr nickname related bday "
               "anniversary photo gender lang tel impp email geo key x-crypto member",
    "note": "uid prodid creation-date last-modification-date categories classification attachment summary description color",
}
_TYPES = {
    "date-time": "created dtstamp last-modified dtstart dtend due recurrence-id exdate rdate trigger",
    "integer": "sequence priority percent-complete",
    "cal-address": "attendee organizer",
    "duration": "duration",
    "recur": "rrule",
}
_TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in names.split()}
_CARD_PARTS = {"n": ("surname", "given", "additional", "prefix", "suffix"),
               "adr": ("pobox", "ext", "street", "locality", "region", "code", "country")}
_PARAM_TYPE = {"rsvp": "boolean", "pref": "integer"}
_EXPLANATION = ("This is a Kolab Groupware object. To view this object you will need an email client that "
                "understands the Kolab Groupware format.")


class Property:
    """One content line."""

    def __init__(self, line):
        head, _, self.value = _split_value(line)
        name, *params = re.findall(r'(?:[^;"]|"[^"]*")+', head)
        self.name = name.upper()
        self.params = [tuple(param.split("=", 1)) for param in params]

    def text(self):
        return self.value.replace("\\n", "\n")


def _split_value(line):
    quoted = False
    for pos, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            return line[:pos], ":", line[pos + 1:]
    raise ValueError(f"not a content line: {line}")


# Write

def message(kind, uid, content, owner, raw=False):
    """The bytes of a message that holds one object. content: content lines, without UID."""
    body = _raw(kind, uid, content) if raw else _xml(kind, uid, content)
    head = [f"From: {owner}", f"To: {owner}", "Date: Thu, 15 Jan 2026 08:00:00 +0000",
            f"Message-ID: <{uuid.uuid4()}@example.net>", "MIME-Version: 1.0"]
    if raw:
        media = "text/vcard" if kind == "contact" else \
            "text/calendar; component=" + {"event": "VEVENT", "task": "VTODO", "note": "VJOURNAL"}[kind]
        head += [f"Subject: {uid}", f"Content-Type: {media}; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", body]
        return _crlf(head)
    media = {"contact": "application/vcard+xml", "note": "application/vnd.kolab+xml"}.get(kind, "application/calendar+xml")
    head += [f"Subject: {uid}", f"X-Kolab-Type: application/x-vnd.kolab.{kind}", "X-Kolab-Mime-Version: 3.0",
             'Content-Type: multipart/mixed; boundary="=_kolab"', "",
             "--=_kolab", "Content-Type: text/plain; charset=utf-8", "", _EXPLANATION, "",
             "--=_kolab", f"Content-Type: {media}; charset=UTF-8; name=kolab.xml", "Content-Transfer-Encoding: 8bit",
             "Content-Disposition: attachment; filename=kolab.xml", "", body, "", "--=_kolab--", ""]
    return _crlf(head)


def _crlf(lines):
    return re.sub("\r?\n", "\r\n", "\n".join(lines)).encode()


def _raw(kind, uid, content):
    if kind == "contact":
        return "\n".join(["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", *content, "END:VCARD", ""])
    name = {"event": "VEVENT", "task": "VTODO", "note": "VJOURNAL"}[kind]
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//harness//EN", f"BEGIN:{name}", f"UID:{uid}",
                      "DTSTAMP:20260115T080000Z", *content, f"END:{name}", "END:VCALENDAR", ""])


def _xml(kind, uid, content):
    head = '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n'
    if kind == "note":
        given = [f"UID:{uid}", "PRODID:Harness", "CREATION-DATE:2026-01-10T12:00:00Z",
                 "LAST-MODIFICATION-DATE:2026-01-15T08:00:00Z", "CLASSIFICATION:PUBLIC", "COLOR:"]
        found = _in_order(kind, _with_defaults(content, given))
        return head + f'<note xmlns="{KOLAB}" version="3.0">' + "".join(
            _custom(p) if _is_custom(kind, p) else
            "".join(f"<{p.name.lower()}>{escape(piece)}</{p.name.lower()}>" for piece in _pieces(p))
            for p in found) + "</note>\n"
    if kind == "contact":
        given = [f"UID:urn:uuid:{uid}", "X-KOLAB-VERSION:3.1.0", "PRODID:Harness", "REV:20260115T080000Z", "KIND:individual"]
        found = _in_order(kind, _with_defaults(content, given))
        return head + f'<vcards xmlns="{XCARD}"><vcard>' + "".join(
            _custom(p) if _is_custom(kind, p) else _card(p) for p in found) + "</vcard></vcards>\n"
    component = {"event": "vevent", "task": "vtodo"}[kind]
    parts = [[]]
    for line in content:
        if line == "EXCEPTION":
            parts.append([])
        else:
            parts[-1].append(line)
    return (head + f'<icalendar xmlns="{XCAL}"><vcalendar><properties><prodid><text>Harness</text></prodid>'
            "<version><text>2.0</text></version><x-kolab-version><text>3.1.0</text></x-kolab-version></properties>"
            "<components>" + "".join(_component(kind, component, uid, part) for part in parts)
            + "</components></vcalendar></icalendar>\n")


def _with_defaults(content, given):
    """Properties of the content, and of the given lines what the content does not say."""
    found = [Property(line) for line in content]
    names = {p.name for p in found}
    return [p for p in map(Property, given) if p.name not in names] + found


def _in_order(kind, found):
    order = _ORDER[kind].split()

    def place(prop):
        name = "group" if prop.name == "ORG" else prop.name.lower()
        return order.index(name) if name in order else len(order)

    return sorted(found, key=place)


def _component(kind, name, uid, content):
    alarms, own = [], []
    for line in content:
        if line == "BEGIN:VALARM":
            alarms.append([])
        elif line == "END:VALARM":
            alarms[-1].append(None)
        elif alarms and None not in alarms[-1]:
            alarms[-1].append(line)
        else:
            own.append(line)
    given = [f"UID:{uid}", "CREATED:20260110T120000Z", "DTSTAMP:20260115T080000Z", "SEQUENCE:0", "CLASS:PUBLIC"]
    inner = "".join(_custom(p) if _is_custom(kind, p) else _calendar(p)
                    for p in _in_order(kind, _with_defaults(own, given)))
    below = "".join("<valarm><properties>" + "".join(_calendar(Property(line)) for line in alarm if line)
                    + "</properties></valarm>" for alarm in alarms)
    return (f"<{name}><properties>{inner}</properties>" + (f"<components>{below}</components>" if below else "")
            + f"</{name}>")


def _custom(prop):
    """What the schema has no element for: properties of other names with all that stands behind these."""
    value = prop.text()
    if not prop.name.startswith("X-") or prop.params:
        value = "".join(f";{key}={param}" for key, param in prop.params) + ":" + value
    return f"<x-custom><identifier>{prop.name}</identifier><value>{escape(value)}</value></x-custom>"


def _is_custom(kind, prop):
    name = "group" if prop.name == "ORG" else prop.name.lower()
    return name not in _ORDER[kind].split()


def _params(prop):
    if not prop.params:
        return ""
    out = []
    for key, value in prop.params:
        kind = _PARAM_TYPE.get(key.lower(), "text")
        values = "".join(f"<{kind}>{escape(piece)}</{kind}>" for piece in value.strip('"').split(","))
        out.append(f"<{key.lower()}>{values}</{key.lower()}>")
    return "<parameters>" + "".join(out) + "</parameters>"


def _pieces(prop):
    return prop.text().split(",") if prop.name == "CATEGORIES" else [prop.text()]


def _calendar(prop):
    name = prop.name.lower()
    kind = _TYPE_OF.get(name, "text")
    if kind == "recur":
        inner = ""
        for part in prop.value.split(";"):
            key, _, values = part.partition("=")
            for value in values.split(","):
                value = _iso(value) if key == "UNTIL" else value
                inner += f"<{key.lower()}>{value}</{key.lower()}>"
        values = f"<recur>{inner}</recur>"
    elif kind == "date-time" and re.match(r"[-+]?P", prop.value):
        values = f"<duration>{prop.value}</duration>"
    elif kind == "date-time":
        values = "".join(f"<{'date-time' if 'T' in piece else 'date'}>{_iso(piece)}</{'date-time' if 'T' in piece else 'date'}>"
                         for piece in prop.value.split(","))
    elif kind == "cal-address":
        address = prop.value.partition(":")[2]
        values = f"<cal-address>mailto:{urllib.parse.quote('<' + address + '>', safe='')}</cal-address>"
    else:
        values = "".join(f"<{kind}>{escape(piece)}</{kind}>" for piece in _pieces(prop))
    return f"<{name}>{_params(prop)}{values}</{name}>"


def _card(prop):
    name = prop.name.lower()
    if name in _CARD_PARTS:
        inner = ""
        for part, values in zip(_CARD_PARTS[name], prop.text().split(";")):
            # every part of an address is there, those of a name are if they say something
            for value in values.split(",") if values or name == "adr" else ():
                inner += f"<{part}>{escape(value)}</{part}>"
        return f"<{name}>{_params(prop)}{inner}</{name}>"
    if name == "org":
        return (f'<group name="Affiliation"><org>' + "".join(f"<text>{escape(v)}</text>" for v in prop.text().split(";"))
                + "</org></group>")
    kind = {"uid": "uri", "url": "uri", "impp": "uri", "photo": "uri", "rev": "timestamp", "bday": "date",
            "anniversary": "date", "gender": "sex"}.get(name, "text")
    return f"<{name}>{_params(prop)}" + "".join(f"<{kind}>{escape(v)}</{kind}>" for v in _pieces(prop)) + f"</{name}>"


def _iso(value):
    """20260302T090000Z as 2026-03-02T09:00:00Z."""
    return re.sub(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$", lambda m: f"{m[1]}-{m[2]}-{m[3]}" + (
        f"T{m[4]}:{m[5]}:{m[6]}{m[7]}" if m[4] else ""), value)


# Read

def lines(data):
    """The content lines of the object in a message, components in BEGIN and END; [] for another message."""
    found = email.message_from_bytes(data, policy=email.policy.default)
    for part in found.walk():
        kind = part.get_content_type()
        if kind in ("text/calendar", "text/vcard"):
            return re.sub(r"\r?\n[ \t]", "", part.get_content()).splitlines()
        if re.fullmatch(r"application/([a-z.]+\+)?xml", kind):
            return _read_xml(ET.fromstring(part.get_payload(decode=True)))
    if found["X-Uniform-Type-Identifier"] == "com.apple.mail-note":
        return [f"UID:{found['X-Universally-Unique-Identifier']}", f"SUMMARY:{found['Subject']}",
                "DESCRIPTION:" + _one_line(found.get_body().get_content())]
    return []


def complaints(data):
    """What libkolabxml, which Kolab's own programs use, says against a message; None when it is content, or
    not there to ask, or the message is not Kolab's."""
    kind = kind_of(data)
    if kind not in KINDS or not oracle_is_there():
        return None
    done = _ask_oracle(data, kind)
    return None if done.returncode == 0 else (done.stdout + done.stderr).decode("utf-8", "replace")


def series(data):
    """What libkolabxml reads of the series in a message with an event (see kolab_oracle.py)."""
    done = _ask_oracle(data, "event", "series")
    if done.returncode != 0:
        raise ValueError((done.stdout + done.stderr).decode("utf-8", "replace"))
    return json.loads(done.stdout.splitlines()[-1])


def _ask_oracle(data, *words):
    part = next(p for p in email.message_from_bytes(data).walk() if p.get_content_type().endswith("xml"))
    return subprocess.run([ORACLE_PYTHON, ORACLE, *words], input=part.get_payload(decode=True), capture_output=True, check=False)


@functools.lru_cache
def oracle_is_there():
    return os.path.exists(ORACLE_PYTHON) and subprocess.run(
        [ORACLE_PYTHON, "-c", "import kolabformat"], capture_output=True, check=False).returncode == 0


def kind_of(data):
    """event, task, contact or note, as X-Kolab-Type says; None for a message that is not Kolab's."""
    found = re.search(rb"(?im)^X-Kolab-Type:\s*application/x-vnd\.kolab\.([\w-]+)", data)
    return found and found.group(1).decode()


def kind_of_lines(content):
    """The same for content lines of a raw message."""
    names = {"BEGIN:VEVENT": "event", "BEGIN:VTODO": "task", "BEGIN:VCARD": "contact", "BEGIN:VJOURNAL": "note"}
    return next((names[line] for line in content if line in names), None)


def uid(content):
    for line in content:
        if line.upper().startswith("UID:"):
            return line[4:].removeprefix("urn:uuid:")
    return None


def _one_line(text):
    return (text or "").replace("\r\n", "\n").replace("\n", "\\n")


def _tag(node):
    return node.tag.rpartition("}")[2]


def _read_xml(root):
    if _tag(root) == "note":
        return _read_note(root)
    if _tag(root) == "vcards":
        return ["BEGIN:VCARD", *(line for prop in root[0] for line in _read_property(prop)), "END:VCARD"]
    out = []
    for calendar in root:
        out += _read_component(calendar)
    return out


def _read_note(root):
    out = []
    for node in root:
        if _tag(node) == "x-custom":
            out += _read_property(node)
        else:
            out.append(f"{_tag(node).upper()}:{_one_line(node.text)}")
    return out


def _read_component(node):
    out = [f"BEGIN:{_tag(node).upper()}"]
    for part in node:
        for child in part:
            out += _read_property(child) if _tag(part) == "properties" else _read_component(child)
    return out + [f"END:{_tag(node).upper()}"]


def _read_property(node):
    name = _tag(node)
    if name == "group":
        return [line for child in node for line in _read_property(child)]
    if name == "x-custom":
        parts = {_tag(child): _one_line(child.text) for child in node}
        value = parts.get("value", "")
        return [parts["identifier"] + (value if value[:1] in (":", ";") else ":" + value)]
    params, values = "", []
    for child in node:
        if _tag(child) == "parameters":
            for param in child:
                params += f";{_tag(param).upper()}=" + ",".join(_one_line(v.text) for v in param)
        else:
            values.append(child)
    return [f"{name.upper()}{params}:{_read_value(name, values)}"]


def _read_value(name, values):
    if name in _CARD_PARTS:
        return ";".join(",".join(_one_line(v.text) for v in values if _tag(v) == part) for part in _CARD_PARTS[name])
    if name == "org":
        return ";".join(_one_line(v.text) for v in values)
    out = []
    for value in values:
        kind, text = _tag(value), _one_line(value.text)
        if kind == "recur":
            parts = {}
            for part in value:
                parts.setdefault(_tag(part).upper(), []).append(_basic(part.text or ""))
            text = ";".join(f"{key}={','.join(found)}" for key, found in parts.items())
        elif kind in ("date", "date-time"):
            text = _basic(text)
        elif kind == "cal-address":
            text = re.sub(r"^mailto:<(.*)>$", r"mailto:\1", urllib.parse.unquote(text))
        out.append(text)
    return ",".join(out)


def _basic(text):
    """2026-03-02T09:00:00Z as 20260302T090000Z; anything else as it is."""
    return re.sub(r"[-:]", "", text) if re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ?)?", text) else text
