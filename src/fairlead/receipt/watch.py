"""What an originator reads out of its own verified log: uses by unit and purpose, and whether any came after it halted them.

1. Everything here rests on receipts that `audit` accepted and on what the originator keeps at home: its signed orders and what
   became of them, the manifests of its own segments, which unit belongs to which party.
2. A use counts as "after" by its place in the log, not by a clock: the log is in one order with the halt (P4).
3. What the home can judge for certain and the order stops is a finding. What it cannot judge (a product's sources, an axis no
   manifest tells) is counted as unsure and shown: never passed over, never called a breach.
4. A record that the log says was made is at home, and a signed record at home is in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.agreement.order import Order
from fairlead.receipt.rebuild import Finding
from fairlead.receipt.receipt import HeldRef, UseReceipt

READS: Final = frozenset({"picture", "list", "read", "lead"})
Touch: TypeAlias = Literal["stopped", "unsure", "free"]


class OwnSegment(msgspec.Struct, frozen=True, kw_only=True):
    """One of the originator's own segments, as its manifest says: feed, category, times (inclusive), and its place in the log."""

    digest: str
    feed: str
    category: str
    from_ms: int = 0
    to_ms: int = 2**53
    entry: int = -1


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a home knows that bears on its orders."""

    own: Mapping[str, OwnSegment]  # by digest of the segment
    units: Mapping[str, str]  # the party of each unit
    overrides: Mapping[str, int] = {}  # entry of each override this originator signed, by its id


class Halted(msgspec.Struct, frozen=True, kw_only=True):
    """One order as the log shows it: where it stands, what was used before it, and what after (which should be nothing)."""

    order: Order
    entry: int
    ended_at: int | None  # the entry of the resume that lifted it, or of the order that replaced it
    before: tuple[UseReceipt, ...]
    after: tuple[UseReceipt, ...]
    unsure: tuple[UseReceipt, ...]  # after it, and the home cannot say whether the order stopped them


def tally(uses: Iterable[UseReceipt]) -> dict[tuple[str, str, str, str], int]:
    """Uses of holdings by (unit, purpose, operation, act)."""
    counts: dict[tuple[str, str, str, str], int] = {}
    for use in uses:
        if use.act in READS:
            key = (use.unit, use.purpose, use.operation, use.act)
            counts[key] = counts.get(key, 0) + 1
    return counts


def halted(order: Order, *, entry: int, ended_at: int | None, uses: Iterable[UseReceipt], kept: Kept) -> Halted:
    """Split the uses an order names into those before and those after it, until it ended."""
    judged = [(use, _judged(order, use, entry, kept)) for use in uses if use.act in READS]
    end = ended_at if ended_at is not None else 2**62
    late = [(use, touch) for use, touch in judged if entry < use.index < end and not _let_through(order, use, entry, kept)]
    return Halted(
        order=order,
        entry=entry,
        ended_at=ended_at,
        before=tuple(use for use, touch in judged if use.index < entry and touch != "free"),
        after=tuple(use for use, touch in late if touch == "stopped"),
        unsure=tuple(use for use, touch in late if touch == "unsure"),
    )


def breaches(halts: Iterable[Halted]) -> tuple[Finding, ...]:
    """Every use that an order in force stopped and the log shows all the same (P4)."""
    return tuple(
        Finding(
            file="use after order",
            entry=use.index,
            what=f"{use.unit} was given this for {use.purpose} after the order of entry {one.entry} that stops it",
        )
        for one in halts
        for use in one.after
    )


def unlike(said: Mapping[tuple[str, str], int], there: Set[tuple[str, str]]) -> tuple[Finding, ...]:
    """Records, by (kind, digest), that the log says were made and the home lacks, and those at home that no entry speaks of."""
    missing = sorted((entry, kind, name) for (kind, name), entry in said.items() if (kind, name) not in there)
    unsaid = sorted((kind, name) for kind, name in there if (kind, name) not in said)
    return (
        *(
            Finding(file=_path(kind, name), entry=entry, what=f"the {kind} of this entry is missing at home")
            for entry, kind, name in missing
        ),
        *(Finding(file=_path(kind, name), what=f"this {kind} is at home and in no entry of the log") for kind, name in unsaid),
    )


def _path(kind: str, name: str) -> str:
    return f"records/{kind}/{name}.json"


def _let_through(order: Order, use: UseReceipt, entry: int, kept: Kept) -> bool:
    """Whether the order had ended by its date, left rescue its path, or was passed by an override signed after it."""
    ended = order.until_ms != 0 and use.at_ms >= order.until_ms
    rescue = use.form == "distress" and "safety_of_life" in order.carve_outs
    return ended or rescue or any(entry < kept.overrides.get(name, -1) < use.index for name in use.agreements)


def _judged(order: Order, use: UseReceipt, entry: int, kept: Kept) -> Touch:
    """Whether the order stops this reader from at least one holding the use lists."""
    party = kept.units.get(use.unit, "")
    axes = (
        (order.units, use.unit),
        (order.purposes, use.purpose),
        (order.operations, use.operation),
        (order.partners if party else (), party),
    )
    if party == order.originator or any(axis and value not in axis for axis, value in axes):
        return "free"
    touches = {_touched(order, held, entry, kept.own) for held in use.holdings}
    if "stopped" in touches:
        return "unsure" if order.partners and not party else "stopped"
    return "unsure" if "unsure" in touches else "free"


def _touched(order: Order, held: HeldRef, entry: int, own: Mapping[str, OwnSegment]) -> Touch:
    if held.kind not in ("segment", "report", "lead"):
        return "free"
    segment = own.get(held.digest)
    if segment is None:  # a product, or a record without a manifest: only an order over everything is known to stop it
        shared = held.kind == "lead" and "co_originators" in order.carve_outs
        return "unsure" if order.categories or order.selects_sources or order.reach or shared else "stopped"
    named = (order.categories, segment.category), (order.feeds, segment.feed)
    outside = (order.window_to_ms and segment.from_ms >= order.window_to_ms) or order.window_from_ms > segment.to_ms
    if outside or any(axis and value not in axis for axis, value in named):
        return "free"
    if order.sensors or order.channels or order.assets or order.regions or (order.objects and held.digest not in order.objects):
        return "unsure"
    if not order.reach or ("new" if segment.entry > entry else "already_shared") in order.reach:
        return "stopped"
    return "unsure" if "future_subscriptions" in order.reach else "free"
