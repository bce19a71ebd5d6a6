"""The verbs prepare and events: one's own files as tables for an engine of one's own, and the events of B1 to B5 found there.

1. `prepare` writes a folder: `fixes/day=YYYY-MM-DD/*.parquet`, `heard/day=.../*.parquet`, `about.json` with thresholds, places and what
   became of every line. Whole numbers only; no name, no label: files of one's own, nothing shared.
2. `events` reads such a folder with DuckDB or Spark. Workers of a cluster must see it under the same path; they need no Fairlead.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fairlead.errors import BadFile, BadInput
from fairlead.picture import Parameters, Place
from fairlead.picture.event import Event
from fairlead.picture.scene import Scene
from fairlead.store.sql_events import Engine, connected, events_at, prepared
from fairlead.store.sql_parts import Cut, Progress

ABOUT: Final = "about.json"
DAY_MS: Final = 86_400_000


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands beside the tables."""

    version: int = 1
    lines: int
    kept: int
    rejected: int
    duplicate: int
    vessels: int
    parameters: Parameters
    places: tuple[Place, ...]


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """One event with the numbers that its contacts gave, 0 for none."""

    event: Event
    mmsi: tuple[int, ...]


def write_prepared(folder: Path, scene: Scene, about: About) -> None:
    """Write the tables of a scene. Raises BadFile when the folder is there already: nothing is overwritten."""
    if folder.exists():
        raise BadFile("the folder is there already", where=folder.name, why="nothing is overwritten", do="name another, or remove it")
    unfinished = folder.with_name(folder.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name, table in zip(("fixes", "heard"), prepared(scene), strict=True):
        for day, rows in _days(table):
            inside = unfinished / name / f"day={day}"
            inside.mkdir(parents=True)
            pq.write_table(rows, inside / "rows.parquet", compression="zstd")
        (unfinished / name).mkdir(parents=True, exist_ok=True)
    (unfinished / ABOUT).write_bytes(msgspec.json.format(msgspec.json.encode(about)))
    unfinished.rename(folder)


def _days(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    days = pc.floor(pc.divide(pc.cast(table["t_ms"], pa.float64()), float(DAY_MS)))
    for day in sorted(set(days.to_pylist())):
        name = pc.strftime(pa.scalar(int(day) * 86_400, pa.timestamp("s")), "%Y-%m-%d").as_py()
        yield name, table.filter(pc.equal(days, day))


def read_about(folder: Path) -> About:
    """What stands beside prepared tables. Raises BadFile."""
    try:
        return msgspec.json.decode((folder / ABOUT).read_bytes(), type=About)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadFile(
            "no prepared tables", where=folder.name, why=str(error), do="make them: fairlead prepare FILE... --into FOLDER"
        ) from error


def prepared_events(
    folder: Path,
    engine: Engine,
    *,
    master: str = "",
    cut: Cut | None = None,
    threads: int = 2,
    progress: Progress | None = None,
) -> list[Meeting]:
    """The events of prepared tables, sorted. Raises BadFile, and BadInput when the engine is not there."""
    about = read_about(folder)
    if not any((folder / "fixes").glob("day=*/*.parquet")):
        return []
    connection = connected(engine, threads=threads, master=master)
    found, numbers = events_at(connection, folder, about.parameters, about.places, cut=cut, progress=progress)
    return [Meeting(event=event, mmsi=tuple(numbers[line] for line in event.lines)) for event in found]


def write_events(path: Path, found: Sequence[Meeting]) -> None:
    """Events as JSON lines or Parquet, by the file's ending. Raises BadInput for another one."""
    rows: list[dict[str, Any]] = [
        {
            "rule": one.event.rule,
            "mmsi": list(one.mmsi),
            "from_ms": one.event.from_ms,
            "to_ms": one.event.to_ms,
            "lat_e7": one.event.lat_e7,
            "lon_e7": one.event.lon_e7,
            "seen": dict(one.event.seen),
        }
        for one in found
    ]
    if path.suffix == ".parquet":
        whole = pa.int64()
        shape = pa.schema(
            [
                ("rule", pa.string()),
                ("mmsi", pa.list_(whole)),
                *((name, whole) for name in ("from_ms", "to_ms", "lat_e7", "lon_e7")),
                ("seen", pa.map_(pa.string(), whole)),
            ]
        )
        pq.write_table(pa.Table.from_pylist([{**row, "seen": list(row["seen"].items())} for row in rows], schema=shape), path)
    elif path.suffix == ".jsonl":
        path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    else:
        raise BadInput("no such form of events", where=path.name, do="end the file's name with .jsonl or .parquet")
