#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every setting of ours stands in the example configuration and in docs/settings.md, and no other."""
import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')


def read(*path):
    return open(os.path.join(TOP, *path), encoding='utf-8').read()


def documented():
    """The names in docs/settings.md: `directpush_a_b`, and `_c` after it for directpush_a_c."""
    names, base = set(), ''
    for name in re.findall(r'`(directpush_[a-z_]+|_[a-z_]+)`', read('docs', 'settings.md')):
        if name.startswith('_'):
            parts = base.split('_')
            names |= {'_'.join(parts[:count]) + name for count in range(1, len(parts) + 1)}
        else:
            base = name
            names.add(name)
    return names


def main():
    defined = set()
    for path in glob.glob(os.path.join(TOP, 'src', '*', '*-settings.c')):
        defined |= set(re.findall(r'DEF\(\w+, (directpush_\w+)\)', open(path, encoding='utf-8').read()))
    example = set(re.findall(r'^#(directpush_\w+) =', read('conf.d', '95-directpush.conf'), re.M))
    errors = [f'conf.d/95-directpush.conf lacks {name}' for name in sorted(defined - example)]
    errors += [f'conf.d/95-directpush.conf: there is no {name}' for name in sorted(example - defined)]
    errors += [f'docs/settings.md lacks {name}' for name in sorted(defined - documented())]
    print('\n'.join(errors) if errors else f'settings: {len(defined)} explained')
    return 1 if errors else 0


sys.exit(main())
