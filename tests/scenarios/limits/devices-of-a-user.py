# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client that is another device in each request."""

import os

from tests.harness.stage import check, parse_table

scenario = "A user's devices are counted: beyond the limit new ones are refused, those that are there go on"
spec = ["MS-ASCMD Common Status Codes"]
versions = ("12.1", "14.1", "16.1")
config = "directpush_user_devices = 3\n"
MADE_UP = 30


def run(stage):
    alice = stage.user("alice")

    def listed():
        return [row["device"] for row in parse_table(stage.instance.doveadm(
            "-f", "tab", "directpush", "device", "list", "-u", alice.address))]

    phones = [stage.phone(f"phone{number}").first_contact() for number in range(3)]
    check(len(listed()) == 3, f"devices: {listed()}")
    stage.allowed_errors.append("directpush_user_devices=3")
    for number in range(MADE_UP):
        phone = stage.phone(f"madeup{number}")
        for answer in (phone.folder_sync(), *[found for found in phone.provision() if found is not None]):
            if phone.at_least("14.0"):
                check(answer.value("Status") == "177", f"Status {answer.value('Status')} for device {4 + number}")
            else:
                check(answer.status == 403, f"HTTP {answer.status} for device {4 + number}")
    check(len(listed()) == 3, f"devices: {listed()}")
    left = [name for folder, folders, files in os.walk(os.path.join(stage.instance.dir, "home", alice.address))
            for name in folders + files if name.startswith("madeup")]
    check(not left, f"left on disk: {left}")
    stage.expect_logged("as many devices as are remembered")

    for phone in phones:
        answer = phone.folder_sync()
        check(answer.value("Status") == "1", f"a device that was there: Status {answer.value('Status')}")
    # nobody was away for a day
    stage.instance.doveadm("directpush", "device", "expire", "-u", alice.address, "1")
    check(len(listed()) == 3, f"devices: {listed()}")
    stage.instance.doveadm("directpush", "device", "remove", "-u", alice.address, phones[0].device_id)
    stage.phone("new").first_contact()
    check(len(listed()) == 3 and phones[0].device_id not in listed(), f"devices: {listed()}")
    stage.instance.doveadm("directpush", "device", "expire", "-u", alice.address, "0")
    check(not listed(), f"not forgotten: {listed()}")
