# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of .eas scenarios, one function each, by subject. tests/README.md lists them."""

from . import cast, mailboxes, objects, phones, requests, rest, server  # noqa: F401
from .core import check_statement, check_sync, run_statement

__all__ = ["check_statement", "check_sync", "run_statement"]
