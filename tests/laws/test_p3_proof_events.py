"""Before an event is signed: what it would break is named with its path, what breaks nothing passes, and bad invariants are refused."""

from __future__ import annotations

import random

import msgspec
import pytest

from fairlead.agreement import Grant, Order, Resume, apply, fold, make_grant
from fairlead.agreement.events import Amend, Assurance, BookChange, Denounce, Draft, Invariant, Override
from fairlead.agreement.proof import (
    Proved,
    Release,
    World,
    certificate_of,
    check,
    check_event,
    check_release,
    make_invariant,
    prove,
    replay,
    steps,
    steps_for,
    why_broken,
    words_of,
)
from fairlead.agreement.proof.path import REDACTED
from fairlead.errors import BadInput, ExcludedUse, ProofFailed, UnknownCode
from fairlead.label import make_label
from tests.model import proof_model as model
from tests.model import world as tiny

BOOK = tiny.book()
LEAVES = [*tiny.PURPOSES, "nationality_verification", "prosecution"]
NEVER_CHARLIE = make_invariant(BOOK, id="never-charlie", originator="alfa", at_ms=0, categories=["radar"], never_parties=["charlie"])
NEVER_BOARD = make_invariant(BOOK, id="never-board", originator="alfa", at_ms=0, never_purposes=["interdiction"])


def grant(id="g", originator="alfa", recipients=("bravo",), purposes=("search_and_rescue",), categories=("radar",), begins=0, **more):
    return make_grant(
        BOOK,
        id=id,
        originator=originator,
        recipients=recipients,
        purposes=purposes,
        operations=["north"],
        categories=categories,
        not_before_ms=begins,
        expires_ms=9 * tiny.DAY,
        **more,
    )


def standing(*events):
    return fold([*events, NEVER_CHARLIE, NEVER_BOARD])


def broken_by(event, *before, at=0, **more):
    return check_event(standing(*before), BOOK, tiny.PEOPLE, event, at, **more)


def tear_line(**more):
    """What bravo's unit may make of alfa's radar: a summary under bravo's word."""
    label = make_label(
        BOOK,
        originator="bravo",
        category="ais",
        level="open",
        recipients=["bravo", "charlie"],
        purposes=["search_and_rescue"],
        operations=["north"],
    )
    values = {"id": "r1", "sources": (("alfa", "radar"),), "label": label, "not_before_ms": 0, "expires_ms": 9 * tiny.DAY}
    return Release(**(values | more))


def test_p3_a_grant_that_breaks_nothing_passes():
    assert broken_by(grant()) == ()
    assert broken_by(grant(recipients=["charlie"], categories=["ais"])) == ()
    assert broken_by(grant(recipients=["charlie"], originator="bravo")) == ()


@pytest.mark.parametrize("begins", [0, 5 * tiny.DAY])
def test_p3_a_grant_that_would_break_an_invariant_is_named_with_its_path_and_date(begins):
    (found,) = broken_by(grant(recipients=["charlie"], begins=begins))
    assert found.invariant == NEVER_CHARLIE
    assert found.since_ms == begins
    assert [(hop.agreements, hop.unit, hop.purpose, hop.operation) for hop in found.path] == [
        (("g",), "c1", "search_and_rescue", "north")
    ]


def test_p3_a_purpose_is_reached_by_monitoring_that_serves_it_and_by_what_implies_it():
    (found,) = broken_by(grant(purposes=["detection_and_monitoring/interdiction"]))
    world = World(standing=apply(standing(), grant(purposes=["detection_and_monitoring/interdiction"])), book=BOOK)
    assert "what it makes of it serves interdiction" in steps(world, found)[0].words
    flag = make_invariant(BOOK, id="never-ask", originator="alfa", at_ms=0, never_purposes=["nationality_verification"])
    after = World(standing=fold([grant(purposes=["interdiction"])]), book=BOOK)
    assert not isinstance(prove(after, tiny.PEOPLE, flag, 0), Proved)
    assert broken_by(grant(purposes=["detection_and_monitoring/search_and_rescue"])) == ()


def test_p3_its_own_units_never_break_an_originators_invariant():
    assert broken_by(grant(recipients=["alfa"], purposes=["interdiction"])) == ()


def test_p3_an_amendment_a_resume_and_a_narrower_order_in_place_are_checked_too():
    wider = msgspec.structs.replace(grant(), version=2, recipients=("b1", "c1"), unit_prints=grant(recipients=["b1", "c1"]).unit_prints)
    assert [one.invariant.id for one in broken_by(Amend(terms=wider, originator="alfa", at_ms=0), grant())] == ["never-charlie"]
    given = grant(recipients=["charlie"])
    order = Order(id="o", originator="alfa", ordered_at_ms=0, partners=("charlie",))
    assert [one.since_ms for one in broken_by(Resume(order="o", originator="alfa", at_ms=0), given, order)] == [0]
    narrower = Order(id="o2", originator="alfa", ordered_at_ms=0, partners=("charlie",), operations=("south",), replaces="o")
    assert [one.invariant.id for one in broken_by(narrower, given, order)] == ["never-charlie"]
    same = Order(id="o2", originator="alfa", ordered_at_ms=0, partners=("charlie",), replaces="o")
    assert broken_by(same, given, order) == ()


