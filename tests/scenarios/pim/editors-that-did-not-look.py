# SPDX-License-Identifier: LGPL-2.1-or-later
from tests.harness.editors import edit_in_every_order

scenario = "Edits of different elements by phones that have not seen each other's are all taken, in every order"
spec = ["decision 170", 'MS-ASCMD "Conflict"']
versions = ("14.1", "16.1")
seconds = 10


def run(stage):
    edit_in_every_order(stage, look_before=False)
