"""Cards of speed and of short stops: B8, go-fast, B9, night landing, and B10, drop-off and pick-up."""

from __future__ import annotations

from typing import Final

from fairlead.picture import innocent
from fairlead.picture.cards import (
    at_least,
    at_most,
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
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Card, Criterion, Explanation, Result

FAST_VERSION: Final = "1"
LANDING_VERSION: Final = "1"
DROP_VERSION: Final = "1"
HALF_HOUR_MS: Final = 1_800_000
FREQUENTED: Final = 3


def fast_card(scene: Scene, event: Event) -> Card:
    """The B8 card of an event."""
    limits, (line,) = scene.parameters, lines_of(scene, event)
    span_s = (event.to_ms - event.from_ms) // 1000
    if event["drift_h"]:
        sentence = f"{line.called} ran at {knots(event['top_dkn'])} by night and lay drifting for {event['drift_h']} h by day"
        criteria = [
            at_least("hours adrift by day", 2, event["drift_h"], "h"),
            least_kn("mean of an hour by night", 150, event["top_dkn"]),
        ]
    else:
        sentence = (
            f"{line.called} held {knots(event['mean_dkn'])} on average, {knots(event['top_dkn'])} at most, for {duration(span_s)}"
        )
        criteria = [
            least_kn("mean speed", limits.fast_dkn, event["mean_dkn"]),
            at_least("time", limits.fast_min_s // 60, span_s // 60, "min"),
        ]
    openly: Result = "fits" if line.mmsi else "excluded"
    return card(
        scene,
        event,
        version=FAST_VERSION,
        title="Night run and day drift" if event["drift_h"] else "Go-fast",
        sentence=sentence,
        criteria=[*criteria, *off_shore(scene, event, limits.fast_shore_m)],
        explanations=(
            innocent.ferry(scene, (line,)),
            innocent.patrol(scene, (line,)),
            innocent.pleasure(scene, (line,)),
            Explanation(
                explanation=innocent.OPENLY,
                tested="whether it sends its position by AIS for all to see; small craft need not, and none is a lead for not doing so",
                result=openly,
            ),
        ),
        closing=innocent.CLOSING | {innocent.FERRY, innocent.PATROL, innocent.PLEASURE, innocent.OPENLY},
        refuted_by="a ferry's timetable, a patrol's log, or anybody who knows the boat",
        parts=rows_during(scene, event),
    )


def landing_card(scene: Scene, event: Event) -> Card:
    """The B9 card of an event."""
    limits, lines = scene.parameters, lines_of(scene, event)
    span_s = (event.to_ms - event.from_ms) // 1000
    place = scene.places.nearest(event.lat_e7, event.lon_e7)
    sun = -event["sun_ddeg"]
    return card(
        scene,
        event,
        version=LANDING_VERSION,
        title="Night landing",
        sentence=(
            f"{lines[0].called} came in from the sea by night, stopped for {duration(span_s)} at {miles(event['shore_m'])} from shore"
            f" and left for the sea again" + (f", {kilometres(place[0])} from the nearest port or anchorage" if place else "")
        ),
        criteria=(
            Criterion(
                criterion="from shore",
                threshold=f"at most {miles(limits.landing_shore_m)}",
                observed=miles(event["shore_m"]),
                margin=miles(limits.landing_shore_m - event["shore_m"]),
                met=event["shore_m"] <= limits.landing_shore_m,
            ),
            *([at_least("from a port or anchorage", limits.landing_place_m, place[0], "m")] if place else []),
            at_most("stop", limits.landing_max_s // 60, span_s // 60, "min"),
            at_least("nearer to shore than before", limits.landing_away_m, event["before_m"] - event["shore_m"], "m"),
            at_least("nearer to shore than after", limits.landing_away_m, event["after_m"] - event["shore_m"], "m"),
            Criterion(
                criterion="night, sun below the horizon by",
                threshold=f"at least {limits.night_ddeg / 10:g}°",
                observed=f"{sun / 10:.1f}°",
                margin=f"{(sun - limits.night_ddeg) / 10:.1f}°",
                met=sun >= limits.night_ddeg,
            ),
        ),
        explanations=(
            innocent.moored(scene, lines, event),
            innocent.fishing(scene, lines, event),
            innocent.pleasure(scene, lines),
            innocent.work_craft(scene, lines),
            innocent.patrol(scene, lines),
            innocent.ferry(scene, lines),
        ),
        closing=innocent.CLOSING | {innocent.FISHING, innocent.WORK, innocent.PATROL, innocent.FERRY, innocent.PLEASURE},
        refuted_by="an angler, a diver or a mooring at that place; positions that show that it did not go there",
        parts=rows_during(scene, event, before_ms=HALF_HOUR_MS, after_ms=HALF_HOUR_MS),
    )


def drop_card(scene: Scene, event: Event) -> Card:
    """The B10 card of an event."""
    limits, lines = scene.parameters, lines_of(scene, event)
    first = scene.lines[event["first_line"]]
    second = next(line for line in lines if line is not first)
    spans = {first.id: (event.from_ms, event["first_to_ms"]), second.id: (event["second_from_ms"], event.to_ms)}
    stayed = [duration((to_ms - from_ms) // 1000) for from_ms, to_ms in (spans[first.id], spans[second.id])]
    frequented: Result = "fits" if event["stops_near"] >= FREQUENTED else "excluded"
    return card(
        scene,
        event,
        version=DROP_VERSION,
        title="Drop-off and pick-up",
        sentence=(
            f"{first.called} stopped at sea for {stayed[0]}; {duration(event['later_s'])} later {second.called} stopped for {stayed[1]}"
            f" {event['apart_m']} m from there"
        ),
        criteria=(
            at_most("distance between the stops, allowing for drift", event["gate_m"], event["apart_m"], "m"),
            at_least("time between", limits.drop_after_min_s // 60, event["later_s"] // 60, "min"),
            at_most("time between, at the longest", limits.drop_after_max_s // 3600, event["later_s"] // 3600, "h"),
            *off_shore(scene, event, limits.drop_shore_m),
        ),
        explanations=(
            innocent.fishing(scene, lines, event),
            innocent.buoy(scene, lines),
            innocent.work_craft(scene, lines),
            innocent.pleasure(scene, lines),
            Explanation(
                explanation=innocent.FREQUENTED,
                tested=f"{event['stops_near']} other short stops within 2 km of there; a fishing or diving ground has many",
                result=frequented,
            ),
        ),
        closing=innocent.CLOSING | {innocent.FISHING, innocent.WORK, innocent.PLEASURE, innocent.FREQUENTED},
        refuted_by="gear hauled or a buoy tended there; a record of what either of them did at that place",
        parts=[line.rows[line.between(spans[line.id][0] - HALF_HOUR_MS, spans[line.id][1] + HALF_HOUR_MS)] for line in lines],
    )
