"""A suspension order: what an originator stops, for whom, of what, until when, and how far it reaches.

1. An order can only take away. Its selector names readers (partner or unit, purpose, operation) and what of the originator's own
   (category; feed, sensor, region, channel, asset, objects, window); an axis left empty means every one. It never touches the
   originator's own units.
2. Axes a label knows close pairs in the compiled slice: one event, no record touched. The others make the order a *hold*: a signed
   rule and the set of records it falls on, closed under descent (selector.py, P4). Regions are signed as the boxes they were.
3. `until_ms` ends an order by itself. A condition does not: when it is reported met, the order is under review and stays closed. So
   does an emergency freeze whose hours are over without a second officer's word. Otherwise only a resume or a replacement ends it.
4. Rescue centres keep the minimum of what states distress (`safety_of_life`) unless the order says why not. `co_originators`
   leaves a product to the other parties it was made from, when the originator chooses so.
wording.py says the order in one sentence; order_states.py what becomes of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.agreement.area import Area
from fairlead.errors import BadInput
from fairlead.label import CodeBook, Purpose, Region, purpose_of
from fairlead.label.codebook import need, need_all

OBJECTS_MAX: Final = 10_000
TEXT_MAX: Final = 500
FREEZE_MAX_MS: Final = 72 * 3_600_000
Told: TypeAlias = Literal["all", "oversight"]
_OBJECT: Final = re.compile(r"[1-9][0-9]{0,9}|[0-9a-f]{64}")  # a vessel's number, or the digest of a record
CARVE_OUTS: Final[dict[str, str]] = {
    "co_originators": "products go on being readable by the other parties they were made from",
    "safety_of_life": "rescue centres go on reading the few fields of a record that states distress",
}
REACHES: Final[dict[str, str]] = {
    "new": "what is stored from now on",
    "future_subscriptions": "what agreements signed or amended from now on would open",
    "already_shared": "what is stored already",
    "derived": "what was or will be derived from it",
}


class Order(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One signed suspension; times in Unix milliseconds UTC, half-open."""

    id: str
    originator: str
    ordered_at_ms: int
    partners: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    operations: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    sensors: tuple[str, ...] = ()
    regions: tuple[Area, ...] = ()
    channels: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()  # vessel numbers, digests of records
    window_from_ms: int = 0
    window_to_ms: int = 0  # 0: without an end
    until_ms: int = 0  # 0: until lifted
    reach: tuple[str, ...] = ()  # empty: everything
    carve_outs: tuple[str, ...] = ()
    fears: str = ""  # the use it fears, in words; a statement, never a selector
    replaces: str = ""  # the order it stands for: narrowed, widened or replaced in one event
    freeze_until_ms: int = 0  # an emergency freeze of one officer: without a second by then it lapses to review, not to open
    condition: str = ""  # what has to come about before it is lifted, in words
    verified_by: str = ""  # the party that reports on the condition
    confidential: bool = False  # recipients are not told that there is one; oversight is
    no_rescue_because: str = ""  # why the order leaves nothing open to rescue centres
    officer: str = ""  # who signed it
    recalls: tuple[str, ...] = ()  # the parties asked to give back or destroy what they hold, and by when to answer
    answer_by_ms: int = 0

    @property
    def is_hold(self) -> bool:
        """Whether records have to be looked at: a label knows none of these."""
        return self.selects_sources or bool(self.reach) or "co_originators" in self.carve_outs

    @property
    def selects_sources(self) -> bool:
        """Whether it names an axis that labels do not know."""
        axes = self.feeds or self.sensors or self.regions or self.channels or self.assets or self.objects
        return bool(axes or self.window_from_ms or self.window_to_ms)


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What the feeds of a coalition declare besides their name: which parties have a feed of this sensor, channel or asset."""

    sensors: Mapping[str, frozenset[str]] = {}
    channels: Mapping[str, frozenset[str]] = {}
    assets: Mapping[str, frozenset[str]] = {}


NOTHING_DECLARED: Final = Declared()


def make_order(
    book: CodeBook,
    feeds_of: Mapping[str, str],
    *,
    id: str,
    originator: str,
    ordered_at_ms: int,
    declared: Declared = NOTHING_DECLARED,
    partners: Iterable[str] = (),
    units: Iterable[str] = (),
    purposes: Iterable[str] = (),
    operations: Iterable[str] = (),
    categories: Iterable[str] = (),
    feeds: Iterable[str] = (),
    sensors: Iterable[str] = (),
    regions: Iterable[str] = (),
    channels: Iterable[str] = (),
    assets: Iterable[str] = (),
    objects: Iterable[str] = (),
    window_from_ms: int = 0,
    window_to_ms: int = 0,
    until_ms: int = 0,
    reach: Iterable[str] = (),
    carve_outs: Iterable[str] = (),
    fears: str = "",
    replaces: str = "",
    freeze_until_ms: int = 0,
    condition: str = "",
    verified_by: str = "",
    told: Told = "all",
    no_rescue_because: str = "",
    officer: str = "",
    recalls: Iterable[str] = (),
    answer_by_ms: int = 0,
) -> Order:
    """An order under this code-book. `feeds_of` maps each feed to its originator. Raises UnknownCode, ExcludedUse, BadInput."""
    where = f"order {id}"
    need(book.parties, originator, what="party", where=where)
    partners, units = _readers(book, originator, partners, units, where)
    made = Order(
        id=id,
        originator=originator,
        ordered_at_ms=ordered_at_ms,
        partners=partners,
        units=units,
        purposes=tuple(sorted({purpose_of(code) for code in purposes})),
        operations=_codes(book.operations, operations, "operation", where),
        categories=_codes(book.categories, categories, "category", where),
        feeds=_own({code: frozenset({party}) for code, party in feeds_of.items()}, feeds, "feed", originator, where),
        sensors=_own(declared.sensors, sensors, "sensor", originator, where),
        regions=tuple(_area(book.regions[code]) for code in _codes(book.regions, regions, "region", where)),
        channels=_own(declared.channels, channels, "channel", originator, where),
        assets=_own(declared.assets, assets, "asset", originator, where),
        objects=_objects(objects, where),
        window_from_ms=window_from_ms,
        window_to_ms=window_to_ms,
        until_ms=until_ms,
        reach=_reach(reach, where),
        carve_outs=_carved(carve_outs, no_rescue_because, where),
        fears=fears,
        replaces=replaces,
        freeze_until_ms=freeze_until_ms,
        condition=condition,
        verified_by=verified_by or (originator if condition else ""),
        confidential=told == "oversight",
        no_rescue_because=no_rescue_because,
        officer=officer,
        recalls=_codes(book.parties, recalls, "party", where),
        answer_by_ms=answer_by_ms,
    )
    _fits(made, book, where)
    return made


def _codes(known: Iterable[str], codes: Iterable[str], what: str, where: str) -> tuple[str, ...]:
    return tuple(sorted(set(need_all(known, codes, what=what, where=where))))


def _area(region: Region) -> Area:
    return Area(code=region.code, box=(region.south_e7, region.west_e7, region.north_e7, region.east_e7))


def _own(known: Mapping[str, frozenset[str]], codes: Iterable[str], what: str, originator: str, where: str) -> tuple[str, ...]:
    chosen = _codes(known, codes, what, where)
    foreign = [code for code in chosen if originator not in known[code]]
    if foreign:
        raise BadInput(f"an order names a {what} of somebody else", where=", ".join(foreign), do="only its originator can halt it")
    return chosen


def _readers(
    book: CodeBook, originator: str, partners: Iterable[str], units: Iterable[str], where: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Partners and units both name readers. A unit of a partner named says less than the partner, and both together mean the units."""
    parties, chosen = _codes(book.parties, partners, "party", where), _codes(book.units, units, "unit", where)
    if originator in parties or any(book.units[unit].party == originator for unit in chosen):
        raise BadInput("an order names the originator's own units", where=where, do="leave them out; an order never touches them")
    if parties and chosen and {book.units[unit].party for unit in chosen} != set(parties):
        raise BadInput(
            "an order names a partner and units that are not all the same party's",
            where=where,
            do="name units only, or sign two orders",
        )
    return (() if chosen else parties), chosen


