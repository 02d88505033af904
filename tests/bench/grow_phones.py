# SPDX-License-Identifier: LGPL-2.1-or-later
"""What waiting phones cost as they grow in number: bench_park, once for each number, and its figures by their names."""

import json
import os
import re
import subprocess
import sys
import tempfile

# row, unit, a part of the figure's name in bench_park, which of the numbers in what it measured
ROWS = (
    ("time until all are parked", "s", "phones parked", 0),
    ("memory of the front, each phone", "kB", "memory each", 0),
    ("processor time a minute, for 1,000 of them", "s", "processor time a minute", 0),
    ("delivery's 250 to Ping answer, at a rate, median", "ms", "mails a second", 0),
    ("the same, 95 of 100", "ms", "mails a second", 1),
    ("mail for everybody: from the last delivery until the last Ping is answered", "ms", "until the last of them knew", 0),
    ("the same, until the last phone has it", "ms", "until the last phone had its mail", 0),
)
TIMEOUT_SECS = 900


def measure(table, build, size):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "run"), "park", "--json", out.name]
        subprocess.run([sys.executable, *command] + (["--build", build] if build else []), check=True,
                       env=dict(os.environ, PARK_PHONES=str(size)), timeout=TIMEOUT_SECS)
        printed = json.load(out)
    for row, unit, name, number in ROWS:
        found = [measured for figure, measured in printed if name in figure]
        if not found:
            raise LookupError(f"bench_park has no figure named '{name}'")
        value = re.findall(r"\d+(?:\.\d+)?", found[0])[number]
        table.put(row, unit, size, float(value), len(value.partition(".")[2]))
