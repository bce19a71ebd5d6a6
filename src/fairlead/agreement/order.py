"""A suspension order: what an originator stops, for whom, until when, and the sentence that says exactly the same.

1. An order can only take away. Its selector names readers (partner, unit, purpose, operation) and what of the originator's own
   (category, feed); an axis left empty means every one. It never touches the originator's own units.
2. Axes a label knows close pairs in the compiled slice: one event, no record touched. A feed is an axis labels do not know: the
   order is then a hold on every holding that has the feed in its ancestry, however and whenever it was derived (P4).
3. `until_ms` ends an order by itself; otherwise only a resume that cites it does.
4. The carve-out `co_originators` leaves a product to the other parties it was made from, when the originator chooses so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from fairlead.agreement.area import Area
from fairlead.errors import BadInput
from fairlead.label import CodeBook, Label, Purpose, purpose_of
from fairlead.label.codebook import need, need_all

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


def make_order(
    book: CodeBook,
    feeds_of: dict[str, str],
    *,
    id: str,
    originator: str,
    ordered_at_ms: int,
    partners: Iterable[str] = (),
    units: Iterable[str] = (),
    purposes: Iterable[str] = (),
    operations: Iterable[str] = (),
    categories: Iterable[str] = (),
    feeds: Iterable[str] = (),
    until_ms: int = 0,
    carve_outs: Iterable[str] = (),
    fears: str = "",
) -> Order:
    """An order under this code-book. `feeds_of` maps each feed to its originator. Raises UnknownCode, ExcludedUse, BadInput."""
    where = f"order {id}"
    carve_outs, units, partners = tuple(carve_outs), tuple(units), tuple(partners)
    need(book.parties, originator, what="party", where=where)
    chosen = tuple(sorted(set(need_all(feeds_of, feeds, what="feed", where=where))))
    foreign = [feed for feed in chosen if feeds_of[feed] != originator]
    if foreign:
        raise BadInput("an order names a feed of somebody else", where=", ".join(foreign), do="only its originator can halt it")
    own = [unit for unit in units if unit in book.units and book.units[unit].party == originator]
    if own or originator in partners:
        raise BadInput("an order names the originator's own units", where=where, do="leave them out; an order never touches them")
    if set(carve_outs) and not chosen:
        raise BadInput("a carve-out stands on an order that halts no feed", where=where, do="name the feeds, or drop it")
    if until_ms and until_ms <= ordered_at_ms:
        raise BadInput("an order ends before it begins", where=where)
    return Order(
        id=id,
        originator=originator,
        ordered_at_ms=ordered_at_ms,
        partners=tuple(sorted(set(need_all(book.parties, partners, what="party", where=where)))),
        units=tuple(sorted(set(need_all(book.units, units, what="unit", where=where)))),
        purposes=tuple(sorted({purpose_of(code) for code in purposes})),
        operations=tuple(sorted(set(need_all(book.operations, operations, what="operation", where=where)))),
        categories=tuple(sorted(set(need_all(book.categories, categories, what="category", where=where)))),
        feeds=chosen,
        until_ms=until_ms,
        carve_outs=tuple(sorted(set(need_all(CARVE_OUTS, carve_outs, what="carve-out", where=where)))),
        fears=fears,
    )


def in_force(order: Order, at_ms: int) -> bool:
    """Whether the order stands at this instant: half-open, and an end of 0 never comes."""
    return order.until_ms == 0 or at_ms < order.until_ms


def holds(order: Order, book: CodeBook, *, label: Label, feeds: frozenset[str], unit: str) -> bool:
    """Whether a hold lies on a holding with this ancestry, for this unit (the reader's axes are judged by `stops_reader`)."""
    if not order.is_hold or not feeds.intersection(order.feeds):
        return False
    touched = {category for party, category in label.originators if party == order.originator}
    if order.categories and not touched.intersection(order.categories):
        return False
    co_owned = any(party == book.units[unit].party for party, _ in label.originators)
    return not (co_owned and "co_originators" in order.carve_outs)


def words(order: Order, book: CodeBook) -> str:
    """The order as one exact paragraph: every axis it uses, and nothing it does not."""
    who = [f"every unit of {book.parties[code].name}" for code in order.partners]
    who += [book.units[code].name for code in order.units]
    what = [f"feed {feed}" for feed in order.feeds]
    kinds = [f"category {code}" for code in order.categories]
    own = " and ".join(filter(None, [_listed(what), _listed(kinds)])) or "everything"
    parts = [f"{book.parties[order.originator].name} halts {own} it originated, and what was derived from it"]
    parts.append(f"for {_listed(who) or 'every reader but its own units'}")
    parts.append(f"for the purpose {_listed(order.purposes)}" if order.purposes else "for every purpose")
    parts.append(f"in operation {_listed(order.operations)}" if order.operations else "in every operation")
    parts.append(f"until {_utc(order.until_ms)}" if order.until_ms else "until it is lifted")
    text = ", ".join(parts)
    for code in order.carve_outs:
        text += f"; except that {CARVE_OUTS[code]}"
    if order.fears:
        text += f"; the use it fears: {order.fears}"
    return text + "."


def _listed(items: Iterable[str]) -> str:
    return " or ".join(items)


def _utc(ms: int) -> str:
    """ISO 8601 UTC to the second, without a clock or a calendar library (days to civil date: Hinnant's algorithm)."""
    days, rest = divmod(ms // 1000, 86_400)
    z = days + 719_468
    era = z // 146_097
    doe = z - era * 146_097
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    day, month = doy - (153 * mp + 2) // 5 + 1, mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (1 if month <= 2 else 0)
    return f"{year:04d}-{month:02d}-{day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}Z"