def _objects(objects: Iterable[str], where: str) -> tuple[str, ...]:
    chosen = tuple(sorted(set(objects)))
    wrong = [one for one in chosen if not _OBJECT.fullmatch(one)]
    if wrong:
        raise BadInput(f"{wrong[0]!r} is no vessel number and no digest of a record", where=where, do="give an MMSI, or 64 hex digits")
    if len(chosen) > OBJECTS_MAX:
        raise BadInput("an order names too many objects", where=where, why=f"{len(chosen)}, more than {OBJECTS_MAX}")
    return chosen


def _reach(reach: Iterable[str], where: str) -> tuple[str, ...]:
    chosen = set(reach)
    need_all({*REACHES, "all"}, chosen, what="reach", where=where)
    return () if "all" in chosen or chosen == set(REACHES) else tuple(sorted(chosen))


def _carved(carve_outs: Iterable[str], no_rescue_because: str, where: str) -> tuple[str, ...]:
    chosen = {*need_all(CARVE_OUTS, carve_outs, what="carve-out", where=where)}
    if not no_rescue_because:
        chosen.add("safety_of_life")
    elif "safety_of_life" in chosen:
        raise BadInput("an order leaves rescue centres their path and says why not", where=where, do="drop the reason or the carve-out")
    return tuple(sorted(chosen))


