"""C2SP tlog-witness: a witness sees to it that a log shows everybody the same history; this is what it answers, as a value.

1. It knows logs by origin and keys, and of each the newest head it cosigned. A head that does not extend that one is not cosigned.
2. Two heads of one size and different roots, both signed by the log, are kept: whoever holds them proves that the log lied (`Split`).
3. The caller stores `record` durably, in the transaction in which it looked up `seen`, before anybody is answered.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final

import msgspec

from fairlead.envelope import SigningKey
from fairlead.envelope.base64 import unbase64
from fairlead.errors import BadSignature, FairleadError, MalformedBytes
from fairlead.receipt.checkpoint import SIZE, Checkpoint, checkpoint_of, open_head
from fairlead.receipt.log_keys import LogKeys
from fairlead.receipt.note import NOTE_BYTES_MAX, cosign
from fairlead.receipt.tree import EMPTY_ROOT, HASH_BYTES, check_consistency

PROOF_LINES_MAX: Final = 63
BODY_MAX: Final = 64 * 1024
TEXT: Final = "text/plain; charset=utf-8"
SIZE_TYPE: Final = "text/x.tlog.size"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The newest head of a log that this witness cosigned, as the log signed it."""

    checkpoint: Checkpoint
    note: bytes


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """Two heads of one log, of one size, with different roots, each signed by the log."""

    origin: str
    size: int
    one: bytes
    other: bytes


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back, and what to keep first."""

    status: int
    body: bytes = b""
    content_type: str = TEXT
    record: Seen | None = None
    split: Split | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it reads."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes


def request_bytes(*, old: int, proof: tuple[bytes, ...], note: bytes) -> bytes:
    """The body to send to a witness."""
    lines = [f"old {old}", *(base64.b64encode(one).decode("ascii") for one in proof)]
    return ("\n".join(lines) + "\n\n").encode() + note


def read_request(body: bytes) -> Asked:
    """The body of add-checkpoint. Raises MalformedBytes."""
    if len(body) > min(BODY_MAX, NOTE_BYTES_MAX):
        raise MalformedBytes("the request is too long", why=f"more than {BODY_MAX} bytes")
    top, found, note = body.partition(b"\n\n")
    try:
        lines = top.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedBytes("the request's first lines are not ASCII", why=str(error)) from error
    if not found or not lines[0].startswith("old ") or SIZE.fullmatch(lines[0][4:]) is None:
        raise MalformedBytes("the request does not begin with an old size")
    if len(lines) - 1 > PROOF_LINES_MAX:
        raise MalformedBytes("the proof is too long", why=f"more than {PROOF_LINES_MAX} lines")
    proof = tuple(unbase64(line) for line in lines[1:])
    if any(len(one) != HASH_BYTES for one in proof):
        raise MalformedBytes("a line of the proof is no hash")
    return Asked(old=int(lines[0][4:]), proof=proof, note=note)


# C2SP tlog-witness, "add-checkpoint": the order of the checks is the document's.
def add_checkpoint(
    body: bytes,
    *,
    logs: Callable[[str], LogKeys | None],
    seen: Callable[[str], Seen | None],
    name: str,
    key: SigningKey,
    at_s: int,
) -> Reply:
    """What a witness called `name` answers to this body. Total."""
    try:
        asked = read_request(body)
        text = asked.note.decode("utf-8").rpartition("\n\n")[0] + "\n"
        said = checkpoint_of(text)
    except (FairleadError, UnicodeDecodeError) as error:
        return _told(400, str(error))
    # 1. A log it knows, and a head that log signed.
    keys = logs(said.origin)
    if keys is None:
        return _told(404, "this witness does not know that log")
    try:
        head = open_head(asked.note, keys).checkpoint
    except BadSignature as error:
        return _told(403, str(error))
    except FairleadError as error:
        return _told(400, str(error))
    # 2. It follows what was cosigned last.
    if asked.old > head.size:
        return _told(400, "the old size is larger than the checkpoint's")
    last = seen(head.origin)
    known = last.checkpoint if last else Checkpoint(origin=head.origin, size=0, root=EMPTY_ROOT)
    split = _split(last, head, asked.note)
    if split is not None or asked.old != known.size:
        return Reply(status=409, body=b"%d\n" % known.size, content_type=SIZE_TYPE, split=split)
    if asked.old in (0, head.size) and asked.proof:
        return _told(422, "a proof from nothing, or to the same tree, is empty")
    if not check_consistency(old=asked.old, old_root=known.root, new=head.size, new_root=head.root, proof=asked.proof):
        return _told(422, "the proof does not show that this tree extends the one cosigned last")
    # 3. Its word, once it is kept.
    line = cosign(head.text, name, key, at_s=at_s)
    return Reply(status=200, body=line, record=Seen(checkpoint=head, note=asked.note))


def split_of(one: bytes, other: bytes, keys: LogKeys) -> Split | None:
    """What two notes of one log prove of it: nothing, or that it showed two histories. Raises BadSignature, MalformedBytes."""
    first, second = open_head(one, keys).checkpoint, open_head(other, keys).checkpoint
    return _split(Seen(checkpoint=first, note=one), second, other)


def _split(last: Seen | None, head: Checkpoint, note: bytes) -> Split | None:
    if last is None or last.checkpoint.size != head.size or last.checkpoint.root == head.root:
        return None
    return Split(origin=head.origin, size=head.size, one=last.note, other=note)


def _told(status: int, why: str) -> Reply:
    return Reply(status=status, body=(why + "\n").encode())
