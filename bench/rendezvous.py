"""Slow pairs (the events of B1) against a GeoPandas join for each minute, and against DuckDB; equal pairs asserted first.

1. The peers do what their own pages have: GeoPandas joins each minute's points that lie within the gate in a metric projection, DuckDB
   joins minutes on a grid of cells. All get the same interpolated minutes, made once and not counted for anybody.
2. Brute force over every pair and minute of small random worlds stands in `tests/model/test_behaviour.py`.
3. What is compared is the set of (one, other, first minute, last minute) of runs of at least two hours.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import duckdb
import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa

from bench.figure import figure, quick
from bench.sea import DAY_MS, START_MS, sea
from fairlead.picture import Parameters, Place, ViewSegment, Window
from fairlead.picture.behaviour.core import slow
from fairlead.picture.ground import METRES_PER_E7
from fairlead.picture.scene import Scene
from fairlead.picture.view import ais_scene
from fairlead.report.detection import Detections, FeedFacts
from fairlead.report.statement import nothing_stated

FEED = FeedFacts(name="bench", kind="ais", originator="isla", category="ais", gaps_meaningful=True)
LIMITS = Parameters()
Pairs = set[tuple[int, int, int, int]]


def scene_from(rows: Detections, places: list[Place]) -> Scene:
    """The scene of a day."""
    segment = ViewSegment(feed=FEED, digest="", detections=rows, statements=nothing_stated())
    return ais_scene([segment], Window(from_ms=START_MS, to_ms=START_MS + DAY_MS), LIMITS, places)


def paired(rows: Detections, pairs: int) -> Detections:
    """The first vessels sail beside each other, 100 m apart, so that there is something to find."""
    each = int((rows.mmsi == rows.mmsi[0]).sum())
    lat, lon, sog, t_ms = rows.lat_e7.copy(), rows.lon_e7.copy(), rows.sog_dkn.copy(), rows.t_ms.copy()
    for number in range(pairs):
        one, other = slice(2 * number * each, (2 * number + 1) * each), slice((2 * number + 1) * each, (2 * number + 2) * each)
        base_lat, base_lon = 27.0 + number * 0.05, -90.0 + (number % 7) * 0.1
        drift = np.arange(each) * (14_000_000 // each // 100)
        lat[one] = int(base_lat * 1e7) + drift
        lat[other] = lat[one] + 9000
        lon[one] = lon[other] = int(base_lon * 1e7)
        sog[one] = sog[other] = 8
        t_ms[other] = t_ms[one]
    return Detections(
        **{
            **{name: getattr(rows, name) for name in rows.__dataclass_fields__},
            "lat_e7": lat,
            "lon_e7": lon,
            "sog_dkn": sog,
            "t_ms": t_ms,
        }
    )


def minutes_of(scene: Scene) -> pd.DataFrame:
    """Every vessel at every minute at which it is slow: what all are given."""
    steps = scene.steps
    line = np.repeat(np.arange(len(steps.start) - 1), np.diff(steps.start))
    fits = (steps.speed_dkn >= 0) & (steps.speed_dkn < LIMITS.slow_transfer_dkn)
    columns = {"line": line[fits], "slot": steps.slot[fits], "lat_e7": steps.lat_e7[fits], "lon_e7": steps.lon_e7[fits]}
    return pd.DataFrame({name: np.asarray(values, dtype=np.int64) for name, values in columns.items()})


def ours(scene: Scene) -> Pairs:
    """B1 without ports: the native rule."""
    return {(*event.lines, event.from_ms // 60_000, event.to_ms // 60_000) for event in slow(scene)}  # type: ignore[misc]


def runs_of(met: pd.DataFrame) -> Pairs:
    """Runs of at least two hours, breaks of five minutes bridged."""
    met = met.sort_values(["one", "other", "slot"])
    new = (met["slot"].diff() > LIMITS.slow_transfer_break_s // 60 + 1) | (met["one"].diff() != 0) | (met["other"].diff() != 0)
    runs = met.groupby(new.cumsum()).agg(one=("one", "first"), other=("other", "first"), first=("slot", "min"), last=("slot", "max"))
    runs = runs[runs["last"] - runs["first"] >= LIMITS.slow_transfer_min_s // 60]
    return set(map(tuple, runs[["one", "other", "first", "last"]].astype(int).to_numpy().tolist()))  # type: ignore[arg-type]


def metres(frame: pd.DataFrame, one: str, other: str) -> Any:
    """The same metres as the rule's."""
    north = (frame[f"lat_e7{other}"] - frame[f"lat_e7{one}"]) * METRES_PER_E7
    middle = np.radians((frame[f"lat_e7{one}"] + frame[f"lat_e7{other}"]) / 2e7)
    east = (frame[f"lon_e7{other}"] - frame[f"lon_e7{one}"]) * METRES_PER_E7 * np.cos(middle)
    return np.floor(np.sqrt(north**2 + east**2) + 0.5)


