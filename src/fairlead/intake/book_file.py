"""A code-book as a file writes it: the tables of a scenario, and a file of changes that makes the next version.

1. In a file of changes `[units.x]` and the like hold every key that a scenario wants there; an entry that is there is replaced whole.
2. `[drop]` lists codes by table: `units = ["old-station"]`. What no table names stays as it is.
3. Parties are not changed: nobody joins or leaves by a change of the book. Purposes and levels are not of the book at all.
The result is checked whole; who must sign it and what it voids is for desk/codebook.py to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from fairlead.errors import BadScenario
from fairlead.intake.scenario_file import CommandTable, OperationTable, PartyTable, RegionTable, Tables, UnitTable, e7_of, told_at
from fairlead.label import CodeBook, Command, Handling, Level, Operation, Party, Regime, Region, Unit
from fairlead.label.codebook import need

CHANGED: Final = ("categories", "handling", "commands", "units", "operations", "regions")


class DropTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Codes that the next version has no more."""

    categories: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


def book_of(tables: Tables, version: int) -> CodeBook:
    """The code-book a scenario declares."""
    parties = {code: Party(code=code, name=t.name, territories=t.territories) for code, t in tables.each("parties", PartyTable)}
    read = _read(tables)
    _apart(parties, read["units"], tables)
    with told_at(tables.where):
        return CodeBook(version=version, parties=parties, **read)


def changed_book(raw: bytes, where: str, old: CodeBook) -> CodeBook:
    """The next version of `old` with what the file says. Raises BadScenario, UnknownCode, ExcludedUse."""
    tables = Tables(raw, where, known=(*CHANGED, "drop"), must=())
    read = _read(tables)
    drop = tables.one("drop", DropTable) if tables.has("drop") else DropTable()
    new = {name: _with(getattr(old, name), read[name], getattr(drop, name), tables.at(f"drop.{name}")) for name in CHANGED}
    _apart(old.parties, new["units"], tables)
    with told_at(where):
        return msgspec.structs.replace(old, version=old.version + 1, **new)


def _read(tables: Tables) -> dict[str, dict[str, Any]]:
    return {
        "categories": dict(tables.each("categories", str)),
        "handling": {code: Handling(code=code, text=text) for code, text in tables.each("handling", str)},
        "commands": {
            code: Command(code=code, name=table.name, party=table.party, regime=Regime(table.regime))
            for code, table in tables.each("commands", CommandTable)
        },
        "units": {code: _unit(code, table) for code, table in tables.each("units", UnitTable)},
        "operations": {
            code: Operation(code=code, name=table.name, mission=table.mission, units=tuple(sorted(set(table.units))))
            for code, table in tables.each("operations", OperationTable)
        },
        "regions": {code: _region(tables, code, table) for code, table in tables.each("regions", RegionTable)},
    }


def _unit(code: str, table: UnitTable) -> Unit:
    return Unit(
        code=code,
        name=table.name,
        party=table.party,
        regime=Regime(table.regime),
        command=table.command,
        mission=table.mission,
        clearance=Level(table.clearance),
        handling=tuple(sorted(set(table.handling))),
    )


def _region(tables: Tables, code: str, table: RegionTable) -> Region:
    where = tables.at(f"regions.{code}")
    south, north = e7_of(table.south_deg, 90, where), e7_of(table.north_deg, 90, where)
    west, east = e7_of(table.west_deg, 180, where), e7_of(table.east_deg, 180, where)
    with told_at(tables.where):
        return Region(code=code, name=table.name, south_e7=south, west_e7=west, north_e7=north, east_e7=east)


def _apart(parties: Mapping[str, Party], units: Mapping[str, Unit], tables: Tables) -> None:
    both = sorted(set(parties) & set(units))
    if both:
        raise BadScenario(
            f"{both[0]!r} is a party and a unit", where=tables.at("units"), do="a recipient must mean one of them: rename it"
        )


def _with(old: Mapping[str, object], read: Mapping[str, object], dropped: tuple[str, ...], where: str) -> dict[str, Any]:
    for code in dropped:
        need(old, code, what="code to drop", where=where)
        if code in read:
            raise BadScenario(f"{code!r} is changed and dropped", where=where, do="do one of the two")
    return {code: one for code, one in {**old, **read}.items() if code not in dropped}
