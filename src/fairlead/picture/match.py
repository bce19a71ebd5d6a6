"""What is said of radar lines and sightings: which AIS goes with them, which was near for a time, and that none was.

1. Which AIS line a radar line goes with, and how probable it is that none does, is weighed in `picture.correlate`.
2. "Near for a time" is a plain distance at the plots at whose time the AIS position is known across a hole of `match_hole_s`.
3. That no AIS goes with a radar line is said in words and decides nothing: small craft need not carry it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fairlead.picture.correlate import correlate
from fairlead.picture.gather import Gathered
from fairlead.picture.ground import METRES_PER_E7, TURN_E7, Ints, apart_m
from fairlead.picture.line import Line, at
from fairlead.picture.parameters import Parameters

SIGMAS: Final = 3
BOX_MARGIN_E7: Final = 3_000_000  # 0.3 degree, wider than any gate below 70 degrees of latitude
NO_AIS: Final = "no AIS heard near this radar track"
NOT_COVERED: Final = "AIS coverage unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """For each radar line the AIS line it goes with, and for those without one the AIS line that was near for a time."""

    match: dict[str, str]
    near: dict[str, Line]
    none: dict[str, int]  # probability that no AIS heard goes with a radar line, thousandths


def company(radar: Sequence[Line], ais: Sequence[Line], parameters: Parameters) -> Company:
    """Match radar lines to AIS lines."""
    found = correlate(radar, ais, parameters)
    match = {line.id: ais[int(one)].id for line, one in zip(radar, found.match, strict=True) if one >= 0}
    near: dict[str, Line] = {}
    for line in radar:
        if line.id in match:
            continue
        closest = [(apart, heard.id, heard) for heard in ais if (apart := _closest_m(line, heard, parameters)) is not None]
        if closest:
            near[line.id] = min(closest, key=lambda one: one[:2])[2]
    none = {line.id: round(1000 * float(one)) for line, one in zip(radar, found.none, strict=True)} if ais else {}
    return Company(match=match, near=near, none=none)


def _same_time(one: Line, other: Line) -> bool:
    return bool(one.t_ms[0] <= other.t_ms[-1] and other.t_ms[0] <= one.t_ms[-1])


def _boxes_meet(one: Line, other: Line) -> bool:
    """A cheap no: the two were never near at any time. Longitudes are compared modulo a turn."""
    if not _same_time(one, other):
        return False
    if one.lat_e7.min() - BOX_MARGIN_E7 > other.lat_e7.max() or other.lat_e7.min() - BOX_MARGIN_E7 > one.lat_e7.max():
        return False
    turns = np.rint((one.lon_e7[0] - other.lon_e7[0]) / TURN_E7).astype(np.int64) * TURN_E7
    low, high = other.lon_e7.min() + turns, other.lon_e7.max() + turns
    return not (one.lon_e7.min() - BOX_MARGIN_E7 > high or low - BOX_MARGIN_E7 > one.lon_e7.max())


def gate_m(err_a: Ints, err_b: Ints, base_m: int) -> Ints:
    """Three standard deviations of both errors together on top of a base, whole metres."""
    spread: Ints = np.rint(SIGMAS * np.sqrt((err_a * err_a + err_b * err_b).astype(np.float64))).astype(np.int64)
    return base_m + spread


def _closest_m(plot_line: Line, heard: Line, parameters: Parameters) -> int | None:
    """The smallest distance of the two; None when they were never near enough to speak of."""
    if not _boxes_meet(plot_line, heard):
        return None
    known, lat, lon = at(heard, plot_line.t_ms, parameters.match_hole_s)
    if not known.any():
        return None
    apart = apart_m(plot_line.lat_e7[known], plot_line.lon_e7[known], lat[known], lon[known])
    errors = np.where(plot_line.err_m == 0, parameters.plot_error_m, plot_line.err_m)[known]
    gate = gate_m(errors, np.full(len(errors), int(heard.err_m.max())), parameters.match_gate_m)
    return int(apart.min()) if (apart <= gate).any() else None


def radar_words(line: Line, found: Company, ais_in_view: Sequence[str]) -> str | None:
    """What is said of a radar line; nothing when it goes with an AIS line. `ais_in_view`: names of the AIS feeds given."""
    if line.id in found.match:
        return None
    if not ais_in_view:
        return NOT_COVERED
    if line.id in found.near:
        return f"near {found.near[line.id].called} for a time, but no AIS goes with this radar track"
    return NO_AIS


def sighting_words(gathered: Gathered, row: int, lines: Sequence[Line], parameters: Parameters) -> str:
    """Which line passed nearest to a sighting at its time, in words only."""
    t_ms = gathered.rows.t_ms[row : row + 1]
    lat, lon = gathered.lat_e7[row : row + 1], gathered.lon_e7[row : row + 1]
    margin_e7 = round((parameters.sighting_gate_m + SIGMAS * int(gathered.rows.err_m[row])) / METRES_PER_E7) + BOX_MARGIN_E7
    best: tuple[int, str, str] | None = None
    for line in lines:
        if not line.t_ms[0] <= t_ms[0] <= line.t_ms[-1] or line.lat_e7.min() > lat[0] + margin_e7:
            continue
        known, line_lat, line_lon = at(line, t_ms, parameters.hole_max_s)
        if not known[0]:
            continue
        apart = int(apart_m(lat, lon, line_lat, line_lon)[0])
        errors = np.array([int(gathered.rows.err_m[row]), int(line.err_m.max())], dtype=np.int64)
        if apart <= int(gate_m(errors[:1], errors[1:], parameters.sighting_gate_m)[0]):
            best = min(best or (apart, line.called, line.id), (apart, line.called, line.id))
    return f"{best[0]} m from {best[1]} at that time" if best else "no track near this sighting at that time"
