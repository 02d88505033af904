# SPDX-License-Identifier: LGPL-2.1-or-later
"""The n-th thing a worker does with its files is the last it does, for n = 1, 2, 3, ..."""

from tests.harness.fault import KILL
from tests.harness.fault_rounds import CONFIG, run_rounds

scenario = "Wherever a worker is killed, the repeated request loses and doubles nothing"
spec = ["docs/reliability.md"]
needs = ["faults"]
config = CONFIG
# Maildir's dotlocks outlive a crash for two minutes, in any program of Dovecot's.
mail = "sdbox"


def run(stage):
    run_rounds(stage, ((KILL, 0, None),))
