"""C2SP tlog-checkpoint: which log, how many entries, which root, as a note signed by the log's key.

1. Exactly three lines: origin, size in decimal without leading zeros, root in base64. No extension lines: nobody could audit them.
2. The key's name is the origin line.
3. A checkpoint opens only for the origin and key the reader already trusts.
"""

from __future__ import annotations

import base64
import re
from typing import Final

import msgspec

from fairlead.envelope import PublicKey, SigningKey
from fairlead.envelope.base64 import unbase64
from fairlead.errors import BadInput, MalformedBytes
from fairlead.receipt.note import Verifier, open_note, sign_note
from fairlead.receipt.tree import EMPTY_ROOT, HASH_BYTES

SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a log: its tree of `size` entries has this root."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin or not 0 <= self.size < 10**16 or len(self.root) != HASH_BYTES:
            raise BadInput(
                "no checkpoint can say this", where=self.origin[:80], why=f"size {self.size}, root of {len(self.root)} bytes"
            )
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise BadInput("the empty tree has another root", where=self.origin)

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """The signed note as published under `checkpoint`."""
    return sign_note(checkpoint.text, checkpoint.origin, key)


# C2SP tlog-checkpoint, "Note text".
def open_checkpoint(raw: bytes, origin: str, key: PublicKey) -> Checkpoint:
    """The checkpoint in `raw`. Raises MalformedBytes for its form, BadSignature when this log's key did not sign it."""
    note = open_note(raw, [Verifier(name=origin, key=key)])
    lines = note.text[:-1].split("\n")
    if len(lines) != 3 or lines[0] != origin:
        raise MalformedBytes("a note is not a checkpoint of this log", where=origin, why=f"{len(lines)} lines, first {lines[0][:80]!r}")
    if SIZE.fullmatch(lines[1]) is None:
        raise MalformedBytes("a checkpoint's size is not a plain number", where=origin, why=repr(lines[1])[:80])
    root = unbase64(lines[2])
    try:
        return Checkpoint(origin=origin, size=int(lines[1]), root=root)
    except BadInput as error:
        raise MalformedBytes("a checkpoint does not hold together", where=origin, why=str(error)) from error
