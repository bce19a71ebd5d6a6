"""Real days of both AIS layouts: the four counts add up, and are those that a plain count of the columns gives."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from fairlead.report.detection import once
from tests.rooms.intake.sources import DAY_MS, SHARED, read_all

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared real files")

# lines, position reports in all, those that name a ship type (the number the files' own page gives), without a position, rejected
DAYS = {
    "180601": (106_026, 96_925, 96_802, 4, 0),
    "180602": (96_410, 90_014, 88_897, 90, 10),
    "180603": (123_891, 117_646, 117_193, 18, 0),
    "180604": (119_747, 111_462, 111_438, 39, 0),
}


def _reports(path: Path) -> tuple[int, int]:
    """Position reports, and those with a ship type, by looking at the columns only."""
    with gzip.open(path) as file:
        lines = [line.split(b";") for line in file]
    types = [cells[2] for cells in lines if len(cells) > 20 and cells[5] in (b"1", b"2", b"3", b"18")]
    return len(types), sum(one != b"" for one in types)


@needs_shared
@pytest.mark.parametrize(
    "day", ["180602", pytest.param("180601", marks=pytest.mark.slow), "180604", pytest.param("180603", marks=pytest.mark.slow)]
)
def test_a_day_of_the_santa_barbara_channel_is_accounted_for(day):
    lines, reports, with_type, nowhere, rejected = DAYS[day]
    path = SHARED / "ais_sbarc" / f"AIS_SBARC_{day}.txt.gz"
    read = read_all(path, "sbarc")
    assert read.adds_up
    assert (read.lines, len(read.rejected), read.set_aside["no position"]) == (lines, rejected, nowhere)
    assert len(read.detections) == reports - nowhere - rejected
    assert set(read.set_aside) == {"type 5", "type 24", "no position"}
    assert _reports(path) == (reports, with_type)
    start_ms = DAY_MS + (int(day) - 180_604) * 86_400_000
    assert start_ms <= int(read.detections.t_ms.min())
    assert int(read.detections.t_ms.max()) < start_ms + 86_400_000


@needs_shared
def test_the_first_hour_of_new_york_harbour_is_accounted_for():
    read = read_all(SHARED / "ais_marinecadastre" / "NYHarbor_2020_06_30_first_hour.csv.gz", "marinecadastre")
    assert read.adds_up
    assert (read.lines, len(read.detections), read.rejected, read.set_aside) == (8690, 8689, (), {"header": 1})
    assert len(once(read.detections)) == 8687
    assert len(np.unique(read.statements.mmsi)) > 100
    assert int(read.detections.cog_ddeg.max()) < 3600


@needs_shared
def test_courses_of_new_york_harbour_lie_along_the_way_sailed():
    rows = read_all(SHARED / "ais_marinecadastre" / "NYHarbor_2020_06_30_first_hour.csv.gz", "marinecadastre").detections
    rows = rows.rows(np.lexsort((rows.t_ms, rows.mmsi)))
    north = np.diff(rows.lat_e7.astype(float))
    east = np.diff(rows.lon_e7.astype(float)) * np.cos(np.radians(40.6))
    sailed = np.degrees(np.arctan2(east, north)) % 360
    said = rows.cog_ddeg[:-1] / 10
    moving = (np.diff(rows.mmsi) == 0) & (rows.sog_dkn[:-1] > 50) & (said >= 0) & (np.hypot(north, east) > 1000)
    west = moving & (said > 205)
    assert int(west.sum()) > 300
    assert float(np.median(np.abs((said - sailed + 180) % 360 - 180)[west])) < 6
