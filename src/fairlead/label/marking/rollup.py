"""The banner of a page from the marks of its portions.

Sources as in grammar.py (commingling and roll-up), in the public reading of them.
1. Level: the highest. A page whose portions do not all have the same owners is the own country's: RESTRICTED becomes CONFIDENTIAL, as
   it has no such level, and the other owners of what is classified become FGI.
2. ORCON, NOFORN, PROPIN, FGI, LES and the like: by union. A concealed source conceals them all. FOUO only on what stays unclassified.
3. REL TO: the intersection of the lists, and only if every classified portion has one. NOFORN overrides it; lists that have nobody
   in common but the own country become NOFORN.
4. A group stands for its members while lists are compared, and for itself where all lists are the same.
The banner is never wider than a portion. Roll up portions, not banners of parts: a part's banner no longer says which lists it had.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fairlead.errors import BadInput
from fairlead.label.marking.grammar import CONCEALED, LEVELS, Mark, Vocabulary, make_mark

PORTIONS_MAX: Final = 10_000


def roll_up(portions: Sequence[Mark], vocabulary: Vocabulary) -> Mark:
    """The mark of the page that these portions stand on. Raises BadInput for none, or for too many."""
    if not portions:
        raise BadInput("nothing to roll up", do="give the marks of all portions")
    if len(portions) > PORTIONS_MAX:
        raise BadInput("too many portions", why=f"{len(portions)}, more than {PORTIONS_MAX}")
    level = max((mark.level for mark in portions), key=LEVELS.index)
    shared = {mark.owners for mark in portions}
    owners = shared.pop() if len(shared) == 1 else ()
    if not owners and level == "R":
        level = "C"
    controls = {code for mark in portions for code in mark.dissemination}
    if level != "U":
        controls.discard("FOUO")
    rel_to = _common(portions, vocabulary)
    if rel_to is not None and len(rel_to) < 2:
        controls.add("NF")
    if "NF" in controls:
        rel_to = None
    return make_mark(
        vocabulary,
        level=level,
        owners=owners,
        fgi=() if owners else _foreign(portions, vocabulary),
        dissemination=controls,
        rel_to=rel_to or (),
        non_ic={code for mark in portions for code in mark.non_ic},
    )


def _foreign(portions: Sequence[Mark], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Whose information, besides the own country's, the classified portions hold."""
    within = {code for mark in portions if mark.classified for code in (*mark.fgi, *mark.owners)} - {vocabulary.own}
    return (CONCEALED,) if CONCEALED in within else tuple(within)


def _common(portions: Sequence[Mark], vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """To whom all of it is released; nothing when some classified portion does not say, or none does."""
    lists = [mark.rel_to for mark in portions if mark.rel_to]
    if not lists or any(mark.classified and not mark.rel_to for mark in portions):
        return None
    if all(one == lists[0] for one in lists):
        return lists[0]
    return tuple(frozenset.intersection(*(vocabulary.members(one) for one in lists)))
