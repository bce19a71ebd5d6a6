"""Radar plots of all feeds of a view into lines: which plots are of one contact, and where the contact was, filtered.

1. Plots of all radar feeds go through one tracker in order of time, so two radars that see one vessel make one line.
2. A scan is the plots of one feed within the time of its turn (`scan_s` where it states none), cut where they spread over more than
   PIECE_MS: then the turn is not known to be whole, and nothing is held missing in it.
3. More than PLOTS_MAX plots in a scan are thinned evenly, and it is said how many were left out: no radar tells so many apart.
4. What a line rests on for the rules are its plots as measured; what it shows are the filtered states.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.picture.gather import Gathered
from fairlead.picture.ground import TURN_E7, Floats, Ints
from fairlead.picture.line import Line
from fairlead.picture.parameters import Parameters
from fairlead.picture.shapes import Ellipse, Given, Point
from fairlead.picture.tracking.bias import Bias, bias_of, corrected, heard_of
from fairlead.picture.tracking.follow import Followed, follow
from fairlead.picture.tracking.models import KINDS, Mode, Models, Plots, Sensor
from fairlead.picture.tracking.plane import anchored, placed, turned, vectors
from fairlead.report.characteristics import Characteristics
from fairlead.report.detection import FeedFacts

PIECE_MS: Final = 10_000
PLOTS_MAX: Final = 20_000
KNOT_M_S: Final = 1852 / 3600
LIFE_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contact:
    """One contact of the tracker: rows that each state rests on most, in time order, and the states as they are shown; `given` are
    places in `feeds` with weights in thousandths."""

    rows: npt.NDArray[np.intp]
    feeds: tuple[str, ...]
    points: tuple[Point, ...]
    ellipses: tuple[Ellipse, ...]
    given: tuple[Given, ...]
    exists: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plotted:
    """Contacts by the first row of each, and how many plots of each feed were left out."""

    contacts: tuple[Contact, ...]
    left_out: dict[str, int]


def contacts(gathered: Gathered, parameters: Parameters, ais: Sequence[Line]) -> Plotted:
    """The contacts that the radar plots of a view make; `ais` are the lines that tell how far each radar is off."""
    rows = gathered.of_kind("radar")
    if not len(rows):
        return Plotted(contacts=(), left_out={})
    order, start, feed, whole = _scans(gathered, parameters, rows)
    kept, start, left_out = _thinned(gathered, order, start, feed)
    sensors = [_sensor(facts, parameters) for facts in gathered.feeds]
    partial = [_partial(sensor) for sensor in sensors]
    error_m = gathered.rows.err_m[kept].astype(np.float64)
    square = np.where(error_m > 0, error_m, parameters.plot_error_m) ** 2
    plots = Plots(
        place=_registered(gathered, kept, sensors, ais),
        t_ms=gathered.rows.t_ms[kept],
        error=np.column_stack([square, np.zeros(len(kept)), square]),
        rate=np.full(len(kept), np.nan),
        start=start,
        sensor=np.where(whole, feed, feed + len(sensors)),
        sensors=[*sensors, *partial],
    )
    followed = follow(plots, models_of(parameters))
    return Plotted(contacts=_told(gathered, parameters, followed, kept), left_out=left_out)


def models_of(parameters: Parameters) -> Models:
    """The tracker's models by the parameters of the view."""
    turn = math.radians(parameters.turn_mdeg / 1000)
    calm, agile = parameters.calm_e4 / 1e4, parameters.agile_e4 / 1e4
    return Models(
        modes=(
            Mode(turn=0.0, noise=calm, share=0.6),
            Mode(turn=0.0, noise=agile, share=0.2),
            Mode(turn=turn, noise=agile / 10, share=0.1),
            Mode(turn=-turn, noise=agile / 10, share=0.1),
        ),
        sojourn_s=parameters.mode_s,
        burst_s=parameters.mode_s,
        gate=parameters.gate_tenths / 10,
        association=KINDS[min(parameters.association, len(KINDS) - 1)],
        speed_sigma=parameters.first_dkn / 10 * KNOT_M_S,
        plots_min=parameters.plots_min,
        initiate_s=parameters.initiate_s,
        coast_s=parameters.coast_s,
        birth=parameters.birth_permille / 1000,
        exists_min=parameters.exists_min_permille / 1000,
        life_s=LIFE_S,
    )


