"""The banner of a page from its portions: the public rules case by case."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput
from fairlead.label.marking.banner import parse_mark, render_banner
from fairlead.label.marking.grammar import LEVELS
from fairlead.label.marking.rollup import PORTIONS_MAX, roll_up
from tests.rooms.label.outgoings import VOCABULARY, marks


@pytest.mark.parametrize(
    ("portions", "banner"),
    [
        (["(U)", "(C)", "(S)"], "SECRET"),
        (["(S//OC)", "(U//LES)", "(C//NF)"], "SECRET//ORCON/NOFORN//LES"),
        (["(S//REL TO USA, CAN, GBR)", "(C//REL TO USA, GBR)"], "SECRET//REL TO USA, GBR"),
        (["(S//REL TO USA, CAN, GBR)", "(C)"], "SECRET"),
        (["(S//REL TO USA, CAN, GBR)", "(U)"], "SECRET//REL TO USA, CAN, GBR"),
        (["(S//REL TO USA, CAN)", "(C//REL TO USA, GBR)"], "SECRET//NOFORN"),
        (["(S//REL TO USA, CAN)", "(C//NF)"], "SECRET//NOFORN"),
        (["(S//REL TO USA, QUAD)", "(C//REL TO USA, GBR)"], "SECRET//REL TO USA, GBR"),
        (["(S//REL TO USA, QUAD)", "(C//REL TO USA, QUAD)"], "SECRET//REL TO USA, QUAD"),
        (["(S)", "(//GBR C)"], "SECRET//FGI GBR"),
        (["(U)", "(//GBR R)"], "CONFIDENTIAL//FGI GBR"),
        (["(//GBR R)", "(//GBR C)"], "//GBR CONFIDENTIAL"),
        (["(//GBR S)", "(//DEU C)"], "SECRET//FGI DEU GBR"),
        (["(S//FGI DEU)", "(//FGI C)"], "SECRET//FGI"),
        (["(S)", "(//JOINT C CAN GBR USA)"], "SECRET//FGI CAN GBR"),
        (["(//JOINT S CAN USA//REL TO USA, CAN)", "(//JOINT C CAN USA//REL TO USA, CAN)"], "//JOINT SECRET CAN USA//REL TO USA, CAN"),
        (["(S)", "(//GBR U)"], "SECRET"),
        (["(U//FOUO)", "(U)"], "UNCLASSIFIED//FOUO"),
        (["(U//FOUO)", "(C)"], "CONFIDENTIAL"),
    ],
)
def test_the_public_rules(portions, banner):
    read = [parse_mark(portion, VOCABULARY) for portion in portions]
    assert render_banner(roll_up(read, VOCABULARY)) == banner
    assert render_banner(roll_up(read[::-1], VOCABULARY)) == banner


def test_no_portions_and_too_many_are_refused():
    with pytest.raises(BadInput, match="nothing to roll up"):
        roll_up([], VOCABULARY)
    with pytest.raises(BadInput, match="too many"):
        roll_up([parse_mark("(U)", VOCABULARY)] * (PORTIONS_MAX + 1), VOCABULARY)


@given(st.lists(marks(), min_size=1, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=120)
def test_order_and_repeats_do_not_matter(portions, rng):
    once = roll_up(portions, VOCABULARY)
    again = [*portions, *rng.sample(portions, rng.randint(0, len(portions)))]
    rng.shuffle(again)
    assert roll_up(again, VOCABULARY) == once
    assert LEVELS.index(once.level) >= max(LEVELS.index(mark.level) for mark in portions)
