# SPDX-License-Identifier: LGPL-2.1-or-later
"""S/MIME certificates for one scenario, made by the openssl program in the home of its user."""

import base64
import os
import ssl
import subprocess

AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n"
PERSON = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage={usage}\n"


class Certificates:
    def __init__(self, stage, user):
        """The user's home must be there: after a first contact."""
        self.home = os.path.join(stage.instance.dir, "home", user.address)
        self.neighbours = os.path.join(self.home, "certificates")
        os.makedirs(self.neighbours, exist_ok=True)
        self.work = os.path.join(stage.instance.dir, f"certificates-{user.number}")
        os.makedirs(self.work)
        open(self._path("index.txt"), "w").close()
        with open(self._path("ca.conf"), "w", encoding="utf-8") as out:
            out.write(f"[ca]\ndefault_ca = own\n[own]\ndatabase = {self._path('index.txt')}\n"
                      "default_md = sha256\ndefault_crl_days = 30\n")

    def _path(self, name):
        return os.path.join(self.work, name)

    def _run(self, *args):
        subprocess.run(("openssl",) + args, check=True, capture_output=True, cwd=self.work)

    def authority(self, name="root"):
        self._make(name, AUTHORITY, None, 30)

    def person(self, name, issuer="root", days=30, usage="emailProtection"):
        """Returns the certificate in base64."""
        self._make(name, PERSON.format(usage=usage), issuer, days)
        return self.base64(name)

    def _make(self, name, extensions, issuer, days):
        with open(self._path(f"{name}.ext"), "w", encoding="utf-8") as out:
            out.write(extensions)
        self._run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                  "-subj", f"/CN={name}")
        signer = ("-signkey", f"{name}.key") if issuer is None else ("-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key",
                                                                     "-CAcreateserial")
        self._run("x509", "-req", "-in", f"{name}.csr", "-extfile", f"{name}.ext", "-out", f"{name}.pem",
                  "-days", str(days), *signer)

    def pem(self, name):
        with open(self._path(f"{name}.pem"), encoding="utf-8") as source:
            return source.read()

    def base64(self, name):
        return base64.b64encode(ssl.PEM_cert_to_DER_cert(self.pem(name))).decode()

    def revoke(self, name, issuer="root"):
        self._run("ca", "-config", "ca.conf", "-revoke", f"{name}.pem", "-cert", f"{issuer}.pem",
                  "-keyfile", f"{issuer}.key")

    def list(self, issuer="root"):
        """The authority's revocation list as PEM."""
        self._run("ca", "-config", "ca.conf", "-gencrl", "-out", "list.pem", "-cert", f"{issuer}.pem",
                  "-keyfile", f"{issuer}.key")
        with open(self._path("list.pem"), encoding="utf-8") as source:
            return source.read()

    def trust(self, *pems):
        """What the user believes."""
        with open(os.path.join(self.home, "authorities.pem"), "w", encoding="utf-8") as out:
            out.write("".join(pems))

    def offer(self, address, pem):
        with open(os.path.join(self.neighbours, f"{address}.pem"), "w", encoding="utf-8") as out:
            out.write(pem)
