"""A segment's detections as a Parquet file: integer columns, written whole or not at all, checked when read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fairlead.errors import BadFile, FairleadError
from fairlead.report.detection import COLUMNS, Detections

DIGEST_BYTES = 32


def segment_bytes(detections: Detections) -> bytes:
    """The Parquet file of these detections."""
    columns = {}
    for name in COLUMNS:
        values = getattr(detections, name)
        if name == "digest":
            columns[name] = pa.FixedSizeBinaryArray.from_buffers(
                pa.binary(DIGEST_BYTES), len(detections), [None, pa.py_buffer(np.ascontiguousarray(values).tobytes())]
            )
        elif name == "name":
            columns[name] = pa.array(values.tolist(), pa.binary()).dictionary_encode()
        else:
            columns[name] = pa.array(values)
    side = io.BytesIO()
    pq.write_table(pa.table(columns), side, compression="zstd")
    return side.getvalue()


def read_segment(path: Path) -> Detections:
    """The detections of a segment file. Raises BadFile when it is missing, damaged or of another shape."""
    try:
        table = pq.read_table(path)
        columns: dict[str, Any] = {}  # each of its own dtype; Detections checks them
        for name, dtype in COLUMNS.items():
            column = table.column(name)
            if name == "digest":
                raw = b"".join(column.to_pylist())
                columns[name] = np.frombuffer(raw, dtype=np.uint8).reshape(-1, DIGEST_BYTES)
            elif name == "name":
                columns[name] = np.array(column.to_pylist(), dtype=dtype).reshape(-1)
            else:
                columns[name] = column.to_numpy().astype(dtype, casting="safe")
        return Detections(**columns)
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError, FairleadError) as error:
        do = "restore the file from a copy of the node"
        raise BadFile("a segment file cannot be read", where=path.name, why=str(error)[:200], do=do) from error
