"""A chart: shoreline and territorial seas, asked about many positions at once; distances in whole metres, never for navigation.

1. Shoreline is kept as short segments in cells of a tenth of a degree; a distance is to the nearest of them, in the tangent plane of
   the position asked about.
2. Whether a position is on land follows from the middle of its cell, which is counted from the west once, and from the segments of
   that cell that lie between the middle and the position.
3. Outside its box a chart knows nothing and says -1; a chart without a shoreline knows nothing anywhere.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from fairlead.envelope import Digest
from fairlead.picture.ground import HALF_E7, METRES_PER_E7, RADIANS_PER_E7, TURN_E7, Ints, cosine_k
from fairlead.report.compiled import kernel

CELL_E7: Final = 1_000_000
ROWS: Final = 1800
COLUMNS: Final = 3600
Ring: TypeAlias = npt.NDArray[np.int64]  # (n, 2) latitude and longitude in 1e-7 degree, closed or not
Box: TypeAlias = tuple[int, int, int, int]  # south, west, north, east in 1e-7 degree
WORLD: Final[Box] = (-900_000_000, -HALF_E7, 900_000_000, HALF_E7)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Territory:
    """A territorial sea: whose it is (ISO 3166 alpha-3, or what the file says), and its rings."""

    code: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """Segments (n, 4) sorted by cell, where each cell begins, and which cells have land in their middle."""

    segments: Ints
    begin: npt.NDArray[np.int32]
    land: npt.NDArray[np.bool_]
    box: Box
    territories: tuple[Territory, ...] = ()
    digest: Digest = field(default=Digest(""))

    def shore_m(self, lat_e7: Ints, lon_e7: Ints, most_m: int) -> Ints:
        """Distance from shore, `most_m + 1` for farther; -1 where this chart knows nothing."""
        apart = np.full(len(lat_e7), -1, dtype=np.int64)
        if len(self.segments) and len(lat_e7):
            _shore(lat_e7, lon_e7, self.segments, self.begin, most_m, np.array(self.box, dtype=np.int64), apart)
        return apart

    def inland_m(self, lat_e7: Ints, lon_e7: Ints, most_m: int) -> Ints:
        """Distance from shore of what lies on land, 0 at sea, `most_m + 1` for farther; -1 where this chart knows nothing."""
        ashore = np.full(len(lat_e7), -1, dtype=np.int64)
        if len(self.segments) and len(lat_e7):
            _ashore(lat_e7, lon_e7, self.segments, self.begin, self.land, np.array(self.box, dtype=np.int64), ashore)
            on = np.flatnonzero(ashore == 1)
            ashore[on] = np.maximum(self.shore_m(lat_e7[on], lon_e7[on], most_m), 1)
        return ashore

    def seas_near(self, lat_e7: int, lon_e7: int, most_m: int) -> tuple[tuple[str, int], ...]:
        """Territorial seas within so many metres, the nearest first, and how far each is; 0 inside it."""
        found = []
        for sea in self.territories:
            apart = [_ring_m(ring, lat_e7, lon_e7) for ring in sea.rings if _meets(ring, lat_e7, lon_e7, most_m)]
            inside = sum(_inside(ring, lat_e7, lon_e7) for ring in sea.rings) % 2
            nearest = 0 if inside else min(apart, default=most_m + 1)
            if nearest <= most_m:
                found.append((nearest, sea.code))
        return tuple((code, metres) for metres, code in sorted(found))


def chart_of(land: Sequence[Ring], *, box: Box = WORLD, territories: Sequence[Territory] = ()) -> Chart:
    """A chart of land rings. Rings are closed; an edge longer than a cell is cut into pieces along it."""
    seal = hashlib.sha256(b"fairlead chart 1\n" + repr(box).encode())
    for ring in land:
        seal.update(ring.astype("<i8").tobytes() + b"|")
    for sea in territories:
        seal.update(sea.code.encode() + b"".join(ring.astype("<i8").tobytes() for ring in sea.rings))
    segments = _cut(land)
    rows = (segments[:, 0:3:2].min(axis=1) + 900_000_000) // CELL_E7, (segments[:, 0:3:2].max(axis=1) + 900_000_000) // CELL_E7
    columns = (segments[:, 1:4:2].min(axis=1) + HALF_E7) // CELL_E7, (segments[:, 1:4:2].max(axis=1) + HALF_E7) // CELL_E7
    kept, cells = [], []
    for north in (0, 1):
        for east in (0, 1):
            chosen = (rows[1] - rows[0] >= north) & (columns[1] - columns[0] >= east)
            kept.append(segments[chosen])
            cell = np.minimum(rows[0][chosen] + north, ROWS - 1) * COLUMNS + np.minimum(columns[0][chosen] + east, COLUMNS - 1)
            cells.append(cell)
    placed, cell = np.concatenate(kept), np.concatenate(cells)
    order = np.argsort(cell, kind="stable")
    begin = np.searchsorted(cell[order], np.arange(ROWS * COLUMNS + 1)).astype(np.int32)
    return Chart(
        segments=np.ascontiguousarray(placed[order]),
        begin=begin,
        land=_middles(segments),
        box=box,
        territories=tuple(territories),
        digest=Digest(seal.hexdigest()),
    )


def _cut(land: Sequence[Ring]) -> Ints:
    """Edges of all rings as (lat, lon, lat, lon), none longer than a cell either way."""
    parts: list[Ints] = [np.zeros((0, 4), dtype=np.int64)]
    for ring in land:
        closed = ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]])
        edges = np.concatenate([closed[:-1], closed[1:]], axis=1).astype(np.int64)
        longest = np.abs(edges[:, 2:] - edges[:, :2]).max(axis=1)
        pieces = np.maximum(1, -(-longest // (CELL_E7 - 1)))
        which = np.repeat(np.arange(len(edges)), pieces)
        step = np.arange(len(which)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        span = edges[which, 2:] - edges[which, :2]
        first = edges[which, :2] + span * step[:, None] // pieces[which, None]
        after = edges[which, :2] + span * (step + 1)[:, None] // pieces[which, None]
        parts.append(np.concatenate([first, after], axis=1))
    return np.concatenate(parts)


def _middles(segments: Ints) -> npt.NDArray[np.bool_]:
    """For each cell whether its middle is on land: how often a line from the west along its row meets the shore."""
    low, high = np.minimum(segments[:, 0], segments[:, 2]), np.maximum(segments[:, 0], segments[:, 2])
    row = -(-(low + 900_000_000 - CELL_E7 // 2) // CELL_E7)  # the first row whose middle is at or above the lower end
    middle = row * CELL_E7 + CELL_E7 // 2 - 900_000_000
    crosses = (middle < high) & (row >= 0) & (row < ROWS)
    one, row, middle = segments[crosses], row[crosses], middle[crosses]
    lon = one[:, 1] + (middle - one[:, 0]) / (one[:, 2] - one[:, 0]) * (one[:, 3] - one[:, 1])
    column = np.floor((lon + HALF_E7 + CELL_E7 / 2) / CELL_E7).astype(np.int64)
    counts = np.zeros((ROWS, COLUMNS + 1), dtype=np.int32)
    np.add.at(counts, (row, np.clip(column, 0, COLUMNS)), 1)
    land: npt.NDArray[np.bool_] = (np.cumsum(counts, axis=1)[:, :COLUMNS] % 2 == 1).reshape(-1)
    return land


@kernel
def _outside(lat: int, lon: int, box: Ints) -> bool:
    return bool(lat < box[0] or lat > box[2] or lon < box[1] or lon > box[3])


@kernel
def _shore(lat: Ints, lon: Ints, segments: Ints, begin: npt.NDArray[np.int32], most_m: int, box: Ints, apart: Ints) -> None:
    for at in range(len(lat)):
        if _outside(lat[at], lon[at], box):
            continue
        scale = max(cosine_k(lat[at] * RADIANS_PER_E7), 0.01)
        row, column = (lat[at] + 900_000_000) // CELL_E7, (lon[at] + HALF_E7) // CELL_E7
        best = (most_m + 1.0) * (most_m + 1.0)
        reach = 0
        while True:
            for here in range(row - reach, row + reach + 1):
                if here < 0 or here >= ROWS:
                    continue
                step = 1 if here == row - reach or here == row + reach else max(2 * reach, 1)
                for over in range(column - reach, column + reach + 1, step):
                    cell = here * COLUMNS + over % COLUMNS
                    for number in range(begin[cell], begin[cell + 1]):
                        best = min(best, _square(segments[number], lat[at], lon[at], scale))
            # nothing in the next ring of cells is nearer than this
            near = reach * CELL_E7 * METRES_PER_E7 * scale * 0.98
            if near * near >= best or near > most_m:
                break
            reach += 1
        apart[at] = min(math.floor(math.sqrt(best) + 0.5), most_m + 1)


@kernel
def _square(segment: Ints, lat: int, lon: int, scale: float) -> float:
    """Square of the distance from a position to a segment, in the tangent plane of the position."""
    north_a, north_b = (segment[0] - lat) * METRES_PER_E7, (segment[2] - lat) * METRES_PER_E7
    east_a = ((segment[1] - lon + HALF_E7) % TURN_E7 - HALF_E7) * METRES_PER_E7 * scale
    east_b = ((segment[3] - lon + HALF_E7) % TURN_E7 - HALF_E7) * METRES_PER_E7 * scale
    north, east = north_b - north_a, east_b - east_a
    long = north * north + east * east
    part = 0.0 if long == 0.0 else min(1.0, max(0.0, -(north_a * north + east_a * east) / long))
    off_north, off_east = north_a + part * north, east_a + part * east
    square: float = off_north * off_north + off_east * off_east
    return square


@kernel
def _ashore(
    lat: Ints, lon: Ints, segments: Ints, begin: npt.NDArray[np.int32], land: npt.NDArray[np.bool_], box: Ints, ashore: Ints
) -> None:
    for at in range(len(lat)):
        if _outside(lat[at], lon[at], box):
            continue
        row = min((lat[at] + 900_000_000) // CELL_E7, ROWS - 1)
        column = min((lon[at] + HALF_E7) // CELL_E7, COLUMNS - 1)
        middle_lat, middle_lon = row * CELL_E7 + CELL_E7 // 2 - 900_000_000, column * CELL_E7 + CELL_E7 // 2 - HALF_E7
        on = land[row * COLUMNS + column]
        for number in range(begin[row * COLUMNS + column], begin[row * COLUMNS + column + 1]):
            one = segments[number]
            # the segment's ends on two sides of the line to the middle, and both points on two sides of the segment
            side_a = (middle_lat - lat[at]) * (one[1] - lon[at]) - (middle_lon - lon[at]) * (one[0] - lat[at]) > 0
            side_b = (middle_lat - lat[at]) * (one[3] - lon[at]) - (middle_lon - lon[at]) * (one[2] - lat[at]) > 0
            if side_a != side_b:
                side_p = (one[2] - one[0]) * (lon[at] - one[1]) - (one[3] - one[1]) * (lat[at] - one[0]) > 0
                side_m = (one[2] - one[0]) * (middle_lon - one[1]) - (one[3] - one[1]) * (middle_lat - one[0]) > 0
                if side_p != side_m:
                    on = not on
        ashore[at] = 1 if on else 0


def _meets(ring: Ring, lat_e7: int, lon_e7: int, most_m: int) -> bool:
    """Whether a ring's box comes within so many metres."""
    north = most_m / METRES_PER_E7
    east = north / max(math.cos(lat_e7 * RADIANS_PER_E7), 0.01)
    low, high = ring.min(axis=0), ring.max(axis=0)
    return bool(low[0] - north <= lat_e7 <= high[0] + north and low[1] - east <= lon_e7 <= high[1] + east)


