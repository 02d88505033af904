# SPDX-License-Identifier: LGPL-2.1-or-later
"""A simulated phone: speaks ActiveSync as phones do and remembers what a phone remembers.

Requests go out over keep-alive connections, each busy one taken by one request at a time, like a
phone's HTTP stack. request() is the general way; the methods below it build and read the usual
commands and keep the phone's state: policy key, hierarchy, and per folder the SyncKey and the
items it holds. Whatever comes back is decoded strictly and, through on_answer, checked by the runner.
"""

import base64
import itertools
import threading
import time

from . import query, wire
from .wbxml import Node, WbxmlError, decode, encode

WBXML_TYPE = "application/vnd.ms-sync.wbxml"
MULTIPART_TYPE = "application/vnd.ms-sync.multipart"

# MS-ASCMD "Type(FolderSync)"
INBOX, DRAFTS, TRASH, SENT, OUTBOX = 2, 3, 4, 5, 6
TASKS, CALENDAR, CONTACTS, NOTES = 7, 8, 9, 10
CLASSES = {7: "Tasks", 15: "Tasks", 8: "Calendar", 13: "Calendar", 9: "Contacts", 14: "Contacts", 10: "Notes", 17: "Notes"}

# elements of an item that phones do not send back
NOT_SENT = ("NativeBodyType", "LastModifiedDate", "ResponseType", "AppointmentReplyTime", "InstanceId", "Attachments")

_device_numbers = itertools.count(1)


def E(name, *content, ns=None):
    """An element with children (Node), text (str, int) or opaque data (bytes).

    ns None = its parent's namespace, set when the tree is closed by tree().
    """
    node = Node(ns, name)
    for piece in content:
        if isinstance(piece, Node):
            node.children.append(piece)
        elif isinstance(piece, (list, tuple)):
            node.children += piece
        elif piece is not None:
            node.content = piece if isinstance(piece, bytes) else str(piece)
    return node


def tree(ns, name, *content):
    """A whole document: E() with the namespaces filled in."""
    root = E(name, *content, ns=ns)

    def fill(node, parent_ns):
        node.ns = node.ns or parent_ns
        for child in node.children:
            fill(child, node.ns)

    fill(root, ns)
    return root


class Answer:
    """What came back: status, headers, body, tree (None when the body is no WBXML), parts (multipart)."""

    def __init__(self, command, response, started_at):
        self.command = command
        self.response = response
        self.status = response.status
        self.body = response.body
        self.started_at = started_at
        self.first_byte_at = response.first_byte_at
        self.elapsed = response.first_byte_at - started_at
        self.tree = None
        self.parts = []
        kind = (response.header("Content-Type") or "").split(";")[0].strip()
        if kind == MULTIPART_TYPE:
            self.parts = split_multipart(response.body)
            self.tree = decode(self.parts[0])
        elif response.body and kind in (WBXML_TYPE, "application/vnd.ms-sync"):
            self.tree = decode(response.body)

    def header(self, name, default=None):
        return self.response.header(name, default)

    def value(self, path, default=None):
        return default if self.tree is None else self.tree.value(path, default)

    def number(self, path, default=None):
        text = self.value(path)
        return default if text is None or text == "" else int(text)


class Pending:
    """A request on its way. wait() gives the Answer; cancel() drops the connection."""

    def __init__(self, phone, connection, command, started_at):
        self.phone = phone
        self.connection = connection
        self.command = command
        self.started_at = started_at
        self.answer = None

    def wait(self, timeout=30):
        if self.answer is None:
            response = self.connection.read_response(timeout)
            try:
                self.answer = Answer(self.command, response, self.started_at)
            except WbxmlError as error:
                raise WbxmlError(f"answer to {self.command}: {error}: {response.body[:200].hex()}") from None
            self.phone._put_back(self.connection, response)
            self.phone.saw(self.answer)
        return self.answer

    def ready(self):
        """True when something has come back (an answer or the end of the connection)."""
        return self.answer is not None or self.connection.readable()

    def cancel(self):
        self.connection.close()

    def reset(self):
        self.connection.reset()


class Collection:
    """A folder as the phone knows it: SyncKey and the items it holds (ServerId -> ApplicationData)."""

    def __init__(self, folder_id, name="Email"):
        self.id = folder_id
        self.cls = name
        self.key = "0"
        self.items = {}
        self.more = False


