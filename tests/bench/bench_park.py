# SPDX-License-Identifier: LGPL-2.1-or-later
"""Phones by the thousand: parked on their heartbeats, mail at a rate, mail for everybody at once.

N phones (PARK_PHONES, 2000) of N/10 users, each on a TLS connection of its own, all in one event loop. What the loop itself needs
for its work is in the times, not in the processor time of the front."""

import asyncio
import collections
import os
import random
import smtplib
import ssl
import time

from tests.bench import figures
from tests.harness.phone import INBOX, E, Phone, tree
from tests.harness.wbxml import decode, encode

PHONES = int(os.environ.get("PARK_PHONES", "2000"))
PHONES_PER_USER = 10
USERS = max(PHONES // PHONES_PER_USER, 2)
# short ones, so that some end and are asked again while we look
HEARTBEATS = (60, 900)
IDLE_SECS = 60
RATE_SECS, RATE_PER_SEC = 20, 5
AT_ONCE = 24
CONFIG = """directpush_worker_idle_timeout = 2 secs
directpush_worker_max = 60
mail_max_userip_connections = 1000
"""


class Device:
    """One phone: its state is a Phone's, its connection asyncio's."""

    tls = ssl.create_default_context()
    tls.check_hostname = False
    tls.verify_mode = ssl.CERT_NONE

    def __init__(self, load, number):
        self.load = load
        self.user = number // PHONES_PER_USER + 1
        self.phone = Phone.of(load.instance, self.user, device_id=f"park{number:08d}")
        self.reader = self.writer = None
        self.heartbeat = random.randint(*HEARTBEATS)

    async def request(self, command, body=None):
        """HTTP status and tree; busy answers are counted and asked again."""
        while True:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection(
                    "127.0.0.1", self.phone.ports[True], ssl=self.tls)
            raw = encode(body) if body is not None else b""
            target, lines = self.phone.head(command)
            head = f"POST {target} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines)
            self.writer.write(head.encode() + f"Content-Length: {len(raw)}\r\n\r\n".encode() + raw)
            try:
                status, headers, content = await self.answer()
            except (asyncio.IncompleteReadError, ConnectionError):
                self.load.count["lost"] += 1
                self.writer = None
                continue
            if status == 503:
                self.load.count["503"] += 1
                await asyncio.sleep(int(headers.get("retry-after", "1")))
                continue
            if status != 200:
                self.load.count[f"HTTP {status}"] += 1
            return decode(content) if content else None

    async def answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.arrived = time.monotonic()
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        if headers.get("transfer-encoding") == "chunked":
            content = b""
            while size := int(await self.reader.readline(), 16):
                content += await self.reader.readexactly(size)
                await self.reader.readexactly(2)
            await self.reader.readexactly(2)
        else:
            content = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(head[0].split()[1]), headers, content

    async def sync(self):
        inbox = self.phone.folder(INBOX)
        tree = await self.request("Sync", self.phone.sync_tree(inbox))
        held = len(self.phone.collection(inbox).items)
        if tree is not None:
            self.phone.apply_sync(Answered(tree))
        return len(self.phone.collection(inbox).items) - held

    async def first_contact(self):
        tree = await self.request("FolderSync", self.load.folder_sync)
        self.phone.apply_folder_sync(Answered(tree), reset=True)
        await self.sync()
        await self.sync()

    async def live(self):
        """Wait, fetch, wait again."""
        while True:
            tree = await self.request("Ping", self.phone.ping_tree(self.heartbeat, [self.phone.folder(INBOX)]))
            if tree.value("Status") == "2":
                self.load.woken.append((self.user, self.arrived))
                if await self.sync() == 0:
                    self.load.count["woken for nothing"] += 1
                self.load.synced.append((self.user, time.monotonic()))
            else:
                self.load.count["heartbeats over"] += 1


class Answered:
    """What Phone.apply_*() look at."""

    def __init__(self, tree):
        self.tree = tree
        self.value = tree.value

    def number(self, path):
        return int(self.tree.value(path))


class Load:
    def __init__(self, stage):
        self.stage, self.instance = stage, stage.instance
        self.folder_sync = tree("FolderHierarchy", "FolderSync", E("SyncKey", 0))
        self.count = collections.Counter()
        self.devices = [Device(self, number) for number in range(PHONES)]
        self.forget()

    def forget(self):
        # (user, when) of each answer to a Ping, and of each Sync after it
        self.woken, self.synced, self.delivered_at = [], [], {}

    def delays(self):
        """Seconds from each delivery's 250 to each answer."""
        return [max(when - self.delivered_at[user], 0) for user, when in self.woken if user in self.delivered_at]

    async def every(self, action):
        """For each device, so many at once."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(device):
            async with gate:
                await action(device)
        await asyncio.gather(*(one(device) for device in self.devices))

    async def parked(self, number):
        while (await elsewhere(self.stage.counters))["parked_now"] < number:
            await asyncio.sleep(0.2)

    def deliver(self, users):
        """A mail for each, all over one connection; the time of each 250."""
        host, port = self.instance.address("lmtp")
        message = self.stage.message("For everybody")
        with smtplib.LMTP(host, port, "test.example") as lmtp:
            for user in users:
                lmtp.sendmail("sender@example.net", [self.instance.user(user)], message)
                self.delivered_at[user] = time.monotonic()


async def elsewhere(function, *args):
    """Run what blocks beside the loop."""
    return await asyncio.get_running_loop().run_in_executor(None, function, *args)


async def until(condition, secs):
    deadline = time.monotonic() + secs
    while not condition() and time.monotonic() < deadline:
        await asyncio.sleep(0.05)


async def idle(load, front):
    before = figures.cpu_secs(front)
    await asyncio.sleep(IDLE_SECS)
    used = (figures.cpu_secs(front) - before) / (IDLE_SECS / 60) / (PHONES / 1000)
    figures.line("processor time a minute for 1,000 of them", f"{used:.3f} s", "<= 0.1 s")
    figures.line("    heartbeats that were over and renewed meanwhile", str(load.count["heartbeats over"]))


async def at_a_rate(load):
    """A mail each moment for somebody."""
    load.forget()
    users = random.sample(range(1, USERS + 1), min(USERS, RATE_SECS * RATE_PER_SEC))
    for user in users:
        await elsewhere(load.deliver, [user])
        await asyncio.sleep(1 / RATE_PER_SEC)
    expected = len(users) * PHONES_PER_USER
    await until(lambda: len(load.woken) >= expected, 10)
    figures.times(f"{RATE_PER_SEC} mails a second, each for {PHONES_PER_USER} phones: 250 to Ping answer", load.delays())
    figures.line("    phones that were not woken", str(expected - len(load.woken)), "0")


async def storm(load):
    """Everybody gets mail."""
    load.forget()
    busy = load.count["503"]
    await elsewhere(load.deliver, list(range(1, USERS + 1)))
    delivered = time.monotonic()
    await until(lambda: len(load.woken) >= PHONES, 60)
    figures.line(f"mail for all {USERS} users: until the last Ping was answered",
                 f"{max(time.monotonic() - delivered, 0):.1f} s", "<= 10 s")
    figures.times("    250 to Ping answer", load.delays())
    figures.line("    Pings not answered", str(PHONES - len(load.woken)), "0")
    started = time.monotonic()
    await elsewhere(lambda: load.stage.user("someone").imap().logout())
    figures.line("    an IMAP login meanwhile", f"{(time.monotonic() - started) * 1000:.0f} ms")
    await until(lambda: len(load.synced) >= PHONES, 600)
    figures.line("    until the last phone had its mail", f"{time.monotonic() - delivered:.1f} s")
    figures.line("    told to come back later (503)", str(load.count["503"] - busy))


async def main(stage):
    load = Load(stage)
    started = time.monotonic()
    await load.every(Device.first_contact)
    figures.line(f"first contact of {PHONES} phones of {USERS} users", f"{time.monotonic() - started:.0f} s")
    for device in load.devices:
        device.writer.close()
        device.writer = None
    stage.eventually("the workers do not end", lambda: not stage.workers(), 60)
    front = stage.instance.pids_of("directpush")[0]
    before = figures.smaps(front)
    started = time.monotonic()
    lives = []
    for device in load.devices:
        lives.append(asyncio.ensure_future(device.live()))
        await asyncio.sleep(0.001)
    await load.parked(PHONES)
    figures.line(f"{PHONES} phones parked", f"{time.monotonic() - started:.0f} s")
    await asyncio.sleep(5)
    figures.line("    memory each", f"{(figures.smaps(front) - before) / PHONES / 1000:.1f} kB", "<= 16 kB")
    await idle(load, front)
    await at_a_rate(load)
    await load.parked(PHONES)
    await storm(load)
    await load.parked(PHONES)
    figures.line("    all parked again", "yes")
    figures.line("    woken for nothing; lost connections", f"{load.count['woken for nothing']}; {load.count['lost']}", "0; 0")
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)


def run(stage, quick):
    asyncio.run(main(stage))
