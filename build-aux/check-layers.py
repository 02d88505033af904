#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Check that each file under src/ includes only what build-aux/layers.txt allows its folder."""
import fnmatch
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
SRC = os.path.join(TOP, 'src')


def read_rules():
    rules = {}
    for line in open(os.path.join(TOP, 'build-aux', 'layers.txt')):
        if line.strip() and not line.startswith('#'):
            folder, ours, banned, _why = (field.strip() for field in line.split('|'))
            rules[folder] = (ours.replace('-', '', 1).split() if ours == '-' else ours.split(),
                             [] if banned == '-' else banned.split())
    return rules


def source_files():
    for path, _dirs, names in os.walk(SRC):
        for name in sorted(names):
            if name.endswith(('.c', '.h', '.def')):
                yield os.path.relpath(path, SRC), name


def allowed(owner, name, ours):
    return any(owner == rule or owner.startswith(rule + '/') or
               fnmatch.fnmatch(owner + '/' + name, rule) for rule in ours)


def main():
    rules = read_rules()
    owner_of = {}
    for folder, name in source_files():
        if name.endswith(('.h', '.def')):
            owner_of[name] = folder
    errors = [f'layers.txt: there is no src/{folder}' for folder in rules if not os.path.isdir(os.path.join(SRC, folder))]
    for folder, name in source_files():
        home = next((f for f in rules if folder == f or folder.startswith(f + '/')), None)
        if home is None:
            errors.append(f'src/{folder}/{name}: folder has no line in layers.txt')
            continue
        ours, banned = rules[home]
        text = open(os.path.join(SRC, folder, name), errors='replace').read()
        for header in re.findall(r'^\s*#\s*include\s+[<"]([^">]+)[">]', text, re.M):
            base = os.path.basename(header)
            owner = owner_of.get(base)
            if owner is not None:
                inside = owner == home or owner.startswith(home + '/')
                if not inside and not allowed(owner, base, ours):
                    errors.append(f'src/{folder}/{name}: must not include {header} of {owner}')
            elif any(fnmatch.fnmatch(base, ban) for ban in banned) and not name.startswith(('test-', 'fuzz-')):
                errors.append(f'src/{folder}/{name}: must not include Dovecot\'s {header}')
    print('\n'.join(errors) if errors else f'layers: {len(rules)} folders, nothing crosses')
    return 1 if errors else 0


sys.exit(main())
