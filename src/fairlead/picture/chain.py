"""AIS positions into lines: one for each MMSI, split where one vessel cannot have been in both places.

1. A step faster than `speed_max_dkn`, with `jump_slack_m` for noise, is not made by one vessel.
2. Where an MMSI has such a step, each of its positions goes to the nearest of its lines that can reach it; none can, a new
   line begins. So two vessels under one MMSI become two lines and not one zig-zag.
3. An identity transmitted twice is a fact about transmitters; nothing here says which of them is genuine.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fairlead.picture.gather import Gathered
from fairlead.picture.ground import Ints, apart_k, apart_one_m, reach_one_m
from fairlead.picture.parameters import Parameters
from fairlead.report.compiled import kernel


def chains(gathered: Gathered, parameters: Parameters) -> list[tuple[int, npt.NDArray[np.intp]]]:
    """(MMSI, row numbers in time order) of every AIS line, by MMSI and then by first row."""
    rows = gathered.of_kind("ais")
    if not len(rows):
        return []
    mmsi = gathered.rows.mmsi[rows]
    order = np.argsort(mmsi, kind="stable")
    rows, mmsi = rows[order], mmsi[order]
    cuts = np.flatnonzero(np.diff(mmsi)) + 1
    torn = _torn_steps(gathered, rows, parameters)
    found: list[tuple[int, npt.NDArray[np.intp]]] = []
    for start, stop in zip([0, *cuts.tolist()], [*cuts.tolist(), len(rows)], strict=True):
        own = rows[start:stop]
        parts = _split(gathered, own, parameters) if torn[start : stop - 1].any() else [own]
        found.extend((int(mmsi[start]), part) for part in parts)
    return found


def _torn_steps(gathered: Gathered, rows: npt.NDArray[np.intp], parameters: Parameters) -> npt.NDArray[np.bool_]:
    """For each step to the next row, whether it is too fast for one vessel."""
    torn = np.zeros(max(len(rows) - 1, 0), dtype=np.bool_)
    columns = (gathered.rows.t_ms, gathered.lat_e7, gathered.lon_e7)
    _torn(rows.astype(np.int64), *columns, parameters.speed_max_dkn, parameters.jump_slack_m, torn)
    return torn


@kernel
def _torn(rows: Ints, t_ms: Ints, lat: Ints, lon: Ints, speed_dkn: int, slack_m: int, torn: npt.NDArray[np.bool_]) -> None:
    for at in range(len(torn)):
        here, then = rows[at], rows[at + 1]
        apart = apart_k(lat[here], lon[here], lat[then], lon[then])
        reach_m = max(t_ms[then] - t_ms[here], np.int64(0)) * speed_dkn * 514_444 // 10_000_000_000
        torn[at] = apart > reach_m + slack_m


def _split(gathered: Gathered, rows: npt.NDArray[np.intp], parameters: Parameters) -> list[npt.NDArray[np.intp]]:
    """Nearest feasible chaining; a tie goes to the line that began first."""
    times = gathered.rows.t_ms[rows].tolist()
    lats = gathered.lat_e7[rows].tolist()
    lons = gathered.lon_e7[rows].tolist()
    lines: list[list[int]] = []
    for here in range(len(times)):
        best, best_m = -1, 0
        for number, line in enumerate(lines):
            last = line[-1]
            apart = apart_one_m(lats[last], lons[last], lats[here], lons[here])
            allowed = reach_one_m(parameters.speed_max_dkn, times[here] - times[last]) + parameters.jump_slack_m
            if apart <= allowed and (best < 0 or apart < best_m):
                best, best_m = number, apart
        if best < 0:
            lines.append([here])
        else:
            lines[best].append(here)
    return [rows[np.array(line, dtype=np.intp)] for line in lines]
