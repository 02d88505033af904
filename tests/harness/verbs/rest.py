# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of values and time, and those that few scenarios use.
"""

import os
import shutil
import threading
import time

from .. import wire
from ..dovecot import MAIL_UID
from ..phone import E, tree
from ..stage import check
from .core import folder, get_phone, seconds, show, value, verb


@verb(r"wait (?P<secs>[\d.]+)s")
def wait(_stage, _block, secs):
    """Let time pass: for what must happen, or not happen, by the clock."""
    threading.Event().wait(seconds(secs))


@verb(r"let \{(?P<name>[^}]+)\} = (?P<word>STRING|\S+)")
def let(stage, _block, name, word):
    stage.bindings[name] = value(stage, word)


@verb(r"expect (?P<left>STRING|\S+) (?P<how>==|!=|<|>) (?P<right>STRING|\S+)")
def expect(stage, _block, left, how, right):
    a, b = value(stage, left), value(stage, right)
    good = {"==": a == b, "!=": a != b, "<": a < b, ">": a > b}[how] if how in ("==", "!=") else \
        {"<": float(a) < float(b), ">": float(a) > float(b)}[how]
    check(good, f"{a!r} {how} {b!r} does not hold")


@verb(r"(?P<phone>WORD) starts over with (?P<where>\S+)")
def starts_over(stage, _block, phone, where):
    """The phone forgets the folder and begins with SyncKey 0."""
    device = get_phone(stage, phone)
    device.collections.pop(folder(stage, where, device), None)


@verb(r"(?P<phone>WORD) sends (?P<number>\d+) read marks for (?P<item>\S+) in (?P<where>\S+)")
def sends_many(stage, _block, phone, number, item, where):
    """One Sync with that many Changes of one item."""
    device = get_phone(stage, phone)
    change = E("Change", E("ServerId", value(stage, item)), E("ApplicationData", E("Read", 1, ns="Email")))
    device.latest = device.start("Sync", device.sync_tree(folder(stage, where, device), [change] * int(number)))


@verb(r"(?P<phone>WORD) estimates (?P<where>\S+) at (?P<number>\d+)")
def estimates(stage, _block, phone, where, number):
    """GetItemEstimate, as this version asks it."""
    device = get_phone(stage, phone)
    answer = device.estimate(folder(stage, where, device))
    check(answer.status == 200 and answer.value("Response/Status") == "1",
          f"GetItemEstimate: HTTP {answer.status}\n{show(answer)}")
    check(answer.value("Response/Collection/Estimate") == number, f"GetItemEstimate:\n{show(answer)}")


@verb(r"(?P<phone>WORD) knows parents before children")
def parents_first(stage, _block, phone):
    """Every folder but those at the top has a parent that the phone was told before it."""
    seen = {"0"}
    for folder_id, entry in get_phone(stage, phone).folders.items():
        check(entry["parent"] in seen, f"{entry['name']} comes before its parent {entry['parent']}")
        seen.add(folder_id)


def _state_dirs(stage, user):
    """The directories that hold sync state of a user: directpush/ below its home."""
    home = os.path.join(stage.instance.dir, "home", stage.user(user).address)
    return [os.path.join(parent, "directpush") for parent, names, _files in os.walk(home) if "directpush" in names]


@verb(r"(?P<user>WORD) loses all sync state")
def lose_state(stage, _block, user):
    """Delete what the server remembers of this user's devices."""
    found = _state_dirs(stage, user)
    check(found, "there is no sync state to lose")
    for directory in found:
        shutil.rmtree(directory)


@verb(r"(?P<user>WORD) has no state of device (?P<device>\S+)")
def no_state(stage, _block, user, device):
    for directory in _state_dirs(stage, user):
        check(not any(device in name.lower() for name in os.listdir(directory)), f"{directory}: {os.listdir(directory)}")


@verb(r"(?P<phone>WORD) borrows the policy key of (?P<owner>WORD)")
def borrow_key(stage, _block, phone, owner):
    get_phone(stage, phone).policy_key = get_phone(stage, owner).policy_key


@verb(r"(?P<phone>WORD) sends plain bytes to the TLS listener")
def plain_to_tls(stage, _block, phone):
    """HTTP without TLS where TLS is expected: the server ends it, perhaps with an alert."""
    device = get_phone(stage, phone)
    connection = wire.Connection(device.host, device.ports[True], tls=False)
    connection.send(b"OPTIONS / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try:
        while True:
            connection._fill(time.monotonic() + 15)
    except wire.Closed:
        pass


@verb(r"(?P<user>WORD) has nothing named (?P<name>\S+)")
def nothing_named(stage, _block, user, name):
    """No file or directory of that name anywhere in the instance."""
    stage.user(user)
    for parent, names, files in os.walk(stage.instance.dir):
        check(name not in names + files, f"{parent} holds {name}")


@verb(r"(?P<phone>WORD) sends (?P<number>\d+) moves of (?P<item>\S+) from (?P<source>\S+) to (?P<target>\S+)")
def sends_moves(stage, _block, phone, number, item, source, target):
    """One MoveItems with that many moves of one item."""
    device = get_phone(stage, phone)
    move = E("Move", E("SrcMsgId", value(stage, item)), E("SrcFldId", folder(stage, source, device)),
             E("DstFldId", folder(stage, target, device)))
    device.latest = device.start("MoveItems", tree("Move", "MoveItems", *[move] * int(number)))


@verb(r"(?P<user>WORD) (?P<how>can|cannot) write sync state")
def state_writable(stage, _block, user, how):
    """Give the state directories to somebody else, or back: as good as a full disk for a test."""
    found = _state_dirs(stage, user)
    check(found, "there is no sync state")
    owner = MAIL_UID if how == "can" else 0
    for directory in found:
        for parent, names, files in os.walk(directory):
            for path in [parent] + [os.path.join(parent, name) for name in names + files]:
                os.chown(path, owner, owner)
                os.chmod(path, (0o700 if how == "can" else 0o555) if os.path.isdir(path) else 0o644)


@verb(r"garbage is written into the notification fifo")
def fifo_garbage(stage, _block):
    """Lines that are no notifications, half lines, and a flood of them."""
    fifo = os.open(os.path.join(stage.instance.dir, "run", "directpush-notify"), os.O_WRONLY)
    try:
        for piece in (b"\x00\x01\x02\xff\n", b"\n\n\n", b"\t\t\t\t\t\n", b"x" * 4096, b"\nuser1@example.com\t\n",
                      b"user1@example.com\tnot-a-guid\tnew\t1\t2\t3\n", b"half a line without an end"):
            os.write(fifo, piece)
        for _ in range(200):
            os.write(fifo, b"noise\tnoise\tnoise\n" * 50)
    finally:
        os.close(fifo)
