# SPDX-License-Identifier: LGPL-2.1-or-later
"""Phones by the thousand: parked on their heartbeats, mail at a rate, mail for everybody at once.

N phones (PARK_PHONES, 2000) of N/10 users, each on a TLS connection of its own, all in one event loop. That loop takes one processor
while it works, so the times are those of server and driver together; processor times are told for each of them. For figures
of the server be alone on the machine: no other load, two processors or more, 2 GB free for 10,000 phones. It ends by itself,
at the latest some 8 minutes after it began: whatever takes longer than its time is told as that."""

import asyncio
import collections
import os
import random
import ssl
import time

from tests.bench import figures, outside
from tests.harness.phone import INBOX, E, Phone, tree
from tests.harness.wbxml import decode, encode

PHONES = int(os.environ.get("PARK_PHONES", "2000"))
PHONES_PER_USER = 10
USERS = max(PHONES // PHONES_PER_USER, 2)
# short ones, so that some end and are asked again while we look
HEARTBEATS = (60, 900)
IDLE_SECS = 60
RATE_SECS, RATE_PER_SEC = 20, 5
# users whose phones make contact at once
USERS_AT_ONCE = 8
# for the phones to have their mail after the storm, and to be parked again
SYNC_SECS, PARK_SECS = 120, 30
# between two looks at how many are parked
LOOK_SECS = 0.2
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

    async def request(self, command, body):
        """HTTP status and tree; busy answers are counted and asked again."""
        while True:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection(
                    "127.0.0.1", self.phone.ports[True], ssl=self.tls)
            raw = body if isinstance(body, bytes) else encode(body)
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

    def disconnect(self):
        self.writer.close()
        self.writer = None

    async def live(self):
        """Wait, fetch, wait again."""
        ping = encode(self.phone.ping_tree(self.heartbeat, [self.phone.folder(INBOX)]))
        while True:
            asked = time.monotonic()
            tree = await self.request("Ping", ping)
            if tree.value("Status") == "2":
                self.load.woken.append((self.user, self.arrived, asked))
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
    def __init__(self, stage, beside):
        self.stage, self.instance, self.beside = stage, stage.instance, beside
        self.folder_sync = encode(tree("FolderHierarchy", "FolderSync", E("SyncKey", 0)))
        self.count = collections.Counter()
        self.devices = [Device(self, number) for number in range(PHONES)]
        self.forget()

    def forget(self):
        # (user, when, when asked) of each answer to a Ping; (user, when) of each Sync after it
        self.woken, self.synced, self.delivered_at, self.lmtp_took = [], [], {}, []

    def delays(self, waited=True):
        """Seconds from each delivery's 250 to each answer. waited=False: of Pings that only came after it."""
        return [max(when - self.delivered_at[user], 0) for user, when, asked in self.woken
                if user in self.delivered_at and (asked <= self.delivered_at[user]) == waited]

    async def first_contact(self):
        """Some users at once; the phones of one after each other, so that they share a worker."""
        gate = asyncio.Semaphore(USERS_AT_ONCE)

        async def of_user(devices):
            async with gate:
                for device in devices:
                    await device.first_contact()
                    device.disconnect()
        await asyncio.gather(*(of_user(self.devices[first:first + PHONES_PER_USER])
                               for first in range(0, PHONES, PHONES_PER_USER)))

    async def parked(self, number, secs=600):
        """Until so many are parked; returns how many are."""
        deadline = time.monotonic() + secs
        while True:
            now = (await elsewhere(self.stage.counters))["parked_now"]
            if now >= number or time.monotonic() > deadline:
                return now
            await asyncio.sleep(LOOK_SECS)

    async def deliver(self, users):
        """A mail for each; the time of each 250."""
        numbers = {self.instance.user(user): user for user in users}
        done = await asyncio.wrap_future(self.beside.pool.submit(
            outside.deliver, self.instance.address("lmtp"), list(numbers), self.stage.message("For everybody")))
        for address, when, took in done:
            self.delivered_at[numbers[address]] = when
            self.lmtp_took.append(took)


class Spent:
    """Processor time of front, all of Dovecot, and driver since it was made."""

    def __init__(self, stage):
        self.stage = stage
        self.before = self.now()

    def now(self):
        return (figures.cpu_secs(self.stage.instance.pids_of("directpush")[0]),
                figures.tree_cpu_secs(self.stage.instance.info["pid"]), time.process_time())

    def line(self):
        front, dovecot, driver = (now - before for now, before in zip(self.now(), self.before))
        figures.line("    processor time: front; all of Dovecot; driver", f"{front:.1f}; {dovecot:.1f}; {driver:.1f} s")


async def elsewhere(function, *args):
    """Run what blocks beside the loop."""
    return await asyncio.get_running_loop().run_in_executor(None, function, *args)


async def until(condition, secs):
    deadline = time.monotonic() + secs
    while not condition() and time.monotonic() < deadline:
        await asyncio.sleep(0.05)


async def first_contact(load):
    spent, started = Spent(load.stage), time.monotonic()
    await load.first_contact()
    figures.line(f"first contact of {PHONES} phones of {USERS} users", f"{time.monotonic() - started:.0f} s")
    spent.line()
    await elsewhere(load.stage.eventually, "the workers do not end", lambda: not load.stage.workers(), 60)


async def park(load):
    """Returns the tasks that the phones live in."""
    front = load.stage.instance.pids_of("directpush")[0]
    before = figures.smaps(front)
    spent, started = Spent(load.stage), time.monotonic()
    lives = []
    for device in load.devices:
        lives.append(asyncio.ensure_future(device.live()))
        await asyncio.sleep(0.001)
    now = await load.parked(PHONES)
    figures.line(f"{now} phones parked", f"{time.monotonic() - started:.1f} s")
    spent.line()
    # the front gives back what the rush left a moment after it is over
    await asyncio.sleep(5)
    figures.against("    memory each (PSS)", (figures.smaps(front) - before) / PHONES / 1000, 16, "kB")
    return lives


async def idle(load):
    front = load.stage.instance.pids_of("directpush")[0]
    load.count["heartbeats over"] = 0
    before = figures.cpu_secs(front)
    await asyncio.sleep(IDLE_SECS)
    used = (figures.cpu_secs(front) - before) / (IDLE_SECS / 60) / (PHONES / 1000)
    figures.against("processor time a minute for 1,000 of them", used, 0.1, "s", 3)
    figures.line("    heartbeats that were over and renewed meanwhile", str(load.count["heartbeats over"]))


async def at_a_rate(load):
    """A mail each moment for somebody."""
    load.forget()
    users = random.sample(range(1, USERS + 1), min(USERS, RATE_SECS * RATE_PER_SEC))
    for user in users:
        await load.deliver([user])
        await asyncio.sleep(1 / RATE_PER_SEC)
    expected = len(users) * PHONES_PER_USER
    await until(lambda: len(load.woken) >= expected, 10)
    figures.times(f"{RATE_PER_SEC} mails a second, each for {PHONES_PER_USER} phones: 250 to Ping answer", load.delays())
    figures.line("    phones that were not woken", str(expected - len(load.woken)), "0")


async def storm(load):
    """Everybody gets mail."""
    load.forget()
    busy, lost, spent = load.count["503"], load.count["lost"], Spent(load.stage)
    imap = load.beside.pool.submit(outside.use_imap, load.instance.address("imap"), load.instance.user(1),
                                   load.instance.info["password"], load.beside.ended)
    started = time.monotonic()
    await load.deliver(list(range(1, USERS + 1)))
    delivered = max(load.delivered_at.values())
    await until(lambda: len(load.woken) >= PHONES, 60)
    last = max(when for user, when, asked in load.woken if asked <= load.delivered_at[user])
    figures.line(f"mail for all {USERS} users, in {delivered - started:.0f} s: until the last of them knew",
                 f"{max(last - delivered, 0) * 1000:.0f} ms", "<= 10 s")
    figures.times("    250 to Ping answer", load.delays())
    late = load.delays(waited=False)
    figures.line("    Pings that came after the mail; the longest", f"{len(late)}; {max(late, default=0):.0f} s")
    figures.line("    Pings not answered; connections lost", f"{PHONES - len(load.woken)}; {load.count['lost'] - lost}", "0; 0")
    await until(lambda: len(load.synced) >= PHONES, SYNC_SECS)
    figures.line("    until the last phone had its mail", f"{max(load.synced[-1][1] - delivered, 0) * 1000:.0f} ms")
    figures.line("    phones that have not yet", str(PHONES - len(load.synced)), "0")
    figures.line("    told to come back later (503)", str(load.count["503"] - busy))
    load.beside.ended.set()
    figures.times("    an IMAP login, SELECT, LOGOUT meanwhile", await asyncio.wrap_future(imap))
    figures.times("    an LMTP delivery meanwhile", load.lmtp_took)
    spent.line()


async def main(stage, beside):
    load = Load(stage, beside)
    await first_contact(load)
    lives = await park(load)
    await idle(load)
    await at_a_rate(load)
    await load.parked(PHONES, PARK_SECS)
    await storm(load)
    figures.line("    parked again", str(await load.parked(PHONES, PARK_SECS)), str(PHONES))
    strange = {name: count for name, count in load.count.items() if name.startswith("HTTP")}
    figures.line("    woken for nothing; lost connections; other answers",
                 f"{load.count['woken for nothing']}; {load.count['lost']}; {strange or 0}", "0; 0; 0")
    for life in lives:
        life.cancel()
    await asyncio.gather(*lives, return_exceptions=True)


def run(stage, quick):
    beside = outside.Outside()
    try:
        asyncio.run(main(stage, beside))
    finally:
        beside.close()
