"""Chances of pairs, against every way to pair."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.model.tracker_model import pair_chances

from fairlead.picture.ground import Floats
from fairlead.picture.tracking.joint import ROUNDS_MAX, chances


def found(odds: Floats) -> tuple[Floats, Floats, int]:
    track, plot = np.nonzero(odds > 0)
    start = np.concatenate([[0], np.cumsum((odds > 0).sum(axis=1))]).astype(np.int64)
    share, none = np.empty(len(track)), np.empty(len(odds))
    rounds = chances(start, plot.astype(np.int64), odds[track, plot], odds.shape[1], share, none)
    whole = np.zeros(odds.shape)
    whole[track, plot] = share
    return whole, none, rounds


@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=5))
def test_one_track_among_plots_is_exact(odds: list[float]) -> None:
    pairs, none, _ = found(np.array([odds]))
    exact, exact_none = pair_chances(np.array([odds]))
    assert np.allclose(pairs, exact, atol=1e-9)
    assert np.allclose(none, exact_none, atol=1e-9)


@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=5))
def test_one_plot_among_tracks_is_exact(odds: list[float]) -> None:
    table = np.array(odds).reshape(-1, 1)
    pairs, none, _ = found(table)
    exact, exact_none = pair_chances(table)
    assert np.allclose(pairs, exact, atol=1e-5)
    assert np.allclose(none, exact_none, atol=1e-5)


@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(2, 4), st.floats(0.1, 30))
def test_loops_are_near_and_rounds_bounded(seed: int, tracks: int, plots: int, size: float) -> None:
    dice = np.random.default_rng(seed)
    odds = np.where(dice.random((tracks, plots)) < 0.7, dice.exponential(size, (tracks, plots)) + 1e-3, 0.0)
    pairs, none, rounds = found(odds)
    exact, _ = pair_chances(odds)
    assert rounds <= ROUNDS_MAX
    assert np.allclose(pairs.sum(axis=1) + none, 1.0)
    assert (pairs.sum(axis=0) <= 1.0 + 1e-4).all()
    assert np.abs(pairs - exact).max() < 0.2
    # what is certain is told as certain
    assert (pairs[exact > 0.97] > 0.9).all()
