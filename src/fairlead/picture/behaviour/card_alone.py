"""Cards of one contact that changes its pace: B3, loading under way, and B4, loitering or circling."""

from __future__ import annotations

from typing import Final

import numpy as np

from fairlead.picture import innocent
from fairlead.picture.cards import (
    at_least,
    at_most,
    below_kn,
    card,
    duration,
    kilometres,
    knots,
    least_kn,
    lines_of,
    miles,
    off_shore,
    rows_during,
)
from fairlead.picture.event import Event
from fairlead.picture.ground import apart_m
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Card, Criterion, Explanation, Result
from fairlead.picture.sun import elevation_ddeg

LOADING_VERSION: Final = "1"
LOITER_VERSION: Final = "1"
HOUR_MS: Final = 3_600_000
PILOT_M: Final = 50_000
NEIGHBOUR_M: Final = 50_000
SEAS_M: Final = 185_200  # 100 nm
TENDING_M: Final = 5_000


def loading_card(scene: Scene, event: Event) -> Card | None:
    """The B3 card of an event; none when it was not at night."""
    limits, lines = scene.parameters, lines_of(scene, event)
    middle = (event.from_ms + event.to_ms) // 2
    sun = int(elevation_ddeg(np.array([middle]), np.array([event.lat_e7]), np.array([event.lon_e7]))[0])
    if sun > -limits.night_ddeg:
        return None
    before, lowest = event["before_dkn"], event["lowest_dkn"]
    span_s = (event.to_ms - event.from_ms) // 1000
    dark = _dark_contacts(scene, event)
    near = f"; {dark} contact{'s' if dark != 1 else ''} without AIS came within {limits.loading_near_m // 1852} nm" if dark else ""
    return card(
        scene,
        event,
        version=LOADING_VERSION,
        title="Loading under way",
        sentence=(
            f"{lines[0].called} made {knots(before)}, slowed by night to as little as {knots(lowest)} for {duration(span_s)}"
            f" and then went on as before{near}"
        ),
        criteria=(
            least_kn("speed before, median of two hours", limits.loading_before_dkn, before),
            at_most("speed during, of the speed before", limits.loading_fall_percent, event["lowest_dkn"] * 100 // max(before, 1), "%"),
            Criterion(
                criterion="at its slowest",
                threshold=f"at most {knots(limits.loading_to_dkn)}",
                observed=knots(lowest),
                margin=knots(limits.loading_to_dkn - lowest),
                met=lowest <= limits.loading_to_dkn,
            ),
            at_least("time slowed", limits.loading_min_s // 60, span_s // 60, "min"),
            at_most("time slowed, at the longest", limits.loading_max_s // 60, span_s // 60, "min"),
            Criterion(
                criterion="night, sun below the horizon by",
                threshold=f"at least {limits.night_ddeg / 10:g}°",
                observed=f"{-sun / 10:.1f}°",
                margin=f"{(-sun - limits.night_ddeg) / 10:.1f}°",
                met=True,
            ),
            *off_shore(scene, event, limits.loading_shore_m),
        ),
        explanations=(
            innocent.stopped(lowest),
            _weather(scene, event),
            _pilot(scene, event),
            _traffic(scene, event),
            innocent.fishing(scene, lines, event),
            innocent.work_craft(scene, lines),
            innocent.ferry(scene, lines),
        ),
        closing=innocent.CLOSING
        | {innocent.WEATHER, innocent.PILOT, innocent.TRAFFIC, innocent.FISHING, innocent.WORK, innocent.FERRY},
        refuted_by="a record of engine trouble, weather, traffic or a pilot's time; nothing alongside seen by anybody there",
        parts=rows_during(scene, event, before_ms=2 * HOUR_MS, after_ms=HOUR_MS // 2),
    )


def others_near(scene: Scene, event: Event, within_m: int) -> list[int]:
    """Lines of other contacts that were within so many metres at the middle of an event."""
    slot = (event.from_ms + event.to_ms) // 2 // (scene.parameters.slot_s * 1000)
    lines = np.array([line for line in _candidates(scene, event, within_m) if line not in event.lines], dtype=np.int64)
    places = scene.places_at(lines, slot)
    known = list(zip(lines[places >= 0].tolist(), places[places >= 0].tolist(), strict=True))
    if not known:
        return []
    lat, lon = scene.where(np.array([place for _, place in known]))
    apart = apart_m(np.full(len(lat), event.lat_e7), np.full(len(lon), event.lon_e7), lat, lon)
    return [line for (line, _), off in zip(known, apart.tolist(), strict=True) if off <= within_m]


def _candidates(scene: Scene, event: Event, within_m: int) -> list[int]:
    """Lines that are heard before and after the middle of an event, and whose latitudes come near."""
    middle, margin = (event.from_ms + event.to_ms) // 2, within_m * 90 + 1000
    fleet = scene.fleet
    if not len(fleet):
        return []
    some = np.diff(fleet.start) > 0
    first = fleet.t_ms[np.minimum(fleet.start[:-1], len(fleet.t_ms) - 1)]
    last = fleet.t_ms[np.maximum(fleet.start[1:] - 1, 0)]
    level = (fleet.south_e7 - margin <= event.lat_e7) & (fleet.north_e7 + margin >= event.lat_e7)
    found: list[int] = np.flatnonzero(some & (first <= middle) & (last >= middle) & level).tolist()
    return found


def _dark_contacts(scene: Scene, event: Event) -> int:
    """How many contacts without AIS were near at its middle: radar lines that go with no AIS line."""
    return sum(1 for line in others_near(scene, event, scene.parameters.loading_near_m) if not scene.fleet.mmsi[line])


def _weather(scene: Scene, event: Event) -> Explanation:
    """Others near it that slowed down at the same time."""
    others = [line for line in others_near(scene, event, NEIGHBOUR_M) if scene.fleet.mmsi[line]]
    slowed = asked = 0
    for line in others:
        before, during = _pace(scene, line, event.from_ms - HOUR_MS, event.from_ms), _pace(scene, line, event.from_ms, event.to_ms)
        if before >= 50 and during >= 0:
            asked += 1
            slowed += during * 100 <= before * scene.parameters.loading_fall_percent
    result: Result = "cannot tell" if not asked else "fits" if slowed * 2 > asked and slowed > 1 else "excluded"
    tested = f"{slowed} of {asked} other vessels under way within {NEIGHBOUR_M // 1000} km slowed down at the same time"
    return Explanation(explanation=innocent.WEATHER, tested=tested, result=result)


def _pace(scene: Scene, line: int, from_ms: int, to_ms: int) -> int:
    """Mean speed of a line over a span, 0.1 kn; -1 when not known."""
    step = scene.parameters.slot_s * 1000
    speeds = scene.steps.speed_dkn[scene.span(line, from_ms // step, to_ms // step)]
    known = speeds[speeds >= 0]
    return int(known.sum()) // len(known) if len(known) else -1


def _pilot(scene: Scene, event: Event) -> Explanation:
    place = scene.places.nearest(event.lat_e7, event.lon_e7)
    if place is None:
        return Explanation(explanation=innocent.PILOT, tested="no ports or anchorages are declared", result="cannot tell")
    result: Result = "fits" if place[0] <= PILOT_M else "excluded"
    tested = f"nearest port or anchorage at {kilometres(place[0])}; a pilot's time is likely within {PILOT_M // 1000} km"
    return Explanation(explanation=innocent.PILOT, tested=tested, result=result)


def _traffic(scene: Scene, event: Event) -> Explanation:
    near = [line for line in others_near(scene, event, scene.parameters.loading_near_m) if scene.fleet.mmsi[line]]
    moving = [line for line in near if _pace(scene, line, event.from_ms, event.to_ms) >= 50]
    result: Result = "fits" if moving else "excluded"
    tested = f"{len(moving)} vessels with AIS under way within {scene.parameters.loading_near_m // 1852} nm at its middle"
    return Explanation(explanation=innocent.TRAFFIC, tested=tested, result=result)


def _tending(scene: Scene, event: Event) -> Explanation:
    """Markers of gear near a vessel that stays: it fishes, whatever it says of itself."""
    near = others_near(scene, event, TENDING_M)
    markers = [line for line in near if innocent.marks_gear(scene, scene.lines[line]) == "fits"]
    result: Result = "fits" if markers else "excluded"
    tested = f"{len(markers)} markers of fishing gear within {TENDING_M // 1000} km at its middle"
    return Explanation(explanation=innocent.TENDING, tested=tested, result=result)


def _seas(scene: Scene, event: Event) -> str:
    """How far the nearest territorial seas are."""
    near = scene.coast.seas_near(event.lat_e7, event.lon_e7, SEAS_M)[:3]
    told = [f"inside the territorial sea of {code}" if not off else f"{miles(off)} from that of {code}" for code, off in near]
    return "; " + ", ".join(told) if told else ""


def loiter_card(scene: Scene, event: Event) -> Card:
    """The B4 card of an event."""
    limits, lines = scene.parameters, lines_of(scene, event)
    span_s = (event.to_ms - event.from_ms) // 1000
    place = scene.places.nearest(event.lat_e7, event.lon_e7)
    if event["circling"]:
        did = f"went {kilometres(event['path_m'])} in {duration(span_s)} and ended {kilometres(event['net_m'])} from where it began"
        pace = at_most("net over path", limits.circling_percent, event["net_m"] * 100 // max(event["path_m"], 1), "%")
    else:
        did = f"stayed out for {duration(span_s)} at {knots(event['mean_dkn'])} on average, inside {kilometres(event['extent_m'])}"
        pace = below_kn("mean speed of every hour", limits.loiter_dkn, event["mean_dkn"])
    least_s = limits.circling_min_s if event["circling"] else limits.loiter_min_s
    return card(
        scene,
        event,
        version=LOITER_VERSION,
        title="Circling" if event["circling"] else "Loitering",
        sentence=f"{lines[0].called} {did}"
        + (f", {kilometres(place[0])} from the nearest port or anchorage" if place else "")
        + _seas(scene, event),
        criteria=(
            pace,
            at_least("time", least_s // 3600, event["hours"], "h"),
            at_least("moved about inside", limits.loiter_extent_m, event["extent_m"], "m"),
            *([at_least("distance from a port or anchorage", limits.place_gate_m, place[0], "m")] if place else []),
            *off_shore(scene, event, limits.loiter_shore_m),
        ),
        explanations=(
            innocent.moored(scene, lines, event),
            innocent.buoy(scene, lines),
            innocent.fishing(scene, lines, event),
            _tending(scene, event),
            innocent.survey(scene, lines),
            innocent.waiting(scene, lines),
            innocent.pleasure(scene, lines),
        ),
        closing=innocent.CLOSING | {innocent.FISHING, innocent.TENDING, innocent.SURVEY, innocent.WAITING, innocent.PLEASURE},
        refuted_by="a lawful reason to be there: gear in the water, a survey, orders to wait; or positions that show it elsewhere",
        parts=rows_during(scene, event),
    )