def test_p3_an_order_that_ends_lets_the_path_open_on_that_day_and_not_before():
    given = grant(recipients=["charlie"], begins=tiny.DAY)
    order = Order(id="o", originator="alfa", ordered_at_ms=0, partners=("charlie",), until_ms=4 * tiny.DAY)
    world = World(standing=fold([order, given]), book=BOOK)
    verdict = prove(world, tiny.PEOPLE, NEVER_CHARLIE, 0)
    assert verdict.since_ms == 4 * tiny.DAY
    spared = msgspec.structs.replace(order, carve_outs=("safety_of_life",))
    verdict = prove(World(standing=fold([spared, given]), book=BOOK), tiny.PEOPLE, NEVER_CHARLIE, 0)
    assert verdict.since_ms == tiny.DAY
    assert "states distress" in steps(World(standing=fold([spared, given]), book=BOOK), verdict)[0].words


def test_p3_a_path_that_stood_already_does_not_block_what_has_nothing_to_do_with_it():
    given = grant(recipients=["charlie"], begins=5 * tiny.DAY)
    assert broken_by(grant(id="h", originator="bravo", recipients=["charlie"]), given) == ()
    assert broken_by(grant(id="h"), given) == ()
    assert broken_by(grant(id="h", recipients=["charlie"], begins=6 * tiny.DAY), given), "it would open the same once more"
    assert [one.since_ms for one in broken_by(grant(id="h", recipients=["charlie"]), given)] == [0], "it would come sooner"
    longer = msgspec.structs.replace(given, version=2, expires_ms=20 * tiny.DAY)
    assert broken_by(Amend(terms=longer, originator="alfa", at_ms=0), given), "what is amended is itself the path"


def test_p3_what_a_recipient_could_accept_is_taken_as_accepted_and_said():
    (found,) = broken_by(grant(recipients=["charlie"], assurances=["treatment"]))
    assert found.needs == ("charlie: treatment",)
    assert "as soon as it is accepted that charlie: treatment" in why_broken(found)
    accepted = Assurance(party="charlie", assurance="treatment", expires_ms=99 * tiny.DAY)
    (found,) = broken_by(grant(recipients=["charlie"], assurances=["treatment"]), accepted)
    assert found.needs == ()
    assert broken_by(accepted, grant(recipients=["charlie"], assurances=["treatment"])) == (), "it was broken before"


def test_p3_events_that_give_nothing_pass_but_must_fit():
    given = grant(recipients=["charlie"])
    assert broken_by(Denounce(agreement="g", originator="alfa", at_ms=0, ends_ms=tiny.DAY), given) == ()
    assert broken_by(Draft(terms=given, originator="alfa", at_ms=0)) == ()
    with pytest.raises(BadInput, match="no such agreement"):
        broken_by(Denounce(agreement="g", originator="alfa", at_ms=0, ends_ms=tiny.DAY))


def override(**more):
    values = {
        "id": "x",
        "originators": ("alfa",),
        "holdings": ("d1",),
        "units": ("c1",),
        "purpose": "search_and_rescue",
        "operation": "north",
        "reason": "a raft",
        "legal_basis": "SOLAS V/33",
        "requester": "cas",
        "not_before_ms": tiny.DAY,
        "expires_ms": 2 * tiny.DAY,
        "at_ms": 0,
    }
    return Override(**(values | more))


def test_p3_an_override_is_checked_for_what_its_records_are_of():
    (found,) = broken_by(override())
    assert found.path[-1].agreements == ("x",)
    assert found.since_ms == tiny.DAY
    assert broken_by(override(), records={"d1": (("alfa", "ais"),)}) == (), "the record is of another category"
    assert broken_by(override(), records={"d1": (("alfa", "radar"), ("bravo", "ais"))}) == (), "bravo has not signed"
    both = override(originators=("alfa", "bravo"))
    assert broken_by(both, records={"d1": (("alfa", "radar"), ("bravo", "ais"))})


