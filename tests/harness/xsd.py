# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks answers against the published response schemas, with xmllint.

The schemas are read from ../shared/spec/xsd and not part of the project; without them (or without
xmllint) available() says why, and the caller says so loudly. They come without import
statements, so prepared copies with imports are written to a directory of the caller.
"""

import base64
import os
import re
import shutil
import subprocess
import tempfile
from xml.sax.saxutils import escape

from .dovecot import TOP

SCHEMAS = os.path.join(TOP, "..", "shared", "spec", "xsd")
ENV = "DIRECTPUSH_XSD"

# Command -> schema of its answer. A command without a line has no body in its answer.
BY_COMMAND = {
    "Sync": "SyncResponse", "Ping": "PingResponse", "FolderSync": "FolderSyncResponse",
    "FolderCreate": "FolderCreateResponse", "FolderDelete": "FolderDeleteResponse",
    "FolderUpdate": "FolderUpdateResponse", "GetHierarchy": "GetHierarchyResponse",
    "GetItemEstimate": "GetItemEstimateResponse", "MoveItems": "MoveItemsResponse", "ItemOperations": "ItemOperationsResponse",
    "Provision": "ProvisionResponse", "Settings": "SettingsResponse", "SendMail": "SendMailResponse",
    "SmartReply": "SmartReplyResponse", "SmartForward": "SmartForwardResponse",
    "Search": "SearchResponse", "Find": "FindResponse", "MeetingResponse": "MeetingResponseResponse",
    "ResolveRecipients": "ResolveRecipientsResponse", "ValidateCert": "ValidateCertResponse",
}


def folder():
    return os.environ.get(ENV) or SCHEMAS


def available():
    """None when answers can be checked, else the reason why not."""
    if shutil.which("xmllint") is None:
        return "xmllint is not installed"
    if not os.path.isdir(folder()):
        return f"{os.path.normpath(folder())} is missing"
    return None


class Schemas:
    """Prepared schemas in a temporary directory; close() removes it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="directpush-xsd.")
        targets = {}
        for name in sorted(os.listdir(folder())):
            with open(os.path.join(folder(), name), encoding="utf-8-sig") as source:
                text = source.read()
            target = re.search(r'targetNamespace\s*=\s*"([^"]+)"', text)
            targets[name] = (text.lstrip(), target.group(1) if target else None)
        base = {}
        for name, (_text, ns) in targets.items():
            if name == f"{ns}.xsd" or name == f"{ns}Response.xsd" and f"{ns}.xsd" not in targets:
                base[ns] = name
        for name, (text, target) in targets.items():
            text = self._with_imports(name, text, target, base)
            with open(os.path.join(self.dir, name), "w", encoding="utf-8") as out:
                out.write(text)

    @staticmethod
    def _with_imports(name, text, target, base):
        used = set(re.findall(r'xmlns:\w+\s*=\s*"([^"]+)"', text)) - {target}
        lines = [f'<xs:import namespace="{ns}" schemaLocation="{base[ns]}"/>' for ns in sorted(used & set(base))]
        if target in base and base[target] != name:
            lines.insert(0, f'<xs:include schemaLocation="{base[target]}"/>')
        text = re.sub(r"\s*<xs:(import|include)\b[^>]*/>", "", text)
        # ProvisionResponse refers to an element that Settings does not declare globally.
        text = re.sub(r'<xs:element\s+ref="settings:DeviceInformation"',
                      '<xs:any namespace="Settings" processContents="skip"', text)
        return re.sub(r"(<xs:schema\b[^>]*>)", lambda m: m.group(1) + "\n" + "\n".join(lines), text, count=1)

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def check(self, answers):
        """answers: list of (label, command, Node). A list of complaints, each one line."""
        by_schema = {}
        for label, command, tree in answers:
            if command in BY_COMMAND:
                by_schema.setdefault(BY_COMMAND[command], []).append((label, tree))
        complaints = []
        for schema, documents in by_schema.items():
            complaints += self._check_one(schema, documents)
        return complaints

    def _check_one(self, schema, documents):
        with tempfile.TemporaryDirectory(prefix="answers.", dir=self.dir) as work:
            paths = {}
            for number, (label, tree) in enumerate(documents):
                path = os.path.join(work, f"{number}.xml")
                with open(path, "w", encoding="utf-8", errors="replace") as out:
                    out.write(to_xml(tree))
                paths[path] = label
            done = subprocess.run(["xmllint", "--noout", "--nonet", "--huge", "--schema",
                                   os.path.join(self.dir, schema + ".xsd"), *paths],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  errors="replace", check=False)
        if done.returncode == 0:
            return []
        complaints = []
        for line in done.stderr.splitlines():
            path = line.partition(":")[0]
            if path in paths and "error" in line:
                complaints.append(f"{paths[path]}: {schema}: {line[len(path) + 1:]}")
        return complaints or [f"{schema}: " + "; ".join(line for line in done.stderr.splitlines()
                                                        if "error" in line)[:500]]


def to_xml(tree):
    """The document as namespaced XML; opaque data as text when it is that, else base64."""
    return '<?xml version="1.0" encoding="utf-8"?>\n' + _element(tree, None) + "\n"


def _element(node, parent_ns):
    xmlns = f' xmlns="{node.ns}"' if node.ns != parent_ns else ""
    if node.children:
        inner = "".join(_element(child, node.ns) for child in node.children)
    elif isinstance(node.content, bytes):
        inner = base64.b64encode(node.content).decode()
    else:
        inner = escape(_legal_xml(node.text))
    return f"<{node.name}{xmlns}>{inner}</{node.name}>"


def _legal_xml(text):
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
