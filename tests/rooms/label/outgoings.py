"""Labels, marks and what carriers are given, drawn for the property tests of markings; and one full label for the tables."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from fairlead.errors import BadInput
from fairlead.label import PURPOSES, Label, Level, expand, join
from fairlead.label.marking.given import Codes, Evaluation, Outgoing
from fairlead.label.marking.grammar import DISSEMINATION, LEVELS, NON_IC, Mark, Vocabulary, make_mark
from tests.model.world import book

BOOK: Final = book()
PARTIES: Final = ("alfa", "bravo", "charlie")
GROUPS: Final = {"QUAD": ("AUS", "CAN", "GBR", "USA"), "PAIR": ("CAN", "GBR")}
VOCABULARY: Final = Vocabulary(own="USA", groups=GROUPS)
CODES: Final = Codes(
    vocabulary=Vocabulary(own="ALF", countries=("ALF", "CHA", "BRV")),
    parties={"alfa": "ALF", "bravo": "BRV", "charlie": "CHA"},
    handling={"quiet": "LES"},
)
COUNTRIES: Final = ("AUS", "CAN", "DEU", "FRA", "GBR", "USA", "PAIR", "QUAD")
AT_MS: Final = 1_593_483_000_000


def sets(values, **size):
    return st.lists(st.sampled_from(sorted(values)), unique=True, **size).map(lambda drawn: tuple(sorted(drawn)))


labels = st.builds(
    Label,
    originators=sets([(party, category) for party in PARTIES for category in ("ais", "radar")], min_size=1),
    level=st.sampled_from([Level(name) for name in ("open", "restricted", "confidential", "secret")]),
    recipients=sets(BOOK.units),
    purposes=sets(PURPOSES, max_size=5).map(lambda drawn: tuple(sorted(expand(drawn)))),
    operations=sets(BOOK.operations),
    handling=sets(BOOK.handling),
    lease_s=st.integers(60, 72 * 3600),
)
derived = st.lists(labels, min_size=1, max_size=3).map(join)


@st.composite
def outgoings(draw, drawn_from=derived):
    """What a carrier is given; half of them graded."""
    return Outgoing(
        label=draw(drawn_from),
        book=BOOK,
        at_ms=draw(st.integers(0, 4_102_444_800_000)),
        purpose=draw(st.sampled_from(sorted(PURPOSES))),
        expires_ms=draw(st.integers(0, 4_102_444_800_000)),
        codes=CODES,
        evaluation=draw(st.none() | st.builds(Evaluation, source=st.sampled_from("ABCX"), information=st.sampled_from("1234"))),
    )


@st.composite
def marks(draw):
    """A legal mark: drawn freely, what the grammar refuses drawn again."""
    for _ in range(20):
        kind = draw(st.sampled_from(["own", "own", "own", "foreign", "joint"]))
        owners = {"own": (), "foreign": draw(st.sampled_from([("GBR",), ("CAN",), ("FGI",)])), "joint": ("CAN", "USA")}[kind]
        level = draw(st.sampled_from([level for level in LEVELS if owners or level != "R"]))
        released = draw(st.booleans())
        allowed = [code for code in DISSEMINATION if code != "FOUO" or (level == "U" and not owners)]
        allowed = [code for code in allowed if (code != "OC" or level != "U") and (code != "NF" or not (released or kind == "joint"))]
        rel_to = {"USA", *[one for one in owners if one != "FGI"], *draw(sets(COUNTRIES, min_size=1, max_size=4))}
        try:
            return make_mark(
                VOCABULARY,
                level=level,
                owners=owners,
                fgi=draw(st.sampled_from([(), (), ("GBR",), ("DEU", "FRA"), ("FGI",)])) if level != "U" and not owners else (),
                dissemination=draw(sets(allowed)),
                rel_to=rel_to if released else (),
                non_ic=draw(sets(NON_IC)),
            )
        except BadInput:
            continue
    return Mark(level="U")


FULL: Final = Outgoing(
    label=Label(
        originators=(("alfa", "radar"), ("bravo", "ais")),
        level=Level("restricted"),
        recipients=("a1", "b1", "c1"),
        purposes=tuple(sorted(expand([p for p in PURPOSES if p in ("interdiction", "search_and_rescue")]))),
        operations=("north", "south"),
        handling=("care", "quiet"),
        lease_s=900,
    ),
    book=BOOK,
    at_ms=AT_MS,
    purpose="interdiction",
    expires_ms=AT_MS + 86_400_000,
    codes=CODES,
    evaluation=Evaluation(source="B", information="2"),
)
