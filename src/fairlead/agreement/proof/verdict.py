"""The verdict on an invariant: proved, with a certificate, or broken, with the earliest path, each holding of it put to the real gate.

1. A path is replayed through `decide` at each of its instants; a path that the gate refuses is a fault of Fairlead and raised as one.
2. `check_event` asks before an event is signed: what would it break that holds now, or bring nearer, or open once more itself.
3. An invariant that names what the code-book no longer has is broken without a path: it would guard nothing, and is never proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from fairlead.agreement.events import (
    Assurance,
    BookChange,
    ConditionReport,
    Confirm,
    Denounce,
    Draft,
    Event,
    Invariant,
    RecallAnswer,
    Review,
    subject_of,
)
from fairlead.agreement.gate import Facts, Gatehouse, Request, below_ceiling, decide
from fairlead.agreement.order import Order
from fairlead.agreement.people import Person
from fairlead.agreement.proof.graph import RELEASE, Graph, Release, World, graph_of, widest
from fairlead.agreement.proof.invariant import unknown_codes
from fairlead.agreement.proof.search import Closure, Hop, breaches, path_to, resting_on, search
from fairlead.agreement.slice import FOREVER_MS, Pair, Reader, compile_slice
from fairlead.agreement.standing import Standing, apply
from fairlead.envelope import Digest
from fairlead.errors import ProofFailed
from fairlead.label import CodeBook

# What gives nobody anything: a draft and its review are not in force, the others only take away or are taken as given already.
GIVES_NOTHING: Final = (Assurance, Draft, Review, Denounce, Confirm, RecallAnswer, ConditionReport)


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """The invariant holds from the graph's instant on; graph and closure are what a certificate is written of."""

    invariant: Invariant
    graph: Graph
    closure: Closure


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """The invariant does not hold: by this path, at this instant at the earliest; or because it names unknown codes."""

    invariant: Invariant
    since_ms: int
    path: tuple[Hop, ...] = ()
    needs: tuple[str, ...] = ()  # assurances the last recipient has yet to accept
    unknown: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()  # parties besides its originator whose word the path rests on


Verdict: TypeAlias = Proved | Broken


def prove(world: World, people: Mapping[str, Person], invariant: Invariant, at_ms: int) -> Verdict:
    """The verdict on one invariant from `at_ms` on. Raises ProofFailed when the gate refuses a path (a fault of Fairlead)."""
    unknown = unknown_codes(world.book, invariant)
    if unknown:
        return Broken(invariant=invariant, since_ms=at_ms, unknown=unknown)
    graph = graph_of(world, invariant, at_ms)
    closure = search(graph)
    hits = breaches(graph, closure)
    if not hits:
        return Proved(invariant=invariant, graph=graph, closure=closure)
    return _broken(world, people, invariant, closure, hits)


def check_event(
    standing: Standing,
    book: CodeBook,
    people: Mapping[str, Person],
    event: Event,
    at_ms: int,
    *,
    releases: tuple[Release, ...] = (),
    records: Mapping[Digest, tuple[Pair, ...]] | None = None,
) -> tuple[Broken, ...]:
    """Every declared invariant this event would break, with the path. Raises BadInput when it does not fit what stands."""
    after = apply(standing, event)
    if isinstance(event, GIVES_NOTHING) or (isinstance(event, Order) and not event.replaces):
        return ()
    new_book = event.book if isinstance(event, BookChange) else book
    before = World(standing=standing, book=book, releases=releases, records=records or {})
    supposed = msgspec.structs.replace(before, standing=after, book=new_book)
    return tuple(
        found
        for one in after.invariants
        if (found := _newly_broken(before, supposed, people, one, subject_of(event), at_ms)) is not None
    )


def check_release(world: World, people: Mapping[str, Person], release: Release, at_ms: int) -> tuple[Broken, ...]:
    """Every declared invariant that a sanitised release about to be made would break."""
    supposed = msgspec.structs.replace(world, releases=(*world.releases, release))
    return tuple(
        found
        for one in world.standing.invariants
        if (found := _newly_broken(world, supposed, people, one, release.id, at_ms)) is not None
    )


def _newly_broken(
    before: World, after: World, people: Mapping[str, Person], invariant: Invariant, subject: str, at_ms: int
) -> Broken | None:
    unknown = unknown_codes(after.book, invariant)
    if unknown:
        return None if unknown_codes(before.book, invariant) else Broken(invariant=invariant, since_ms=at_ms, unknown=unknown)
    graph = graph_of(after, invariant, at_ms)
    closure = search(graph)
    hits = breaches(graph, closure)
    if not hits:
        return None
    old_graph = graph_of(before, invariant, at_ms)
    old = breaches(old_graph, search(old_graph))
    fresh = {hit: since for hit, since in hits.items() if since < old.get(hit, FOREVER_MS)}
    if fresh:
        return _broken(after, people, invariant, closure, fresh)
    itself = resting_on(graph, closure, subject)
    again = breaches(graph, itself)
    return _broken(after, people, invariant, itself, again) if again else None


def _broken(
    world: World,
    people: Mapping[str, Person],
    invariant: Invariant,
    closure: Closure,
    hits: Mapping[tuple[str, Reader], int],
) -> Broken:
    """The earliest of the hits; of equals the one with the shortest path, then by name, so that the answer is always the same."""
    first = min(hits.values())
    paths = {hit: path_to(closure, *hit) for hit, since in hits.items() if since == first}
    chosen = min(paths, key=lambda hit: (len(paths[hit]), hit))
    path = paths[chosen]
    replay(world, people, path)
    terms = {grant.id: grant for grant in world.standing.grants}
    word_of = {terms[id].originator for hop in path for id in hop.agreements if id in terms}
    word_of.update(party for hop in path for party, _ in hop.pairs)
    return Broken(
        invariant=invariant,
        since_ms=first,
        path=path,
        needs=needs_of(world, path),
        others=frozenset(word_of - {invariant.originator}),
    )


