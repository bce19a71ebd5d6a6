"""What if a party suspended this: the reach of the very order, told as far as the asker may know it, with nothing done."""

from __future__ import annotations

import pytest

from fairlead.desk.halt import Wish, preview_order
from fairlead.desk.orders import orders_in_force
from fairlead.desk.read import list_holdings, read
from fairlead.desk.simulate import simulate
from fairlead.errors import BadInput, ExcludedUse, UnknownCode
from fairlead.store import events
from tests.rooms.desk.tiny import Tiny, no, value

CUTTER = Wish(units=("cutter",))
RADAR = Wish(feeds=("alfa-radar",))
SAME = ("closes", "goes_on", "opens_again", "earlier_readers")


def test_p4_it_says_what_the_preview_would_say_to_the_party_itself_and_to_oversight(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    for wish in (CUTTER, RADAR):
        wanted = value(preview_order(tiny.node, tiny.who("alfa-release"), wish))
        for asker in ("alfa-release", "inspector"):
            told = value(simulate(tiny.node, tiny.who(asker), "alfa", wish))
            assert told["form"] == "full"
            assert wanted["words"].startswith(told["words"].partition("; ordered")[0].rstrip("."))
            assert asker not in told["words"], "nobody ordered it"
            assert {name: told[name] for name in SAME} == {name: wanted[name] for name in SAME}
        assert lead in told["closes"]["leads"]


def test_p4_nothing_is_done_but_the_receipt_of_the_question(tiny: Tiny) -> None:
    tiny.see()
    lead, cutter = tiny.lead(), tiny.who("cutter-watch")
    with tiny.node.db.read() as tx:
        before = events.epoch(tx)
    with tiny.logged(alfa=1):
        value(simulate(tiny.node, tiny.who("alfa-release"), "alfa", CUTTER))
    assert tiny.newest("alfa").act == "simulate"
    with tiny.logged(alfa=1, charlie=1):
        value(simulate(tiny.node, tiny.who("cell-analyst"), "alfa", CUTTER))
    with tiny.node.db.read() as tx:
        assert events.epoch(tx) == before
    assert value(orders_in_force(tiny.node, tiny.who("alfa-release")))["orders"] == []
    value(read(tiny.node, cutter, lead))


def test_p7_the_operating_cell_is_told_its_own_share_and_nothing_of_anybody_elses(tiny: Tiny) -> None:
    tiny.see()
    shared, alone = tiny.lead(), tiny.lead("alfa-radar", "bravo-air")
    told = value(simulate(tiny.node, tiny.who("cell-analyst"), "alfa", Wish(categories=("radar",))))
    assert told["form"] == "redacted"
    named = {*told["closes"]["units"], *told["goes_on"]["units"], *told["opens_again"]["units"]}
    assert named == {"cell"}
    assert "earlier_readers" not in told
    assert "recalled" not in told["words"]
    readable = {item["id"] for item in value(list_holdings(tiny.node, tiny.who("cell-analyst")))["items"]}
    assert set(told["closes"]["leads"]) <= readable
    assert told["closes"]["leads"] == [shared]
    assert alone in readable
    whole = value(simulate(tiny.node, tiny.who("inspector"), "alfa", Wish(categories=("radar",))))
    assert "recalled" in whole["words"]
    assert "bravo-patrol" in whole["closes"]["units"], "somebody else loses something too"
    assert whole["closes"]["units"]["cell"] == told["closes"]["units"]["cell"]


def test_p7_the_cell_does_not_learn_what_its_own_units_could_not_use_anyway(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    seen = simulate(tiny.node, tiny.who("cell-analyst"), "alfa", RADAR)
    tiny.see("alfa-radar")
    value(simulate(tiny.node, tiny.who("alfa-release"), "alfa", CUTTER))
    assert value(seen)["closes"] == {"units": {}, "holdings": 0, "labels": 0, "leads": [], "cases": 0}


def test_p7_nobody_else_may_ask_and_all_refusals_are_alike(tiny: Tiny) -> None:
    with tiny.logged(alfa=1, bravo=1, charlie=1):
        refused = no(simulate(tiny.node, tiny.who("bravo-release"), "alfa", CUTTER))
    assert "only alfa, oversight, or the party that operates the node" in refused["reasons"][0]
    no(simulate(tiny.node, tiny.who("alfa-sensor"), "alfa", CUTTER))
    no(simulate(tiny.node, tiny.who("keeper"), "alfa", CUTTER))


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (Wish(purposes=("use_of_force_targeting",)), ExcludedUse),
        (Wish(units=("nobody",)), UnknownCode),
        (Wish(feeds=("bravo-ais",)), BadInput),
        (Wish(units=("alfa-radar",)), BadInput),
    ],
)
def test_p2_what_no_order_can_say_is_refused_and_leaves_no_trace(tiny: Tiny, wish: Wish, error: type[Exception]) -> None:
    with tiny.logged(), pytest.raises(error):
        simulate(tiny.node, tiny.who("alfa-release"), "alfa", wish)


def test_p7_only_the_party_itself_asks_by_what_only_it_knows(tiny: Tiny) -> None:
    for wish in (Wish(sensors=("mast",)), Wish(replaces="0" * 32)):
        with tiny.logged(), pytest.raises(BadInput, match="only alfa and oversight can ask this by"):
            simulate(tiny.node, tiny.who("cell-analyst"), "alfa", wish)
    with pytest.raises(UnknownCode):
        simulate(tiny.node, tiny.who("cell-analyst"), "zulu", CUTTER)
