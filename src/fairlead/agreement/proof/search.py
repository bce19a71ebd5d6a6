"""The earliest-arrival search: when is the first instant at which each reader could hold what an invariant guards, and over what.

1. A source carries it from the start; what was made already carries it from its own date; what may yet be made of it carries it
   from the first instant at which a maker holds it. Carriers are settled in order of time, so the first time found is the earliest.
2. A reader holds a carrier when every pair of it is open at one instant: some grant covers it, no order stops it; or an override
   names it. What the label keeps back, and what the unit is not cleared for or has not accepted, stays kept back.
3. The answer is the closed set: each carrier and each reader of it with the first instant, and what that instant rests on.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

import msgspec

from fairlead.agreement.proof.graph import RELEASE, Carry, Exempt, Graph, Stop, Way
from fairlead.agreement.proof.invariant import forbidden_purposes
from fairlead.agreement.slice import Pair
from fairlead.agreement.slice import Reader as Use
from fairlead.label import PURPOSES

Span: TypeAlias = tuple[int, int, tuple[str, ...]]  # from, to (half-open), the grants or the override it rests on


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a path: at `at_ms`, `agreements` let `unit` hold what `carrier` names; or a release made `carrier` of `made_of`."""

    kind: Literal["held", "made"]
    carrier: str
    at_ms: int
    agreements: tuple[str, ...]
    unit: str = ""
    purpose: str = ""
    operation: str = ""
    made_of: str = ""
    pairs: tuple[Pair, ...] = ()


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """Since when a carrier carries it; for what was made of a holding, the holder it came through."""

    since_ms: int
    pairs: tuple[Pair, ...]
    made_of: str = ""
    through: Use | None = None
    rests: tuple[str, ...] = ()  # what that holder's holding rests on


