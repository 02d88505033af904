# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness.editors import edit_in_every_order

scenario = "Two phones and another client edit the same objects in every order; everybody's edit is there at the end"
spec = ["decision 140", "decision 170"]
versions = ("14.1", "16.1")
seconds = 10


def run(stage):
    edit_in_every_order(stage, look_before=True)
