"""Innocent explanations: each is tested on every card and its result shown, also when it does not fit.

1. Port or anchorage, moored, gear buoy, out of range and poor reception close a card as explained when they fit. Others close the
   cards of some rules only: which ones, each rule's card says.
2. What rests on what a vessel says of itself (tug, tanker, fishing) may fit and leave a card open: a smuggler may say so too.
3. A test that lacks what it needs says "cannot tell"; it never guesses in either direction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from fairlead.picture.event import Event
from fairlead.picture.fleet import Steps
from fairlead.picture.ground import Ints, apart_m
from fairlead.picture.line import Line
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Explanation, Place, Result

PORT: Final = "port or anchorage"
MOORED: Final = "moored"
BUOY: Final = "gear buoy"
WORK: Final = "tug, pilot or work craft"
LIGHTERING: Final = "tanker lightering"
RANGE: Final = "out of range"
RECEPTION: Final = "poor reception"
FERRY: Final = "ferry or high-speed craft"
PATROL: Final = "patrol, rescue or pilot craft"
FISHING: Final = "fishing"
PLEASURE: Final = "sailing or pleasure craft"
SURVEY: Final = "survey or offshore work"
WAITING: Final = "merchant ship waiting"
STOPPED: Final = "engine trouble or a stop"
WEATHER: Final = "weather"
PILOT: Final = "time of a pilot or a berth"
TRAFFIC: Final = "traffic"
FILLER: Final = "a number that nobody gives out"
TYPO: Final = "typing error"
RENAMED: Final = "renamed in port"
JAMMED: Final = "satellite signal disturbed"
RIVER: Final = "inland water"
STALE: Final = "destination not changed yet"
TENDING: Final = "tending its gear"
CARRIER: Final = "catch taken over"
FREQUENTED: Final = "ground that many stop at"
OPENLY: Final = "shows itself on AIS"
CLOSING: Final = frozenset({PORT, MOORED, BUOY, RANGE, RECEPTION})

AT_REST: Final = (1, 5)  # at anchor, moored (ITU-R M.1371 navigational status)
WORK_TYPES: Final = frozenset({31, 32, 33, 34, 50, 52, 53})  # towing, dredging, diving, pilot, tug, port tender (ITU-R M.1371 table 53)
# ship types of ITU-R M.1371-5 table 53
TANKERS: Final = frozenset(range(80, 90))
PASSENGERS: Final = frozenset([*range(40, 50), *range(60, 70)])
MERCHANTS: Final = frozenset(range(70, 90))
PLEASURES: Final = frozenset({36, 37})
SURVEYORS: Final = frozenset({31, 32, 33, 34, 52})
PATROLS: Final = frozenset({35, 50, 51, 53, 55, 58})
FISHERS: Final = frozenset({30})
FISHING_STATUS: Final = 7
MARKER_WORDS: Final[dict[Result, str]] = {
    "fits": "is numbered or named as a marker",
    "cannot tell": "has no number, or a marker's name and a vessel's speed",
    "excluded": "is numbered as a vessel",
}
BUOY_NAME: Final = re.compile(r"\b(NETS?|NET ?MARK\w*|NET ?BUOY\w*|BUOYS?|FISHNET)\b|\d{1,3} ?%|\b\d{1,2}[.,]\d ?V\b")


def port(found: tuple[int, Place] | None, gate_m: int) -> Explanation:
    if found is None:
        return Explanation(explanation=PORT, tested="no ports or anchorages are declared", result="cannot tell")
    away_m, place = found
    tested = f"nearest is {place.kind} {place.name} at {away_m} m; ordinary within {gate_m} m or its own radius"
    near = away_m < max(gate_m, place.radius_m)
    return Explanation(explanation=PORT, tested=tested, result="fits" if near else "excluded")


def moored(scene: Scene, lines: Sequence[Line], event: Event) -> Explanation:
    """Fits when every vessel lies still at one point and either says that it does or stays there long."""
    number_of = {scene.lines[number].id: number for number in event.lines}
    results = [_rest(scene, line, number_of[line.id], event) for line in lines]
    tested = "; ".join(f"{line.called} {words}" for line, (_, words) in zip(lines, results, strict=True))
    return Explanation(explanation=MOORED, tested=tested, result=_all_of([result for result, _ in results]))


def _rest(scene: Scene, line: Line, number: int, event: Event) -> tuple[Result, str]:
    parameters, steps = scene.parameters, scene.steps
    own = slice(int(steps.start[number]), int(steps.start[number + 1]))
    slot, lat, lon = (column[own].astype(np.int64) for column in (steps.slot, steps.lat_e7, steps.lon_e7))
    step = parameters.slot_s * 1000
    inside = (slot * step >= event.from_ms) & (slot * step <= event.to_ms)
    if not inside.any():
        return "cannot tell", "has no positions then"
    # 1. one point, and slow: the swing is taken where nine of ten positions lie, so that one bad fix does not move a ship
    middle_lat, middle_lon = _middle(lat[inside]), _middle(lon[inside])
    off = apart_m(np.full_like(lat, middle_lat), np.full_like(lon, middle_lon), lat, lon)
    swing_m = int(np.sort(off[inside])[(int(inside.sum()) - 1) * 9 // 10])
    speed = _middle(_speeds(steps, own)[inside])
    radius_m = parameters.moored_radius_m + 2 * int(line.err_m.max())
    moved = f"swung {swing_m} m at {speed / 10:.1f} kn"
    if swing_m > radius_m or speed >= parameters.moored_dkn:
        return "excluded", moved
    # 2. and a reason to call that a berth: it says so, or it stays. That it comes back is none: a visitor does that too
    status = scene.gathered.rows.status[line.rows[line.between(event.from_ms, event.to_ms)]]
    if len(status) and int(np.isin(status, AT_REST).sum()) * 2 > len(status):
        return "fits", f"{moved} and reports being moored or at anchor"
    stays = _stays(slot, off, radius_m, parameters.moored_away_m)
    stayed_s = max((last - first for first, last in stays), default=0) * parameters.slot_s
    if stayed_s >= parameters.moored_stay_s:
        return "fits", f"{moved} and lay there {stayed_s // 60} min of the window"
    return "cannot tell", f"{moved}, for {stayed_s // 60} min only"


def _speeds(steps: Steps, own: slice) -> Ints:
    return steps.speed_dkn[own].astype(np.int64)


def _stays(slot: Ints, off_m: Ints, radius_m: int, away_m: int) -> list[tuple[int, int]]:
    """First and last slot of each time at a point; one ends where the line was next known further off than `away_m`."""
    told = (off_m <= radius_m) | (off_m > away_m)
    here, slot = off_m[told] <= radius_m, slot[told]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], here, [False]]).astype(np.int64)))
    return [(int(slot[start]), int(slot[stop - 1])) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _middle(values: Ints) -> int:
    return int(np.sort(values)[(len(values) - 1) // 2])


def buoy(scene: Scene, lines: Sequence[Line]) -> Explanation:
    """Fits when any of them is a marker of fishing gear or an aid to navigation, not a vessel."""
    results = [marks_gear(scene, line) for line in lines]
    result: Result = "fits" if "fits" in results else "cannot tell" if "cannot tell" in results else "excluded"
    tested = "; ".join(f"{line.called} {MARKER_WORDS[found]}" for line, found in zip(lines, results, strict=True))
    return Explanation(explanation=BUOY, tested=tested, result=result)


def marks_gear(scene: Scene, line: Line) -> Result:
    """Numbers beginning 9 that are neither distress devices (970, 972, 974) nor craft of a parent ship (98): ITU-R M.585."""
    if not line.mmsi:
        return "cannot tell"
    number = f"{line.mmsi:09d}"
    if number[0] == "9" and number[:3] not in {"970", "972", "974"} and number[:2] != "98":
        return "fits"
    if any(BUOY_NAME.search(name.upper()) for name in scene.named.names(line.mmsi)):
        speeds = line.sog_dkn[line.sog_dkn >= 0]
        slow = len(speeds) > 0 and int(np.sort(speeds)[(len(speeds) - 1) * 95 // 100]) <= scene.parameters.buoy_dkn
        return "fits" if slow else "cannot tell"
    return "excluded"


def types_of(scene: Scene, lines: Sequence[Line]) -> list[int]:
    """The ship type that each reports of itself; -1 for none."""
    return [scene.named.ship_type(scene.gathered, line) for line in lines]


def _by_type(scene: Scene, lines: Sequence[Line], wanted: frozenset[int], explanation: str, tested: str) -> Explanation:
    """Fits when any of them reports one of these types."""
    types = types_of(scene, lines)
    result: Result = "fits" if wanted & set(types) else "cannot tell" if set(types) <= {-1, 0} else "excluded"
    return Explanation(explanation=explanation, tested=tested, result=result)


def work_craft(scene: Scene, lines: Sequence[Line]) -> Explanation:
    return _by_type(scene, lines, WORK_TYPES, WORK, "ship types that they report of themselves")


def ferry(scene: Scene, lines: Sequence[Line]) -> Explanation:
    return _by_type(scene, lines, PASSENGERS, FERRY, "whether any reports being a passenger ship or a high-speed craft")


def patrol(scene: Scene, lines: Sequence[Line]) -> Explanation:
    return _by_type(scene, lines, PATROLS, PATROL, "whether it reports being a patrol, rescue, military, medical or pilot craft")


def survey(scene: Scene, lines: Sequence[Line]) -> Explanation:
    return _by_type(scene, lines, SURVEYORS, SURVEY, "whether it reports towing, dredging, diving or a survey")


def waiting(scene: Scene, lines: Sequence[Line]) -> Explanation:
    return _by_type(
        scene, lines, MERCHANTS, WAITING, "whether it reports being a cargo ship or a tanker, which often wait for orders at sea"
    )


def pleasure(scene: Scene, lines: Sequence[Line]) -> Explanation:
    types = types_of(scene, lines)
    result: Result = "excluded"
    if all(kind in PLEASURES or kind in (-1, 0) for kind in types):
        result = "fits" if set(types) <= PLEASURES else "cannot tell"
    return Explanation(explanation=PLEASURE, tested="whether all report being sailing or pleasure craft", result=result)


def fishing(scene: Scene, lines: Sequence[Line], event: Event) -> Explanation:
    """Fits when each says so, by its type or by its status during the event."""
    results: list[Result] = []
    for line, kind in zip(lines, types_of(scene, lines), strict=True):
        status = scene.gathered.rows.status[line.rows[line.between(event.from_ms, event.to_ms)]]
        says = kind in FISHERS or bool(len(status) and (status == FISHING_STATUS).sum() * 2 > len(status))
        results.append("fits" if says else "cannot tell" if kind in (-1, 0) else "excluded")
    return Explanation(explanation=FISHING, tested="ship type and status that they report", result=_all_of(results))


def stopped(lowest_dkn: int) -> Explanation:
    result: Result = "fits" if lowest_dkn < 10 else "excluded"
    return Explanation(
        explanation=STOPPED, tested="whether it lost its way altogether (below 1 kn); lawful, and still time alongside", result=result
    )


def lightering(scene: Scene, lines: Sequence[Line]) -> Explanation:
    types = types_of(scene, lines)
    result: Result = "excluded"
    if all(kind in TANKERS or kind == -1 for kind in types):
        result = "cannot tell" if -1 in types else "fits"
    return Explanation(explanation=LIGHTERING, tested="both report being tankers; lawful, and still a transfer at sea", result=result)


def explained_by(explanations: Sequence[Explanation], closing: frozenset[str]) -> str | None:
    """The first explanation that fits and closes a card."""
    return next((one.explanation for one in explanations if one.result == "fits" and one.explanation in closing), None)


def _all_of(results: Sequence[Result]) -> Result:
    if "excluded" in results:
        return "excluded"
    return "fits" if all(result == "fits" for result in results) else "cannot tell"
