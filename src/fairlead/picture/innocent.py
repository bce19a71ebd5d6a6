"""Innocent explanations: each is tested on every card and its result shown, also when it does not fit.

1. Port or anchorage, moored, gear buoy, out of range and poor reception close a card as explained when they fit.
2. Tug or work craft and tanker lightering may fit and leave the card open: they rest on what the vessel says of itself.
3. A test that lacks what it needs says "cannot tell"; it never guesses in either direction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from fairlead.picture.gather import Gathered
from fairlead.picture.ground import Ints, apart_m
from fairlead.picture.line import Line, slots_of
from fairlead.picture.parameters import Parameters
from fairlead.picture.shapes import Explanation, Place, Result

PORT: Final = "port or anchorage"
MOORED: Final = "moored"
BUOY: Final = "gear buoy"
WORK: Final = "tug, pilot or work craft"
LIGHTERING: Final = "tanker lightering"
RANGE: Final = "out of range"
RECEPTION: Final = "poor reception"
CLOSING: Final = frozenset({PORT, MOORED, BUOY, RANGE, RECEPTION})

AT_REST: Final = (1, 5)  # at anchor, moored (ITU-R M.1371 navigational status)
WORK_TYPES: Final = frozenset({31, 32, 33, 34, 50, 52, 53})  # towing, dredging, diving, pilot, tug, port tender (ITU-R M.1371 table 53)
TANKERS: Final = range(80, 90)
MARKER_WORDS: Final[dict[Result, str]] = {
    "fits": "is numbered or named as a marker",
    "cannot tell": "has no number, or a marker's name and a vessel's speed",
    "excluded": "is numbered as a vessel",
}
BUOY_NAME: Final = re.compile(r"\b(NETS?|NET ?MARK\w*|NET ?BUOY\w*|BUOYS?|FISHNET)\b|\d{1,3} ?%|\b\d{1,2}[.,]\d ?V\b")


def nearest_place(lat_e7: Ints, lon_e7: Ints, places: Sequence[Place], gate_m: int) -> tuple[int, Place, bool] | None:
    """Smallest distance to any place over the positions, that place, and whether it is near enough to explain."""
    best: tuple[int, int] | None = None
    near = False
    for number, place in enumerate(places):
        lat, lon = np.full(len(lat_e7), place.lat_e7), np.full(len(lat_e7), place.lon_e7)
        closest = int(apart_m(lat_e7, lon_e7, lat, lon).min())
        near = near or closest < max(gate_m, place.radius_m)
        best = min(best or (closest, number), (closest, number))
    return (best[0], places[best[1]], near) if best else None


def port(found: tuple[int, Place, bool] | None, gate_m: int) -> Explanation:
    if found is None:
        return Explanation(explanation=PORT, tested="no ports or anchorages are declared", result="cannot tell")
    away_m, place, near = found
    tested = f"nearest is {place.kind} {place.name} at {away_m} m; ordinary within {gate_m} m or its own radius"
    return Explanation(explanation=PORT, tested=tested, result="fits" if near else "excluded")


def moored(gathered: Gathered, lines: Sequence[Line], from_ms: int, to_ms: int, parameters: Parameters) -> Explanation:
    """Fits when every vessel lies still at one point and either says that it does or stays there long."""
    results = [_rest(gathered, line, from_ms, to_ms, parameters) for line in lines]
    tested = "; ".join(f"{line.called} {words}" for line, (_, words) in zip(lines, results, strict=True))
    return Explanation(explanation=MOORED, tested=tested, result=_all_of([result for result, _ in results]))


def _rest(gathered: Gathered, line: Line, from_ms: int, to_ms: int, parameters: Parameters) -> tuple[Result, str]:
    slots = slots_of(line, parameters)
    step = parameters.slot_s * 1000
    inside = (slots.number * step >= from_ms) & (slots.number * step <= to_ms)
    if not inside.any():
        return "cannot tell", "has no positions then"
    # 1. one point, and slow: the swing is taken where nine of ten positions lie, so that one bad fix does not move a ship
    middle_lat, middle_lon = _middle(slots.lat_e7[inside]), _middle(slots.lon_e7[inside])
    off = apart_m(np.full_like(slots.lat_e7, middle_lat), np.full_like(slots.lon_e7, middle_lon), slots.lat_e7, slots.lon_e7)
    swing_m = int(np.sort(off[inside])[(int(inside.sum()) - 1) * 9 // 10])
    speed = _middle(slots.speed_dkn[inside])
    radius_m = parameters.moored_radius_m + 2 * int(line.err_m.max())
    moved = f"swung {swing_m} m at {speed / 10:.1f} kn"
    if swing_m > radius_m or speed >= parameters.moored_dkn:
        return "excluded", moved
    # 2. and a reason to call that a berth: it says so, or it stays. That it comes back is none: a visitor does that too
    status = gathered.rows.status[line.rows[line.between(from_ms, to_ms)]]
    if len(status) and int(np.isin(status, AT_REST).sum()) * 2 > len(status):
        return "fits", f"{moved} and reports being moored or at anchor"
    stays = _stays(slots.number, off, radius_m, parameters.moored_away_m)
    stayed_s = max((last - first for first, last in stays), default=0) * parameters.slot_s
    if stayed_s >= parameters.moored_stay_s:
        return "fits", f"{moved} and lay there {stayed_s // 60} min of the window"
    return "cannot tell", f"{moved}, for {stayed_s // 60} min only"


def _stays(slot: Ints, off_m: Ints, radius_m: int, away_m: int) -> list[tuple[int, int]]:
    """First and last slot of each time at a point; one ends where the line was next known further off than `away_m`."""
    told = (off_m <= radius_m) | (off_m > away_m)
    here, slot = off_m[told] <= radius_m, slot[told]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], here, [False]]).astype(np.int64)))
    return [(int(slot[start]), int(slot[stop - 1])) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _middle(values: Ints) -> int:
    return int(np.sort(values)[(len(values) - 1) // 2])


def buoy(gathered: Gathered, lines: Sequence[Line], parameters: Parameters) -> Explanation:
    """Fits when any of the two is a marker of fishing gear or an aid to navigation, not a vessel."""
    results = [_marker(gathered, line, parameters) for line in lines]
    result: Result = "fits" if "fits" in results else "cannot tell" if "cannot tell" in results else "excluded"
    tested = "; ".join(f"{line.called} {MARKER_WORDS[found]}" for line, found in zip(lines, results, strict=True))
    return Explanation(explanation=BUOY, tested=tested, result=result)


def _marker(gathered: Gathered, line: Line, parameters: Parameters) -> Result:
    """Numbers beginning 9 that are neither distress devices (970, 972, 974) nor craft of a parent ship (98): ITU-R M.585."""
    if not line.mmsi:
        return "cannot tell"
    number = f"{line.mmsi:09d}"
    if number[0] == "9" and number[:3] not in {"970", "972", "974"} and number[:2] != "98":
        return "fits"
    names = {bytes(name).decode("latin-1").upper() for name in np.unique(gathered.rows.name[line.rows])}
    if any(BUOY_NAME.search(name) for name in names):
        speeds = line.sog_dkn[line.sog_dkn >= 0]
        slow = len(speeds) > 0 and int(np.sort(speeds)[(len(speeds) - 1) * 95 // 100]) <= parameters.buoy_dkn
        return "fits" if slow else "cannot tell"
    return "excluded"


def work_craft(types: Sequence[int]) -> Explanation:
    result: Result = "fits" if WORK_TYPES & set(types) else "cannot tell" if -1 in types else "excluded"
    return Explanation(explanation=WORK, tested="ship types either vessel reports of itself", result=result)


def lightering(types: Sequence[int]) -> Explanation:
    result: Result = "excluded"
    if all(kind in TANKERS or kind == -1 for kind in types):
        result = "cannot tell" if -1 in types else "fits"
    return Explanation(explanation=LIGHTERING, tested="both report being tankers; lawful, and still a transfer at sea", result=result)


def explained_by(explanations: Sequence[Explanation]) -> str | None:
    """The first explanation that fits and closes a card."""
    return next((one.explanation for one in explanations if one.result == "fits" and one.explanation in CLOSING), None)


def _all_of(results: Sequence[Result]) -> Result:
    if "excluded" in results:
        return "excluded"
    return "fits" if all(result == "fits" for result in results) else "cannot tell"
