"""npm's @sigstore/verify on whole bundles: envelope, leaf, inclusion proof and signed head; and on every mutant of them.

1. It checks the envelope's signature, that the leaf (hashedrekord 0.0.2) names that signature and the digest of what was signed,
   the path from the leaf to the root, and the head's signature, name and key id.
2. It does not look at the key inside the leaf, at the size and root written beside the proof, nor at the kind of a payload; ours does.
3. It knows no consistency proofs. No time stamp and no certificate is in these bundles: a key is trusted by name.
"""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import Iterator

import msgspec

from fairlead.envelope import Envelope, PublicKey, Signature, SigningKey, sign, verify
from fairlead.envelope.dsse import type_of
from fairlead.errors import FairleadError
from fairlead.receipt.checkpoint import open_checkpoint, sign_checkpoint
from fairlead.receipt.leaf import SPKI_PREFIX, check_leaf, leaf_of
from fairlead.receipt.note import key_id
from fairlead.receipt.tree import check_inclusion, inclusion_proof, leaf_hash, root_of
from tests.outside.driven import ask, npm_driver
from tests.outside.logs import LOGS, Inclusion, Log, Signed, b64, flipped, inclusion_mutants, note_mutants, random_log

SEED = 7_3
KIND = "use-receipt"
HINT = "the log's key"


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt's envelope with its leaf, the proof that the leaf is in the log, and the log's head."""

    envelope: Envelope
    signer: PublicKey
    leaf: bytes
    index: int
    proof: tuple[bytes, ...]
    head: str
    origin: str
    key: PublicKey

    def ours(self) -> bool:
        try:
            head = open_checkpoint(self.head.encode(), self.origin, self.key)
            verify(self.envelope, [self.signer], kind=KIND)
            fits = check_leaf(self.leaf, self.envelope, self.signer)
        except FairleadError:
            return False
        return fits and check_inclusion(leaf=leaf_hash(self.leaf), index=self.index, size=head.size, root=head.root, proof=self.proof)

    def line(self) -> str:
        envelope = self.envelope
        log_id = b64(key_id(self.origin, self.key))
        entry = {
            "logIndex": str(self.index),
            "logId": {"keyId": log_id},
            "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"},
            "integratedTime": "0",
            "inclusionProof": {
                "logIndex": str(self.index),
                "rootHash": "",
                "treeSize": "0",
                "hashes": [b64(one) for one in self.proof],
                "checkpoint": {"envelope": self.head},
            },
            "canonicalizedBody": b64(self.leaf),
        }
        bundle = {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"publicKey": {"hint": HINT}, "tlogEntries": [entry]},
            "dsseEnvelope": {
                "payload": envelope.payload,
                "payloadType": envelope.payload_type,
                "signatures": [{"sig": one.sig, "keyid": one.keyid} for one in envelope.signatures],
            },
        }
        logs = [{"url": f"outside:{self.origin}", "id": log_id, "key": spki(self.key)}]
        return json.dumps({"bundle": bundle, "logs": logs, "signer": {"hint": HINT, "key": spki(self.signer)}})


def spki(key: PublicKey) -> str:
    return b64(SPKI_PREFIX + key.raw)


def random_bundle(rng: random.Random) -> tuple[Bundle, Log]:
    """A log in which one entry is the leaf of an envelope; signed, as in a node, by the log's own key."""
    log = random_log(rng)
    envelope = sign(KIND, {"index": log.index, "salt": rng.randbytes(16).hex(), "outcome": "given"}, [log.key])
    leaf = leaf_of(envelope, log.key.public)
    entries = (*log.entries[: log.index], leaf, *log.entries[log.index + 1 :])
    log = msgspec.structs.replace(log, entries=entries, hashes=tuple(map(leaf_hash, entries)))
    bundle = Bundle(
        envelope=envelope,
        signer=log.key.public,
        leaf=leaf,
        index=log.index,
        proof=inclusion_proof(log.hashes, log.index, log.size),
        head=sign_checkpoint(log.head, log.key).decode(),
        origin=log.origin,
        key=log.key.public,
    )
    return bundle, log


