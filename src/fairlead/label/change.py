"""What differs between two versions of a code-book, whom that binds, and whether the one may follow the other.

1. A change binds every party whose unit or command it adds, drops or alters; every party whose unit joins or leaves an operation,
   or is in one whose mission changes; and the parties whose units accepted a handling template that is reworded or dropped.
2. A higher clearance opens what no new agreement gave: it binds every party (red line 4).
3. A party neither joins nor leaves by a change of the book: its log and keys are made when a node is founded. A unit or command
   never passes to another party, and a code that was dropped is never used again, so that an old label cannot come to mean
   something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from fairlead.errors import BadInput
from fairlead.label.codebook import CodeBook
from fairlead.label.level import level_rank

TABLES: Final = ("parties", "commands", "units", "operations", "categories", "handling", "regions")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One code that differs; `fields` are what is different in it."""

    table: str
    code: str
    what: Literal["added", "dropped", "changed"]
    fields: tuple[str, ...] = ()


def changes(old: CodeBook, new: CodeBook) -> tuple[Change, ...]:
    """Every code that differs, table by table, sorted."""
    found = []
    for table in TABLES:
        was, now = _table(old, table), _table(new, table)
        for code in sorted(set(was) | set(now)):
            if code not in was or code not in now:
                found.append(Change(table=table, code=code, what="added" if code in now else "dropped"))
            elif was[code] != now[code]:
                found.append(Change(table=table, code=code, what="changed", fields=_fields(was[code], now[code])))
    return tuple(found)


def parties_bound(old: CodeBook, new: CodeBook) -> frozenset[str]:
    """The parties that must sign the change, besides the one that operates the node."""
    bound: set[str] = set()
    for change in changes(old, new):
        bound |= _bound_by(change, old, new)
    return frozenset(bound)


def _bound_by(change: Change, old: CodeBook, new: CodeBook) -> set[str]:
    code = change.code
    if change.table == "parties":
        return {code}
    if change.table == "commands":
        return {book.commands[code].party for book in (old, new) if code in book.commands}
    if change.table == "units":
        return set(new.parties) if _raised(code, old, new) else {book.units[code].party for book in (old, new) if code in book.units}
    if change.table == "operations":
        was = set(old.operations[code].units) if code in old.operations else set()
        now = set(new.operations[code].units) if code in new.operations else set()
        crew = was ^ now if change.fields == ("units",) else was | now
        return {book.units[unit].party for book in (old, new) for unit in crew if unit in book.units}
    if change.table == "handling":
        return {unit.party for book in (old, new) for unit in book.units.values() if code in unit.handling}
    return set()


def _raised(unit: str, old: CodeBook, new: CodeBook) -> bool:
    if unit not in old.units or unit not in new.units:
        return False
    return level_rank(new.units[unit].clearance) > level_rank(old.units[unit].clearance)


def may_follow(old: CodeBook, new: CodeBook, *, ever: Iterable[CodeBook] = ()) -> None:
    """Raises BadInput unless `new` may follow `old`; `ever`: every version there was."""
    where = f"code-book {new.version}"
    if new.version != old.version + 1:
        raise BadInput("a code-book is not of the next version", where=where, why=f"version {old.version} stands")
    if not changes(old, new):
        raise BadInput("the new code-book changes nothing", where=where)
    if set(old.parties) != set(new.parties):
        listed = ", ".join(sorted(set(old.parties) ^ set(new.parties)))
        raise BadInput("a party joins or leaves by a change of the code-book", where=where, why=listed, do="found a node with it")
    for table in ("units", "commands"):
        was, now = _table(old, table), _table(new, table)
        for code in sorted(set(was) & set(now)):
            if was[code].party != now[code].party:  # type: ignore[attr-defined]
                raise BadInput(f"{code} passes to another party", where=where, do="drop it and add another code")
    for earlier in ever:
        for table in TABLES:
            again = set(_table(new, table)) & set(_table(earlier, table)) - set(_table(old, table))
            if again:
                raise BadInput("a dropped code is used again", where=where, why=", ".join(sorted(again)), do="choose a new code")


def _table(book: CodeBook, name: str) -> Mapping[str, object]:
    found: Mapping[str, object] = getattr(book, name)
    return found


def _fields(was: object, now: object) -> tuple[str, ...]:
    if not isinstance(was, msgspec.Struct):
        return ("text",)
    return tuple(name for name in was.__struct_fields__ if getattr(was, name) != getattr(now, name))
