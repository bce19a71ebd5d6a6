"""P1, one conjunct at a time: a request that everything permits is refused as soon as any single thing does not, and says which."""

from __future__ import annotations

import msgspec
import pytest

from fairlead.agreement import Assurance, Gatehouse, Request, compile_slice, decide, fold, make_grant, make_order
from fairlead.agreement.gate import Facts
from fairlead.agreement.lists import Row, permitted
from fairlead.label import Level, Unit, expand, make_label, purpose_of
from fairlead.label.label import Label
from fairlead.report.holding import Holding
from tests.model import world

AT = 500
END = 1_000
MONITOR = "detection_and_monitoring/interdiction"


def label(**changed: object) -> Label:
    terms = {
        "originator": "alfa",
        "category": "radar",
        "level": "restricted",
        "recipients": ["a1", "b1", "b2", "c1"],
        "purposes": ["interdiction"],
        "operations": ["north"],
        "handling": ["care"],
    }
    return make_label(world.book(), **{**terms, **changed})


def grant(id: str = "g", **changed: object):
    terms = {
        "originator": "alfa",
        "recipients": ["a1", "b1", "b2", "c1"],
        "purposes": ["interdiction"],
        "operations": ["north", "south"],
        "categories": ["radar"],
        "not_before_ms": 0,
        "expires_ms": END,
        "assurances": ["treatment"],
    }
    return make_grant(world.book(), id=id, **{**terms, **changed})


def house(*events, book=None) -> Gatehouse:
    book = book or world.book()
    standing = fold(events or (grant(), Assurance(party="bravo", assurance="treatment", expires_ms=END)))
    return Gatehouse(book=book, people=world.PEOPLE, slice=compile_slice(standing, book, AT))


ASKED = Request(person="ben", unit="b1", purpose="interdiction", operation="north", act="read", form="full", at_ms=AT)
FACTS = Facts(label=label(), not_before_ms=0, expires_ms=END, feeds=frozenset({"a-radar"}))


def conjuncts(request=ASKED, facts=FACTS, at=None) -> set[str]:
    return {reason.conjunct for reason in decide(at or house(), request, facts).reasons}


def asked(**changed: object) -> Request:
    return msgspec.structs.replace(ASKED, **changed)


def facts(**changed: object) -> Facts:
    return msgspec.structs.replace(FACTS, **changed)


def test_p1_the_request_all_others_differ_from_is_permitted():
    assert decide(house(), ASKED, FACTS).permitted


@pytest.mark.parametrize(
    ("one", "conjunct"),
    [
        ({"level": "confidential"}, "level"),
        ({"level": "secret"}, "level"),
        ({"recipients": ["a1", "b2", "c1"]}, "recipients"),
        ({"purposes": ["prosecution"]}, "purposes"),
        ({"operations": ["south"]}, "operations"),
        ({"handling": ["care", "quiet"]}, "handling"),
    ],
)
def test_p1_each_field_of_the_label_alone_refuses(one: dict[str, object], conjunct: str):
    assert conjuncts(facts=facts(label=label(**one))) == {conjunct}


def test_p1_a_lower_level_than_the_clearance_is_no_reason():
    assert conjuncts(facts=facts(label=label(level="open"))) == set()


@pytest.mark.parametrize(("nb", "exp", "expected"), [(AT, AT + 1, set()), (AT + 1, END, {"time"}), (0, AT, {"time"})])
def test_p1_a_holding_is_readable_from_its_first_instant_and_not_at_its_last(nb: int, exp: int, expected: set[str]):
    assert conjuncts(facts=facts(not_before_ms=nb, expires_ms=exp)) == expected


@pytest.mark.parametrize(("nb", "exp", "open_"), [(AT, AT + 1, True), (AT + 1, END, False), (0, AT, False)])
def test_p1_an_agreement_holds_from_its_first_instant_and_not_at_its_last(nb: int, exp: int, open_: bool):
    accepted = Assurance(party="bravo", assurance="treatment", expires_ms=END)
    at = house(grant(not_before_ms=nb, expires_ms=exp), accepted)
    assert (conjuncts(at=at) == set()) is open_


