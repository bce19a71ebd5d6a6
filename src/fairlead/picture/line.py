"""A line: the positions of one contact in time order, with the questions that rules ask of it.

1. Positions between messages are interpolated on a straight line, never across a hole longer than asked.
2. Slots are absolute multiples of a step, so two lines are compared at the same instants whatever the window.
3. A speed is the one reported, interpolated; where none was reported it is measured over the leg before and the leg after,
   and the slower counts, so that an arrival or a departure does not blur a stop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairlead.picture.gather import Gathered
from fairlead.picture.ground import Ints, apart_m, speed_dkn, unwrap_e7
from fairlead.picture.parameters import Parameters
from fairlead.report.detection import FeedKind

UNKNOWN = -1
SOG_MAX_DKN = 1022  # ITU-R M.1371: 1023 is "not available"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """A line at absolute slots where it is known: slot numbers, positions, speeds (-1 unknown)."""

    number: Ints
    lat_e7: Ints
    lon_e7: Ints
    speed_dkn: Ints


def line_of(gathered: Gathered, rows: npt.NDArray[np.intp], *, id: str, kind: FeedKind, mmsi: int) -> Line:
    """The line through rows given in time order; of messages at one instant the first stands, so time strictly grows."""
    t_ms = gathered.rows.t_ms[rows]
    keep = np.ones(len(rows), dtype=np.bool_)
    keep[1:] = np.diff(t_ms) > 0
    rows = rows[keep]
    sog = gathered.rows.sog_dkn[rows].astype(np.int64)
    return Line(
        id=id,
        kind=kind,
        mmsi=mmsi,
        rows=rows,
        t_ms=gathered.rows.t_ms[rows],
        lat_e7=gathered.lat_e7[rows],
        lon_e7=unwrap_e7(gathered.lon_e7[rows]),
        sog_dkn=np.where(sog > SOG_MAX_DKN, UNKNOWN, sog),
        err_m=gathered.rows.err_m[rows].astype(np.int64),
    )


def at(line: Line, t_ms: Ints, hole_max_s: int) -> tuple[npt.NDArray[np.bool_], Ints, Ints]:
    """Where the line was at each time: whether it is known, and the position there (meaningless where it is not)."""
    last = len(line.t_ms) - 1
    left = np.clip(np.searchsorted(line.t_ms, t_ms, "right") - 1, 0, last)
    right = np.minimum(left + 1, last)
    span = line.t_ms[right] - line.t_ms[left]
    exact = line.t_ms[left] == t_ms
    known = exact | ((t_ms > line.t_ms[left]) & (t_ms < line.t_ms[right]) & (span <= hole_max_s * 1000))
    part = np.where(known & ~exact, (t_ms - line.t_ms[left]) / np.maximum(span, 1), 0.0)
    lat = line.lat_e7[left] + np.rint(part * (line.lat_e7[right] - line.lat_e7[left])).astype(np.int64)
    lon = line.lon_e7[left] + np.rint(part * (line.lon_e7[right] - line.lon_e7[left])).astype(np.int64)
    return known, lat, lon


def slots_of(line: Line, parameters: Parameters) -> Slots:
    """The line at every slot where it is known."""
    step = parameters.slot_s * 1000
    number = np.arange(-(-int(line.t_ms[0]) // step), int(line.t_ms[-1]) // step + 1, dtype=np.int64)
    known, lat, lon = at(line, number * step, parameters.hole_max_s)
    speed = np.where(known, _reported(line, number * step), UNKNOWN)
    if (known & (speed == UNKNOWN)).any():
        speed = np.where(speed == UNKNOWN, _measured(known, lat, lon, parameters), speed)
    return Slots(number=number[known], lat_e7=lat[known], lon_e7=lon[known], speed_dkn=speed[known])


def _reported(line: Line, t_ms: Ints) -> Ints:
    """The reported speed interpolated between the messages either side; unknown when one of them states none."""
    last = len(line.t_ms) - 1
    left = np.clip(np.searchsorted(line.t_ms, t_ms, "right") - 1, 0, last)
    right = np.where(line.t_ms[left] == t_ms, left, np.minimum(left + 1, last))
    span = np.maximum(line.t_ms[right] - line.t_ms[left], 1)
    part = (t_ms - line.t_ms[left]) / span
    speed = line.sog_dkn[left] + np.rint(part * (line.sog_dkn[right] - line.sog_dkn[left])).astype(np.int64)
    return np.where((line.sog_dkn[left] < 0) | (line.sog_dkn[right] < 0), UNKNOWN, speed)


def _measured(known: npt.NDArray[np.bool_], lat: Ints, lon: Ints, parameters: Parameters) -> Ints:
    """The slower of the leg before and the leg after, each one baseline long; unknown when neither is."""
    legs = max(1, parameters.speed_baseline_s // parameters.slot_s)
    ahead = np.full(len(lat), np.iinfo(np.int64).max)
    if len(lat) <= legs:
        return np.full(len(lat), UNKNOWN)
    apart = apart_m(lat[:-legs], lon[:-legs], lat[legs:], lon[legs:])
    speed = speed_dkn(apart, legs * parameters.slot_s * 1000)
    ahead[:-legs] = np.where(known[:-legs] & known[legs:], speed, ahead[:-legs])
    behind = np.full(len(lat), np.iinfo(np.int64).max)
    behind[legs:] = ahead[:-legs]
    slower = np.minimum(ahead, behind)
    return np.where(slower == np.iinfo(np.int64).max, UNKNOWN, slower)


def usual(values: npt.NDArray[np.int16]) -> int:
    """The value stated most often, the smaller of two equals; -1 when none was."""
    stated = values[values >= 0]
    if not len(stated):
        return UNKNOWN
    kinds, counts = np.unique(stated, return_counts=True)
    return int(kinds[int(np.argmax(counts))])
