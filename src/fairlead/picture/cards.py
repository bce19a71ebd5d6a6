"""An event as an evidence card: the sentence, the table, the explanations tested, and the detections it rests on.

1. Vessels are called by track kind and short view id; no name and no number stands in any sentence.
2. A card exists only because a stated rule holds; it is open unless a closing explanation fits.
3. What is drawn on a card is exactly what it names as its sources; where there are too many, both are thinned alike and it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.envelope import JsonValue, digest_of
from fairlead.picture import innocent
from fairlead.picture.event import Event
from fairlead.picture.line import Line
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import SOURCES_EXPLAINED_MAX, SOURCES_MAX, Card, Criterion, Explanation, Point, Quality, Status
from fairlead.report.detection import CLOCKS, STATIONS, digests_of

ID_DIGITS: Final = 32
Rows = npt.NDArray[np.intp]


def lines_of(scene: Scene, event: Event) -> tuple[Line, ...]:
    """The contacts of an event in the order of their ids, which is how a card names them."""
    return tuple(sorted((scene.lines[line] for line in event.lines), key=lambda line: line.id))


def card(
    scene: Scene,
    event: Event,
    *,
    version: str,
    title: str,
    sentence: str,
    criteria: Sequence[Criterion],
    explanations: Sequence[Explanation],
    closing: frozenset[str],
    refuted_by: str,
    parts: Sequence[Rows],
) -> Card:
    """The card of an event; `parts` are the gathered rows that it rests on, one array for each contact in the order of `lines_of`."""
    explained_by = innocent.explained_by(explanations, closing)
    status: Status = "explained" if explained_by else "open"
    chosen = _thinned(parts, SOURCES_MAX if status == "open" else SOURCES_EXPLAINED_MAX)
    lines = lines_of(scene, event)
    ids = tuple(line.id for line in lines)
    rows = np.concatenate(parts)
    value: JsonValue = {"from_ms": event.from_ms, "rule": event.rule, "rule_version": version, "tracks": list(ids), "view": scene.key}
    return Card(
        id=digest_of(value)[:ID_DIGITS],
        rule=event.rule,
        rule_version=version,
        title=title,
        sentence=sentence,
        from_ms=event.from_ms,
        to_ms=event.to_ms,
        lat_e7=event.lat_e7,
        lon_e7=event.lon_e7,
        tracks=ids,
        feeds=scene.gathered.feed_names(rows),
        criteria=tuple(criteria),
        explanations=tuple(explanations),
        status=status,
        explained_by=explained_by,
        refuted_by=refuted_by,
        quality=_quality(scene, parts),
        sources=tuple(sorted(_digests(scene, np.concatenate(chosen)))),
        source_count=len(rows),
        drawn=tuple(_points(scene, part) for part in chosen),
        author=f"rule {event.rule} version {version}",
    )


def rows_during(scene: Scene, event: Event, before_ms: int = 0, after_ms: int = 0) -> list[Rows]:
    """The gathered rows of each contact during an event, and for some time before and after it."""
    return [line.rows[line.between(event.from_ms - before_ms, event.to_ms + after_ms)] for line in lines_of(scene, event)]


def _thinned(parts: Sequence[Rows], most: int) -> list[Rows]:
    """At most so many rows together, spread evenly over each part; the first and the last of each always."""
    total = sum(len(part) for part in parts)
    if total <= most:
        return list(parts)
    found = []
    for part in parts:
        share = max(2, most * len(part) // total)
        found.append(part if len(part) <= share else part[np.arange(share) * (len(part) - 1) // (share - 1)])
    return found


def _digests(scene: Scene, rows: Rows) -> list[str]:
    found: list[str] = []
    for number, feed in enumerate(scene.gathered.feeds):
        own = rows[scene.gathered.feed_of[rows] == number]
        found += digests_of(feed.name, scene.gathered.rows.rows(own))
    return found


def _points(scene: Scene, rows: Rows) -> tuple[Point, ...]:
    gathered = scene.gathered
    columns = (
        gathered.rows.t_ms[rows].tolist(),
        gathered.lat_e7[rows].tolist(),
        gathered.lon_e7[rows].tolist(),
        gathered.rows.sog_dkn[rows].tolist(),
        gathered.rows.cog_ddeg[rows].tolist(),
        gathered.rows.err_m[rows].tolist(),
    )
    return tuple(zip(*columns, strict=True))


def _quality(scene: Scene, parts: Sequence[Rows]) -> Quality:
    """Over the messages of each track apart: how many, the longest silence between two, the largest error, what sent them and whose
    clock they carry."""
    rows = np.concatenate(parts)
    found = scene.gathered.rows
    holes = [int(np.diff(found.t_ms[part]).max()) for part in parts if len(part) > 1]
    return Quality(
        messages=len(rows),
        largest_hole_s=max(holes, default=0) // 1000,
        error_m=int(found.err_m[rows].max()) if len(rows) else 0,
        stations=tuple(STATIONS[number] for number in np.unique(found.station[rows]).tolist() if number),
        clocks=tuple(CLOCKS[number] for number in np.unique(found.clock[rows]).tolist() if number),
    )


def at_most(name: str, limit: int, seen: int, unit: str) -> Criterion:
    bound, margin = f"at most {limit} {unit}", f"{limit - seen} {unit}"
    return Criterion(criterion=name, threshold=bound, observed=f"{seen} {unit}", margin=margin, met=seen <= limit)


def at_least(name: str, limit: int, seen: int, unit: str) -> Criterion:
    bound, margin = f"at least {limit} {unit}", f"{seen - limit} {unit}"
    return Criterion(criterion=name, threshold=bound, observed=f"{seen} {unit}", margin=margin, met=seen >= limit)


def below_kn(name: str, limit_dkn: int, seen_dkn: int) -> Criterion:
    margin, met = knots(limit_dkn - seen_dkn), seen_dkn < limit_dkn
    return Criterion(criterion=name, threshold=f"below {knots(limit_dkn)}", observed=knots(seen_dkn), margin=margin, met=met)


def least_kn(name: str, limit_dkn: int, seen_dkn: int) -> Criterion:
    margin, met = knots(seen_dkn - limit_dkn), seen_dkn >= limit_dkn
    return Criterion(criterion=name, threshold=f"at least {knots(limit_dkn)}", observed=knots(seen_dkn), margin=margin, met=met)


def off_shore(scene: Scene, event: Event, limit_m: int) -> list[Criterion]:
    """The line of the table about the distance from shore; none where no coast is known."""
    apart = int(scene.coast.shore_m(np.array([event.lat_e7]), np.array([event.lon_e7]), SHORE_MOST_M)[0])
    if apart < 0:
        return []
    if apart > SHORE_MOST_M:
        seen = f"more than {SHORE_MOST_M // 1852} nm"
        return [Criterion(criterion="off shore", threshold=f"at least {miles(limit_m)}", observed=seen, margin="ample", met=True)]
    margin, met = miles(apart - limit_m), apart >= limit_m
    return [Criterion(criterion="off shore", threshold=f"at least {miles(limit_m)}", observed=miles(apart), margin=margin, met=met)]


SHORE_MOST_M: Final = 92_600  # 50 nm; farther than that nobody asks how far


def knots(speed_dkn: int) -> str:
    sign = "-" if speed_dkn < 0 else ""
    return f"{sign}{abs(speed_dkn) // 10}.{abs(speed_dkn) % 10} kn"


def miles(metres: int) -> str:
    """Nautical miles with one decimal."""
    tenths = abs(metres) * 10 // 1852
    return f"{'-' if metres < 0 else ''}{tenths // 10}.{tenths % 10} nm"


def duration(span_s: int) -> str:
    hours, minutes = divmod(span_s // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def kilometres(metres: int) -> str:
    return f"{metres // 1000} km" if metres >= 10_000 else f"{metres} m"
