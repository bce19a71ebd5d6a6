"""Random orders over the tiny universe of the laws, every field used: for what is true of any order whatever."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from fairlead.agreement import Order, make_order
from fairlead.agreement.order import Declared
from fairlead.label import CodeBook, Party, Region, Unit
from tests.model import world

HOUR_MS = 3_600_000
DECLARED = Declared(
    sensors={"x-band": frozenset({"alfa"}), "s-band": frozenset({"alfa", "bravo"})},
    channels={"direct": frozenset({"alfa", "bravo"}), "liaison": frozenset({"alfa"})},
    assets={"mast": frozenset({"alfa"}), "plane": frozenset({"alfa"})},
)


def book() -> CodeBook:
    """The tiny universe with regions, one of them over the dateline, and names that look like parts of the sentence."""
    plain = world.book()
    regions = [
        Region(code="north-sea", name="North", south_e7=510_000_000, west_e7=-40_000_000, north_e7=610_000_000, east_e7=90_000_000),
        Region(code="dateline", name="Line", south_e7=-5, west_e7=1_790_000_000, north_e7=7, east_e7=-1_790_000_001),
    ]
    parties = {**plain.parties, "bravo": Party(code="bravo", name="Bravo or Charlie (charlie)")}
    odd: Unit = msgspec.structs.replace(plain.units["c1"], name="every unit of C1, for every purpose; ordered")
    return msgspec.structs.replace(plain, regions={one.code: one for one in regions}, parties=parties, units={**plain.units, "c1": odd})


def _some(*codes: str) -> st.SearchStrategy[list[str]]:
    return st.one_of(st.just([]), st.lists(st.sampled_from(codes), min_size=1, unique=True))


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)
INSTANT = st.integers(1, 4_000_000_000_000)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Any order that can be made."""
    at_ms = draw(INSTANT)
    later = st.integers(at_ms + 1, at_ms + 72 * HOUR_MS)
    who = draw(
        st.sampled_from([{}, {"partners": ["bravo"]}, {"partners": ["bravo", "charlie"]}, {"units": ["b1"]}, {"units": ["b2", "c1"]}])
    )
    ends = draw(st.sampled_from(["lifted", "date", "condition", "freeze"]))
    window = sorted(draw(st.lists(INSTANT, min_size=2, max_size=2, unique=True)))
    window = draw(st.sampled_from([[0, 0], [0, 0], window, [window[0], 0], [0, window[1]]]))
    confidential = draw(st.booleans())
    recalls = [] if confidential else draw(_some("bravo", "charlie"))
    return make_order(
        book(),
        world.FEEDS,
        declared=DECLARED,
        id="o",
        originator="alfa",
        ordered_at_ms=at_ms,
        **who,
        purposes=draw(_some(*world.PURPOSES, "prosecution")),
        operations=draw(_some("north", "south")),
        categories=draw(_some("ais", "radar")),
        feeds=draw(_some("a-radar", "a-ais")),
        sensors=draw(_some("x-band", "s-band")),
        regions=draw(_some("north-sea", "dateline")),
        channels=draw(_some("direct", "liaison")),
        assets=draw(_some("mast", "plane")),
        objects=draw(_some("299000001", "7", "0" * 64, "1" * 64)),
        window_from_ms=window[0],
        window_to_ms=window[1],
        until_ms=draw(later) if ends == "date" else 0,
        condition=draw(TEXT) if ends == "condition" else "",
        verified_by=draw(st.sampled_from(["", "bravo", "charlie"])) if ends == "condition" else "",
        freeze_until_ms=draw(later) if ends == "freeze" else 0,
        reach=draw(_some("new", "future_subscriptions", "already_shared", "derived")),
        carve_outs=draw(_some("co_originators")),
        no_rescue_because=draw(st.one_of(st.just(""), TEXT)),
        fears=draw(st.one_of(st.just(""), TEXT)),
        replaces=draw(st.sampled_from(["", "0123abcd"])),
        told="oversight" if confidential else "all",
        officer=draw(st.sampled_from(["", "ann"])),
        recalls=recalls,
        answer_by_ms=draw(later) if recalls else 0,
    )
