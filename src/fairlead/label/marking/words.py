"""What a mark says, in sentences: one for its level and owner, one for each control, none that it does not say."""

from __future__ import annotations

from typing import Final

from fairlead.label.marking.banner import render_banner, render_portion
from fairlead.label.marking.grammar import CONCEALED, LEVEL_WORDS, Mark

_CONTROLS: Final = {
    "FOUO": "for official use only",
    "OC": "originator controlled: not passed on or quoted without the originator's word",
    "NF": "not released to any other country",
    "PR": "holds what somebody owns and gave in confidence",
    "DS": "limited distribution",
    "LES": "law enforcement sensitive",
    "SBU": "sensitive but unclassified",
}


def sentences(mark: Mark, own: str) -> tuple[str, ...]:
    """The mark in words. That it says nothing of purposes, operations and units is the last of them."""
    said = [f"{LEVEL_WORDS[mark.level].lower()}, {_owner(mark, own)}"]
    if mark.fgi:
        said.append("holds information of " + ("a government that is not told" if mark.fgi == (CONCEALED,) else ", ".join(mark.fgi)))
    said += [_CONTROLS[code] for code in mark.dissemination]
    if mark.rel_to:
        said.append(f"may be released to {', '.join(mark.rel_to)}")
    said += [_CONTROLS[code] for code in mark.non_ic]
    return (*said, "says nothing of units, purposes, operations, obligations or how long")


def _owner(mark: Mark, own: str) -> str:
    if not mark.owners:
        return f"of {own}"
    if mark.owners == (CONCEALED,):
        return "of a government that is not told"
    return f"owned jointly by {', '.join(mark.owners)}" if len(mark.owners) > 1 else f"of {mark.owners[0]}"


def spelled(mark: Mark) -> dict[str, str]:
    """Both spellings."""
    return {"banner": render_banner(mark), "portion": render_portion(mark)}
