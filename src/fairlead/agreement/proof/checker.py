"""The checker of a certificate: small, of the search it knows nothing, and it accepts exactly what can be justified by the terms.

1. the bytes are two canonical lines, and the claim is for the terms of the first (state hash)
2. every source under the widest label, and everything made already, is in the set from its first instant
3. closed: whatever a grant or an override opens of a carrier of the set, and whatever a maker may make of it, is in the set, no later
4. nothing is in the set that no edge puts there at that very instant
5. nothing the invariant forbids is in the set
"""

from __future__ import annotations

from itertools import product
from typing import TypeAlias

import msgspec

from fairlead.agreement.proof.graph import Carry, Graph, Stop
from fairlead.agreement.slice import FOREVER_MS
from fairlead.envelope import Digest, decode, sha256_hex
from fairlead.errors import FairleadError, ProofFailed
from fairlead.label import PURPOSES, Purpose, end_served

Use: TypeAlias = tuple[str, str, str]
Spans: TypeAlias = dict[Use, list[tuple[int, int]]]


class Closed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    readers: tuple[tuple[int, str, str, tuple[str, ...]], ...]  # first instant, purpose, operation, units
    since_ms: int


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    closed: dict[str, Closed]
    format: str
    state: Digest


def check(raw: bytes, *, state: Digest | None = None) -> Graph:
    """The terms and the invariant this certificate proves. `state`: the one it must be for. Raises ProofFailed."""
    try:
        first, second, rest = raw.split(b"\n")
        graph, claim = msgspec.convert(decode(first), Graph), msgspec.convert(decode(second), Claim)
    except (FairleadError, ValueError) as error:  # 1
        raise ProofFailed("a certificate does not read", why=str(error)) from error
    _need(rest == b"" and claim.format == "fairlead-proof/1" and graph.carries, "a certificate is of another format, or of nothing")
    _need(claim.state == sha256_hex(first) and state in (None, claim.state), "a certificate is for another state")  # 1
    named, never = {carry.name: carry for carry in graph.carries}, graph.invariant
    due = {name: max(graph.at_ms, one.from_ms) for name, one in named.items() if not one.makers and graph.at_ms < one.to_ms}  # 2
    given = {(way.originator, code) for way in graph.ways for code in way.categories}
    given.update(pair for one in graph.exempts for record in one.records for pair in record)
    for code in never.categories or {code for party, code in given if party == never.originator}:
        whole = tuple(graph.units), tuple(sorted(PURPOSES)), tuple(graph.operations), 0, (), 0, FOREVER_MS, ((never.originator, code),)
        one = named.get(f"source {never.originator}/{code}", graph.carries[0])
        wide = one.units, one.purposes, one.operations, one.rank, one.handling, one.from_ms, one.to_ms, one.pairs
        _need(wide == whole and not one.makers, "a source is missing or narrowed", code)  # 2
    for name, closed in claim.closed.items():
        _need(name in named and named[name].pairs, "a carrier is in no term, or nobody's", name)
        carry, spans = named[name], _spans(graph, named[name])
        said = [((unit, purpose, operation), since_ms) for since_ms, purpose, operation, units in closed.readers for unit in units]
        first_at = _first(spans, closed.since_ms, carry.to_ms)  # 3, 4
        _need(dict(said) == first_at and len(said) == len(first_at), "a set is not closed, or holds what nothing puts there", name)
        for made in named.values():
            if made.makers and set(carry.pairs) <= set(made.sources):
                held = {use: open_at for use, open_at in spans.items() if use[0] in made.makers}
                begun = _first(held, max(closed.since_ms, made.from_ms), min(made.to_ms, carry.to_ms)).values()
                due.update({made.name: min([*begun, due.get(made.name, FOREVER_MS)])} if begun else {})
        for (unit, purpose, _), _ in said:
            party, served = graph.units[unit].party, end_served(Purpose(purpose)).intersection(never.never_purposes)
            hit = party != never.originator and (unit in never.never_units or party in never.never_parties or served)
            _need(not hit, "a forbidden reader is in the set", f"{name}: {unit} for {purpose}")  # 5
    _need({name: one.since_ms for name, one in claim.closed.items()} == due, "carriers or their instants are not those due")  # 3, 4
    return graph


def _need(true: object, what: str, where: str = "") -> None:
    if not true:  # numbered above as it is checked
        raise ProofFailed(what, where=where, do="do not rely on this certificate")


def _first(spans: Spans, since_ms: int, end_ms: int) -> dict[Use, int]:
    """The first instant of each reader within [since, end)."""
    starts = {use: [max(a, since_ms) for a, b in open_at if max(a, since_ms) < min(b, end_ms)] for use, open_at in spans.items()}
    return {use: min(found) for use, found in starts.items() if found}


def _spans(graph: Graph, carry: Carry) -> Spans:
    """When each reader may hold a carrier: what grants give of every pair at once and orders leave, and what overrides open."""
    fit = {code for code, one in graph.units.items() if one.rank >= carry.rank and set(carry.handling) <= set(one.handling)}
    opened = _granted(graph, carry, carry.pairs[0], fit)
    for pair in carry.pairs[1:]:
        more = _granted(graph, carry, pair, fit)
        both = {use: product(opened[use], more[use]) for use in opened.keys() & more.keys()}
        opened = {use: [(max(a, c), min(b, d)) for (a, b), (c, d) in spans] for use, spans in both.items()}
    for one in graph.exempts:
        named = bool(carry.digest) and carry.digest in one.digests
        signed = {party for party, _ in carry.pairs} <= set(one.signers)
        if signed and (named or any(set(carry.pairs) <= set(record) for record in one.records)) and one.purpose in PURPOSES:
            for unit in fit.intersection(one.units, graph.operations.get(one.operation, ())):
                opened.setdefault((unit, one.purpose, one.operation), []).append((one.from_ms, one.to_ms))
    return opened


def _granted(graph: Graph, carry: Carry, pair: tuple[str, str], fit: set[str]) -> Spans:
    given: Spans = {}
    stops = [one for one in graph.stops if one.originator == pair[0] and (not one.categories or pair[1] in one.categories)]
    for way in (way for way in graph.ways if way.originator == pair[0] and pair[1] in way.categories):
        for operation in set(way.operations).intersection(carry.operations, graph.operations):
            units = fit.intersection(way.units, carry.units, graph.operations[operation])
            for unit, purpose in product(units, PURPOSES.intersection(carry.purposes).intersection(way.purposes)):
                ends = [one.to_ms for one in stops if _stops(graph, one, (unit, purpose, operation))]
                given.setdefault((unit, purpose, operation), []).append((max([way.from_ms, *ends]), way.to_ms))
    return given


def _stops(graph: Graph, one: Stop, use: Use) -> bool:
    """Whether an order reaches this reader; an empty axis is every one, its originator's own units and a spared rescue never."""
    party, spared = graph.units[use[0]].party, one.spares_rescue and graph.units[use[0]].rescues and use[1] == "search_and_rescue"
    axes = ((one.partners, party), (one.units, use[0]), (one.purposes, use[1]), (one.operations, use[2]))
    return party != one.originator and not spared and all(not axis or code in axis for axis, code in axes)
