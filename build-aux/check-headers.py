#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each header of ours must compile after lib.h alone."""
import glob
import os
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')


def dovecot_include():
    for base in ('/usr/lib/dovecot', '/usr/local/lib/dovecot'):
        config = os.path.join(base, 'dovecot-config')
        if os.path.exists(config):
            for line in open(config):
                if line.startswith('LIBDOVECOT_INCLUDE='):
                    return line.split('=', 1)[1].strip().strip('"\'').split()
    sys.exit('headers: dovecot-config not found')


def main():
    folders = sorted({os.path.dirname(h) for h in glob.glob(os.path.join(TOP, 'src', '**', '*.h'), recursive=True)})
    flags = ['-DHAVE_CONFIG_H'] + [f'-I{f}' for f in folders] + dovecot_include()
    flags += subprocess.run(['pkg-config', '--cflags', 'openssl', 'libxml-2.0', 'libical'],
                            capture_output=True, text=True).stdout.split()
    headers = [h for f in folders for h in sorted(glob.glob(os.path.join(f, '*.h')))]
    failed = 0
    for header in headers:
        code = f'#include "lib.h"\n#include "{os.path.basename(header)}"\n'
        run = subprocess.run(['gcc', '-std=gnu99', '-fsyntax-only', '-x', 'c', *flags, '-'], input=code,
                             capture_output=True, text=True)
        if run.returncode != 0:
            failed += 1
            print(f'{os.path.relpath(header, TOP)} does not stand alone:\n{run.stderr}')
    print(f'headers: {len(headers)} stand alone' if not failed else f'headers: {failed} of {len(headers)} do not')
    return 1 if failed else 0


sys.exit(main())
