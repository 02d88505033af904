# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs scenarios: finds them, gives each its users, reports.

Scenarios of an area share one Dovecot, configured by the area's suite.conf; one that has a config block,
or "needs own instance", gets its own. Each run of a scenario has users of its own and its own
part of the log, so they run side by side.
"""

import concurrent.futures
import importlib.util
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback

from . import scenario as eas
from . import fuzz_seeds, verbs, wire, xsd
from .fault import Fault
from .dovecot import HARNESS, Instance, InstanceError
from .notation import NotationError
from .stage import TROUBLE, Failure, Skipped, Stage, is_allowed
from .wbxml import WbxmlError

SCENARIOS = os.path.join(os.path.dirname(HARNESS), "scenarios")
USERS_PER_RUN = 3
LOG_LINES = 15
MAX_RETRIES = 20      # more failures than that are no noise


class Run:
    """One scenario with one protocol version."""

    def __init__(self, area, name, path, source, version, many):
        self.area = area
        self.path = path
        self.source = source     # eas.Scenario or a Python module
        self.version = version
        self.name = f"{area}/{name}" + (f"@{version}" if many else "")
        self.config = getattr(source, "config", None)
        needs = getattr(source, "needs", [])
        self.faults = "faults" in needs
        self.own_instance = self.config is not None or self.faults or "own instance" in needs


class Outcome:
    def __init__(self, kind, text="", secs=0.0):
        self.kind = kind         # ok, FAIL, skip
        self.text = text
        self.secs = secs


def find(patterns):
    """Every Run whose name contains one of the patterns; all without patterns."""
    runs = []
    for area in sorted(os.listdir(SCENARIOS)):
        folder = os.path.join(SCENARIOS, area)
        if not os.path.isdir(folder):
            continue
        for entry in sorted(os.listdir(folder)):
            name, extension = os.path.splitext(entry)
            if extension not in (".eas", ".py") or name.startswith("_"):
                continue
            if patterns and not any(p.split("@")[0] in f"{area}/{name}" for p in patterns):
                continue
            path = os.path.join(folder, entry)
            source = load(path, extension)
            versions = getattr(source, "versions", (eas.DEFAULT_VERSION,))
            if versions == "all":
                versions = eas.ALL_RUNS
            runs += [Run(area, name, path, source, version, len(versions) > 1) for version in versions]
    wanted = [p for p in patterns if "@" in p]
    if wanted:
        runs = [r for r in runs if any(p in r.name for p in patterns)]
    return runs


def load(path, extension):
    try:
        return eas.load(path) if extension == ".eas" else load_module(path)
    except NotationError as error:
        raise NotationError(f"{path}: {error}") from None


def check_syntax(run):
    """Complaints about statements that no verb matches and blocks that do not parse."""
    if not isinstance(run.source, eas.Scenario):
        return []
    complaints = []
    for statement in run.source.statements:
        text = eas.for_version(statement.text, run.version)
        if text is None:
            continue
        block = eas.block_for_version(statement.block, run.version)
        try:
            verbs.check_statement(text, block)
        except NotationError as error:
            complaints.append(f"{run.path}:{statement.number}: {error}")
    return complaints


def load_module(path):
    spec = importlib.util.spec_from_file_location("scenario_" + re.sub(r"\W", "_", path), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not isinstance(getattr(module, "scenario", None), str) or not callable(getattr(module, "run", None)):
        raise NotationError(f"{path}: a Python scenario has scenario = \"what it shows\" and run(stage)")
    return module


class Area:
    """The shared instance of an area, started when first needed, stopped when last used."""

    def __init__(self, name, runs, options):
        self.name = name
        self.options = options
        self.left = len(runs)
        self.next_user = 1
        self.users = len(runs) * USERS_PER_RUN
        self.lock = threading.Lock()
        self.instance = None
        self.failure = None

    def get(self):
        with self.lock:
            if self.instance is None and self.failure is None:
                try:
                    self.instance = start_instance(self.options, self.name, self.users, suite_config(self.name))
                except InstanceError as error:
                    self.failure = error
            if self.failure is not None:
                raise self.failure
            first = self.next_user
            self.next_user += USERS_PER_RUN
            return self.instance, range(first, first + USERS_PER_RUN)

    def done(self):
        """One run less to come; the last one stops the instance. Log lines that nobody owns are returned."""
        with self.lock:
            self.left -= 1
            if self.left > 0 or self.instance is None:
                return []
            orphans = orphan_complaints(self.instance)
            trouble = close_instance(self.options, self.instance)
            self.instance = None
            return orphans + ([trouble] if trouble else [])


def suite_config(area):
    path = os.path.join(SCENARIOS, area, "suite.conf")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as source:
        return source.read()


def start_instance(options, name, users, config, http_probe=True, wrap=None, mail=None):
    directory = tempfile.mkdtemp(prefix=f"directpush-{re.sub(r'[^a-z0-9]', '', name)[:12]}.")
    instance = Instance(directory)
    instance.start(users=users, config=config, build=options.build, debug=options.debug, mail=mail or options.mail,
                   wrap=wrap or options.wrap, http_probe=http_probe)
    return instance


def close_instance(options, instance):
    """None, or what went wrong: one instance that does not end well is not the end of the run."""
    if options.keep:
        print(f"kept: {instance.dir} (tests/instance stop --dir {instance.dir})", flush=True)
        return None
    try:
        instance.stop()
    except Exception:
        return f"{instance.dir} does not stop: {traceback.format_exc()}"
    shutil.rmtree(instance.dir, ignore_errors=True)
    return None


_allowed_everywhere = []
_allowed_lock = threading.Lock()


def orphan_complaints(instance):
    """Error lines that name no user and no device: no scenario has seen them."""
    with _allowed_lock:
        allowed = list(_allowed_everywhere)
    return [line for line in instance.log().splitlines()
            if TROUBLE.search(line) and not re.search(r"user\d+@example\.com|device=?\S*\d{5}x\d", line)
            and not is_allowed(line, allowed)]


def run_one(run, area, schemas, options):
    """An Outcome."""
    started = time.monotonic()
    instance, stage, fault, where, why = None, None, None, None, None
    try:
        if run.own_instance:
            fault = Fault() if run.faults else None
            config = suite_config(run.area) + (run.config or "")
            instance = start_instance(options, run.area, USERS_PER_RUN, config,
                                      http_probe=not getattr(run.source, "no_http_probe", False),
                                      wrap=fault.wrap() if fault else None,
                                      mail=getattr(run.source, "mail", None))
            numbers = range(1, 1 + USERS_PER_RUN)
        else:
            instance, numbers = area.get()
        stage = Stage(instance, numbers, run.version)
        stage.fault = fault
        where = perform(run, stage)
        if where is None:
            where = afterwards(run, stage, schemas, instance)
    except Skipped as skipped:
        why = str(skipped)
    except InstanceError as error:
        where = f"{run.path}: {error}"
    except Exception:  # a bug of the harness is reported as one, not as the end of the run
        where = f"{run.path}: {traceback.format_exc()}"
    secs = time.monotonic() - started
    outcome = Outcome("ok" if why is None else "skip", why or "", secs)
    if where is not None:
        log = (stage.my_log() or stage.log().splitlines())[-LOG_LINES:] if stage else []
        outcome = Outcome("FAIL", f"{where}\n--- log\n" + "\n".join(log)
                          + f"\n--- again: tests/run-scenarios --keep {run.name}", secs)
    if stage is not None:
        stage.close()
        with _allowed_lock:
            _allowed_everywhere.extend(stage.allowed_errors)
        if options.corpus:
            save_corpus(options.corpus, stage)
    if run.own_instance and instance is not None and instance.info is not None:
        trouble = close_instance(options, instance)
        if trouble is not None:
            outcome = Outcome("FAIL", "\n".join(filter(None, (outcome.text, trouble))), outcome.secs)
    return outcome


def perform(run, stage):
    """None, or where and why it failed."""
    if not isinstance(run.source, eas.Scenario):
        try:
            run.source.run(stage)
            return None
        except (Failure, AssertionError, wire.WireError, WbxmlError, InstanceError, OSError) as error:
            frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == run.path]
            return f"{run.path}:{frames[-1].lineno if frames else '?'}: {error or type(error).__name__}"
    for statement in run.source.statements:
        text = eas.for_version(statement.text, run.version)
        if text is None:
            continue
        block = eas.block_for_version(statement.block, run.version)
        try:
            verbs.run_statement(stage, text, block)
        except (Failure, AssertionError, NotationError, wire.WireError, WbxmlError, InstanceError, OSError,
                KeyError) as error:
            reason = f"{type(error).__name__}: {error}" if not isinstance(error, (Failure, NotationError)) else error
            return f"{run.path}:{statement.number}: {text}\n{reason}"
    return None


def afterwards(run, stage, schemas, instance):
    """What holds for every scenario: no unexpected errors in the log, answers that fit their schemas."""
    if run.own_instance:
        found = [line for line in instance.log().splitlines()
                 if TROUBLE.search(line) and not stage.is_allowed(line)]
    else:
        found = stage.complaints()
    if found:
        return f"{run.path}: the log holds unexpected lines\n" + "\n".join(found[:LOG_LINES])
    if schemas is not None:
        complaints = schemas.check(stage.answers)
        if complaints:
            return f"{run.path}: answers that do not fit their schema\n" + "\n".join(complaints[:LOG_LINES])
    return None


def save_corpus(directory, stage):
    """Requests seen, as seeds for the fuzzers: bodies, and whole requests with the phone's words in them."""
    for phone, command, raw, params in stage.requests:
        if raw and len(raw) < fuzz_seeds.MAX_BYTES:
            fuzz_seeds.save(os.path.join(directory, "bodies"), command, raw)
        types = {folder_id: folder["type"] for folder_id, folder in phone.folders.items()}
        fuzz_seeds.save(os.path.join(directory, "requests"), command,
                        fuzz_seeds.seed(types, command, raw, phone.version, params))


