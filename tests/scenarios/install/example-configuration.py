# SPDX-License-Identifier: LGPL-2.1-or-later
"""conf.d/95-directpush.conf, which people copy lines from."""

import os
import re
import shutil
import subprocess

from tests.harness import configuration
from tests.harness.dovecot import TOP
from tests.harness.stage import check

scenario = "The example's lines are accepted by this Dovecot, and each setting stands there with its default"
EXAMPLE = os.path.join(TOP, "conf.d", "95-directpush.conf")
OTHER = "# Dovecot 2.4:\n"


def example():
    """All settings of the file, in force: its paragraphs say how Dovecot 2.4 writes what it writes otherwise."""
    with open(EXAMPLE, encoding="utf-8") as source:
        paragraphs = source.read().split("\n\n")
    text = ""
    for paragraph in paragraphs:
        common, _, other = paragraph.partition(OTHER)
        text += (other if other and configuration.is_24() else common) + "\n"
    return "".join(line[1:] + "\n" for line in text.splitlines() if re.match("#([a-z}]|  )", line))


def run(stage):
    text = example()
    check(text.count("directpush_") > 30, f"the example has only {text}")
    path = os.path.join(stage.instance.dir, "conf", "example.conf")
    shutil.copy(os.path.join(stage.instance.dir, "conf", "dovecot.conf"), path)
    with open(path, "a", encoding="utf-8") as conf:
        conf.write(text)
    done = subprocess.run([os.path.join(stage.instance.dir, "bin", "doveconf"), "-n", "-c", path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    check(done.returncode == 0 and "Warning:" not in done.stdout, done.stdout)
    # -n leaves out what is as by default
    others = re.findall(r"^ *(directpush_\w+ = .*)", done.stdout, re.M)
    check(not others, f"not the default: {others}")
    for line in ("mail_plugins", "directpushs", "port = 443", "port = 8080", "dovecot-attributes"):
        check(line in done.stdout, f"{line} is not in force: {done.stdout}")
