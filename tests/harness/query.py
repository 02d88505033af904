# SPDX-License-Identifier: LGPL-2.1-or-later
"""The request line of an ActiveSync request in both forms, MS-ASHTTP "Query Value" (2.2.1.1.1)."""

import base64
import struct
from urllib.parse import quote

PATH = "/Microsoft-Server-ActiveSync"

# MS-ASHTTP "Command Codes"
COMMAND_CODES = {
    "Sync": 0, "SendMail": 1, "SmartForward": 2, "SmartReply": 3, "GetAttachment": 4, "GetHierarchy": 5, "FolderSync": 9,
    "FolderCreate": 10, "FolderDelete": 11, "FolderUpdate": 12, "MoveItems": 13, "GetItemEstimate": 14,
    "MeetingResponse": 15, "Search": 16, "Settings": 17, "Ping": 18, "ItemOperations": 19,
    "Provision": 20, "ResolveRecipients": 21, "ValidateCert": 22, "Find": 23,
}

# MS-ASHTTP "Command Parameters"
PARAMETER_TAGS = {"AttachmentName": 0, "CollectionId": 1, "ItemId": 3, "LongId": 4, "Occurrence": 6,
                  "Options": 7, "User": 8}
OPTION_SAVE_IN_SENT = 0x01
OPTION_ACCEPT_MULTIPART = 0x02


def plain(command, user, device_id, device_type, params=None):
    """/Microsoft-Server-ActiveSync?Cmd=...&User=..."""
    fields = [("Cmd", command), ("User", user), ("DeviceId", device_id), ("DeviceType", device_type)]
    fields += list((params or {}).items())
    return PATH + "?" + "&".join(f"{key}={quote(str(value), safe='')}" for key, value in fields
                                 if value is not None)


def encoded(command, version, device_id, device_type, policy_key=None, locale=0x0409, params=None):
    """/Microsoft-Server-ActiveSync?<base64>. device_id: str or 16 bytes; command: name or number.

    The value is not percent-encoded, "+" and "/" stand as they are: so do phones send it.
    """
    code = COMMAND_CODES[command] if isinstance(command, str) else command
    raw_id = device_id if isinstance(device_id, bytes) else device_id.encode()
    raw_type = device_type.encode()
    out = struct.pack("<BBHB", int(version.replace(".", "")), code, locale, len(raw_id)) + raw_id
    out += b"\0" if policy_key is None else struct.pack("<BI", 4, int(policy_key))
    out += bytes([len(raw_type)]) + raw_type
    for key, value in (params or {}).items():
        raw = value if isinstance(value, bytes) else bytes([value]) if isinstance(value, int) else str(value).encode()
        out += bytes([PARAMETER_TAGS[key], len(raw)]) + raw
    return PATH + "?" + base64.b64encode(out).decode()