def areas_of(runs, options):
    """The shared instances of those runs, by area; none is started yet."""
    areas = {}
    for run in runs:
        areas.setdefault(run.area, []).append(run)
    return {name: Area(name, [r for r in found if not r.own_instance], options) for name, found in areas.items()}


class Report:
    """What came of each run, printed as it comes."""

    def __init__(self):
        self.counts = {"ok": 0, "FAIL": 0, "skip": 0}
        self.failed = []
        self.second_try = []
        self.lock = threading.Lock()

    def add(self, run, outcome, orphans):
        with self.lock:
            self.counts[outcome.kind] += 1
            if outcome.kind == "FAIL":
                self.failed.append(run)
            print(f"{outcome.kind} {run.name} ({outcome.secs:.1f} s)" + (f"\n{outcome.text}" if outcome.text else ""),
                  flush=True)
            if orphans:
                self.counts["FAIL"] += 1
                print(f"FAIL {run.area}: the log holds errors that belong to no scenario\n"
                      + "\n".join(orphans[:LOG_LINES]), flush=True)

    def finish(self):
        for run in self.second_try:
            print(f"passed at the second try: {run.name}")
        summary = f"{self.counts['ok']} passed, {self.counts['FAIL']} failed"
        if self.counts["skip"]:
            summary += f", {self.counts['skip']} skipped"
        print(summary, flush=True)
        return self.counts


