"""Plots near a track, and the cheapest way to give them out."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.model.tracker_model import cheapest

from fairlead.picture.tracking.pairs import GROUP_MAX, around, cubes, shared_out


@given(st.integers(0, 10_000), st.floats(10, 3000), st.floats(10, 5000))
def test_the_grid_finds_what_looking_at_all_finds(seed: int, cube_m: float, radius_m: float) -> None:
    dice = np.random.default_rng(seed)
    places = dice.uniform(-4000, 4000, (60, 3))
    x, y, z = dice.uniform(-4000, 4000, 3)
    near = np.empty(60, dtype=np.int64)
    cube, first, following = cubes(places, cube_m)
    count = around(places, cube, first, following, cube_m, x, y, z, radius_m, near)
    assert sorted(near[:count].tolist()) == np.flatnonzero(((places - (x, y, z)) ** 2).sum(axis=1) <= radius_m**2).tolist()


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 4), st.floats(0.2, 1.0))
def test_no_way_to_give_plots_out_is_cheaper(seed: int, tracks: int, plots: int, share: float) -> None:
    dice = np.random.default_rng(seed)
    cost = np.where(dice.random((tracks, plots)) < share, dice.integers(0, 8, (tracks, plots)), np.inf)
    none = dice.integers(1, 8, tracks).astype(np.float64)
    start = np.concatenate([[0], np.cumsum(np.isfinite(cost).sum(axis=1))]).astype(np.int64)
    track, plot = np.nonzero(np.isfinite(cost))
    given_ = np.empty(tracks, dtype=np.int64)
    shared_out(start, plot.astype(np.int64), cost[track, plot], none, plots, given_)
    taken = [int(plot[pair]) for pair in given_ if pair >= 0]
    assert len(taken) == len(set(taken))
    assert all(track[pair] == one for one, pair in enumerate(given_) if pair >= 0)
    total = sum(none[one] if pair < 0 else cost[one, plot[pair]] for one, pair in enumerate(given_))
    assert total == cheapest(cost, none)


def test_a_storm_is_given_its_nearest_pairs_one_to_one() -> None:
    tracks = GROUP_MAX + 50
    start = np.arange(tracks + 1, dtype=np.int64) * 2
    plot = np.array([[one, (one + 1) % tracks] for one in range(tracks)], dtype=np.int64).ravel()
    cost = np.tile([1.0, 2.0], tracks)
    given_ = np.empty(tracks, dtype=np.int64)
    shared_out(start, plot, cost, np.full(tracks, 3.0), tracks, given_)
    assert plot[given_].tolist() == list(range(tracks))
