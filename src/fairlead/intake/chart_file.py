"""Charts from files that people install: land, territorial seas, ports, anchorages; each file is known by what stands in it.

1. Land: GeoJSON with polygons, or GeoParquet with polygons. Territorial seas: GeoJSON whose polygons carry a country.
2. Ports: the World Port Index as CSV. Anchorages: CSV with latitude, longitude and a label. Gzip is known by its first bytes.
3. A file that is none of these is an error that says what was looked for; nothing is guessed.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fairlead.errors import BadFile
from fairlead.picture.chart import WORLD, Box, Chart, Ring, Territory, chart_of
from fairlead.picture.shapes import Place

COUNTRY_KEYS: Final = ("isoA3", "ISO3166-1:alpha3", "iso_a3", "ISO_A3", "country")
PORT_RADIUS_M: Final = 5000
ANCHORAGE_RADIUS_M: Final = 3000
PLACES_MAX: Final = 50_000
POLYGON, MULTIPOLYGON = 3, 6


class Charted(msgspec.Struct, frozen=True, kw_only=True):
    """What one file holds: land rings, territorial seas, places, and the box that it covers."""

    land: tuple[Ring, ...] = ()
    seas: tuple[Territory, ...] = ()
    places: tuple[Place, ...] = ()
    box: Box = WORLD
    rejected: tuple[str, ...] = ()  # lines that could not be used, and why


def read_chart_file(path: Path) -> Charted:
    """What a chart file holds. Raises BadFile."""
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (OSError, EOFError) as error:
        raise BadFile("the chart cannot be read", where=path.name, why=str(error), do="check the path, or fetch it again") from error
    if raw[:4] == b"PAR1":
        return _parquet(raw, path.name)
    head = raw[:3].lstrip(b"\xef\xbb\xbf").lstrip() + raw[3:200].lstrip()
    return _geojson(raw, path.name) if head[:1] == b"{" else _table(raw, path.name)


def charted(files: Sequence[Charted]) -> tuple[Chart, tuple[Place, ...]]:
    """One chart of several files, and the places of all. The box is where any land file knows the shore."""
    land = [ring for one in files for ring in one.land]
    boxes = [one.box for one in files if one.land] or [WORLD]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    places = tuple(place for one in files for place in one.places)
    return chart_of(land, box=box, territories=[sea for one in files for sea in one.seas]), places


def _geojson(raw: bytes, where: str) -> Charted:
    try:
        value = json.loads(raw)
        features = value["features"] if value.get("type") == "FeatureCollection" else [value]
        shapes = [(feature.get("properties") or {}, _rings(feature.get("geometry") or feature)) for feature in features]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFile("the chart is not GeoJSON", where=where, why=str(error)[:100], do="give polygons as RFC 7946 has them") from error
    shapes = [(facts, rings) for facts, rings in shapes if rings]
    if not shapes:
        raise BadFile("the chart holds no polygon", where=where, do="give land or territorial seas as polygons")
    if all(_country(facts) for facts, _ in shapes):
        return Charted(seas=tuple(Territory(code=_country(facts), rings=tuple(rings)) for facts, rings in shapes))
    land = tuple(ring for _, rings in shapes for ring in rings)
    return Charted(land=land, box=_box(land))


def _country(facts: Mapping[str, Any]) -> str:
    return next((str(facts[key]) for key in COUNTRY_KEYS if facts.get(key)), "")


def _rings(geometry: Mapping[str, Any]) -> list[Ring]:
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        return [ring for one in geometry["geometries"] for ring in _rings(one)]
    coordinates: Any = geometry.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(kind), [])
    return [_ring([(point[1], point[0]) for point in ring]) for polygon in polygons for ring in polygon if len(ring) >= 3]


def _ring(points: Any) -> Ring:
    degrees = np.asarray(points, dtype=np.float64)
    if degrees.ndim != 2 or degrees.shape[1] != 2 or not np.isfinite(degrees).all() or (np.abs(degrees) > [90.001, 180.001]).any():
        raise ValueError("a position is not a latitude and longitude in degrees")
    ring: Ring = np.rint(degrees * 1e7).astype(np.int64)
    return ring


def _box(land: Sequence[Ring]) -> Box:
    """The box of the land, or the whole world when it spans most of it."""
    every = np.concatenate(land)
    (south, west), (north, east) = every.min(axis=0).tolist(), every.max(axis=0).tolist()
    return WORLD if north - south > 1_300_000_000 and east - west > 3_500_000_000 else (south, west, north, east)


def _parquet(raw: bytes, where: str) -> Charted:
    try:
        table = pq.read_table(io.BytesIO(raw))
        facts = json.loads((table.schema.metadata or {})[b"geo"])
        column = table.column(facts["primary_column"])
        land = tuple(ring for blob in column.to_pylist() if blob is not None for ring in _wkb(blob))
    except (pa.ArrowException, KeyError, ValueError, struct.error, OSError) as error:
        why = f"{type(error).__name__}: {error}"[:100]
        raise BadFile("the chart is not GeoParquet with polygons", where=where, why=why, do="write geometry as WKB polygons") from error
    if not land:
        raise BadFile("the chart holds no polygon", where=where)
    return Charted(land=land, box=_box(land))


def _wkb(raw: bytes) -> Iterator[Ring]:
    """Rings of a WKB polygon or multipolygon (OGC 06-103r4). Raises ValueError for any other shape."""
    yield from _wkb_at(raw, 0)[0]


def _wkb_at(raw: bytes, at: int) -> tuple[list[Ring], int]:
    order = "<" if raw[at] == 1 else ">"
    kind = struct.unpack_from(f"{order}I", raw, at + 1)[0]
    at += 5
    (count,) = struct.unpack_from(f"{order}I", raw, at)
    at += 4
    rings: list[Ring] = []
    if kind == MULTIPOLYGON:
        for _ in range(count):
            more, at = _wkb_at(raw, at)
            rings += more
        return rings, at
    if kind != POLYGON:
        raise ValueError(f"a shape of kind {kind} where a polygon was looked for")
    for _ in range(count):
        (points,) = struct.unpack_from(f"{order}I", raw, at)
        flat = np.frombuffer(raw, dtype=f"{order}f8", count=2 * points, offset=at + 4).reshape(-1, 2)
        rings.append(_ring(flat[:, ::-1]))
        at += 4 + 16 * points
    return rings, at


def _table(raw: bytes, where: str) -> Charted:
    try:
        text = raw.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text))
        names = {name.strip().lower(): name for name in rows.fieldnames or ()}
        if "main port name" in names:
            return _places(rows, names, "main port name", "latitude", "longitude", "port", PORT_RADIUS_M, where)
        if {"lat", "lon", "label"} <= set(names):
            return _places(rows, names, "label", "lat", "lon", "anchorage", ANCHORAGE_RADIUS_M, where)
        if {"latitude", "longitude", "label"} <= set(names):
            return _places(rows, names, "label", "latitude", "longitude", "anchorage", ANCHORAGE_RADIUS_M, where)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile("the chart is not text", where=where, why=str(error)[:100]) from error
    looked = "a World Port Index (Main Port Name, Latitude, Longitude) or anchorages (lat, lon, label)"
    raise BadFile("the chart is of no kind that is known", where=where, why=f"looked for {looked}, GeoJSON or GeoParquet")


def _places(
    rows: Iterator[dict[str, str]], names: Mapping[str, str], name: str, lat: str, lon: str, kind: Any, radius_m: int, where: str
) -> Charted:
    found: list[Place] = []
    rejected: list[str] = []
    for number, row in enumerate(rows, 2):
        if number > PLACES_MAX:
            raise BadFile("too many places", where=where, why=f"more than {PLACES_MAX}", do="clip the file to your area")
        try:
            place = [float(row[names[key]]) for key in (lat, lon)]
            if not (abs(place[0]) <= 90 and abs(place[1]) <= 180):
                raise ValueError("out of range")
        except (TypeError, ValueError) as error:
            rejected.append(f"line {number}: it has no position: {str(error)[:80]}")
            continue
        words = (row[names[name]] or "").strip()[:100] or kind
        lat_e7, lon_e7 = round(place[0] * 1e7), round(place[1] * 1e7)
        found.append(Place(kind=kind, name=words, lat_e7=lat_e7, lon_e7=lon_e7, radius_m=radius_m))
    if not found:
        raise BadFile("the chart holds no place", where=where, why="; ".join(rejected[:3]), do="check its columns")
    return Charted(places=tuple(found), rejected=tuple(rejected))
