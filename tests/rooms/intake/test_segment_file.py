"""A segment file gives back what was put in, always in the same bytes, and damage is an error."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.errors import BadFile
from fairlead.intake.parsed import Row
from fairlead.intake.read import detections_of, statements_of
from fairlead.intake.segment_file import DETECTIONS, read_segment, read_statements, segment_bytes, stated_path, statement_bytes
from fairlead.report.detection import COLUMNS, Detections, empty
from fairlead.report.statement import COLUMNS as STATEMENTS

ROWS = st.builds(
    Row,
    station=st.integers(0, 7),
    t_ms=st.integers(631_152_000_000, 4_102_444_799_999),
    lat_e7=st.integers(-900_000_000, 900_000_000),
    lon_e7=st.integers(-1_800_000_000, 1_800_000_000),
    sog_dkn=st.integers(-1, 1022),
    cog_ddeg=st.integers(-1, 3599),
    mmsi=st.integers(0, 999_999_999),
    err_m=st.integers(0, 1_000_000),
    ship_type=st.integers(-1, 1100),
    length_m=st.integers(-1, 1022),
    status=st.integers(-1, 15),
    name=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
)
SOME = detections_of([Row(t_ms=1_600_000_000_000 + n, lat_e7=n, lon_e7=-n, mmsi=n, name=f"BOAT {n % 3}") for n in range(40)])


def _same(one: Detections, other: Detections) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS)


@given(st.lists(ROWS, max_size=20))
def test_detections_come_back_as_they_were_and_bytes_are_the_same(tmp_path_factory, rows):
    detections = detections_of(rows)
    path = tmp_path_factory.mktemp("segment") / "s.parquet"
    path.write_bytes(segment_bytes(detections))
    back = read_segment(path)
    assert _same(back, detections)
    assert segment_bytes(back) == segment_bytes(detections)


def test_no_detections_are_a_segment_too(tmp_path):
    path = tmp_path / "s.parquet"
    path.write_bytes(segment_bytes(empty()))
    assert len(read_segment(path)) == 0


def test_columns_are_integers(tmp_path):
    path = tmp_path / "s.parquet"
    path.write_bytes(segment_bytes(SOME))
    schema = pq.read_schema(path)
    assert all(pa.types.is_integer(schema.field(name).type) for name in COLUMNS)


@given(st.lists(ROWS, max_size=20))
def test_statements_come_back_as_they_were_from_beside_the_detections(tmp_path_factory, rows):
    stated = statements_of(rows)
    path = tmp_path_factory.mktemp("segment") / "s.parquet"
    stated_path(path).write_bytes(statement_bytes(stated))
    back = read_statements(path)
    assert len(back) == len(stated)
    assert all(np.array_equal(getattr(back, name), getattr(stated, name)) for name in STATEMENTS)
    assert statement_bytes(back) == statement_bytes(stated)


def test_a_missing_file_a_folder_and_a_cut_file_are_errors(tmp_path):
    raw = segment_bytes(SOME)
    cut = tmp_path / "cut.parquet"
    for length in (0, 3, len(raw) // 2, len(raw) - 1):
        cut.write_bytes(raw[:length])
        with pytest.raises(BadFile, match=r"cut\.parquet"):
            read_segment(cut)
    for path in (tmp_path, tmp_path / "nothing.parquet"):
        with pytest.raises(BadFile):
            read_segment(path)


def test_a_flipped_byte_is_an_error_or_changes_nothing(tmp_path):
    raw = segment_bytes(SOME)
    path = tmp_path / "s.parquet"
    refused = 0
    for at in range(len(raw)):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 0x41]) + raw[at + 1 :])
        try:
            back = read_segment(path)
        except BadFile:
            refused += 1
        else:
            assert _same(back, SOME), f"byte {at} changed what is read"
    assert refused > len(raw) // 4


@pytest.mark.parametrize("name", list(COLUMNS))
def test_a_file_of_another_shape_is_an_error(tmp_path, name):
    path = tmp_path / "s.parquet"
    path.write_bytes(segment_bytes(SOME))
    table = pq.read_table(path)
    wide = pa.field(name, pa.float64(), nullable=False)
    others = [
        table.drop_columns([name]),
        table.append_column("more", table.column(name)),
        table.set_column(table.schema.get_field_index(name), wide, table.column(name).cast(wide.type)),
        pa.table(
            [column.slice(1) for column in table.columns], schema=pa.schema([DETECTIONS.field(n).with_nullable(True) for n in COLUMNS])
        ),
    ]
    for other in others:
        pq.write_table(other, path)
        with pytest.raises(BadFile, match="cannot be read"):
            read_segment(path)
