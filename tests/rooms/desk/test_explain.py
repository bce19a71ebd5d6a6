"""The verb explain: all of it to originator and oversight, the redacted form to anyone else, the same for hidden and absent."""

from __future__ import annotations

from fairlead.desk.explain import Question, explain
from fairlead.desk.halt import Wish, halt
from fairlead.receipt.receipt import RefusalReceipt, UseReceipt
from tests.rooms.desk.tiny import Tiny, value

ABSENT = "0" * 32
PORT = Question(person="port-custody", unit="port", purpose="interdiction", operation="patrol")


def test_oversight_gets_every_conjunct_with_its_agreement(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    order = value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("port",))))["order"]
    said = value(explain(tiny.node, tiny.who("inspector"), lead, PORT))
    assert said["form"] == "full"
    assert not said["permitted"]
    assert {text.partition(":")[0] for text in said["reasons"]} == {"recipients", "handling", "grants"}
    assert any(text.endswith(f"[{order}]") for text in said["reasons"])
    assert said["asked_for"]["unit"] == "port"


def test_an_originator_gets_its_own_word_in_full_and_that_of_others_by_conjunct(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    order = value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("cutter",))))["order"]
    cutter = Question(person="cutter-watch", unit="cutter", purpose="interdiction", operation="patrol")
    own = value(explain(tiny.node, tiny.who("alfa-release"), lead, cutter))
    assert own["reasons"] == [f"grants: alfa has halted radar for this reader [{order}]"]
    others = value(explain(tiny.node, tiny.who("bravo-release"), lead, cutter))
    assert others["reasons"] == ["grants: another originator's terms"]


def test_a_permitted_reading_names_the_agreements_it_rests_on(tiny: Tiny) -> None:
    tiny.see()
    said = value(
        explain(
            tiny.node,
            tiny.who("inspector"),
            tiny.lead(),
            Question(person="cutter-watch", unit="cutter", purpose="interdiction", operation="patrol"),
        )
    )
    assert said["permitted"]
    assert said["agreements"] == ["alfa-partners", "bravo-partners"]


def test_p7_anyone_else_gets_one_redacted_form_for_hidden_and_absent(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    bodies = []
    for wanted in (lead, ABSENT):
        with tiny.logged(alfa=1, bravo=1, charlie=1):
            bodies.append(explain(tiny.node, tiny.who("port-custody"), wanted).body)
        assert isinstance(tiny.newest("alfa"), RefusalReceipt)
    assert bodies[0] == bodies[1]
    assert b'"redacted"' in bodies[0]


def test_p7_anyone_else_asks_for_themselves_only(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    asked_for_itself = explain(tiny.node, tiny.who("port-custody"), lead).body
    cutter = Question(person="cutter-watch", unit="cutter", purpose="interdiction", operation="patrol")
    assert explain(tiny.node, tiny.who("port-custody"), lead, cutter).body == asked_for_itself


def test_p7_who_claims_a_unit_of_oversight_or_of_the_originator_is_told_nothing(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    for unit in ("inspectors", "alfa-radar"):
        said = value(explain(tiny.node, tiny.who("port-custody", unit=unit), lead, PORT))
        assert said["form"] == "redacted"
        assert not said["permitted"]


def test_p6_a_reader_told_that_it_may_leaves_a_receipt_with_each_originator(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    with tiny.logged(alfa=1, bravo=1):
        said = value(explain(tiny.node, tiny.who("cutter-watch"), lead))
    assert said == {"permitted": True, "reasons": [], "form": "redacted"}
    assert isinstance(tiny.newest("alfa"), UseReceipt)


def test_p2_an_excluded_use_is_explained_to_anybody_without_looking_at_the_holding(tiny: Tiny) -> None:
    tiny.see()
    lead = tiny.lead()
    said = [value(explain(tiny.node, tiny.who("cutter-watch", "commercial"), one)) for one in (lead, ABSENT)]
    assert said[0] == said[1]
    assert said[0]["reasons"] == ["commercial is an excluded use: nobody can grant it"]


def test_p7_a_co_owner_learns_no_id_of_the_others_agreements(tiny: Tiny) -> None:
    lead = tiny.see().lead()
    asked = Question(person="cutter-watch", unit="cutter", purpose="interdiction", operation="patrol")
    told = {
        person: set(value(explain(tiny.node, tiny.who(person), lead, asked))["agreements"])
        for person in ("alfa-release", "bravo-release", "inspector")
    }
    assert told == {
        "alfa-release": {"alfa-partners"},
        "bravo-release": {"bravo-partners"},
        "inspector": {"alfa-partners", "bravo-partners"},
    }
