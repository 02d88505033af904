# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private Dovecot with the built, not installed plugin.

Dovecot finds its modules at a path fixed when it was compiled. So the private one runs in a mount
namespace of its own, where that path shows a copy of the system's modules plus the built ones.
Nothing outside of the instance's directory changes; several instances can run at once.
"""

import json
import os
import random
import re
import resource
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

from . import configuration, sanitizers

HARNESS = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HARNESS))
DOVECOT_CONFIG = ("/usr/lib/dovecot/dovecot-config", "/usr/local/lib/dovecot/dovecot-config",
                  "/usr/lib64/dovecot/dovecot-config")
MAIL_UID = 5000
MAX_DIR_LENGTH = 70     # the longest socket name below it must fit into sockaddr_un
START_TIMEOUT_SECS = 30
STOP_TIMEOUT_SECS = 60
MAX_OPEN_FILES = 65536
DOMAIN = "example.com"
PASSWORD = "pass"
PORTS = ("imap", "pop3", "lmtp", "smtp", "https", "http", "metrics")

# What is built -> where Dovecot looks for it, below its module directory
MODULES = {
    "src/plugins/directpush/.libs/lib20_directpush_plugin.so": "",
    "src/plugins/doveadm-directpush/.libs/lib20_doveadm_directpush_plugin.so": "doveadm",
    "src/plugins/settings/.libs/libdirectpush_settings.so": "settings",
}

WRAPPER = """\
#!/bin/sh
# Runs {program} inside the mount namespace of this instance, with its configuration.
exec nsenter -t {pid} -m --root -- env {environment} {program} -c {dir}/conf/dovecot.conf "$@"
"""


class InstanceError(Exception):
    """The instance cannot run; the message says why and what to do."""


class Instance:
    """One private Dovecot. Instance(dir) is one that runs already or is about to be started."""

    def __init__(self, directory):
        self.dir = os.path.abspath(directory)
        self.info = None
        self.environment = {}
        self._held = []
        try:
            with open(self._path("instance.json"), encoding="utf-8") as saved:
                self.info = json.load(saved)
        except FileNotFoundError:
            pass

    def _path(self, *parts):
        return os.path.join(self.dir, *parts)

    # Start

    def start(self, users=10, config=None, build=None, mail="maildir", debug=False, wrap=None, http_probe=True):
        """Start, and return when every listener answers.

        config: text to append to the configuration. build: the build directory. wrap: a command
        (list) to run the front and the workers under, such as valgrind with its options.
        http_probe: ask the front by HTTP whether it is ready (not where a listener expects more).
        """
        if self.info is not None and alive(self.info["pid"], self.info["pid_started"]):
            raise InstanceError(f"an instance already runs in {self.dir}")
        build = os.path.abspath(build or os.environ.get("DIRECTPUSH_BUILD") or TOP)
        self._check_place()
        for sub in ("conf", "log", "home", "ssl", "smtp", "bin", "state"):
            os.makedirs(self._path(sub), exist_ok=True)
        os.chmod(self.dir, 0o755)
        if os.path.exists(self._path("log", "dovecot.log")):
            os.rename(self._path("log", "dovecot.log"), self._path("log", "dovecot.log.old"))
        self._copy_modules(build)
        programs = self._programs(build, wrap)
        self._write_users(users)
        os.chown(self._path("home"), MAIL_UID, MAIL_UID)
        make_certificate(self._path("ssl"))
        for attempt in range(5):
            self._held = hold_ports(len(PORTS))
            ports = {name: held.getsockname()[1] for name, held in zip(PORTS, self._held)}
            self._write_config(ports, programs, config, mail, debug)
            if self._launch(ports, users, http_probe):
                return self.info
        raise InstanceError(f"no free ports after {attempt + 1} attempts; see {self.dir}/log/dovecot.log")

    def _check_place(self):
        if os.geteuid() != 0:
            raise InstanceError("a private Dovecot needs root (it switches users and makes a mount namespace)")
        if len(self.dir) > MAX_DIR_LENGTH:
            raise InstanceError(f"{self.dir} is too long: socket paths below it must fit into 108 bytes")
        parent = os.path.dirname(self.dir)
        while parent != "/":
            if os.path.exists(parent) and not os.stat(parent).st_mode & 0o001:
                raise InstanceError(f"{parent} is closed to other users, so the mail user cannot get to its mails;"
                                    f" use --dir below /tmp or chmod o+x {parent}")
            parent = os.path.dirname(parent)
        os.makedirs(self.dir, exist_ok=True)

    def _copy_modules(self, build):
        system = module_dir()
        target = self._path("modules")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(system, target, symlinks=True)
        for built, place in MODULES.items():
            source = os.path.join(build, built)
            if not os.path.exists(source):
                raise InstanceError(f"{source} is missing: build first (./setup build, or make)")
            os.makedirs(os.path.join(target, place), exist_ok=True)
            shutil.copy(source, os.path.join(target, place))

    def _programs(self, build, wrap):
        programs = {}
        for key, name in (("front", "directpush"), ("worker", "directpush-worker")):
            folder = os.path.join(build, "src", name)
            found = [path for path in (os.path.join(folder, ".libs", name), os.path.join(folder, name))
                     if os.access(path, os.X_OK)]
            if not found:
                raise InstanceError(f"{folder}/{name} is missing: build first (./setup build, or make)")
            programs[key] = found[0]
            self.environment = sanitizers.environment(found[0])
            if wrap:
                script = self._path("bin", "wrapped-" + name)
                command = " ".join(wrap).replace("%n", name).replace("%d", self.dir)
                write(script, f"#!/bin/sh\nexec {command} {found[0]} \"$@\"\n", 0o755)
                programs[key] = script
        return programs

    def _write_users(self, users):
        lines = [f"user{n}@{DOMAIN}:{{PLAIN}}{PASSWORD}::::::\n" for n in range(1, users + 1)]
        # Users that belong on another backend: the front must refuse them.
        lines.append(f"nologin@{DOMAIN}:{{PLAIN}}{PASSWORD}::::::nologin=y reason=Down\n")
        lines.append(f"elsewhere@{DOMAIN}:{{PLAIN}}{PASSWORD}::::::proxy=y host=127.0.0.2\n")
        write(self._path("conf", "users"), "".join(lines))
        write(self._path("conf", "masters"), f"master@{DOMAIN}:{{PLAIN}}masterpass::::::\n")

    def _write_config(self, ports, programs, config, mail, debug):
        write(self._path("conf", "dovecot.conf"), configuration.whole(
            sanitizers.settings(self.environment) + (config or ""), mail, dir=self.dir, domain=DOMAIN, uid=MAIL_UID, debug="yes" if debug else "no", **programs, **ports))

    def add_settings(self, text):
        """Settings for the time after the next reload."""
        with open(self._path("conf", "dovecot.conf"), "a", encoding="utf-8") as conf:
            conf.write(configuration.translated(text))

    def _launch(self, ports, users, http_probe):
        """Start the sink and Dovecot. False = a port was taken by somebody else meanwhile."""
        env = {key: value for key, value in os.environ.items()
               if key in ("PATH", "HOME", "TZ")}
        env.update(self.environment)
        with open(self._path("log", "sink.log"), "ab") as log:
            sink = subprocess.Popen([sys.executable, os.path.join(HARNESS, "smtp_sink.py"),
                                     self._path("smtp"), str(ports["smtp"])],
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    start_new_session=True)
        script = ('mount --make-rprivate / && mount --bind "$1" "$2" && echo mounted && '
                  'exec dovecot -F -c "$3" >"$4" 2>&1')
        with open(self._path("log", "master.log"), "wb") as log:
            master = subprocess.Popen(
                ["unshare", "-m", "sh", "-c", script, "sh", self._path("modules"), module_dir(),
                 self._path("conf", "dovecot.conf"), self._path("log", "master.log")],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env=env, cwd="/",
                start_new_session=True, preexec_fn=raise_file_limit)
        with master.stdout:
            mounted = master.stdout.readline()
        if not mounted:
            sink.kill()
            sink.wait()
            master.wait()
            raise InstanceError("cannot make a private mount namespace, which the test Dovecot needs to see "
                                "the built plugin (root with CAP_SYS_ADMIN; in a container, run it privileged):\n"
                                + read(self._path("log", "master.log")))
        try:
            namespace = os.readlink(f"/proc/{master.pid}/ns/mnt")
        except OSError:
            namespace = ""      # it has ended already
        self.info = {
            "url": f"https://localhost:{ports['https']}/Microsoft-Server-ActiveSync",
            "url_plain": f"http://localhost:{ports['http']}/Microsoft-Server-ActiveSync",
            "imap": f"127.0.0.1:{ports['imap']}", "lmtp": f"127.0.0.1:{ports['lmtp']}",
            "smtp": f"127.0.0.1:{ports['smtp']}", "pop3": f"127.0.0.1:{ports['pop3']}",
            "metrics": f"127.0.0.1:{ports['metrics']}",
            "user_pattern": f"user%d@{DOMAIN}", "users": users, "password": PASSWORD,
            "pid": master.pid, "pid_started": start_time(master.pid), "dir": self.dir,
            "sink_pid": sink.pid, "sink_pid_started": start_time(sink.pid), "mount_namespace": namespace,
        }
        self._write_wrappers()
        write(self._path("instance.json"), json.dumps(self.info, indent=1))
        try:
            self._wait_ready(master, sink, http_probe)
        except InstanceError:
            taken = re.search(r"(bind|listen)\(.*Address already in use", self.log() + read(self._path("log", "master.log")))
            self.stop()
            if taken:
                # whoever reads the log later is not to find what was no fault
                if os.path.exists(self._path("log", "dovecot.log")):
                    os.unlink(self._path("log", "dovecot.log"))
                return False
            raise
        # Both live on without this process; they must not become its zombies' keepers.
        master.returncode = sink.returncode = 0
        return True

    def _write_wrappers(self):
        for name, program in (("doveadm", "/usr/bin/doveadm"), ("doveconf", "/usr/bin/doveconf"),
                              ("dovecot-lda", "/usr/lib/dovecot/dovecot-lda")):
            write(self._path("bin", name), WRAPPER.format(
                pid=self.info["pid"], program=program, dir=self.dir,
                environment=" ".join(f"{key}={value}" for key, value in self.environment.items())), 0o755)

    def _wait_ready(self, master, sink, http_probe):
        deadline = time.monotonic() + START_TIMEOUT_SECS
        probes = [lambda: greets(self.info["imap"], b"* OK"), lambda: greets(self.info["lmtp"], b"220"),
                  lambda: greets(self.info["smtp"], b"220"), lambda: greets(self.info["pop3"], b"+OK")]
        if http_probe:
            probes += [lambda: answers_http(self.info["url_plain"], False),
                       lambda: answers_http(self.info["url"], True)]
        for probe in probes:
            while not probe():
                if master.poll() is not None or sink.poll() is not None:
                    raise InstanceError("Dovecot did not start:\n" + self.last_log())
                if time.monotonic() > deadline:
                    raise InstanceError("Dovecot does not answer:\n" + self.last_log())
                time.sleep(0.01)

    # Inside

    def inside(self, *command, check=True):
        """Run a command in the mount namespace of the instance; its standard output."""
        done = subprocess.run(["nsenter", "-t", str(self.info["pid"]), "-m", "--", *command],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if check and done.returncode != 0:
            raise InstanceError(f"{' '.join(command)}: {done.stderr.decode('utf-8', 'replace')}")
        return done.stdout.decode("utf-8", "replace")

    def mount_small(self, path, size):
        """A file system of its own, of so many bytes, for what is below path; only the instance sees it. It goes with it."""
        self.inside("mount", "-t", "tmpfs", "-o", f"size={size},uid={MAIL_UID},gid={MAIL_UID},mode=700", "tmpfs", path)

    # Again

    def end_master(self, signum, timeout_secs=30):
        """Send the master a signal, end what outlives it (as an init system does), and return when all are gone."""
        self._namespace = os.open(f"/proc/{self.info['pid']}/ns/mnt", os.O_RDONLY)
        members = [(pid, start_time(pid)) for pid in self.processes()]
        os.kill(self.info["pid"], signum)
        deadline = time.monotonic() + timeout_secs
        for pid, started in members:
            while alive(pid, started) and time.monotonic() < deadline and signum != signal.SIGKILL:
                time.sleep(0.02)
            end_process(pid, started, STOP_TIMEOUT_SECS)
        try:
            os.waitpid(self.info["pid"], 0)   # a zombie has its number still
        except ChildProcessError:
            pass

    def start_again(self):
        """The master once more, after end_master(), with the same configuration and ports."""
        with open(self._path("log", "master.log"), "ab") as log:
            master = subprocess.Popen(
                ["nsenter", f"--mount=/proc/self/fd/{self._namespace}", "dovecot", "-F", "-c",
                 self._path("conf", "dovecot.conf")], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                start_new_session=True, preexec_fn=raise_file_limit, pass_fds=(self._namespace,),
                env={**os.environ, **self.environment})
        os.close(self._namespace)
        self.info.update(pid=master.pid, pid_started=start_time(master.pid))
        self._write_wrappers()
        write(self._path("instance.json"), json.dumps(self.info, indent=1))
        deadline = time.monotonic() + START_TIMEOUT_SECS
        while not (greets(self.info["imap"], b"* OK") and greets(self.info["lmtp"], b"220") and
                   answers_http(self.info["url"], True)):
            if master.poll() is not None or time.monotonic() > deadline:
                raise InstanceError("Dovecot did not start again:\n" + self.last_log())
            time.sleep(0.02)
        # lives on without this process
        master.returncode = 0

    # Stop

    def stop(self):
        """End everything and return when nothing of it runs any more."""
        if self.info is None:
            raise InstanceError(f"no instance in {self.dir}")
        # Looked up while the namespace lives: later its number may be that of another instance.
        members = [(pid, start_time(pid)) for pid in self.processes()]
        end_process(self.info["pid"], self.info["pid_started"], STOP_TIMEOUT_SECS)
        end_process(self.info["sink_pid"], self.info["sink_pid_started"], STOP_TIMEOUT_SECS)
        for pid, started in members:
            end_process(pid, started, STOP_TIMEOUT_SECS)
        for held in self._held:
            held.close()
        self._held = []
        os.unlink(self._path("instance.json"))
        self.info = None

    # Look

    def processes(self):
        """Pids of all processes inside the instance's mount namespace."""
        found = []
        namespace = self.info["mount_namespace"]
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    if namespace and os.readlink(f"/proc/{entry}/ns/mnt") == namespace:
                        found.append(int(entry))
                except OSError:
                    pass
        return found

    def pids_of(self, name):
        """Pids of this instance's processes whose program is name, e.g. "directpush-worker"."""
        found = []
        for pid in self.processes():
            try:
                exe = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
            except OSError:
                continue
            if exe.startswith("memcheck-"):
                # valgrind: the program is its first argument that is no option
                exe = next((os.path.basename(word) for word in read(f"/proc/{pid}/cmdline").split("\0")[1:]
                            if not word.startswith("-")), "")
            if exe.split(" ")[0] == name:
                found.append(pid)
        return found

    def log(self):
        return read(self._path("log", "dovecot.log"))

    def last_log(self, lines=20):
        text = read(self._path("log", "master.log")) + self.log()
        return "\n".join(text.splitlines()[-lines:])

    def doveadm(self, *args, check=True, input=None):
        """Run doveadm in the instance; its standard output. InstanceError when it fails."""
        done = subprocess.run([self._path("bin", "doveadm"), *args], input=input,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        complaints = done.stderr.decode("utf-8", "replace")
        if check and done.returncode != 0 or sanitizers.FINDING.search(complaints):
            raise InstanceError(f"doveadm {' '.join(args)} ended with {done.returncode}: {complaints}")
        return done.stdout.decode("utf-8", "replace")

    def address(self, key):
        """(host, port) of "imap", "lmtp", "https", ..."""
        if key in ("https", "http"):
            url = self.info["url" if key == "https" else "url_plain"]
            return "127.0.0.1", int(url.split(":")[2].split("/")[0])
        host, port = self.info[key].rsplit(":", 1)
        return host, int(port)

    def user(self, number):
        return self.info["user_pattern"] % number


def module_dir():
    """Dovecot's module directory, as its own dovecot-config tells."""
    for path in DOVECOT_CONFIG:
        match = re.search(r"^dovecot_moduledir=['\"]?([^'\"\n]+)", read(path), re.M)
        if match:
            return match.group(1)
    raise InstanceError("no dovecot-config found: install dovecot-dev (./setup build does)")


def make_certificate(directory):
    if os.path.exists(os.path.join(directory, "cert.pem")):
        return
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", os.path.join(directory, "key.pem"),
                    "-out", os.path.join(directory, "cert.pem")],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def hold_ports(count):
    """Sockets bound to ports that nobody listens on, outside of the range that outgoing connections take theirs from.

    As long as they are open nobody finds these ports free, also while the server restarts; it may listen on them itself.
    """
    held = []
    while len(held) < count:
        probe = socket.socket()
        port = random.randint(20000, 32000)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.close()
            continue
        # only now: with it the bind would share another instance's port
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.append(probe)
    return held


