"""Uses before and after a halt, told apart by their place in the log and by whom and what the order names."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.agreement.order import Order
from fairlead.receipt.receipt import HeldRef, UseReceipt
from fairlead.receipt.watch import Halted, OwnSegment, halted, tally
from tests.rooms.receipt.folder import use

RADAR, AIS, LEAD = "a" * 64, "b" * 64, "c" * 64
OWN = {RADAR: OwnSegment(feed="isla-radar", category="radar"), AIS: OwnSegment(feed="isla-ais", category="ais")}
UNITS = {"cutter": "fleet", "support": "fleet", "isla-station": "isla"}


def used(index: int, unit: str = "cutter", holding: str = RADAR, act: str = "read") -> UseReceipt:
    held = HeldRef(digest=holding, label="", kind="lead" if holding == LEAD else "segment")
    return msgspec.structs.replace(use(index, unit=unit), act=act, holdings=(held,))


def order(**axes: object) -> Order:
    return Order(**{"id": "o", "originator": "isla", "ordered_at_ms": 1, **axes})  # type: ignore[arg-type]


def split(one: Order, *uses: UseReceipt, lifted_at: int | None = None) -> Halted:
    return halted(one, entry=10, lifted_at=lifted_at, uses=uses, own=OWN, units=UNITS)


def test_p4_a_use_after_the_halt_is_told_and_one_before_it_or_after_the_resume_is_not_after() -> None:
    found = split(order(), used(9), used(11), used(21), lifted_at=20)
    assert [one.index for one in found.before] == [9]
    assert [one.index for one in found.after] == [11]


@pytest.mark.parametrize(
    ("axes", "unit", "holding", "named"),
    [
        ({}, "cutter", RADAR, True),
        ({}, "isla-station", RADAR, False),
        ({"units": ("support",)}, "cutter", RADAR, False),
        ({"units": ("support",)}, "support", RADAR, True),
        ({"partners": ("fleet",)}, "cutter", RADAR, True),
        ({"purposes": ("prosecution",)}, "cutter", RADAR, False),
        ({"operations": ("dawn",)}, "cutter", RADAR, False),
        ({"categories": ("ais",)}, "cutter", RADAR, False),
        ({"categories": ("ais",)}, "cutter", AIS, True),
        ({"feeds": ("isla-radar",)}, "cutter", AIS, False),
        ({"feeds": ("isla-radar",)}, "cutter", LEAD, True),
        ({"feeds": ("isla-radar",), "carve_outs": ("co_originators",)}, "cutter", LEAD, False),
    ],
)
def test_p4_only_what_and_whom_the_order_names_is_counted(axes: dict[str, object], unit: str, holding: str, named: bool) -> None:
    assert bool(split(order(**axes), used(11, unit, holding)).after) is named


def test_p4_an_order_that_ended_by_itself_counts_nothing_after_its_end() -> None:
    late = used(11)
    assert split(order(until_ms=late.at_ms + 1), late).after
    assert not split(order(until_ms=late.at_ms), late).after


def test_what_uses_no_holding_is_no_use() -> None:
    assert not split(order(), used(11, act="case")).after
    assert tally([used(1), used(2), used(3, act="case"), used(4, "support")]) == {
        ("cutter", use(1).purpose, use(1).operation, "read"): 2,
        ("support", use(1).purpose, use(1).operation, "read"): 1,
    }
