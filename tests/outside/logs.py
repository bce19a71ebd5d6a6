"""Random logs out of a seed, what they prove, and mutants of every proof and note: the questions put to verifiers of others.

1. A question is plain values, so that a program in another language can be asked the same; our own answer comes from `ours`.
2. `must` says what both have to answer. Nothing there means that the mutant may in truth hold (another size under the same root
   can have the same path), so the two have to agree and no more.
"""

from __future__ import annotations

import base64
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from fairlead.envelope import SigningKey
from fairlead.errors import FairleadError
from fairlead.receipt.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from fairlead.receipt.note import ED25519, vkey
from fairlead.receipt.tree import (
    HASH_BYTES,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
)

LOGS = 320
SIZE_MAX = 600
SMALL_MAX = 40


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """A log, one of its entries, an earlier size, and the key of another log."""

    entries: tuple[bytes, ...]
    hashes: tuple[bytes, ...]
    index: int
    old: int
    origin: str
    key: SigningKey
    stranger: SigningKey

    @property
    def size(self) -> int:
        return len(self.hashes)

    @property
    def head(self) -> Checkpoint:
        return Checkpoint(origin=self.origin, size=self.size, root=root_of(self.hashes))


class Inclusion(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="inclusion"):
    """Whether a leaf stands in a tree."""

    leaf: bytes
    index: int
    size: int
    root: bytes
    proof: tuple[bytes, ...]

    def ours(self) -> bool:
        return check_inclusion(leaf=self.leaf, index=self.index, size=self.size, root=self.root, proof=self.proof)


class Consistency(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="kind", tag="consistency"):
    """Whether one tree extends another."""

    old: int
    old_root: bytes
    size: int
    root: bytes
    proof: tuple[bytes, ...]

    def ours(self) -> bool:
        return check_consistency(old=self.old, old_root=self.old_root, new=self.size, new_root=self.root, proof=self.proof)


