# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is done to the server beside the phones, in processes of its own: what thousands of phones need in the driver is
not to be counted as the server's time. Times are time.monotonic(), which all processes share."""

import concurrent.futures
import imaplib
import multiprocessing
import smtplib
import time

PROBE_EVERY_SECS = 0.5


def deliver(address, users, message):
    """A mail for each address over one LMTP connection: [(address, when the 250 came, seconds it took)]."""
    done = []
    with smtplib.LMTP(*address, "test.example") as lmtp:
        for user in users:
            started = time.monotonic()
            lmtp.sendmail("sender@example.net", [user], message)
            now = time.monotonic()
            done.append((user, now, now - started))
    return done


def use_imap(address, user, password, ended):
    """Log in, look, log out, again and again until ended is set: seconds of each round."""
    took = []
    while True:
        started = time.monotonic()
        imap = imaplib.IMAP4(*address)
        imap.login(user, password)
        imap.select("INBOX")
        imap.logout()
        took.append(time.monotonic() - started)
        if ended.wait(PROBE_EVERY_SECS):
            return took


class Outside:
    """Made before there are any connections, which the processes would inherit."""

    def __init__(self):
        self.manager = multiprocessing.Manager()
        self.ended = self.manager.Event()
        self.pool = concurrent.futures.ProcessPoolExecutor(2)
        concurrent.futures.wait([self.pool.submit(time.sleep, 0.2) for _process in range(2)])

    def close(self):
        self.ended.set()
        self.pool.shutdown()
        self.manager.shutdown()
