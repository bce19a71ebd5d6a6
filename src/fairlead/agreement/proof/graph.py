"""The release graph: everything in force that could carry what an invariant guards, as plain terms with their intervals.

1. Only another originator's word, or the originator's own, moves anything: a grant, an override, a sanitised release. What a reader
   derives keeps every originator's pair (P3), so it goes nowhere that its sources could not go, and needs no step of its own.
2. The graph is wider than today's gate in three ways, so that a proof does not fall with somebody else's act: whatever an assurance
   asks is taken as accepted (the recipient accepts it alone), sources carry the widest label their originator could write, and a
   hold on a feed is taken as not there (another feed of the same category may carry the same).
3. What an order leaves open to rescue centres is open: a few fields of what states distress reach them, and that is told.
4. It holds what can reach the guarded pairs and nothing else: terms of others only where a sanitised release led to them.
5. Every value is canonical JSON as it stands, so that the bytes of a graph are the state a certificate is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from fairlead.agreement.events import Invariant, Override
from fairlead.agreement.order import Order
from fairlead.agreement.slice import FOREVER_MS, Pair, ends_of
from fairlead.agreement.standing import Standing
from fairlead.agreement.terms import Grant
from fairlead.envelope import Digest
from fairlead.label import PURPOSES, CodeBook, Label, level_rank
from fairlead.label.label import LEASE_DEFAULT_S
from fairlead.label.level import LEVELS

RELEASES_MAX: Final = 100_000
SOURCE: Final = "source "
RELEASE: Final = "release "


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A sanitised release: what is made from `sources` and stands under a label of its own from then on.

    With `units` it is one declared beforehand: any of them may make it of what it holds while the interval lasts. Without, it was
    made already by the originators of its sources, who signed it.
    """

    id: str
    sources: tuple[Pair, ...]
    label: Label
    not_before_ms: int
    expires_ms: int
    units: tuple[str, ...] = ()
    digest: str = ""


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What stands, under which code-book, and what was sanitised from what. `records`: the pairs of records overrides name."""

    standing: Standing
    book: CodeBook
    releases: tuple[Release, ...] = ()
    records: Mapping[Digest, tuple[Pair, ...]] = {}


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as the graph needs it: void recipients and operations left out, the interval cut where it is denounced."""

    id: str
    originator: str
    categories: tuple[str, ...]
    units: tuple[str, ...]
    purposes: tuple[str, ...]
    operations: tuple[str, ...]
    from_ms: int
    to_ms: int


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the graph needs it; an empty axis means every one, `to_ms` of FOREVER_MS never comes."""

    id: str
    originator: str
    partners: tuple[str, ...]
    units: tuple[str, ...]
    purposes: tuple[str, ...]
    operations: tuple[str, ...]
    categories: tuple[str, ...]
    to_ms: int
    spares_rescue: bool  # it leaves what states distress open to rescue centres


class Exempt(msgspec.Struct, frozen=True, kw_only=True):
    """An override, which opens the records it names whatever grants and orders say: sources by their pairs, releases by digest."""

    id: str
    records: tuple[tuple[Pair, ...], ...]
    digests: tuple[str, ...]
    signers: tuple[str, ...]
    units: tuple[str, ...]
    purpose: str
    operation: str
    from_ms: int
    to_ms: int


class Carry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can carry what is guarded: a source of its originator, or what was made of one."""

    name: str
    sources: tuple[Pair, ...]  # empty: a source, carrying it from the start
    pairs: tuple[Pair, ...]
    rank: int
    handling: tuple[str, ...]
    units: tuple[str, ...]
    purposes: tuple[str, ...]
    operations: tuple[str, ...]
    from_ms: int
    to_ms: int
    makers: tuple[str, ...] = ()
    digest: str = ""


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A unit: whose it is, how high it is cleared, what it has accepted, whether it is a rescue centre."""

    party: str
    rank: int
    handling: tuple[str, ...]
    rescues: bool


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """The terms that matter to one invariant, from one instant on. No epoch: what else was signed is not told (P7)."""

    at_ms: int
    book_version: int
    invariant: Invariant
    units: dict[str, Reader]
    operations: dict[str, tuple[str, ...]]
    ways: tuple[Way, ...]
    stops: tuple[Stop, ...]
    exempts: tuple[Exempt, ...]
    carries: tuple[Carry, ...]

    @property
    def parties(self) -> frozenset[str]:
        """Whose terms stand in it."""
        return frozenset(party for carry in self.carries for party, _ in carry.pairs)


def graph_of(world: World, invariant: Invariant, at_ms: int) -> Graph:
    """The graph of one invariant from `at_ms` on."""
    book, standing = world.book, world.standing
    carries = tuple(_sources(world, invariant)) + tuple(_carried(world, invariant))
    pairs = {pair for carry in carries for pair in carry.pairs}
    parties = {party for party, _ in pairs}
    bound = _Bound(book)
    return Graph(
        at_ms=at_ms,
        book_version=book.version,
        invariant=invariant,
        units={
            code: Reader(party=unit.party, rank=level_rank(unit.clearance), handling=unit.handling, rescues=unit.regime == "rescue")
            for code, unit in sorted(book.units.items())
        },
        operations={code: tuple(sorted(one.units)) for code, one in sorted(book.operations.items())},
        ways=tuple(bound.way(grant, ends_of(grant, standing.denounced)) for grant in standing.grants if grant.originator in parties),
        stops=tuple(_stop(order) for order in standing.orders if order.originator in parties and not order.is_hold),
        exempts=tuple(_exempts(world, pairs, {carry.digest for carry in carries})),
        carries=carries,
    )


def guarded(world: World, invariant: Invariant) -> tuple[Pair, ...]:
    """The pairs an invariant is about: its categories, or every one its originator has or gives."""
    given = {code for grant in world.standing.grants if grant.originator == invariant.originator for code in grant.categories}
    kinds = set(invariant.categories) or given.union(world.book.categories)
    return tuple((invariant.originator, code) for code in sorted(kinds))


def widest(book: CodeBook, pairs: Iterable[Pair]) -> Label:
    """The widest label its originators could write: everybody, everything, the lowest level, no obligation."""
    return Label(
        originators=tuple(sorted(set(pairs))),
        level=LEVELS[0],
        recipients=tuple(sorted(book.units)),
        purposes=tuple(sorted(PURPOSES)),
        operations=tuple(sorted(book.operations)),
        handling=(),
        lease_s=LEASE_DEFAULT_S,
    )


def source_name(pair: Pair) -> str:
    return f"{SOURCE}{pair[0]}/{pair[1]}"


def _sources(world: World, invariant: Invariant) -> Iterable[Carry]:
    for pair in guarded(world, invariant):
        label = widest(world.book, [pair])
        yield _carry(source_name(pair), label, from_ms=0, to_ms=FOREVER_MS)


def _carried(world: World, invariant: Invariant) -> Iterable[Carry]:
    """Releases that could carry it, whatever the dates: made of the guarded pairs, or of what was made of them."""
    reached = [frozenset([pair]) for pair in guarded(world, invariant)]
    waiting = {release.id: release for release in world.releases[:RELEASES_MAX]}
    grown = True
    while grown:
        grown = False
        for release in list(waiting.values()):
            if any(pairs <= set(release.sources) for pairs in reached):
                del waiting[release.id]
                reached.append(frozenset(release.label.originators))
                grown = True
                yield msgspec.structs.replace(
                    _carry(f"{RELEASE}{release.id}", release.label, from_ms=release.not_before_ms, to_ms=release.expires_ms),
                    sources=release.sources,
                    makers=release.units,
                    digest=release.digest,
                )


def _carry(name: str, label: Label, *, from_ms: int, to_ms: int) -> Carry:
    return Carry(
        name=name,
        sources=(),
        pairs=label.originators,
        rank=level_rank(label.level),
        handling=label.handling,
        units=label.recipients,
        purposes=label.purposes,
        operations=label.operations,
        from_ms=from_ms,
        to_ms=to_ms,
    )


class _Bound:
    """What grants are still bound to under this code-book, each fingerprint computed once."""

    def __init__(self, book: CodeBook) -> None:
        self._units = {code: book.unit_fingerprint(code) for code in book.units}
        self._operations = {code: one.fingerprint for code, one in book.operations.items()}

    def way(self, grant: Grant, ends_ms: int) -> Way:
        """Recipients and operations that changed since the grant was signed are void, and so left out."""
        units, operations = self._units, self._operations
        return Way(
            id=grant.id,
            originator=grant.originator,
            categories=grant.categories,
            units=tuple([unit for unit in grant.recipients if unit in units and units[unit] == grant.unit_prints.get(unit)]),
            purposes=grant.purposes,
            operations=tuple(
                [code for code in grant.operations if code in operations and operations[code] == grant.operation_prints.get(code)]
            ),
            from_ms=grant.not_before_ms,
            to_ms=ends_ms,
        )


def _stop(order: Order) -> Stop:
    return Stop(
        id=order.id,
        originator=order.originator,
        partners=order.partners,
        units=order.units,
        purposes=order.purposes,
        operations=order.operations,
        categories=order.categories,
        to_ms=order.until_ms or FOREVER_MS,
        spares_rescue="safety_of_life" in order.carve_outs,
    )


def _exempts(world: World, pairs: set[Pair], digests: set[str]) -> Iterable[Exempt]:
    for one in world.standing.overrides:
        named = tuple(sorted(digests.intersection(one.holdings) - {""}))
        records = tuple(sorted(set(_named(world, one, pairs))))
        if records or named:
            yield Exempt(
                id=one.id,
                records=records,
                digests=named,
                signers=one.originators,
                units=one.units,
                purpose=one.purpose,
                operation=one.operation,
                from_ms=one.not_before_ms,
                to_ms=one.expires_ms,
            )


def _named(world: World, one: Override, pairs: set[Pair]) -> Iterable[tuple[Pair, ...]]:
    """The guarded pairs of each record an override names, when its signers speak for the whole record. An unknown record may carry
    every pair they speak for."""
    anything = tuple(pair for pair in pairs if pair[0] in one.originators)
    released = {release.digest for release in world.releases}
    for digest in one.holdings:
        if digest in released:
            continue
        held = world.records.get(digest, anything)
        if {party for party, _ in held} <= set(one.originators) and pairs.intersection(held):
            yield tuple(sorted(pairs.intersection(held)))
