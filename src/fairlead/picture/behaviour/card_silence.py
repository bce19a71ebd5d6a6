"""Cards of silence: B5, AIS gap."""

from __future__ import annotations

from typing import Final

import numpy as np

from fairlead.picture import innocent
from fairlead.picture.cards import at_least, card, duration, kilometres, knots
from fairlead.picture.event import Event
from fairlead.picture.ground import apart_one_m, reach_one_m
from fairlead.picture.line import Line
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Card, Explanation, Result

VERSION: Final = "2"
SPEED_FLOOR_DKN: Final = 50
COMMON_MIN: Final = 3  # silences in one place that make it a place of poor reception


def gap_card(scene: Scene, event: Event) -> Card:
    """The B5 card of an event."""
    limits, line = scene.parameters, scene.lines[event.lines[0]]
    before = int(np.searchsorted(line.t_ms, event.from_ms))
    speeds = line.sog_dkn[line.sog_dkn >= 0]
    speed = min(max(SPEED_FLOOR_DKN, int(speeds.max()) if len(speeds) else 0), limits.speed_max_dkn)
    reach = max(event["travelled_m"], reach_one_m(speed, event.to_ms - event.from_ms)) // 2
    silent = duration((event.to_ms - event.from_ms) // 1000)
    return card(
        scene,
        event,
        version=VERSION,
        title="AIS gap",
        sentence=(
            f"{line.called} was not heard for {silent} while {event['heard']} messages of others were heard where it was;"
            f" it was next heard {kilometres(event['travelled_m'])} away, and at {knots(speed)} can have been up to"
            f" {kilometres(reach)} from the midpoint"
        ),
        criteria=(
            at_least("silent", limits.gap_min_s // 60, (event.to_ms - event.from_ms) // 60_000, "min"),
            at_least("messages of others in the same cells and hours", limits.gap_heard_min, event["heard"], "messages"),
            at_least("messages expected of this vessel", limits.gap_expected_min, event["expected"], "messages"),
        ),
        explanations=(
            _port(scene, line, before),
            _still(scene, line, before, event["travelled_m"]),
            innocent.buoy(scene, (line,)),
            _range(scene, line, before),
            _reception(scene, event),
        ),
        closing=innocent.CLOSING,
        refuted_by="a message of this vessel from any receiver during this time, or a record that the receivers near it were down",
        parts=[line.rows[before : before + 2]],
    )


def _ends(line: Line, before: int) -> list[tuple[int, int]]:
    return [(int(line.lat_e7[at]), int(line.lon_e7[at])) for at in (before, before + 1)]


def _port(scene: Scene, line: Line, before: int) -> Explanation:
    nearest = [found for end in _ends(line, before) if (found := scene.places.nearest(*end)) is not None]
    return innocent.port(min(nearest, key=lambda found: found[0]) if nearest else None, scene.parameters.place_gate_m)


def _still(scene: Scene, line: Line, before: int, travelled_m: int) -> Explanation:
    """A vessel that lies still on both sides of its silence at one point, most likely switched off in its berth."""
    limits, ends = scene.parameters, slice(before, before + 2)
    says_so = bool(np.isin(scene.gathered.rows.status[line.rows[ends]], innocent.AT_REST).all())
    radius_m = limits.moored_away_m if says_so else limits.moored_radius_m + 2 * int(line.err_m.max())
    speeds = line.sog_dkn[ends]
    result: Result = "excluded"
    if travelled_m <= radius_m and int(speeds.max()) < limits.moored_dkn:
        result = "fits" if int(speeds.min()) >= 0 else "cannot tell"
    tested = f"{travelled_m} m between last and first position heard, {radius_m} m allowed, and the speeds at both"
    return Explanation(explanation=innocent.MOORED, tested=tested, result=result)


def _range(scene: Scene, line: Line, before: int) -> Explanation:
    """Whether both ends lie beyond the declared range of every station whose silence would mean something."""
    beyond: list[bool] = []
    for feed in scene.gathered.feeds:
        if feed.kind != "ais" or not feed.gaps_meaningful:
            continue
        if feed.station_lat_e7 is None or feed.station_lon_e7 is None or feed.range_m is None:
            return Explanation(explanation=innocent.RANGE, tested="a receiver's place or range is not declared", result="cannot tell")
        beyond += [apart_one_m(*end, feed.station_lat_e7, feed.station_lon_e7) > feed.range_m for end in _ends(line, before)]
    result: Result = "fits" if all(beyond) else "cannot tell" if any(beyond) else "excluded"
    return Explanation(
        explanation=innocent.RANGE, tested="last and next position against the declared range of each receiver", result=result
    )


def _reception(scene: Scene, event: Event) -> Explanation:
    floor = scene.parameters.gap_hours_percent
    share = event["hours_heard"] * 100 // max(event["hours"], 1)
    common = event["silent"] >= COMMON_MIN and event["silent"] * 100 >= scene.parameters.gap_common_percent * event["present"]
    result: Result = "fits" if common or share < floor // 2 else "excluded" if share >= floor else "cannot tell"
    tested = (
        f"others were heard there in {event['hours_heard']} of {event['hours']} whole hours, expected at least {floor} %;"
        f" {event['silent']} of the {event['present']} numbers heard where it fell silent were silent as long in the window"
    )
    return Explanation(explanation=innocent.RECEPTION, tested=tested, result=result)
