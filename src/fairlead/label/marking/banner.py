"""The two spellings of a mark: the banner line of a page, and the portion mark before a paragraph.

Sources as in grammar.py. Examples: `SECRET//ORCON/REL TO USA, CAN, GBR` and `(S//OC/REL TO USA, CAN, GBR)`; `//GBR CONFIDENTIAL` and
`(//GBR C)`; `//JOINT SECRET CAN GBR USA//REL TO USA, CAN, GBR` and `(//JOINT S CAN GBR USA//REL TO USA, CAN, GBR)`.

1. Categories are separated by `//` and stand in the register's order; controls of one category by `/`; countries of REL TO by `, `,
   of FGI and JOINT by a space.
2. A mark has one spelling of each kind. Text in any other is refused with the right spelling, so parse and render are inverse.
3. `(S//REL)` for "as the banner says" is refused: a portion must be readable without its page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from fairlead.errors import BadInput, UnknownCode
from fairlead.label.marking.grammar import CONCEALED, DISSEMINATION, LEVEL_WORDS, NON_IC, Mark, Vocabulary, make_mark

Form: TypeAlias = Literal["banner", "portion"]
TEXT_MAX: Final = 1024
REL_TO: Final = "REL TO "


def render_banner(mark: Mark) -> str:
    """The line at head and foot of a page."""
    return _render(mark, "banner")


def render_portion(mark: Mark) -> str:
    """The mark before a paragraph, in parentheses."""
    return f"({_render(mark, 'portion')})"


def parse_banner(text: str, vocabulary: Vocabulary) -> Mark:
    """The mark a banner line says. Raises BadInput, UnknownCode."""
    _readable(text)
    mark = _parse(text, "banner", vocabulary)
    return _one_form(text, render_banner(mark), mark)


def parse_portion(text: str, vocabulary: Vocabulary) -> Mark:
    """The mark a portion mark says. Raises BadInput, UnknownCode."""
    _readable(text)
    if not (text.startswith("(") and text.endswith(")")):
        raise BadInput("a portion mark stands in parentheses", where=text[:80])
    mark = _parse(text[1:-1], "portion", vocabulary)
    return _one_form(text, render_portion(mark), mark)


def parse_mark(text: str, vocabulary: Vocabulary) -> Mark:
    """The mark, of either spelling. Raises BadInput, UnknownCode."""
    return parse_portion(text, vocabulary) if text.startswith("(") else parse_banner(text, vocabulary)


def _readable(text: str) -> None:
    if len(text) > TEXT_MAX:
        raise BadInput("a mark is too long", why=f"{len(text)} characters, more than {TEXT_MAX}")
    if not text or not text.isascii() or not text.isprintable():
        raise BadInput("a mark is empty or has characters that no mark has", where=ascii(text[:80]), do="use capital letters")


def _one_form(text: str, proper: str, mark: Mark) -> Mark:
    if text != proper:
        raise BadInput("a mark is not in its one form", where=text[:200], do=f"write it as {proper}")
    return mark


def _levels(form: Form) -> Mapping[str, str]:
    """Spelling of a level -> the level."""
    return {word: code for code, word in LEVEL_WORDS.items()} if form == "banner" else {code: code for code in LEVEL_WORDS}


def _controls(of: Mapping[str, str], form: Form) -> Mapping[str, str]:
    """Spelling of a control -> its code."""
    return {(word if form == "banner" else code): code for code, word in of.items()}


def _render(mark: Mark, form: Form) -> str:
    level = LEVEL_WORDS[mark.level] if form == "banner" else mark.level
    if len(mark.owners) > 1:
        parts = [f"//JOINT {level} {' '.join(mark.owners)}"]
    else:
        parts = [f"//{mark.owners[0]} {level}" if mark.owners else level]
    if mark.fgi:
        parts.append(CONCEALED if mark.fgi == (CONCEALED,) else f"{CONCEALED} {' '.join(mark.fgi)}")
    controls = [DISSEMINATION[code] if form == "banner" else code for code in mark.dissemination]
    if mark.rel_to:
        controls.append(REL_TO + ", ".join(mark.rel_to))
    if controls:
        parts.append("/".join(controls))
    if mark.non_ic:
        parts.append("/".join(NON_IC[code] if form == "banner" else code for code in mark.non_ic))
    return "//".join(parts)


def _parse(text: str, form: Form, vocabulary: Vocabulary) -> Mark:
    foreign = text.startswith("//")
    head, *rest = (text[2:] if foreign else text).split("//")
    level, owners = _head(head, form) if foreign else (_level(head, form), ())
    fgi: list[str] = []
    dissemination: list[str] = []
    rel_to: list[str] = []
    non_ic: list[str] = []
    for category in rest:
        first, *countries = category.split(" ")
        if first == CONCEALED:
            fgi += countries or [CONCEALED]
            continue
        for control in category.split("/"):
            if control.startswith(REL_TO):
                rel_to += control[len(REL_TO) :].split(", ")
            elif control in _controls(DISSEMINATION, form):
                dissemination.append(_controls(DISSEMINATION, form)[control])
            elif control in _controls(NON_IC, form):
                non_ic.append(_controls(NON_IC, form)[control])
            else:
                raise _unknown(control, form)
    return make_mark(vocabulary, level=level, owners=owners, fgi=fgi, dissemination=dissemination, rel_to=rel_to, non_ic=non_ic)


def _level(word: str, form: Form) -> str:
    try:
        return _levels(form)[word]
    except KeyError:
        known = ", ".join(_levels(form))
        raise UnknownCode(f"no such level in a {form} mark", where=word[:80], do=f"begin with one of {known}") from None


def _head(head: str, form: Form) -> tuple[str, tuple[str, ...]]:
    """Level and owners of a mark that begins with `//`."""
    owner, _, rest = head.partition(" ")
    if owner != "JOINT":
        return _level(rest, form), (owner,)
    for word, code in _levels(form).items():
        if rest.startswith(word + " "):
            owners = tuple(rest[len(word) + 1 :].split(" "))
            if len(owners) < 2:
                raise BadInput("a JOINT mark names one owner", where=head[:80], do="name every owner")
            return code, owners
    raise UnknownCode(f"no such level in a {form} mark", where=head[:80], do="write JOINT, the level, then the owners")


def _unknown(control: str, form: Form) -> BadInput:
    if control == "REL":
        return BadInput("a portion mark leaves out to whom it is released", where="REL", do="write the list: REL TO USA, GBR")
    other = _controls({**DISSEMINATION, **NON_IC}, "portion" if form == "banner" else "banner")
    if control in other:
        proper = {**DISSEMINATION, **NON_IC}[other[control]] if form == "banner" else other[control]
        return BadInput(f"a {form} mark spells this otherwise", where=control, do=f"write {proper}")
    return UnknownCode("no such control in marks", where=control[:80], do="compartments and special access are not in this vocabulary")
