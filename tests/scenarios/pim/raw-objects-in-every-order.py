# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness.editors import edit_in_every_order

scenario = "Raw contacts and notes that two phones and another client edit in every order hold everybody's edit at the end"
spec = ["decision 140"]
versions = ("14.1", "16.1")
config = "protocol directpush {\n  directpush_pim_format = raw\n}\n"
seconds = 5


def run(stage):
    for look_before in (True, False):
        edit_in_every_order(stage, look_before, raw=True, kinds=("contact", "note"))
