"""What numbers said of themselves in the window, looked up by number: names, type and length, the one said last first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairlead.picture.gather import Gathered
from fairlead.picture.identity import FIELDS
from fairlead.picture.line import UNKNOWN, Line, usual
from fairlead.report.statement import MEMORY, Statements


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Named:
    """Statements of a view, sorted by number."""

    stated: Statements
    restless: frozenset[int]

    def of(self, mmsi: int) -> Statements:
        """All that a number stated, in order of time."""
        first, last = np.searchsorted(self.stated.mmsi, [mmsi, mmsi + 1]).tolist()
        own = self.stated.rows(slice(first, last))
        return own.rows(np.lexsort((own.part, own.first_ms)))

    def names(self, mmsi: int) -> list[str]:
        """Names that a number stated, the latest first; only printable characters of each."""
        own = self.of(mmsi) if mmsi else self.stated.rows(slice(0, 0))
        order = np.lexsort((-own.last_ms, own.part >= MEMORY))  # what others say of it comes after what the vessel says
        clean = ("".join(one for one in bytes(name).decode("latin-1") if one.isprintable()).strip() for name in own.name[order])
        return list(dict.fromkeys(name for name in clean if name))

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
        own = self.of(line.mmsi)
        values: npt.NDArray[np.int16] = getattr(own, column)
        said = np.flatnonzero(values >= 0)
        return int(values[said[np.argmax(own.last_ms[said])]]) if len(said) else UNKNOWN

    def latest(self, column: str, mmsi: int) -> str:
        """What a number stated latest in a column, as text, else what others say of it; empty for nothing."""
        own = self.of(mmsi) if mmsi else self.stated.rows(slice(0, 0))
        values = getattr(own, column)
        said = np.flatnonzero(values != b"") if values.dtype.kind == "S" else np.flatnonzero(values > 0)
        if not len(said):
            return ""
        value = values[said[np.lexsort((-own.last_ms[said], own.part[said] >= MEMORY))[0]]]
        text = bytes(value).decode("latin-1") if values.dtype.kind == "S" else str(int(value))
        return "".join(one for one in text if one.isprintable()).strip()

    def changing(self) -> list[int]:
        """Numbers that stated more than one name, call sign or IMO number."""
        return sorted(_differing(self.stated, ("name", "call_sign", "imo")))


def named_of(stated: Statements) -> Named:
    """Statements, and which numbers said anything differently."""
    return Named(stated=stated, restless=frozenset(_differing(stated, FIELDS)))


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
