"""B5, AIS gap: a vessel fell silent while its neighbours were still heard (design: behaviour table, row B5).

1. Only between two messages of one AIS line, both from feeds whose gaps mean something: a trimmed extract yields nothing.
2. The place of silence is the straight line between the two messages; neighbours are messages of other numbers near it then.
3. What was expected is the smaller of two counts: as many as a neighbour was heard with in each hour, and as many as the vessel's
   own rate around the gap gives. So a place where little is heard expects little.
4. Silence is not evidence of a reason: the card says how far the vessel can have been and stops there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.picture import innocent
from fairlead.picture.cards import Scene, at_least, card_id, duration, kilometres, knots, quality, sources
from fairlead.picture.ground import apart_m, apart_one_m, reach_one_m
from fairlead.picture.line import Line
from fairlead.picture.shapes import Card, Criterion, Explanation, Result, Status

VERSION: Final = "1"
HOUR_MS: Final = 3_600_000
OWN_MS: Final = 2 * HOUR_MS  # own rate is counted this long before and after
SPEED_FLOOR_DKN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Gap:
    line: Line
    before: int  # index into the line of the last message before
    from_ms: int
    to_ms: int
    heard: int
    expected: int
    hours: int
    hours_heard: int
    travelled_m: int
    speed_dkn: int
    reach_m: int


def gap_cards(scene: Scene, lines: Sequence[Line]) -> list[Card]:
    """Cards of all gaps of the AIS lines that meet every criterion."""
    meaning = np.array([feed.kind == "ais" and feed.gaps_meaningful for feed in scene.gathered.feeds], dtype=np.bool_)
    if not meaning.any():
        return []
    heard_rows = np.flatnonzero(meaning[scene.gathered.feed_of])
    cards = []
    for line in lines:
        counted = meaning[scene.gathered.feed_of[line.rows]]
        silent = np.diff(line.t_ms) >= scene.parameters.gap_min_s * 1000
        for before in np.flatnonzero(silent & counted[:-1] & counted[1:]).tolist():
            gap = _gap(scene, line, before, heard_rows)
            criteria = _criteria(scene, gap)
            if all(criterion.met for criterion in criteria):
                cards.append(_card(scene, gap, criteria))
    return cards


def _gap(scene: Scene, line: Line, before: int, heard_rows: npt.NDArray[np.intp]) -> _Gap:
    from_ms, to_ms = int(line.t_ms[before]), int(line.t_ms[before + 1])
    near = _neighbours(scene, line, before, heard_rows)
    hour = (scene.gathered.rows.t_ms[near] - from_ms) // HOUR_MS
    # messages of a neighbour in each hour: all messages of the hour over the numbers heard in it, rounded down
    messages = np.bincount(hour)
    pairs = np.unique(np.stack([hour, scene.gathered.rows.mmsi[near]]), axis=1)
    numbers = np.bincount(pairs[0].astype(np.int64), minlength=len(messages))
    by_neighbours = int((messages // np.maximum(numbers, 1)).sum())
    around = line.between(from_ms - OWN_MS, to_ms + OWN_MS)
    by_itself = (around.stop - around.start) * (to_ms - from_ms) // (2 * OWN_MS)
    speeds = line.sog_dkn[line.sog_dkn >= 0]
    speed = min(max(SPEED_FLOOR_DKN, int(speeds.max()) if len(speeds) else 0), scene.parameters.speed_max_dkn)
    ends = [(int(line.lat_e7[number]), int(line.lon_e7[number])) for number in (before, before + 1)]
    travelled = apart_one_m(*ends[0], *ends[1])
    return _Gap(
        line=line,
        before=before,
        from_ms=from_ms,
        to_ms=to_ms,
        heard=len(near),
        expected=min(by_neighbours, by_itself),
        hours=-(-(to_ms - from_ms) // HOUR_MS),
        hours_heard=int((messages > 0).sum()),
        travelled_m=travelled,
        speed_dkn=speed,
        reach_m=max(travelled, reach_one_m(speed, to_ms - from_ms)) // 2,
    )


def _neighbours(scene: Scene, line: Line, before: int, heard_rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Rows of other numbers during the gap, near where the line would have been at their time."""
    t_ms = scene.gathered.rows.t_ms[heard_rows]
    from_ms, to_ms = int(line.t_ms[before]), int(line.t_ms[before + 1])
    rows = heard_rows[(t_ms > from_ms) & (t_ms < to_ms) & (scene.gathered.rows.mmsi[heard_rows] != line.mmsi)]
    part = (scene.gathered.rows.t_ms[rows] - from_ms) / (to_ms - from_ms)
    lat = line.lat_e7[before] + np.rint(part * (line.lat_e7[before + 1] - line.lat_e7[before])).astype(np.int64)
    lon = line.lon_e7[before] + np.rint(part * (line.lon_e7[before + 1] - line.lon_e7[before])).astype(np.int64)
    apart = apart_m(lat, lon, scene.gathered.lat_e7[rows], scene.gathered.lon_e7[rows])
    near: npt.NDArray[np.intp] = rows[apart <= scene.parameters.gap_near_m]
    return near