def _registered(gathered: Gathered, kept: npt.NDArray[np.intp], sensors: Sequence[Sensor], ais: Sequence[Line]) -> Floats:
    """Positions of the plots without the bias that their originator states, and without what the view itself shows beyond it."""
    place = vectors(gathered.lat_e7[kept], gathered.lon_e7[kept])
    heard = heard_of([(vectors(line.lat_e7, line.lon_e7), line.t_ms) for line in ais if len(line.t_ms) > 1])
    for number in np.unique(gathered.feed_of[kept]).tolist():
        facts = gathered.feeds[number]
        if facts.station_lat_e7 is None:
            continue
        own = gathered.feed_of[kept] == number
        if facts.characteristics:
            stated = Bias(float(facts.characteristics.bias_range_m), math.radians(facts.characteristics.bias_bearing_mdeg / 1000))
            place[own] = corrected(sensors[number].frame, place[own], stated)
        found = bias_of(sensors[number].frame, place[own], gathered.rows.t_ms[kept][own], heard)
        place[own] = corrected(sensors[number].frame, place[own], found)
    return place


def _sensor(facts: FeedFacts, parameters: Parameters) -> Sensor:
    frame = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
    if facts.station_lat_e7 is not None and facts.station_lon_e7 is not None:
        station = vectors(np.array([facts.station_lat_e7], dtype=np.int64), np.array([facts.station_lon_e7], dtype=np.int64))[0]
        anchored(frame, station[0], station[1], station[2])
    told = facts.characteristics or Characteristics()
    return Sensor(
        frame=frame,
        sigma=np.array([float(told.range_sigma_m), math.radians(told.bearing_sigma_mdeg / 1000), 0.0]),
        turn_s=told.turn_ms / 1000,
        detection=(told.detection_permille or parameters.detection_permille) / 1000,
        clutter=(told.clutter_per_kkm2 or parameters.clutter_per_kkm2) / 1e9,
        range_m=float(facts.range_m or np.inf),
        sector=(math.radians(told.sector_from_ddeg / 10), math.radians(told.sector_to_ddeg / 10)),
    )


def _partial(sensor: Sensor) -> Sensor:
    """The same sensor in a piece of a turn."""
    return Sensor(frame=sensor.frame, sigma=sensor.sigma, detection=sensor.detection, clutter=sensor.clutter, range_m=sensor.range_m)


