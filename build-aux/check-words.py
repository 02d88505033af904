#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fail on unfinished words in our sources; list open decisions (NEEDSWORK:)."""
import os
import re
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
# what HTTP calls 501
HTTP_REASON = '"Not Implemented"'
UNFINISHED = re.compile(r'\b(FIXME|TODO|XXX|HACK|(?i:not implemented))\b')


def main():
    names = subprocess.run(['git', 'ls-files', 'src', 'tests', 'setup', 'conf.d'], cwd=TOP,
                           capture_output=True, text=True).stdout.split('\n')
    failed, open_decisions = [], []
    for name in filter(None, names):
        if 'fixtures' in name or not os.path.isfile(os.path.join(TOP, name)):
            continue
        for number, line in enumerate(open(os.path.join(TOP, name), errors='replace'), 1):
            if UNFINISHED.search(line.replace(HTTP_REASON, '')):
                failed.append(f'{name}:{number}: {line.strip()}')
            if 'NEEDSWORK:' in line:
                open_decisions.append(f'{name}:{number}: {line.strip()}')
    print(f'words: {len(names)} files, {len(open_decisions)} open decisions')
    print('\n'.join(open_decisions + failed), end='\n' if open_decisions + failed else '')
    return 1 if failed else 0


sys.exit(main())