class Phone:
    def __init__(self, host, https_port, http_port, user, password, tls=True, version="14.1",
                 device_id=None, device_type="SmartPhone", user_agent="Harness/1.0", form="plain",
                 via=None, prefix=b"", login=None):
        self.host = host
        self.ports = {True: https_port, False: http_port}
        self.tls = tls
        self.user = user
        self.login = login or user
        self.password = password
        self.version = version
        self.device_id = device_id or f"harness{next(_device_numbers):08d}"
        self.device_type = device_type
        self.user_agent = user_agent
        self.form = form
        self.via = via
        self.prefix = prefix
        self.policy_key = "0"
        self.folder_key = "0"
        self.folders = {}
        self.collections = {}
        # told of what it did itself (after a fault): real phones shrug
        self.forgives_echoes = False
        # how long it waits for an answer, unless told otherwise
        self.patience_secs = 30
        self.on_answer = None
        self.answers = []
        self.extra_headers = []
        self.last_request = None
        self._idle = []
        self._lock = threading.Lock()

    @classmethod
    def of(cls, instance, user_number=1, **kwargs):
        """A phone of userN of an instance (tests.harness.dovecot.Instance)."""
        _host, https = instance.address("https")
        _host, http = instance.address("http")
        return cls("127.0.0.1", https, http, instance.user(user_number), instance.info["password"], **kwargs)

    # Connections

    def connect(self):
        return wire.Connection(self.host, self.ports[self.tls], self.tls, via=self.via, prefix=self.prefix)

    def _take(self):
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_dead():
                    return connection
                connection.close()
        return self.connect()

    def _put_back(self, connection, response):
        if (response.header("Connection") or "").lower() == "close":
            connection.close()
            return
        with self._lock:
            self._idle.append(connection)

    def close(self):
        """Close all idle connections."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle = []

    def saw(self, answer):
        self.answers.append(answer)
        if self.on_answer is not None:
            self.on_answer(self, answer)

    # Requests

    def authorization(self):
        raw = f"{self.login}:{self.password}".encode()
        return "Basic " + base64.b64encode(raw).decode()

    def head(self, command, params=None, content_type=WBXML_TYPE, headers=None):
        """(target, header list) of a POST for command."""
        params = dict(params or {})
        lines = [("Host", "localhost")]
        if self.form == "plain":
            target = query.plain(command, self.user, self.device_id, self.device_type, params)
            lines += [("MS-ASProtocolVersion", self.version), ("X-MS-PolicyKey", self.policy_key)]
        else:
            # The header form of a parameter and its base64 form differ for these two.
            options = 0
            if params.pop("SaveInSent", None) is not None:
                options |= query.OPTION_SAVE_IN_SENT
            if options:
                params["Options"] = options
            target = query.encoded(command, self.version, self.device_id, self.device_type,
                                   self.policy_key, params=params)
        if self.user_agent:
            lines.append(("User-Agent", self.user_agent))
        if self.login is not None:
            lines.append(("Authorization", self.authorization()))
        if content_type:
            lines.append(("Content-Type", content_type))
        lines += self.extra_headers
        replaced = {name.lower() for name, _value in (headers or [])}
        lines = [(name, value) for name, value in lines if name.lower() not in replaced]
        lines += [(name, value) for name, value in (headers or []) if value is not None]
        return target, lines

    def start(self, command, body=None, params=None, content_type=WBXML_TYPE, headers=None,
              chunked=False, connection=None, method="POST", target=None):
        """Send a request and return at once with a Pending. body: Node, bytes or None (empty)."""
        raw = encode(body) if isinstance(body, Node) else (body or b"")
        own_target, lines = self.head(command, params, content_type, headers)
        self.last_request = (command, raw, params)
        connection = connection or self._take()
        started = time.monotonic()
        connection.send_request(method, target or own_target, lines, raw, chunked)
        return Pending(self, connection, command, started)

    def request(self, command, body=None, timeout=None, **kwargs):
        return self.start(command, body, **kwargs).wait(timeout or self.patience_secs)

    def lose(self, command, body=None, wait_for_answer=True, timeout=30, **kwargs):
        """Send a request whose answer never reaches the phone.

        With wait_for_answer the server has answered (the answer is thrown away unread by the
        phone); without, the connection is cut right after the request.
        """
        pending = self.start(command, body, **kwargs)
        if wait_for_answer:
            pending.connection.read_response(timeout)
        pending.connection.reset()

    def options(self, headers=None, timeout=30):
        connection = self._take()
        lines = [("Host", "localhost"), ("Authorization", self.authorization())]
        if self.user_agent:
            lines.append(("User-Agent", self.user_agent))
        replaced = {name.lower() for name, _value in (headers or [])}
        lines = [(n, v) for n, v in lines if n.lower() not in replaced]
        lines += [(n, v) for n, v in (headers or []) if v is not None]
        started = time.monotonic()
        connection.send_request("OPTIONS", query.PATH, lines, None)
        return Pending(self, connection, "OPTIONS", started).wait(timeout)

    # Provision

    def provision(self):
        """Both phases; the phone holds the final policy key afterwards. Returns both answers."""
        policy_type = "MS-EAS-Provisioning-WBXML"
        info = []
        if self.at_least("14.1"):
            info = [E("DeviceInformation", E("Set", E("Model", "Harness"), E("FriendlyName", "Test phone"),
                                             E("OS", "Harness 1.0")), ns="Settings")]
        first = self.request("Provision", tree("Provision", "Provision", *info, E("Policies", E(
            "Policy", E("PolicyType", policy_type)))))
        temporary = first.value("Policies/Policy/PolicyKey")
        if temporary is None:
            return first, None
        self.policy_key = temporary
        second = self.request("Provision", tree("Provision", "Provision", E("Policies", E(
            "Policy", E("PolicyType", policy_type), E("PolicyKey", temporary), E("Status", 1)))))
        self.policy_key = second.value("Policies/Policy/PolicyKey", self.policy_key)
        return first, second

    # FolderSync

    def folder_sync(self, key=None):
        answer = self.request("FolderSync", tree("FolderHierarchy", "FolderSync",
                                                 E("SyncKey", self.folder_key if key is None else key)))
        self.apply_folder_sync(answer, reset=(key or self.folder_key) == "0")
        return answer

    def apply_folder_sync(self, answer, reset=False):
        if answer.number("Status") != 1:
            return
        if reset:
            self.folders = {}
        self.folder_key = answer.value("SyncKey")
        for change in answer.tree.all("Changes"):
            for entry in change.children:
                if entry.name in ("Add", "Update"):
                    self.folders[entry.value("ServerId")] = {
                        "name": entry.value("DisplayName"), "parent": entry.value("ParentId"),
                        "type": int(entry.value("Type"))}
                elif entry.name == "Delete":
                    self.folders.pop(entry.value("ServerId"), None)

    def folder(self, name_or_type):
        """The id of a folder, by its display name or by its type number."""
        for folder_id, folder in self.folders.items():
            if name_or_type in (folder["name"], folder["type"]):
                return folder_id
        raise KeyError(f"the phone knows no folder {name_or_type!r}: "
                       f"{[f['name'] for f in self.folders.values()]}")

    def class_of(self, folder_id):
        """The class of a folder's items, by the type the phone was told."""
        return CLASSES.get(self.folders.get(folder_id, {}).get("type"), "Email")

    # Sync

    def collection(self, folder_id):
        return self.collections.setdefault(folder_id, Collection(folder_id))

    def sync_tree(self, folder_id, commands=(), options=None, window=None, get_changes=None,
                  deletes_as_moves=None, key=None, extra=(), wait=None, heartbeat=None):
        """The Sync request for one collection. options None = the usual ones, () = none.

        Elements stand in the documented order: SyncKey, CollectionId, Supported, DeletesAsMoves,
        GetChanges, WindowSize, ConversationMode, Options, Commands.
        """
        key = self.collection(folder_id).key if key is None else key
        content = [E("SyncKey", key), E("CollectionId", folder_id)]
        if deletes_as_moves is not None:
            content.append(E("DeletesAsMoves", int(deletes_as_moves)))
        if get_changes is not None:
            content.append(E("GetChanges", int(get_changes)))
        if window is not None:
            content.append(E("WindowSize", window))
        if options is None and key != "0":
            options = [body_preference(1, 32768)]
            # MS-ASCMD "FilterType(Sync)" (2.2.3.68.2): not for the others
            if self.class_of(folder_id) in ("Email", "Calendar", "Tasks"):
                options.insert(0, E("FilterType", 0))
        if options:
            content.append(E("Options", *options))
        if commands:
            content.append(E("Commands", *commands))
        tail = list(extra)
        if wait is not None:
            tail.append(E("Wait", wait))
        if heartbeat is not None:
            tail.append(E("HeartbeatInterval", heartbeat))
        return tree("AirSync", "Sync", E("Collections", E("Collection", *content)), *tail)

    def sync(self, folder_id, commands=(), timeout=60, **kwargs):
        """One Sync of one folder; applies the answer to the phone's state."""
        answer = self.request("Sync", self.sync_tree(folder_id, commands, **kwargs), timeout=timeout)
        self.apply_sync(answer)
        return answer

    def change_item(self, folder_id, item_id, data, accepted, **kwargs):
        """Change the elements of data in an item the phone holds, as phones do: the whole item is sent; an event
        of 16.x in parts. Unless accepted(answer), the phone does not believe in it."""
        held = self.collection(folder_id).items[item_id]
        whole = E("ApplicationData", [node for node in held.children if node.name not in NOT_SENT], ns=data.ns)
        for node in list(whole.children):
            if (node.ns, node.name) == ("AirSyncBase", "Body"):
                sent = E("Body", [n for n in node.children if n.name in ("Type", "Data")], ns=node.ns)
                whole.children[whole.children.index(node)] = sent
        self.merge(whole, data)
        if self.class_of(folder_id) == "Calendar" and self.at_least("16.0"):
            whole = data
        answer = self.sync(folder_id, [E("Change", E("ServerId", item_id), whole)], **kwargs)
        if accepted(answer):
            self.merge(held, data)
        return answer

    def sync_all(self, folder_id, limit=1000, **kwargs):
        """Sync from where the phone is until nothing more is available; returns the answers."""
        answers = []
        if self.collection(folder_id).key == "0":
            answers.append(self.sync(folder_id))
        while len(answers) < limit:
            answers.append(self.sync(folder_id, **kwargs))
            if not self.collection(folder_id).more:
                return answers
        raise AssertionError(f"more than {limit} Syncs and still MoreAvailable")

    def apply_sync(self, answer):
        """What a phone does with a Sync answer. An empty body changes nothing."""
        if answer.tree is None:
            return
        for part in answer.tree.all("Collections/Collection"):
            collection = self.collection(part.value("CollectionId"))
            if part.value("Status") != "1":
                continue
            collection.key = part.value("SyncKey")
            collection.more = part.find("MoreAvailable") is not None
            for added in part.all("Responses/Add"):
                if added.value("Status") == "1" and added.value("ServerId") is not None:
                    collection.items[added.value("ServerId")] = \
                        added.find("ApplicationData") or tree("AirSync", "ApplicationData")
            for commands in part.all("Commands"):
                for command in commands.children:
                    self._apply_item(collection, command)

    @staticmethod
    def merge(held, data):
        """Elements of data replace those of the same name."""
        for changed in data.children:
            held.children = [c for c in held.children if (c.ns, c.name) != (changed.ns, changed.name)]
            held.children.append(changed)

    def _apply_item(self, collection, command):
        server_id = command.value("ServerId")
        if command.name == "Add":
            if server_id in collection.items and not self.forgives_echoes:
                raise AssertionError(f"the server Adds {server_id}, which the phone already holds")
            collection.items[server_id] = command.find("ApplicationData")
        elif command.name == "Change":
            if server_id not in collection.items:
                raise AssertionError(f"the server Changes {server_id}, which the phone does not hold")
            if self.class_of(collection.id) == "Email":
                self.merge(collection.items[server_id], command.find("ApplicationData"))
            else:
                # these come whole: what is not there is no more
                collection.items[server_id] = command.find("ApplicationData")
        elif command.name in ("Delete", "SoftDelete"):
            if collection.items.pop(server_id, None) is None and not self.forgives_echoes:
                raise AssertionError(f"the server {command.name}s {server_id}, which the phone does not hold")

    # Ping

    def ping_tree(self, heartbeat=None, folder_ids=(), cls=None):
        """The Ping request; None (an empty body) when neither is given."""
        if heartbeat is None and not folder_ids:
            return None
        content = []
        if heartbeat is not None:
            content.append(E("HeartbeatInterval", heartbeat))
        if folder_ids:
            content.append(E("Folders", *[E("Folder", E("Id", i), E("Class", cls or self.class_of(i)))
                                           for i in folder_ids]))
        return tree("Ping", "Ping", *content)

    def ping(self, heartbeat=None, folder_ids=(), cls=None, **kwargs):
        """Start a Ping; returns a Pending."""
        return self.start("Ping", self.ping_tree(heartbeat, folder_ids, cls), **kwargs)

    # Mail

    def send_mail(self, message, client_id=None, save_in_sent=True, start=False, **kwargs):
        """SendMail as this version does it. message: bytes."""
        if self.at_least("14.0"):
            content = [E("ClientId", client_id or f"{self.device_id}-{time.monotonic_ns()}")]
            if save_in_sent:
                content.append(E("SaveInSentItems"))
            content.append(E("Mime", message))
            pending = self.start("SendMail", tree("ComposeMail", "SendMail", *content), **kwargs)
        else:
            params = {"SaveInSent": "T"} if save_in_sent else {}
            pending = self.start("SendMail", message, params=params, content_type="message/rfc822", **kwargs)
        return pending if start else pending.wait(self.patience_secs)

    def move_items(self, moves):
        """moves: list of (item id, source folder id, destination folder id)."""
        return self.request("MoveItems", tree("Move", "MoveItems", *[
            E("Move", E("SrcMsgId", item), E("SrcFldId", source), E("DstFldId", destination))
            for item, source, destination in moves]))

    def fetch(self, folder_id, item_id, options=(), multipart=False, timeout=60):
        """ItemOperations Fetch of one mail."""
        content = [E("Store", "Mailbox"), E("CollectionId", folder_id, ns="AirSync"),
                   E("ServerId", item_id, ns="AirSync")]
        if options:
            content.append(E("Options", *options))
        headers = [("MS-ASAcceptMultiPart", "T")] if multipart else []
        return self.request("ItemOperations", tree("ItemOperations", "ItemOperations", E("Fetch", *content)),
                            headers=headers, timeout=timeout)

    def fetch_attachment(self, reference, byte_range=None, multipart=False, timeout=60):
        content = [E("Store", "Mailbox"), E("FileReference", reference, ns="AirSyncBase")]
        if byte_range is not None:
            content.append(E("Options", E("Range", byte_range)))
        headers = [("MS-ASAcceptMultiPart", "T")] if multipart else []
        return self.request("ItemOperations", tree("ItemOperations", "ItemOperations", E("Fetch", *content)),
                            headers=headers, timeout=timeout)

    def estimate(self, folder_id, key=None, options=None):
        """GetItemEstimate of one folder."""
        key = self.collection(folder_id).key if key is None else key
        if self.at_least("14.0"):
            content = [E("SyncKey", key, ns="AirSync"), E("CollectionId", folder_id)]
            if options:
                content.append(E("Options", *options, ns="AirSync"))
        else:
            content = [E("CollectionId", folder_id), E("FilterType", 0, ns="AirSync"),
                       E("SyncKey", key, ns="AirSync")]
        return self.request("GetItemEstimate", tree("GetItemEstimate", "GetItemEstimate", E(
            "Collections", E("Collection", *content))))

    # All of it

    def at_least(self, version):
        return float(self.version) >= float(version)

    def first_contact(self, sync=(INBOX,)):
        """What a phone does when an account is added: OPTIONS, Provision, FolderSync, Sync of the folders given."""
        self.options()
        self.provision()
        answer = self.folder_sync()
        if answer.number("Status") != 1:
            raise AssertionError(f"FolderSync answered Status {answer.value('Status')}")
        for folder in sync:
            self.sync_all(self.folder(folder))
        return self


def body_preference(body_type, truncation=None, all_or_none=None, preview=None):
    return E("BodyPreference", E("Type", body_type),
             E("TruncationSize", truncation) if truncation is not None else None,
             E("AllOrNone", all_or_none) if all_or_none is not None else None,
             E("Preview", preview) if preview is not None else None, ns="AirSyncBase")


def split_multipart(body):
    """The parts of a multipart answer, MS-ASCMD "MultiPartResponse" (2.2.1.10.1)."""
    count = int.from_bytes(body[:4], "little")
    parts = []
    for number in range(count):
        entry = body[4 + number * 8:12 + number * 8]
        offset, length = int.from_bytes(entry[:4], "little"), int.from_bytes(entry[4:], "little")
        if offset + length > len(body):
            raise WbxmlError(f"part {number} of the multipart answer runs past its end")
        parts.append(body[offset:offset + length])
    return parts
