# SPDX-License-Identifier: LGPL-2.1-or-later
"""Does libkolabxml read the XML on standard input without a word? kolab_oracle.py event|task|contact|note"""

import sys

import kolabformat

READERS = {"event": kolabformat.readEvent, "task": kolabformat.readTodo, "contact": kolabformat.readContact,
           "note": kolabformat.readNote}

READERS[sys.argv[1]](sys.stdin.read(), False)
if kolabformat.error() != 0:
    print(kolabformat.errorMessage())
    sys.exit(1)
