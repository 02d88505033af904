#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/clients.md, docs/reliability.md and SECURITY.md name only scenarios that exist, and the first has a row for every number
of its sections and for every "quirk N" in sources, docs and tests."""
import fnmatch
import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
SCENARIOS = os.path.join(TOP, 'tests', 'scenarios')
PAGES = ('docs/clients.md', 'docs/reliability.md', 'SECURITY.md')
# of mail and transport; the others are of item classes and folders
SECTIONS = list(range(1, 36)) + list(range(45, 72)) + list(range(115, 122))

SOURCES = ('src', 'docs', 'tests', 'conf.d')
QUIRKS = r'quirks? (\d+(?:(?:, | and )\d+)*)'


def quirks_named():
    """Number -> a file that names it."""
    found = {}
    for folder in SOURCES:
        for path in sorted(glob.glob(os.path.join(TOP, folder, '**', '*'), recursive=True)):
            if not path.endswith(('.c', '.h', '.def', '.md', '.py', '.eas', '.conf')):
                continue
            with open(path, encoding='utf-8') as file:
                for numbers in re.findall(QUIRKS, file.read()):
                    for number in re.findall(r'\d+', numbers):
                        found.setdefault(int(number), os.path.relpath(path, TOP))
    return found


def main():
    text = open(os.path.join(TOP, 'docs', 'clients.md'), encoding='utf-8').read()
    areas = '|'.join(name for name in os.listdir(SCENARIOS) if os.path.isdir(os.path.join(SCENARIOS, name)))
    paths = [os.path.splitext(os.path.relpath(path, SCENARIOS))[0] for path in glob.glob(os.path.join(SCENARIOS, '*', '*'))]
    rows = {int(number) for head in re.findall(r'^\| ([\d, ]+) \|', text, re.M) for number in head.split(',')}
    errors = []
    for page in PAGES:
        named = re.findall(rf'(?<![\w/-])(?:{areas})/[\w*-]+', open(os.path.join(TOP, page), encoding='utf-8').read())
        errors += [f'{page}: there is no scenario {name}' for name in named if not fnmatch.filter(paths, name)]
    errors += [f'docs/clients.md lacks {number}' for number in SECTIONS if number not in rows]
    errors += [f'docs/clients.md lacks {number}, which {path} names' for number, path in sorted(quirks_named().items())
               if number not in rows]
    print('\n'.join(errors) if errors else f'clients: {len(rows)} behaviours told')
    return 1 if errors else 0


sys.exit(main())
