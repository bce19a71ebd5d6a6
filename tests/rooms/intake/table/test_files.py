"""Files that cannot be read, are cut, or do not fit, and the mapping file, key by key; real files are accounted for."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

from fairlead.errors import BadFile
from fairlead.intake.layout import marinecadastre, santa_barbara
from fairlead.intake.table.mapped import mapping_of
from fairlead.intake.table.read import read_table
from tests.rooms.intake.table.sources import FEED, as_tuples, published, read_all, same, slowly
from tests.rooms.intake.table.test_lines import DAY, HEADER, LINE

T_HEAD = "*T*,897a,terrestrial,2,0,*P*,terrestrial,2,1,1,0"
POINT = ",367697580,2020-06-30 02:07:55,-118.18221,33.84278"


def kept_and_error(path: Path, **more: object) -> tuple[int, str]:
    kept = 0
    try:
        for chunk in read_table(path, layout="marinecadastre", feed=FEED, **more):
            kept += len(chunk.detections)
    except BadFile as error:
        return kept, str(error)
    raise AssertionError("no error was raised")


def test_files_that_are_no_tables_are_said_so(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "binary").write_bytes(b"\x00\x01")
    (tmp_path / "other").write_text("a,b\n1,2\n")
    assert "cannot be opened" in kept_and_error(tmp_path / "nothing")[1]
    assert "cannot be opened" in kept_and_error(tmp_path)[1]
    assert "is empty" in kept_and_error(tmp_path / "empty")[1]
    assert "not text" in kept_and_error(tmp_path / "binary")[1]
    assert "no column basedatetime" in kept_and_error(tmp_path / "other")[1]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_cut_gzip_keeps_what_came_before_the_cut(tmp_path, workers):
    rng = np.random.default_rng(1)
    rows = [LINE.replace("25.123456789", f"{value:.6f}") for value in rng.uniform(0, 80, 20_000)]
    raw = gzip.compress("\n".join([HEADER, *rows]).encode())
    (tmp_path / "day.csv.gz").write_bytes(raw[: len(raw) // 2])
    kept, error = kept_and_error(tmp_path / "day.csv.gz", chunk_bytes=50_000, workers=workers)
    assert 5_000 < kept < 15_000
    assert re.search(rf"after line {kept + 1}: the gzip file is cut", error)


def test_a_line_that_is_too_long_is_rejected_and_nothing_else_is_lost(tmp_path):
    path = tmp_path / "day.csv"
    for long in (65_535, 65_536, 200_000, 3_000_000):
        path.write_text("\n".join([HEADER, LINE, "x" * long, LINE]) + "\n")
        for chunk_bytes in (1_000, 1 << 25):
            read = read_all(path, "marinecadastre", chunk_bytes=chunk_bytes)
            assert (len(read.detections), [one.line for one in read.rejected], read.lines) == (2, [3], 4)
            assert ("longer than" in read.rejected[0].reason) == (long > 65_535)
    path.write_text("y" * 70_000 + "\n" + LINE + "\n\n")
    read = read_all(path, "marinecadastre")
    assert [one.reason for one in read.rejected][1] == "there is no header to read it by"
    assert read.set_aside == {"blank": 1}


def test_every_point_of_a_trajectory_is_accounted_for(tmp_path):
    path = tmp_path / "day.traj"
    bad = ",367697580,2020-06-30 02:07:55,-118.18221,95"
    lines = [
        T_HEAD + POINT + POINT,
        T_HEAD + POINT + bad,
        T_HEAD + POINT,
        T_HEAD + POINT + POINT + ",1,2",
        "junk",
        "",
        T_HEAD.replace("2,0,*P*", "0,0,*P*"),
    ]
    path.write_text("\n".join([*lines, T_HEAD + POINT + POINT.replace("33.84278", "91.0") + "\r"]) + "\n")
    read = read_all(path, "tracktable")
    assert len(read.detections) == 2 + 1 + 1 + 2 + 1
    assert read.set_aside == {"blank": 1, "no position": 1}
    assert [(one.line, one.reason.split(":")[0]) for one in read.rejected] == [
        (2, "group 2"),
        (3, "the line says 2 points and holds 1"),
        (4, "group 3"),
        (5, "it is no trajectory"),
    ]


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ({"colums": {}}, "unknown key: colums"),
        ({"columns": {"time": "t", "latitude": "y"}}, "unknown key: columns.latitude"),
        ({"columns": {"lat": "y", "lon": "x"}}, "columns.time must be given"),
        ({"columns": {"time": "t", "lat": "y"}}, "columns.lat and columns.lon"),
        ({"columns": {"time": "t", "lat": "y", "lon": 0}}, "columns.lon must be a column's name"),
        ({"columns": {"time": "t", "lat": "y", "lon": "x"}, "units": {"speed": "mph"}}, "units.speed must be one of"),
        ({"columns": {"time": "t", "lat": "y", "lon": "x"}, "units": {"time": "unix"}}, "units.time must be"),
        ({"columns": {"time": "t", "lat": "y", "lon": "x"}, "constants": {"error_m": 0}}, "constants.error_m must be a whole number"),
        ({"columns": {"time": "t", "lat": "y", "lon": "x", "mmsi": "m"}, "constants": {"mmsi": 5}}, "constants.mmsi must be left out"),
        ({"delimiter": "::"}, "delimiter must be one of"),
        ({"encoding": "utf-16"}, "encoding must be one of"),
        ({"header": 1}, "header must be true or false"),
    ],
)
def test_a_mapping_file_names_the_key_that_is_wrong(toml, said):
    with pytest.raises(BadFile, match=re.escape(said)):
        mapping_of(toml, "m.toml")


def test_a_mapping_reads_units_degrees_and_minutes_and_a_file_without_header(tmp_path):
    mapping, path = tmp_path / "m.toml", tmp_path / "plots.txt"
    mapping.write_text(
        'delimiter = "|"\nheader = false\n[columns]\ntime = 1\nlat = 2\nlon = 3\nspeed = 4\nstation = 5\n'
        '[units]\ntime = "strptime:%d.%m.%Y %H:%M"\nposition = "deg-min"\nspeed = "m/s"\n[constants]\nerror_m = 250\nmmsi = 338000001\n'
    )
    path.write_text("04.06.2018 10:30|34 30.0 N|119 15.5 W|10|A\n04.06.2018 10:31|34 60.0 N|119 15.5 W|10|A\n")
    read = read_all(path, "mapped", mapping=mapping)
    assert [one.reason for one in read.rejected] == ["latitude has 60 minutes or more: 34 60.0 N"]
    assert as_tuples(read.detections) == [(1528108200000, 345_000_000, -1_192_583_333, 194, -1, 338000001, 250, -1, -1, -1)]
    assert read.detections.station.tolist() == [1]


def test_the_first_hour_of_new_york_harbour_reads_as_line_by_line():
    path = published("ais_marinecadastre", "NYHarbor_2020_06_30_first_hour.csv.gz")
    read = read_all(path, "marinecadastre")
    with gzip.open(path, "rt") as file:
        header = file.readline().rstrip("\r\n")
    rows, rejects, aside = slowly(path, "utf-8", marinecadastre.parser(marinecadastre.header(header, ""), 18), header=1)
    assert (read.lines, len(rows), rejects, read.set_aside) == (8690, 8689, [], aside)
    assert as_tuples(read.detections) == rows
    assert same(read, read_all(path, "marinecadastre", chunk_bytes=10_000, workers=2))


@pytest.mark.parametrize(
    "day", ["180602", pytest.param("180601", marks=pytest.mark.slow), pytest.param("180603", marks=pytest.mark.slow), "180604"]
)
def test_a_day_of_santa_barbara_reads_as_line_by_line(day):
    path = published("ais_sbarc", f"AIS_SBARC_{day}.txt.gz")
    read = read_all(path, "sbarc")
    rows, rejects, aside = slowly(path, "latin-1", santa_barbara.parser(santa_barbara.date_of(path.name)), header=0)
    assert as_tuples(read.detections) == rows
    assert [(one.line, one.reason) for one in read.rejected] == rejects
    assert read.set_aside == aside
    assert set(read.statements.part.tolist()) == {0, 1, 2, 3}
    assert DAY.year == 2018


@pytest.mark.parametrize(
    ("name", "points", "numbers"), [("US_coastal_2020_06_30", 235_967, 1_185), ("VirginiaBeach_2020_06_04_to_06_filtered", 39_822, 84)]
)
def test_published_trajectories_are_read_to_the_last_point(name, points, numbers):
    read = read_all(published("ais_marinecadastre", f"{name}.traj.gz"), "tracktable", chunk_bytes=1 << 20)
    assert (len(read.detections), read.rejected, read.set_aside, read.lines) == (points, (), {}, points)
    assert len(np.unique(read.detections.mmsi)) == numbers
