# SPDX-License-Identifier: LGPL-2.1-or-later
"""The mail server that takes the phones' mails refuses, fails, or is not there, at each stage."""

import os
import subprocess
import sys

from tests.harness.dovecot import HARNESS, end_process, greets, start_time
from tests.harness.fault_answers import MeetingResponse, SmartReply
from tests.harness.fault_mails import SendMail
from tests.harness.phone import INBOX, TRASH
from tests.harness.stage import check
from tests.harness.wire import WireError

scenario = "However a submission fails, SendMail, SmartReply and MeetingResponse say so, and sent again the mail leaves once"
spec = ["decision 040"]
needs = ["own instance"]
config = "directpush_device_rate = 0\n"
seconds = 15

# what smtp_sink.py does; None: nobody listens
RULES = (None, "connect 421 4.3.2 Closing", "mail 451 4.3.0 Later", "mail 550 5.7.1 Not you", "rcpt 451 4.2.0 Later",
         "rcpt 550 5.1.1 Nobody", "data 451 4.3.0 Later", "data 554 5.6.0 Not this", "data cut")


class MeetingResponseRefused(MeetingResponse):
    """Refused for good, trying again does not help: the answer stands in the calendar, and the log tells the rest."""

    def check_left(self, count):
        check(count == 0, f"{self.mark}: it left {count} times")


class Sink:
    """The instance's mail server."""

    def __init__(self, instance):
        self.instance, self.control = instance, os.path.join(instance.dir, "smtp", "control")

    def stop(self):
        end_process(self.instance.info["sink_pid"], self.instance.info["sink_pid_started"], 10)
        try:
            os.waitpid(self.instance.info["sink_pid"], os.WNOHANG)
        except ChildProcessError:
            pass

    def start(self, stage):
        port = self.instance.address("smtp")[1]
        sink = subprocess.Popen([sys.executable, os.path.join(HARNESS, "smtp_sink.py"),
                                 os.path.join(self.instance.dir, "smtp"), str(port)], stdin=subprocess.DEVNULL,
                                start_new_session=True)
        self.instance.info.update(sink_pid=sink.pid, sink_pid_started=start_time(sink.pid))
        sink.returncode = 0
        stage.eventually("the mail server does not come back", lambda: greets(self.instance.info["smtp"], b"220"))

    def rule(self, text):
        with open(self.control, "w", encoding="utf-8") as control:
            control.write(text + "\n")


def attempt(tried, prepared):
    try:
        return tried.send(prepared)
    except WireError as error:
        check(False, f"{tried.mark}: {error}")


def run(stage):
    stage.allowed_errors.append("submitted|smtp-client")
    sink = Sink(stage.instance)
    phone = stage.phone()
    phone.first_contact(sync=(INBOX, TRASH))
    for command in (SendMail, SmartReply, MeetingResponse):
        for number, rule in enumerate(RULES):
            hopeless = command is MeetingResponse and rule is not None and " 5" in rule
            tried = (MeetingResponseRefused if hopeless else command)(stage, phone, f"{command.__name__} rule {number}x")
            prepared = tried.prepare()
            sink.stop() if rule is None else sink.rule(rule)
            answer = attempt(tried, prepared)
            # 503 for a submission that may succeed later, or a Status
            check(answer.status in (200, 503), f"{tried.mark}: {rule}: HTTP {answer.status}")
            check(tried.good(answer) == hopeless, f"{tried.mark}: {rule}: it is said to have left")
            sink.start(stage) if rule is None else sink.rule("")
            answer = attempt(tried, prepared)
            check(tried.good(answer), f"{tried.mark}: after {rule}: HTTP {answer.status}, {answer.value('Status')}")
            tried.settled(prepared)
