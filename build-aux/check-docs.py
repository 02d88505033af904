#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pages name only files that exist; a decision has a number of its own, its title says it, and what is cited exists."""
import fnmatch
import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
# `cmd-x.c`, `family-thing.c`: stands for any
PLACEHOLDER = re.compile(r'(^|[/-])(x|thing)\.c$')
PAGES = ['README.md', 'HACKING.md', 'CONTRIBUTING.md', 'SECURITY.md', os.path.join('tests', 'README.md')]


def read(path):
    return open(os.path.join(TOP, path), encoding='utf-8').read()


def files(pattern):
    return [os.path.relpath(path, TOP) for path in glob.glob(os.path.join(TOP, pattern), recursive=True)]


def decisions(errors):
    numbers = {}
    for path in sorted(files('docs/decisions/*.md')):
        number = os.path.basename(path)[:3]
        if number in numbers:
            errors.append(f'{path}: {numbers[number]} has this number too')
        if not read(path).startswith(f'# {number} '):
            errors.append(f'{path}: its title does not begin with {number}')
        numbers[number] = path
    return numbers


def mapped():
    """What docs/protocol-map.md names in its columns "scenarios"."""
    column = None
    for line in read('docs/protocol-map.md').split('\n'):
        cells = line.split(' | ')
        if not line.startswith('| '):
            column = None if line == '' else column
        elif column is None:
            column = next((at for at, cell in enumerate(cells) if cell.strip(' |') == 'scenarios'), -1)
        elif column >= 0 and not cells[column].startswith(('all', 'with each command', '—')):
            yield from cells[column].strip(' |').split(', ')


def main():
    errors = []
    numbers = decisions(errors)
    sources = ['/' + path for path in files('src/**/*.*') if path.endswith(('.c', '.h', '.def'))]
    for path in PAGES + files('docs/**/*.md'):
        text = read(path)
        links = re.findall(r'\]\(([^)#:]+)[^)]*\)', text)
        errors += [f'{path}: there is no {link}' for link in links
                   if not os.path.exists(os.path.join(TOP, os.path.dirname(path), link))]
        # `lib-eas/eas-x.c`, `eas-x.[ch]`, `eas-x*.c`; `-x.c` after another name is short for one of its family
        names = re.findall(r'`([\w./*-]+\.(?:[ch]|def|\[ch\]))`', text)
        errors += [f'{path}: there is no {name}' for name in names
                   if not PLACEHOLDER.search(name) and
                   not fnmatch.filter(sources, ('*' if name.startswith('-') else '*/') + name)]
    for path in files('docs/**/*.md') + [source[1:] for source in sources]:
        errors += [f'{path}: there is no decision {number}'
                   for number in re.findall(r'decisions/(\d{3})', read(path)) if number not in numbers]
    scenarios = [re.sub(r'^tests/scenarios/|\.\w+$', '', path) for path in files('tests/scenarios/*/*')]
    errors += [f'docs/protocol-map.md: there is no scenario {name}' for name in mapped()
               if not fnmatch.filter(scenarios, name) and not fnmatch.filter(scenarios, name + '/*')]
    print('\n'.join(errors) if errors else f'docs: {len(numbers)} decisions, each with its number')
    return 1 if errors else 0


sys.exit(main())
