#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls that differ between Dovecot 2.3 and 2.4 stand in src/compat only."""
import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')
# what a call is in one of the two -> what to say instead
DIFFERENT = {
    r'str_begins\(': 'str_begins_with() with directpush-compat.h',
    r'base64_decode\(': 'base64_scheme_decode()',
    r'http_server_init\(': 'directpush_http_server_create()',
    r'master_service_settings_\w+\(': 'directpush-master-compat.h',
    r'master_service_get_service_settings\(': 'directpush-master-compat.h',
    r'mail_storage_service_\w+\(': 'directpush-storage-compat.h',
    r'(?:master_login|login_server)_\w+\(': 'directpush-login-compat.h',
    r'login_client_\w+\(': 'directpush-auth-compat.h',
    r'(?:master_service_ssl|ssl_server_settings|ssl_client_settings)_\w+\(': 'directpush-tls-compat.h',
    r'settings_(?:get|var_expand|dup)\(': 'a directpush-*-compat.h',
    r'notify_unregister\(': 'directpush_compat_notify_unregister()',
    r'mail_user_plugin_getenv\(': 'a setting',
    r'MASTER_SERVICE_FLAG_KEEP_CONFIG_OPEN': 'DIRECTPUSH_*_MASTER_SERVICE_FLAGS',
    r'->mail_set\b': 'directpush-list-compat.h',
    r'->proxied\b|->haproxied\b': 'directpush_master_is_proxied_tls()',
}


def main():
    pattern = re.compile('|'.join(rf'(?<![\w.])({call})' if call[0].isalpha() or call[0] == '(' else f'({call})'
                                  for call in DIFFERENT))
    errors = []
    for path in sorted(glob.glob(os.path.join(TOP, 'src', '**', '*.[ch]'), recursive=True)):
        name = os.path.relpath(path, TOP)
        if name.startswith('src/compat/'):
            continue
        text = re.sub(r'/\*.*?\*/', lambda comment: '\n' * comment.group().count('\n'),
                      open(path, encoding='utf-8').read(), flags=re.S)
        for number, line in enumerate(text.splitlines(), 1):
            found = pattern.search(line)
            if found:
                call = next(call for call in DIFFERENT if re.search(call, found.group()))
                errors.append(f'{name}:{number}: {found.group()} differs between Dovecot 2.3 and 2.4: {DIFFERENT[call]}')
    print('\n'.join(errors) if errors else f'compat: {len(DIFFERENT)} kinds of calls, none outside of src/compat')
    return 1 if errors else 0


sys.exit(main())
