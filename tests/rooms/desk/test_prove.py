"""The verbs of proof on a real node: declared, proved with a certificate, broken with a path, withdrawn; told as far as may be."""

from __future__ import annotations

import pytest

from fairlead.agreement import make_grant
from fairlead.agreement.tear_line import Terms, sheet_from
from fairlead.desk.halt import Wish, halt, resume
from fairlead.desk.prove import (
    Wanted,
    breaking,
    check_certificate,
    declare,
    preview_invariant,
    prove_invariants,
    recheck_certificate,
    unbroken,
    withdraw,
)
from fairlead.desk.sanitise import draft, release, sign_sheet
from fairlead.envelope import encode, sha256_hex
from fairlead.errors import BadInput, ExcludedUse, ProofFailed
from fairlead.store import holdings
from tests.rooms.desk.tiny import MINUTE_MS, START_MS, Tiny, no, value

NEVER_RESCUE = Wanted(categories=("radar",), never_units=("rescue",))
NEVER_SUPPORT = Wanted(categories=("radar",), never_units=("support",))
FAR_MS = START_MS + 300 * 24 * 60 * MINUTE_MS


def rows(outcome):
    return {row["words"]: row for row in value(outcome)["invariants"]}


def gift(tiny: Tiny, originator: str, category: str, unit: str, *, begins_ms: int = START_MS):
    """A grant somebody is about to sign."""
    return make_grant(
        tiny.node.coalition.book,
        id="gift",
        originator=originator,
        recipients=[unit],
        purposes=["search_and_rescue"],
        operations=[code for code, one in tiny.node.coalition.book.operations.items() if unit in one.units],
        categories=[category],
        not_before_ms=begins_ms,
        expires_ms=FAR_MS,
    )


def test_p3_what_holds_is_proved_with_a_certificate_that_checks_offline_and_against_what_stands(tiny: Tiny) -> None:
    told = value(declare(tiny.node, tiny.who("alfa-release"), NEVER_RESCUE))
    assert told["outcome"] == "proved"
    row = value(prove_invariants(tiny.node, tiny.who("alfa-release"), invariant=told["declared"], certify="yes"))["invariants"][0]
    raw = row["certificate_text"].encode()
    assert sha256_hex(raw) == row["certificate"]
    assert check_certificate(raw)["state"] == row["state"]
    rechecked = value(recheck_certificate(tiny.node, tiny.who("alfa-release"), raw))
    assert (rechecked["terms_stand"], rechecked["invariant_stands"]) == (True, True)
    value(withdraw(tiny.node, tiny.who("alfa-release"), told["declared"]))
    again = value(recheck_certificate(tiny.node, tiny.who("inspector"), raw))
    assert (again["terms_stand"], again["invariant_stands"]) == (True, False)
    with pytest.raises(ProofFailed):
        check_certificate(raw.replace(b'"rescue"', b'"cutter"'))


def test_p3_what_does_not_hold_is_broken_with_its_path_and_declared_all_the_same(tiny: Tiny) -> None:
    told = value(declare(tiny.node, tiny.who("alfa-release"), NEVER_SUPPORT))
    assert told["outcome"] == "broken"
    assert [step["agreements"] for step in told["path"]] == [["alfa-support"]]
    assert told["path"][0]["words"].endswith("in the coarse form")
    (row,) = rows(prove_invariants(tiny.node, tiny.who("alfa-release"))).values()
    assert row["id"] == told["declared"]
    assert row["since_ms"] == START_MS


def test_p3_the_certificate_is_named_in_the_receipt_of_the_question(tiny: Tiny) -> None:
    told = value(declare(tiny.node, tiny.who("alfa-release"), NEVER_RESCUE))
    with tiny.logged(alfa=1):
        row = value(prove_invariants(tiny.node, tiny.who("alfa-release")))["invariants"][0]
    receipt = tiny.newest("alfa")
    assert receipt.act == "prove"
    assert [held.digest for held in receipt.holdings] == [row["certificate"]]
    assert told["declared"] == row["id"]