def bundle_mutants(real: Bundle, log: Log, rng: random.Random) -> Iterator[tuple[str, Bundle, bool | None]]:
    change = msgspec.structs.replace
    # 1. The envelope: content, type, signature, signer.
    envelope = real.envelope
    raw = base64.b64decode(envelope.signatures[0].sig)
    yield "payload", change(real, envelope=change(envelope, payload=b64(flipped(envelope.payload_bytes, rng)))), False
    yield "payload type", change(real, envelope=change(envelope, payload_type=type_of("order"))), False
    yield "envelope's signature", change(real, envelope=resigned(envelope, flipped(raw, rng))), False
    yield "another signer trusted", change(real, signer=log.stranger.public), False
    yield "another signer's envelope", change(real, envelope=sign(KIND, {"outcome": "given"}, [log.stranger])), False
    yield "another envelope of the signer", change(real, envelope=sign(KIND, {"outcome": "given"}, [log.key])), False
    # 2. The leaf: itself altered, or that of another envelope.
    yield "leaf", change(real, leaf=flipped(real.leaf, rng)), False
    yield "leaf of another key", change(real, leaf=leaf_of(envelope, log.stranger.public)), False
    # 3. The proof; a size that is not the head's is one the log signed, so the mutant's head is signed anew.
    made = Inclusion(leaf=leaf_hash(real.leaf), index=real.index, size=log.size, root=root_of(log.hashes), proof=real.proof)
    for case in inclusion_mutants(made, rng):
        asked = case.asked
        if isinstance(asked, Inclusion) and asked.leaf == made.leaf and asked.size > 0:
            head = change(log.head, size=asked.size, root=asked.root)
            yield case.name, change(real, index=asked.index, proof=asked.proof, head=sign_checkpoint(head, log.key).decode()), case.must
    # 4. The head.
    for case in note_mutants(log, rng):
        asked = case.asked
        if isinstance(asked, Signed):
            yield f"head: {case.name}", change(real, head=asked.note, key=asked.key.public), case.must


def resigned(envelope: Envelope, raw: bytes) -> Envelope:
    return msgspec.structs.replace(envelope, signatures=(Signature(sig=b64(raw), keyid=envelope.signatures[0].keyid),))


def test_sigstore_agrees_on_every_bundle_and_on_every_mutant() -> None:
    rng = random.Random(SEED)
    asked: list[tuple[str, Bundle, bool | None]] = []
    for _ in range(LOGS):
        real, log = random_bundle(rng)
        asked += [("as made", real, True), *bundle_mutants(real, log, rng)]
    answers = ask(npm_driver(), [bundle.line() for _, bundle, _ in asked])
    assert len(answers) == len(asked)
    wrong, counted = [], Counter[str]()
    for (name, bundle, must), theirs in zip(asked, answers, strict=True):
        ours = bundle.ours()
        if ours != theirs or (must is not None and ours != must):
            wrong.append(f"{name}: ours {ours}, theirs {theirs}, must {must}: {bundle.index} {bundle.head}")
        counted[name] += 1
        counted["held"] += theirs
        counted["open and held"] += theirs and must is None
        counted["open and refused"] += not theirs and must is None
    assert wrong == [], f"{len(wrong)} differ, the first: {wrong[0]}"
    assert counted["as made"] == LOGS
    assert counted["held"] == LOGS + counted["open and held"]
    assert counted["open and held"] > 250
    assert counted["open and refused"] > 80
    assert min(counted.values()) > 25, counted


def test_ours_refuses_what_sigstore_does_not_look_at() -> None:
    """The key in a leaf, the log being rebuilt around it: sigstore takes the key it was told to trust and does not read that one."""
    rng = random.Random(SEED + 1)
    real, log = random_bundle(rng)
    other = SigningKey(rng.randbytes(32)).public
    leaf = leaf_of(real.envelope, other)
    hashes = tuple(leaf_hash(leaf) if at == log.index else one for at, one in enumerate(log.hashes))
    log = msgspec.structs.replace(log, hashes=hashes)
    proof, head = inclusion_proof(hashes, log.index, log.size), sign_checkpoint(log.head, log.key).decode()
    assert real.ours()
    assert not msgspec.structs.replace(real, leaf=leaf, proof=proof, head=head).ours()
