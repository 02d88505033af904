#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`llvm-cov export -summary-only` on standard input: covered lines of the files below a folder, without tests and fuzzers."""
import json
import os
import sys

covered = count = 0
for found in json.load(sys.stdin)["data"][0]["files"]:
    name = found["filename"]
    if sys.argv[1] in name and not os.path.basename(name).startswith(("fuzz-", "test-")):
        covered += found["summary"]["lines"]["covered"]
        count += found["summary"]["lines"]["count"]
print(f"{covered} of {count} ({100 * covered // count} %)" if count else "none")
