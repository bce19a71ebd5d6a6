"""The Traffic Light Protocol as a view: a colour derived from a label, for eyes that know nothing else.

Source: FIRST, "Traffic Light Protocol (TLP) 2.0", August 2022: RED, AMBER+STRICT, AMBER, GREEN, CLEAR.
1. A view only: no label is ever made from a colour, and a colour says nothing of purposes, operations or originators.
2. A label names units and purposes, so it never comes out as GREEN or CLEAR, which go beyond named recipients.
3. RED: one unit or none, or secret. AMBER+STRICT: units of one party. AMBER: units of several. A join is never of a milder colour.
"""

from __future__ import annotations

from typing import Final

from fairlead.errors import BadInput, UnknownCode
from fairlead.label.marking.given import Fates, Outgoing
from fairlead.label.marking.national import need_unit

COLOURS: Final = ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR")  # strictest first
FATES: Final[Fates] = {
    "originators": ("lost", "a colour does not say whose it is"),
    "level": ("lost", "a colour is no classification"),
    "recipients": ("coarser", "a colour says how far, not to whom"),
}


def tlp_of(out: Outgoing) -> str:
    """The colour of this label. Raises UnknownCode for a unit the code-book does not have."""
    parties = {need_unit(out, unit) for unit in out.label.recipients}
    if out.label.level == "secret" or len(out.label.recipients) <= 1:
        return COLOURS[0]
    return COLOURS[1] if len(parties) == 1 else COLOURS[2]


def write(colour: str) -> str:
    return f"{colour}\n"


def parse(text: str) -> str:
    """The colour a text says, in the one spelling of version 2.0. Raises BadInput, UnknownCode."""
    colour = text.removesuffix("\n")
    if colour == "TLP:WHITE":
        raise BadInput("this colour is of an older version", where=colour, do="version 2.0 calls it TLP:CLEAR")
    if colour not in COLOURS:
        raise UnknownCode("no such colour", where=ascii(colour[:40]), do=f"write one of {', '.join(COLOURS)}")
    return colour