def retry(report, schemas, options):
    """Run those that failed once more, each alone on a Dovecot of its own: machines are shared and noisy.
    What fails again, or too much at once, has failed."""
    again, report.failed = report.failed, []
    if len(again) > MAX_RETRIES:
        return
    for run in again:
        print(f"again, alone: {run.name}", flush=True)
        area = areas_of([run], options)[run.area]
        outcome = run_one(run, area, schemas, options)
        orphans = [] if run.own_instance else area.done()
        if outcome.kind != "FAIL":
            report.counts["FAIL"] -= 1
            report.second_try.append(run)
            report.add(run, outcome, orphans)
        else:
            print(f"FAIL again {run.name} ({outcome.secs:.1f} s)\n{outcome.text}", flush=True)


def main(options):
    try:
        runs = find(options.patterns)
    except NotationError as error:
        print(f"FAIL {error}")
        return 1
    if options.list:
        complaints = []
        for run in runs:
            print(run.name)
            complaints += check_syntax(run)
        print("\n".join(complaints))
        return 1 if complaints else 0
    if not runs:
        print(f"no scenario matches {' '.join(options.patterns)}")
        return 1
    why = xsd.available()
    schemas = None if why else xsd.Schemas()
    if why:
        print(f"skip: answers are NOT checked against the published schemas: {why}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    shared = areas_of(runs, options)
    report = Report()

    def go(run):
        outcome = run_one(run, shared[run.area], schemas, options)
        report.add(run, outcome, [] if run.own_instance else shared[run.area].done())

    # Long ones first, so that they do not trail behind.
    runs.sort(key=lambda r: (not r.own_instance, -getattr(r.source, "seconds", 0)))
    try:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for future in [pool.submit(go, run) for run in runs]:
                future.result()
        if options.retry:
            retry(report, schemas, options)
    finally:
        for area in shared.values():
            if area.instance is not None:
                trouble = close_instance(options, area.instance)
                if trouble is not None:
                    report.counts["FAIL"] += 1
                    print(f"FAIL {area.name}: {trouble}", flush=True)
        if schemas is not None:
            schemas.close()
    counts = report.finish()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(counts, out)
    return 0 if counts["FAIL"] == 0 else 1
