"""A day of MarineCadastre CSV to Parquet sorted by vessel and time, against DuckDB, polars and pandas.

1. `ingest_sorted`: the same ten columns from the same file to zstd Parquet, each peer as its own pages write it; the rows of every file
   are asserted equal first. The best peer's time over ours, medians of the runs.
2. `ingest_rows`: rows a second of our whole path, from the CSV to the sorted file. It reads the statements too, which no peer does.
3. Compilation is shown apart: a first run pays it once, for all later ones it is kept on disk.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

from bench.figure import figure, quick
from fairlead.intake.table.read import read_table
from fairlead.intake.table.sorted import sort_file
from fairlead.report.detection import FeedFacts

FEED = FeedFacts(name="bench", kind="ais", originator="isla", category="ais", gaps_meaningful=False)
NUMBERS, DAY_S = 15_000, 86_400
KEPT = ["MMSI", "BaseDateTime", "LAT", "LON", "SOG", "COG", "VesselType", "Status", "Length", "TransceiverClass"]


def make(path: Path, rows: int) -> None:
    """A seeded day: vessels with names and sizes, reports spread over the day, written in the order of time."""
    rng = np.random.default_rng(7)
    share = rng.gamma(0.7, 1.0, NUMBERS)
    each = np.minimum(np.maximum((share / share.sum() * rows).astype(np.int64), 1), DAY_S // 2)
    who = np.repeat(np.arange(NUMBERS), each)
    if len(who) < rows:  # the rest to those who have room
        spare = np.flatnonzero(each < DAY_S // 4)
        each[spare] += (rows - len(who)) // len(spare) + 1
        who = np.repeat(np.arange(NUMBERS), each)
    nth = np.arange(len(who)) - np.repeat(np.cumsum(each) - each, each)
    at_s = (nth * DAY_S) // each[who] + 0 * who
    order = np.argsort(at_s, kind="stable")[:rows]
    who, at_s = who[order], at_s[order]
    vessels = _vessels(rng)
    walk = np.sin(at_s / (900 + who % 3000)) * 0.2
    frame = pl.DataFrame(
        {
            "MMSI": vessels["mmsi"][who],
            "BaseDateTime": np.datetime64("2023-06-30T00:00:00", "ms") + at_s.astype("timedelta64[s]"),
            "LAT": np.round(vessels["lat"][who] + walk, 5),
            "LON": np.round(vessels["lon"][who] + walk * 0.7, 5),
            "SOG": np.round(np.abs(walk) * 90, 1),
            "COG": np.round((who * 37 + at_s * 0.013) % 360, 1),
            "Heading": np.where(who % 5 == 0, 511.0, np.floor(who * 37 % 360)),
        }
    ).with_columns(vessels["said"][who].get_columns())
    frame.write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%S")


def _vessels(rng: np.random.Generator) -> dict[str, object]:
    parts = [
        "OCEAN",
        "STAR",
        "PACIFIC",
        "LADY",
        "MISS",
        "CAPT",
        "GULF",
        "EAGLE",
        "SPIRIT",
        "HARBOR",
        "BAY",
        "QUEEN",
        "VIKING",
        "NORTH",
        "SEA",
    ]
    index = np.arange(NUMBERS)
    pick = rng.integers(0, len(parts), (NUMBERS, 2))
    named = [None if i % 19 == 0 else f"{parts[a]} {parts[b]} {i % 97}" for i, (a, b) in enumerate(pick)]
    for i in range(0, NUMBERS, 3000):
        named[i] = f"{named[i] or 'A'}, JR"  # a quoted name
    said = pl.DataFrame(
        {
            "VesselName": named,
            "IMO": [f"IMO{9_000_000 + i}" if i % 3 == 0 else None for i in range(NUMBERS)],
            "CallSign": [None if i % 7 == 0 else f"W{chr(65 + i % 26)}{i % 9000 + 1000}" for i in range(NUMBERS)],
            "VesselType": [[31, 52, 37, 70, 80, 60, 30, None][i % 8] for i in range(NUMBERS)],
            "Status": [[0, 0, 5, 1, 15, 7, None][i % 7] for i in range(NUMBERS)],
            "Length": [None if i % 11 == 0 else i % 300 + 5 for i in range(NUMBERS)],
            "Width": [None if i % 11 == 0 else i % 40 + 2 for i in range(NUMBERS)],
            "Draft": [None if i % 4 else i % 120 / 10 for i in range(NUMBERS)],
            "Cargo": [None if i % 4 else i % 90 for i in range(NUMBERS)],
            "TransceiverClass": ["B" if i % 4 == 0 else "A" for i in range(NUMBERS)],
        }
    )
    mmsi = 338_000_000 + np.sort(rng.choice(30_000_000, NUMBERS, replace=False))[rng.permutation(NUMBERS)]
    return {"mmsi": mmsi, "lat": 25 + index % 20 + rng.random(NUMBERS), "lon": -125 + index % 55 + rng.random(NUMBERS), "said": said}


def with_duckdb(path: Path, to: Path) -> None:
    """As DuckDB's pages on CSV import and Parquet export have it."""
    duckdb.sql(
        f"COPY (SELECT {', '.join(KEPT)} FROM read_csv('{path}') ORDER BY MMSI, BaseDateTime)"  # noqa: S608
        f" TO '{to}' (FORMAT parquet, COMPRESSION zstd)"
    )


