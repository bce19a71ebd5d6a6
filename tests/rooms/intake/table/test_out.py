"""Columns in the one order, and what goes out: sorted, in Parquet and GeoParquet, with its label, and back."""

from __future__ import annotations

import geopandas
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fairlead.errors import BadFile, BadInput
from fairlead.intake.table.out import write_geoparquet, write_parquet
from fairlead.intake.table.sorted import sort_file, sort_rows, sorted_parts
from fairlead.report.detection import COLUMNS, Detections, in_order, stack
from fairlead.report.ordering import by_number_and_time
from tests.rooms.intake.table.sources import FEED, read_all
from tests.rooms.intake.table.test_lines import HEADER, LINE


def rows_of(count: int, seed: int, numbers: int, times: int) -> Detections:
    rng = np.random.default_rng(seed)
    high = {"mmsi": numbers, "t_ms": times, "station": 4, "clock": 2, "status": 3, "lat_e7": 900_000_000, "lon_e7": 1_800_000_000}
    return Detections(**{name: rng.integers(0, high.get(name, 3), count).astype(kind) for name, kind in COLUMNS.items()})


def equal(one: Detections, other: Detections) -> bool:
    return all((getattr(one, name) == getattr(other, name)).all() and len(one) == len(other) for name in COLUMNS)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 300).flatmap(
        lambda n: st.tuples(
            hnp.arrays(np.int64, n, elements=st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(0, 3))),
            hnp.arrays(np.int64, n, elements=st.integers(-5, 40)),
        )
    )
)
def test_counting_gives_the_order_of_a_stable_sort(columns):
    mmsi, t_ms = columns
    assert by_number_and_time(mmsi, t_ms).tolist() == np.lexsort((t_ms, mmsi)).tolist()


@pytest.mark.parametrize("numbers", [1, 5, 300_000])
def test_many_rows_are_ordered_as_by_every_column(numbers):
    rows = rows_of(200_000, 3, numbers, 50_000)
    order = np.lexsort((*(getattr(rows, name) for name in reversed(COLUMNS) if name not in ("mmsi", "t_ms")), rows.t_ms, rows.mmsi))
    assert equal(rows.rows(in_order(rows)), rows.rows(order))
    assert equal(sort_rows(rows), rows.rows(order))
    assert equal(stack(list(sorted_parts(rows))), rows.rows(order))


def test_numbers_that_collide_in_the_table_do_not_change_the_order():
    mmsi = np.random.default_rng(1).permutation(np.arange(200_000, dtype=np.int64) << 31)
    assert (by_number_and_time(mmsi, np.zeros_like(mmsi)) == np.argsort(mmsi, kind="stable")).all()


def test_a_sorted_file_holds_the_rows_in_order_and_leaves_no_part(tmp_path):
    path = tmp_path / "day.csv"
    lines = [LINE.replace("338000001", str(338_000_009 - n % 5)).replace(":01", f":{59 - n:02}") for n in range(40)]
    path.write_text("\n".join([HEADER, *lines, "bad"]) + "\n")
    done = sort_file(path, tmp_path / "day.parquet", layout="marinecadastre", feed=FEED, label="ISLA//AIS")
    table = pq.read_table(tmp_path / "day.parquet")
    rows = Detections(**{name: table[name].to_numpy().astype(kind) for name, kind in COLUMNS.items()})
    assert equal(rows, sort_rows(read_all(path, "marinecadastre").detections))
    assert (done.rows, len(done.rejected), done.lines) == (40, 1, 42)
    assert set(table["label"].to_pylist()) == {"ISLA//AIS"}
    assert sorted(one.name for one in tmp_path.iterdir()) == ["day.csv", "day.parquet"]


def test_nothing_is_written_of_a_file_that_is_cut(tmp_path):
    with pytest.raises(BadFile):
        sort_file(tmp_path / "none.csv", tmp_path / "day.parquet", layout="marinecadastre", feed=FEED)
    with pytest.raises(BadFile, match="cannot be written"):
        write_parquet(tmp_path / "no" / "day.parquet", [rows_of(3, 1, 3, 3)])
    assert list(tmp_path.iterdir()) == []


def test_geopandas_reads_what_goes_out_and_the_label_goes_with_it(tmp_path):
    rows = rows_of(50, 2, 9, 1_600_000_000_000)
    rows.sog_dkn[0] = -1
    write_geoparquet(tmp_path / "out.parquet", rows, label="ISLA//AIS", feed="harbour")
    frame = geopandas.read_parquet(tmp_path / "out.parquet")
    assert frame.crs == "OGC:CRS84"
    assert np.allclose(frame.geometry.y, rows.lat_e7 / 1e7, atol=1e-9)
    assert np.allclose(frame.geometry.x, rows.lon_e7 / 1e7, atol=1e-9)
    assert frame["speed_kn"].isna().tolist() == (rows.sog_dkn < 0).tolist()
    assert set(frame["label"]) == {"ISLA//AIS"}
    metadata = pq.read_schema(tmp_path / "out.parquet").metadata
    assert (metadata[b"fairlead.label"], metadata[b"fairlead.feed"]) == (b"ISLA//AIS", b"harbour")
    with pytest.raises(BadInput, match="carries its label"):
        write_geoparquet(tmp_path / "bare.parquet", rows, label="", feed="harbour")


def test_geoparquet_comes_back_as_the_same_detections(tmp_path):
    rows = rows_of(50, 2, 9, 1_000)
    rows = Detections(
        **{
            **{name: getattr(rows, name) for name in COLUMNS},
            "t_ms": rows.t_ms + 1_600_000_000_000,
            "mmsi": rows.mmsi + 1,
            "err_m": rows.err_m + 1,
        }
    )
    write_geoparquet(tmp_path / "out.parquet", rows, label="ISLA//AIS", feed="harbour")
    mapping = tmp_path / "m.toml"
    names = {"time": "time", "geometry": "geometry", "mmsi": "mmsi", "speed": "speed_kn", "course": "course_deg", "station": "station"}
    same = ("error_m", "ship_type", "length_m", "status")
    mapping.write_text("[columns]\n" + "".join(f'{key} = "{name}"\n' for key, name in {**names, **{one: one for one in same}}.items()))
    read = read_all(tmp_path / "out.parquet", "parquet", mapping=mapping).detections
    for name in set(COLUMNS) - {"clock"}:
        assert getattr(read, name).tolist() == getattr(rows, name).tolist(), name


def test_parquet_rows_that_cannot_be_are_rejected_by_number(tmp_path):
    frame = geopandas.pd.DataFrame(
        {"t": [1.6e9, 1.6e9, 1.6e9, 5.0], "y": [10.0, 95.0, 91.0, 10.0], "x": [1.0] * 4, "n": ["LADY", None, "EVE", "X"], "m": [7] * 4}
    )
    frame.to_parquet(tmp_path / "in.parquet")
    (tmp_path / "m.toml").write_text('[columns]\ntime = "t"\nlat = "y"\nlon = "x"\nname = "n"\nmmsi = "m"\n[units]\ntime = "epoch-s"\n')
    read = read_all(tmp_path / "in.parquet", "parquet", mapping=tmp_path / "m.toml")
    assert [(one.line, one.reason.split(" is ")[0]) for one in read.rejected] == [(2, "latitude"), (4, "time")]
    assert (len(read.detections), read.set_aside) == (1, {"no position": 1})
    assert read.statements.name.tolist() == [b"EVE", b"LADY"]
