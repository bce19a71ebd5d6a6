"""The events of the first five rules: what every engine must find alike (native, DuckDB, Spark; docs/reference/behaviour.md).

1. An event is decided on whole numbers alone: slots, whole metres, 0.1 kn. What needs a coast or the sun is asked of the few events
   that are left, in one place for all engines.
2. Events come sorted by rule, lines and time, whatever order they were found in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from fairlead.picture.behaviour.alone import drops, hours_of, speed_bins
from fairlead.picture.behaviour.silence import silences
from fairlead.picture.behaviour.together import MARK, close_marks, close_runs, marks, meeting, slow_pairs, slow_spells
from fairlead.picture.event import Event
from fairlead.picture.ground import METRES_PER_E7, RADIANS_PER_E7, Floats, Ints, apart_one_m, cosine, wrap_e7, wrap_one_e7
from fairlead.picture.scene import Scene

Marks = npt.NDArray[np.bool_]
HOUR_S = 3600
NOT_HEARD = -1
BEFORE_S = 1800  # half an hour over which the velocity before is taken


def core_events(scene: Scene) -> list[Event]:
    """Events of B1 to B5."""
    found = [*slow(scene), *short(scene), *loading(scene), *loitering(scene), *silences(scene)]
    return sorted(found)


def slow(scene: Scene) -> Iterator[Event]:
    """B1: two vessels close together, slowly, for long, away from ports and anchorages."""
    limits, steps = scene.parameters, scene.steps
    step_max, least = scene.slots(limits.slow_transfer_break_s) + 1, -(-limits.slow_transfer_min_s // limits.slot_s)
    columns = (steps.slot, steps.lat_e7, steps.lon_e7, steps.speed_dkn)
    spells = slow_spells(steps.start, *columns, limits.slow_transfer_dkn, step_max, least)
    spells = spells[~_in_port(scene, spells)]
    spells = spells[np.lexsort((spells[:, 1], spells[:, 3]))]
    pairs = slow_pairs(spells, scene.fleet.mmsi, *columns, limits.slow_transfer_dkn, limits.slow_transfer_gate_m, step_max, least)
    for one, other, first, last in pairs.tolist():
        met = meeting(steps, one, other, first, last)
        speed_a, speed_b = steps.speed_dkn[met.one_at], steps.speed_dkn[met.other_at]
        fits = (met.apart_m <= limits.slow_transfer_gate_m) & (np.minimum(speed_a, speed_b) >= 0)
        fits &= np.maximum(speed_a, speed_b) < limits.slow_transfer_dkn
        if not scene.off_places(met.lat_e7[fits], met.lon_e7[fits], limits.place_gate_m).all():
            continue
        slot = met.slot[fits]
        middle = len(slot) // 2
        yield Event(
            rule="B1",
            lines=(one, other),
            from_ms=scene.slot_ms(first),
            to_ms=scene.slot_ms(last),
            lat_e7=int(met.lat_e7[fits][middle]),
            lon_e7=int(met.lon_e7[fits][middle]),
            seen=(
                ("apart_m", int(met.apart_m[fits].max())),
                ("top_one_dkn", int(speed_a[fits].max())),
                ("top_other_dkn", int(speed_b[fits].max())),
                ("break_s", (int(np.diff(slot).max()) - 1) * limits.slot_s if len(slot) > 1 else 0),
            ),
        )


def _in_port(scene: Scene, spells: Ints) -> Marks:
    """Spells that lie inside one port or anchorage as a whole: no episode away from it can be among them."""
    if not len(spells) or not scene.places.names:
        return np.zeros(len(spells), dtype=np.bool_)
    gate = scene.parameters.place_gate_m
    lats = (spells[:, 3], spells[:, 3], spells[:, 4], spells[:, 4])
    lons = tuple(spells[:, 5] + spells[:, side] for side in (6, 7, 6, 7))
    corners = [scene.places.near(lat, wrap_e7(lon), gate) for lat, lon in zip(lats, lons, strict=True)]
    wide = (spells[:, 4] - spells[:, 3] > 1_000_000) | (spells[:, 7] - spells[:, 6] > 1_000_000)
    inside: Marks = (corners[0] >= 0) & ~wide
    for corner in corners[1:]:
        inside &= corner == corners[0]
    return inside


def short(scene: Scene) -> Iterator[Event]:
    """B2: two vessels close together under way, on one course, each having left its own velocity for it."""
    limits, steps = scene.parameters, scene.steps
    columns = (steps.slot, steps.lat_e7, steps.lon_e7)
    line_of, place = marks(steps.start, steps.slot, steps.speed_dkn, limits.short_transfer_dkn, MARK)
    order = np.argsort((steps.slot[place].astype(np.int64) << 32) + (steps.lat_e7[place].astype(np.int64) + 2**31), kind="stable")
    near = close_marks(line_of[order], place[order], scene.fleet.mmsi, *columns, limits.short_transfer_gate_m)
    near = near[np.lexsort((near[:, 2], near[:, 1], near[:, 0]))]
    runs = close_runs(near, steps.start, *columns, steps.speed_dkn, limits.short_transfer_dkn, limits.short_transfer_gate_m)
    least, gap = -(-limits.short_transfer_min_s // limits.slot_s), scene.slots(limits.short_transfer_break_s)
    joined: list[list[int]] = []
    for one, other, first, last in runs[runs[:, 3] - runs[:, 2] >= least].tolist():
        if joined and joined[-1][:2] == [one, other] and first - joined[-1][3] <= gap:
            joined[-1][3] = last
        else:
            joined.append([one, other, first, last])
    for one, other, first, last in joined:
        event = _short(scene, one, other, first, last)
        if event is not None:
            yield event


def _short(scene: Scene, one: int, other: int, first: int, last: int) -> Event | None:
    limits = scene.parameters
    # 1. both keep one course over the run
    during = [_velocity(scene, line, first, last) for line in (one, other)]
    before_from = first - scene.slots(limits.deviation_before_s)
    before = [_velocity(scene, line, before_from, before_from + scene.slots(BEFORE_S)) for line in (one, other)]
    if during[0] is None or during[1] is None:
        return None
    (north_a, east_a), (north_b, east_b) = during[0], during[1]
    dot = north_a * north_b + east_a * east_b
    if dot <= 0 or 4 * dot * dot < 3 * (north_a * north_a + east_a * east_a) * (north_b * north_b + east_b * east_b):  # 30 degrees
        return None
    # 2. each has left the velocity that it had before, where that is known: who was not heard before says nothing against it
    turned = [NOT_HEARD if was is None else _deviation(was, now) for was, now in zip(before, (during[0], during[1]), strict=True)]
    if any(NOT_HEARD < percent < limits.deviation_percent for percent in turned):
        return None
    # 3. what was observed counts where both are close and make way: a short break inside the run is none of it
    met = meeting(scene.steps, one, other, first, last)
    speed_a, speed_b = (scene.steps.speed_dkn[at].astype(np.int64) for at in (met.one_at, met.other_at))
    fits = (met.apart_m <= limits.short_transfer_gate_m) & (np.minimum(speed_a, speed_b) >= limits.short_transfer_dkn)
    lat, lon = met.lat_e7[fits], met.lon_e7[fits]
    if not scene.off_places(lat, lon, limits.place_gate_m).all():
        return None
    middle = len(lat) // 2
    return Event(
        rule="B2",
        lines=(one, other),
        from_ms=scene.slot_ms(first),
        to_ms=scene.slot_ms(last),
        lat_e7=int(lat[middle]),
        lon_e7=int(lon[middle]),
        seen=(
            ("apart_m", int(met.apart_m[fits].max())),
            ("deviation_one_percent", turned[0]),
            ("deviation_other_percent", turned[1]),
            ("mean_dkn", int(speed_a[fits].sum() + speed_b[fits].sum()) // (2 * len(lat))),
        ),
    )


def _velocity(scene: Scene, line: int, first: int, last: int) -> tuple[float, float] | None:
    """Metres north and east for each slot from one to another; None where the line is not known at both."""
    begin, end = scene.place_at(line, first), scene.place_at(line, last)
    if begin < 0 or end < 0 or last <= first:
        return None
    lat, lon = scene.steps.lat_e7, scene.steps.lon_e7
    angle: Floats = np.array([(int(lat[begin]) + int(lat[end])) * (RADIANS_PER_E7 / 2)])
    north = (int(lat[end]) - int(lat[begin])) * METRES_PER_E7 / (last - first)
    east = wrap_one_e7(int(lon[end]) - int(lon[begin])) * METRES_PER_E7 * float(cosine(angle)[0]) / (last - first)
    return north, east


def _deviation(before: tuple[float, float], now: tuple[float, float]) -> int:
    """The change of velocity in percent of the larger of both, rounded down."""
    north, east = now[0] - before[0], now[1] - before[1]
    change = north * north + east * east  # products, not powers: every engine rounds a product alike
    larger = max(now[0] * now[0] + now[1] * now[1], before[0] * before[0] + before[1] * before[1])
    return math.floor(math.sqrt(change / larger) * 100) if larger > 0 else 0


def loading(scene: Scene) -> Iterator[Event]:
    """B3: under way, a drop of speed below its own median for a while, and then on as before."""
    limits, steps = scene.parameters, scene.steps
    width = limits.bin_s // limits.slot_s
    begin, number, mean = speed_bins(steps.start, steps.slot, steps.speed_dkn, width, (width + 1) // 2)
    behind = 2 * HOUR_S // limits.bin_s
    found = drops(
        begin,
        number,
        mean,
        behind,
        behind * 3 // 4,
        limits.loading_before_dkn,
        limits.loading_fall_percent,
        limits.loading_back_percent,
        -(-limits.loading_min_s // limits.bin_s),
        limits.loading_max_s // limits.bin_s,
    )
    for line, first, last, twice, low, high in found[found[:, 4] <= limits.loading_to_dkn].tolist():
        middle = _nearest(scene, line, (first + last) * width // 2)
        lat, lon = scene.where(np.array([middle]))
        if not scene.off_places(lat, lon, limits.place_gate_m)[0]:
            continue
        yield Event(
            rule="B3",
            lines=(line,),
            from_ms=scene.slot_ms(first * width),
            to_ms=scene.slot_ms(last * width),
            lat_e7=int(lat[0]),
            lon_e7=int(lon[0]),
            seen=(("before_dkn", twice // 2), ("lowest_dkn", low), ("highest_dkn", high)),
        )


def _nearest(scene: Scene, line: int, slot: int) -> int:
    """The first place of a line at a slot or after it."""
    found: int = scene.span(line, slot, slot).start
    return min(found, int(scene.steps.start[line + 1]) - 1)


def loitering(scene: Scene) -> Iterator[Event]:
    """B4: hours on end of hardly moving, or a day of going about and getting nowhere; what lies still is no loitering."""
    limits, steps = scene.parameters, scene.steps
    width = HOUR_S // limits.slot_s
    columns = (steps.slot, steps.lat_e7, steps.lon_e7, steps.speed_dkn)
    hours = hours_of(steps.start, *columns, width, width // 2)
    for first, last in _runs_of(hours, (hours[:, 2] < limits.loiter_dkn), -(-limits.loiter_min_s // HOUR_S)):
        yield from _loiter(scene, hours[first : last + 1], "slow")
    for first, last in _circling(scene, hours):
        yield from _loiter(scene, hours[first : last + 1], "circling")


def _runs_of(hours: Ints, fits: Marks, least: int) -> list[tuple[int, int]]:
    """First and last row of runs of following hours of one line that fit, at least so many."""
    if not len(hours):
        return []
    broken = np.ones(len(hours), dtype=np.bool_)
    broken[1:] = (np.diff(hours[:, 0]) != 0) | (np.diff(hours[:, 1]) != 1) | (fits[1:] != fits[:-1])
    starts = np.flatnonzero(broken)
    ends = np.append(starts[1:], len(hours)) - 1
    chosen = fits[starts] & (ends - starts + 1 >= least)
    return list(zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True))


def _circling(scene: Scene, hours: Ints) -> list[tuple[int, int]]:
    """First and last row of every stretch in which each day's net is a small part of its path."""
    limits = scene.parameters
    span = limits.circling_min_s // HOUR_S
    rows = (
        np.flatnonzero(
            (hours[span - 1 :, 0] == hours[: len(hours) - span + 1, 0])
            & (hours[span - 1 :, 1] - hours[: len(hours) - span + 1, 1] == span - 1)
        )
        if len(hours) >= span
        else np.zeros(0, dtype=np.intp)
    )
    path = np.concatenate([[0], np.cumsum(hours[:, 3])])
    found: list[tuple[int, int]] = []
    for row in rows.tolist():
        way = int(path[row + span] - path[row])
        if way < limits.circling_path_m:
            continue
        (lat_a, lat_b), (lon_a, lon_b) = (part.tolist() for part in scene.where(np.array([hours[row, 4], hours[row + span - 1, 5]])))
        if apart_one_m(lat_a, lon_a, lat_b, lon_b) * 100 >= way * limits.circling_percent:
            continue
        if found and found[-1][1] >= row - 1 and hours[found[-1][0], 0] == hours[row, 0]:
            found[-1] = (found[-1][0], row + span - 1)
        else:
            found.append((row, row + span - 1))
    return found


