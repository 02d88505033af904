#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows the whole way: a phone's first contact, its Ping, a delivered mail, the released Ping, the Sync.

    tests/demo.py          stays up until Ctrl-C, for a look with a real client
    tests/demo.py --once   ends by itself: exit status 0 when all of it worked, else 1
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.dont_write_bytecode = True

from tests.harness.dovecot import Instance, InstanceError  # noqa: E402
from tests.harness.phone import INBOX, Phone  # noqa: E402
from tests.harness.stage import Failure, Stage, check  # noqa: E402
from tests.harness.wbxml import WbxmlError  # noqa: E402
from tests.harness.wire import WireError  # noqa: E402

SUBJECT = "Lunch at noon?"
BODY = "The usual place. I will keep you a chair.\n"
USERS = 10


def step(text, detail=""):
    print(f"  {text:<34} {detail}", flush=True)


def timed(function, *args, **kwargs):
    started = time.monotonic()
    result = function(*args, **kwargs)
    return result, f"{(time.monotonic() - started) * 1000:6.1f} ms"


def show(instance):
    stage = Stage(instance, range(1, USERS + 1))
    alice = stage.user("alice")
    phone = Phone.of(instance, alice.number, device_id="DEMOPHONE1", device_type="DemoPhone",
                     user_agent="DemoPhone/1.0", version="16.1")

    print(f"\nA phone is set up for {alice.address}")
    answer, took = timed(phone.options)
    check(answer.status == 200, f"OPTIONS: HTTP {answer.status}")
    step("OPTIONS", f"{took}   protocol versions {answer.header('MS-ASProtocolVersions')}")
    (first, second), took = timed(phone.provision)
    check(first.status == 200 and first.value("Status") == "1", f"Provision: HTTP {first.status}")
    step("Provision, both phases", f"{took}   policy key {phone.policy_key}")
    answer, took = timed(phone.folder_sync)
    check(answer.number("Status") == 1, f"FolderSync: HTTP {answer.status}, Status {answer.value('Status')}")
    step("FolderSync", f"{took}   {', '.join(f['name'] for f in phone.folders.values())}")
    inbox = phone.folder(INBOX)
    answers, took = timed(phone.sync_all, inbox)
    check(all(a.status == 200 for a in answers), "Sync failed")
    step("first Sync of the Inbox", f"{took}   {len(phone.collection(inbox).items)} messages")

    print("\nThe phone waits")
    pending = phone.ping(480, [inbox])
    stage.eventually("the Ping was not parked", lambda: stage.parked("alice") == 1)
    step("Ping, 8 minutes", "           held by the server, no process of its own")

    print("\nA mail is delivered over LMTP")
    # Read while the mail is on its way, to see the first byte when it arrives.
    outcome = {}
    reader = threading.Thread(target=lambda: outcome.update(answer=pending.wait(10)))
    reader.start()
    delivered = alice.receives(stage.message(SUBJECT, BODY, to=alice.address))
    reader.join()
    check("answer" in outcome, "the Ping was not released within 10 s")
    answer = outcome["answer"]
    check(answer.number("Status") == 2, f"the Ping was answered with Status {answer.value('Status')}")
    check(answer.value("Folders/Folder") == inbox, "the Ping does not name the Inbox")
    released = (answer.first_byte_at - delivered) * 1000
    step("Ping released", f"{released:6.1f} ms   after the LMTP server said 250"
         + ("" if released >= 0 else " (a negative number: before it)"))
    _answer, took = timed(phone.sync, inbox)
    subjects = [item.value("Subject") for item in phone.collection(inbox).items.values()]
    check(subjects == [SUBJECT], f"the Sync brought {subjects}")
    step("Sync", f"{took}   brought {subjects[0]!r}")
    trouble = [line for line in instance.log().splitlines() if "Error:" in line or "Panic:" in line]
    check(not trouble, "the server's log holds errors:\n" + "\n".join(trouble))
    phone.close()


def invite(instance):
    _host, https = instance.address("https")
    print(f"""
It stays up. To look at it with a phone, an emulator or another client on this machine:

  URL            {instance.info['url']}
  plain HTTP     {instance.info['url_plain']}   (for a proxy)
  account type   Exchange, Exchange ActiveSync, Corporate
  server         localhost:{https}   (loopback only: forward the port to reach it from elsewhere)
  domain         leave it empty
  user           {instance.user(1)} ... {instance.user(USERS)}
  password       {instance.info['password']}
  security       SSL/TLS, accept all certificates (it is self-signed)

  deliver a mail python3 -c 'import smtplib; smtplib.LMTP("{instance.info['lmtp'].replace(':', '", ')}).sendmail(
                     "you@example.net", "{instance.user(2)}", "Subject: Hello\\n\\nHello.")'
  IMAP           {instance.info['imap']}
  log            {instance.dir}/log/dovecot.log
  doveadm        {instance.dir}/bin/doveadm directpush who

Ctrl-C ends it.""", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Show Direct Push at work in a private Dovecot.")
    parser.add_argument("--once", action="store_true", help="end by itself, with exit status 0 or 1")
    options = parser.parse_args()
    instance = Instance(tempfile.mkdtemp(prefix="directpush-demo."))
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    try:
        _info, took = timed(instance.start, users=USERS)
        print(f"A private Dovecot runs in {instance.dir} (started in {took.strip()})")
        show(instance)
        print("\nDirect Push works.")
        if not options.once:
            invite(instance)
            stop.wait()
        return 0
    except (Failure, AssertionError, InstanceError, WireError, WbxmlError, OSError, KeyError) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        if instance.info is not None:
            print("\nThe end of the server's log:\n" + instance.last_log(), file=sys.stderr)
        return 1
    finally:
        if instance.info is not None:
            instance.stop()
        shutil.rmtree(instance.dir, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
