"""A line: the positions of one contact in time order, with the questions that rules ask of it.

1. Positions between messages are interpolated on a straight line, never across a hole longer than asked.
2. Rules read the same positions as columns: see `picture.fleet`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.picture.ground import Ints, rounded
from fairlead.report.detection import FeedKind

UNKNOWN: Final = -1
SOG_MAX_DKN: Final = 1022  # ITU-R M.1371: 1023 is "not available"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """Row numbers into the gathered detections, and their columns; longitudes are unwrapped."""

    id: str
    kind: FeedKind
    mmsi: int
    rows: npt.NDArray[np.intp]
    t_ms: Ints
    lat_e7: Ints
    lon_e7: Ints
    sog_dkn: Ints
    err_m: Ints

    @property
    def called(self) -> str:
        """How sentences call it: kind and short view id, never a name or an MMSI."""
        return f"{'AIS' if self.kind == 'ais' else self.kind} contact {self.id[:4]}"

    def between(self, from_ms: int, to_ms: int) -> slice:
        """The messages inside a span, ends included."""
        return slice(int(np.searchsorted(self.t_ms, from_ms, "left")), int(np.searchsorted(self.t_ms, to_ms, "right")))


def at(line: Line, t_ms: Ints, hole_max_s: int) -> tuple[npt.NDArray[np.bool_], Ints, Ints]:
    """Where the line was at each time: whether it is known, and the position there (meaningless where it is not)."""
    last = len(line.t_ms) - 1
    left = np.clip(np.searchsorted(line.t_ms, t_ms, "right") - 1, 0, last)
    right = np.minimum(left + 1, last)
    span = line.t_ms[right] - line.t_ms[left]
    exact = line.t_ms[left] == t_ms
    known = exact | ((t_ms > line.t_ms[left]) & (t_ms < line.t_ms[right]) & (span <= hole_max_s * 1000))
    part = np.where(known & ~exact, (t_ms - line.t_ms[left]) / np.maximum(span, 1), 0.0)
    lat = line.lat_e7[left] + rounded(part * (line.lat_e7[right] - line.lat_e7[left]))
    lon = line.lon_e7[left] + rounded(part * (line.lon_e7[right] - line.lon_e7[left]))
    return known, lat, lon


def usual(values: npt.NDArray[np.int16]) -> int:
    """The value stated most often, the smaller of two equals; -1 when none was."""
    stated = values[values >= 0]
    if not len(stated):
        return UNKNOWN
    first = int(stated[0])
    if (stated == first).all():
        return first
    kinds, counts = np.unique(stated, return_counts=True)
    return int(kinds[int(np.argmax(counts))])
