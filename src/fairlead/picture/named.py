"""What numbers said of themselves in the window, looked up by number: names, type and length, the one said last first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairlead.picture.gather import Gathered
from fairlead.picture.line import UNKNOWN, Line, usual
from fairlead.report.statement import Statements


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Named:
    """Statements of a view, sorted by number."""

    stated: Statements

    def of(self, mmsi: int) -> Statements:
        """All that a number stated, in order of time."""
        first, last = np.searchsorted(self.stated.mmsi, [mmsi, mmsi + 1]).tolist()
        own = self.stated.rows(slice(first, last))
        return own.rows(np.lexsort((own.part, own.first_ms)))

    def names(self, mmsi: int) -> list[str]:
        """Names that a number stated, the latest first; only printable characters of each."""
        own = self.of(mmsi) if mmsi else self.stated.rows(slice(0, 0))
        order = np.argsort(-own.last_ms, kind="stable")
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

    def changing(self) -> list[int]:
        """Numbers that stated more than one name, call sign or IMO number."""
        stated, found = self.stated, set[int]()
        for column in (stated.name, stated.call_sign, stated.imo):
            said = np.flatnonzero(column != np.zeros(1, dtype=column.dtype)[0])
            mmsi, values = stated.mmsi[said], column[said]
            step = np.flatnonzero((np.diff(mmsi) == 0) & (values[1:] != values[:-1]))
            found.update(mmsi[step].tolist())
        return sorted(found)
