"""The coarse picture: all that a unit under the ceiling may have (charter, red line 2).

1. Positions at least 60 minutes old, in cells of at least 10 km on every side. Originators may tighten both, nobody may loosen
   them: a looser value, or a view that reaches nearer to now, is refused here as well as at the gate.
2. A cell says how many contacts were last heard in it, and when the newest of them was, to ten minutes. Nothing else: no ids,
   no identity, no speed, no course, no error, no track, no card.
3. A radar track that goes with an AIS track is the same contact and counts once.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec

from fairlead.errors import BadInput
from fairlead.picture.ground import HALF_E7, TURN_E7, wrap_one_e7
from fairlead.picture.shapes import View, Window

AGE_MIN_S: Final = 3600
CELL_MIN_M: Final = 10_000
TIME_STEP_MS: Final = 600_000
METRES_PER_DEGREE: Final = 110_500  # no degree of latitude, and none of longitude at the equator, is shorter: cells are never smaller
BAND_MIN_E7: Final = 1_000_000  # 0.1 degree of latitude
NOTE: Final = (
    "positions at least {minutes} minutes old, in cells of at least {kilometres} km; contacts last heard in each; not a live picture;"
    " one vessel may be counted as a track and as a sighting"
)


class CoarseCell(msgspec.Struct, frozen=True, kw_only=True):
    """The centre of a cell, and how many contacts were last heard in it."""

    lat_e7: int
    lon_e7: int
    contacts: int
    newest_ms: int


class CoarseView(msgspec.Struct, frozen=True, kw_only=True):
    """Cells from south to north and west to east."""

    window: Window
    cells: tuple[CoarseCell, ...]
    note: str


def coarse(view_at_age: View, *, now_ms: int, age_s: int = AGE_MIN_S, cell_m: int = CELL_MIN_M) -> CoarseView:
    """The cells of a view whose window ended at least `age_s` ago. Raises BadInput for anything looser than the ceiling."""
    if age_s < AGE_MIN_S or cell_m < CELL_MIN_M:
        raise BadInput("a coarse picture cannot be finer than the ceiling", where=f"{age_s} s, {cell_m} m", do="tighten, never loosen")
    if view_at_age.window.to_ms > now_ms - age_s * 1000:
        raise BadInput("the window ends too near to now for a coarse picture", why=f"positions must be {age_s // 60} minutes old")
    cells: dict[tuple[int, int], list[int]] = {}
    for track in view_at_age.tracks:
        if track.match is None:
            t_ms, lat_e7, lon_e7 = track.points[-1][:3]
            cells.setdefault(cell_centre(lat_e7, lon_e7, cell_m), []).append(t_ms)
    return CoarseView(
        window=view_at_age.window,
        cells=tuple(
            CoarseCell(lat_e7=lat, lon_e7=lon, contacts=len(times), newest_ms=max(times) // TIME_STEP_MS * TIME_STEP_MS)
            for (lat, lon), times in sorted(cells.items())
        ),
        note=NOTE.format(minutes=age_s // 60, kilometres=-(-cell_m // 1000)),
    )


def cell_centre(lat_e7: int, lon_e7: int, cell_m: int) -> tuple[int, int]:
    """Centre of the cell that a position falls into: bands of latitude, each cut into equal cells around the globe."""
    bands = max(1, HALF_E7 // max(BAND_MIN_E7, -(-cell_m * 10**7 // METRES_PER_DEGREE)))
    band = min(bands - 1, (lat_e7 + HALF_E7 // 2) * bands // HALF_E7)
    south, north = band * HALF_E7 // bands - HALF_E7 // 2, (band + 1) * HALF_E7 // bands - HALF_E7 // 2
    around_m = 360 * METRES_PER_DEGREE * math.cos(math.radians(max(abs(south), abs(north)) / 1e7))
    count = max(1, math.floor(around_m / cell_m))
    column = (wrap_one_e7(lon_e7) + HALF_E7) * count // TURN_E7
    return (south + north) // 2, (2 * column + 1) * TURN_E7 // (2 * count) - HALF_E7
