"""The verb find: pages that are decided when they are asked for, places that are good for one question, counts of what shows only."""

from __future__ import annotations

import msgspec
import pytest

from fairlead import errors
from fairlead.desk import find as finding
from fairlead.desk.ask import Asker
from fairlead.desk.find import Wish, chunks, find
from fairlead.desk.halt import Wish as Order
from fairlead.desk.halt import halt, resume
from fairlead.desk.read import list_holdings
from fairlead.receipt.receipt import UseReceipt
from tests.rooms.desk.tiny import Tiny, no, value


@pytest.fixture
def night(tiny: Tiny) -> Tiny:
    """Four leads: two of both parties, two of Bravo's AIS alone."""
    tiny.see()
    tiny.leads = [tiny.lead(), tiny.lead(), tiny.lead("alfa-radar", "bravo-air"), tiny.lead("alfa-radar", "bravo-air")]
    return tiny


def cutter(tiny: Tiny) -> Asker:
    return tiny.who("cutter-watch")


def ids(outcome: object) -> list[str]:
    return [one["id"] for one in value(outcome)["items"]]


def test_p1_pages_one_after_another_are_the_whole_list(night: Tiny) -> None:
    whole = ids(find(night.node, cutter(night), Wish(kinds=("lead",))))
    assert set(whole) == set(night.leads)
    for most in (1, 2, 3, 4):
        parts = [ids(one) for one in chunks(night.node, cutter(night), Wish(kinds=("lead",)), most=most)]
        assert [len(part) for part in parts[:-1]] == [most] * (len(parts) - 1)
        assert [one for part in parts for one in part] == whole
    assert ids(list_holdings(night.node, cutter(night))) == whole


def test_p4_a_page_asked_for_after_a_halt_has_nothing_of_what_was_halted(night: Tiny) -> None:
    first = value(find(night.node, cutter(night), Wish(kinds=("lead",)), most=1))
    ordered = value(halt(night.node, night.who("alfa-release"), Order(feeds=("alfa-radar",))))["order"]
    rest = [value(find(night.node, cutter(night), Wish(kinds=("lead",)), after=first["next"]))]
    shown = {*(one["id"] for one in rest[0]["items"])}
    assert shown <= set(night.leads[2:]), "what was made from the radar is not in the rest"
    assert rest[0]["count"] == 2
    assert rest[0]["facets"]["originators"] == {"bravo": 2}
    value(resume(night.node, night.who("alfa-release"), ordered if isinstance(ordered, str) else ordered["id"]))
    assert value(find(night.node, cutter(night), Wish(kinds=("lead",)), after=first["next"]))["count"] == 4


def test_p7_a_place_is_good_for_one_question_of_one_reader(night: Tiny) -> None:
    mine = value(find(night.node, cutter(night), Wish(kinds=("lead",)), most=1))["next"]
    assert night.leads[0] not in mine
    others = [
        (night.who("port-custody"), Wish(kinds=("lead",))),
        (night.who("cell-analyst"), Wish(kinds=("lead",))),
        (cutter(night), Wish(kinds=("report",))),
        (cutter(night), Wish(kinds=("lead",), text="a")),
        (night.who("cutter-watch", "prosecution"), Wish(kinds=("lead",))),
    ]
    said = set()
    for who, wish in others:
        with pytest.raises(errors.BadInput) as error:
            find(night.node, who, wish, after=mine)
        said.add(str(error.value))
    for cursor in ("x", "é", mine[:-4], mine + "A", "A" * 1000, *(mine[:-1] + one for one in "ABCDEFGHQgw" if one != mine[-1]), " "):
        with pytest.raises(errors.BadInput) as error:
            find(night.node, cutter(night), Wish(kinds=("lead",)), after=cursor)
        said.add(str(error.value))
    assert said == {"this list has no such page; begin with its first page"}


def test_p7_places_have_one_length_and_are_the_same_for_the_same_place(night: Tiny) -> None:
    found = {value(find(night.node, cutter(night), Wish(kinds=("lead",)), most=most))["next"] for most in (1, 2, 3)}
    again = {value(find(night.node, cutter(night), Wish(kinds=("lead",)), most=most))["next"] for most in (1, 2, 3)}
    assert found == again
    assert len(found) == 3
    assert len({len(one) for one in found}) == 1


def test_p7_a_search_finds_text_in_what_may_be_read_and_nothing_else(night: Tiny) -> None:
    both = value(find(night.node, cutter(night), Wish(text="GO-FAST")))
    assert {one["kind"] for one in both["items"]} == {"report"}
    assert both["facets"]["kinds"] == {"report": both["count"]} == {"report": 1}
    for text in ("go-fast", "no such words", "", "'; drop table holdings; --", "%", "_", "\x00", "x" * 100_000):
        shut = value(find(night.node, night.who("cutter-watch", "prosecution"), Wish(text=text)))
        assert (shut["items"], shut["count"], shut["facets"]) == ([], 0, {"kinds": {}, "months": {}, "originators": {}})
    assert value(find(night.node, cutter(night), Wish(text="%")))["count"] == 0


def test_p6_whose_data_is_counted_is_told_though_nothing_of_theirs_is_on_the_page(night: Tiny) -> None:
    order = [one["id"] for one in value(find(night.node, cutter(night), Wish(kinds=("lead",))))["items"]]
    last = value(find(night.node, cutter(night), Wish(kinds=("lead",)), most=len(order) - 1))["next"]
    with night.logged(alfa=1, bravo=1):
        outcome = find(night.node, cutter(night), Wish(kinds=("lead",)), after=last)
    assert len(value(outcome)["items"]) == 1
    for party in ("alfa", "bravo"):
        receipt = night.newest(party)
        assert isinstance(receipt, UseReceipt)
        assert receipt.act == "list"


def test_an_originator_narrows_a_list_and_an_unknown_one_empties_it(night: Tiny) -> None:
    for originator, count in (("alfa", 2), ("bravo", 4), ("charlie", 0), ("nobody", 0)):
        assert value(find(night.node, cutter(night), Wish(kinds=("lead",), originator=originator)))["count"] == count


def test_p2_an_excluded_use_finds_nothing_and_says_why(night: Tiny) -> None:
    said = no(find(night.node, night.who("cutter-watch", "use_of_force_targeting"), Wish(text="boat")))
    assert "nobody can grant it" in said["reasons"][0]
    parts = list(chunks(night.node, night.who("cutter-watch", "use_of_force_targeting"), Wish()))
    assert len(parts) == 1, "a refusal is the last"


def test_labels_are_counted_and_too_many_of_them_raise_the_alarm(night: Tiny) -> None:
    count = finding.label_count(night.node)
    assert (count.records, count.alarm) == (7, "")
    assert 3 <= count.distinct <= 5
    assert msgspec.to_builtins(count).keys() == {"distinct", "records", "alarm"}