def _ring_m(ring: Ring, lat_e7: int, lon_e7: int) -> int:
    closed = ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]])
    scale = math.cos(lat_e7 * RADIANS_PER_E7)
    north = (closed[:, 0] - lat_e7) * METRES_PER_E7
    east = ((closed[:, 1] - lon_e7 + HALF_E7) % TURN_E7 - HALF_E7) * METRES_PER_E7 * scale
    over_north, over_east = np.diff(north), np.diff(east)
    long = over_north * over_north + over_east * over_east
    part = np.clip(-(north[:-1] * over_north + east[:-1] * over_east) / np.where(long == 0, 1, long), 0, 1)
    off = np.hypot(north[:-1] + part * over_north, east[:-1] + part * over_east)
    return int(np.floor(off.min() + 0.5))


def _inside(ring: Ring, lat_e7: int, lon_e7: int) -> int:
    """1 when an even-odd count says that the position is inside the ring."""
    closed = ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]])
    lat, lon = closed[:, 0], closed[:, 1]
    spans = (lat[:-1] > lat_e7) != (lat[1:] > lat_e7)
    rise = np.where(spans, lat[1:] - lat[:-1], 1)
    cross = lon[:-1] + (lat_e7 - lat[:-1]) / rise * (lon[1:] - lon[:-1])
    return int((spans & (cross > lon_e7)).sum() % 2)
