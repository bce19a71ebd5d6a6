"""Packs of small segments in a node's folder: made, and kept to what the node still holds. Every change is durable before what it
replaces is removed.

1. A pack's statements are written before its detections, and removed after them: a pack of detections always has its statements.
2. Settling is the same whatever was interrupted: segment files that a pack has are removed, packs with members nobody holds are made
   anew without them. It is done inside the write transaction, where no ingest is on its way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fairlead.errors import BadFile
from fairlead.intake.segment_file import DETECTIONS, STATEMENTS, segment_table, stated_path
from fairlead.intake.segment_pack import members, pack_bytes, pack_path, readable
from fairlead.store.files import write_durably


def single(folder: Path, id: str) -> Path:
    """The file of a segment that stands by itself."""
    return folder / f"{id}.parquet"


def pack(folder: Path, ids: Sequence[str]) -> Path:
    """One pack of these segments, wherever they lie now; their own files are removed when it is durable and reads back as they do.
    Raises BadFile, LogFault."""
    made = write(folder, ids)
    for id in ids:
        _remove_single(folder, id, made)
    return made


def write(folder: Path, ids: Sequence[str]) -> Path:
    """The pack of these segments, on the disk. Raises BadFile, LogFault."""
    path = pack_path(folder, ids)
    try:
        rows = {id: segment_table(single(folder, id), DETECTIONS) for id in sorted(ids)}
        stated = {id: segment_table(stated_path(single(folder, id)), STATEMENTS) for id in sorted(ids)}
    except (OSError, ValueError, pa.ArrowException) as error:
        do = "restore the file from a copy of the node"
        raise BadFile("a segment file cannot be read", where=folder.name, why=str(error)[:200], do=do) from error
    write_durably(stated_path(path), pack_bytes(STATEMENTS, stated))
    write_durably(path, pack_bytes(DETECTIONS, rows))
    return path


def _remove_single(folder: Path, id: str, made: Path) -> None:
    """Raises BadFile when the pack does not say what the file says: then the file stays."""
    own = single(folder, id)
    for path, schema, packed in ((own, DETECTIONS, made), (stated_path(own), STATEMENTS, stated_path(made))):
        try:
            same = not path.is_file() or segment_table(path, schema).equals(_in_pack(packed, id, schema))
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise BadFile("a segment file or its pack cannot be read", where=path.name, why=str(error)[:200]) from error
        if not same:
            raise BadFile("a pack does not hold what a segment file holds", where=path.name, do="remove the pack, then run it again")
    own.unlink(missing_ok=True)
    stated_path(own).unlink(missing_ok=True)


def _in_pack(packed: Path, id: str, schema: pa.Schema) -> pa.Table:
    group = members(packed)[id]
    with pq.ParquetFile(packed, page_checksum_verification=True) as file:
        return schema.empty_table() if group < 0 else file.read_row_group(group).cast(schema)


def unsettled(folder: Path, held: Collection[str]) -> bool:
    """Whether there is anything to settle. A damaged pack is left for whoever looks into it."""
    if any(not path.exists() for path in _mains(folder)):
        return True
    there = set(held)
    return any(not known.keys() <= there or any(single(folder, id).exists() for id in known) for known in readable(folder).values())


def settle(folder: Path, held: Collection[str]) -> None:
    """Keep packs to what is held, and remove what stands twice. What does not read is left: a look says so. Raises LogFault."""
    for path, known in readable(folder).items():
        left = sorted(known.keys() & set(held))
        with suppress(BadFile):
            if len(left) == len(known):
                for id in left:
                    _remove_single(folder, id, path)
            else:
                if left:
                    write(folder, left)
                _drop(path)
    for path in _mains(folder):
        if not path.exists():
            stated_path(path).unlink(missing_ok=True)


def bytes_of(folder: Path, ids: Collection[str]) -> int:
    """About how many bytes these segments take in packs: their share of each by number."""
    found = 0
    for path, known in readable(folder).items():
        share = len(known.keys() & set(ids))
        found += (path.stat().st_size + stated_path(path).stat().st_size) * share // max(1, len(known))
    return found


def _drop(path: Path) -> None:
    path.unlink(missing_ok=True)
    stated_path(path).unlink(missing_ok=True)


def _mains(folder: Path) -> list[Path]:
    """Where the detections of every pack should be whose statements are here."""
    return [path.with_name(path.name.replace(".stated.parquet", ".parquet")) for path in folder.glob("pack-*.stated.parquet")]