def with_geopandas(minutes: pd.DataFrame, slots: list[int]) -> pd.DataFrame:
    """A spatial join for each minute: points against the points' own buffers in web Mercator, wide enough at every latitude."""
    found = []
    for slot in slots:
        here = minutes[minutes["slot"] == slot]
        points = geopandas.GeoDataFrame(here, geometry=geopandas.points_from_xy(here["lon_e7"] / 1e7, here["lat_e7"] / 1e7), crs=4326)
        flat = points.to_crs(3857)
        wide = LIMITS.slow_transfer_gate_m / np.cos(np.radians(here["lat_e7"].abs().max() / 1e7)) * 1.02
        met = geopandas.sjoin(flat, flat, predicate="dwithin", distance=wide)
        met = met[met["line_left"] < met["line_right"]]
        met = met[metres(met, "_left", "_right") <= LIMITS.slow_transfer_gate_m]
        found.append(pd.DataFrame({"one": met["line_left"], "other": met["line_right"], "slot": slot}))
    return pd.concat(found)


def with_duckdb(minutes: pa.Table) -> Pairs:
    """A join of minutes on cells of a hundredth of a degree, and the runs by windows."""
    con = duckdb.connect()
    con.register("minutes", minutes)
    gate, metre = LIMITS.slow_transfer_gate_m, METRES_PER_E7
    con.execute(
        f"""CREATE TEMP TABLE met AS
        WITH near AS (SELECT *, lat_e7 // 100000 AS r, lon_e7 // 200000 AS c FROM minutes),
        wide AS (SELECT n.*, n.r + dr AS rr, n.c + dc AS cc FROM near n, (VALUES (-1), (0), (1)) a(dr), (VALUES (-1), (0), (1)) b(dc))
        SELECT w.line AS one, n.line AS other, n.slot AS slot FROM wide w JOIN near n
            ON w.slot = n.slot AND w.rr = n.r AND w.cc = n.c AND w.line < n.line
        WHERE floor(sqrt(power((n.lat_e7 - w.lat_e7) * {metre}, 2)
            + power((n.lon_e7 - w.lon_e7) * {metre} * cos(radians((n.lat_e7 + w.lat_e7) / 2e7)), 2)) + 0.5) <= {gate}"""  # noqa: S608
    )
    found = con.execute(
        f"""WITH led AS (SELECT *, slot - lag(slot) OVER p AS since FROM met WINDOW p AS (PARTITION BY one, other ORDER BY slot)),
        runs AS (SELECT *, sum(CASE WHEN since IS NULL OR since > {LIMITS.slow_transfer_break_s // 60 + 1} THEN 1 ELSE 0 END) OVER
            (PARTITION BY one, other ORDER BY slot) AS run FROM led)
        SELECT one, other, min(slot), max(slot) FROM runs GROUP BY one, other, run
        HAVING max(slot) - min(slot) >= {LIMITS.slow_transfer_min_s // 60}"""  # noqa: S608
    ).fetchall()
    return {tuple(map(int, row)) for row in found}  # type: ignore[misc]


def best_of(work: Any, runs: int) -> tuple[float, Any]:
    """The least seconds, and the answer."""
    taken, answer = [], None
    for _ in range(runs):
        start_s = time.perf_counter()
        answer = work()
        taken.append(time.perf_counter() - start_s)
    return min(taken), answer


def main() -> None:
    """Assert, then measure."""
    each, vessels = 533, 1_900 if quick() else 15_000
    small = scene_from(paired(sea(40, each, seed=3)[0], 6), [])
    frame = minutes_of(small)
    slots = sorted(frame["slot"].unique().tolist())
    expected = ours(small)
    assert len(expected) >= 6
    assert runs_of(with_geopandas(frame, slots)) == expected == with_duckdb(pa.Table.from_pandas(frame))

    scene = scene_from(paired(sea(vessels, each)[0], 60), [])
    frame = minutes_of(scene)
    table = pa.Table.from_pandas(frame)
    ours_s, mine = best_of(lambda: ours(scene), 3)
    duck_s, theirs = best_of(lambda: with_duckdb(table), 1 if not quick() else 2)
    assert mine == theirs, (len(mine), len(theirs))
    rows = int(scene.fleet.start[-1])
    figure("rendezvous_duckdb", duck_s / ours_s, "x", peer="duckdb", goal=">=1.5", rows=rows, pairs=len(mine), seconds=[ours_s, duck_s])
    some = sorted(frame["slot"].unique().tolist())[:: 48 if quick() else 144]
    geo_s, _ = best_of(lambda: with_geopandas(frame, some), 1)
    whole_s = geo_s / len(some) * frame["slot"].nunique()
    figure(
        "rendezvous_geopandas",
        whole_s / ours_s,
        "x",
        peer="geopandas",
        goal=">=100",
        rows=rows,
        minutes_joined=len(some),
        seconds=[ours_s, whole_s],
    )


if __name__ == "__main__":
    sys.exit(main())
