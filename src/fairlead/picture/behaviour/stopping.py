"""The events of rules about short stops, speed and direction: B7, B8, B9, B10; they are asked natively only."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from fairlead.picture.behaviour.alone import fast_runs, hours_of, stops
from fairlead.picture.event import Event
from fairlead.picture.ground import Ints, apart_k, apart_m
from fairlead.picture.growing import put
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Rule
from fairlead.picture.sun import elevation_ddeg
from fairlead.report.compiled import kernel

AWAY_DKN = 50
STOP_DKN = 20
PICK_DKN = 30
HALF_HOUR_S = 1800
RUN_DKN = 150
DRIFT_DKN = 20
HOUR_MS = 3_600_000
NEAR_M = 2000  # other stops within this make a ground that many stop at


def fast(scene: Scene) -> Iterator[Event]:
    """B8: a contact that holds a high speed for a while; and one without AIS that runs by night and drifts by day."""
    limits, steps = scene.parameters, scene.steps
    least = -(-limits.fast_min_s // limits.slot_s)
    for line, first, last in fast_runs(steps.start, steps.slot, steps.speed_dkn, limits.fast_dkn, least, 2).tolist():
        middle = (first + last) // 2
        speeds = steps.speed_dkn[first : last + 1].astype(np.int64)
        lat, lon = scene.where(np.array([first, middle, last]))
        if scene.off_places(lat, lon, limits.place_gate_m).all():
            seen = (("drift_h", 0), ("mean_dkn", int(speeds.sum()) // len(speeds)), ("top_dkn", int(speeds.max())))
            yield _at(scene, "B8", (line,), first, last, middle, seen)
    yield from _night_runs(scene)


def _night_runs(scene: Scene) -> Iterator[Event]:
    limits, steps = scene.parameters, scene.steps
    dark = np.flatnonzero(scene.fleet.mmsi == 0)
    if not len(dark):
        return
    width = 3600 // limits.slot_s
    hours = hours_of(steps.start, steps.slot, steps.lat_e7, steps.lon_e7, steps.speed_dkn, width, width // 2)
    hours = hours[np.isin(hours[:, 0], dark)]
    middle = (hours[:, 4] + hours[:, 5]) // 2
    sun = elevation_ddeg(hours[:, 1] * HOUR_MS + HOUR_MS // 2, *scene.where(middle))
    night = sun <= -limits.night_ddeg
    for line in np.unique(hours[:, 0]).tolist():
        own = hours[:, 0] == line
        runs, drifts = own & night & (hours[:, 2] >= RUN_DKN), own & (sun > 0) & (hours[:, 2] < DRIFT_DKN)
        if runs.any() and drifts.sum() >= 2:
            rows = np.flatnonzero(runs | drifts)
            first, last = int(hours[rows[0], 4]), int(hours[rows[-1], 5])
            seen = (("drift_h", int(drifts.sum())), ("mean_dkn", int(hours[runs, 2].max())), ("top_dkn", int(hours[runs, 2].max())))
            yield _at(scene, "B8", (line,), first, last, first, seen)


def landings(scene: Scene) -> Iterator[Event]:
    """B9: by night a short stop close to shore away from any port, come to from the sea and left for the sea."""
    limits, steps = scene.parameters, scene.steps
    most, least = scene.slots(limits.landing_max_s), -(-limits.landing_min_s // limits.slot_s)
    columns = (steps.slot, steps.lat_e7, steps.lon_e7, steps.speed_dkn)
    found = stops(steps.start, *columns, STOP_DKN, least, most, AWAY_DKN)
    middle = (found[:, 1] + found[:, 2]) // 2
    lat, lon = scene.where(middle)
    sun = elevation_ddeg(steps.slot[middle].astype(np.int64) * limits.slot_s * 1000, lat, lon)
    shore = scene.coast.shore_m(lat, lon, limits.landing_shore_m)
    near = (sun <= -limits.night_ddeg) & (shore >= 0) & (shore <= limits.landing_shore_m)
    for row in np.flatnonzero(near).tolist():
        line, first, last = found[row].tolist()
        if not scene.off_places(lat[row : row + 1], lon[row : row + 1], limits.landing_place_m)[0]:
            continue
        around = _around(scene, line, first, last)
        if around is None:
            continue
        away = scene.coast.shore_m(*scene.where(np.array(around)), 20 * limits.landing_away_m)
        if int(away.min()) - int(shore[row]) >= limits.landing_away_m:
            seen = (("shore_m", int(shore[row])), ("before_m", int(away[0])), ("after_m", int(away[1])), ("sun_ddeg", int(sun[row])))
            yield _at(scene, "B9", (line,), first, last, int(middle[row]), seen)


def _around(scene: Scene, line: int, first: int, last: int) -> tuple[int, int] | None:
    """Places in the steps at most half an hour before and after; nothing when the line is not known for ten minutes either side."""
    half, least = scene.slots(HALF_HOUR_S), scene.slots(600)
    slot, start = scene.steps.slot, scene.steps.start
    before = scene.span(line, int(slot[first]) - half, int(slot[first])).start
    after = scene.span(line, int(slot[last]), int(slot[last]) + half).stop - 1
    if slot[first] - slot[before] < least or slot[after] - slot[last] < least or after >= start[line + 1]:
        return None
    return before, after


def drop_offs(scene: Scene) -> Iterator[Event]:
    """B10: a short stop at sea, and hours later another contact's short stop at the same place, allowing for drift."""
    limits, steps = scene.parameters, scene.steps
    least, most = -(-limits.drop_stop_min_s // limits.slot_s), scene.slots(limits.drop_stop_max_s)
    found = stops(steps.start, steps.slot, steps.lat_e7, steps.lon_e7, steps.speed_dkn, PICK_DKN, least, most, AWAY_DKN)
    middle = (found[:, 1] + found[:, 2]) // 2
    lat, lon = scene.where(middle)
    away = scene.off_places(lat, lon, limits.place_gate_m)
    away[away] = scene.off_shore(lat[away], lon[away], limits.drop_shore_m)
    found, lat, lon = found[away], lat[away], lon[away]
    order = np.argsort(lat, kind="stable")
    found, lat, lon = found[order], lat[order], lon[order]
    ends = np.stack([found[:, 0], steps.slot[found[:, 1]], steps.slot[found[:, 2]], lat, lon], axis=1).astype(np.int64)
    after, before = scene.slots(limits.drop_after_min_s), scene.slots(limits.drop_after_max_s)
    for one, other, apart, gate in _same_place(
        ends, scene.fleet.mmsi, limits.drop_gate_m, limits.drop_drift_m, after, before, limits.slot_s
    ).tolist():
        a, b = found[one].tolist(), found[other].tolist()
        event = _at(scene, "B10", (min(a[0], b[0]), max(a[0], b[0])), a[1], b[2], a[1], ())
        near = apart_m(np.full_like(lat, lat[one]), np.full_like(lon, lon[one]), lat, lon) <= NEAR_M
        near[[one, other]] = False
        seen = (
            ("apart_m", apart),
            ("gate_m", gate),
            ("later_s", (int(steps.slot[b[1]]) - int(steps.slot[a[2]])) * limits.slot_s),
            ("first_line", a[0]),
            ("first_to_ms", scene.slot_ms(int(steps.slot[a[2]]))),
            ("second_from_ms", scene.slot_ms(int(steps.slot[b[1]]))),
            ("stops_near", int(near.sum())),
        )
        yield msgspec.structs.replace(event, seen=seen)


@kernel
def _same_place(ends: Ints, mmsi: Ints, gate_m: int, drift_m: int, after: int, before: int, slot_s: int) -> Ints:
    """Pairs of stops (line, first and last slot, position; sorted by latitude) of two contacts, the second later and near enough for
    the time in between: rows of the earlier, the later, metres apart, metres allowed."""
    found = np.empty((64, 4), dtype=np.int64)
    total = 0
    widest = int((gate_m + drift_m * (before * slot_s // 3600 + 1)) / 0.0111) + 2
    for i in range(len(ends)):
        for j in range(i + 1, len(ends)):
            if ends[j, 3] - ends[i, 3] > widest:
                break
            one, other = (i, j) if ends[i, 2] < ends[j, 1] else (j, i)
            later = ends[other, 1] - ends[one, 2]
            if later < after or later > before or ends[one, 0] == ends[other, 0]:
                continue
            if mmsi[ends[one, 0]] == mmsi[ends[other, 0]] and mmsi[ends[one, 0]] != 0:
                continue
            gate = min(gate_m + drift_m * (later * slot_s) // 3600, 10 * gate_m)
            apart = apart_k(ends[one, 3], ends[one, 4], ends[other, 3], ends[other, 4])
            if apart <= gate:
                found, total = put(found, total, (np.int64(one), np.int64(other), np.int64(apart), np.int64(gate)))
    return found[:total]


def _at(
    scene: Scene, rule: Rule, lines: tuple[int, ...], first: int, last: int, middle: int, seen: tuple[tuple[str, int], ...]
) -> Event:
    steps = scene.steps
    return Event(
        rule=rule,
        lines=lines,
        from_ms=scene.slot_ms(int(steps.slot[first])),
        to_ms=scene.slot_ms(int(steps.slot[last])),
        lat_e7=int(steps.lat_e7[middle]),
        lon_e7=int(steps.lon_e7[middle]),
        seen=seen,
    )
