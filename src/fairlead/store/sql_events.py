"""The events of B1 to B5 by an engine for tables: DuckDB on this machine, or Spark on a cluster; the same events as the native rules.

1. Input is a table of prepared fixes: line, mmsi, t_ms, lat_e7, lon_e7, sog_dkn, counted; and of all messages heard, for B5.
2. `events_on` gives `Event`s equal in every number to those of `picture.behaviour.core`, sorted alike: a test holds the two together.
3. The libraries are the extra `cluster`; without it the message says how to get it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, TypeAlias

import pyarrow as pa

from fairlead.errors import BadInput
from fairlead.picture.behaviour.event import Event
from fairlead.picture.behaviour.scene import Scene
from fairlead.picture.behaviour.silence import meaningful
from fairlead.picture.ground import METRES_PER_E7, wrap_e7
from fairlead.picture.parameters import Parameters
from fairlead.picture.shapes import Place, Rule
from fairlead.store import sql_alone, sql_pairs
from fairlead.store.sql_ground import Table, steps_of

Seen: TypeAlias = tuple[tuple[str, int], ...]
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


def connected(engine: Engine, *, threads: int = 2) -> Any:
    """A connection to an engine. Raises BadInput when its library, or Java, is not there."""
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
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(2 * threads),
        "spark.ui.enabled": "false",
        "spark.sql.ansi.enabled": "true",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
    }
    try:
        builder = SparkSession.builder.master(f"local[{threads}]").appName("fairlead")
        for name, value in settings.items():
            builder = builder.config(name, value)
        return ibis.pyspark.connect(builder.getOrCreate())
    except Exception as error:  # the Java side says what it lacks in many ways
        raise BadInput(
            "Spark cannot be started", why=str(error)[:200], do="install Java 17: apt-get install openjdk-17-jre-headless"
        ) from error


def events_on(connection: Any, fixes: pa.Table, heard: pa.Table, parameters: Parameters, places: Sequence[Place]) -> list[Event]:
    """Events of B1 to B5 of prepared tables, sorted."""
    rows, all_heard = _given(connection, "fixes", fixes), _given(connection, "heard", heard)
    return events_of(rows, all_heard, _given(connection, "places", _bands(places, parameters)), parameters)


def events_of(rows: Table, heard: Table, places: Table, limits: Parameters) -> list[Event]:
    """The same of tables that the engine holds already."""
    step_ms = limits.slot_s * 1000
    legs = max(1, limits.speed_baseline_s // limits.slot_s)
    steps = steps_of(rows, slot_ms=step_ms, hole_ms=limits.hole_max_s * 1000, legs=legs)
    found = [
        *_slow(sql_pairs.slow(steps, places, limits), limits),
        *_short(sql_pairs.short(steps, places, limits), step_ms),
        *_loading(sql_alone.loading(steps, places, limits), limits),
        *_loitering(sql_alone.loitering(steps, places, limits), step_ms),
        *_silences(sql_alone.silences(rows, heard, limits)),
    ]
    return sorted(found)


def _given(connection: Any, name: str, table: pa.Table) -> Table:
    """An Arrow table as one of the engine's."""
    if connection.name == "pyspark":
        connection._session.createDataFrame(table).createOrReplaceTempView(name)
        return connection.table(name)
    connection.con.register(name, table)  # read where it lies, without a copy
    return connection.table(name)


def _bands(places: Sequence[Place], limits: Parameters) -> pa.Table:
    """Places with every band of latitude that they reach into."""
    rows: list[tuple[int, int, int, int]] = []
    for place in places:
        reach = round(max(place.radius_m, limits.place_gate_m) / METRES_PER_E7) + 2
        first, last = (place.lat_e7 - reach + 900_000_000) // BAND_E7, (place.lat_e7 + reach + 900_000_000) // BAND_E7
        rows += [(place.lat_e7, place.lon_e7, place.radius_m, band) for band in range(first, last + 1)]
    names = ("place_lat", "place_lon", "radius_m", "place_band")
    return pa.table({name: pa.array([row[number] for row in rows], pa.int64()) for number, name in enumerate(names)})


def _rows(found: Table) -> Iterator[dict[str, int]]:
    for row in found.to_pyarrow().to_pylist():
        yield {name: int(value) for name, value in row.items() if value is not None and value == value}  # a NaN is not itself


def _slow(found: Table, limits: Parameters) -> Iterator[Event]:
    step_ms = limits.slot_s * 1000
    for row in _rows(found):
        seen = (
            ("apart_m", row["apart_m"]),
            ("top_one_dkn", row["top_one"]),
            ("top_other_dkn", row["top_other"]),
            ("break_s", (row["hole"] - 1) * limits.slot_s),
        )
        yield _event("B1", (row["one"], row["other"]), row["first"] * step_ms, row["last"] * step_ms, row, seen)


def _short(found: Table, step_ms: int) -> Iterator[Event]:
    for row in _rows(found):
        seen = (
            ("apart_m", row["apart_m"]),
            ("deviation_one_percent", row["turned_a"]),
            ("deviation_other_percent", row["turned_b"]),
            ("mean_dkn", row["mean_dkn"]),
        )
        yield _event("B2", (row["one"], row["other"]), row["first"] * step_ms, row["last"] * step_ms, row, seen)


def _loading(found: Table, limits: Parameters) -> Iterator[Event]:
    width = limits.bin_s // limits.slot_s * limits.slot_s * 1000
    for row in _rows(found):
        seen = (("before_dkn", row["twice"] // 2), ("lowest_dkn", row["lowest"]), ("highest_dkn", row["highest"]))
        place = {"lat_e7": row["lat"], "lon_e7": row["lon"]}
        yield _event("B3", (row["line"],), row["bin"] * width, row["last"] * width, place, seen)


def _loitering(found: Table, step_ms: int) -> Iterator[Event]:
    for row in _rows(found):
        names = ("circling", "hours", "mean_dkn", "extent_m", "path_m", "net_m")
        place = {"lat_e7": row["lat_m"], "lon_e7": row["lon_m"]}
        seen = tuple((name, row[name]) for name in names)
        yield _event("B4", (row["line"],), row["slot_a"] * step_ms, row["slot_z"] * step_ms, place, seen)


def _silences(found: Table) -> Iterator[Event]:
    for row in _rows(found):
        names = ("heard", "expected", "hours", "hours_heard", "travelled_m", "present", "silent")
        seen = tuple((name, row[name]) for name in names)
        yield _event("B5", (row["line"],), row["from_ms"], row["to_ms"], row, seen)


def _event(rule: Rule, lines: tuple[int, ...], from_ms: int, to_ms: int, place: dict[str, int], seen: Seen) -> Event:
    where = {"lat_e7": place["lat_e7"], "lon_e7": place["lon_e7"]}
    return Event(rule=rule, lines=lines, from_ms=from_ms, to_ms=to_ms, seen=seen, **where)
