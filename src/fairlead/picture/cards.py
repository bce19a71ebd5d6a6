"""An episode as an evidence card: the sentence, the table, the explanations tested, and the detections it rests on.

1. Vessels are called by track kind and short view id; no name and no MMSI stands in any sentence.
2. A card exists only because a stated rule holds; it is open unless a closing explanation fits.
3. The sources are the detections of both tracks during the episode, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.envelope import Digest, JsonValue, digest_of
from fairlead.picture import innocent
from fairlead.picture.gather import Gathered
from fairlead.picture.line import Line, usual
from fairlead.picture.parameters import Parameters
from fairlead.picture.shapes import SOURCES_EXPLAINED_MAX, SOURCES_MAX, Card, Criterion, Place, Quality, Status
from fairlead.picture.slow import Episode

ID_DIGITS: Final = 32
SLOW_VERSION: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What every rule needs: the detections, the view key, parameters and declared places."""

    gathered: Gathered
    key: Digest
    parameters: Parameters
    places: Sequence[Place]


def card_id(scene: Scene, rule: str, version: str, tracks: Sequence[str], from_ms: int) -> str:
    value: JsonValue = {"from_ms": from_ms, "rule": rule, "rule_version": version, "tracks": list(tracks), "view": scene.key}
    return digest_of(value)[:ID_DIGITS]


def sources(scene: Scene, rows: npt.NDArray[np.intp], status: Status) -> tuple[str, ...]:
    """Digests of the rows, sorted, at most SOURCES_MAX, and fewer for what is explained."""
    most = SOURCES_MAX if status == "open" else SOURCES_EXPLAINED_MAX
    return tuple(sorted(scene.gathered.digest_hex(row) for row in rows.tolist())[:most])


def quality(scene: Scene, parts: Sequence[npt.NDArray[np.intp]]) -> Quality:
    """Over the messages of each track apart: how many, the longest silence between two, the largest error."""
    rows = np.concatenate(parts)
    holes = [int(np.diff(scene.gathered.rows.t_ms[part]).max()) for part in parts if len(part) > 1]
    errors = scene.gathered.rows.err_m[rows]
    return Quality(messages=len(rows), largest_hole_s=max(holes, default=0) // 1000, error_m=int(errors.max()) if len(errors) else 0)


def at_most(name: str, limit: int, seen: int, unit: str) -> Criterion:
    bound, margin = f"at most {limit} {unit}", f"{limit - seen} {unit}"
    return Criterion(criterion=name, threshold=bound, observed=f"{seen} {unit}", margin=margin, met=seen <= limit)


def at_least(name: str, limit: int, seen: int, unit: str) -> Criterion:
    bound, margin = f"at least {limit} {unit}", f"{seen - limit} {unit}"
    return Criterion(criterion=name, threshold=bound, observed=f"{seen} {unit}", margin=margin, met=seen >= limit)


def below_kn(name: str, limit_dkn: int, seen_dkn: int) -> Criterion:
    return Criterion(
        criterion=name,
        threshold=f"below {knots(limit_dkn)}",
        observed=knots(seen_dkn),
        margin=knots(limit_dkn - seen_dkn),
        met=seen_dkn < limit_dkn,
    )


def knots(speed_dkn: int) -> str:
    return f"{speed_dkn // 10}.{speed_dkn % 10} kn"


def duration(span_s: int) -> str:
    hours, minutes = divmod(span_s // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def kilometres(metres: int) -> str:
    return f"{metres // 1000} km" if metres >= 10_000 else f"{metres} m"


def slow_card(scene: Scene, episode: Episode) -> Card:
    """The B1 card of one episode."""
    limits = scene.parameters
    lines = tuple(sorted((episode.one, episode.other), key=lambda line: line.id))
    from_ms, to_ms = episode.from_ms(limits), episode.to_ms(limits)
    parts = [line.rows[line.between(from_ms, to_ms)] for line in lines]
    rows = np.concatenate(parts)
    place = innocent.nearest_place(episode.lat_e7, episode.lon_e7, scene.places, limits.place_gate_m)
    types = [usual(scene.gathered.rows.ship_type[line.rows]) for line in lines]
    explanations = (
        innocent.port(place, limits.place_gate_m),
        innocent.moored(scene.gathered, lines, from_ms, to_ms, limits),
        innocent.buoy(scene.gathered, lines, limits),
        innocent.work_craft(types),
        innocent.lightering(types),
    )
    explained_by = innocent.explained_by(explanations)
    status: Status = "explained" if explained_by else "open"
    middle = len(episode.slot) // 2
    ids = tuple(line.id for line in lines)
    return Card(
        id=card_id(scene, "B1", SLOW_VERSION, ids, from_ms),
        rule="B1",
        rule_version=SLOW_VERSION,
        title="Slow transfer",
        sentence=_slow_sentence(episode, lines, place, limits),
        from_ms=from_ms,
        to_ms=to_ms,
        lat_e7=int(episode.lat_e7[middle]),
        lon_e7=int(episode.lon_e7[middle]),
        tracks=ids,
        feeds=scene.gathered.feed_names(rows),
        criteria=_slow_criteria(episode, lines, place, limits),
        explanations=explanations,
        status=status,
        explained_by=explained_by,
        refuted_by=f"positions showing them more than {limits.slow_transfer_gate_m} m apart or faster, or a lawful reason for it",
        quality=quality(scene, parts),
        sources=sources(scene, rows, status),
        source_count=len(rows),
        author=f"rule B1 version {SLOW_VERSION}",
    )


def _speeds(episode: Episode, lines: Sequence[Line]) -> tuple[int, int]:
    """The top speed of each line during the episode, in the order of `lines`."""
    tops = {episode.one.id: int(episode.speed_one_dkn.max()), episode.other.id: int(episode.speed_other_dkn.max())}
    return tops[lines[0].id], tops[lines[1].id]


def _slow_sentence(episode: Episode, lines: Sequence[Line], place: tuple[int, Place, bool] | None, limits: Parameters) -> str:
    span_s = (episode.to_ms(limits) - episode.from_ms(limits)) // 1000
    where = f"{kilometres(place[0])} from the nearest port or anchorage" if place else "no port or anchorage is declared"
    return (
        f"{lines[0].called} and {lines[1].called} stayed within {int(episode.apart_m.max())} m of each other for {duration(span_s)}"
        f" at no more than {knots(max(_speeds(episode, lines)))}, {where}"
    )


def _slow_criteria(
    episode: Episode, lines: Sequence[Line], place: tuple[int, Place, bool] | None, limits: Parameters
) -> tuple[Criterion, ...]:
    span_s = (episode.to_ms(limits) - episode.from_ms(limits)) // 1000
    top_one, top_other = _speeds(episode, lines)
    found = [
        at_most("distance apart", limits.slow_transfer_gate_m, int(episode.apart_m.max()), "m"),
        at_least("time together", limits.slow_transfer_min_s // 60, span_s // 60, "min"),
        below_kn(f"top speed of {lines[0].called}", limits.slow_transfer_dkn, top_one),
        below_kn(f"top speed of {lines[1].called}", limits.slow_transfer_dkn, top_other),
        at_most("longest break", limits.slow_transfer_break_s, episode.longest_break_s(limits), "s"),
    ]
    if place:
        found.append(at_least("distance from a port or anchorage", limits.place_gate_m, place[0], "m"))
    return tuple(found)
