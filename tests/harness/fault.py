# SPDX-License-Identifier: LGPL-2.1-or-later
"""The n-th file operation of a worker fails, or is its last: the test's side of fault.c."""

import errno
import mmap
import os
import struct
import subprocess
import tempfile

from .dovecot import HARNESS

FAIL, KILL = 1, 2
_FORMAT = "=IIIIII40s"


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
        return ["env", f"LD_PRELOAD={self.dir}/fault.so", f"FAULT_CONTROL={self._path}", "FAULT_PREFIX=%d/home"]

    def arm(self, action, n, error=errno.EIO):
        """FAIL is for the files of ours (Dovecot's own look after themselves), KILL for all of the user's."""
        self._map[:] = struct.pack(_FORMAT, 0, n, error, 0, 0, action == FAIL, b"")
        self._map[0:4] = struct.pack("=I", action)

    def disarm(self):
        """Returns what failed ("rename"), or None if there were fewer operations than n."""
        self._map[0:4] = bytes(4)
        fired, name = struct.unpack(_FORMAT, self._map[:])[4::2]
        return name.rstrip(b"\0").decode() if fired else None
