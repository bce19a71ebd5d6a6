"""An invariant in words and in codes: what an originator wants never to become possible with its data, and whether a reach breaks it.

1. It speaks of others: the originator's own units are never a breach, as an order never touches them.
2. Purposes, units and parties each forbid by themselves; a party is expanded to the units it has when the proof is made.
3. A purpose is reached by every use whose products serve it: `detection_and_monitoring/interdiction` reaches interdiction, and
   what is implied is reached with what implies it.
4. An excluded use needs no invariant: no grant, amendment, order or override can carry one, so it holds by construction (P2).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fairlead.agreement.events import Invariant
from fairlead.errors import BadInput, ExcludedUse
from fairlead.label import EXCLUDED_USES, PURPOSES, CodeBook, Purpose, end_served, purpose_of
from fairlead.label.codebook import need, need_all

INVARIANTS_MAX: Final = 256  # of one originator
WORDS_MAX: Final = 500
NOT_PROVED: Final = (
    "what is proved: no path inside the platform's rules leads there from now on, as agreements, orders, overrides and sanitised "
    "releases stand, whatever recipients accept; not proved: what somebody remembers, photographs, retypes or lies about"
)


def make_invariant(
    book: CodeBook,
    *,
    id: str,
    originator: str,
    at_ms: int,
    categories: Iterable[str] = (),
    never_purposes: Iterable[str] = (),
    never_units: Iterable[str] = (),
    never_parties: Iterable[str] = (),
    words: str = "",
) -> Invariant:
    """An invariant under this code-book. Raises UnknownCode, ExcludedUse, BadInput (forbids nothing, or forbids its own units)."""
    where = f"invariant {id}"
    need(book.parties, originator, what="party", where=where)
    units, parties = set(need_all(book.units, never_units, what="unit", where=where)), set(never_parties)
    need_all(book.parties, parties, what="party", where=where)
    own = [unit for unit in units if book.units[unit].party == originator]
    if own or originator in parties:
        raise BadInput("an invariant forbids the originator's own units", where=where, do="leave them out; it speaks of others")
    leaves = {_leaf(code, where) for code in never_purposes}
    if not (units or parties or leaves):
        raise BadInput("an invariant forbids nothing", where=where, do="name purposes, units or parties that are never to be reached")
    if len(words) > WORDS_MAX:
        raise BadInput("an invariant has too many words", where=where, do=f"keep it under {WORDS_MAX} characters")
    return Invariant(
        id=id,
        originator=originator,
        at_ms=at_ms,
        categories=tuple(sorted(set(need_all(book.categories, categories, what="category", where=where)))),
        never_purposes=tuple(sorted(leaves)),
        never_units=tuple(sorted(units)),
        never_parties=tuple(sorted(parties)),
        words=words,
    )


def _leaf(code: str, where: str) -> Purpose:
    if _excluded(code):
        raise ExcludedUse(
            f"{code} is an excluded use: this holds by construction (P2)",
            where=where,
            why="no grant, amendment, order or override can carry one",
            do="leave it out; nothing has to be declared or proved for it",
        )
    return purpose_of(code)


def _excluded(code: str) -> bool:
    return code in EXCLUDED_USES or code.partition("/")[2] in EXCLUDED_USES


def unknown_codes(book: CodeBook, invariant: Invariant) -> tuple[str, ...]:
    """What it names that this code-book does not have (any more): such an invariant says nothing, and is never called proved."""
    unknown = [code for code in invariant.categories if code not in book.categories]
    unknown += [code for code in invariant.never_purposes if code not in PURPOSES and not _excluded(code)]
    unknown += [code for code in invariant.never_units if code not in book.units]
    unknown += [code for code in invariant.never_parties if code not in book.parties]
    unknown += [code for code in [invariant.originator] if code not in book.parties]
    return tuple(unknown)


def forbidden_purposes(invariant: Invariant) -> frozenset[str]:
    """Every purpose whose products serve one that is never to be reached."""
    never = set(invariant.never_purposes)
    return frozenset(purpose for purpose in PURPOSES if never.intersection(end_served(purpose)))


def words_of(invariant: Invariant, book: CodeBook | None) -> str:
    """The invariant as one exact sentence; without a code-book, in codes alone."""
    what = f"of category {' or '.join(invariant.categories)} " if invariant.categories else ""
    never = []
    if invariant.never_purposes:
        never.append(f"a use for {' or '.join(invariant.never_purposes)}")
    if invariant.never_units:
        never.append(" or ".join(_unit(code, book) for code in invariant.never_units))
    if invariant.never_parties:
        never.append(f"any unit of {' or '.join(_party(code, book) for code in invariant.never_parties)}")
    text = (
        f"nothing {what}that {_party(invariant.originator, book)} originated ever reaches {', nor '.join(never) or 'what is not said'}"
    )
    return text + (f" ({invariant.words})" if invariant.words else "") + "."


def _unit(code: str, book: CodeBook | None) -> str:
    return book.units[code].name if book and code in book.units else code


def _party(code: str, book: CodeBook | None) -> str:
    return book.parties[code].name if book and code in book.parties else code
