"""Small worlds for the picture tests: detections from plain rows, and tiny readers of the published files."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from fairlead.picture import ViewSegment
from fairlead.report.detection import Detections, FeedFacts, FeedKind, segment_digest
from fairlead.report.statement import COLUMNS as STATEMENTS
from fairlead.report.statement import Statements, hourly

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
DAY_MS = 86_400_000
MINUTE_MS = 60_000
Row = tuple[int, int, int, int, int, int, int, int, int, bytes]  # t, lat, lon, sog, cog, mmsi, err, type, status, name


def row(
    t_ms: int,
    lat_deg: float,
    lon_deg: float,
    *,
    sog_dkn: int = -1,
    cog_ddeg: int = -1,
    mmsi: int = 0,
    err_m: int = 10,
    ship_type: int = -1,
    status: int = -1,
    name: bytes = b"",
) -> Row:
    return t_ms, round(lat_deg * 1e7), round(lon_deg * 1e7), sog_dkn, cog_ddeg, mmsi, err_m, ship_type, status, name


def feed(name: str, kind: FeedKind = "ais", *, gaps_meaningful: bool = False) -> FeedFacts:
    return FeedFacts(name=name, kind=kind, originator="ISLA", category="maritime", gaps_meaningful=gaps_meaningful)


def segment(facts: FeedFacts, rows: Sequence[Row]) -> ViewSegment:
    columns = list(zip(*rows, strict=True)) if rows else [()] * 10
    detections = Detections(
        t_ms=np.array(columns[0], dtype=np.int64),
        lat_e7=np.array(columns[1], dtype=np.int32),
        lon_e7=np.array(columns[2], dtype=np.int32),
        sog_dkn=np.array(columns[3], dtype=np.int16),
        cog_ddeg=np.array(columns[4], dtype=np.int16),
        mmsi=np.array(columns[5], dtype=np.int64),
        err_m=np.array(columns[6], dtype=np.int32),
        ship_type=np.array(columns[7], dtype=np.int16),
        length_m=np.full(len(rows), -1, dtype=np.int16),
        status=np.array(columns[8], dtype=np.int8),
        station=np.zeros(len(rows), dtype=np.int8),
        clock=np.ones(len(rows), dtype=np.int8),
    )
    stated = stated_by([(one[0], one[5], one[9]) for one in rows if one[9] and one[5]])
    return ViewSegment(feed=facts, digest=segment_digest(facts.name, detections, stated), detections=detections, statements=stated)


def stated_by(names: Sequence[tuple[int, int, bytes]]) -> Statements:
    """Statements of a name: time, number, name."""
    columns = {name: np.zeros(len(names), dtype=dtype) for name, dtype in STATEMENTS.items()}
    for name in ("ship_type", "length_m", "beam_m", "draught_dm", "eta"):
        columns[name] -= 1
    for number, (t_ms, mmsi, name) in enumerate(names):
        columns["first_ms"][number] = columns["last_ms"][number] = t_ms
        columns["mmsi"][number], columns["name"][number] = mmsi, name
    return hourly([Statements(**columns)])


def published(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"published file {'/'.join(parts)} is not here")
    return path


def santa_barbara(day: str) -> list[Row]:
    """Position reports of one day, 'YYMMDD', of the Santa Barbara log (layout: data README)."""
    midnight = int(datetime.strptime(day, "%y%m%d").replace(tzinfo=UTC).timestamp()) * 1000
    rows = []
    with gzip.open(published("ais_sbarc", f"AIS_SBARC_{day}.txt.gz"), "rt", encoding="latin-1") as lines:
        for line in lines:
            cells = line.rstrip("\n").split(";")
            if len(cells) > 14 and cells[5] in {"1", "2", "3", "18"}:
                rows.append(_santa_barbara_row(cells, midnight))
    return [one for one in rows if abs(one[1]) <= 900_000_000 and abs(one[2]) <= 1_800_000_000]


def _santa_barbara_row(cells: list[str], midnight_ms: int) -> Row:
    hours, minutes, seconds, millis = (int(part) for part in cells[0].split(":"))
    shift = 0 if cells[5] != "18" else -1
    sog, lon, lat, cog = (float(cells[place + shift]) for place in (10, 12, 13, 14))
    return row(
        midnight_ms + ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis,
        lat,
        lon,
        sog_dkn=min(round(sog * 10), 1023),
        cog_ddeg=min(round(cog * 10), 3600),
        mmsi=int(cells[7]),
        ship_type=int(cells[2]) if cells[2].isdigit() and int(cells[2]) else -1,
        status=int(cells[8]) if shift == 0 else -1,
        name=cells[1].encode("latin-1") if cells[1] != "NOT NAMED" else b"",
    )


def coastal(mmsis: Iterable[int] | None = None) -> list[Row]:
    """Points of the U.S. coastal trajectories of 2020-06-30, of all or of the given numbers."""
    wanted = None if mmsis is None else {str(number) for number in mmsis}
    rows = []
    with gzip.open(published("ais_marinecadastre", "US_coastal_2020_06_30.traj.gz"), "rt") as lines:
        for line in lines:
            cells = line.rstrip("\n").split(",")
            start = cells.index("*P*") + 6
            if wanted is not None and cells[start] not in wanted:
                continue
            for place in range(start, len(cells) - 3, 4):
                stamp = datetime.fromisoformat(cells[place + 1]).replace(tzinfo=UTC)
                t_ms = int(stamp.timestamp()) * 1000
                rows.append(row(t_ms, float(cells[place + 3]), float(cells[place + 2]), mmsi=int(cells[place])))
    return rows