def test_p3_a_sanitised_release_carries_on_and_the_path_goes_through_it():
    onward = grant(id="h", originator="bravo", recipients=["charlie"], categories=["ais"], begins=3 * tiny.DAY)
    first = grant(begins=2 * tiny.DAY)
    release = tear_line(units=("b1",))
    (found,) = broken_by(onward, first, releases=(release,))
    assert [(hop.kind, hop.agreements, hop.at_ms) for hop in found.path] == [
        ("held", ("g",), 2 * tiny.DAY),
        ("made", ("r1",), 2 * tiny.DAY),
        ("held", ("h",), 3 * tiny.DAY),
    ]
    assert found.others == {"bravo"}
    assert broken_by(onward, releases=(release,)) == (), "nobody holds what it would be made of"
    assert broken_by(onward, first, releases=(tear_line(units=("b1",), expires_ms=tiny.DAY),)) == (), "it could only be made before"
    assert broken_by(onward, releases=(tear_line(),)), "made already"


def test_p3_a_release_about_to_be_made_is_checked_like_an_event():
    world = World(standing=standing(grant(id="h", originator="bravo", recipients=["charlie"], categories=["ais"])), book=BOOK)
    (found,) = check_release(world, tiny.PEOPLE, tear_line(), 0)
    assert [hop.agreements for hop in found.path] == [("r1",), ("h",)]
    assert check_release(world, tiny.PEOPLE, tear_line(sources=(("alfa", "ais"),)), 0) == ()


def test_p7_a_path_shows_a_party_its_own_steps_and_nothing_of_anybody_elses():
    onward = grant(id="h", originator="bravo", recipients=["charlie"], categories=["ais"], begins=3 * tiny.DAY)
    release = tear_line(units=("b1",))
    (found,) = broken_by(onward, grant(), releases=(release,))
    world = World(standing=apply(standing(grant()), onward), book=BOOK, releases=(release,))
    whole = steps(world, found)
    assert [step.kind for step in whole] == ["grant", "release", "grant"]
    assert "agreement h lets C1 (Charlie) hold the sanitised release r1" in whole[2].words
    assert [step.words for step in steps_for(whole, "alfa")] == [whole[0].words, whole[1].words, REDACTED]
    assert [step.words for step in steps_for(whole, "bravo")] == [REDACTED, whole[1].words, whole[2].words]
    (shown,) = steps_for(whole, "charlie")
    assert msgspec.to_builtins(shown) == {"kind": "redacted", "words": REDACTED}


def test_p3_a_code_book_that_drops_what_an_invariant_names_breaks_it():
    smaller = msgspec.structs.replace(
        BOOK,
        version=2,
        parties={code: party for code, party in BOOK.parties.items() if code != "charlie"},
        units={code: unit for code, unit in BOOK.units.items() if code != "c1"},
        commands={code: command for code, command in BOOK.commands.items() if code != "cc"},
        operations={
            code: msgspec.structs.replace(one, units=tuple(unit for unit in one.units if unit != "c1"))
            for code, one in BOOK.operations.items()
        },
    )
    (found,) = broken_by(BookChange(party="alfa", book=smaller, at_ms=0))
    assert found.unknown == ("charlie",)
    assert "guards nothing as it stands" in why_broken(found)


def test_p3_a_code_book_that_moves_a_unit_to_a_forbidden_party_breaks_the_invariant_once_granted_anew():
    moved = msgspec.structs.replace(
        BOOK, version=2, units=dict(BOOK.units) | {"b1": msgspec.structs.replace(BOOK.units["b1"], party="charlie")}
    )
    (found,) = broken_by(BookChange(party="alfa", book=moved, at_ms=0), grant())
    assert found.path[-1].unit == "b1"


def test_p2_an_invariant_on_an_excluded_use_holds_by_construction():
    for code in ("use_of_force_targeting", "detection_and_monitoring/persecution"):
        with pytest.raises(ExcludedUse, match=r"holds by construction \(P2\)"):
            make_invariant(BOOK, id="i", originator="alfa", at_ms=0, never_purposes=[code])
    forged = Invariant(id="i", originator="alfa", at_ms=0, never_purposes=("use_of_force_targeting",))
    verdict = prove(World(standing=standing(grant()), book=BOOK), tiny.PEOPLE, forged, 0)
    assert check(certificate_of(verdict.graph, verdict.closure)).invariant == forged


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({}, BadInput, "forbids nothing"),
        ({"categories": ["radar"]}, BadInput, "forbids nothing"),
        ({"never_units": ["a1"]}, BadInput, "its originator's own units|the originator's own units"),
        ({"never_parties": ["alfa"]}, BadInput, "own units"),
        ({"never_units": ["zulu"]}, UnknownCode, "no such unit"),
        ({"never_parties": ["zulu"]}, UnknownCode, "no such party"),
        ({"never_purposes": ["piracy"]}, UnknownCode, "no such purpose"),
        ({"never_purposes": ["detection_and_monitoring"]}, UnknownCode, "which end"),
        ({"never_parties": ["bravo"], "categories": ["gossip"]}, UnknownCode, "no such category"),
        ({"never_parties": ["bravo"], "words": "x" * 600}, BadInput, "too many words"),
        ({"never_parties": ["bravo"], "originator": "zulu"}, UnknownCode, "no such party"),
    ],
)
def test_p3_an_invariant_that_says_nothing_or_names_unknown_codes_is_refused(wrong, error, said):
    with pytest.raises(error, match=said):
        make_invariant(BOOK, **({"id": "i", "originator": "alfa", "at_ms": 0} | wrong))


