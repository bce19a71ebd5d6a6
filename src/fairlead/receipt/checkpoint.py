"""C2SP tlog-checkpoint: which log, how many entries, which root, as a note signed by the log's key.

1. Exactly three lines: origin, size in decimal without leading zeros, root in base64. No extension lines: nobody could audit them.
2. The key's name is the origin line.
3. A checkpoint opens only for the origin and key the reader already trusts.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from fairlead.envelope import PublicKey, SigningKey
from fairlead.envelope.base64 import unbase64
from fairlead.errors import BadInput, BadSignature, MalformedBytes
from fairlead.receipt.log_keys import LogKeys, only
from fairlead.receipt.note import Cosigned, Verifier, open_note, sign_note
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


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint as it was opened: what it says, by which of the log's keys, and which known witnesses cosigned it."""

    checkpoint: Checkpoint
    key: PublicKey
    cosigned: tuple[Cosigned, ...] = ()
    lines: int = 1  # signature lines of the note, known or not


def open_checkpoint(raw: bytes, origin: str, key: PublicKey) -> Checkpoint:
    """The checkpoint in `raw`. Raises MalformedBytes for its form, BadSignature when this log's key did not sign it."""
    return open_head(raw, only(origin, key)).checkpoint


# C2SP tlog-checkpoint, "Note text".
def open_head(raw: bytes, keys: LogKeys, witnesses: Sequence[Verifier] = ()) -> Head:
    """The checkpoint in `raw` by the key that signs heads of its size, with the cosignatures of the witnesses known.

    Raises MalformedBytes for its form, BadSignature when that key did not sign it, or is not believed for it any more.
    """
    origin = keys.origin
    own = {one.key: Verifier(name=origin, key=one.key) for one in keys.held}
    note = open_note(raw, [*own.values(), *witnesses])
    checkpoint = checkpoint_of(note.text)
    if checkpoint.origin != origin:
        raise MalformedBytes("a note is not a checkpoint of this log", where=origin, why=f"it is of {checkpoint.origin[:80]!r}")
    held = keys.for_head(checkpoint.size)
    if held.key not in note.keys:
        raise BadSignature("the log's key for this size did not sign the checkpoint", where=origin, why=f"size {checkpoint.size}")
    if held.believed is not None and checkpoint.size > held.believed:
        why = f"it was given up after size {held.believed}; this head has {checkpoint.size}"
        raise BadSignature("a checkpoint is by a key that was compromised", where=origin, why=why)
    if checkpoint.size == held.believed and checkpoint.root.hex() != (held.root or EMPTY_ROOT.hex()):
        why = "the head of that size it is believed for has another root"
        raise BadSignature("a checkpoint is by a key that was compromised", where=origin, why=why)
    return Head(checkpoint=checkpoint, key=held.key, cosigned=note.cosigned, lines=note.lines)


def checkpoint_of(text: str) -> Checkpoint:
    """What a note's text says as a checkpoint, whoever signed it. Raises MalformedBytes."""
    lines = text[:-1].split("\n")
    origin = lines[0]
    if len(lines) != 3:
        raise MalformedBytes("a note is not a checkpoint of three lines", where=origin[:80], why=f"{len(lines)} lines")
    if SIZE.fullmatch(lines[1]) is None:
        raise MalformedBytes("a checkpoint's size is not a plain number", where=origin[:80], why=repr(lines[1])[:80])
    try:
        return Checkpoint(origin=origin, size=int(lines[1]), root=unbase64(lines[2]))
    except BadInput as error:
        raise MalformedBytes("a checkpoint does not hold together", where=origin[:80], why=str(error)) from error
