"""Positions, tangent planes and directions, anywhere on the globe."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fairlead.picture.ground import Floats, apart_one_m
from fairlead.picture.tracking.plane import EARTH_M, anchored, lifted, placed, shadow, turned, vectors

LATS = st.integers(-899_999_000, 899_999_000) | st.sampled_from([0, 750_000_000, -899_999_000])
LONS = st.integers(-1_800_000_000, 1_799_999_999) | st.sampled_from([1_799_999_999, -1_800_000_000])
AWAY = st.floats(-20_000, 20_000)


def frame_at(lat_e7: int, lon_e7: int) -> Floats:
    frame = np.empty(9)
    anchored(frame, *vectors(np.array([lat_e7]), np.array([lon_e7]))[0])
    return frame


@given(LATS, LONS, AWAY, AWAY)
def test_a_place_in_a_plane_comes_back_from_the_globe(lat_e7: int, lon_e7: int, along: float, across: float) -> None:
    frame = frame_at(lat_e7, lon_e7)
    x, y, z = lifted(frame, along, across)
    assert math.isclose(math.sqrt(x * x + y * y + z * z), EARTH_M, rel_tol=1e-12)
    assert np.allclose(shadow(frame, x, y, z), (along, across), atol=1e-6)
    lat, lon = placed(frame, along, across)
    again = vectors(np.array([round(math.degrees(lat) * 1e7)]), np.array([round(math.degrees(lon) * 1e7)]))[0]
    assert np.linalg.norm(again - (x, y, z)) < 0.02


@given(LATS, LONS)
def test_the_directions_of_a_frame_stand_square_and_right_handed(lat_e7: int, lon_e7: int) -> None:
    frame = frame_at(lat_e7, lon_e7)
    up, first, second = frame[:3] / EARTH_M, frame[3:6], frame[6:]
    assert np.allclose([up @ first, up @ second, first @ second], 0, atol=1e-12)
    assert np.allclose(np.cross(up, first), second, atol=1e-12)


@given(st.integers(-700_000_000, 700_000_000), LONS, AWAY, AWAY)
def test_distances_in_a_plane_are_those_of_the_ground(lat_e7: int, lon_e7: int, along: float, across: float) -> None:
    lat, lon = placed(frame_at(lat_e7, lon_e7), along, across)
    apart = apart_one_m(lat_e7, lon_e7, round(math.degrees(lat) * 1e7), round(math.degrees(lon) * 1e7))
    assert abs(apart - math.hypot(along, across)) <= 2 + 0.001 * apart


@given(st.integers(-890_000_000, 890_000_000), LONS, AWAY, AWAY)
def test_east_is_where_only_the_longitude_grows(lat_e7: int, lon_e7: int, along: float, across: float) -> None:
    frame = frame_at(lat_e7, lon_e7)
    c, s = turned(frame, along, across)
    lat, lon = placed(frame, along, across)
    size = 10.0
    to_lat, to_lon = placed(frame, along + size * c, across + size * s)
    bound = (size * abs(math.tan(lat)) + abs(along) + abs(across)) / EARTH_M / EARTH_M * size
    assert abs(to_lat - lat) <= 2 * bound + 1e-12
    assert 0 < (to_lon - lon) % (2 * math.pi) < math.pi
