"""A party's home folder: its keys, its people's keys, the log keys it trusts, the checkpoints it kept, its receipts.

In a demo all homes lie in one folder, which shows the format and not independence. Private keys are written mode 0600.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from fairlead.envelope import PublicKey, SigningKey
from fairlead.errors import BadSignature, NotANode
from fairlead.store.files import DELIVERING, one_at_a_time, write_durably


class Home:
    """Paths and keys of one party's home."""

    def __init__(self, root: Path, party: str) -> None:
        self.party = party
        self.path = root / "homes" / party

    @property
    def receipts(self) -> Path:
        return self.path / "receipts"

    @property
    def kept(self) -> Path:
        return self.path / "kept"

    def found(self, party_key: SigningKey, people: dict[str, SigningKey], trust: dict[str, object]) -> None:
        """Write a new home: keys, and the log keys this party trusts from the start."""
        for folder in (self.path / "people", self.receipts, self.kept):
            folder.mkdir(parents=True, exist_ok=True)
        write_key(self.path / "party.key", party_key)
        write_durably(self.path / "party.pub", party_key.public.text().encode() + b"\n")
        for person, key in people.items():
            write_key(self.path / "people" / f"{person}.key", key)
        self.keep_trust(trust)

    def keep_trust(self, trust: dict[str, object]) -> None:
        write_durably(self.path / "trust.json", json.dumps(trust, indent=1, sort_keys=True).encode() + b"\n")

    def keep_address(self, path: str) -> None:
        """Where this party's log is served; whoever has it reads the log."""
        descriptor = os.open(self.path / "log.address", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(path + "\n")

    def keep(self, log: str, checkpoint: bytes) -> None:
        """Keep a checkpoint: from now on the log must extend it."""
        write_durably(self.kept / f"{log}.checkpoint", checkpoint)

    def kept_checkpoint(self, log: str) -> bytes | None:
        """The checkpoint this party kept, if it ever did."""
        path = self.kept / f"{log}.checkpoint"
        return path.read_bytes() if path.is_file() else None

    def deliver(self, kind: str, name: str, envelope: bytes) -> None:
        """Deliver a signed record to this party: its own orders, resumes, grants and segment manifests. Once is enough."""
        path = self.path / "records" / kind / f"{name}.json"
        if not path.exists():
            with one_at_a_time(self.path.parent.parent / DELIVERING):
                write_durably(path, envelope)

    def trust(self) -> dict[str, object]:
        """What this party trusts: log origins and keys, party keys."""
        path = self.path / "trust.json"
        try:
            found: dict[str, object] = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise NotANode("a home holds no readable trust.json", where=str(path), why=str(error)) from error
        return found

    def person_key(self, person: str) -> SigningKey:
        """The signing key of one of this party's people. Raises BadSignature when the home does not hold it."""
        return read_key(self.path / "people" / f"{person}.key")

    def public_key(self) -> PublicKey:
        return PublicKey.from_text((self.path / "party.pub").read_text().strip())


def write_key(path: Path, key: SigningKey) -> None:
    """The 32 secret bytes in base64, readable by the owner alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(key.seed) + b"\n")


def read_key(path: Path) -> SigningKey:
    try:
        return SigningKey(base64.b64decode(path.read_bytes().strip(), validate=True))
    except (OSError, ValueError) as error:
        raise BadSignature(
            "no usable key in this home", where=str(path), why=str(error), do="use --as with one of its people"
        ) from error