def _fits(made: Order, book: CodeBook, where: str) -> None:
    """What no single field shows. Raises BadInput, UnknownCode."""
    at_ms = made.ordered_at_ms
    if (made.window_to_ms and made.window_to_ms <= made.window_from_ms) or min(made.window_from_ms, made.window_to_ms) < 0:
        raise BadInput("the window of an order ends before it begins", where=where)
    if made.until_ms and made.until_ms <= at_ms:
        raise BadInput("an order ends before it begins", where=where)
    if (made.condition and made.until_ms) or (made.verified_by and not made.condition):
        raise BadInput("an order ends by a date or by a condition that somebody verifies", where=where, do="name one of them")
    if made.verified_by:
        need(book.parties, made.verified_by, what="party", where=where)
    if made.freeze_until_ms and (made.until_ms or not at_ms < made.freeze_until_ms <= at_ms + FREEZE_MAX_MS):
        raise BadInput("an emergency freeze lapses to review within 72 hours, and never opens by a date", where=where)
    if (made.answer_by_ms and made.answer_by_ms <= at_ms) or bool(made.recalls) != bool(made.answer_by_ms):
        raise BadInput("the deadline of a recall is not after the order, or there is nobody to answer", where=where)
    if made.originator in made.recalls or (made.confidential and made.recalls):
        raise BadInput("a recall goes to other parties, and to nobody when the order is confidential", where=where)
    if max(len(made.fears), len(made.condition), len(made.no_rescue_because)) > TEXT_MAX:
        raise BadInput("a text of an order is too long", where=where, why=f"more than {TEXT_MAX} characters")


def in_force(order: Order, at_ms: int) -> bool:
    """Whether the order stands at this instant: half-open, and an end of 0 never comes."""
    return order.until_ms == 0 or at_ms < order.until_ms


def change_of(old: Order, new: Order, book: CodeBook) -> str:
    """What a replacement does: `narrows`, `widens`, `repeats` or `replaces`, by everything either of them stops."""
    wider, narrower = _stops_all_of(new, old, book), _stops_all_of(old, new, book)
    if wider and narrower:
        return "repeats"
    return "widens" if wider else "narrows" if narrower else "replaces"


def _stops_all_of(big: Order, small: Order, book: CodeBook) -> bool:
    """Whether `big` stops everything that `small` stops; an answer of no may only mean that it cannot be told."""
    axes = (
        (_units_of(big, book), _units_of(small, book)),
        (big.purposes, small.purposes),
        (big.operations, small.operations),
        (big.categories, small.categories),
        (big.feeds, small.feeds),
        (big.sensors, small.sensors),
        (big.regions, small.regions),
        (big.channels, small.channels),
        (big.assets, small.assets),
        (big.objects, small.objects),
        (big.reach, small.reach),
    )
    return (
        all(not ours or (theirs and set(theirs) <= set(ours)) for ours, theirs in axes)
        and set(big.carve_outs) <= set(small.carve_outs)
        and big.window_from_ms <= small.window_from_ms
        and _later_or_same(big.window_to_ms, small.window_to_ms)
        and _later_or_same(big.until_ms, small.until_ms)
    )


def _units_of(order: Order, book: CodeBook) -> tuple[str, ...]:
    return order.units or tuple(unit for party in order.partners for unit in book.units_of(party))


def _later_or_same(end_ms: int, other_ms: int) -> bool:
    return end_ms == 0 or 0 < other_ms <= end_ms
