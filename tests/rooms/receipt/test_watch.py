"""Uses before and after a halt, told apart by their place in the log and by whom and what the order names."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.agreement.area import Area
from fairlead.agreement.order import Order
from fairlead.receipt.receipt import HeldRef, UseReceipt
from fairlead.receipt.watch import Halted, Kept, OwnSegment, breaches, halted, tally, unlike
from tests.rooms.receipt.folder import use

RADAR, AIS, LEAD, NEWER = "a" * 64, "b" * 64, "c" * 64, "d" * 64
KEPT = Kept(
    own={
        RADAR: OwnSegment(digest=RADAR, feed="isla-radar", category="radar", from_ms=100, to_ms=200, entry=2),
        AIS: OwnSegment(digest=AIS, feed="isla-ais", category="ais", from_ms=100, to_ms=200, entry=2),
        NEWER: OwnSegment(digest=NEWER, feed="isla-radar", category="radar", from_ms=300, to_ms=400, entry=12),
    },
    units={"cutter": "fleet", "support": "fleet", "isla-station": "isla"},
    overrides={"rescue-1": 12, "older": 3},
)
BOX = Area(code="bay", box=(0, 0, 1, 1))


def used(index: int, unit: str = "cutter", holding: str = RADAR, **changes: object) -> UseReceipt:
    held = HeldRef(digest=holding, label="", kind="lead" if holding == LEAD else "segment")
    return msgspec.structs.replace(use(index, unit=unit), **{"act": "read", "holdings": (held,), "agreements": (), **changes})


def order(**axes: object) -> Order:
    return Order(**{"id": "o", "originator": "isla", "ordered_at_ms": 1, **axes})  # type: ignore[arg-type]


def split(one: Order, *uses: UseReceipt, ended_at: int | None = None) -> Halted:
    return halted(one, entry=10, ended_at=ended_at, uses=uses, kept=KEPT)


def test_p4_a_use_after_the_halt_is_told_and_one_before_it_or_after_the_resume_is_not_after() -> None:
    found = split(order(), used(9), used(11), used(21), ended_at=20)
    assert [one.index for one in found.before] == [9]
    assert [one.index for one in found.after] == [11]
    (breach,) = breaches([found])
    assert breach.entry == 11
    assert "after the order of entry 10" in breach.what


@pytest.mark.parametrize(
    ("axes", "unit", "holding", "found"),
    [
        ({}, "cutter", RADAR, "stopped"),
        ({}, "isla-station", RADAR, "free"),
        ({"units": ("support",)}, "cutter", RADAR, "free"),
        ({"units": ("support",)}, "support", RADAR, "stopped"),
        ({"partners": ("fleet",)}, "cutter", RADAR, "stopped"),
        ({"partners": ("fleet",)}, "a-unit-of-nobody-known", RADAR, "unsure"),
        ({}, "a-unit-of-nobody-known", RADAR, "stopped"),
        ({"purposes": ("prosecution",)}, "cutter", RADAR, "free"),
        ({"operations": ("dawn",)}, "cutter", RADAR, "free"),
        ({"categories": ("ais",)}, "cutter", RADAR, "free"),
        ({"categories": ("ais",)}, "cutter", AIS, "stopped"),
        ({"feeds": ("isla-radar",)}, "cutter", AIS, "free"),
        # What a product was made from is in no home: an order over all is known to stop it, a narrower one is not known not to.
        ({}, "cutter", LEAD, "stopped"),
        ({"feeds": ("isla-radar",)}, "cutter", LEAD, "unsure"),
        ({"categories": ("ais",)}, "cutter", LEAD, "unsure"),
        ({"carve_outs": ("co_originators",)}, "cutter", LEAD, "unsure"),
        ({"carve_outs": ("co_originators",)}, "cutter", RADAR, "stopped"),
        # Axes that no manifest tells.
        ({"sensors": ("mast",)}, "cutter", RADAR, "unsure"),
        ({"regions": (BOX,)}, "cutter", RADAR, "unsure"),
        ({"objects": ("299000001",)}, "cutter", RADAR, "unsure"),
        ({"objects": (RADAR,)}, "cutter", RADAR, "stopped"),
        ({"window_from_ms": 201}, "cutter", RADAR, "free"),
        ({"window_from_ms": 200}, "cutter", RADAR, "stopped"),
        ({"window_to_ms": 100}, "cutter", RADAR, "free"),
        ({"window_to_ms": 101}, "cutter", RADAR, "stopped"),
        # Reach, by the place of the segment's own entry.
        ({"reach": ("new",)}, "cutter", RADAR, "free"),
        ({"reach": ("new",)}, "cutter", NEWER, "stopped"),
        ({"reach": ("already_shared",)}, "cutter", RADAR, "stopped"),
        ({"reach": ("already_shared",)}, "cutter", NEWER, "free"),
        ({"reach": ("future_subscriptions",)}, "cutter", RADAR, "unsure"),
        ({"reach": ("derived",)}, "cutter", LEAD, "unsure"),
    ],
)
def test_p4_only_what_and_whom_the_order_names_is_a_breach_and_what_cannot_be_judged_is_shown(
    axes: dict[str, object], unit: str, holding: str, found: str
) -> None:
    halt = split(order(**axes), used(13, unit, holding), used(9, unit, holding))
    assert (bool(halt.after), bool(halt.unsure)) == (found == "stopped", found == "unsure")
    assert bool(halt.before) is (found != "free")


def test_p4_an_order_that_ended_by_itself_counts_nothing_after_its_end() -> None:
    late = used(11)
    assert split(order(until_ms=late.at_ms + 1), late).after
    assert not split(order(until_ms=late.at_ms), late).after


def test_p4_the_path_of_rescue_is_no_breach_while_the_order_leaves_it_open() -> None:
    rescue = used(11, form="distress")
    assert not split(order(carve_outs=("safety_of_life",)), rescue).after
    assert split(order(), rescue).after
    assert split(order(carve_outs=("safety_of_life",)), used(11)).after


@pytest.mark.parametrize(
    ("override", "index", "breach"), [("rescue-1", 13, False), ("rescue-1", 11, True), ("older", 13, True), ("grant", 13, True)]
)
def test_p4_only_an_override_signed_after_the_order_passes_it(override: str, index: int, breach: bool) -> None:
    assert bool(split(order(), used(index, agreements=(override,))).after) is breach


def test_what_uses_no_holding_is_no_use() -> None:
    assert not split(order(), used(11, act="case")).after
    assert tally([used(1), used(2), used(3, act="case"), used(4, "support")]) == {
        ("cutter", use(1).purpose, use(1).operation, "read"): 2,
        ("support", use(1).purpose, use(1).operation, "read"): 1,
    }


def test_records_and_entries_that_lack_each_other_are_findings() -> None:
    said = {("order", RADAR): 4, ("grant", AIS): 1}
    assert unlike(said, frozenset(said)) == ()
    assert [str(one) for one in unlike(said, frozenset({("order", RADAR), ("order", LEAD)}))] == [
        f"records/grant/{AIS}.json, entry 1: the grant of this entry is missing at home",
        f"records/order/{LEAD}.json: this order is at home and in no entry of the log",
    ]
