# SPDX-License-Identifier: LGPL-2.1-or-later
"""Does libkolabxml read each NAME.KIND.xml of a folder without a word, and see in it what it sees in NAME.KIND.original,
where there is one? kolab_oracle_all.py FOLDER. Prints what differs; exit status 1 then."""

import glob
import os
import sys

import kolabformat

KINDS = {
    "event": (kolabformat.readEvent, kolabformat.writeEvent),
    "task": (kolabformat.readTodo, kolabformat.writeTodo),
    "contact": (kolabformat.readContact, kolabformat.writeContact),
    "note": (kolabformat.readNote, kolabformat.writeNote),
}


def read(path):
    return open(path, encoding="utf-8", newline="").read()


def values(xml, kind):
    """What libkolabxml writes of what it reads."""
    # its Python binding cannot carry bytes
    return None if "<photo>" in xml or "<logo>" in xml else KINDS[kind][1](KINDS[kind][0](xml, False))


def main():
    failed = 0
    # libkolabxml talks on standard output
    report = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    kolabformat.overrideTimestamp(kolabformat.cDateTime(2026, 1, 1, 0, 0, 0, True))
    for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.xml"))):
        kind = path.split(".")[-2]
        xml, original, said = read(path), path[:-3] + "original", None
        KINDS[kind][0](xml, False)
        if kolabformat.error() != 0:
            said = kolabformat.errorMessage()
        elif os.path.exists(original) and values(read(original), kind) != values(xml, kind):
            said = "other values than before"
        if said is not None:
            print(f"{os.path.basename(path)}: {said}\n{xml}", file=report)
            failed += 1
    report.close()
    sys.exit(1 if failed else 0)


main()
