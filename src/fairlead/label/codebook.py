"""The code-book of one coalition: closed sets that every label, grant and request is checked against.

1. A party is expanded to its units when something is granted; nothing is ever granted to a party as such.
2. A unit has a legal regime and a parent command with a regime of its own: who commands decides as much as who serves.
3. An operation's units and mission are part of it: `Operation.fingerprint` changes with them, and with it every grant.
4. An unknown code is an error, never a default.
5. A region is a named box on the sea, in 1e-7 degree; west above east crosses the dateline. Nothing is granted by region: orders
   choose by it.
6. No code is that of an excluded use (P2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NewType

import msgspec

from fairlead.envelope import Digest, JsonValue, digest_of
from fairlead.errors import BadInput, ExcludedUse, UnknownCode
from fairlead.label.level import LEVELS, Level
from fairlead.label.purpose import EXCLUDED_USES

Regime = NewType("Regime", str)

REGIMES: Final[frozenset[Regime]] = frozenset(
    Regime(name) for name in ("law_enforcement", "rescue", "oversight", "military", "intelligence", "civil", "unknown")
)

LAT_MAX_E7: Final = 900_000_000
LON_MAX_E7: Final = 1_800_000_000


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A government or body that collects, receives or oversees."""

    code: str
    name: str
    territories: tuple[str, ...] = ()


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A headquarters that units answer to."""

    code: str
    name: str
    party: str
    regime: Regime


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """What holds and uses intelligence: clearance and accepted handling belong to it, not to a person."""

    code: str
    name: str
    party: str
    regime: Regime
    command: str
    mission: str
    clearance: Level
    handling: tuple[str, ...] = ()


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A named undertaking with its units and mission."""

    code: str
    name: str
    mission: str
    units: tuple[str, ...]

    @property
    def fingerprint(self) -> Digest:
        """Changes when the units or the mission change, so that a grant made for the old one no longer matches."""
        return digest_of({"code": self.code, "mission": self.mission, "units": sorted(self.units)})


class Handling(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation or restriction that a reading unit must have accepted."""

    code: str
    text: str


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A named box, edges included."""

    code: str
    name: str
    south_e7: int
    west_e7: int
    north_e7: int
    east_e7: int

    def __post_init__(self) -> None:
        if not -LAT_MAX_E7 <= self.south_e7 <= self.north_e7 <= LAT_MAX_E7:
            raise BadInput("a region's south is not below its north, on the earth", where=f"region {self.code}")
        if max(abs(self.west_e7), abs(self.east_e7)) > LON_MAX_E7:
            raise BadInput(
                "a region reaches beyond 180 degrees", where=f"region {self.code}", do="west above east crosses the dateline"
            )


class CodeBook(msgspec.Struct, frozen=True, kw_only=True):
    """All codes of a coalition at one version."""

    version: int
    parties: Mapping[str, Party]
    commands: Mapping[str, Command]
    units: Mapping[str, Unit]
    operations: Mapping[str, Operation]
    categories: Mapping[str, str]
    handling: Mapping[str, Handling]
    regions: Mapping[str, Region] = {}

    def __post_init__(self) -> None:
        _each_under_its_code(self)
        for unit in self.units.values():
            need(self.parties, unit.party, what="party", where=f"unit {unit.code}")
            need(self.commands, unit.command, what="command", where=f"unit {unit.code}")
            need(REGIMES, unit.regime, what="legal regime", where=f"unit {unit.code}")
            need(LEVELS, unit.clearance, what="level", where=f"unit {unit.code}")
            need_all(self.handling, unit.handling, what="handling template", where=f"unit {unit.code}")
        for command in self.commands.values():
            need(self.parties, command.party, what="party", where=f"command {command.code}")
            need(REGIMES, command.regime, what="legal regime", where=f"command {command.code}")
        for operation in self.operations.values():
            need_all(self.units, operation.units, what="unit", where=f"operation {operation.code}")

    def units_of(self, party: str) -> tuple[str, ...]:
        """The units of a party, sorted. Raises UnknownCode."""
        need(self.parties, party, what="party")
        return tuple(sorted(unit.code for unit in self.units.values() if unit.party == party))

    def unit_fingerprint(self, unit: str) -> Digest:
        """Changes with the unit's regime, command, the command's regime, or mission: such a change voids its grants."""
        need(self.units, unit, what="unit")
        found = self.units[unit]
        value: JsonValue = {
            "code": unit,
            "command": found.command,
            "command_regime": self.commands[found.command].regime,
            "mission": found.mission,
            "regime": found.regime,
        }
        return digest_of(value)


def _each_under_its_code(book: CodeBook) -> None:
    for table in (book.parties, book.commands, book.units, book.operations, book.handling, book.regions):
        for code, one in table.items():
            if one.code != code:
                raise BadInput("a code-book keeps something under another code than its own", where=code)
    for code in (*book.units, *book.operations, *book.categories, *book.handling, *book.regions):
        if code in EXCLUDED_USES:
            raise ExcludedUse(f"no code can stand for {code}", where="code-book", why="it is an excluded use: nobody can grant it")


def need(known: Iterable[str], code: str, *, what: str, where: str = "") -> str:
    """`code` itself when it is known. Raises UnknownCode naming what it should have been."""
    if code not in known:
        listed = ", ".join(sorted(known)[:12]) or "none declared"
        raise UnknownCode(f"no such {what}: {code!r}", where=where, do=f"known: {listed}")
    return code


def need_all(known: Iterable[str], codes: Iterable[str], *, what: str, where: str = "") -> tuple[str, ...]:
    """Every code known, or UnknownCode for the first that is not."""
    return tuple(need(known, code, what=what, where=where) for code in codes)
