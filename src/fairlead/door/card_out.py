"""Evidence cards as files: GeoJSON, GeoParquet and PDF, each with its label and what its receipt can be checked by.

1. A file holds the whole answer whose SHA-256 stands in the log of every originator: as a member of the GeoJSON, in the metadata of the
   GeoParquet, as an attachment of the PDF. Who has the file can show what was given; who has the log can find when and to whom.
2. The label stands in every feature, row and page. A file cannot enforce it: it says whose it is and what for.
3. Lines are cut where they cross the dateline (RFC 7946, 3.1.9); longitude first, WGS 84.
4. A file appears whole or not at all, and never in place of another.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from fairlead.desk.answer import Answer
from fairlead.door.card_pdf import pdf_bytes
from fairlead.envelope import decode
from fairlead.errors import BadFile, BadInput

ENDINGS: Final = {".geojson": "geojson", ".parquet": "parquet", ".pdf": "pdf"}
MEDIA: Final = {"geojson": "application/geo+json", "parquet": "application/vnd.apache.parquet", "pdf": "application/pdf"}
Line: TypeAlias = list[tuple[float, float]]


def form_of(path: Path) -> str:
    """The form that a file's ending asks for. Raises BadInput; BadFile when something lies there."""
    if path.suffix not in ENDINGS:
        raise BadInput("no such form of a card", where=path.name, do=f"end the file's name with {', '.join(ENDINGS)}")
    if path.exists():
        raise BadFile("a file of this name is there already", where=path.name, why="nothing is overwritten", do="name another")
    return ENDINGS[path.suffix]


def file_bytes(given: Answer, form: str) -> bytes:
    """The file of an answer that `file_cards` gave. Raises BadInput when the extra `pdf` is not there."""
    value: Any = decode(given.body)
    if form == "geojson":
        return geojson_bytes(value, given)
    if form == "parquet":
        return geoparquet_bytes(value, given)
    return pdf_bytes(value, given)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, whole. Raises BadFile."""
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_bytes(content)
        os.link(beside, path)
    except FileExistsError as error:
        raise BadFile(
            "a file of this name is there already", where=path.name, why="nothing is overwritten", do="name another"
        ) from error
    except OSError as error:
        raise BadFile("the file cannot be written", where=path.name, why=error.strerror or str(error)) from error
    finally:
        beside.unlink(missing_ok=True)


def receipt_of(value: Mapping[str, Any], given: Answer) -> dict[str, Any]:
    """What a receipt of this file can be found and checked by."""
    return {
        "answer_sha256": given.etag,
        "in_the_logs_of": value["banner"]["originators"],
        "how": "the member `answer` as RFC 8785 JSON has this SHA-256; each of these logs holds an entry with it as `output`",
    }


def geojson_bytes(value: Mapping[str, Any], given: Answer) -> bytes:
    """RFC 7946: of each card its place, and of each contact the line it was seen on."""
    label = value["banner"]["text"]
    features: list[dict[str, Any]] = []
    for card in value["cards"]:
        about = {**_about(card), "label": label}
        features.append({"type": "Feature", "id": card["id"], "properties": {"part": "card", **about}, "geometry": _place(card)})
        for track, points in zip(card["tracks"], card["drawn"], strict=True):
            lines = cut([(point[2] / 1e7, point[1] / 1e7) for point in points])
            said = {"part": "contact", "card": card["id"], "contact": track, "label": label}
            said |= {"from_ms": points[0][0], "to_ms": points[-1][0]} if points else {}
            features.append({"type": "Feature", "properties": said, "geometry": _drawn(lines)})
    whole = {
        "type": "FeatureCollection",
        "features": features,
        "label": value["banner"],
        "receipt": receipt_of(value, given),
        "answer": value,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def geoparquet_bytes(value: Mapping[str, Any], given: Answer) -> bytes:
    """GeoParquet 1.1: one row for each card and for each of its contacts."""
    rows: list[dict[str, Any]] = []
    shapes: set[str] = set()
    for card in value["cards"]:
        about = _about(card)
        shapes.add("Point")
        place = struct.pack("<BIdd", 1, 1, card["lon_e7"] / 1e7, card["lat_e7"] / 1e7)
        rows.append({**about, "part": "card", "contact": None, "geometry": place})
        for track, points in zip(card["tracks"], card["drawn"], strict=True):
            lines = cut([(point[2] / 1e7, point[1] / 1e7) for point in points])
            shapes.add("MultiLineString" if lines else "MultiPoint")
            rows.append({**about, "part": "contact", "contact": track, "geometry": _wkb(lines)})
    table = pa.Table.from_pylist([{**row, "label": value["banner"]["text"]} for row in rows], schema=_SCHEMA)
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": sorted(shapes)}},
    }
    said = {
        "geo": json.dumps(geo),
        "fairlead.label": json.dumps(value["banner"]),
        "fairlead.receipt": json.dumps(receipt_of(value, given)),
        "fairlead.answer": given.body,
    }
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(said), sink, compression="zstd")
    return bytes(sink.getvalue())


_SCHEMA: Final = pa.schema(
    [
        ("part", pa.string()),
        ("card", pa.string()),
        ("contact", pa.string()),
        ("rule", pa.string()),
        ("title", pa.string()),
        ("sentence", pa.string()),
        ("status", pa.string()),
        ("explained_by", pa.string()),
        ("from_ms", pa.int64()),
        ("to_ms", pa.int64()),
        ("refuted_by", pa.string()),
        ("author", pa.string()),
        ("label", pa.string()),
        ("geometry", pa.binary()),
    ]
)


def cut(points: Sequence[tuple[float, float]]) -> list[Line]:
    """A line of longitudes and latitudes in parts of at least two points, cut where it crosses the dateline."""
    lines: list[Line] = []
    part: Line = []
    for lon, lat in points:
        if part and abs(lon - part[-1][0]) > 180:
            before_lon, before_lat = part[-1]
            edge = 180.0 if before_lon > 0 else -180.0
            way = (edge - before_lon) / ((lon + 2 * edge) - before_lon) if lon + 2 * edge != before_lon else 0.0
            middle = before_lat + (lat - before_lat) * way
            part.append((edge, middle))
            lines.append(part)
            part = [(-edge, middle)]
        part.append((lon, lat))
    lines.append(part)
    return [line for line in lines if len(line) > 1]


def _about(card: Mapping[str, Any]) -> dict[str, Any]:
    names = ("rule", "title", "sentence", "status", "from_ms", "to_ms", "refuted_by", "author")
    return {"card": card["id"], "explained_by": card.get("explained_by"), **{name: card[name] for name in names}}


def _place(card: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [card["lon_e7"] / 1e7, card["lat_e7"] / 1e7]}


def _drawn(lines: Sequence[Line]) -> dict[str, Any] | None:
    """No geometry where a contact was seen once only: its place is the card's."""
    return {"type": "MultiLineString", "coordinates": lines} if lines else None


def _wkb(lines: Sequence[Line]) -> bytes:
    """A multi-line string as well-known binary, little-endian (OGC 06-103r4); an empty multi-point where there is no line."""
    if not lines:
        return struct.pack("<BII", 1, 4, 0)
    parts = [struct.pack("<BII", 1, 5, len(lines))]
    for line in lines:
        parts.append(struct.pack("<BII", 1, 2, len(line)))
        parts += [struct.pack("<dd", lon, lat) for lon, lat in line]
    return b"".join(parts)
