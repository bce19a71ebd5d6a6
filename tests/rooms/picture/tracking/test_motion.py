"""Motion between looks, against matrices written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.tracker_model import spread, transition
from tests.rooms.picture.tracking.flat import TURNING, models

from fairlead.picture.ground import Floats
from fairlead.picture.tracking.models import Mode, Rules, room_of, rules_of
from fairlead.picture.tracking.motion import mixed_into, predict

STATES = st.lists(st.floats(-1000, 1000), min_size=4, max_size=4)


def some_cov(seed: int) -> Floats:
    root = np.random.default_rng(seed).normal(0, 3, (4, 4))
    return root @ root.T + np.eye(4)


def moved(
    rules: Rules, mean: np.ndarray, cov: np.ndarray, weight: np.ndarray, span_s: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    room = room_of(len(weight))
    predict(mean, cov, weight, span_s, rules, room)
    return room.mean, room.cov, room.weight


@given(STATES, st.integers(0, 100), st.floats(0.1, 60), st.sampled_from([0.0, 0.02, -0.1]), st.floats(0, 2))
def test_one_mode_moves_as_its_matrices_say(state: list[float], seed: int, span_s: float, turn: float, noise: float) -> None:
    mean, cov = np.array([state]), some_cov(seed)[None]
    found = moved(rules_of(models(modes=(Mode(turn=turn, noise=noise, share=1.0),))), mean, cov, np.ones(1), span_s)
    step = transition(turn, span_s)
    assert np.allclose(found[0][0], step @ mean[0], atol=1e-6)
    assert np.allclose(found[1][0], step @ cov[0] @ step.T + spread(noise, span_s), rtol=1e-6, atol=1e-5)


@given(STATES, st.integers(0, 100), st.floats(0.1, 60), st.floats(0.1, 60))
def test_a_time_in_two_parts_is_the_whole_time(state: list[float], seed: int, first_s: float, second_s: float) -> None:
    rules = rules_of(models())
    mean, cov, weight = np.array([state]), some_cov(seed)[None], np.ones(1)
    half = moved(rules, mean, cov, weight, first_s)
    whole = moved(rules, mean, cov, weight, first_s + second_s)
    assert np.allclose(moved(rules, *half, second_s)[0], whole[0])
    assert np.allclose(moved(rules, *half, second_s)[1], whole[1], rtol=1e-9)


@given(st.integers(0, 1000), st.floats(0.1, 600))
def test_modes_mix_as_their_full_table_of_chances_says(seed: int, span_s: float) -> None:
    told = models(modes=TURNING)
    dice = np.random.default_rng(seed)
    mean, cov = dice.normal(0, 50, (3, 4)), np.array([some_cov(seed + one) for one in range(3)])
    weight = dice.dirichlet(np.ones(3))
    stays = np.exp(-span_s / told.sojourn_s)
    prior = np.array([mode.share for mode in TURNING])
    table = stays * np.eye(3) + (1 - stays) * np.tile(prior, (3, 1))
    found = moved(rules_of(told), mean, cov, weight, span_s)
    assert np.allclose(found[2], weight @ table)
    for to, mode in enumerate(TURNING):
        share = weight * table[:, to] / (weight @ table)[to]
        start = share @ mean
        around = sum(share[one] * (cov[one] + np.outer(mean[one] - start, mean[one] - start)) for one in range(3))
        step = transition(mode.turn, span_s)
        assert np.allclose(found[0][to], step @ start, atol=1e-6)
        assert np.allclose(found[1][to], step @ around @ step.T + spread(mode.noise, span_s), rtol=1e-6, atol=1e-4)


def test_a_mixture_has_the_spread_of_its_parts_and_between_them() -> None:
    mean, cov = np.array([[0.0, 0, 0, 0], [4.0, 0, 0, 0]]), np.array([np.eye(4), np.eye(4)])
    whole, around = np.empty(4), np.empty((4, 4))
    mixed_into(mean, cov, np.array([0.25, 0.75]), whole, around)
    assert whole[0] == pytest.approx(3.0)
    assert around[0, 0] == pytest.approx(1.0 + 0.25 * 9 + 0.75 * 1)
    assert around[1, 1] == pytest.approx(1.0)
