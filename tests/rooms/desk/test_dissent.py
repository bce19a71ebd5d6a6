"""The dissent register: nobody's disagreement can be dropped, and that nobody disagreed can be shown."""

from __future__ import annotations

import json
import random

import pytest

from fairlead import errors
from fairlead.desk.dissent import dissent, prove_dissent
from fairlead.desk.read import read
from fairlead.envelope import envelope_from_json, sha256_hex
from fairlead.receipt.dissent import Dissent, Register, about_of, is_there, nobody_dissented, register_of
from fairlead.receipt.tree import inclusion_proof, leaf_hash
from tests.rooms.desk.tiny import START_MS, Tiny, no, value


def newest_register(tiny: Tiny, party: str) -> Register:
    """The newest register that was signed into the party's home."""
    found = [
        json.loads(envelope_from_json(path.read_bytes()).payload_bytes)
        for path in (tiny.root / "homes" / party / "records/dissent-register").iterdir()
    ]
    return Register(**max(found, key=lambda one: one["count"]))


def test_a_dissent_is_signed_logged_and_provable_and_others_have_none(tiny: Tiny) -> None:
    officer = tiny.who("bravo-release", "", "")
    for about in ("case-1", "case-2", "case-1"):
        with tiny.logged(bravo=2):
            value(dissent(tiny.node, officer, about=about, words=f"too thin, about {about}"))
    register = newest_register(tiny, "bravo")
    shown = value(prove_dissent(tiny.node, officer, about="case-1"))
    assert (shown["count"], shown["root"]) == (register.count, register.root) == (3, register.root)
    assert len(shown["dissents"]) == 2
    for one in shown["dissents"]:
        leaf = Dissent(**one["leaf"])
        assert is_there(register, leaf, one["index"], [bytes.fromhex(text) for text in one["path"]])
        assert not is_there(register, leaf, one["index"] + 1, [bytes.fromhex(text) for text in one["path"]])
        assert leaf.note == sha256_hex(one["record"].encode())
        assert json.loads(envelope_from_json(one["record"].encode()).payload_bytes)["words"].startswith("too thin")
    absent = value(prove_dissent(tiny.node, officer, about="case-3"))
    leaves = [Dissent(**one) for one in absent["leaves"]]
    assert nobody_dissented(register, leaves, "case-3")
    assert not nobody_dissented(register, leaves, "case-1")
    assert not nobody_dissented(register, leaves[:-1], "case-3"), "a leaf left out is seen"


def test_everybody_may_dissent_and_only_the_party_and_oversight_may_ask(tiny: Tiny) -> None:
    value(dissent(tiny.node, tiny.who("cell-analyst", "", ""), about="lead-1", words="the track is a fishing boat"))
    no(prove_dissent(tiny.node, tiny.who("cell-analyst", "", ""), about="lead-1"))
    assert value(prove_dissent(tiny.node, tiny.who("bravo-release", "", ""), about="lead-1"))["count"] == 0, "another party's register"
    assert len(value(prove_dissent(tiny.node, tiny.who("charlie-release", "", ""), about="lead-1"))["dissents"]) == 1
    with tiny.logged():
        for about, words in (("", "x"), ("x", " "), ("x" * 200, "x"), ("x", "x" * 5000)):
            with pytest.raises(errors.BadInput):
                dissent(tiny.node, tiny.who("bravo-release", "", ""), about=about, words=words)
    no(dissent(tiny.node, tiny.who("bravo-release", "", "", unit="cutter"), about="x", words="not my unit"))
    no(read(tiny.node, tiny.who("port-custody"), "0" * 32))


def test_registers_of_any_leaves_prove_exactly_what_is_in_them() -> None:
    rng = random.Random(5)
    for _ in range(60):
        leaves = [
            Dissent(about=about_of(f"case-{rng.randrange(6)}"), note=sha256_hex(rng.randbytes(8))) for _ in range(rng.randrange(0, 12))
        ]
        register = register_of("bravo", leaves, at_ms=START_MS)
        hashes = [leaf_hash(json.dumps({"about": one.about, "note": one.note}, separators=(",", ":")).encode()) for one in leaves]
        for name in (f"case-{number}" for number in range(6)):
            there = [at for at, one in enumerate(leaves) if one.about == about_of(name)]
            assert nobody_dissented(register, leaves, name) == (not there)
            for at in there:
                assert is_there(register, leaves[at], at, inclusion_proof(hashes, at, len(hashes)))
        if len(leaves) > 1:
            shuffled = leaves[1:] + leaves[:1]
            assert nobody_dissented(register, shuffled, "case-9") == (shuffled == leaves)
