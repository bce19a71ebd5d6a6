"""Speed, gaps and stops of every vessel, against MovingPandas and against DuckDB; equal answers asserted first.

1. All start from the same rows in order of time, without a reported speed. Ours is the way of the engine: order, lines by number,
   speeds at every minute, gaps, spells of lying still. MovingPandas goes as its own pages have it: TrajectoryCollection, add_speed,
   ObservationGapSplitter, TrajectoryStopDetector. DuckDB is the SQL that an analyst would write: lag, and gaps and islands.
2. Equal: the same gaps (vessel, begin, end) on all three; the same vessels with a stop; speeds of movers within 2 % of each other,
   since MovingPandas measures on a sphere and between fixes.
"""

from __future__ import annotations

import itertools
import sys
import time
import warnings
from datetime import timedelta
from typing import Any

import duckdb
import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa

from bench.figure import figure, quick
from bench.sea import DAY_MS, START_MS, sea
from fairlead.picture import Parameters, ViewSegment, Window
from fairlead.picture.behaviour.silence import _gaps
from fairlead.picture.behaviour.together import slow_spells
from fairlead.picture.chain import chains
from fairlead.picture.fleet import fleet_from, steps_of
from fairlead.picture.gather import gather
from fairlead.report.detection import Detections, FeedFacts
from fairlead.report.statement import nothing_stated

FEED = FeedFacts(name="bench", kind="ais", originator="isla", category="ais", gaps_meaningful=True)
LIMITS = Parameters()
GAP_S, STOP_S, STOP_DKN, STOP_M = 3 * 3600, 3600, 5, 200
Gaps = set[tuple[int, int, int]]


def with_gaps(rows: Detections) -> Detections:
    """Every seventh vessel is silent for four hours, no row tells a speed, and all are in order of time."""
    hour = (rows.t_ms - START_MS) // 3_600_000
    silent = (rows.mmsi % 7 == 0) & (hour >= 8) & (hour < 12)
    kept = rows.rows(~silent)
    kept.sog_dkn[:] = -1
    return kept.rows(np.argsort(kept.t_ms, kind="stable"))


