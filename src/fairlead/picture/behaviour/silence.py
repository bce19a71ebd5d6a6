"""B5, AIS gap: a vessel fell silent while others were still heard where it was (design: behaviour table, row B5).

1. Only between two messages of one AIS line, both from feeds whose gaps mean something: a trimmed extract yields nothing.
2. Reception is what those feeds brought: messages and numbers heard in each cell of half a degree and each hour. The place of silence
   is the straight line between the two messages; of each whole hour of it, the cell at its middle counts.
3. What was expected is the smaller of two counts: as many as a neighbour was heard with in each of these hours, and as many as the
   vessel's own rate around the gap gives. So a place where little is heard expects little.
4. Silence is not evidence of a reason: the event says how far the vessel can have been and stops there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.picture.event import Event
from fairlead.picture.ground import HALF_E7, TURN_E7, Ints, apart_one_m, wrap_one_e7
from fairlead.picture.scene import Scene
from fairlead.report.compiled import kernel

HOUR_MS: Final = 3_600_000
OWN_MS: Final = 2 * HOUR_MS  # own rate is counted this long before and after
CELL_E7: Final = 5_000_000
CELLS_EAST: Final = TURN_E7 // CELL_E7
QUARTER_E7: Final = HALF_E7 // 2


def meaningful(scene: Scene) -> npt.NDArray[np.bool_]:
    """For each gathered row whether it came from an AIS feed whose gaps mean something."""
    feeds = np.array([feed.kind == "ais" and feed.gaps_meaningful for feed in scene.gathered.feeds], dtype=np.bool_)
    return feeds[scene.gathered.feed_of] if len(feeds) else np.zeros(0, dtype=np.bool_)


def silences(scene: Scene) -> Iterator[Event]:
    """B5 events in order of line and time."""
    counted = meaningful(scene)
    if not counted.any():
        return
    fleet, limits = scene.fleet, scene.parameters
    gaps = _gaps(fleet.start, fleet.mmsi, fleet.t_ms, counted[fleet.row], limits.gap_min_s * 1000)
    if not len(gaps):
        return
    # 1. the cells and hours of all gaps, and what was heard in each
    asked = [_hours(scene, at) for at in gaps.tolist()]
    wanted = np.unique(np.concatenate(asked)) if asked else np.zeros(0, dtype=np.int64)
    messages, numbers = np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.int64)
    rows = scene.gathered.rows
    _heard(rows.t_ms, scene.gathered.lat_e7, scene.gathered.lon_e7, rows.mmsi, counted, wanted, messages, numbers)
    # 2. how common such a silence is among all that were heard where it began
    begun = _cells(scene.fleet.lat_e7[gaps], scene.fleet.lon_e7[gaps])
    cells = np.unique(begun)
    present, silent = np.zeros(len(cells), dtype=np.int64), np.zeros(len(cells), dtype=np.int64)
    _heard(np.zeros_like(rows.t_ms), scene.gathered.lat_e7, scene.gathered.lon_e7, rows.mmsi, counted, cells, silent, present)
    line_of = np.searchsorted(fleet.start, gaps, "right") - 1
    silent = np.bincount(np.searchsorted(cells, np.unique(np.stack([begun, line_of]), axis=1)[0]), minlength=len(cells))
    # 3. what a vessel there would have been heard with
    for at, keys, cell in zip(gaps.tolist(), asked, np.searchsorted(cells, begun).tolist(), strict=True):
        place = np.searchsorted(wanted, keys)
        heard = messages[place]
        by_neighbours = int((heard // np.maximum(numbers[place], 1)).sum())
        common = (("present", int(present[cell])), ("silent", int(silent[cell])))
        event = _event(scene, at, len(keys), int(heard.sum()), int((heard > 0).sum()), by_neighbours, common)
        if event["heard"] >= limits.gap_heard_min and event["expected"] >= limits.gap_expected_min:
            yield event


@kernel
def _gaps(start: Ints, mmsi: Ints, t_ms: Ints, counted: npt.NDArray[np.bool_], least_ms: int) -> Ints:
    """Rows of the fleet after which an AIS line is silent for so long, counted at both ends."""
    found = np.empty(64, dtype=np.int64)
    total = 0
    for line in range(len(start) - 1):
        if mmsi[line] == 0:
            continue
        for at in range(start[line], start[line + 1] - 1):
            if t_ms[at + 1] - t_ms[at] >= least_ms and counted[at] and counted[at + 1]:
                if total == len(found):
                    grown = np.empty(2 * total, dtype=np.int64)
                    grown[:total] = found
                    found = grown
                found[total] = at
                total += 1
    return found[:total]


def _hours(scene: Scene, at: int) -> Ints:
    """Keys of the cell and hour of each whole hour of a gap."""
    fleet = scene.fleet
    from_ms, to_ms = int(fleet.t_ms[at]), int(fleet.t_ms[at + 1])
    hour = np.arange(-(-from_ms // HOUR_MS), to_ms // HOUR_MS, dtype=np.int64)
    part = (hour * HOUR_MS + HOUR_MS // 2 - from_ms) / (to_ms - from_ms)
    lat = fleet.lat_e7[at] + np.floor(part * (fleet.lat_e7[at + 1] - fleet.lat_e7[at]) + 0.5).astype(np.int64)
    lon = fleet.lon_e7[at] + np.floor(part * (fleet.lon_e7[at + 1] - fleet.lon_e7[at]) + 0.5).astype(np.int64)
    keys: Ints = hour * CELLS_EAST * CELLS_EAST + _cells(lat, lon)
    return keys


def _cells(lat: Ints, lon: Ints) -> Ints:
    """The half-degree cell of each position; longitudes may be unwrapped."""
    east = (lon + HALF_E7) % TURN_E7
    cells: Ints = (lat + QUARTER_E7) // CELL_E7 * CELLS_EAST + east // CELL_E7
    return cells


@kernel
def _heard(
    t_ms: Ints,
    lat: Ints,
    lon: Ints,
    mmsi: Ints,
    counted: npt.NDArray[np.bool_],
    wanted: Ints,
    messages: Ints,
    numbers: Ints,
) -> None:
    """Messages and numbers heard for each wanted key; rows come sorted by number, so a number is new where it differs from the last."""
    size = 16
    while size < 4 * len(wanted):
        size *= 2
    slots = np.full(size, -1, dtype=np.int64)
    for number in range(len(wanted)):
        place = (wanted[number] * 0x9E3779B1) % size
        while slots[place] >= 0:
            place = (place + 1) % size
        slots[place] = number
    last = np.full(len(wanted), -1, dtype=np.int64)
    for row in range(len(t_ms)):
        if not counted[row]:
            continue
        key = (t_ms[row] // HOUR_MS * CELLS_EAST + (lat[row] + QUARTER_E7) // CELL_E7) * CELLS_EAST + (lon[row] + HALF_E7) // CELL_E7
        place = (key * 0x9E3779B1) % size
        while slots[place] >= 0 and wanted[slots[place]] != key:
            place = (place + 1) % size
        found = slots[place]
        if found >= 0:
            messages[found] += 1
            if last[found] != mmsi[row]:
                numbers[found] += 1
                last[found] = mmsi[row]


def _event(
    scene: Scene, at: int, hours: int, heard: int, hours_heard: int, by_neighbours: int, common: tuple[tuple[str, int], ...]
) -> Event:
    fleet = scene.fleet
    line = int(np.searchsorted(fleet.start, at, "right")) - 1
    own = fleet.of(line)
    from_ms, to_ms = int(fleet.t_ms[at]), int(fleet.t_ms[at + 1])
    times = fleet.t_ms[own]
    around = int(np.searchsorted(times, to_ms + OWN_MS, "right") - np.searchsorted(times, from_ms - OWN_MS, "left"))
    by_itself = around * (to_ms - from_ms) // (2 * OWN_MS)
    ends = [(int(fleet.lat_e7[row]), int(fleet.lon_e7[row])) for row in (at, at + 1)]
    middle_lat = (ends[0][0] + ends[1][0]) // 2
    middle_lon = wrap_one_e7(math.floor((ends[0][1] + ends[1][1]) / 2))
    return Event(
        rule="B5",
        lines=(line,),
        from_ms=from_ms,
        to_ms=to_ms,
        lat_e7=middle_lat,
        lon_e7=middle_lon,
        seen=(
            ("heard", heard),
            ("expected", min(by_neighbours, by_itself)),
            ("hours", hours),
            ("hours_heard", hours_heard),
            ("travelled_m", apart_one_m(*ends[0], *ends[1])),
            *common,
        ),
    )
