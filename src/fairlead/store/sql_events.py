"""The events of B1 to B5 by an engine for tables: DuckDB on this machine, or Spark on a cluster; the same events as the native rules.

1. Input is a table of prepared fixes: line, mmsi, t_ms, lat_e7, lon_e7, sog_dkn, counted; and of all messages heard, for B5.
2. `events_on` gives `Event`s equal in every number to those of `picture.behaviour.core`, sorted alike: a test holds the two together.
3. The libraries are the extra `cluster`; without it the message says how to get it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import pyarrow as pa

from fairlead.errors import BadInput
from fairlead.picture.behaviour.silence import meaningful
from fairlead.picture.event import Event
from fairlead.picture.ground import METRES_PER_E7, wrap_e7
from fairlead.picture.parameters import Parameters
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import Place
from fairlead.store import sql_alone, sql_pairs
from fairlead.store.sql_ground import Table, dropped, steps_for
from fairlead.store.sql_parts import Cut, Progress, events_in_parts
from fairlead.store.sql_read import loading_events, loitering_events, short_events, silence_events, slow_events

Engine: TypeAlias = Literal["duckdb", "spark"]
ENGINES: Final = ("duckdb", "spark")
BAND_E7: Final = 1_000_000


def prepared(scene: Scene) -> tuple[pa.Table, pa.Table]:
    """A scene as the two tables that the engines read: fixes of lines, and messages heard by feeds whose gaps mean something."""
    import numpy as np

    fleet, rows = scene.fleet, scene.gathered.rows
    line = np.repeat(np.arange(len(fleet), dtype=np.int64), np.diff(fleet.start))
    counted = meaningful(scene)
    fixes = pa.table(
        {
            "line": line,
            "mmsi": fleet.mmsi[line],
            "t_ms": fleet.t_ms,
            "lat_e7": fleet.lat_e7,
            "lon_e7": wrap_e7(fleet.lon_e7),
            "sog_dkn": fleet.sog_dkn,
            "counted": counted[fleet.row],
        }
    )
    heard = pa.table(
        {
            "t_ms": rows.t_ms[counted],
            "lat_e7": scene.gathered.lat_e7[counted],
            "lon_e7": scene.gathered.lon_e7[counted],
            "mmsi": rows.mmsi[counted],
        }
    )
    return fixes, heard


def connected(engine: Engine, *, threads: int = 2, master: str = "") -> Any:
    """A connection to an engine; `master` names a Spark cluster, and without it Spark runs here. Raises
    BadInput when its library, or Java, is not there."""
    try:
        import ibis
    except ImportError as error:
        raise BadInput("the engine is not installed", where=engine, do="pip install fairlead[cluster]") from error
    if engine == "duckdb":
        return ibis.duckdb.connect(threads=threads)
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise BadInput("the engine is not installed", where=engine, do="pip install fairlead[cluster]") from error
    # at ERROR it logs each long expression that it interprets instead of compiling, pages of it
    settings = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true", "spark.log.level": "FATAL"}
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    if not master:
        settings |= {
            "spark.sql.shuffle.partitions": str(2 * threads),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
        }
    try:
        builder = SparkSession.builder.master(master or f"local[{threads}]").appName("fairlead")
        for name, value in settings.items():
            builder = builder.config(name, value)
        return ibis.pyspark.connect(builder.getOrCreate())
    except Exception as error:  # the Java side says what it lacks in many ways
        raise BadInput(
            "the engine cannot be started",
            where=engine,
            why=str(error)[:200],
            do="install Java 17: apt-get install openjdk-17-jre-headless",
        ) from error


def events_on(
    connection: Any,
    fixes: pa.Table,
    heard: pa.Table,
    parameters: Parameters,
    places: Sequence[Place],
    *,
    cut: Cut | None = None,
    progress: Progress | None = None,
) -> list[Event]:
    """Events of B1 to B5 of prepared tables, sorted; part by part where a cut is given, with the same events."""
    with dropped(connection):
        rows, all_heard = _given(connection, "fixes", fixes), _given(connection, "heard", heard)
        near = _given(connection, "places", bands(places, parameters))
        if cut is not None:
            return events_in_parts(rows, all_heard, near, parameters, cut, progress)
        return events_of(rows, all_heard, near, parameters)


def events_at(
    connection: Any,
    folder: Path,
    parameters: Parameters,
    places: Sequence[Place],
    *,
    cut: Cut | None = None,
    progress: Progress | None = None,
) -> tuple[list[Event], dict[int, int]]:
    """The same of tables that lie in a folder as Parquet by day, and the number that each line of an event gave."""
    rows, heard = (_lying(connection, name, folder / name) for name in ("fixes", "heard"))
    near = _given(connection, "places", bands(places, parameters))
    with dropped(connection):
        if cut is None:
            found = events_of(rows, heard, near, parameters)
        else:
            found = events_in_parts(rows, heard, near, parameters, cut, progress)
    lines = sorted({line for event in found for line in event.lines})
    said = rows.filter(rows.line.isin(lines)).select("line", "mmsi").distinct().to_pyarrow() if lines else None
    numbers = {} if said is None else dict(zip(said["line"].to_pylist(), said["mmsi"].to_pylist(), strict=True))
    return found, numbers


def _lying(connection: Any, name: str, folder: Path) -> Table:
    """A folder of Parquet as a table; without files, none was heard."""
    files = sorted(str(path) for path in folder.glob("day=*/*.parquet"))
    if not files:
        whole = pa.int64()
        return _given(connection, name, pa.table({one: pa.array([], whole) for one in ("t_ms", "lat_e7", "lon_e7", "mmsi")}))
    if connection.name == "pyspark":
        connection._session.read.option("basePath", str(folder.absolute())).parquet(*files).createOrReplaceTempView(name)
        return connection.table(name)
    return connection.read_parquet(files, table_name=name)


def events_of(rows: Table, heard: Table, places: Table, limits: Parameters) -> list[Event]:
    """The same of tables that the engine holds already."""
    steps = steps_for(rows, limits)
    found = [
        *slow_events(sql_pairs.slow(steps, places, limits), limits),
        *short_events(sql_pairs.short(steps, places, limits), limits),
        *loading_events(sql_alone.loading(steps, places, limits), limits),
        *loitering_events(sql_alone.loitering(steps, places, limits), limits),
        *silence_events(sql_alone.silences(rows, heard, limits)),
    ]
    return sorted(found)


def _given(connection: Any, name: str, table: pa.Table) -> Table:
    """An Arrow table as one of the engine's."""
    if connection.name == "pyspark":
        connection._session.createDataFrame(table).createOrReplaceTempView(name)
        return connection.table(name)
    connection.con.register(name, table)  # read where it lies, without a copy
    return connection.table(name)


def bands(places: Sequence[Place], limits: Parameters) -> pa.Table:
    """Places with every band of latitude that they reach into."""
    rows: list[tuple[int, int, int, int]] = []
    for place in places:
        reach = round(max(place.radius_m, limits.place_gate_m) / METRES_PER_E7) + 2
        first, last = (place.lat_e7 - reach + 900_000_000) // BAND_E7, (place.lat_e7 + reach + 900_000_000) // BAND_E7
        rows += [(place.lat_e7, place.lon_e7, place.radius_m, band) for band in range(first, last + 1)]
    names = ("place_lat", "place_lon", "radius_m", "place_band")
    return pa.table({name: pa.array([row[number] for row in rows], pa.int64()) for number, name in enumerate(names)})
