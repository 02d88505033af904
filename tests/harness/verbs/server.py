# SPDX-License-Identifier: LGPL-2.1-or-later
"""The verbs of the server, its log, and the network before it.
"""

import os
import re
import signal

from ..dovecot import end_process, start_time
from ..notation import unquote
from ..relay import TO_CLIENT, TO_SERVER, Relay
from ..stage import PATIENCE_SECS, check
from .core import expand_pattern, seconds, verb


@verb(r"server parked (?P<user>WORD) == (?P<number>\d+)")
def server_parked(stage, _block, user, number):
    stage.expect_parked(int(number), user)


@verb(r"server logged no errors")
def logged_no_errors(stage, _block):
    found = stage.complaints()
    check(not found, "the log says\n" + "\n".join(found))


@verb(r"server (?P<how>logged|did not log) (?P<pattern>STRING)")
def server_logged(stage, _block, how, pattern):
    pattern = expand_pattern(stage, unquote(pattern))
    if how == "logged":
        stage.expect_logged(pattern)
    else:
        found = re.search(pattern, stage.log())
        check(not found, f"the log says {found and found.group(0)!r}")


@verb(r"server may log (?P<pattern>STRING)")
def may_log(stage, _block, pattern):
    """Declares an Error line of the log as expected."""
    stage.allowed_errors.append(unquote(pattern))


@verb(r"server has (?P<number>\d+|no) workers?")
def has_workers(stage, _block, number):
    expected = 0 if number == "no" else int(number)
    stage.eventually(lambda: f"{len(stage.workers())} workers run, expected {expected}",
                     lambda: len(stage.workers()) == expected)


@verb(r"server (?:remembers|remember) its workers")
def remember_workers(stage, _block):
    stage.known_workers = set(stage.workers())


@verb(r"server started no worker")
def started_no_worker(stage, _block):
    new = set(stage.workers()) - stage.known_workers
    check(not new, f"{len(new)} new workers")


@verb(r"server kills (?P<what>the workers|the front)")
def kill(stage, _block, what):
    """SIGKILL, and wait for the end. Workers end when they rest: a phone has its answer before the front has seen the end of it."""
    name = "directpush-worker" if what == "the workers" else "directpush"
    if what == "the workers":
        for user in stage.users:
            stage.eventually(f"a request of {user} stays", lambda user=user: stage.at_work(user) == 0)
    pids = stage.instance.pids_of(name)
    check(pids, f"no {name} runs")
    for pid in pids:
        started = start_time(pid)
        os.kill(pid, signal.SIGKILL)
        end_process(pid, started, PATIENCE_SECS)


@verb(r"server reloads")
def reload_server(stage, _block):
    stage.instance.doveadm("reload")


@verb(r"sink (?P<rule>(?:connect|mail|rcpt|data)\S* .+)")
def sink_rule(stage, _block, rule):
    """What the submission server answers from now on, e.g. sink data 451 4.3.0 Later."""
    with open(os.path.join(stage.instance.dir, "smtp", "control"), "w", encoding="utf-8") as control:
        control.write(rule + "\n")


@verb(r"sink accepts")
def sink_accepts(stage, _block):
    with open(os.path.join(stage.instance.dir, "smtp", "control"), "w", encoding="utf-8"):
        pass


@verb(r"relay (?P<name>WORD)(?: to (?P<what>plain|tls))?(?: forgets after (?P<secs>[\d.]+)s)?")
def make_relay(stage, _block, name, what, secs):
    """A TCP relay before the server; a device goes over it with: device phone of alice over NAME."""
    relay = Relay(stage.instance.address("http" if what == "plain" else "https"),
                  idle_secs=seconds(secs) if secs else None)
    stage.relays.append(relay)
    stage.bindings[f"relay {name}"] = relay


@verb(r"relay (?P<name>WORD) cuts after (?P<number>\d+) bytes to the (?P<side>server|phone)")
def relay_cuts(stage, _block, name, number, side):
    stage.bindings[f"relay {name}"].cut(TO_SERVER if side == "server" else TO_CLIENT, int(number))
