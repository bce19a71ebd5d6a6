"""Banner and portion marks: the public grammar's own forms, what it does not allow, and parse and render as each other's inverse."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput, UnknownCode
from fairlead.label.marking.banner import TEXT_MAX, parse_banner, parse_mark, parse_portion, render_banner, render_portion
from fairlead.label.marking.grammar import COUNTRIES_MAX, Vocabulary, make_mark
from tests.rooms.label.outgoings import VOCABULARY, marks

USA = Vocabulary(own="USA")

PAIRS = [
    ("SECRET//ORCON/REL TO USA, CAN, GBR", "(S//OC/REL TO USA, CAN, GBR)"),
    ("//GBR CONFIDENTIAL", "(//GBR C)"),
    ("//DEU RESTRICTED", "(//DEU R)"),
    ("//JOINT SECRET CAN GBR USA//REL TO USA, CAN, GBR", "(//JOINT S CAN GBR USA//REL TO USA, CAN, GBR)"),
    ("//JOINT TOP SECRET CAN USA", "(//JOINT TS CAN USA)"),
    ("TOP SECRET//FGI DEU GBR//NOFORN/PROPIN", "(TS//FGI DEU GBR//NF/PR)"),
    ("SECRET//FGI//NOFORN", "(S//FGI//NF)"),
    ("//FGI SECRET", "(//FGI S)"),
    ("UNCLASSIFIED", "(U)"),
    ("UNCLASSIFIED//FOUO//LES/SBU", "(U//FOUO//LES/SBU)"),
    ("CONFIDENTIAL//REL TO USA, AUS, FVEY//LIMDIS", "(C//REL TO USA, AUS, FVEY//DS)"),
]


@pytest.mark.parametrize(("banner", "portion"), PAIRS)
def test_banner_and_portion_are_two_spellings_of_one_mark(banner, portion):
    mark = parse_banner(banner, USA)
    assert parse_portion(portion, USA) == mark
    assert (render_banner(mark), render_portion(mark)) == (banner, portion)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("UNCLASSIFIED//ORCON", "ORCON is not legal"),
        ("(U//OC)", "ORCON is not legal"),
        ("RESTRICTED", "no level RESTRICTED"),
        ("SECRET//NOFORN/REL TO USA, GBR", "exclude each other"),
        ("SECRET//REL TO GBR, USA", "write it as SECRET//REL TO USA, GBR"),
        ("SECRET//REL TO USA, GBR, CAN", "write it as SECRET//REL TO USA, CAN, GBR"),
        ("SECRET//REL TO USA", "nobody but the own country"),
        ("SECRET//REL TO CAN, GBR", "leaves out the own country"),
        ("//GBR SECRET//REL TO USA, CAN", "leaves out the own country or an owner"),
        ("//JOINT SECRET CAN GBR", "does not name the own country"),
        ("//JOINT SECRET USA", "names one owner"),
        ("//JOINT SECRET CAN USA//NOFORN", "not legal on a JOINT mark"),
        ("//USA SECRET", "not written as the sole owner"),
        ("SECRET//FGI USA", "not foreign"),
        ("//GBR SECRET//FGI DEU", "own country only"),
        ("UNCLASSIFIED//FGI GBR", "classified marks only"),
        ("SECRET//FOUO", "unclassified marks"),
        ("SECRET//OC", "write ORCON"),
        ("(S//ORCON)", "write OC"),
        ("(S//REL)", "write the list"),
        ("SECRET//NOFORN//ORCON", "write it as SECRET//ORCON/NOFORN"),
        ("SECRET//LES//NOFORN", "write it as SECRET//NOFORN//LES"),
        ("TOP SECRET//SI//NOFORN", "no such control"),
        ("secret", "no such level"),
        ("S", "no such level"),
        ("//TOP SECRET", "no such country"),
        ("(S", "stands in parentheses"),
        ("SECRET//", "no such control"),
        ("SECRET ", "no such level"),
        ("", "empty"),
        ("SECRET\n", "characters that no mark has"),
        ("SECRET//REL TO USA, gbr", "no such country"),
        ("SECRET//" + "X" * TEXT_MAX, "too long"),
        ("SECRET//REL TO " + ", ".join(["USA"] * (COUNTRIES_MAX + 1)), "too many countries"),
    ],
)
def test_what_the_grammar_does_not_allow_is_refused_and_said(text, said):
    with pytest.raises(BadInput, match=said.replace("(", r"\(")):
        parse_mark(text, USA)


def test_a_closed_vocabulary_knows_its_countries_and_their_order():
    closed = Vocabulary(own="XAA", countries=("XCC", "XAA", "XBB"), groups={"XALL": ("XAA", "XBB")})
    mark = make_mark(closed, level="S", rel_to=["XBB", "XAA", "XCC", "XALL"])
    assert mark.rel_to == ("XAA", "XCC", "XBB", "XALL")
    with pytest.raises(UnknownCode):
        parse_mark("SECRET//REL TO XAA, GBR", closed)


@pytest.mark.parametrize(
    "wrong",
    [{"own": "usa"}, {"own": "FGI"}, {"own": "USA", "countries": ("USA", "G")}, {"own": "USA", "groups": {"ALLX": ("ALLX",)}}],
)
def test_a_vocabulary_of_other_words_is_refused(wrong):
    with pytest.raises(BadInput):
        Vocabulary(**wrong)


@given(marks())
@settings(max_examples=200)
def test_parse_and_render_are_inverse(mark):
    assert parse_mark(render_banner(mark), VOCABULARY) == mark
    assert parse_mark(render_portion(mark), VOCABULARY) == mark


TOKENS = st.sampled_from(
    ["SECRET", "TOP SECRET", "S", "U", "//", "/", " ", ", ", "(", ")", "REL TO ", "USA", "GBR", "FGI", "JOINT", "OC", "NOFORN", "LES"]
)


@given(st.lists(TOKENS, max_size=14).map("".join) | st.text(alphabet=string.printable + "é\x00", max_size=60) | st.text(max_size=40))
@settings(max_examples=300)
@example("//JOINT SECRET ")
@example("(//)")
def test_any_text_parses_to_itself_or_is_bad_input(text):
    try:
        mark = parse_mark(text, VOCABULARY)
    except BadInput:
        return
    assert text in (render_banner(mark), render_portion(mark))
