#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/events.md names every event, event field and category of the code, and no other."""
import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
# An event's name may also be handed to a helper, so every string with our prefix and a past tense counts.
IN_CODE = {
    'Categories': r'event_category\s+\w+\s*=\s*\{[^}]*?\.name = "([\w-]+)"',
    'Events': r'"((?:directpush|eas)_\w+_(?:finished|parked|woken|skipped|created|wiped))"',
    'Fields': r'\badd_(?:str|int|timeval|strlist)\((?:[^",]*,\s*)?"(\w+)"|event_add_\w+\([^",]*,\s*"(\w+)"',
}


def in_code():
    found = {heading: set() for heading in IN_CODE}
    for path in glob.glob(os.path.join(TOP, 'src', '**', '*.c'), recursive=True):
        if os.path.basename(path).startswith(('test-', 'fuzz-')):
            continue
        text = open(path, encoding='utf-8').read()
        for heading, pattern in IN_CODE.items():
            for match in re.finditer(pattern, text, re.S):
                found[heading].add(next(group for group in match.groups() if group))
    return found


def in_docs():
    found = {}
    sections = re.split(r'^## (\w+)$', open(os.path.join(TOP, 'docs', 'events.md'), encoding='utf-8').read(), flags=re.M)
    for heading, text in zip(sections[1::2], sections[2::2]):
        found[heading] = set()
        for row in re.findall(r'^\| (`[^|]*) \|', text, re.M):
            found[heading] |= set(re.findall(r'`([\w-]+)`', row))
    return found


def main():
    code, docs = in_code(), in_docs()
    errors = []
    for heading in IN_CODE:
        errors += [f'docs/events.md, {heading}: {name} is missing' for name in sorted(code[heading] - docs[heading])]
        errors += [f'docs/events.md, {heading}: {name} is not in the code' for name in sorted(docs[heading] - code[heading])]
    print('\n'.join(errors) if errors else
          f'events: {len(code["Events"])} and their {len(code["Fields"])} fields explained')
    return 1 if errors else 0


sys.exit(main())
