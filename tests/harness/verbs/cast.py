# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of who is there: users, devices, and what a device did before.
"""

import re

from ..notation import NotationError, fill, unquote
from ..stage import check
from .core import STRING, bindings_of, get_phone, verb


@verb(r"user (?P<name>WORD)")
def make_user(stage, _block, name):
    stage.user(name)


@verb(r"device (?P<name>WORD) of (?P<user>WORD)(?P<options>.*)")
def make_device(stage, _block, name, user, options):
    kwargs, pos = {}, 0
    pattern = re.compile(rf"\s+(?:(version|type|agent|id|login|password|over) ({STRING}|\S+)|(base64)|(plain))")
    while pos < len(options):
        found = pattern.match(options, pos)
        if not found:
            raise NotationError(f"unknown option of a device: {options[pos:]}")
        pos = found.end()
        if found.group(3):
            kwargs["form"] = "base64"
        elif found.group(4):
            kwargs["tls"] = False
        else:
            key, word = found.group(1), found.group(2)
            text = unquote(word) if word.startswith('"') else word
            if key in ("id", "login"):
                stage.user(user)
                text = fill(text, bindings_of(stage))
            if key == "over":
                kwargs["via"] = stage.bindings[f"relay {text}"].address
            else:
                kwargs[{"version": "version", "type": "device_type", "agent": "user_agent", "id": "device_id",
                        "login": "login", "password": "password"}[key]] = text
    password = kwargs.pop("password", None)
    phone = stage.phone(name, user, **kwargs)
    if password is not None:
        phone.password = password


@verb(r"given (?P<phone>WORD) has (?:synced(?P<folders>(?: \{[^}]+\})+)|done first contact)")
def given(stage, _block, phone, folders):
    """Provision, FolderSync and the Syncs of the folders named; binds {Inbox} and all other folders."""
    device = get_phone(stage, phone)
    device.provision()
    answer = device.folder_sync()
    check(answer.number("Status") == 1, f"FolderSync answered Status {answer.value('Status')}")
    stage.bind_folders(device)
    for name in re.findall(r"\{([^}]+)\}", folders or ""):
        check(name in device.names, f"the phone sees no folder {name}: {device.folders}")
        device.sync_all(device.names[name])
