"""The coast line for drawings made by the node itself, from the same file the map in the browser uses.

The file is made at build time and is not in git. Where it is missing a drawing has no coast and says so; nothing else changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

Ring: TypeAlias = list[tuple[float, float]]  # degrees: longitude, latitude
VENDOR: Final = Path(__file__).parent / "static" / "vendor"
BROWSER_FILES: Final = ("htmx.min.js", "maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css", "land.geojson")


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the chart, in degrees."""

    west: float
    south: float
    east: float
    north: float


def browser_files_missing(folder: Path = VENDOR) -> tuple[str, ...]:
    """The third-party browser files that the build has not put in place."""
    return tuple(name for name in BROWSER_FILES if not (folder / name).is_file())


@lru_cache(maxsize=1)
def land() -> tuple[tuple[Box, Ring], ...]:
    """Every outer ring and hole of the land, each with its box; empty when the file is missing."""
    try:
        features = json.loads((VENDOR / "land.geojson").read_bytes())["features"]
    except (OSError, ValueError, KeyError):
        return ()
    found: list[tuple[Box, Ring]] = []
    for feature in features:
        if feature["properties"].get("kind") != "land":
            continue
        rings = [ring for polygon in feature["geometry"]["coordinates"] for ring in polygon]
        found += [(_box(ring), [(float(lon), float(lat)) for lon, lat in ring]) for ring in rings]
    return tuple(found)


def land_within(box: Box) -> Iterator[Ring]:
    """The land inside a box, cut at its edges."""
    for around, ring in land():
        if around.west < box.east and around.east > box.west and around.south < box.north and around.north > box.south:
            cut = _cut(ring, box)
            if len(cut) > 2:
                yield cut


def _box(ring: Iterable[Sequence[float]]) -> Box:
    points = list(ring)
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    return Box(west=min(lons), south=min(lats), east=max(lons), north=max(lats))


def _cut(ring: Ring, box: Box) -> Ring:
    """Sutherland and Hodgman: one edge of the box after the other."""
    for axis, limit, sign in ((0, box.west, 1), (0, box.east, -1), (1, box.south, 1), (1, box.north, -1)):
        ring = list(_cut_edge(ring, axis, limit, sign))
    return ring


def _cut_edge(ring: Ring, axis: int, limit: float, sign: int) -> Iterator[tuple[float, float]]:
    for before, after in zip(ring[-1:] + ring[:-1], ring, strict=True):
        inside_before, inside_after = sign * before[axis] >= sign * limit, sign * after[axis] >= sign * limit
        if inside_before != inside_after:
            share = (limit - before[axis]) / (after[axis] - before[axis])
            yield (before[0] + share * (after[0] - before[0]), before[1] + share * (after[1] - before[1]))
        if inside_after:
            yield after