def test_p7_a_party_sees_its_own_invariants_and_oversight_all(tiny: Tiny) -> None:
    value(declare(tiny.node, tiny.who("alfa-release"), NEVER_RESCUE))
    value(declare(tiny.node, tiny.who("bravo-release"), Wanted(never_units=("support",), words="not theirs")))
    assert [row["originator"] for row in rows(prove_invariants(tiny.node, tiny.who("alfa-release"))).values()] == ["alfa"]
    assert [row["originator"] for row in rows(prove_invariants(tiny.node, tiny.who("inspector"))).values()] == ["alfa", "bravo"]
    assert rows(prove_invariants(tiny.node, tiny.who("charlie-release"))) == {}
    other = next(iter(rows(prove_invariants(tiny.node, tiny.who("alfa-release"))).values()))["id"]
    for wrong in (other, "f" * 32):
        with pytest.raises(BadInput, match="no such invariant of this originator"):
            prove_invariants(tiny.node, tiny.who("bravo-release"), invariant=wrong)
        with pytest.raises(BadInput, match="no such invariant of this originator"):
            withdraw(tiny.node, tiny.who("bravo-release"), wrong)


def test_p3_an_event_that_would_break_an_invariant_is_stopped_with_the_path(tiny: Tiny) -> None:
    value(declare(tiny.node, tiny.who("alfa-release"), NEVER_RESCUE))
    wrong = gift(tiny, "alfa", "radar", "rescue", begins_ms=START_MS + MINUTE_MS)
    with tiny.node.db.read() as tx:
        world, (found,) = breaking(tiny.node, tx, wrong, at_ms=START_MS)
        assert found.since_ms == START_MS + MINUTE_MS
        assert any(grant.id == "gift" for grant in world.standing.grants)
        with pytest.raises(BadInput, match=r"this would break an invariant of alfa.*agreement gift lets Charlie's rescue"):
            unbroken(tiny.node, tiny.who("alfa-release"), tx, wrong, at_ms=START_MS)
        unbroken(tiny.node, tiny.who("alfa-release"), tx, gift(tiny, "alfa", "case", "rescue"), at_ms=START_MS)
        unbroken(tiny.node, tiny.who("bravo-release"), tx, gift(tiny, "bravo", "ais", "rescue"), at_ms=START_MS)
        assert all(grant.id != "gift" for grant in tiny.node.standing(tx).grants), "nothing was signed"


def test_p3_a_preview_signs_nothing_and_leaves_no_trace(tiny: Tiny) -> None:
    with tiny.logged():
        told = value(preview_invariant(tiny.node, tiny.who("alfa-release"), NEVER_RESCUE))
    assert told["outcome"] == "proved"
    assert rows(prove_invariants(tiny.node, tiny.who("alfa-release"))) == {}


def test_p2_an_excluded_use_is_never_declared_because_it_holds_by_construction(tiny: Tiny) -> None:
    with tiny.logged(), pytest.raises(ExcludedUse, match="holds by construction"):
        declare(tiny.node, tiny.who("alfa-release"), Wanted(never_purposes=("use_of_force_targeting",)))
    assert "use_of_force_targeting" in value(prove_invariants(tiny.node, tiny.who("alfa-release")))["by_construction"]


def test_p3_only_a_releasing_officer_declares_and_only_who_audits_asks(tiny: Tiny) -> None:
    with tiny.logged(alfa=1, bravo=1, charlie=1):
        no(declare(tiny.node, tiny.who("alfa-sensor"), NEVER_RESCUE))
    no(withdraw(tiny.node, tiny.who("cell-analyst"), "x"))
    no(preview_invariant(tiny.node, tiny.who("inspector"), NEVER_RESCUE))
    no(prove_invariants(tiny.node, tiny.who("cell-watch")))
    no(recheck_certificate(tiny.node, tiny.who("cell-watch"), b""))


def test_p3_the_one_step_laws_are_told_with_the_solver_that_proved_them(tiny: Tiny) -> None:
    pytest.importorskip("z3", reason="the solver is an extra: fairlead[proof]")
    told = value(prove_invariants(tiny.node, tiny.who("alfa-release")))["one_step"]
    assert told["solver"].startswith("z3 ")
    assert all(law["proved"] for law in told["laws"])
    assert len(told["laws"]) > 20


