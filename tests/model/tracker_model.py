"""A second, plain tracker of one contact: matrices written out, modes mixed by their full table of chances."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from scipy.linalg import expm

from fairlead.picture.ground import Floats
from fairlead.picture.tracking.models import Models


def transition(turn: float, span_s: float) -> Floats:
    """F of straight motion or of a coordinated turn: the exponential of its rates."""
    rate = np.array([[0, 1, 0, 0], [0, 0, 0, -turn], [0, 0, 0, 1], [0, turn, 0, 0]], dtype=np.float64) * span_s
    found: Floats = np.asarray(expm(rate))
    return found


def spread(noise: float, span_s: float) -> Floats:
    """Q of white acceleration."""
    block = noise * np.array([[span_s**3 / 3, span_s**2 / 2], [span_s**2 / 2, span_s]])
    found: Floats = np.kron(np.eye(2), block).astype(np.float64)
    return found


def one_contact(looks: Sequence[tuple[float, Floats]], sigma_m: float, models: Models) -> Floats:
    """The filtered state after each look (k, 4): looks are time in seconds and position (2,)."""
    modes = models.modes
    prior = np.array([mode.share for mode in modes])
    measuring = np.array([[1.0, 0, 0, 0], [0, 0, 1.0, 0]])
    error = sigma_m**2 * np.eye(2)
    last_s, first = looks[0]
    means = [np.array([first[0], 0.0, first[1], 0.0]) for _ in modes]
    covs = [np.diag([sigma_m**2, models.speed_sigma**2, sigma_m**2, models.speed_sigma**2]) for _ in modes]
    weights = prior.copy()
    found = [means[0]]
    for at_s, plot in looks[1:]:
        span_s = at_s - last_s
        last_s = at_s
        stays = math.exp(-span_s / models.sojourn_s)
        chances = stays * np.eye(len(modes)) + (1 - stays) * np.tile(prior, (len(modes), 1))  # row: from, column: to
        after = weights @ chances
        new_means, new_covs, likely = [], [], []
        for to, mode in enumerate(modes):
            shares = weights * chances[:, to] / after[to]
            start = sum(share * mean for share, mean in zip(shares, means, strict=True))
            cov = sum(
                share * (old + np.outer(mean - start, mean - start)) for share, mean, old in zip(shares, means, covs, strict=True)
            )
            step = transition(mode.turn, span_s)
            start, cov = step @ start, step @ cov @ step.T + spread(mode.noise, span_s)
            among = measuring @ cov @ measuring.T + error
            off = plot - measuring @ start
            pull = cov @ measuring.T @ np.linalg.inv(among)
            new_means.append(start + pull @ off)
            new_covs.append(cov - pull @ among @ pull.T)
            likely.append(math.exp(-0.5 * off @ np.linalg.inv(among) @ off) / math.sqrt(np.linalg.det(among)))
        means, covs = new_means, new_covs
        weights = after * np.array(likely)
        weights = weights / weights.sum()
        found.append(sum(share * mean for share, mean in zip(weights, means, strict=True)))
    return np.array(found)


def pair_chances(odds: Floats) -> tuple[Floats, Floats]:
    """Every way to give each row at most one column and each column at most one row, weighed: chance of each pair, and of none."""
    rows, columns = odds.shape
    pairs, none, total = np.zeros((rows, columns)), np.zeros(rows), 0.0
    for choice in itertools.product(range(-1, columns), repeat=rows):
        taken = [column for column in choice if column >= 0]
        if len(taken) != len(set(taken)):
            continue
        weight = math.prod(odds[row, column] for row, column in enumerate(choice) if column >= 0)
        total += weight
        for row, column in enumerate(choice):
            if column >= 0:
                pairs[row, column] += weight
            else:
                none[row] += weight
    return pairs / total, none / total


def cheapest(cost: Floats, none: Floats) -> float:
    """The least total over every way to give each row at most one column; infinite costs are no pairs."""
    rows, columns = cost.shape
    best = math.inf
    for choice in itertools.product(range(-1, columns), repeat=rows):
        taken = [column for column in choice if column >= 0]
        if len(taken) == len(set(taken)):
            best = min(best, sum(none[row] if column < 0 else cost[row, column] for row, column in enumerate(choice)))
    return best