def with_polars(path: Path, to: Path) -> None:
    """Lazily, as polars' guide has it."""
    pl.scan_csv(path, try_parse_dates=True).select(KEPT).sort("MMSI", "BaseDateTime").sink_parquet(to, compression="zstd")


def with_pandas(path: Path, to: Path) -> None:
    """With the pyarrow engine, the faster of its two."""
    frame = pd.read_csv(path, usecols=KEPT, parse_dates=["BaseDateTime"], engine="pyarrow")
    frame.sort_values(["MMSI", "BaseDateTime"]).to_parquet(to, compression="zstd", index=False)


def with_ours(path: Path, to: Path) -> None:
    """The whole path, two threads."""
    sort_file(path, to, layout="marinecadastre", feed=FEED)


def ours_as_rows(path: Path) -> pd.DataFrame:
    """Our file in the units of the others' check."""
    return pq.read_table(path).to_pandas()


def theirs_as_rows(path: Path) -> pd.DataFrame:
    """A peer's file in our units."""
    frame = pq.read_table(path).to_pandas()

    def scaled(name: str, factor: float) -> object:
        return (frame[name] * factor).round().fillna(-1).astype(np.int64)

    course = scaled("COG", 10)
    return pd.DataFrame(
        {
            "t_ms": frame["BaseDateTime"].astype("datetime64[ms]").astype(np.int64),
            "lat_e7": scaled("LAT", 1e7),
            "lon_e7": scaled("LON", 1e7),
            "sog_dkn": scaled("SOG", 10),
            "cog_ddeg": course.where(course < 3600, -1),
            "mmsi": frame["MMSI"],
            "ship_type": scaled("VesselType", 1),
            "length_m": scaled("Length", 1),
            "status": scaled("Status", 1),
            "station": frame["TransceiverClass"].map({"A": 1, "B": 2}),
        }
    )


def assert_equal(ours: Path, theirs: Path, who: str) -> None:
    """Raise where a row differs."""
    mine, other = ours_as_rows(ours), theirs_as_rows(theirs)
    if len(mine) != len(other):
        raise AssertionError(f"{who}: {len(other)} rows, ours {len(mine)}")
    for name in other.columns:
        if not (mine[name].to_numpy(dtype=np.int64) == other[name].to_numpy(dtype=np.int64)).all():
            raise AssertionError(f"{who}: column {name} differs")


def seconds(work: Callable[[Path, Path], None], path: Path, to: Path) -> float:
    """Wall seconds of one run."""
    start_s = time.perf_counter()
    work(path, to)
    return time.perf_counter() - start_s


def main() -> None:
    """Make the day, assert equal rows, measure each in turn."""
    rows = 1_000_000 if quick() else 8_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        day, ours = folder / "day.csv", folder / "ours.parquet"
        make(day, rows)
        first = folder / "first.csv"
        first.write_bytes(b"".join(day.open("rb").readlines(1_000_000)))
        start_s = time.perf_counter()
        with_ours(first, ours)
        print(
            f"first run on {len(first.read_bytes())} bytes, with compilation or loading it: {time.perf_counter() - start_s:.1f} s",
            flush=True,
        )
        peers = {"duckdb": with_duckdb, "polars": with_polars, "pandas": with_pandas}
        taken: dict[str, list[float]] = {"ours": [], **{who: [] for who in peers}}
        for turn in range(1 if quick() else 3):
            taken["ours"].append(seconds(with_ours, day, ours))
            for who, work in peers.items():
                if who == "pandas" and turn:
                    continue
                taken[who].append(seconds(work, day, folder / f"{who}.parquet"))
                if turn == 0:
                    assert_equal(ours, folder / f"{who}.parquet", who)
        median = {who: statistics.median(times) for who, times in taken.items()}
        sizes = {who: (folder / f"{who}.parquet").stat().st_size for who in taken}
        count = len(list(pq.ParquetFile(ours).metadata.row_group(0).to_dict()["columns"]))
        details = {"rows": rows, "csv_bytes": day.stat().st_size, "seconds": median, "bytes": sizes, "columns": count}
        best = min(peers, key=lambda who: median[who])
        figure("ingest_sorted", median[best] / median["ours"], "x", peer=best, goal=">=2", **details)
        figure("ingest_rows", rows / median["ours"], "rows/s", peer="none", goal="none", **details)
        read_s = time.perf_counter()
        for _ in read_table(day, layout="marinecadastre", feed=FEED, workers=2):
            pass
        read_s = time.perf_counter() - read_s
        print(f"seconds: {', '.join(f'{who} {value:.2f}' for who, value in median.items())}; of ours reading {read_s:.2f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
