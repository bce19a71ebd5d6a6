"""P3, field by field: which way each part of a label goes at a join, and which way the times of what is derived."""

from __future__ import annotations

import msgspec
import pytest

from fairlead import errors
from fairlead.label import join
from fairlead.report.holding import derived
from tests.laws.test_p1_conjuncts import label
from tests.laws.test_p3_narrowing import holding

ONE = label(recipients=["a1", "b1"], purposes=["interdiction", "prosecution"], operations=["north"], level="open", handling=["care"])
OTHER = label(
    originator="bravo",
    category="ais",
    recipients=["b1", "c1"],
    purposes=["interdiction", "oversight"],
    operations=["north", "south"],
    level="confidential",
    handling=["quiet"],
    lease_s=60,
)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("originators", (("alfa", "radar"), ("bravo", "ais"))),
        ("level", "confidential"),
        ("recipients", ("b1",)),
        ("purposes", ("interdiction", "nationality_verification")),
        ("operations", ("north",)),
        ("handling", ("care", "quiet")),
        ("lease_s", 60),
    ],
)
def test_p3_each_field_of_a_join_goes_the_way_that_gives_less(field: str, expected: object):
    for labels in ([ONE, OTHER], [OTHER, ONE], [ONE, OTHER, ONE]):
        assert getattr(join(labels), field) == expected


def test_p3_a_join_that_leaves_nobody_says_so():
    assert join([ONE, label(recipients=["c1"])]).readable_by_nobody
    assert not join([ONE, OTHER]).readable_by_nobody


def test_p3_what_is_derived_begins_with_its_latest_parent_and_ends_with_its_first():
    parents = [holding("a", ONE, nb=0, exp=100), holding("b", OTHER, nb=10, exp=50)]
    whole = join([ONE, OTHER])
    assert derived(holding("c", whole, ("a", "b"), nb=10, exp=50), parents)
    for nb, exp in ((10, 51), (10, 100), (9, 50), (0, 50)):
        with pytest.raises(errors.LabelFault, match="outlives or precedes"):
            derived(holding("c", whole, ("a", "b"), nb=nb, exp=exp), parents)


@pytest.mark.parametrize(
    "wider",
    [
        {"recipients": ("b1", "c1")},
        {"handling": ("care",)},
        {"lease_s": 61},
        {"level": "open"},
        {"originators": (("alfa", "radar"),)},
        {"operations": ("north", "south")},
    ],
)
def test_p3_a_label_wider_in_one_field_alone_is_refused(wider: dict[str, object]):
    parents = [holding("a", ONE), holding("b", OTHER)]
    with pytest.raises(errors.LabelFault, match="wider than the join"):
        derived(holding("c", msgspec.structs.replace(join([ONE, OTHER]), **wider), ("a", "b")), parents)
