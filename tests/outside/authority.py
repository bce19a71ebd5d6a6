"""A time-stamping authority for tests, made with the openssl command: a root, a signer under it, and RFC 3161 answers to queries.

1. Everything lies in the folder given; nothing of it is trusted anywhere else. Its clock is the machine's.
2. The signer's certificate has the one extended key usage timeStamping, critical (RFC 3161 section 2.3); the root has keyUsage, without
   which newer Pythons refuse it.
3. A stamp carries the signer's certificate alone: openssl does not sort a set of certificates, and strict DER wants it sorted.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from tests.outside.driven import openssl

DIGESTS: Final = "sha256, sha384, sha512"
ORDER_OF_DAYS: Final = "3650"
CONFIG: Final = """
[req]
distinguished_name = name
prompt = no
[name]
[root]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = stamper
[stamper]
serial = {folder}/serial
signer_cert = {folder}/signer.crt
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = {digests}
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """A root and a signer in a folder, and the stamps they give."""

    def __init__(self, folder: Path, name: str = "Fairlead test") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / "authority.cnf"
        self._config.write_text(CONFIG.format(folder=folder, digests=DIGESTS))
        (folder / "serial").write_text("01\n")
        self._asked = 0
        for stem in ("root", "signer"):
            self.run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{stem}.key")
        config = ("-config", str(self._config))
        root = ("-key", "root.key", "-subj", f"/CN={name} root", "-days", ORDER_OF_DAYS)
        self.run("req", *config, "-x509", "-new", *root, "-extensions", "root", "-out", "root.crt")
        self.run("req", *config, "-new", "-key", "signer.key", "-subj", f"/CN={name} stamps", "-out", "signer.csr")
        under = ("-CA", "root.crt", "-CAkey", "root.key", "-set_serial", "2", "-days", ORDER_OF_DAYS)
        extensions = ("-extfile", str(self._config), "-extensions", "signer")
        self.run("x509", "-req", "-in", "signer.csr", *under, *extensions, "-out", "signer.crt")

    @property
    def root_pem(self) -> bytes:
        """The certificate to trust."""
        return (self.folder / "root.crt").read_bytes()

    @property
    def signer_pem(self) -> bytes:
        """The certificate whose key signs the stamps."""
        return (self.folder / "signer.crt").read_bytes()

    def stamp(self, query_der: bytes) -> bytes:
        """The answer (DER of a TimeStampResp) to a query (DER of a TimeStampReq); also a refusal is an answer."""
        self._asked += 1
        asked, said = f"{self._asked}.tsq", f"{self._asked}.tsr"
        (self.folder / asked).write_bytes(query_der)
        self.run("ts", "-reply", "-config", str(self._config), "-queryfile", asked, "-out", said)
        return (self.folder / said).read_bytes()

    def run(self, *argv: str) -> str:
        """What the openssl command prints, run in the folder."""
        ran = subprocess.run([openssl(), *argv], cwd=self.folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"openssl {argv[0]}: {ran.stderr}"
        return ran.stdout
