"""Detections to Parquet and GeoParquet, with the label that they carry, for the tools that partners have.

1. Integer columns keep their names and units; they compress as differences, which is what rows sorted by number and time are made of.
2. The caller gives the label's text: it stands in every row as a column, and in the schema beside the feed's name, so that it is not
   lost with the file's name. What may leave, and with which label, is decided before this.
3. GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0): one WKB point column `geometry`, OGC:CRS84, WGS 84 degrees.
4. A file is written beside its place and moved there whole; what stands there already is replaced.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from fairlead.errors import BadFile, BadInput
from fairlead.report.detection import CLOCKS, COLUMNS, STATIONS, Detections

ROWS_A_GROUP: Final = 1_048_576
DIFFERENCES: Final = ("t_ms", "lat_e7", "lon_e7", "sog_dkn", "cog_ddeg")  # encoded as differences (Parquet DELTA_BINARY_PACKED)
LABEL, FEED = "fairlead.label", "fairlead.feed"
POINT: Final = np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])  # WKB, OGC 06-103r4


def write_parquet(path: Path, parts: Iterable[Detections], *, label: str = "", feed: str = "") -> None:
    """The rows of all parts as they are, in integer columns, and the label where there is one; a part begins a row group. Raises
    BadFile."""
    tables = (_labelled(pa.table({name: getattr(rows, name) for name in COLUMNS}), label, feed, {}) for rows in parts)
    _write(path, tables)


def write_geoparquet(path: Path, rows: Detections, *, label: str, feed: str) -> None:
    """The rows for a map: time as a timestamp, speed in knots, course in degrees, unknown as null, and a point. Raises BadFile, and
    BadInput without a label."""
    if not label:
        raise BadInput("what goes out carries its label", where=path.name, do="give the label of the rows")
    columns = {
        "time": pa.array(rows.t_ms.astype("datetime64[ms]"), pa.timestamp("ms", tz="UTC")),
        "mmsi": _known(rows.mmsi, rows.mmsi == 0),
        "speed_kn": _known(rows.sog_dkn / 10, rows.sog_dkn < 0),
        "course_deg": _known(rows.cog_ddeg / 10, rows.cog_ddeg < 0),
        "error_m": _known(rows.err_m, rows.err_m == 0),
        "ship_type": _known(rows.ship_type, rows.ship_type < 0),
        "length_m": _known(rows.length_m, rows.length_m < 0),
        "status": _known(rows.status, rows.status < 0),
        "station": _named(rows.station, STATIONS),
        "clock": _named(rows.clock, CLOCKS),
        "geometry": points(rows),
    }
    _write(path, iter([_labelled(pa.table(columns), label, feed, {"geo": json.dumps(geo(rows))})]))


def geo(rows: Detections) -> dict[str, object]:
    """The file metadata of GeoParquet 1.1. Without a `crs` it is OGC:CRS84, longitude first."""
    about: dict[str, object] = {"encoding": "WKB", "geometry_types": ["Point"] if len(rows) else []}
    if len(rows):
        about["bbox"] = [
            int(rows.lon_e7.min()) / 1e7,
            int(rows.lat_e7.min()) / 1e7,
            int(rows.lon_e7.max()) / 1e7,
            int(rows.lat_e7.max()) / 1e7,
        ]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}


def points(rows: Detections) -> pa.Array:
    """Each position as 21 bytes of WKB."""
    made = np.empty(len(rows), dtype=POINT)
    made["order"], made["kind"] = 1, 1
    made["lon"], made["lat"] = rows.lon_e7 / 1e7, rows.lat_e7 / 1e7
    ends = np.arange(len(rows) + 1, dtype=np.int64) * POINT.itemsize
    return pa.Array.from_buffers(pa.large_binary(), len(rows), [None, pa.py_buffer(ends), pa.py_buffer(made)]).cast(pa.binary())


def _known(column: npt.NDArray[np.generic], unknown: npt.NDArray[np.bool_]) -> pa.Array:
    return pa.array(column, mask=unknown)


def _named(codes: npt.NDArray[np.int8], names: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes == 0), pa.array(names)).dictionary_decode()


def _labelled(table: pa.Table, label: str, feed: str, more: Mapping[str, str]) -> pa.Table:
    if label:
        same = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(table), dtype=np.int32)), pa.array([label]))
        table = table.append_column("label", same)
    said = {LABEL: label, FEED: feed, **more}
    return table.replace_schema_metadata({key: value for key, value in said.items() if value})


def _write(path: Path, tables: Iterator[pa.Table]) -> None:
    """At least one table; all have the first one's columns."""
    beside = path.with_name(path.name + ".part")
    first = next(tables)
    numbers = [field.name for field in first.schema if field.name in DIFFERENCES and pa.types.is_integer(field.type)]
    try:
        with pq.ParquetWriter(
            beside,
            first.schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=[
                field.name for field in first.schema if pa.types.is_dictionary(field.type) or pa.types.is_string(field.type)
            ],
            column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
        ) as writer:
            for table in chain([first], tables):
                writer.write_table(table, row_group_size=ROWS_A_GROUP)
        os.replace(beside, path)
    except OSError as error:
        raise BadFile("the file cannot be written", where=str(path), why=error.strerror or str(error)) from error
    finally:
        beside.unlink(missing_ok=True)
