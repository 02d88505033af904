# SPDX-License-Identifier: LGPL-2.1-or-later
"""A build with sanitizers (make check-scenarios-asan): what Dovecot's processes need to load its modules.

The sanitizers' library has to be in a process before the first module of ours, so all of Dovecot gets it.
What they find goes to standard error, which Dovecot logs as an error, and that fails a scenario.
"""

import os
import re
import subprocess

# Dovecot keeps things until it exits; many processes share one machine.
ASAN_OPTIONS = "detect_leaks=0:verify_asan_link_order=0:quarantine_size_mb=8:exitcode=99"
UBSAN_OPTIONS = "print_stacktrace=1"
FINDING = re.compile("Sanitizer|runtime error:")


def environment(program):
    """For the processes of an instance: {} when the program is built without."""
    said = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=False).stdout
    libraries = re.findall(r"=> (\S*libasan\S*)", said)
    if not libraries:
        return {}
    return {"LD_PRELOAD": libraries[0],
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ASAN_OPTIONS),
            "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", UBSAN_OPTIONS)}


def settings(values):
    """That the processes get this environment, and room for the sanitizers' shadow of the memory."""
    if not values:
        return ""
    words = " ".join(f"{name}={value}" for name, value in values.items())
    return (f"import_environment = $import_environment {words}\n"
            "default_vsz_limit = 0\nservice directpush {\n  vsz_limit = 0\n}\n")