def test_p3_a_path_the_gate_refuses_is_raised_as_a_fault_and_not_told_as_a_path():
    (found,) = broken_by(grant(recipients=["charlie"]))
    with pytest.raises(ProofFailed, match="a fault of fairlead: the gate refuses"):
        replay(World(standing=standing(), book=BOOK), tiny.PEOPLE, found.path)


def test_p3_an_invariant_and_its_steps_are_told_in_exact_words():
    assert words_of(NEVER_CHARLIE, BOOK) == "nothing of category radar that Alfa originated ever reaches any unit of Charlie."
    assert words_of(NEVER_BOARD, BOOK) == "nothing that Alfa originated ever reaches a use for interdiction."
    (found,) = broken_by(grant(recipients=["charlie"], begins=tiny.DAY))
    world = World(standing=apply(standing(), grant(recipients=["charlie"], begins=tiny.DAY)), book=BOOK)
    assert steps(world, found)[0].words == (
        "from 1970-01-01T00:00:01Z agreement g lets C1 (Charlie) hold radar of alfa for search_and_rescue in north"
    )


def test_p3_ten_thousand_agreements_are_searched_and_the_certificate_checks():
    many = [
        msgspec.structs.replace(grant(recipients=["bravo"], begins=number % 7), id=f"g{number}", expires_ms=(9 + number % 5) * tiny.DAY)
        for number in range(10_000)
    ]
    world = World(standing=fold(many), book=BOOK)
    verdict = prove(world, tiny.PEOPLE, NEVER_CHARLIE, 0)
    assert isinstance(verdict, Proved)
    assert check(certificate_of(verdict.graph, verdict.closure)).invariant == NEVER_CHARLIE
    assert isinstance(many[0], Grant)


def test_p3_an_event_is_stopped_exactly_when_the_gate_asked_at_every_date_would_give_more_of_what_is_forbidden():
    """Random worlds and events; the naive model says what can be reached before and after."""
    shapes, again = {"stopped": 0, "passed": 0}, 0
    for seed in range(100):
        rng, world = random.Random(f"stopped {seed}"), model.some_world(seed)
        invariant = model.some_invariant(seed, world.book)
        event = some_event(rng, world)
        before = msgspec.structs.replace(world, standing=apply(world.standing, invariant))
        after = msgspec.structs.replace(before, standing=apply(before.standing, event))
        was, will = (breaches_by_the_gate(one, invariant) for one in (before, after))
        more = any(since < was.get(hit, tiny.DAY * 1_000) for hit, since in will.items())
        found = check_event(before.standing, world.book, tiny.PEOPLE, event, 0, releases=world.releases, records=world.records)
        if more:
            assert found, seed
        elif found:  # it opens once more, itself, what was open already
            assert getattr(event, "terms", event).id in found[0].path[-1].agreements, seed
        shapes["stopped" if found else "passed"] += 1
        if more:
            assert found[0].since_ms in will.values()
        again += bool(found) and not more
    assert shapes["stopped"] > 20, shapes
    assert shapes["passed"] > 40, shapes
    assert again > 0


def breaches_by_the_gate(world, invariant):
    uses = [(unit, purpose, code) for unit in world.book.units for purpose in LEAVES for code in world.book.operations]
    return {hit: since for hit, since in model.reach(world, invariant, 0, uses).items() if model.breaks(world.book, invariant, hit[1])}


def some_event(rng, world):
    """A wide grant, an amendment that adds somebody, an order lifted or narrowed, as far as there are any."""
    kinds = [grant(id="new", originator=rng.choice(["alfa", "bravo"]), recipients=["bravo", "charlie"], categories=["ais", "radar"])]
    kinds[0] = msgspec.structs.replace(kinds[0], purposes=tuple(sorted(rng.sample(LEAVES, 2))))
    for old in world.standing.grants[:1]:
        more = grant(recipients=sorted({*old.recipients, "c1"}))
        kinds.append(
            Amend(
                terms=msgspec.structs.replace(old, version=2, recipients=more.recipients, unit_prints=more.unit_prints),
                originator=old.originator,
                at_ms=0,
            )
        )
    for order in world.standing.orders:
        kinds.append(Resume(order=order.id, originator=order.originator, at_ms=0))
        kinds.append(msgspec.structs.replace(order, id="narrower", replaces=order.id, operations=("south",)))
    return rng.choice(kinds)