def test_p1_a_grant_of_monitoring_for_an_end_is_no_grant_of_the_end_and_the_other_way_round():
    both = house(grant(purposes=["interdiction", MONITOR]), Assurance(party="bravo", assurance="treatment", expires_ms=END))
    assert conjuncts(asked(purpose=MONITOR), at=both) == {"purposes"}
    assert conjuncts(facts=facts(label=label(purposes=[MONITOR])), at=both) == {"purposes"}
    accepted = Assurance(party="bravo", assurance="treatment", expires_ms=END)
    wide = facts(label=label(purposes=["interdiction", MONITOR]))
    assert conjuncts(asked(purpose=MONITOR), wide, house(grant(), accepted)) == {"grants"}
    assert conjuncts(facts=wide, at=house(grant(purposes=[MONITOR]), accepted)) == {"grants"}


def test_p1_no_agreement_or_that_of_another_originator_opens_nothing():
    other = grant(originator="bravo", assurances=[])
    assert conjuncts(at=house(other)) == {"grants"}
    two = msgspec.structs.replace(FACTS.label, originators=(("alfa", "radar"), ("bravo", "ais")))
    assert conjuncts(facts=facts(label=two)) == {"grants"}, "every originator has a veto, not one of them"
    never = msgspec.structs.replace(FACTS.label, originators=(("alfa", "radar"), ("charlie", "case")))
    assert conjuncts(facts=facts(label=never)) == {"grants"}, "a pair that nobody ever granted is shut"


@pytest.mark.parametrize("accepted", [[], [("charlie", END)], [("bravo", AT)]])
def test_p1_an_assurance_is_accepted_by_the_readers_own_party_and_in_date(accepted: list[tuple[str, int]]):
    at = house(grant(), *[Assurance(party=party, assurance="treatment", expires_ms=end) for party, end in accepted])
    assert conjuncts(at=at) == {"assurances"}


def test_p1_a_role_a_unit_and_an_operation_are_ones_own():
    assert conjuncts(asked(act="lead")) == {"role"}
    assert conjuncts(asked(person="adm")) == {"role"}
    assert conjuncts(asked(person="cas")) == {"codes"}
    without = msgspec.structs.replace(world.book().operations["north"], units=("a1", "c1"))
    book = msgspec.structs.replace(world.book(), operations={**world.book().operations, "north": without})
    assert "operation" in conjuncts(at=house(book=book))


def test_p1_an_unknown_code_anywhere_is_refused():
    for field in ("purpose", "operation", "act", "form"):
        assert "codes" in conjuncts(asked(**{field: "nowhere"}))


def test_p1_a_label_that_lost_its_originators_is_a_fault_and_no_permit():
    lost = label()
    with pytest.raises(Exception, match="no originator"):
        msgspec.structs.replace(lost, originators=())
    msgspec.structs.force_setattr(lost, "originators", ())  # past every constructor, as a damaged row would be
    decision = decide(house(), ASKED, facts(label=lost))
    assert not decision.permitted
    assert decision.is_fault


def test_p1_whatever_errs_inside_the_gate_is_a_refusal_and_counted_as_a_fault():
    broken = house(book=world.book())
    msgspec.structs.force_setattr(broken.book, "commands", {})  # a table is missing: no parent command can be judged
    decision = decide(broken, ASKED, FACTS)
    assert not decision.permitted
    assert decision.is_fault


def test_p1_a_grant_binds_the_operation_it_was_signed_for():
    book = world.book()
    signed = [grant(assurances=[])]
    for change in ({"units": ("a1", "b1", "c1")}, {"mission": "other"}):
        other = msgspec.structs.replace(book.operations["north"], **change)
        changed = msgspec.structs.replace(book, operations={**book.operations, "north": other})
        assert conjuncts(at=house(*signed, book=book)) == set()
        assert conjuncts(at=house(*signed, book=changed)) == {"grants"}


