"""The proof of invariants: the search finds what the gate would give, its paths pass the gate, its certificates cannot be bent."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import msgspec
import pytest

from fairlead.agreement.proof import Broken, Proved, breaches, certificate_of, check, checker, graph_of, prove, search, state_of
from fairlead.envelope import encode, sha256_hex
from fairlead.errors import ProofFailed
from tests.model import proof_model as model
from tests.model import world as tiny

SEEDS = range(150)
LEAVES = [*tiny.PURPOSES, "nationality_verification", "prosecution"]


def _uses(book):
    return [(unit, purpose, code) for unit, purpose, code in itertools.product(sorted(book.units), LEAVES, sorted(book.operations))]


@pytest.fixture(scope="module")
def worlds():
    return [(seed, model.some_world(seed)) for seed in SEEDS]


def test_p3_the_search_finds_exactly_what_the_gate_would_give_and_when(worlds):
    shapes = {"safe": 0, "broken": 0, "later": 0, "through a release": 0}
    for seed, world in worlds:
        invariant, at = model.some_invariant(seed, world.book), (seed % 3) * tiny.DAY
        graph = graph_of(world, invariant, at)
        closure = search(graph)
        found = {(carrier, use): since for carrier, readers in closure.readers.items() for use, (since, _) in readers.items()}
        assert found == model.reach(world, invariant, at, _uses(world.book)), f"world {seed}"
        broken = {hit: since for hit, since in found.items() if model.breaks(world.book, invariant, hit[1])}
        assert breaches(graph, closure) == broken
        shapes["broken" if broken else "safe"] += 1
        shapes["later"] += bool(broken) and min(broken.values()) > at
        shapes["through a release"] += bool(broken) and all(carrier.startswith("release") for carrier, _ in broken)
    assert 0.25 < shapes["broken"] / len(worlds) < 0.75, shapes
    assert shapes["later"] > 10, shapes
    assert shapes["through a release"] > 5, shapes


def test_p3_a_verdict_is_a_certificate_that_checks_or_a_path_that_the_gate_lets_through(worlds):
    seen = set()
    for seed, world in worlds:
        invariant = model.some_invariant(seed, world.book)
        verdict = prove(world, tiny.PEOPLE, invariant, 0)
        seen.add(type(verdict))
        if isinstance(verdict, Proved):
            raw = certificate_of(verdict.graph, verdict.closure)
            assert check(raw, state=state_of(verdict.graph)).invariant == invariant
        else:
            assert verdict.path[-1].at_ms == verdict.since_ms
            assert verdict.path[-1].kind == "held"
    assert seen == {Broken, Proved}


def _claims(raw):
    first, second, _ = raw.split(b"\n")
    return json.loads(first), json.loads(second)


def _written(graph, claim):
    """The tampered certificate, its state hash made to fit again: the forger has no key to lack."""
    first = encode(graph)
    return first + b"\n" + encode(claim | {"state": sha256_hex(first)}) + b"\n"


def _proved(worlds):
    """Certificates worth tampering with: several carriers, several readers, an order, something made of something."""
    found = []
    for seed, world in worlds:
        verdict = prove(world, tiny.PEOPLE, model.some_invariant(seed, world.book), 0)
        if isinstance(verdict, Proved) and verdict.closure.size > 4:
            found.append(certificate_of(verdict.graph, verdict.closure))
    return found


CLAIM_TAMPERINGS = {
    "a reader is left out": lambda claim, carrier: carrier["readers"].pop(),
    "a unit is left out": lambda claim, carrier: carrier["readers"][0][3].pop(),
    "a reader is put in": lambda claim, carrier: carrier["readers"].append([7, "oversight", "north", ["a1"]]),
    "a reader is said twice": lambda claim, carrier: carrier["readers"].append(carrier["readers"][0]),
    "an instant is later": lambda claim, carrier: carrier["readers"][0].__setitem__(0, carrier["readers"][0][0] + 1),
    "an instant is earlier": lambda claim, carrier: carrier["readers"][0].__setitem__(0, carrier["readers"][0][0] - 1),
    "another purpose": lambda claim, carrier: carrier["readers"][0].__setitem__(1, "statistics"),
    "another operation": lambda claim, carrier: carrier["readers"][0].__setitem__(2, "east"),
    "a carrier begins later": lambda claim, carrier: carrier.__setitem__("since_ms", carrier["since_ms"] + 1),
    "a carrier is left out": lambda claim, carrier: claim["closed"].pop(next(iter(claim["closed"]))),
    "a carrier is put in": lambda claim, carrier: claim["closed"].__setitem__("source zulu/ais", carrier),
    "another format": lambda claim, carrier: claim.__setitem__("format", "fairlead-proof/2"),
    "a field more": lambda claim, carrier: claim.__setitem__("note", "trust me"),
}


@pytest.mark.parametrize("what", CLAIM_TAMPERINGS)
def test_p3_a_claim_that_was_tampered_with_is_refused(worlds, what):
    tried = 0
    for raw in _proved(worlds):
        graph, claim = _claims(raw)
        for name in claim["closed"]:
            _, bent = _claims(raw)
            if bent["closed"][name]["readers"]:
                CLAIM_TAMPERINGS[what](bent, bent["closed"][name])
                with pytest.raises(ProofFailed):
                    check(_written(graph, bent))
                tried += 1
    assert tried > 20


TERM_TAMPERINGS = {
    "a source is left out": lambda graph: graph["carries"].pop(0),
    "a source is narrowed": lambda graph: graph["carries"][0].__setitem__("units", graph["carries"][0]["units"][1:]),
    "a source asks too high a clearance": lambda graph: graph["carries"][0].__setitem__("rank", 3),
    "a source is of nobody": lambda graph: graph["carries"][0].__setitem__("pairs", []),
    "a source begins later": lambda graph: graph["carries"][0].__setitem__("from_ms", 5),
    "a reader is forbidden": lambda graph: graph["invariant"].__setitem__("never_units", _first_other(graph)),
    "a grant gives more": lambda graph: _way_held(graph).__setitem__("purposes", [*_way_held(graph)["purposes"], "training"]),
    "a grant gives nothing": lambda graph: [way.__setitem__("units", []) for way in graph["ways"]],
    "a unit changed hands": lambda graph: graph["units"][_first_other(graph)[0]].__setitem__("rank", -1),
}


def _way_held(graph):
    """A grant under which somebody holds the guarded pairs."""
    own = {tuple(pair) for carry in graph["carries"] if not carry["sources"] for pair in carry["pairs"]}
    return next(
        way
        for way in graph["ways"]
        if any((way["originator"], code) in own for code in way["categories"]) and way["units"] and way["to_ms"] > graph["at_ms"]
    )


def _first_other(graph):
    way = _way_held(graph)
    return [unit for unit in way["units"] if graph["units"][unit]["party"] != graph["invariant"]["originator"]][:1]


@pytest.mark.parametrize("what", TERM_TAMPERINGS)
def test_p3_terms_that_the_claim_was_not_made_for_are_refused(worlds, what):
    refused = 0
    for raw in _proved(worlds):
        state = sha256_hex(raw.split(b"\n")[0])
        graph, claim = _claims(raw)
        try:
            TERM_TAMPERINGS[what](graph)
        except (StopIteration, IndexError):
            continue
        if encode(graph) == raw.split(b"\n")[0]:
            continue
        with pytest.raises(ProofFailed):
            check(_written(graph, claim), state=state)  # whoever knows the state is never fooled
        try:
            check(_written(graph, claim))
        except ProofFailed:
            refused += 1  # and mostly the claim does not fit the other terms either
    assert refused > 5


def test_p3_every_byte_of_a_certificate_counts(worlds):
    raw = _proved(worlds)[0]
    state = sha256_hex(raw.split(b"\n")[0])
    for at in range(0, len(raw), 7):
        bent = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(ProofFailed):
            check(bent, state=state)
    for bent in (b"", b"\n", raw[:-1], raw + raw, raw.replace(b"\n", b"\n\n"), b"{}\n{}\n", b"\xff\n\xff\n"):
        with pytest.raises(ProofFailed):
            check(bent)


def test_p3_the_checker_is_small_and_knows_nothing_of_the_search():
    source = Path(checker.__file__).read_text()
    assert source.count("\n") < 120
    assert not re.search(r"import.*(search|verdict|certificate)|proof\.(search|verdict|certificate)", source)


def test_p3_a_closed_set_that_holds_what_is_forbidden_is_refused(worlds):
    """The certificate of a broken invariant: closed, exact, of the right state, and a lie."""
    refused = 0
    for seed, world in worlds:
        invariant = model.some_invariant(seed, world.book)
        graph = graph_of(world, invariant, 0)
        closure = search(graph)
        if breaches(graph, closure):
            with pytest.raises(ProofFailed, match="forbidden"):
                check(certificate_of(graph, closure), state=state_of(graph))
            refused += 1
    assert refused > 30


def test_p3_a_source_narrowed_with_its_claim_made_to_fit_is_refused(worlds):
    """Terms and claim agree, but the source is one that its originator could write wider."""
    refused = 0
    for seed, world in worlds:
        graph = graph_of(world, model.some_invariant(seed, world.book), 0)
        if not any(
            graph.carries[0].pairs[0][1] in way.categories for way in graph.ways if way.originator == graph.invariant.originator
        ):
            continue  # nobody was ever given anything of it: what its label says changes nothing
        for change in ({"operations": ("north",)}, {"rank": 3}, {"from_ms": 5}, {"purposes": ("statistics",)}, {"handling": ("care",)}):
            narrowed = msgspec.structs.replace(graph.carries[0], **change)
            bent = msgspec.structs.replace(graph, carries=(narrowed, *graph.carries[1:]))
            with pytest.raises(ProofFailed, match="narrowed"):
                check(certificate_of(bent, search(bent)))
            refused += 1
    assert refused > 300
