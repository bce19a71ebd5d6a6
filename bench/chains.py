"""A day of AIS positions into lines by number: compiled over sorted rows, against the loop in numpy that it replaced.

1. `chains`: 15,000 numbers, none of them shared; the lines are asserted equal first. The loop's time over ours, medians of the runs.
2. `chains_rows`: rows a second of ours alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.figure import figure, quick, seconds_of
from fairlead.picture import Parameters
from fairlead.picture.chain import Rows, chains
from fairlead.picture.gather import Gathered
from fairlead.picture.ground import apart_m, reach_m
from fairlead.report.detection import COLUMNS, Detections, FeedFacts
from fairlead.report.statement import nothing_stated

FEED = FeedFacts(name="bench", kind="ais", originator="isla", category="ais", gaps_meaningful=False)
NUMBERS, DAY_MS = 15_000, 86_400_000
LIMITS = Parameters()


def day(rows: int) -> Gathered:
    """Vessels that sail back and forth, sorted by number and time; in the order of `gather`."""
    each = rows // NUMBERS
    who = np.repeat(np.arange(NUMBERS), each)
    t_ms = np.tile(np.arange(each) * (DAY_MS // each), NUMBERS)
    walk = np.sin(t_ms / 1000 / (900 + who % 3000)) * 0.02
    columns = {name: np.zeros(len(who), dtype=dtype) for name, dtype in COLUMNS.items()}
    columns["mmsi"] = 290_000_000 + who
    columns["t_ms"] = t_ms
    columns["lat_e7"] = np.round((who % 100 - 50 + walk) * 1e7).astype(np.int32)
    columns["lon_e7"] = np.round((who % 340 - 170 + walk) * 1e7).astype(np.int32)
    own = Detections(**columns)
    wide = {"lat_e7": own.lat_e7.astype(np.int64), "lon_e7": own.lon_e7.astype(np.int64)}
    feed_of = np.zeros(len(who), dtype=np.intp)
    return Gathered(feeds=(FEED,), feed_of=feed_of, rows=own, stated=nothing_stated(), **wide)


def loop(gathered: Gathered) -> list[tuple[int, Rows]]:
    """The loop: a slice for each number. It may not meet a shared one."""
    rows = gathered.of_kind("ais")
    mmsi = gathered.rows.mmsi[rows]
    order = np.argsort(mmsi, kind="stable")
    rows, mmsi = rows[order], mmsi[order]
    cuts = np.flatnonzero(np.diff(mmsi)) + 1
    lat, lon = gathered.lat_e7[rows], gathered.lon_e7[rows]
    span = np.maximum(np.diff(gathered.rows.t_ms[rows]), 0)
    torn = apart_m(lat[:-1], lon[:-1], lat[1:], lon[1:]) > reach_m(LIMITS.speed_max_dkn, span) + LIMITS.jump_slack_m
    found = []
    for start, stop in zip([0, *cuts.tolist()], [*cuts.tolist(), len(rows)], strict=True):
        assert not torn[start : stop - 1].any()
        found.append((int(mmsi[start]), rows[start:stop]))
    return found


def main() -> None:
    gathered = day(1_500_000 if quick() else 8_000_000)
    count = len(gathered.rows)
    ours, theirs = list(chains(gathered, LIMITS)), loop(gathered)
    assert [mmsi for mmsi, _ in ours] == [mmsi for mmsi, _ in theirs]
    assert all(np.array_equal(one, other) for (_, one), (_, other) in zip(ours, theirs, strict=True))
    ours_s, theirs_s = seconds_of(lambda: chains(gathered, LIMITS)), seconds_of(lambda: loop(gathered))
    details = {"rows": count, "numbers": NUMBERS, "ours_s": ours_s, "loop_s": theirs_s}
    figure("chains", theirs_s / ours_s, "x", peer="numpy loop for each number", goal=">= 2", **details)
    figure("chains_rows", count / ours_s, "rows/s", peer="none", goal=">= 2e7", **details)
    rows = _shared(gathered.rows)
    shared = replace(gathered, rows=rows, lat_e7=rows.lat_e7.astype(np.int64), lon_e7=rows.lon_e7.astype(np.int64))
    assert len(chains(shared, LIMITS)) == NUMBERS
    shared_s = seconds_of(lambda: chains(shared, LIMITS))
    figure("chains_shared_rows", count / shared_s, "rows/s", peer="none", goal="said only", **details, numbers_shared=150)


def _shared(rows: Detections) -> Detections:
    """Every hundredth pair of numbers under one number, in order of time."""
    pair = (rows.mmsi - 290_000_000) // 2
    mmsi = np.where(pair % 50 == 0, 290_000_000 + pair * 2, rows.mmsi)
    return replace(rows, mmsi=mmsi).rows(np.lexsort((rows.t_ms, mmsi)))


if __name__ == "__main__":
    main()