def test_p1_a_grant_is_void_when_the_parent_commands_regime_changes():
    book = world.book()
    assert conjuncts(at=house(grant(assurances=[]), book=book)) == set()
    commands = {**book.commands, "cb": msgspec.structs.replace(book.commands["cb"], regime="rescue")}
    assert conjuncts(at=house(grant(assurances=[]), book=msgspec.structs.replace(book, commands=commands))) == {"grants"}


def test_p1_what_interdiction_implies_is_given_with_it_and_stored():
    assert expand([purpose_of("interdiction")]) == {"interdiction", "nationality_verification"}
    assert "nationality_verification" in label().purposes
    assert "nationality_verification" in grant().purposes
    assert conjuncts(asked(purpose="nationality_verification")) == set()


@pytest.mark.parametrize("changed", [{"regime": "military"}, {"regime": "unknown"}, {"command": "cm"}])
def test_p2_the_ceiling_is_the_units_regime_and_its_parent_commands(changed: dict[str, str]):
    unit = Unit(
        code="b1",
        name="B1",
        party="bravo",
        mission="watch",
        clearance=Level("restricted"),
        handling=("care",),
        **{"regime": "law_enforcement", "command": "cb", **changed},
    )
    book = world.book(b1=unit)
    anew = make_grant(
        book,
        id="anew",
        originator="alfa",
        recipients=["b1"],
        purposes=["interdiction"],
        operations=["north"],
        categories=["radar"],
        not_before_ms=0,
        expires_ms=END,
    )
    at = house(anew, book=book)
    assert conjuncts(at=at) == {"ceiling"}
    assert conjuncts(asked(act="picture"), at=at) == {"ceiling"}
    assert conjuncts(asked(act="picture", form="coarse"), at=at) == set()
    assert conjuncts(asked(act="list"), at=at) == {"ceiling"}


def row(id: str, one: Label, *feeds: str, nb: int = 0, exp: int = END) -> Row:
    holding = Holding(
        id=id,
        kind="segment",
        label=one,
        digest="0" * 64,
        t_min_ms=0,
        t_max_ms=1,
        not_before_ms=nb,
        expires_ms=exp,
        created_ms=0,
        feed=feeds[0],
    )
    return Row(holding=holding, feeds=frozenset(feeds), held=frozenset({"h"} if "a-ais" in feeds else ()))


def test_p1_a_list_has_exactly_the_rows_that_the_gate_permits_one_by_one():
    hold = make_order(world.book(), world.FEEDS, id="h", originator="alfa", ordered_at_ms=1, feeds=["a-ais"])
    at = house(grant(), Assurance(party="bravo", assurance="treatment", expires_ms=END), hold)
    rows = [
        row("seen", label(), "a-radar"),
        row("held", label(), "a-ais"),  # the same label, another feed
        row("derived", label(), "a-radar", "a-ais"),
        row("early", label(), "a-radar", nb=AT + 1),
        row("over", label(), "a-radar", exp=AT),
        row("last", label(), "a-radar", exp=AT + 1),
        row("shut", label(purposes=["prosecution"]), "a-radar"),
    ]
    for order in (rows, rows[::-1]):
        seen = [one.holding.id for one in permitted(at, ASKED, order)]
        assert sorted(seen) == ["last", "seen"]
        assert seen == [one.holding.id for one in order if one.holding.id in seen], "in the order given"


def test_p1_a_list_of_what_is_not_permitted_is_empty_and_never_everything():
    rows = [row("shut", label(purposes=["prosecution"]), "a-radar"), row("over", label(), "a-radar", exp=AT)]
    assert permitted(house(), ASKED, rows) == ()
    assert permitted(house(), ASKED, []) == ()
