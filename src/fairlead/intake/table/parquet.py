"""Parquet and GeoParquet in, by a mapping file: the same columns as from text, a whole batch at a time.

1. Positions come from two number columns, or from a WKB point column (GeoParquet: OGC 06-103r4, little or big endian, x then y).
2. A binary float is rounded to the nearest unit, half to even. A row with an impossible value is rejected under its number.
3. Columns must be numbers, times or texts as the mapping says; another type is an error of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fairlead.errors import BadFile
from fairlead.intake.parsed import EARLIEST_MS, LATEST_MS, name_of
from fairlead.intake.table.mapped import GEOMETRY, SPEEDS, STATION, ColumnMap
from fairlead.intake.table.stated import BEAM_MAX, DRAUGHT_MAX, LENGTH_MAX, SHIP_MAX, imo_said
from fairlead.report.detection import COLUMNS, Detections
from fairlead.report.statement import COLUMNS as STATED
from fairlead.report.statement import Statements, hourly, nothing_stated

BATCH_ROWS: Final = 262_144
WKB_BYTES: Final = 21
TEXTS: Final = {"name": 20, "call_sign": 7, "destination": 20}
NOT_READ: Final = ("eta",)
Numbers = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


class Table(NamedTuple):
    """A batch of rows, each accounted for once."""

    detections: Detections
    statements: Statements
    rejected: tuple[tuple[int, str, str], ...]
    set_aside: Mapping[str, int]
    rows: int


class Faults:
    """Why rows cannot be used; the first reason of a row stands."""

    def __init__(self, rows: int) -> None:
        self.code = np.zeros(rows, dtype=np.int16)
        self.reasons = [""]

    def add(self, marked: Marks, reason: str) -> None:
        self.reasons.append(reason)
        self.code[marked & (self.code == 0)] = len(self.reasons) - 1


def read_parquet(path: Path, mapping: ColumnMap) -> Iterator[Table]:
    """The rows of a file, a batch at a time. Raises BadFile."""
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise BadFile("the file is not Parquet, or is cut", where=path.name, why=str(error).splitlines()[0][:200]) from error
    names = {}
    for key, one in mapping.columns.items():
        if key in NOT_READ:
            raise BadFile("this column is not read from Parquet", where=mapping.where, why=f"columns.{key}", do="leave it out")
        name = file.schema_arrow.names[one - 1] if isinstance(one, int) and one <= len(file.schema_arrow.names) else one
        if name not in file.schema_arrow.names:
            raise BadFile("the file does not fit its mapping", where=path.name, why=f"no column {name}", do="check the layout")
        names[key] = str(name)
    first = 1
    with file:
        try:
            for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=sorted(set(names.values()))):
                yield _batch(batch, names, mapping, first, path.name)
                first += batch.num_rows
        except (OSError, pa.ArrowInvalid) as error:
            why = str(error).splitlines()[0][:200]
            raise BadFile("the file is cut or damaged", where=f"{path.name} after row {first - 1}", why=why) from error


def _batch(batch: pa.RecordBatch, names: Mapping[str, str], mapping: ColumnMap, first: int, where: str) -> Table:
    rows = batch.num_rows
    faults = Faults(rows)
    column = {key: batch.column(batch.schema.get_field_index(name)) for key, name in names.items()}
    fixed = mapping.fixed()._asdict()
    lat, lon = _place(column, mapping, faults, where)
    nowhere = (lat == 91) | (lon == 181)
    lat_e7 = _within(lat, 1e7, -9e8, 9e8, "latitude", faults, nowhere)
    lon_e7 = _within(lon, 1e7, -18e8, 18e8, "longitude", faults, nowhere)
    t_ms = _times(column["time"], mapping.time, faults, where)
    made: dict[str, npt.NDArray[np.int64]] = {"t_ms": t_ms, "lat_e7": lat_e7, "lon_e7": lon_e7}
    factor = float(SPEEDS[mapping.speed])
    for key, field, scale, high in (
        ("speed", "sog_dkn", factor, 1023.0),
        ("course", "cog_ddeg", 10.0, 4095.0),
        ("ship_type", "ship_type", 1.0, float(SHIP_MAX)),
        ("length_m", "length_m", 1.0, float(LENGTH_MAX)),
        ("status", "status", 1.0, 15.0),
    ):
        if key in column:
            made[field] = _known(_floats(column[key], key, where), scale, high, key, faults)
        else:
            made[field] = np.full(rows, fixed[field], dtype=np.int64)
    made["sog_dkn"][made["sog_dkn"] == 1023] = -1
    made["cog_ddeg"][made["cog_ddeg"] >= 3600] = -1
    made["mmsi"] = (
        _within(_floats(column["mmsi"], "mmsi", where), 1, 1, 999_999_999, "MMSI", faults)
        if "mmsi" in column
        else np.full(rows, fixed["mmsi"], dtype=np.int64)
    )
    made["err_m"] = (
        np.ceil(_within(_floats(column["error_m"], "error_m", where), 1000, 1, 1e8, "error", faults) / 1000).astype(np.int64)
        if "error_m" in column
        else np.full(rows, fixed["err_m"], dtype=np.int64)
    )
    made["station"] = _stations(column["station"]) if "station" in column else np.full(rows, fixed["station"], dtype=np.int64)
    made["clock"] = np.ones(rows, dtype=np.int64)
    faults.code[nowhere] = 0
    good = (faults.code == 0) & ~nowhere
    statements = _statements(column, made, (faults.code == 0) & (made["mmsi"] > 0), where)
    rejected = tuple((first + row, faults.reasons[faults.code[row]], "") for row in np.flatnonzero(faults.code).tolist())
    aside = {"no position": int(nowhere.sum())} if nowhere.any() else {}
    detections = Detections(**{name: made[name][good].astype(kind) for name, kind in COLUMNS.items()})
    return Table(detections, statements, rejected, aside, rows)


def _floats(column: pa.Array, key: str, where: str) -> Numbers:
    """A number column as floats, missing as NaN. Whole numbers below 2^53 stay exact."""
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        raise BadFile("a column is not of numbers", where=where, why=f"{key} is {column.type}", do="check the mapping file")
    return np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64)


def _within(
    values: Numbers, scale: float, low: float, high: float, what: str, faults: Faults, but: Marks | None = None
) -> npt.NDArray[np.int64]:
    scaled = np.rint(values * scale)
    bad = ~((scaled >= low) & (scaled <= high))
    faults.add(bad if but is None else bad & ~but, f"{what} is missing or out of range")
    return np.where(bad, low, scaled).astype(np.int64)


def _known(values: Numbers, scale: float, high: float, what: str, faults: Faults) -> npt.NDArray[np.int64]:
    scaled = np.rint(values * scale)
    missing = np.isnan(scaled)
    bad = ~missing & ~((scaled >= 0) & (scaled <= high))
    faults.add(bad, f"{what} is out of range")
    return np.where(missing | bad, -1, scaled).astype(np.int64)


def _place(column: Mapping[str, pa.Array], mapping: ColumnMap, faults: Faults, where: str) -> tuple[Numbers, Numbers]:
    if GEOMETRY in column:
        return _points(column[GEOMETRY], faults, where)
    if mapping.position != "deg":
        raise BadFile("positions in Parquet are numbers of degrees", where=mapping.where, why="units.position", do="leave it out")
    return _floats(column["lat"], "lat", where), _floats(column["lon"], "lon", where)


def _points(column: pa.Array, faults: Faults, where: str) -> tuple[Numbers, Numbers]:
    """Latitude and longitude of WKB points; NaN, and a fault, for what is none."""
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        raise BadFile("a geometry column is not WKB", where=where, why=f"it is {column.type}", do="write it as WKB points")
    column = pc.cast(column, pa.large_binary())
    length = pc.fill_null(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
    whole = np.flatnonzero(length == WKB_BYTES)
    raw = np.frombuffer(b"".join(pc.take(column, pa.array(whole)).to_pylist()), dtype=np.uint8).reshape(-1, WKB_BYTES)
    lat, lon = np.full(len(column), np.nan), np.full(len(column), np.nan)
    for order, kind, number in ((1, b"\x01\x00\x00\x00", "<f8"), (0, b"\x00\x00\x00\x01", ">f8")):
        fits = (raw[:, 0] == order) & (raw[:, 1:5] == np.frombuffer(kind, dtype=np.uint8)).all(axis=1)
        xy = np.ascontiguousarray(raw[fits, 5:]).view(number).astype(np.float64)
        lon[whole[fits]], lat[whole[fits]] = xy[:, 0], xy[:, 1]
    faults.add(np.isnan(lat) | np.isnan(lon), "the geometry is not a WKB point")
    return lat, lon


def _times(column: pa.Array, form: str, faults: Faults, where: str) -> npt.NDArray[np.int64]:
    if pa.types.is_timestamp(column.type):
        ms = pc.cast(pc.cast(column, pa.timestamp("ms"), safe=False), pa.int64())
    elif pa.types.is_integer(column.type) and form in ("epoch-s", "epoch-ms"):
        ms = pc.multiply(pc.cast(column, pa.int64()), 1000 if form == "epoch-s" else 1)
    elif pa.types.is_floating(column.type) and form in ("epoch-s", "epoch-ms"):
        ms = pa.array(_within(_floats(column, "time", where), 1000 if form == "epoch-s" else 1, 0, 1e14, "time", faults))
    else:
        why = f"time is {column.type} and units.time is {form}"
        raise BadFile("a time column is neither a timestamp nor a number since 1970", where=where, why=why, do="check units.time")
    t_ms = np.asarray(pc.fill_null(ms, 0).to_numpy(zero_copy_only=False), dtype=np.int64)
    faults.add((t_ms < EARLIEST_MS) | (t_ms >= LATEST_MS), "time is missing or not between 1990 and 2100")
    return t_ms


def _stations(column: pa.Array) -> npt.NDArray[np.int64]:
    coded = column.dictionary_encode() if not pa.types.is_dictionary(column.type) else column
    codes = np.array([STATION.get(str(one).strip(), 0) for one in coded.dictionary.to_pylist()] + [0], dtype=np.int64)
    at: npt.NDArray[np.int32] = pc.fill_null(coded.indices, len(codes) - 1).to_numpy(zero_copy_only=False)
    return codes[at]


def _texts(column: pa.Array, width: int) -> npt.NDArray[np.bytes_]:
    """Cleaned texts: each different one is looked at once."""
    coded = column.dictionary_encode() if not pa.types.is_dictionary(column.type) else column
    values = [name_of(str(one))[:width].strip().encode() for one in coded.dictionary.to_pylist()] + [b""]
    at: npt.NDArray[np.int32] = pc.fill_null(coded.indices, len(values) - 1).to_numpy(zero_copy_only=False)
    return np.array(values, dtype=f"S{width}")[at]


def _statements(column: Mapping[str, pa.Array], made: Mapping[str, npt.NDArray[np.int64]], good: Marks, where: str) -> Statements:
    """What the rows say of their numbers, joined by the hour."""
    said: dict[str, npt.NDArray[np.generic]] = {key: _texts(column[key], width) for key, width in TEXTS.items() if key in column}
    if "imo" in column:
        coded = column["imo"].dictionary_encode()
        values = np.array([imo_said(str(one)) for one in coded.dictionary.to_pylist()] + [0], dtype=np.int64)
        said["imo"] = values[pc.fill_null(coded.indices, len(values) - 1).to_numpy(zero_copy_only=False)]
    for key, field, scale, most in (
        ("ship_type", "ship_type", 1.0, SHIP_MAX),
        ("length_m", "length_m", 1.0, LENGTH_MAX),
        ("beam_m", "beam_m", 1.0, BEAM_MAX),
        ("draught_m", "draught_dm", 10.0, DRAUGHT_MAX),
    ):
        if key in column:
            values_f = np.rint(_floats(column[key], key, where) * scale)
            said[field] = np.where((values_f >= (0 if key == "ship_type" else 1)) & (values_f <= most), values_f, -1).astype(np.int64)
    if not said or not good.any():
        return nothing_stated()
    rows = int(good.sum())
    blank = {"imo": 0, "craft_of": 0, "part": 0}
    columns = {
        name: said[name][good] if name in said else np.full(rows, b"" if kind.startswith("S") else blank.get(name, -1), dtype=kind)
        for name, kind in STATED.items()
    }
    columns["mmsi"] = made["mmsi"][good]
    columns["first_ms"] = columns["last_ms"] = made["t_ms"][good]
    return _spoken(hourly([Statements(**{name: one.astype(STATED[name]) for name, one in columns.items()})]))


def _spoken(made: Statements) -> Statements:
    """Without rows that say nothing."""
    says = (made.imo != 0) | (made.call_sign != b"") | (made.name != b"") | (made.destination != b"")
    for name in ("ship_type", "length_m", "beam_m", "draught_dm"):
        says |= getattr(made, name) != -1
    return made.rows(says)
