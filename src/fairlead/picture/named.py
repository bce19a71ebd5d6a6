"""What numbers said of themselves in the window, looked up by number: names, type and length, the one said last first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.picture.gather import Gathered
from fairlead.picture.identity import FIELDS
from fairlead.picture.line import UNKNOWN, Line, usual
from fairlead.report.statement import MEMORY, Statements

LOOKED_UP: Final = ("name", "ship_type", "length_m", "call_sign", "imo", "destination")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Named:
    """Statements of a view, sorted by number."""

    stated: Statements
    restless: frozenset[int]
    last: dict[str, dict[int, int | bytes]]  # by column and number
    called: dict[int, tuple[str, ...]]
    known: dict[int, Statements] = field(default_factory=dict)  # what was looked up already

    def of(self, mmsi: int) -> Statements:
        """All that a number stated, in order of time."""
        found = self.known.get(mmsi)
        if found is None:
            found = self.known[mmsi] = self._of(mmsi)
        return found

    def _of(self, mmsi: int) -> Statements:
        first, last = np.searchsorted(self.stated.mmsi, [mmsi, mmsi + 1]).tolist()
        own = self.stated.rows(slice(first, last))
        return own.rows(np.lexsort((own.part, own.first_ms)))

    def names(self, mmsi: int) -> list[str]:
        """Names that a number stated, the latest first; only printable characters of each."""
        return list(self.called.get(mmsi, ())) if mmsi else []

    def ship_type(self, gathered: Gathered, line: Line) -> int:
        """The ship type stated latest, else the one that its reports carry most often; -1 for none."""
        return self._stated("ship_type", gathered.rows.ship_type[line.rows], line)

    def length_m(self, gathered: Gathered, line: Line) -> int:
        """The length stated latest, else the one that its reports carry most often; -1 for none."""
        return self._stated("length_m", gathered.rows.length_m[line.rows], line)

    def _stated(self, column: str, carried: npt.NDArray[np.int16], line: Line) -> int:
        kind = usual(carried)
        if kind != UNKNOWN or not line.mmsi:
            return kind
        return int(self.last[column].get(line.mmsi, UNKNOWN))

    def latest(self, column: str, mmsi: int) -> str:
        """What a number stated latest in a column, as text, else what others say of it; empty for nothing."""
        value = self.last[column].get(mmsi, b"") if mmsi else b""
        return _printable(value.decode("latin-1")) if isinstance(value, bytes) else str(value)

    def changing(self) -> list[int]:
        """Numbers that stated more than one name, call sign or IMO number."""
        return sorted(_differing(self.stated, ("name", "call_sign", "imo")))


def named_of(stated: Statements) -> Named:
    """Statements, which numbers said anything differently, and what each said last."""
    return Named(
        stated=stated,
        restless=frozenset(_differing(stated, FIELDS)),
        last={name: _last(stated, name) for name in LOOKED_UP},
        called=_called(stated),
    )


def _last(stated: Statements, name: str) -> dict[int, int | bytes]:
    """What each number said latest in a column; of two said until the same time, the one that it began with."""
    column = getattr(stated, name)
    size = name in ("ship_type", "length_m")
    said = np.flatnonzero(column != b"" if column.dtype.kind == "S" else column >= (0 if size else 1))
    others = (stated.part[said] >= MEMORY) & (not size)  # what others say of it comes after what the vessel says
    said = said[np.lexsort((stated.part[said], stated.first_ms[said], -stated.last_ms[said], others, stated.mmsi[said]))]
    number = stated.mmsi[said]
    first = np.ones(len(said), dtype=np.bool_)
    first[1:] = number[1:] != number[:-1]
    return dict(zip(number[first].tolist(), column[said[first]].tolist(), strict=True))


def _called(stated: Statements) -> dict[int, tuple[str, ...]]:
    """The names of each number, the latest first; what a receiver remembers comes after what the vessel says."""
    said = np.flatnonzero(stated.name != b"")
    memory = stated.part[said] >= MEMORY
    said = said[np.lexsort((stated.part[said], stated.first_ms[said], -stated.last_ms[said], memory, stated.mmsi[said]))]
    number, name = stated.mmsi[said], stated.name[said]
    new = np.ones(len(said), dtype=np.bool_)
    new[1:] = (number[1:] != number[:-1]) | (name[1:] != name[:-1])
    found: dict[int, dict[str, None]] = {}
    for one, raw in zip(number[new].tolist(), name[new].tolist(), strict=True):
        clean = _printable(raw.decode("latin-1"))
        if clean:
            found.setdefault(one, {})[clean] = None
    return {one: tuple(names) for one, names in found.items()}


def _printable(text: str) -> str:
    return (text if text.isprintable() else "".join(one for one in text if one.isprintable())).strip()


def _differing(stated: Statements, columns: Sequence[str]) -> set[int]:
    """Numbers with two different values stated in one of the columns."""
    found = set[int]()
    stated = stated.rows(stated.part < MEMORY)
    for name in columns:
        column = getattr(stated, name)
        said = np.flatnonzero(column != b"") if column.dtype.kind == "S" else np.flatnonzero(column > 0)
        mmsi, values = stated.mmsi[said], column[said]
        found.update(mmsi[1:][(np.diff(mmsi) == 0) & (values[1:] != values[:-1])].tolist())
    return found
