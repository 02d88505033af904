# SPDX-License-Identifier: LGPL-2.1-or-later
"""The n-th operation of a worker fails, or is its last; the clock jumps: the test's side of fault.c."""

import errno
import mmap
import os
import struct
import subprocess
import tempfile

from .dovecot import HARNESS

FAIL, KILL = 1, 2
FILES, OURS, LOCKS, MEMORY, FIFO = range(5)
_FORMAT = "=IIIIII40sq"
_CLOCK_AT = 64


class Fault:
    """Made before the instance is started, which is given wrap()."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="directpush-fault.")
        os.chmod(self.dir, 0o755)
        self._path = os.path.join(self.dir, "control")
        library = os.path.join(self.dir, "fault.so")
        subprocess.run([os.environ.get("CC", "cc").split()[-1], "-O1", "-fPIC", "-shared", "-o", library,
                        os.path.join(HARNESS, "fault.c"), "-ldl"], check=True)
        with open(self._path, "wb") as control:
            control.write(bytes(struct.calcsize(_FORMAT)))
        os.chmod(self._path, 0o666)
        with open(self._path, "r+b") as control:
            self._map = mmap.mmap(control.fileno(), struct.calcsize(_FORMAT))

    def wrap(self):
        """For Instance.start(): %d is the instance's folder."""
        return ["env", f"LD_PRELOAD=${{LD_PRELOAD:+$LD_PRELOAD:}}{self.dir}/fault.so", f"FAULT_CONTROL={self._path}", "FAULT_PREFIX=%d/home"]

    def arm(self, action, n, error=errno.EIO, kind=None):
        """kind: which operations count. Without it FAIL is for the files of ours (Dovecot's own look after themselves),
        KILL for all of the user's."""
        if kind is None:
            kind = OURS if action == FAIL else FILES
        self._map[:_CLOCK_AT] = struct.pack(_FORMAT[:-1], 0, n, error, 0, 0, kind, b"")
        self._map[0:4] = struct.pack("=I", action)

    def jump(self, secs):
        """From now on the clock of front and workers is so far ahead of the true one."""
        self._map[_CLOCK_AT:_CLOCK_AT + 8] = struct.pack("=q", secs)

    def count(self):
        """Operations of that kind since it was armed."""
        return struct.unpack(_FORMAT, self._map[:])[3]

    def disarm(self):
        """Returns what failed ("rename"), or None if there were fewer operations than n."""
        self._map[0:4] = bytes(4)
        fired, name = struct.unpack(_FORMAT, self._map[:])[4:8:2]
        return name.rstrip(b"\0").decode() if fired else None
