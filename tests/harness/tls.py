# SPDX-License-Identifier: LGPL-2.1-or-later
"""TLS as scanners and attackers speak it: hellos that no library makes any more, openssl's client, certificates."""

import os
import socket
import ssl
import struct
import subprocess

from .wire import client_context

# Suites that one may not agree to, by the names of their registry (IANA "TLS Cipher Suites").
WEAK_SUITES = {
    "NULL": (0x0001, 0x0002, 0x002C, 0x003B, 0xC006, 0xC010),
    "export": (0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0017, 0x0019),
    "RC4": (0x0004, 0x0005, 0xC007, 0xC011),
    "DES": (0x0009, 0x000C, 0x000F, 0x0012, 0x0015, 0x001A),
    "3DES": (0x000A, 0x0010, 0x0016, 0xC008, 0xC012),
    "IDEA": (0x0007,),
    "anonymous": (0x0018, 0x001B, 0x0034, 0x003A, 0x006C, 0x00A6, 0xC015, 0xC018, 0xC019),
    "RSA without forward secrecy": (0x002F, 0x0035, 0x003C, 0x003D, 0x009C, 0x009D),
    "PSK": (0x008C, 0x008D, 0x00A8, 0x00A9),
}
GOOD_SUITES = (0xC02F, 0xC030, 0xCCA8)
HANDSHAKE, ALERT, HEARTBEAT = 22, 21, 24
SERVER_HELLO = 2
HANDSHAKE_FAILURE, PROTOCOL_VERSION = 40, 70


def extension(number, data):
    return struct.pack(">HH", number, len(data)) + data


def record(kind, payload, version=0x0301):
    return struct.pack(">BHH", kind, version, len(payload)) + payload


def hello(version=0x0303, suites=GOOD_SUITES, compression=(0,), extensions=b""):
    """A ClientHello (RFC 5246 7.4.1.2) in its record. version: 0x0300 is SSL 3.0, 0x0303 TLS 1.2."""
    known = (extension(10, struct.pack(">HHHH", 6, 29, 23, 24)) + extension(11, b"\1\0")
             + extension(13, struct.pack(">HHHHH", 8, 0x0804, 0x0401, 0x0201, 0x0403)) + extensions)
    codes = b"".join(struct.pack(">H", suite) for suite in suites)
    body = (struct.pack(">H", version) + os.urandom(32) + b"\0" + struct.pack(">H", len(codes)) + codes
            + bytes([len(compression), *compression]) + struct.pack(">H", len(known)) + known)
    return record(HANDSHAKE, b"\1" + struct.pack(">I", len(body))[1:] + body, min(version, 0x0301))


def exchange(port, data, timeout=10):
    """Send bytes; all that comes back until the server closes or has said one whole record."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as conn:
        conn.sendall(data)
        answer = b""
        while len(answer) < 5 or len(answer) < 5 + struct.unpack(">H", answer[3:5])[0]:
            more = conn.recv(65536)
            if not more:
                break
            answer += more
        return answer


def says(answer):
    """What the first record of an answer is: "closed", "alert 40", "hello", or else."""
    if not answer:
        return "closed"
    if answer[0] == ALERT and len(answer) == 7:
        return f"alert {answer[6]}"
    if answer[0] == HANDSHAKE and answer[5] == SERVER_HELLO:
        return "hello"
    return f"record {answer[0]}: {answer[:32].hex()}"


def chosen_suite(answer):
    """Of a ServerHello: (suite, compression)."""
    session_id_length = answer[5 + 4 + 2 + 32]
    at = 5 + 4 + 2 + 32 + 1 + session_id_length
    return struct.unpack(">HB", answer[at:at + 3])


def s_client(port, *options, text=b""):
    """What openssl's client prints, both its outputs together; text is what a person would type."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options], input=text,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=30)
    return done.stdout.decode("utf-8", "replace")


def context(version=None, **settings):
    """A client's context: one version only, and attributes of ssl.SSLContext."""
    made = client_context()
    if version is not None:
        made.minimum_version = made.maximum_version = version
    for name, value in settings.items():
        setattr(made, name, value)
    return made


class Certificates:
    """Made by the openssl program, as files of the instance."""

    def __init__(self, instance):
        self.dir = os.path.join(instance.dir, "ssl")

    def path(self, name):
        return os.path.join(self.dir, f"{name}.pem")

    def key(self, name):
        return os.path.join(self.dir, f"{name}.key")

    def make(self, name, issuer=None, subject=None):
        """A certificate for that host or person, signed by the issuer or by itself; the older of that name goes."""
        subject = subject or name
        signer = ["-CA", self.path(issuer), "-CAkey", self.key(issuer)] if issuer else []
        request = os.path.join(self.dir, f"{name}.csr")
        run = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={subject}", "-keyout", self.key(name)]
        if issuer is None:
            self._run(*run, "-x509", "-days", "30", "-addext", f"subjectAltName=DNS:{subject}", "-out", self.path(name))
            return
        self._run(*run, "-out", request)
        self._run("openssl", "x509", "-req", "-in", request, "-days", "30", *signer, "-CAcreateserial",
                  "-out", self.path(name))

    def settings(self, name):
        """For Dovecot: serve this one."""
        return f"ssl_cert = <{self.path(name)}\nssl_key = <{self.key(name)}\n"

    @staticmethod
    def _run(*command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def common_name(connection_socket):
    """CN of the server's certificate; it need not be one that is trusted."""
    der = connection_socket.getpeercert(binary_form=True)
    said = subprocess.run(["openssl", "x509", "-noout", "-subject", "-nameopt", "multiline"],
                          input=ssl.DER_cert_to_PEM_cert(der).encode(), stdout=subprocess.PIPE, check=True)
    return said.stdout.decode().rpartition("= ")[2].strip()