class Closure(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the guarded pairs can reach: carriers, and for each the readers with the first instant and what it rests on."""

    carriers: dict[str, Reached]
    readers: dict[str, dict[Use, tuple[int, tuple[str, ...]]]]

    @property
    def size(self) -> int:
        return sum(len(readers) for readers in self.readers.values())


def search(graph: Graph) -> Closure:
    """The closed set of everything reachable from the graph's instant on, each at its earliest."""
    return _Search(graph).run()


def resting_on(graph: Graph, closure: Closure, agreement: str) -> Closure:
    """The same carriers, with only the readers that this agreement or override opens itself, whatever else opens them too."""
    one = _Search(graph)
    readers = {name: one.readers_of(one.named[name], reached.since_ms, agreement) for name, reached in closure.carriers.items()}
    return Closure(carriers=closure.carriers, readers=readers)


class _Search:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.named = {carry.name: carry for carry in graph.carries}
        self.ways: dict[Pair, list[Way]] = {}
        for way in graph.ways:
            for category in way.categories:
                self.ways.setdefault((way.originator, category), []).append(way)
        self.carriers: dict[str, Reached] = {}
        self.readers: dict[str, dict[Use, tuple[int, tuple[str, ...]]]] = {}

    def run(self) -> Closure:
        waiting = [(since, name) for since, name in self._begin()]
        came: dict[str, Reached] = {name: self._already(since, name) for since, name in waiting}
        heapq.heapify(waiting)
        while waiting:
            since, name = heapq.heappop(waiting)
            if name in self.carriers:
                continue
            self.carriers[name] = came[name]
            carry = self.named[name]
            self.readers[name] = self.readers_of(carry, since)
            for made in self.graph.carries:
                if made.makers and made.name not in self.carriers and set(carry.pairs) <= set(made.sources):
                    found = self._first(carry, since, made)
                    if found and (made.name not in came or found.since_ms < came[made.name].since_ms):
                        came[made.name] = found
                        heapq.heappush(waiting, (found.since_ms, made.name))
        return Closure(carriers=self.carriers, readers=self.readers)

    def _begin(self) -> Iterator[tuple[int, str]]:
        """Sources, and what was made already: it is there, whatever its sources' dates are now."""
        for carry in self.graph.carries:
            since = max(self.graph.at_ms, carry.from_ms)
            if not carry.makers and since < carry.to_ms:
                yield since, carry.name

    def _already(self, since: int, name: str) -> Reached:
        """A source, or what was made already of the first carrier that could have been what it was made of."""
        made = self.named[name]
        parent = next((one.name for one in self.graph.carries if made.sources and set(one.pairs) <= set(made.sources)), "")
        return Reached(since_ms=since, pairs=made.pairs, made_of=parent)

    def _first(self, carry: Carry, since: int, made: Carry) -> Reached | None:
        """The first instant at which a maker holds the carrier while the release may be made."""
        best: Reached | None = None
        for use, (start, end, rests) in self._spans(carry, frozenset(made.makers)):
            at_ms = max(start, since, made.from_ms)
            if at_ms < min(end, made.to_ms, carry.to_ms) and (best is None or (at_ms, use) < (best.since_ms, best.through or use)):
                best = Reached(since_ms=at_ms, pairs=made.pairs, made_of=carry.name, through=use, rests=rests)
        return best

    def readers_of(self, carry: Carry, since: int, agreement: str = "") -> dict[Use, tuple[int, tuple[str, ...]]]:
        """The readers of a carrier, each from its first instant; only those that rest on one agreement, if it is named."""
        first: dict[Use, tuple[int, tuple[str, ...]]] = {}
        ends = carry.to_ms
        for use, (start, end, rests) in self._spans(carry, None):
            at_ms = start if start > since else since
            if at_ms < end and at_ms < ends and (not agreement or agreement in rests):
                known = first.get(use)
                if known is None or at_ms < known[0]:
                    first[use] = (at_ms, rests)
        return first

    def _spans(self, carry: Carry, only: frozenset[str] | None) -> Iterable[tuple[Use, Span]]:
        """When each reader may hold the carrier, by what: from every pair's grants together, or from an override."""
        fit = frozenset(self._fit(carry, only))
        if len(carry.pairs) == 1:
            yield from self._granted(carry, carry.pairs[0], fit)
        else:
            yield from self._together(carry, fit)
        for exempt in self.graph.exempts:
            if self._opens(exempt, carry):
                for unit in fit.intersection(exempt.units, self.graph.operations.get(exempt.operation, ())):
                    yield (unit, exempt.purpose, exempt.operation), (exempt.from_ms, exempt.to_ms, (exempt.id,))

    def _fit(self, carry: Carry, only: frozenset[str] | None) -> Iterator[str]:
        """Units that are cleared for it and have accepted what it asks: no grant and no override lifts these."""
        for code, unit in self.graph.units.items():
            if (only is None or code in only) and unit.rank >= carry.rank and set(carry.handling) <= set(unit.handling):
                yield code

    def _granted(self, carry: Carry, pair: Pair, fit: frozenset[str]) -> Iterator[tuple[Use, Span]]:
        """What grants of one pair's originator open of a carrier, after that originator's orders."""
        held, purposes, inside = fit.intersection(carry.units), PURPOSES.intersection(carry.purposes), set(carry.operations)
        stops = [one for one in self.graph.stops if one.originator == pair[0] and (not one.categories or pair[1] in one.categories)]
        members = {code: held.intersection(units) for code, units in self.graph.operations.items() if code in inside}
        for way in self.ways.get(pair, ()):
            rests = (way.id,)
            units = held.intersection(way.units)
            if not units:
                continue
            leaves = [purpose for purpose in way.purposes if purpose in purposes]
            for operation in way.operations:
                for unit in units & members.get(operation, frozenset()):
                    for purpose in leaves:
                        use = (unit, purpose, operation)
                        start = max(way.from_ms, self._stopped(stops, use)) if stops else way.from_ms
                        if start < way.to_ms:
                            yield use, (start, way.to_ms, rests)

    def _stopped(self, stops: list[Stop], use: Use) -> int:
        """Until when some order stops this reader; 0 when none does. The originator's own units never (P4)."""
        unit, purpose, operation = use
        party, until = self.graph.units[unit].party, 0
        for one in stops:
            if (
                one.to_ms > until
                and party != one.originator
                and not (one.spares_rescue and purpose == "search_and_rescue" and self.graph.units[unit].rescues)
                and (not one.partners or party in one.partners)
                and (not one.units or unit in one.units)
                and (not one.purposes or purpose in one.purposes)
                and (not one.operations or operation in one.operations)
            ):
                until = one.to_ms
        return until

    def _together(self, carry: Carry, fit: frozenset[str]) -> Iterator[tuple[Use, Span]]:
        """Several originators have a word: open while every pair is, at one instant."""
        open_now: dict[Use, list[Span]] | None = None
        for pair in carry.pairs:
            mine: dict[Use, list[Span]] = {}
            for use, span in self._granted(carry, pair, fit):
                mine.setdefault(use, []).append(span)
            open_now = mine if open_now is None else {use: _both(open_now[use], mine[use]) for use in open_now if use in mine}
        for use, spans in (open_now or {}).items():
            for span in spans:
                yield use, span

    def _opens(self, exempt: Exempt, carry: Carry) -> bool:
        """Whether an override lets this carrier through: its record is named, and everybody it is of has signed."""
        if exempt.purpose not in PURPOSES:
            return False
        if carry.digest and carry.digest in exempt.digests:
            return {party for party, _ in carry.pairs} <= set(exempt.signers)
        return any(set(carry.pairs) <= set(record) for record in exempt.records)


def _both(one: list[Span], other: list[Span]) -> list[Span]:
    found = []
    for start, end, rests in one:
        for begin, stop, more in other:
            if max(start, begin) < min(end, stop):
                found.append((max(start, begin), min(end, stop), tuple(dict.fromkeys((*rests, *more)))))
    return found


def breaches(graph: Graph, closure: Closure) -> dict[tuple[str, Use], int]:
    """Every reader the invariant forbids that the closure reaches, with the first instant."""
    invariant, purposes = graph.invariant, forbidden_purposes(graph.invariant)
    units = {
        code
        for code, unit in graph.units.items()
        if unit.party != invariant.originator and (code in invariant.never_units or unit.party in invariant.never_parties)
    }
    own = {code for code, unit in graph.units.items() if unit.party == invariant.originator}
    return {
        (carrier, use): since
        for carrier, readers in closure.readers.items()
        for use, (since, _) in readers.items()
        if use[0] in units or (use[1] in purposes and use[0] not in own)
    }


def path_to(closure: Closure, carrier: str, use: Use) -> tuple[Hop, ...]:
    """The path by which this reader first holds the carrier, from the source on."""
    since, rests = closure.readers[carrier][use]
    return (*_made(closure, carrier), _held(closure, carrier, use, since, rests))


def _held(closure: Closure, carrier: str, use: Use, at_ms: int, rests: tuple[str, ...]) -> Hop:
    pairs = closure.carriers[carrier].pairs
    return Hop(kind="held", carrier=carrier, at_ms=at_ms, agreements=rests, unit=use[0], purpose=use[1], operation=use[2], pairs=pairs)


def _made(closure: Closure, carrier: str) -> tuple[Hop, ...]:
    """How the carrier came about: what it was made of, by whom, out of what they held; nothing for a source."""
    reached = closure.carriers[carrier]
    if not reached.made_of:
        return ()
    hops = _made(closure, reached.made_of) if reached.made_of in closure.carriers else ()
    if reached.through is not None:
        hops = (*hops, _held(closure, reached.made_of, reached.through, reached.since_ms, reached.rests))
    made = Hop(
        kind="made",
        carrier=carrier,
        at_ms=reached.since_ms,
        agreements=(carrier.removeprefix(RELEASE),),
        unit=reached.through[0] if reached.through else "",
        made_of=reached.made_of,
        pairs=reached.pairs,
    )
    return (*hops, made)
