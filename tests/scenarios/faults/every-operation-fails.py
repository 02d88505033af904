# SPDX-License-Identifier: LGPL-2.1-or-later
"""The n-th thing a worker does with its files fails, for n = 1, 2, 3, ..."""

import errno

from tests.harness.fault import FAIL
from tests.harness.fault_rounds import CONFIG, run_rounds

scenario = "Whichever file operation of a worker fails, the repeated request loses and doubles nothing"
spec = ["docs/reliability.md"]
needs = ["faults"]
config = CONFIG


def run(stage):
    run_rounds(stage, ((FAIL, errno.EIO, None), (FAIL, errno.ENOSPC, None)))
