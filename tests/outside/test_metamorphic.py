"""metamorphic-log, a verifier in Rust, on our proofs and signed heads and on every mutant of them."""

from __future__ import annotations

import random

import pytest

from fairlead.receipt.checkpoint import Checkpoint, checkpoint_of, sign_checkpoint
from fairlead.receipt.tree import consistency_proof, inclusion_proof, root_of
from tests.outside.logs import LOGS, Consistency, Inclusion, Signed, cases, compare, flipped, random_log, signed

theirs = pytest.importorskip("metamorphic_log", reason="metamorphic-log is not installed: make outside")

SEED = 7_2


def accepts(asked: Inclusion | Consistency | Signed) -> bool:
    """What it says; anything but its own refusal ends the test."""
    try:
        if isinstance(asked, Inclusion):
            theirs.verify_inclusion(asked.index, asked.size, asked.leaf, list(asked.proof), asked.root)
        elif isinstance(asked, Consistency):
            theirs.verify_consistency(asked.old, asked.size, list(asked.proof), asked.old_root, asked.root)
        else:
            said = theirs.checkpoint_verify(asked.note, [asked.vkey])
            assert theirs.verify_signed_note(asked.note, [asked.vkey]) == 1
            text = checkpoint_of(asked.text)
            assert (said.origin, said.size, said.root, said.extensions) == (text.origin, text.size, text.root, [])
    except theirs.VerifyError:
        return False
    return True


def test_metamorphic_agrees_on_every_proof_and_note_and_on_every_mutant() -> None:
    asked = cases(SEED)
    counted = compare(asked, [accepts(case.asked) for case in asked])
    for kind in ("Inclusion", "Consistency", "Signed"):
        assert counted[f"{kind}: as made"] == LOGS
    assert counted["held"] == 3 * LOGS + counted["open and held"]
    assert counted["open and held"] > 50
    assert counted["open and refused"] > 500
    assert counted["refused"] > 10_000


def test_metamorphic_holds_a_proof_against_our_signed_heads() -> None:
    rng = random.Random(SEED + 1)
    for _ in range(60):
        log = random_log(rng)
        head = signed(log)
        earlier = Checkpoint(origin=log.origin, size=log.old, root=root_of(log.hashes[: log.old]))
        before = sign_checkpoint(earlier, log.key).decode()
        leaf, proof = log.hashes[log.index], list(inclusion_proof(log.hashes, log.index, log.size))
        growth = list(consistency_proof(log.hashes, log.old, log.size))
        theirs.checkpoint_verify_inclusion(head.note, [head.vkey], log.index, leaf, proof)
        theirs.checkpoint_verify_consistency(before, head.note, [head.vkey], growth)
        with pytest.raises(theirs.VerifyError):
            theirs.checkpoint_verify_inclusion(head.note, [head.vkey], log.index, flipped(leaf, rng), proof)
        with pytest.raises(theirs.VerifyError):
            theirs.checkpoint_verify_consistency(before, head.note, [head.vkey], [*growth, root_of(log.hashes)])