def _loiter(scene: Scene, hours: Ints, kind: str) -> Iterator[Event]:
    limits = scene.parameters
    first, last = int(hours[0, 4]), int(hours[-1, 5])
    lat, lon = scene.where(np.arange(first, last + 1))
    east = wrap_e7(lon - lon[0])
    extent = apart_one_m(int(lat.min()), int(east.min()), int(lat.max()), int(east.max()))
    middle = (first + last) // 2
    if (
        extent < limits.loiter_extent_m
        or not scene.off_places(*scene.where(np.array([first, middle, last])), limits.place_gate_m).all()
    ):
        return
    yield Event(
        rule="B4",
        lines=(int(hours[0, 0]),),
        from_ms=scene.slot_ms(int(scene.steps.slot[first])),
        to_ms=scene.slot_ms(int(scene.steps.slot[last])),
        lat_e7=int(scene.steps.lat_e7[middle]),
        lon_e7=int(scene.steps.lon_e7[middle]),
        seen=(
            ("circling", 1 if kind == "circling" else 0),
            ("hours", len(hours)),
            ("mean_dkn", int(hours[:, 2].sum()) // len(hours)),
            ("extent_m", extent),
            ("path_m", int(hours[:, 3].sum())),
            ("net_m", apart_one_m(int(lat[0]), int(lon[0]), int(lat[-1]), int(lon[-1]))),
        ),
    )