def _scans(
    gathered: Gathered, parameters: Parameters, rows: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], Ints, Ints, npt.NDArray[np.bool_]]:
    """Rows in the order of scans, bounds of the scans, the feed of each, and whether it is a whole turn."""
    feed, t_ms = gathered.feed_of[rows].astype(np.int64), gathered.rows.t_ms[rows]
    turn = np.array([_turn_ms(facts, parameters) for facts in gathered.feeds], dtype=np.int64)[feed]
    window = t_ms // turn
    # 1. a window whose plots spread over more than a piece is cut into pieces
    order = np.lexsort((t_ms, window, feed))
    edge = np.flatnonzero(np.diff(window[order]) | np.diff(feed[order])) + 1
    first, last = np.concatenate([[0], edge]), np.concatenate([edge, [len(order)]]) - 1
    spread = t_ms[order][last] - t_ms[order][first] > PIECE_MS
    cut = np.empty(len(rows), dtype=np.bool_)
    cut[order] = np.repeat(spread, last - first + 1)
    begins = np.where(cut, t_ms // PIECE_MS * PIECE_MS, window * turn)
    # 2. scans by when they begin, then by feed; inside, time and row
    order = np.lexsort((rows, t_ms, feed, begins))
    edge = np.flatnonzero(np.diff(begins[order]) | np.diff(feed[order])) + 1
    start = np.concatenate([[0], edge, [len(order)]]).astype(np.int64)
    return rows[order], start, feed[order][start[:-1]], ~cut[order][start[:-1]]


def _turn_ms(facts: FeedFacts, parameters: Parameters) -> int:
    stated = facts.characteristics.turn_ms if facts.characteristics else 0
    return stated or parameters.scan_s * 1000


def _thinned(
    gathered: Gathered, order: npt.NDArray[np.intp], start: Ints, feed: Ints
) -> tuple[npt.NDArray[np.intp], Ints, dict[str, int]]:
    """The rows that are looked at, their bounds, and how many of each feed are not."""
    sizes = np.diff(start)
    left_out: dict[str, int] = {}
    if not len(sizes) or sizes.max() <= PLOTS_MAX:
        return order, start, left_out
    parts = []
    for number, size in enumerate(sizes.tolist()):
        own = order[start[number] : start[number + 1]]
        if size > PLOTS_MAX:
            name = gathered.feeds[int(feed[number])].name
            left_out[name] = left_out.get(name, 0) + size - PLOTS_MAX
            own = own[np.arange(PLOTS_MAX, dtype=np.int64) * size // PLOTS_MAX]
        parts.append(own)
    bounds = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return np.concatenate(parts), bounds, left_out


def _told(gathered: Gathered, parameters: Parameters, followed: Followed, kept: npt.NDArray[np.intp]) -> tuple[Contact, ...]:
    """The sure tracks as contacts."""
    by_track = np.argsort(followed.number, kind="stable")
    bounds = np.searchsorted(followed.number[by_track], np.arange(len(followed.sure) + 1))
    main = _main(followed)
    columns = _columns(followed)
    found = []
    for number in np.flatnonzero(followed.sure).tolist():
        states = by_track[bounds[number] : bounds[number + 1]]
        rows = np.unique(kept[main[states]])
        rows = rows[np.lexsort((rows, gathered.rows.t_ms[rows]))]
        showing = _shown(followed.t_ms[states], parameters).tolist()
        shown = states[showing]
        lines = [column[shown].tolist() for column in columns]
        seen_by = [_weights(gathered, followed, kept, state) for state in states.tolist()]
        numbers = sorted(set().union(*seen_by))
        place = {number: at for at, number in enumerate(numbers)}
        given = tuple(
            tuple((place[feed], round(1000 * weight)) for feed, weight in sorted(weights.items()))
            for weights, keep in zip(seen_by, showing, strict=True)
            if keep
        )
        found.append(
            Contact(
                rows=rows,
                feeds=tuple(gathered.feeds[number].name for number in numbers),
                points=tuple(zip(*lines[:6], strict=True)),
                ellipses=tuple(zip(*lines[5:], strict=True)),
                given=given,
                exists=round(1000 * float(followed.exists[states[-1]])),
            )
        )
    return tuple(sorted(found, key=lambda contact: int(contact.rows[0])))


def _main(followed: Followed) -> Ints:
    """The plot that each state rests on most, the first of equals."""
    begin, count = followed.given[:-1], np.diff(followed.given)
    best = np.maximum.reduceat(followed.share, begin)
    first = np.flatnonzero(followed.share == np.repeat(best, count))
    state = np.repeat(np.arange(len(begin)), count)[first]
    chosen = first[np.concatenate([[True], np.diff(state) > 0])]
    plots: Ints = followed.plot[chosen]
    return plots


def _shown(t_ms: Ints, parameters: Parameters) -> npt.NDArray[np.bool_]:
    """At most one state in `point_step_s`, the first and the last always."""
    keep = np.ones(len(t_ms), dtype=np.bool_)
    keep[1:] = np.diff(t_ms // (parameters.point_step_s * 1000)) > 0
    keep[-1] = True
    return keep


def _columns(followed: Followed) -> Sequence[Ints]:
    """Time, latitude, longitude, speed, course, and the ellipse: major, minor, bearing, of every state in whole numbers."""
    count = len(followed.t_ms)
    lat, lon, east, north, bearing = np.empty(count), np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    xx, xy, yy = followed.spread.T
    middle, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    axis = np.arctan2(2 * xy, yy - xx) / 2  # of the major axis, clockwise from the frame's second direction
    for row in range(count):
        frame, state = followed.frame[row], followed.state[row]
        lat[row], lon[row] = placed(frame, state[0], state[2])
        c, s = turned(frame, state[0], state[2])
        east[row], north[row] = c * state[1] + s * state[3], -s * state[1] + c * state[3]
        bearing[row] = axis[row] - math.atan2(s, c)
    course = _whole(np.degrees(np.arctan2(east, north)) * 10) % 3600
    return (
        followed.t_ms,
        _whole(np.degrees(lat) * 1e7),
        (_whole(np.degrees(lon) * 1e7) + TURN_E7 // 2) % TURN_E7 - TURN_E7 // 2,
        _whole(np.hypot(east, north) / KNOT_M_S * 10),
        course,
        _whole(np.sqrt(middle + half)),
        _whole(np.sqrt(np.maximum(middle - half, 0.0))),
        _whole(np.degrees(bearing) * 10) % 1800,
    )


def _whole(values: Floats) -> Ints:
    found: Ints = np.floor(values + 0.5).astype(np.int64)
    return found


def _weights(gathered: Gathered, followed: Followed, kept: npt.NDArray[np.intp], state: int) -> dict[int, float]:
    """How much a state rests on each feed, by the feed's number."""
    weights: dict[int, float] = {}
    for at in range(int(followed.given[state]), int(followed.given[state + 1])):
        feed = int(gathered.feed_of[kept[followed.plot[at]]])
        weights[feed] = weights.get(feed, 0.0) + float(followed.share[at])
    return weights