def replay(world: World, people: Mapping[str, Person], path: tuple[Hop, ...]) -> None:
    """Put each holding of the path to the gate, at its instant. Raises ProofFailed when the gate refuses one."""
    for hop in path:
        if hop.kind == "held":
            house, facts = _house(world, people, hop), facts_of(world, hop)
            decision = decide(house, _request(world, people, hop), facts)
            if not decision.permitted and not decide(house, _in_distress(world, people, hop), facts).permitted:
                reasons = "; ".join(f"{reason.conjunct}: {reason.detail}" for reason in decision.reasons)
                do = "report it with the agreements named; the path is no proof of anything"
                raise ProofFailed("a fault of fairlead: the gate refuses a path that the search found", why=reasons, do=do)


def facts_of(world: World, hop: Hop) -> Facts:
    """A record that could stand at this step: the release itself, or a source with the widest label its originator could write."""
    release = next((one for one in world.releases if RELEASE + one.id == hop.carrier), None)
    digest, pairs = _record(world, hop, release)
    label = release.label if release else widest(world.book, hop.pairs)
    return Facts(
        label=msgspec.structs.replace(label, originators=pairs),
        not_before_ms=release.not_before_ms if release else 0,
        expires_ms=release.expires_ms if release else FOREVER_MS,
        digest=digest,
        distress=True,
    )


def _record(world: World, hop: Hop, release: Release | None) -> tuple[str, tuple[Pair, ...]]:
    """Digest and pairs of the record: where the step rests on an override, one that it names."""
    override = next((one for one in world.standing.overrides if one.id in hop.agreements), None)
    if override is None or (release is not None and release.digest in override.holdings):
        return (release.digest if release else ""), hop.pairs
    known = {digest: pairs for digest in override.holdings if (pairs := world.records.get(digest, hop.pairs))}
    fitting = [
        digest
        for digest, pairs in known.items()
        if set(hop.pairs) <= set(pairs) and {party for party, _ in pairs} <= set(override.originators)
    ]
    return (fitting[0], tuple(sorted(known[fitting[0]]))) if fitting else ("", hop.pairs)


def _house(world: World, people: Mapping[str, Person], hop: Hop) -> Gatehouse:
    """The gate at the hop's instant, with the terms that name this reader, and every assurance they ask accepted."""
    standing, pairs = world.standing, facts_of(world, hop).label
    parties = {party for party, _ in pairs.originators} if pairs else set()
    grants = tuple(grant for grant in standing.grants if grant.originator in parties and hop.unit in grant.recipients)
    accepted = tuple(
        Assurance(party=world.book.units[hop.unit].party, assurance=code, expires_ms=FOREVER_MS)
        for code in sorted({code for grant in grants for code in grant.assurances})
    )
    supposed = msgspec.structs.replace(standing, grants=grants, assurances=accepted)
    reader = _reader(people, hop.unit)
    return Gatehouse(book=world.book, people={reader.code: reader}, slice=compile_slice(supposed, world.book, hop.at_ms))


def _reader(people: Mapping[str, Person], unit: str) -> Person:
    """Somebody who may read for the unit: one of its people, or whoever might join it."""
    found = sorted(code for code, person in people.items() if unit in person.units and person.may("picture"))
    return people[found[0]] if found else Person(code="", name="", party="", units=(unit,), roles=("watch_officer",))


def _request(world: World, people: Mapping[str, Person], hop: Hop) -> Request:
    """The least a reader could ask: a picture, in the form its regime allows."""
    return Request(
        person=_reader(people, hop.unit).code,
        unit=hop.unit,
        purpose=hop.purpose,
        operation=hop.operation,
        act="picture",
        form="coarse" if below_ceiling(world.book, hop.unit) else "full",
        at_ms=hop.at_ms,
    )


def _in_distress(world: World, people: Mapping[str, Person], hop: Hop) -> Request:
    """The same for what states distress: the form that orders leave open to rescue centres."""
    return msgspec.structs.replace(_request(world, people, hop), act="read", form="distress")


def only_in_distress(world: World, people: Mapping[str, Person], hop: Hop) -> bool:
    """Whether the gate opens this step in the distress form alone."""
    return hop.kind == "held" and not decide(_house(world, people, hop), _request(world, people, hop), facts_of(world, hop)).permitted


def needs_of(world: World, path: tuple[Hop, ...]) -> tuple[str, ...]:
    """What recipients on the path have yet to accept for it to open, as `party: assurance`."""
    asked: set[tuple[str, str, str]] = set()
    for hop in path:
        party = world.book.units[hop.unit].party if hop.kind == "held" else ""
        for grant in world.standing.grants:
            if party and grant.id in hop.agreements:
                asked.update((party, code, grant.originator) for code in grant.assurances)
    return tuple(sorted({f"{party}: {code}" for party, code, to in asked if not _accepted(world.standing, party, code, to, path)}))


def _accepted(standing: Standing, party: str, code: str, originator: str, path: tuple[Hop, ...]) -> bool:
    return any(
        one.party == party
        and one.assurance == code
        and one.originator in ("", originator)
        and one.status in ("accepted", "doubted")
        and path[-1].at_ms < one.expires_ms
        for one in standing.assurances
    )
