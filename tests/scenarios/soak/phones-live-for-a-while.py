# SPDX-License-Identifier: LGPL-2.1-or-later
"""The short form of `make soak`: it judges what came out, not how fast, and says nothing about memory."""

from tests.soak import soak

scenario = "Phones that live beside other clients lose, double and miss nothing, and leave nothing behind"
spec = ["docs/reliability.md"]
needs = ["own instance"]
# everybody leaves twice, and the workers are waited for
config = soak.CONFIG + "directpush_worker_idle_timeout = 2 secs\n"
seconds = 40


def run(stage):
    # soak.run() looks at the log by itself, at what a reload says and at the rest
    stage.allowed_errors.append(soak.OF_A_RELOAD)
    lives = soak.Soak(stage, ("alice", "bob", "carol"), phones_each=4, rate=5, shortest=1, longest=4)
    soak.run(lives, unsteady_secs=5, steady_secs=8, reloads=1)