class Signed(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="note"):
    """Whether a note is this text, signed by the key of that name."""

    note: str
    text: str
    origin: str
    key: SigningKey

    def ours(self) -> bool:
        try:
            return open_checkpoint(self.note.encode(), self.origin, self.key.public).text == self.text
        except FairleadError:
            return False

    @property
    def vkey(self) -> str:
        return vkey(self.origin, self.key.public, ED25519)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A question, what was done to it, and what both sides have to answer."""

    name: str
    asked: Inclusion | Consistency | Signed
    must: bool | None


def random_log(rng: random.Random, *, least: int = 1) -> Log:
    """A log of up to 600 entries, half of them small, where the odd shapes are."""
    most = SMALL_MAX if least < SMALL_MAX and rng.random() < 0.5 else SIZE_MAX
    entries = tuple(rng.randbytes(rng.randrange(1, 60)) + at.to_bytes(2, "big") for at in range(rng.randint(least, most)))
    return Log(
        entries=entries,
        hashes=tuple(map(leaf_hash, entries)),
        index=rng.randrange(len(entries)),
        old=rng.randint(1, len(entries)),
        origin=f"fairlead/node-{rng.randrange(100)}/party-{rng.randrange(100)}",
        key=SigningKey(rng.randbytes(32)),
        stranger=SigningKey(rng.randbytes(32)),
    )


@cache
def cases(seed: int, logs: int = LOGS) -> tuple[Case, ...]:
    """What so many logs prove, and every mutant of it."""
    rng = random.Random(seed)
    return tuple(case for _ in range(logs) for case in log_cases(random_log(rng), rng))


def log_cases(log: Log, rng: random.Random) -> Iterator[Case]:
    """The three kinds of questions about one log."""
    for asked in (inclusion(log), consistency(log), signed(log)):
        yield Case(name=f"{type(asked).__name__}: as made", asked=asked, must=True)
    for one in (*inclusion_mutants(inclusion(log), rng), *consistency_mutants(consistency(log), rng), *note_mutants(log, rng)):
        yield msgspec.structs.replace(one, name=f"{type(one.asked).__name__}: {one.name}")


def inclusion(log: Log) -> Inclusion:
    proof = inclusion_proof(log.hashes, log.index, log.size)
    return Inclusion(leaf=log.hashes[log.index], index=log.index, size=log.size, root=root_of(log.hashes), proof=proof)


def consistency(log: Log) -> Consistency:
    proof = consistency_proof(log.hashes, log.old, log.size)
    return Consistency(old=log.old, old_root=root_of(log.hashes[: log.old]), size=log.size, root=root_of(log.hashes), proof=proof)


def signed(log: Log) -> Signed:
    return Signed(note=sign_checkpoint(log.head, log.key).decode(), text=log.head.text, origin=log.origin, key=log.key)


def inclusion_mutants(real: Inclusion, rng: random.Random) -> Iterator[Case]:
    change = msgspec.structs.replace
    yield Case(name="leaf flipped", asked=change(real, leaf=flipped(real.leaf, rng)), must=False)
    yield Case(name="root flipped", asked=change(real, root=flipped(real.root, rng)), must=False)
    yield Case(name="leaf hashed once more", asked=change(real, leaf=node_hash(real.leaf, real.leaf)), must=False)
    yield Case(name="index and one", asked=change(real, index=real.index + 1), must=False)
    if real.index:
        yield Case(name="index less one", asked=change(real, index=real.index - 1), must=False)
    yield Case(name="size and one", asked=change(real, size=real.size + 1), must=None)
    yield Case(name="size less one", asked=change(real, size=real.size - 1), must=None)
    for name, proof in proof_mutants(real.proof, rng):
        yield Case(name=name, asked=change(real, proof=proof), must=False)


def consistency_mutants(real: Consistency, rng: random.Random) -> Iterator[Case]:
    change = msgspec.structs.replace
    yield Case(name="old root flipped", asked=change(real, old_root=flipped(real.old_root, rng)), must=False)
    yield Case(name="root flipped", asked=change(real, root=flipped(real.root, rng)), must=False)
    if real.old != real.size:
        yield Case(name="roots changed over", asked=change(real, root=real.old_root, old_root=real.root), must=False)
    # Not from or to the empty tree: the RFC leaves it out, and each verifier has its own way with it.
    for name, old, size in (
        ("old size and one", real.old + 1, real.size),
        ("old size less one", real.old - 1, real.size),
        ("size and one", real.old, real.size + 1),
        ("size less one", real.old, real.size - 1),
    ):
        if old >= 1 and size >= 1:
            yield Case(name=name, asked=change(real, old=old, size=size), must=None)
    for name, proof in proof_mutants(real.proof, rng):
        yield Case(name=name, asked=change(real, proof=proof), must=False)


def proof_mutants(proof: Sequence[bytes], rng: random.Random) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """A bit of each hash flipped, each hash left out, one too many at each end, neighbours changed over."""
    for at, one in enumerate(proof):
        yield "a hash flipped", (*proof[:at], flipped(one, rng), *proof[at + 1 :])
        yield "a hash left out", (*proof[:at], *proof[at + 1 :])
    for one, other in itertools.pairwise(proof):
        at = proof.index(one)
        yield "two hashes changed over", (*proof[:at], other, one, *proof[at + 2 :])
    yield "a hash more at the end", (*proof, rng.randbytes(HASH_BYTES))
    yield "a hash more in front", (rng.randbytes(HASH_BYTES), *proof)


def note_mutants(log: Log, rng: random.Random) -> Iterator[Case]:
    """The text altered under its signature, the signature or its key id altered, another key, another name."""
    real = signed(log)
    change = msgspec.structs.replace
    head = log.head
    line = real.note.removeprefix(f"{real.text}\n")
    for name, other in (
        ("size and one", change(head, size=head.size + 1)),
        ("root flipped", change(head, root=flipped(head.root, rng))),
        ("another origin", change(head, origin=f"{head.origin}-b")),
    ):
        yield Case(name=name, asked=change(real, note=f"{other.text}\n{line}", text=other.text), must=False)
    start, _, encoded = line.rstrip("\n").rpartition(" ")
    raw = base64.b64decode(encoded)
    for name, altered in (
        ("signature flipped", raw[:4] + flipped(raw[4:], rng)),
        ("key id flipped", flipped(raw[:4], rng) + raw[4:]),
        ("signature cut", raw[:-1]),
        ("signature longer", raw + b"\0"),
        ("signature by another key", raw[:4] + log.stranger.sign(real.text.encode())),
    ):
        yield Case(name=name, asked=change(real, note=f"{real.text}\n{start} {b64(altered)}\n"), must=False)
    yield Case(name="another key trusted", asked=change(real, key=log.stranger), must=False)
    yield Case(name="signed by another key", asked=change(real, note=sign_checkpoint(head, log.stranger).decode()), must=False)
    yield Case(name="under another name", asked=change(real, note=real.note.replace("\u2014 ", "\u2014 x")), must=False)
    yield Case(name="no signature", asked=change(real, note=f"{real.text}\n"), must=False)
    yield Case(name="no blank line", asked=change(real, note=real.text + line), must=False)


def flipped(raw: bytes, rng: random.Random) -> bytes:
    """The bytes with one bit changed."""
    at = rng.randrange(len(raw) * 8)
    return raw[: at // 8] + bytes([raw[at // 8] ^ 1 << at % 8]) + raw[at // 8 + 1 :]


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def line_of(asked: Inclusion | Consistency | Signed) -> str:
    """The question as one JSON object; bytes in base64."""
    if isinstance(asked, Signed):
        return json.dumps({"kind": "note", "note": asked.note, "text": asked.text, "keys": [asked.vkey]})
    return msgspec.json.encode(asked).decode()


def compare(asked: Sequence[Case], answers: Sequence[bool]) -> Counter[str]:
    """Hold the answers of another verifier against ours and against what has to be; how many of each kind, and the open ones' yeses."""
    assert len(answers) == len(asked), f"{len(answers)} answers to {len(asked)} questions"
    wrong = []
    counted: Counter[str] = Counter()
    for case, theirs in zip(asked, answers, strict=True):
        ours = case.asked.ours()
        if ours != theirs or (case.must is not None and ours != case.must):
            wrong.append(f"{case.name}: ours {ours}, theirs {theirs}, must {case.must}: {line_of(case.asked)[:300]}")
        counted[case.name] += 1
        counted["held" if theirs else "refused"] += 1
        counted["open and held"] += theirs and case.must is None
        counted["open and refused"] += not theirs and case.must is None
    assert wrong == [], f"{len(wrong)} differ, the first: {wrong[0]}"
    return counted
