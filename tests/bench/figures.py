# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the benchmarks share: an instance each, reading /proc, printing."""

import contextlib
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time

from tests.harness.dovecot import Instance, read
from tests.harness.stage import Stage, check


def head():
    openssl = subprocess.run(["openssl", "version"], capture_output=True, text=True, check=False).stdout.strip()
    dovecot = subprocess.run(["dovecot", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Dovecot {dovecot}, {openssl}\n")
    print(f"{'figure':<62} {'measured':>22}  target")


# what line() printed: (name, measured)
printed = []


def line(name, measured, target=""):
    printed.append((name.strip(), measured))
    print(f"{name:<62} {measured:>22}  {target}{share(measured, target)}", flush=True)


def against(name, measured, target, unit, digits=1):
    """A figure that shall be at most target, and how much of it that is."""
    line(name, f"{measured:.{digits}f} {unit}", f"<= {target:g} {unit}")


UNITS = {"ms": 0.001, "s": 1}
VALUE = r"(-?[\d.]+)(?: / -?[\d.]+)? ?([A-Za-z/]*)"


def share(measured, target):
    """How much of its target a figure is, both as printed; of two values the first."""
    have, wanted = re.match(VALUE, measured), re.match(f"[<>]= {VALUE}", target)
    if have is None or wanted is None or float(wanted.group(1)) == 0:
        return ""
    units = [UNITS.get(found.group(2), 1) for found in (have, wanted)]
    return f" ({float(have.group(1)) * units[0] / (float(wanted.group(1)) * units[1]):.2f} of it)"


def times(name, seconds, target=""):
    """Median and 95th percentile of a list of seconds, in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    line(name, f"{statistics.median(ordered) * 1000:.2f} / {p95 * 1000:.2f} ms", target)


# one phone stands for many here
UNBRAKED = "directpush_device_rate = 0\ndirectpush_user_rate = 0\n"


def make_certificate(directory):
    """Of the kind that is usual today, where the scenarios have RSA."""
    os.makedirs(directory)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "3650", "-subj", "/CN=localhost", "-keyout", os.path.join(directory, "key.pem"),
                    "-out", os.path.join(directory, "cert.pem")],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def instance(build, config, users):
    """A Stage on a private Dovecot, gone afterwards."""
    dovecot = Instance(tempfile.mkdtemp(prefix="directpush-bench."))
    try:
        make_certificate(os.path.join(dovecot.dir, "ssl"))
        dovecot.start(users=users, config=UNBRAKED + config, build=build)
        stage = Stage(dovecot, range(1, users + 1))
        try:
            yield stage
        finally:
            stage.close()
    finally:
        if dovecot.info is not None:
            dovecot.stop()
        shutil.rmtree(dovecot.dir, ignore_errors=True)


def smaps(pid, field="Pss"):
    """One line of smaps_rollup, in bytes; 0 when the process is gone."""
    for entry in read(f"/proc/{pid}/smaps_rollup").splitlines():
        if entry.startswith(field + ":"):
            return int(entry.split()[1]) * 1024
    return 0


def status(pid, field):
    """One line of status, in bytes."""
    for entry in read(f"/proc/{pid}/status").splitlines():
        if entry.startswith(field + ":"):
            return int(entry.split()[1]) * 1024
    return 0


def cpu_secs(pid):
    """Time on a processor of all threads, in seconds."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        text = read(f"/proc/{pid}/task/{thread}/schedstat").split()
        total += int(text[0]) if text else 0
    return total / 1e9


def tree_cpu_secs(root):
    """Of a process and all its descendants, those included that were waited for, in seconds."""
    ticks, parents = {}, {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        if fields:
            parents[int(pid)] = int(fields[1])
            ticks[int(pid)] = sum(map(int, fields[11:15]))
    total = 0
    for pid in ticks:
        above = pid
        while above not in (0, root):
            above = parents.get(above, 0)
        if above == root:
            total += ticks[pid]
    return total / os.sysconf("SC_CLK_TCK")


def median_msecs(seconds):
    return statistics.median(seconds) * 1000


def state_bytes(stage, user, phone, folder_id):
    """Size of what is kept on disk of one folder: the phone's state, and for objects the folder's index."""
    total = 0
    for path, _folders, names in os.walk(os.path.join(stage.instance.dir, "home", user.address)):
        total += sum(os.path.getsize(os.path.join(path, name)) for name in names
                     if name in (f"folder-{folder_id}", f"pim-{folder_id}")
                     and os.path.basename(path) in (phone.device_id.lower(), phone.device_id, "all-devices"))
    check(total > 0, f"no state of {folder_id} is on disk")
    return total


def worker_bytes(stage):
    """Anonymous memory of the largest worker."""
    return max(status(pid, "RssAnon") for pid in stage.workers())


def end_workers(stage):
    for pid in stage.workers():
        os.kill(pid, signal.SIGTERM)
    stage.eventually("the workers do not end", lambda: not stage.workers(), 20)


def our_pids(stage):
    return stage.instance.pids_of("directpush") + stage.instance.pids_of("directpush-worker")


class Peak:
    """The highest anonymous and resident memory of a process while the block runs, in bytes over its beginning."""

    def __init__(self, pid):
        self.pid = pid

    def __enter__(self):
        self.before = status(self.pid, "RssAnon")
        self.resident_before = status(self.pid, "VmRSS")
        with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as out:
            out.write("5")     # resets the high-water mark
        self.highest = self.before
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def _watch(self):
        while not self.stop.wait(0.005):
            self.highest = max(self.highest, status(self.pid, "RssAnon"))

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
        self.anonymous = self.highest - self.before
        self.resident = status(self.pid, "VmHWM") - self.resident_before


def stopwatch(function, *args, **kwargs):
    started = time.monotonic()
    result = function(*args, **kwargs)
    return result, time.monotonic() - started
