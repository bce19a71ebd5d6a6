"""How a vessel moves between two looks: straight on or turning, as modes of a Markov chain in continuous time.

State (4,): x, its speed, y, its speed, metres and metres per second. Modes have a turn rate (rad/s, 0 is straight) and an intensity of
white acceleration (m2/s3): Li and Jilkov 2003, IEEE Transactions on Aerospace and Electronic Systems 39:1333, sections III and V.
The chain forgets at one rate: after a time t a vessel is in its old mode with exp(-t / sojourn), else in a mode drawn from the prior.
That has a closed form over any time, so a state is predicted once from its last own update, however long ago (P5: no trace of
looks that did not see it). Acceleration lasts `burst_s` at most: a long silence does not make a vessel faster than vessels are.
Mixing is the interacting multiple model's: Blom and Bar-Shalom 1988, IEEE Transactions on Automatic Control 33:780; with this chain it
costs one pass over the modes instead of one over their pairs.
"""

from __future__ import annotations

import math

from fairlead.picture.ground import Floats
from fairlead.picture.tracking.models import Room, Rules
from fairlead.report.compiled import kernel


@kernel
def mixed_into(mean: Floats, cov: Floats, weight: Floats, whole: Floats, spread: Floats) -> None:
    """Mean (4,) and covariance (4, 4) of a mixture of (modes, 4), (modes, 4, 4), (modes,), written into the last two arguments."""
    modes = len(weight)
    for i in range(4):
        whole[i] = 0.0
        for mode in range(modes):
            whole[i] += weight[mode] * mean[mode, i]
    for i in range(4):
        for k in range(i, 4):
            total = 0.0
            for mode in range(modes):
                total += weight[mode] * (cov[mode, i, k] + (mean[mode, i] - whole[i]) * (mean[mode, k] - whole[k]))
            spread[i, k] = total
            spread[k, i] = total


@kernel
def predict(mean: Floats, cov: Floats, weight: Floats, span_s: float, rules: Rules, room: Room) -> None:
    """Mix and move every mode by `span_s` into the scratch's `mean`, `cov` and `weight`."""
    modes = len(weight)
    if modes == 1:
        room.weight[0] = 1.0
        _moved(mean[0], cov[0], span_s, rules.turn[0], rules.noise[0], rules.burst_s, room.mean[0], room.cov[0], room.mixing[0, 2])
        return
    whole, spread, start, around = room.mixing[0, 0], room.mixing[1], room.mixing[0, 1], room.mixing[2]
    mixed_into(mean, cov, weight, whole, spread)
    stays = math.exp(-abs(span_s) / rules.sojourn_s)
    for mode in range(modes):
        old, drawn = stays * weight[mode], (1.0 - stays) * rules.prior[mode]
        room.weight[mode] = old + drawn
        own = old / room.weight[mode] if room.weight[mode] > 0.0 else 1.0
        other = 1.0 - own
        for i in range(4):
            start[i] = own * mean[mode, i] + other * whole[i]
        for i in range(4):
            for k in range(i, 4):
                mine = cov[mode, i, k] + (mean[mode, i] - start[i]) * (mean[mode, k] - start[k])
                theirs = spread[i, k] + (whole[i] - start[i]) * (whole[k] - start[k])
                around[i, k] = own * mine + other * theirs
                around[k, i] = around[i, k]
        _moved(
            start,
            around,
            span_s,
            rules.turn[mode],
            rules.noise[mode],
            rules.burst_s,
            room.mean[mode],
            room.cov[mode],
            room.mixing[0, 2],
        )


@kernel
def _moved(
    mean: Floats, cov: Floats, span_s: float, turn: float, noise: float, burst_s: float, to_mean: Floats, to_cov: Floats, half: Floats
) -> None:
    """One mode moved; `half` (4,) is scratch."""
    # transition: x' = x + a vx - b vy, vx' = c vx - s vy; y' = y + b vx + a vy, vy' = s vx + c vy
    if turn == 0.0:
        a, b, c, s = span_s, 0.0, 1.0, 0.0
    else:
        angle = turn * span_s
        c, s = math.cos(angle), math.sin(angle)
        a, b = s / turn, (1.0 - c) / turn
    x, vx, y, vy = mean[0], mean[1], mean[2], mean[3]
    to_mean[0] = x + a * vx - b * vy
    to_mean[1] = c * vx - s * vy
    to_mean[2] = y + b * vx + a * vy
    to_mean[3] = s * vx + c * vy
    # cov' = F cov F^T, a row of F cov at a time
    for i in range(4):
        for k in range(4):
            if i == 0:
                half[k] = cov[0, k] + a * cov[1, k] - b * cov[3, k]
            elif i == 1:
                half[k] = c * cov[1, k] - s * cov[3, k]
            elif i == 2:
                half[k] = cov[2, k] + b * cov[1, k] + a * cov[3, k]
            else:
                half[k] = s * cov[1, k] + c * cov[3, k]
        to_cov[i, 0] = half[0] + a * half[1] - b * half[3]
        to_cov[i, 1] = c * half[1] - s * half[3]
        to_cov[i, 2] = half[2] + b * half[1] + a * half[3]
        to_cov[i, 3] = s * half[1] + c * half[3]
    size = abs(span_s)
    push, rest = min(size, burst_s), max(size - burst_s, 0.0)  # white acceleration for so long, then on as it is
    fast = noise * push
    both = noise * push * (push / 2.0 + rest) * (1.0 if span_s > 0.0 else -1.0)
    far = noise * push * (push * push / 3.0 + push * rest + rest * rest)
    for i in range(0, 4, 2):
        to_cov[i, i] += far
        to_cov[i, i + 1] += both
        to_cov[i + 1, i] += both
        to_cov[i + 1, i + 1] += fast
    for i in range(4):
        for k in range(i):
            to_cov[i, k] = to_cov[k, i]
