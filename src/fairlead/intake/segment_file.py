"""A segment as two Parquet files, its detections and its statements: integer columns, one shape each, checked when read.

1. The same segment gives the same bytes, on the same version of pyarrow. Whoever stores them writes them whole or not at all.
2. Every page carries a checksum; a reader accepts exactly the columns and types that are written here.
3. Rows are sorted by number and time, so that what concerns one vessel lies together.
4. A segment whose own file is gone is read from the pack that took it in (segment_pack.py).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from fairlead.errors import BadFile, FairleadError
from fairlead.intake.segment_pack import read_packed
from fairlead.report import detection, statement
from fairlead.report.detection import Detections
from fairlead.report.statement import Statements

Columns = TypeVar("Columns")
GROUP_ROWS: Final = 131_072


def _schema(columns: Mapping[str, str]) -> pa.Schema:
    kinds = {name: pa.binary() if np.dtype(kind).kind == "S" else pa.from_numpy_dtype(np.dtype(kind)) for name, kind in columns.items()}
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in kinds.items()])


DETECTIONS: Final = _schema(detection.COLUMNS)
STATEMENTS: Final = _schema(statement.COLUMNS)


def segment_path(root: Path, holding: str) -> Path:
    """Where the detections of a holding's segment stand in a node's folder."""
    return root / "segments" / f"{holding}.parquet"


def stated_path(path: Path) -> Path:
    """Where the statements of the segment stand whose detections are at `path`."""
    return path.with_name(path.stem + ".stated.parquet")


def segment_bytes(detections: Detections) -> bytes:
    """The Parquet file of these detections."""
    return _written(DETECTIONS, {name: getattr(detections, name) for name in detection.COLUMNS})


def statement_bytes(statements: Statements) -> bytes:
    """The Parquet file of these statements."""
    return _written(STATEMENTS, {name: getattr(statements, name) for name in statement.COLUMNS})


def read_segment(path: Path) -> Detections:
    """The detections of a segment file. Raises BadFile when it is missing, damaged or of another shape."""
    return _read(path, DETECTIONS, lambda columns: Detections(**columns), detection.COLUMNS)


def read_statements(path: Path) -> Statements:
    """The statements of the segment whose detections are at `path`. Raises BadFile."""
    return _read(stated_path(path), STATEMENTS, lambda columns: Statements(**columns), statement.COLUMNS)


def _written(schema: pa.Schema, columns: Mapping[str, npt.NDArray[Any]]) -> bytes:
    arrays = [pa.array(column.tolist(), pa.binary()) if column.dtype.kind == "S" else pa.array(column) for column in columns.values()]
    side = io.BytesIO()
    texts = [name for name, column in columns.items() if column.dtype.kind == "S"]
    pq.write_table(
        pa.table(arrays, schema=schema),
        side,
        compression="zstd",
        use_dictionary=texts,
        row_group_size=GROUP_ROWS,
        write_page_checksum=True,
    )
    return side.getvalue()


def _read(path: Path, schema: pa.Schema, made: Callable[[dict[str, Any]], Columns], kinds: Mapping[str, str]) -> Columns:
    try:
        table = segment_table(path, schema)
        return made({name: _column(table.column(name), kind) for name, kind in kinds.items()})  # each column is checked there
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError, FairleadError) as error:
        do = "restore the file from a copy of the node"
        raise BadFile("a segment file cannot be read", where=path.name, why=str(error)[:200], do=do) from error


def segment_table(path: Path, schema: pa.Schema) -> pa.Table:
    """The rows of the file at `path`, or of the pack that took them in. Raises OSError, ArrowException, BadFile."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if not file.schema_arrow.equals(schema):
                raise BadFile("the columns are not those of a segment")
            return file.read()
    except FileNotFoundError:
        return read_packed(path, schema)


def _column(column: pa.ChunkedArray, kind: str) -> npt.NDArray[Any]:
    if np.dtype(kind).kind == "S":
        return np.array(column.to_pylist(), dtype=kind).reshape(-1)
    return np.asarray(column.to_numpy()).astype(kind, casting="no")
