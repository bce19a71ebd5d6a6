"""Red line 2 at the picture: what a unit under the ceiling gets is old, coarse, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.picture.worlds import MINUTE_MS, feed, row, segment

from fairlead.envelope import encode
from fairlead.errors import BadInput
from fairlead.picture import CoarseView, Parameters, View, Window, coarse, view
from fairlead.picture.coarse import cell_centre

START = 1_600_000_020_000  # a whole minute
NOW = START + 300 * MINUTE_MS
LONGITUDES = st.integers(-1_800_000_000, 1_800_000_000)
WINDOW = Window(from_ms=START, to_ms=START + 240 * MINUTE_MS)


def shown() -> View:
    """Two ships side by side, one of them seen by radar too."""
    rows = []
    for minute in range(233):
        t_ms, lon = START + minute * MINUTE_MS, -74.0 + 0.002 * minute
        rows.append(row(t_ms, 19.01, lon, sog_dkn=63, mmsi=700_000_001, name=b"ONE"))
        rows.append(row(t_ms, 19.02, lon, sog_dkn=63, mmsi=700_000_002))
    plots = [row(START + minute * MINUTE_MS, 19.01, -74.0 + 0.002 * minute, err_m=50) for minute in range(233)]
    return view([segment(feed("ais"), rows), segment(feed("radar", "radar"), plots)], WINDOW, Parameters(), ())


def test_cells_hold_counts_and_a_time_and_nothing_else() -> None:
    found = coarse(shown(), now_ms=NOW)
    value = msgspec.to_builtins(found)
    assert set(value) == {"window", "cells", "note"}
    assert all(set(cell) == {"lat_e7", "lon_e7", "contacts", "newest_ms"} for cell in value["cells"])
    assert sum(cell.contacts for cell in found.cells) == 2  # the matched radar track is one of the two ships
    assert all(cell.newest_ms % (10 * MINUTE_MS) == 0 and cell.newest_ms <= NOW - 60 * MINUTE_MS for cell in found.cells)
    raw = encode(value)
    assert not any(word in raw for word in (b"700000001", b"ONE", b"sog", b'"id"', b"err"))


def test_younger_or_finer_is_refused() -> None:
    picture = shown()
    calls: tuple[Callable[[], CoarseView], ...] = (
        lambda: coarse(picture, now_ms=NOW - 1),
        lambda: coarse(picture, now_ms=NOW, age_s=3599),
        lambda: coarse(picture, now_ms=NOW, cell_m=9_999),
        lambda: coarse(picture, now_ms=NOW, age_s=7200),
    )
    for call in calls:
        with pytest.raises(BadInput, match="coarse"):
            call()
    assert coarse(picture, now_ms=NOW + 60 * MINUTE_MS, age_s=7200, cell_m=20_000).cells


@settings(max_examples=300)
@given(
    lat=st.integers(-890_000_000, 890_000_000),
    lon=st.integers(-1_800_000_000, 1_800_000_000),
    cell=st.sampled_from([10_000, 15_000, 50_000]),
)
def test_every_cell_is_at_least_as_wide_and_high_as_asked(lat: int, lon: int, cell: int) -> None:
    centre = cell_centre(lat, lon, cell)
    assert cell_centre(*centre, cell) == centre
    per_metre = 1e7 / 110_500
    half_lat, half_lon = 0.499 * cell * per_metre, 0.499 * cell * per_metre / math.cos(math.radians(lat / 1e7))
    if abs(lat) < 880_000_000 and half_lon < 800_000_000:
        north_south = [cell_centre(centre[0] + round(side * half_lat), centre[1], cell)[0] for side in (-1, 1)]
        at_centre = 0.499 * cell * per_metre / math.cos(math.radians(centre[0] / 1e7))
        east_west = [cell_centre(centre[0], centre[1] + round(side * at_centre), cell) for side in (-1, 1)]
        assert north_south == [centre[0]] * 2
        assert east_west == [centre] * 2


def test_the_same_view_gives_the_same_cells() -> None:
    assert coarse(shown(), now_ms=NOW) == coarse(shown(), now_ms=NOW + 1)
