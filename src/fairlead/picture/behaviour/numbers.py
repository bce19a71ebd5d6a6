"""Events of numbers and places that cannot be: B6, a number heard from two places, and positions that nobody can have.

1. Two lines of one number that are heard for the same half hour, ten kilometres apart, are two transmitters; which is genuine is not
   said. A number that is no ship's number, or an obvious filler, is a mistake of many sets and not of one vessel.
2. A position on land, at 0 north 0 east, farther from the only receiver than it can hear, or exactly where several other numbers are
   too, is false; where several numbers are false at one time and place, it is the satellites' signal and not the vessel.
3. Positions that a vessel cannot have reached stand apart already (`picture.divide`); several such strays of one number are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.picture.behaviour.together import meeting
from fairlead.picture.event import Event
from fairlead.picture.ground import Ints, apart_k, apart_m
from fairlead.picture.scene import Scene
from fairlead.report.compiled import kernel

HOUR_MS: Final = 3_600_000
STRAY: Final = 5
SPOT: Final = 6
LINES_MAX: Final = 12  # strays drawn on one card


def twice(scene: Scene) -> Iterator[Event]:
    """B6: pairs of lines of one number at two places at once."""
    limits, fleet = scene.parameters, scene.fleet
    order = np.argsort(fleet.mmsi, kind="stable")
    same = np.flatnonzero((np.diff(fleet.mmsi[order]) == 0) & (fleet.mmsi[order[1:]] > 0))
    numbers = np.unique(fleet.mmsi[order[same]]).tolist()
    for mmsi in numbers:
        lines = np.flatnonzero(fleet.mmsi == mmsi).tolist()
        found: list[tuple[int, int, int, int, int, int]] = []
        for place, one in enumerate(lines):
            for other in lines[place + 1 :]:
                apart = _apart(scene, one, other)
                if apart is not None and apart[1] - apart[0] >= scene.slots(limits.twice_min_s):
                    found.append((apart[1] - apart[0], *apart, one, other))
        if found:
            _, first, last, metres, one, other = max(found)
            where = scene.span(one, first, last).start
            yield Event(
                rule="B6",
                lines=(one, other),
                from_ms=scene.slot_ms(first),
                to_ms=scene.slot_ms(last),
                lat_e7=int(scene.steps.lat_e7[where]),
                lon_e7=int(scene.steps.lon_e7[where]),
                seen=(("kind", 0), ("apart_m", metres), ("lines", len(lines))),
            )


def _apart(scene: Scene, one: int, other: int) -> tuple[int, int, int] | None:
    """First and last slot of the longest time without a break at which both are known and far apart, and the least distance then."""
    met = meeting(scene.steps, one, other, 0, int(np.iinfo(np.int32).max))
    far = np.flatnonzero(met.apart_m >= scene.parameters.twice_apart_m)
    if not len(far):
        return None
    own = max(np.split(far, np.flatnonzero(np.diff(met.slot[far]) > 1) + 1), key=len)
    return int(met.slot[own[0]]), int(met.slot[own[-1]]), int(met.apart_m[own].min())


def false_positions(scene: Scene) -> Iterator[Event]:
    """B6: runs of positions of one number that cannot be."""
    limits, fleet = scene.parameters, scene.fleet
    rows = fleet.row
    why = np.zeros(len(rows), dtype=np.int64)
    feed_of = scene.gathered.feed_of[rows]
    lon = (fleet.lon_e7 + 1_800_000_000) % 3_600_000_000 - 1_800_000_000
    why[same_spot(fleet.mmsi[_line_of(fleet.start)], fleet.t_ms, fleet.lat_e7, lon, limits.spot_numbers_min)] = SPOT
    for number, feed in enumerate(scene.gathered.feeds):
        if feed.kind == "ais" and feed.range_m is not None and feed.station_lat_e7 is not None and feed.station_lon_e7 is not None:
            own = np.flatnonzero(feed_of == number)
            station = np.full(len(own), feed.station_lat_e7), np.full(len(own), feed.station_lon_e7)
            beyond = apart_m(fleet.lat_e7[own], lon[own], *station) * 100 > feed.range_m * limits.range_percent
            why[own[beyond]] = 2
    why[(fleet.mmsi[_line_of(fleet.start)] > 0) & (fleet.lat_e7 == 0) & (lon == 0)] = 3
    inland = scene.coast.inland_m(fleet.lat_e7, lon, limits.false_land_m + 1000)
    why[inland > limits.false_land_m] = 1
    bad = np.flatnonzero((why > 0) & (fleet.mmsi[_line_of(fleet.start)] > 0))
    if not len(bad):
        return
    line_of = _line_of(fleet.start)[bad]
    others = _others_then(fleet.t_ms[bad], fleet.lat_e7[bad], lon[bad], fleet.mmsi[line_of])
    for line in np.unique(line_of).tolist():
        own = bad[line_of == line]
        if len(own) < limits.false_min:
            continue
        yield Event(
            rule="B6",
            lines=(line,),
            from_ms=int(fleet.t_ms[own[0]]),
            to_ms=int(fleet.t_ms[own[-1]]),
            lat_e7=int(fleet.lat_e7[own[0]]),
            lon_e7=int(lon[own[0]]),
            seen=(
                ("kind", int(why[own[0]])),
                ("positions", len(own)),
                ("of", int(fleet.start[line + 1] - fleet.start[line])),
                ("others", int(others[line_of == line].max())),
            ),
        )


def strays(scene: Scene) -> Iterator[Event]:
    """B6: positions of one number, few at a time, that it cannot have reached from the others."""
    limits, fleet = scene.parameters, scene.fleet
    length = np.diff(fleet.start)
    mains, alone = _strays(fleet.mmsi, length, limits.stray_max)
    if not len(alone):
        return
    # where the vessel was by its own track when it sent each: strays of several vessels that were near each other are the signal's
    rows = np.concatenate([np.arange(fleet.start[line], fleet.start[line + 1]) for line in alone.tolist()])
    main_of = np.repeat(mains, length[alone])
    there = np.array(
        [
            fleet.start[main] + max(int(np.searchsorted(fleet.t_ms[fleet.of(main)], t_ms, "right")) - 1, 0)
            for main, t_ms in zip(main_of.tolist(), fleet.t_ms[rows].tolist(), strict=True)
        ]
    )
    lon = (fleet.lon_e7 + 1_800_000_000) % 3_600_000_000 - 1_800_000_000
    others = _others_then(fleet.t_ms[rows], fleet.lat_e7[there], lon[there], fleet.mmsi[main_of])
    for main in np.unique(mains).tolist():
        own = rows[main_of == main]
        if len(own) < limits.false_min:
            continue
        yield Event(
            rule="B6",
            lines=(main, *alone[mains == main].tolist()[:LINES_MAX]),
            from_ms=int(fleet.t_ms[own].min()),
            to_ms=int(fleet.t_ms[own].max()),
            lat_e7=int(fleet.lat_e7[own[0]]),
            lon_e7=int(lon[own[0]]),
            seen=(
                ("kind", STRAY),
                ("positions", len(own)),
                ("of", int(length[main]) + len(own)),
                ("others", int(others[main_of == main].max())),
            ),
        )


def _strays(mmsi: Ints, length: Ints, most: int) -> tuple[Ints, Ints]:
    """Lines of at most so many positions of numbers that have a longer one, and the longest line of each of these."""
    order = np.lexsort((-length, mmsi))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = mmsi[order[1:]] != mmsi[order[:-1]]
    main = order[first][np.cumsum(first) - 1]
    found = (mmsi[order] > 0) & ~first & (length[order] <= most) & (length[main] > most)
    return main[found], order[found]


def same_spot(mmsi: Ints, t_ms: Ints, lat: Ints, lon: Ints, least: int) -> npt.NDArray[np.intp]:
    """Rows, sorted by number, whose exact position so many numbers have within one clock hour."""
    size = 1024
    while size < 2 * len(mmsi):
        size *= 2
    some = np.flatnonzero(_maybe(mmsi, t_ms, lat, lon, size, least))
    keys = np.stack([t_ms[some] // HOUR_MS, lat[some], lon[some]])
    _, spot = np.unique(keys, axis=1, return_inverse=True)
    pairs = np.unique(np.stack([spot.reshape(-1), mmsi[some]]), axis=1)
    numbers = np.bincount(pairs[0], minlength=1)
    return some[numbers[spot.reshape(-1)] >= least]


@kernel
def _maybe(mmsi: Ints, t_ms: Ints, lat: Ints, lon: Ints, size: int, least: int) -> npt.NDArray[np.bool_]:
    """Whether so many numbers, or more, fell into the place of a table where a row's hour and position fall; few do by chance."""
    place = np.empty(len(mmsi), dtype=np.int64)
    last, count = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.uint8)
    for row in range(len(mmsi)):
        key = (t_ms[row] // HOUR_MS * 1_000_003 + lat[row]) * 0x9E3779B1 + lon[row] * 0x85EBCA77
        key = (key ^ (key >> 29)) * 0x27D4EB2F
        place[row] = (key ^ (key >> 32)) & (size - 1)
        if mmsi[row] > 0 and last[place[row]] != mmsi[row]:
            last[place[row]] = mmsi[row]
            count[place[row]] = min(count[place[row]] + 1, 255)
    found = np.zeros(len(mmsi), dtype=np.bool_)
    for row in range(len(mmsi)):
        found[row] = mmsi[row] > 0 and count[place[row]] >= least
    return found


def _line_of(start: Ints) -> npt.NDArray[np.intp]:
    return np.repeat(np.arange(len(start) - 1, dtype=np.intp), np.diff(start))


@kernel
def _others_then(t_ms: Ints, lat: Ints, lon: Ints, mmsi: Ints) -> Ints:
    """For each false position how many other numbers had one within an hour and 50 km."""
    found = np.zeros(len(t_ms), dtype=np.int64)
    order = np.argsort(t_ms)
    numbers = np.unique(mmsi)
    name = np.searchsorted(numbers, mmsi)
    counted_for = np.full(len(numbers), -1, dtype=np.int64)  # each number counts once for a position, however often it is heard
    for i in range(len(order)):
        here = order[i]
        seen = 0
        for step in (-1, 1):
            j = i + step
            while 0 <= j < len(order) and abs(t_ms[order[j]] - t_ms[here]) <= HOUR_MS and abs(j - i) < 2000:
                there = order[j]
                fresh = name[there] != name[here] and counted_for[name[there]] != here
                if fresh and apart_k(lat[here], lon[here], lat[there], lon[there]) <= 50_000:
                    seen += 1
                    counted_for[name[there]] = here
                j += step
        found[here] = seen
    return found