def test_p3_a_resume_and_a_narrower_order_that_would_open_the_path_again_are_stopped(tiny: Tiny) -> None:
    releases = tiny.who("alfa-release")
    order = value(halt(tiny.node, releases, Wish(units=("support",), no_rescue_because="no rescue centre among them")))["order"]
    told = value(declare(tiny.node, releases, NEVER_SUPPORT))
    assert told["outcome"] == "proved"
    with tiny.logged(), pytest.raises(BadInput, match="this would break an invariant of alfa.*alfa-support"):
        resume(tiny.node, releases, order)
    with tiny.logged(), pytest.raises(BadInput, match="this would break an invariant of alfa.*alfa-support"):
        halt(tiny.node, releases, Wish(units=("support",), operations=("lifeline",), replaces=order))
    value(withdraw(tiny.node, releases, told["declared"]))
    value(resume(tiny.node, releases, order))


def test_p3_a_tear_line_that_was_released_is_a_step_of_the_path(tiny: Tiny) -> None:
    tiny.see("bravo-air")
    with tiny.node.db.read() as tx:
        (row,) = holdings.of_kind(tx, ["report"], from_ms=0, to_ms=2**53)
    wanted = Wanted(categories=("air",), never_units=("rescue",))
    assert value(preview_invariant(tiny.node, tiny.who("bravo-release"), wanted))["outcome"] == "proved"
    terms = Terms(
        records=(row.holding.id,),
        text="a boat was seen",
        level="restricted",
        recipients=("rescue",),
        purposes=("search_and_rescue",),
        operations=("lifeline",),
        handling=(),
        category="ais",
    )
    sheet = sheet_from(encode(value(draft(tiny.node, tiny.who("bravo-air"), terms))["sheet"]))
    released = value(release(tiny.node, tiny.who("bravo-release"), sheet))["id"]
    told = value(preview_invariant(tiny.node, tiny.who("bravo-release"), wanted))
    assert [(step["kind"], step.get("unit")) for step in told["path"]] == [("release", None), ("grant", "rescue")]
    assert told["path"][0]["agreements"] == [released]
    assert f"the sanitised release {released} of air of bravo" in told["path"][0]["words"]


def test_p7_a_proof_does_not_tell_that_somebody_else_signed_something(tiny: Tiny) -> None:
    value(declare(tiny.node, tiny.who("alfa-release"), NEVER_RESCUE))
    before = prove_invariants(tiny.node, tiny.who("alfa-release"), certify="yes").body
    value(halt(tiny.node, tiny.who("bravo-release"), Wish(units=("cutter",))))
    value(declare(tiny.node, tiny.who("bravo-release"), Wanted(never_units=("support",))))
    assert prove_invariants(tiny.node, tiny.who("alfa-release"), certify="yes").body == before


def test_p7_a_certificate_that_holds_others_terms_goes_to_oversight_only(tiny: Tiny) -> None:
    tiny.see()
    terms = Terms(
        records=(tiny.lead(),),
        text="a boat was seen",
        level="restricted",
        recipients=("cutter",),
        purposes=("interdiction",),
        operations=("patrol",),
        handling=(),
        category="radar",
    )
    sheet = sheet_from(encode(value(draft(tiny.node, tiny.who("alfa-sensor"), terms))["sheet"]))
    sheet = sheet_from(encode(value(sign_sheet(tiny.node, tiny.who("bravo-release"), sheet))["sheet"]))
    value(release(tiny.node, tiny.who("alfa-release"), sheet))
    value(declare(tiny.node, tiny.who("alfa-release"), NEVER_RESCUE))
    (own,) = value(prove_invariants(tiny.node, tiny.who("alfa-release"), certify="yes"))["invariants"]
    assert (own["outcome"], "certificate_text" in own) == ("proved", False)
    assert "oversight can have it" in own["withheld"]
    (whole,) = value(prove_invariants(tiny.node, tiny.who("inspector"), certify="yes"))["invariants"]
    assert "bravo" in whole["certificate_text"]
    assert sha256_hex(whole["certificate_text"].encode()) == whole["certificate"] == own["certificate"]
