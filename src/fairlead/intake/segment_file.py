"""A segment's detections as a Parquet file: integer columns, one shape, checked when read.

1. The same detections give the same bytes, on the same version of pyarrow. Whoever stores them writes them whole or not at all.
2. Every page carries a checksum; a reader accepts exactly the columns and types that are written here.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from fairlead.errors import BadFile, FairleadError
from fairlead.report.detection import COLUMNS, Detections

DIGEST_BYTES: Final = 32
NAMES: Final = pa.dictionary(pa.int32(), pa.binary())
DIGESTS: Final = pa.binary(DIGEST_BYTES)


def _type_of(name: str) -> pa.DataType:
    return {"name": NAMES, "digest": DIGESTS}.get(name) or pa.from_numpy_dtype(np.dtype(COLUMNS[name]))


SCHEMA: Final = pa.schema([pa.field(name, _type_of(name), nullable=False) for name in COLUMNS])


def segment_bytes(detections: Detections) -> bytes:
    """The Parquet file of these detections."""
    columns = []
    for name in COLUMNS:
        values = getattr(detections, name)
        if name == "digest":
            raw = pa.py_buffer(np.ascontiguousarray(values).tobytes())
            columns.append(pa.FixedSizeBinaryArray.from_buffers(DIGESTS, len(detections), [None, raw]))
        elif name == "name":
            columns.append(pa.array(values.tolist(), pa.binary()).dictionary_encode())
        else:
            columns.append(pa.array(values))
    side = io.BytesIO()
    pq.write_table(pa.table(columns, schema=SCHEMA), side, compression="zstd", write_page_checksum=True)
    return side.getvalue()


def read_segment(path: Path) -> Detections:
    """The detections of a segment file. Raises BadFile when it is missing, damaged or of another shape."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if not file.schema_arrow.equals(SCHEMA):
                raise BadFile("the columns are not those of a segment")
            table = file.read()
        columns: dict[str, Any] = {name: _column(table.column(name), name) for name in COLUMNS}  # Detections checks each
        return Detections(**columns)
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError, FairleadError) as error:
        do = "restore the file from a copy of the node"
        raise BadFile("a segment file cannot be read", where=path.name, why=str(error)[:200], do=do) from error


def _column(column: pa.ChunkedArray, name: str) -> npt.NDArray[Any]:
    if name == "digest":
        return np.frombuffer(b"".join(column.to_pylist()), dtype=np.uint8).reshape(-1, DIGEST_BYTES)
    if name == "name":
        return np.array(column.to_pylist(), dtype=COLUMNS[name]).reshape(-1)
    return np.asarray(column.to_numpy()).astype(COLUMNS[name], casting="no")
