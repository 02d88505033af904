#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""List functions over 50 lines and files over 400; fail over 80 and 700 unless build-aux/size-allow.txt has a row."""
import glob
import os
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
WARN_FUNCTION, MAX_FUNCTION, WARN_FILE, MAX_FILE = 50, 80, 400, 700


def read_allowed():
    rows = {}
    for line in open(os.path.join(TOP, 'build-aux', 'size-allow.txt')):
        if line.strip() and not line.startswith('#'):
            name, ceiling, _reason = line.split(None, 2)
            rows[name] = int(ceiling)
    return rows


def functions(lines):
    """(name line, length) of each function whose braces stand in column 0."""
    start = None
    for number, line in enumerate(lines):
        if line.startswith('{') and start is None:
            start = number
        elif line.startswith('}') and start is not None:
            if not line.startswith('};'):
                yield start, number - start + 1
            start = None


def function_name(lines, start):
    for line in reversed(lines[max(0, start - 8):start]):
        if '(' in line and not line[:1].isspace():
            return line.split('(')[0].split()[-1].lstrip('*')
    return f'line{start + 1}'


def main():
    allowed, warned, failed = read_allowed(), [], []
    files = sorted(glob.glob(os.path.join(TOP, 'src', '**', '*.[ch]'), recursive=True))
    for path in files:
        name = os.path.relpath(path, TOP)
        lines = open(path).read().splitlines()
        sizes = [(name, len(lines), WARN_FILE, MAX_FILE)]
        sizes += [(f'{name}:{function_name(lines, at)}', length, WARN_FUNCTION, MAX_FUNCTION)
                  for at, length in functions(lines)]
        for what, size, warn, maximum in sizes:
            if size > max(maximum, allowed.get(what, 0)):
                failed.append(f'{what}: {size} lines, at most {max(maximum, allowed.get(what, 0))}')
            elif size > warn:
                warned.append(f'{what}: {size}')
    print(f'size: {len(files)} files; long but allowed: {len(warned)}')
    if os.environ.get('V'):
        print('\n'.join('  ' + w for w in warned))
    print('\n'.join(failed), end='\n' if failed else '')
    return 1 if failed else 0


sys.exit(main())
