"""P2: no request naming an excluded use is granted, and no grant of one can be expressed."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from fairlead import errors
from fairlead.agreement import decide, make_grant, make_order
from fairlead.agreement.terms import Grant
from fairlead.label import EXCLUDED_USES, PURPOSES, Label, expand, make_label, purpose_of
from tests.laws.test_p1_purpose import answers
from tests.model import world

SPELLINGS = [
    f(use) for use in sorted(EXCLUDED_USES) for f in (str, lambda u: f"detection_and_monitoring/{u}", lambda u: f"interdiction/{u}")
]


def test_p2_no_excluded_use_is_among_the_purposes_however_expanded():
    assert not EXCLUDED_USES & PURPOSES
    assert not EXCLUDED_USES & expand(PURPOSES)
    assert not any(use in purpose for use in EXCLUDED_USES for purpose in PURPOSES)


@pytest.mark.parametrize("use", SPELLINGS)
def test_p2_every_constructor_that_takes_a_purpose_refuses_an_excluded_use(use):
    book = world.book()
    common = {"recipients": ["b1"], "purposes": ["interdiction", use], "operations": ["north"]}
    paths = [
        lambda: purpose_of(use),
        lambda: make_label(book, originator="alfa", category="ais", level="open", **common),
        lambda: make_grant(book, id="g", originator="alfa", categories=["ais"], not_before_ms=0, expires_ms=9, **common),
        lambda: make_order(book, world.FEEDS, id="o", originator="alfa", ordered_at_ms=1, purposes=[use]),
    ]
    for path in paths:
        with pytest.raises(errors.ExcludedUse, match="excluded use"):
            path()


@pytest.mark.parametrize("use", SPELLINGS)
def test_p2_a_label_built_by_hand_cannot_carry_one(use):
    label = make_label(
        world.book(),
        originator="alfa",
        category="ais",
        level="open",
        recipients=["b1"],
        purposes=["interdiction"],
        operations=["north"],
    )
    with pytest.raises(errors.LabelFault):
        msgspec.structs.replace(label, purposes=tuple(sorted({*label.purposes, use})))
    with pytest.raises(errors.LabelFault):
        Label(**{**msgspec.structs.asdict(label), "purposes": (use,)})


@pytest.mark.parametrize("use", SPELLINGS)
def test_p2_a_request_naming_one_is_refused_even_where_everything_else_permits(use):
    turned = 0
    for request, facts, house, _ in itertools.islice((a for a in answers(3) if a[3]), 60):
        # Even a grant and a label forged to carry it, past every constructor, do not help.
        grants = tuple(_forged(grant, use) for grant in house.slice.grants)
        open_to = {**house.slice.open_to, (request.unit, use, request.operation): (1 << 80) - 1}
        given_to = {key: tuple(_forged(grant, use) for grant in found) for key, found in house.slice.given_to.items()}
        slice = msgspec.structs.replace(house.slice, grants=grants, open_to=open_to, given_to=given_to)
        forged = msgspec.structs.replace(house, slice=slice)
        decision = decide(forged, msgspec.structs.replace(request, purpose=use), facts)
        assert not decision.permitted
        assert any(reason.conjunct in ("excluded", "codes") for reason in decision.reasons)
        turned += 1
    assert turned > 20


def _forged(grant: Grant, use: str) -> Grant:
    return msgspec.structs.replace(grant, purposes=(*grant.purposes, use))


def test_p2_an_excluded_use_is_refused_before_anything_else_is_said():
    request, facts, house, _ = next(a for a in answers(3) if a[3])
    for use in EXCLUDED_USES:
        first = decide(house, msgspec.structs.replace(request, purpose=use), facts).reasons[0]
        assert first.conjunct == "excluded"
        assert "nobody can grant it" in first.detail


def test_p2_a_unit_below_the_ceiling_gets_no_full_answer_whatever_was_granted():
    asked = coarse = 0
    for seed in range(10):
        for request, facts, house, expected in answers(seed):
            if request.unit == "b2":
                asked += 1
                coarse += expected
                if (request.act, request.form) != ("picture", "coarse"):
                    assert not decide(house, request, facts).permitted
    assert coarse > 20, "a law that never saw a yes proves nothing"
    assert asked > coarse
