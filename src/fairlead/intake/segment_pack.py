"""Many small segments in one Parquet file: a row group each, named in the file's own metadata; every segment stays what it was.

1. A pack holds the rows of whole segments, unchanged and apart: digest, label, manifest and holds are of the segment, never of a pack.
2. Its name follows from what is in it, so that making the same pack twice makes one file.
3. A segment file that stands by itself is read before any pack; whoever packs removes it only after the pack is durable.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

MEMBERS: Final = b"fairlead.segments"
PREFIX: Final = "pack-"
STATED: Final = ".stated.parquet"
TRIES: Final = 3  # a pack that is replaced while it is looked for is looked for again
NOWHERE: Final = -1  # the row group of a segment without rows

_KNOWN: dict[tuple[Path, int, int], dict[str, int]] = {}
_KNOWN_MAX: Final = 4_096


def pack_path(folder: Path, ids: Sequence[str]) -> Path:
    """Where the detections of a pack of these segments stand."""
    name = hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:32]
    return folder / f"{PREFIX}{name}.parquet"


def is_pack(path: Path) -> bool:
    return path.name.startswith(PREFIX) and path.name.endswith(".parquet")


def packs(folder: Path) -> list[Path]:
    """The packs of detections in a folder; the statements of each stand beside it."""
    return sorted(path for path in folder.glob(f"{PREFIX}*.parquet") if not path.name.endswith(STATED))


def members(pack: Path) -> dict[str, int]:
    """The segments in a pack, each with its row group. Raises OSError, ArrowException, ValueError, KeyError."""
    stat = pack.stat()
    key = (pack, stat.st_mtime_ns, stat.st_size)
    found = _KNOWN.get(key)
    if found is None:
        said = json.loads((pq.read_metadata(pack).metadata or {})[MEMBERS])
        found = {str(id): int(group) for id, group in said}
        while len(_KNOWN) >= _KNOWN_MAX:
            _KNOWN.pop(next(iter(_KNOWN)), None)
        _KNOWN[key] = found
    return found


def readable(folder: Path) -> dict[Path, dict[str, int]]:
    """The packs of a folder with their segments; one that is damaged or was taken away meanwhile is left out."""
    found = {}
    for pack in packs(folder):
        with suppress(OSError, ValueError, KeyError, TypeError, pa.ArrowException):
            found[pack] = members(pack)
    return found


def pack_bytes(schema: pa.Schema, tables: Mapping[str, pa.Table]) -> bytes:
    """The file of these segments, in the order given."""
    groups, at = [], 0
    for id, table in tables.items():
        groups.append([id, at if len(table) else NOWHERE])
        at += 1 if len(table) else 0
    side = io.BytesIO()
    texts = [field.name for field in schema if pa.types.is_binary(field.type)]
    told = schema.with_metadata({MEMBERS: json.dumps(groups).encode()})
    with pq.ParquetWriter(side, told, compression="zstd", use_dictionary=texts, write_page_checksum=True) as writer:
        for table in tables.values():
            if len(table):
                writer.write_table(table.replace_schema_metadata(told.metadata), row_group_size=len(table))
    return side.getvalue()


def read_packed(path: Path, schema: pa.Schema) -> pa.Table:
    """The rows of the segment file that stood at `path`. Raises FileNotFoundError when no pack has it, OSError, ArrowException."""
    stated = path.name.endswith(STATED)
    id = path.name.removesuffix(STATED if stated else ".parquet")
    for _ in range(TRIES):
        try:
            for pack, known in readable(path.parent).items():
                if id in known:
                    return _rows(pack.with_name(pack.stem + STATED) if stated else pack, id, schema)
        except FileNotFoundError:
            continue
        break
    raise FileNotFoundError(2, "no such file", path.name)


def _rows(pack: Path, id: str, schema: pa.Schema) -> pa.Table:
    with pq.ParquetFile(pack, page_checksum_verification=True) as file:
        if not file.schema_arrow.equals(schema):
            raise ValueError("the columns are not those of a segment")
        group = members(pack)[id]
        return file.schema_arrow.empty_table() if group == NOWHERE else file.read_row_group(group)
