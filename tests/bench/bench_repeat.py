# SPDX-License-Identifier: LGPL-2.1-or-later
"""A repeated Ping with nothing new starts no worker and opens no file."""

import shutil
import subprocess
import time

from tests.bench import figures
from tests.harness.phone import INBOX

CONFIG = "directpush_heartbeat_min = 1 secs\ndirectpush_worker_idle_timeout = 1 secs\n"
REPEATS = 5


def run(stage, quick):
    phone = stage.phone()
    phone.first_contact()
    inbox = phone.folder(INBOX)
    phone.ping(1, [inbox]).wait(10)
    stage.eventually("the worker does not end", lambda: not stage.workers(), 10)
    before = stage.counters()
    trace = start_strace(stage.instance.pids_of("directpush")[0], f"{stage.instance.dir}/front.strace")
    repeats = 2 if quick else REPEATS
    for _ in range(repeats):
        phone.ping(1, [inbox]).wait(10)
    after = stage.counters()
    opened = stop_strace(trace, f"{stage.instance.dir}/front.strace")
    parked = after["parked_without_worker"] - before["parked_without_worker"]
    figures.line(f"{repeats} repeated Pings: parked again without a worker", str(parked), str(repeats))
    figures.line("    workers started", str(after["workers_started"] - before["workers_started"]), "0")
    figures.line("    files opened by the front (strace)", opened, "0")


def start_strace(pid, path):
    if shutil.which("strace") is None:
        return None
    trace = subprocess.Popen(["strace", "-f", "-qq", "-e", "trace=open,openat,stat,execve,connect", "-o", path,
                              "-p", str(pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while "TracerPid:\t0\n" in open(f"/proc/{pid}/status", encoding="ascii").read():
        time.sleep(0.01)
    return trace


def stop_strace(trace, path):
    """How many calls were seen, as text."""
    if trace is None:
        return "strace is missing"
    trace.terminate()
    trace.wait(10)
    with open(path, encoding="utf-8", errors="replace") as found:
        return str(sum(1 for entry in found if "open" in entry or "stat" in entry or "execve" in entry))