def ours(rows: Detections) -> tuple[Gaps, set[int], Any]:
    """The engine's own way."""
    segment = ViewSegment(feed=FEED, digest="", detections=rows, statements=nothing_stated())
    gathered = gather([segment], Window(from_ms=START_MS, to_ms=START_MS + DAY_MS))
    lines = chains(gathered, LIMITS)
    fleet = fleet_from(gathered, lines.mmsi, lines.row, lines.start)
    steps = steps_of(fleet, LIMITS)
    found = _gaps(fleet.start, fleet.mmsi, fleet.t_ms, np.ones(len(fleet.row), dtype=np.bool_), GAP_S * 1000)
    line = np.searchsorted(fleet.start, found, "right") - 1
    gaps = set(zip(fleet.mmsi[line].tolist(), fleet.t_ms[found].tolist(), fleet.t_ms[found + 1].tolist(), strict=True))
    spells = slow_spells(steps.start, steps.slot, steps.lat_e7, steps.lon_e7, steps.speed_dkn, STOP_DKN, 2, STOP_S // LIMITS.slot_s)
    return gaps, set(fleet.mmsi[spells[:, 0]].tolist()), steps


def with_movingpandas(frame: pd.DataFrame) -> tuple[Gaps, set[int], Any]:
    """As its pages have it."""
    import movingpandas

    table = geopandas.GeoDataFrame(frame, geometry=geopandas.points_from_xy(frame["lon"], frame["lat"]), crs=4326)
    whole = movingpandas.TrajectoryCollection(table, traj_id_col="mmsi", t="t")
    whole.add_speed(overwrite=True)
    parts = movingpandas.ObservationGapSplitter(whole).split(gap=timedelta(seconds=GAP_S))
    gaps: Gaps = set()
    for number, own in pd.Series(list(parts)).groupby([int(str(one.id).split("_")[0]) for one in parts]):
        spans = sorted((one.get_start_time(), one.get_end_time()) for one in own)
        for (_, end), (begin, _) in itertools.pairwise(spans):
            gaps.add((int(number), int(end.timestamp() * 1000), int(begin.timestamp() * 1000)))  # type: ignore[call-overload]
    stops = movingpandas.TrajectoryStopDetector(whole).get_stop_points(min_duration=timedelta(seconds=STOP_S), max_diameter=STOP_M)
    return gaps, {int(number) for number in stops["traj_id"]}, whole


def with_duckdb(table: pa.Table) -> tuple[Gaps, set[int]]:
    """Lag, and gaps and islands."""
    con = duckdb.connect()
    con.register("fixes", table)
    con.execute(
        """CREATE TEMP TABLE led AS SELECT mmsi, t_ms, since_ms, metres / since_ms * 1000 AS speed_mps FROM (
          SELECT mmsi, t_ms, t_ms - lag(t_ms) OVER w AS since_ms,
            sqrt(power((lat_e7 - lag(lat_e7) OVER w) * 0.0111195, 2)
               + power((lon_e7 - lag(lon_e7) OVER w) * 0.0111195 * cos(radians(lat_e7 / 1e7)), 2)) AS metres
          FROM fixes WINDOW w AS (PARTITION BY mmsi ORDER BY t_ms))"""
    )
    gaps = con.execute(f"SELECT mmsi, t_ms - since_ms, t_ms FROM led WHERE since_ms >= {GAP_S * 1000}").fetchall()  # noqa: S608
    stops = con.execute(
        f"""WITH marked AS (SELECT *, speed_mps < {STOP_DKN * 0.0514444} AS slow FROM led),
        numbered AS (SELECT *, row_number() OVER (PARTITION BY mmsi ORDER BY t_ms)
            - row_number() OVER (PARTITION BY mmsi, slow ORDER BY t_ms) AS island FROM marked)
        SELECT DISTINCT mmsi FROM numbered WHERE slow GROUP BY mmsi, island HAVING max(t_ms) - min(t_ms) >= {STOP_S * 1000}"""  # noqa: S608
    ).fetchall()
    return {tuple(map(int, row)) for row in gaps}, {int(row[0]) for row in stops}  # type: ignore[misc]


def table_of(rows: Detections) -> pa.Table:
    """The rows for DuckDB."""
    return pa.table({name: getattr(rows, name) for name in ("mmsi", "t_ms", "lat_e7", "lon_e7")})


def frame_of(rows: Detections) -> pd.DataFrame:
    """The rows for MovingPandas."""
    at = pd.to_datetime(rows.t_ms, unit="ms")
    return pd.DataFrame({"mmsi": rows.mmsi, "t": at, "lat": rows.lat_e7 / 1e7, "lon": rows.lon_e7 / 1e7})


def best_s(work: Any, runs: int) -> float:
    """The least seconds of some runs."""
    taken = []
    for _ in range(runs):
        start_s = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start_s)
    return min(taken)


def same_speeds(steps: Any, whole: Any, numbers: list[int]) -> None:
    """Movers: the middle of our minutes against the middle of MovingPandas' fixes. Raises AssertionError."""
    for line, number in enumerate(numbers):
        own = steps.speed_dkn[steps.start[line] : steps.start[line + 1]]
        theirs = float(whole.get_trajectory(number).df["speed"].median()) / 0.0514444
        if theirs > 20:
            assert abs(float(np.median(own[own >= 0])) - theirs) <= 0.02 * theirs + 1, number


def main() -> None:
    """Assert, then measure."""
    warnings.filterwarnings("ignore")
    few = with_gaps(sea(30 if quick() else 300, 533)[0])
    gaps, stopped, steps = ours(few)
    moving_gaps, moving_stops, whole = with_movingpandas(frame_of(few))
    assert len(gaps) > 5
    assert gaps == moving_gaps == with_duckdb(table_of(few))[0]
    assert stopped == moving_stops == with_duckdb(table_of(few))[1]
    same_speeds(steps, whole, sorted(set(few.mmsi.tolist())))
    frame = frame_of(few)
    ours_s, moving_s = best_s(lambda: ours(few), 5), best_s(lambda: with_movingpandas(frame), 1)
    figure("tracks_movingpandas", moving_s / ours_s, "x", peer="movingpandas", goal=">=500", rows=len(few), seconds=[ours_s, moving_s])

    many = with_gaps(sea(1_900 if quick() else 15_000, 533)[0])
    table = table_of(many)
    mine, theirs = ours(many), with_duckdb(table)
    assert mine[:2] == theirs
    ours_s, duck_s = best_s(lambda: ours(many), 3), best_s(lambda: with_duckdb(table), 3)
    figure("tracks_duckdb", duck_s / ours_s, "x", peer="duckdb", goal=">=5", rows=len(many), seconds=[ours_s, duck_s])


if __name__ == "__main__":
    sys.exit(main())
