"""Acts of authority: nobody acts for a unit, a role or a party that is not theirs, and an act refused is in every log."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from fairlead import errors
from fairlead.desk.answer import Outcome, Refused
from fairlead.desk.ask import Asker
from fairlead.desk.audit import inbox, receipts
from fairlead.desk.exposure import exposure
from fairlead.desk.freeze import confirm
from fairlead.desk.halt import Wish, halt, preview_order, resume
from fairlead.desk.look import look
from fairlead.desk.observe import observe
from fairlead.desk.orders import orders_in_force
from fairlead.desk.propose import propose_order
from fairlead.desk.read import read
from fairlead.desk.recall import acknowledge, comply, recalls, report_condition
from fairlead.desk.separate import separate
from tests.rooms.desk.tiny import PARTIES, Tiny, no, value

EVERYBODY = Wish()
Act = Callable[[Tiny, Asker], Outcome]
ACTS: dict[str, Act] = {
    "order": lambda tiny, who: halt(tiny.node, who, EVERYBODY),
    "preview": lambda tiny, who: preview_order(tiny.node, who, EVERYBODY),
    "resume": lambda tiny, who: resume(tiny.node, who, "none"),
    "exposure": lambda tiny, who: exposure(tiny.node, who, "none"),
    "confirm": lambda tiny, who: confirm(tiny.node, who, "none"),
    "recalls": lambda tiny, who: recalls(tiny.node, who),
    "acknowledge": lambda tiny, who: acknowledge(tiny.node, who, "none"),
    "comply": lambda tiny, who: comply(tiny.node, who, "none", statement="given back"),
    "condition": lambda tiny, who: report_condition(tiny.node, who, "none", words="met"),
    "propose": lambda tiny, who: propose_order(tiny.node, who, "targeting"),
    "separate": lambda tiny, who: separate(tiny.node, who, "patrol", "lifeline"),
    "orders": lambda tiny, who: orders_in_force(tiny.node, who),
    "receipts": lambda tiny, who: receipts(tiny.node, who),
    "inbox": lambda tiny, who: inbox(tiny.node, who),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize(
    ("person", "unit"),
    [
        ("cutter-watch", ""),
        ("keeper", ""),
        ("alfa-release", "bravo-patrol"),
        ("nobody", "cutter"),
        ("inspector", "no"),
        ("charlie-release", "support"),
    ],
)
def test_who_is_not_entitled_is_refused_and_every_log_says_so(tiny: Tiny, name: str, person: str, unit: str) -> None:
    with tiny.logged(alfa=1, bravo=1, charlie=1):
        said = no(ACTS[name](tiny, tiny.who(person, unit=unit)))
    assert said["answer"] == "refused"
    newest = tiny.newest("charlie")
    assert (newest.outcome, newest.person, newest.act) == ("refused", person, newest.act)
    assert newest.act in ("order", "exposure", "audit")
    with tiny.node.db.read() as tx:
        assert tiny.node.standing(tx).orders == ()


def test_red_line_12_an_inspector_reads_every_log_and_order_and_no_content(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    value(halt(tiny.node, tiny.who("alfa-release"), EVERYBODY))
    inspector = tiny.who("inspector")
    for party in PARTIES:
        assert value(receipts(tiny.node, inspector, party=party))["log"].endswith(party)
    assert [one["originator"] for one in value(orders_in_force(tiny.node, inspector))["orders"]] == ["alfa"]
    no(read(tiny.node, inspector, lead))
    no(look(tiny.node, inspector))
    no(halt(tiny.node, inspector, EVERYBODY))


def test_an_originator_reads_its_own_log_whatever_it_asks_for(tiny: Tiny) -> None:
    assert value(receipts(tiny.node, tiny.who("alfa-release"), party="bravo"))["log"].endswith("alfa")
    value(halt(tiny.node, tiny.who("alfa-release"), EVERYBODY))
    assert value(orders_in_force(tiny.node, tiny.who("bravo-release")))["orders"] == []


def test_an_order_names_the_party_of_its_signer_and_no_other_stops_anything_of_it(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    before = look(tiny.node, tiny.who("cutter-watch")).body
    value(halt(tiny.node, tiny.who("alfa-release"), EVERYBODY))
    assert look(tiny.node, tiny.who("cutter-watch")).body == before
    with pytest.raises(errors.BadInput, match="feed of somebody else"):
        halt(tiny.node, tiny.who("alfa-release"), Wish(feeds=("bravo-ais",)))


def test_a_feed_is_filled_by_an_officer_of_the_unit_that_operates_it(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    path = tiny.root / "in" / "bravo-ais.csv"
    for person in ("alfa-sensor", "bravo-release", "cutter-watch", "keeper"):
        with tiny.logged(alfa=1, bravo=1, charlie=1):
            assert isinstance(observe(tiny.node, tiny.who(person), path, "bravo-ais"), Refused)


def test_an_excluded_use_that_somebody_tried_comes_first_in_the_inbox(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    lead = tiny.lead()
    no(read(tiny.node, tiny.who("cutter-watch", "use_of_force_targeting"), lead))
    tiny.clock.at_ms += 1000
    no(read(tiny.node, tiny.who("inspector"), lead))
    items = value(inbox(tiny.node, tiny.who("bravo-release")))["items"]
    assert [one.get("excluded", "") for one in items] == ["use_of_force_targeting", ""]
    (other,) = value(inbox(tiny.node, tiny.who("alfa-release")))["items"]
    assert (other["excluded"], other.get("holdings", [])) == ("use_of_force_targeting", []), "told of the try, not of what it was after"


def test_p2_an_excluded_use_named_without_an_id_is_told_to_every_party(tiny: Tiny) -> None:
    tiny.see("bravo-ais")
    no(look(tiny.node, tiny.who("cutter-watch", "use_of_force_targeting")))
    no(read(tiny.node, tiny.who("cutter-watch", "detection_and_monitoring/use_of_force_targeting"), "0" * 32))
    for person in ("alfa-release", "bravo-release", "charlie-release"):
        items = value(inbox(tiny.node, tiny.who(person)))["items"]
        assert [one.get("excluded") for one in items] == ["use_of_force_targeting"] * 2


def test_p4_nobody_signs_for_a_party_that_is_not_their_own_though_they_act_for_its_unit(tiny: Tiny) -> None:
    order = value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("support",))))["order"]
    people = dict(tiny.node.coalition.people)
    people["bravo-release"] = msgspec.structs.replace(people["bravo-release"], units=("alfa-radar", "bravo-patrol"))
    tiny.node.coalition = msgspec.structs.replace(tiny.node.coalition, people=people)
    seconded = tiny.who("bravo-release", unit="alfa-radar")
    for verb in (
        lambda: resume(tiny.node, seconded, order),
        lambda: halt(tiny.node, seconded, Wish()),
        lambda: receipts(tiny.node, seconded),
    ):
        assert "nobody signs for another" in no(verb())["reasons"][0]


def test_a_key_that_is_not_the_certified_one_asks_nothing(tiny: Tiny) -> None:
    people = tiny.root / "homes" / "charlie" / "people"
    (people / "cutter-watch.key").write_bytes((people / "keeper.key").read_bytes())
    with tiny.logged(), pytest.raises(errors.BadSignature):
        look(tiny.node, tiny.who("cutter-watch"))
    (people / "cutter-watch.key").unlink()
    with tiny.logged(), pytest.raises(errors.BadSignature, match="no usable key"):
        look(tiny.node, tiny.who("cutter-watch"))