def greets(address, greeting):
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=5) as conn:
            return conn.recv(256).startswith(greeting)
    except OSError:
        return False


def answers_http(url, tls):
    """True when the listener answers an OPTIONS, whatever the answer is."""
    port = int(url.split(":")[2].split("/")[0])
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as conn:
            if tls:
                context = ssl._create_unverified_context()
                conn = context.wrap_socket(conn, server_hostname="localhost")
            conn.sendall(b"OPTIONS /Microsoft-Server-ActiveSync HTTP/1.1\r\nHost: localhost\r\n"
                         b"Connection: close\r\n\r\n")
            answer = conn.recv(256)
            conn.close()
            return answer.startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def raise_file_limit():
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = max(hard, MAX_OPEN_FILES) if hard != resource.RLIM_INFINITY else MAX_OPEN_FILES
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def start_time(pid):
    """When the process started, in clock ticks since boot; None when there is none."""
    stat = read(f"/proc/{pid}/stat")
    if not stat:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def alive(pid, started):
    return started is not None and start_time(pid) == started


def end_process(pid, started, timeout_secs):
    """SIGTERM, then wait for the end by pidfd; SIGKILL when it takes longer than the timeout."""
    for signum, wait_secs in ((signal.SIGTERM, timeout_secs), (signal.SIGKILL, 10)):
        if not alive(pid, started):
            return
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            signal.pidfd_send_signal(pidfd, signum)
            if readable(pidfd, wait_secs):
                return
        except ProcessLookupError:
            return
        finally:
            os.close(pidfd)


def readable(fd, timeout_secs):
    """Wait until fd is readable; unlike select() for any number of descriptors."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(max(0, timeout_secs) * 1000))


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(path, mode)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as source:
            return source.read()
    except (FileNotFoundError, ProcessLookupError, NotADirectoryError):
        return ""
