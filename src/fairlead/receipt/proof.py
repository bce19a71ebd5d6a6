"""C2SP tlog-proof: one file that shows an entry to stand in a log, for whoever knows the log's key and its witnesses.

1. Index, audit path, and the checkpoint with its cosignatures, as lines. The entry itself is not in it: who checks has it.
2. Checked without a network: path and entry give the root that the log's key signed, and enough witnesses cosigned.
3. `extra` is bytes beside the proof that nothing here vouches for.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

import msgspec

from fairlead.envelope.base64 import unbase64
from fairlead.errors import MalformedBytes, ProofFailed
from fairlead.receipt.checkpoint import SIZE, Head, open_head
from fairlead.receipt.log_keys import LogKeys
from fairlead.receipt.quorum import NOBODY, Quorum
from fairlead.receipt.tree import HASH_BYTES, PROOF_MAX, check_inclusion, leaf_hash

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
BYTES_MAX: Final = 1_000_000


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A proof as read; `checkpoint` are the bytes of the signed note."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""


# C2SP tlog-proof, "Format".
def proof_bytes(proof: Proof) -> bytes:
    """The file."""
    lines = [FIRST_LINE]
    if proof.extra:
        lines.append("extra " + base64.b64encode(proof.extra).decode("ascii"))
    lines.append(f"index {proof.index}")
    lines += [base64.b64encode(one).decode("ascii") for one in proof.path]
    return ("\n".join(lines) + "\n\n").encode() + proof.checkpoint


def read_proof(raw: bytes) -> Proof:
    """The proof in a file, not yet checked. Raises MalformedBytes."""
    if len(raw) > BYTES_MAX:
        raise MalformedBytes("a proof file is too long", why=f"more than {BYTES_MAX} bytes")
    top, found, note = raw.partition(b"\n\n")
    try:
        lines = top.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedBytes("a proof file is not UTF-8", why=str(error)) from error
    if not found or lines[0] != FIRST_LINE:
        raise MalformedBytes("bytes are not a tlog-proof", why=f"the first line is not {FIRST_LINE}, or no checkpoint follows")
    rest = lines[1:]
    extra = unbase64(rest.pop(0)[6:]) if rest and rest[0].startswith("extra ") and rest[0] != "extra " else b""
    head = rest.pop(0) if rest else ""
    if not head.startswith("index ") or SIZE.fullmatch(head[6:]) is None:
        raise MalformedBytes("a proof names no index", where=head[:80])
    path = tuple(unbase64(one) for one in rest)
    if len(path) > PROOF_MAX or any(len(one) != HASH_BYTES for one in path):
        raise MalformedBytes("a proof's path is not hashes of 32 bytes", where=f"{len(path)} of them")
    return Proof(index=int(head[6:]), path=path, checkpoint=note, extra=extra)


def check_proof(proof: Proof, entry: bytes, keys: LogKeys, quorum: Quorum = NOBODY) -> Head:
    """The head under which `entry` stands at the proof's index. Raises ProofFailed, BadSignature, MalformedBytes."""
    head = open_head(proof.checkpoint, keys, quorum.verifiers)
    said = head.checkpoint
    if not quorum.names(said.origin, [one.key for one in keys.held]):
        raise ProofFailed("the reader's rule does not name this log", where=said.origin)
    if not check_inclusion(leaf=leaf_hash(entry), index=proof.index, size=said.size, root=said.root, proof=proof.path):
        raise ProofFailed("the entry does not stand where the proof says", where=f"{said.origin}, entry {proof.index}")
    _enough(head, quorum)
    return head


def _enough(head: Head, quorum: Quorum) -> None:
    keys: Sequence[object] = [one.key for one in head.cosigned]
    if not quorum.met([one.key for one in head.cosigned]):
        why = f"{len(set(keys))} known witnesses cosigned, which is not the quorum {quorum.name}"
        raise ProofFailed("too few witnesses saw this head", where=head.checkpoint.origin, why=why)
