#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What python-dateutil makes of rules: for each line "COUNT DTSTART RRULE" one with its first occurrences, or "-"
where it has none, takes too long or does not know. test-pim-recurrence asks it."""
import datetime
import itertools
import signal
import sys

import dateutil.rrule

SECONDS = 0.5


def too_long(_signal, _frame):
    raise TimeoutError


def occurrences(line):
    count, start, rule = line.split()
    start = datetime.datetime.strptime(start, '%Y%m%dT%H%M%S')
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        found = list(itertools.islice(dateutil.rrule.rrulestr(rule, dtstart=start), int(count)))
    except (TimeoutError, ValueError):
        found = []
    signal.setitimer(signal.ITIMER_REAL, 0)
    return ' '.join(when.strftime('%Y%m%dT%H%M%S') for when in found) or '-'


def main():
    signal.signal(signal.SIGALRM, too_long)
    for line in sys.stdin:
        print(occurrences(line))


main()