def _criteria(scene: Scene, gap: _Gap) -> tuple[Criterion, ...]:
    limits = scene.parameters
    return (
        at_least("silent", limits.gap_min_s // 60, (gap.to_ms - gap.from_ms) // 60_000, "min"),
        at_least(f"messages of others within {limits.gap_near_m // 1000} km", limits.gap_heard_min, gap.heard, "messages"),
        at_least("messages expected of this vessel", limits.gap_expected_min, gap.expected, "messages"),
    )


def _explanations(scene: Scene, gap: _Gap) -> tuple[Explanation, ...]:
    limits, line = scene.parameters, gap.line
    ends = slice(gap.before, gap.before + 2)
    place = innocent.nearest_place(line.lat_e7[ends], line.lon_e7[ends], scene.places, limits.place_gate_m)
    share = gap.hours_heard * 100 // gap.hours
    floor = limits.gap_hours_percent
    heard: Result = "excluded" if share >= floor else "cannot tell" if share >= floor // 2 else "fits"
    return (
        innocent.port(place, limits.place_gate_m),
        _still(scene, gap),
        innocent.buoy(scene.gathered, (line,), limits),
        _range(scene, gap),
        Explanation(
            explanation=innocent.RECEPTION,
            tested=f"a neighbour was heard in {gap.hours_heard} of {gap.hours} hours; expected at least {floor} %",
            result=heard,
        ),
    )


def _still(scene: Scene, gap: _Gap) -> Explanation:
    """A vessel that lies still on both sides of its silence at one point, most likely switched off in its berth."""
    limits, line = scene.parameters, gap.line
    ends = slice(gap.before, gap.before + 2)
    says_so = bool(np.isin(scene.gathered.rows.status[line.rows[ends]], innocent.AT_REST).all())
    radius_m = limits.moored_away_m if says_so else limits.moored_radius_m + 2 * int(line.err_m.max())
    speeds = line.sog_dkn[ends]
    result: Result = "excluded"
    if gap.travelled_m <= radius_m and int(speeds.max()) < limits.moored_dkn:
        result = "fits" if int(speeds.min()) >= 0 else "cannot tell"
    tested = f"{gap.travelled_m} m between last and first position heard, {radius_m} m allowed, and the speeds at both"
    return Explanation(explanation=innocent.MOORED, tested=tested, result=result)


def _range(scene: Scene, gap: _Gap) -> Explanation:
    """Whether both ends lie beyond the declared range of every station whose silence would mean something."""
    ends = range(gap.before, gap.before + 2)
    beyond: list[bool] = []
    for feed in scene.gathered.feeds:
        if feed.kind != "ais" or not feed.gaps_meaningful:
            continue
        if feed.station_lat_e7 is None or feed.station_lon_e7 is None or feed.range_m is None:
            return Explanation(explanation=innocent.RANGE, tested="a receiver's place or range is not declared", result="cannot tell")
        for end in ends:
            place = int(gap.line.lat_e7[end]), int(gap.line.lon_e7[end])
            beyond.append(apart_one_m(*place, feed.station_lat_e7, feed.station_lon_e7) > feed.range_m)
    result: Result = "fits" if all(beyond) else "cannot tell" if any(beyond) else "excluded"
    return Explanation(
        explanation=innocent.RANGE, tested="last and next position against the declared range of each receiver", result=result
    )


def _card(scene: Scene, gap: _Gap, criteria: tuple[Criterion, ...]) -> Card:
    line = gap.line
    rows = line.rows[gap.before : gap.before + 2]
    explanations = _explanations(scene, gap)
    explained_by = innocent.explained_by(explanations)
    status: Status = "explained" if explained_by else "open"
    silent = duration((gap.to_ms - gap.from_ms) // 1000)
    return Card(
        id=card_id(scene, "B5", VERSION, (line.id,), gap.from_ms),
        rule="B5",
        rule_version=VERSION,
        title="AIS gap",
        sentence=(
            f"{line.called} was not heard for {silent} while {gap.heard} messages of others were heard near it;"
            f" it was next heard {kilometres(gap.travelled_m)} away, and at {knots(gap.speed_dkn)} can have been up to"
            f" {kilometres(gap.reach_m)} from the midpoint"
        ),
        from_ms=gap.from_ms,
        to_ms=gap.to_ms,
        lat_e7=int(scene.gathered.lat_e7[rows[0]]),
        lon_e7=int(scene.gathered.lon_e7[rows[0]]),
        tracks=(line.id,),
        feeds=scene.gathered.feed_names(rows),
        criteria=criteria,
        explanations=explanations,
        status=status,
        explained_by=explained_by,
        refuted_by="a message of this vessel from any receiver during this time, or a record that the receivers near it were down",
        quality=quality(scene, [rows]),
        sources=sources(scene, rows, status),
        source_count=len(rows),
        author=f"rule B5 version {VERSION}",
    )
