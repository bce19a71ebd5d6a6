"""P4, each axis of an order: it stops exactly the readers and things it names, until its end, and never its own originator."""

from __future__ import annotations

import msgspec
import pytest

from fairlead import errors
from fairlead.agreement import Resume, fold, make_order, words
from fairlead.agreement.order import Order, in_force
from fairlead.agreement.selector import SourceFacts, lying
from fairlead.agreement.standing import apply
from tests.laws.test_p1_conjuncts import AT, END, asked, conjuncts, facts, grant, house, label
from tests.model import world


def order(**axes: object) -> Order:
    return make_order(world.book(), world.FEEDS, id="o", originator="alfa", ordered_at_ms=1, **axes)


def sets(one: Order, *feeds: str) -> frozenset[str]:
    """The sets of the order that something made of one source of each of these feeds belongs to."""
    sources = [
        SourceFacts(label=label(originator=world.FEEDS[feed], category=world.CATEGORY[feed]), feed=feed, t_min_ms=0, t_max_ms=1)
        for feed in feeds
    ]
    return frozenset[str]().union(*(lying(one, source, (), stored="before") for source in sources))


def stopped(one: Order, *, unit: str = "b1", person: str = "ben", ais: bool = False, feeds: tuple[str, ...] = ("a-radar",)) -> bool:
    """Whether this order, and nothing else, refuses an otherwise permitted read."""
    open_ = (grant(assurances=[]), grant("ais", assurances=[], categories=["ais"]))
    request = asked(unit=unit, person=person)
    thing = facts(label=label(category="ais" if ais else "radar", handling=[]), held=sets(one, *feeds))
    assert conjuncts(request, thing, house(*open_)) == set()
    return conjuncts(request, thing, house(*open_, one)) != set()


@pytest.mark.parametrize(
    ("axes", "b1", "c1"),
    [
        ({}, True, True),
        ({"units": ["b1"]}, True, False),
        ({"units": ["c1"]}, False, True),
        ({"partners": ["bravo"]}, True, False),
        ({"partners": ["charlie"]}, False, True),
        ({"purposes": ["interdiction"]}, True, True),
        ({"purposes": ["prosecution"]}, False, False),
        ({"operations": ["north"]}, True, True),
        ({"operations": ["south"]}, False, False),
        ({"units": ["b1"], "purposes": ["prosecution"]}, False, False),
    ],
)
@pytest.mark.parametrize("feeds", [[], ["a-radar"]])
def test_p4_an_order_stops_whom_it_names_and_nobody_else(axes: dict[str, list[str]], feeds: list[str], b1: bool, c1: bool):
    one = order(**axes, feeds=feeds)
    assert stopped(one) is b1
    assert stopped(one, unit="c1", person="cas") is c1
    assert not stopped(one, unit="a1", person="ann"), "the originator's own units are never stopped"


def test_p4_an_order_stops_the_category_it_names_and_no_other():
    assert stopped(order(categories=["ais"]), ais=True)
    assert not stopped(order(categories=["ais"]))
    assert not stopped(order(categories=["radar"]), ais=True)


def test_p4_a_hold_reaches_whatever_has_the_feed_in_its_ancestry():
    assert stopped(order(feeds=["a-ais"]), feeds=("a-ais",))
    assert stopped(order(feeds=["a-ais"]), feeds=("a-radar", "a-ais", "b-ais"))
    assert not stopped(order(feeds=["a-ais"]), feeds=("a-radar",))


def test_p4_a_carve_out_leaves_a_product_to_its_co_originators_and_only_where_it_is_written():
    product = msgspec.structs.replace(label(handling=[]), originators=(("alfa", "radar"), ("bravo", "ais")))
    open_ = (grant(assurances=[]), grant("b", originator="bravo", categories=["ais"], assurances=[]))
    for written, reader, unit, free in (
        ([], "ben", "b1", False),
        (["co_originators"], "ben", "b1", True),
        (["co_originators"], "cas", "c1", False),
    ):
        one = order(feeds=["a-radar"], carve_outs=written)
        of_both = facts(label=product, held=sets(one, "a-radar", "b-ais"))
        assert (conjuncts(asked(person=reader, unit=unit), of_both, house(*open_, one)) == set()) is free


@pytest.mark.parametrize(("until", "expected"), [(0, True), (AT + 1, True), (AT, False), (2, False)])
def test_p4_an_order_ends_at_its_end_and_not_an_instant_later(until: int, expected: bool):
    one = order(until_ms=until)
    assert in_force(one, AT) is expected
    assert stopped(one) is expected


def test_p4_every_event_moves_the_epoch_and_a_resume_lifts_one_order_of_its_own():
    before = fold([grant(assurances=[]), order()])
    assert before.epoch == 2
    after = apply(before, Resume(order="o", originator="alfa", at_ms=3))
    assert after.epoch == 3
    assert after.orders == ()
    with pytest.raises(errors.BadInput, match="no such order of this originator"):
        apply(before, Resume(order="o", originator="bravo", at_ms=3))
    with pytest.raises(errors.BadInput, match="no such order"):
        apply(before, Resume(order="p", originator="alfa", at_ms=3))


@pytest.mark.parametrize(
    ("axes", "says"),
    [
        ({"feeds": ["b-ais"]}, "feed of somebody else"),
        ({"units": ["a1"]}, "own units"),
        ({"partners": ["alfa"]}, "own units"),
        ({"until_ms": 1}, "ends before it begins"),
    ],
)
def test_p4_an_order_reaches_only_what_its_originator_gave_to_others(axes: dict[str, object], says: str):
    with pytest.raises(errors.BadInput, match=says):
        order(**axes)


def test_p4_the_words_of_an_order_name_every_axis_it_uses():
    text = words(order(units=["b1"], purposes=["interdiction"], operations=["north"], feeds=["a-ais"], until_ms=END), world.book())
    for said in ("feed a-ais", "B1", "interdiction", "north", "1970-01-01T00:00:01Z"):
        assert said in text
