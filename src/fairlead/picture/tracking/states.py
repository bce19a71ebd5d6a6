"""How a state follows: one plot taken as its own, several by weight, a first one; and what is written down of it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from fairlead.picture.ground import Floats, Ints
from fairlead.picture.tracking.measured import follow_one, follow_some, gain, inverted, off, polar, seen
from fairlead.picture.tracking.models import Book, Live, Room, Rules, Scan
from fairlead.picture.tracking.motion import mixed_into, predict
from fairlead.picture.tracking.plane import ANCHOR_MAX_M, anchored, lifted, shadow, turned
from fairlead.report.compiled import kernel

NEAREST: Final = 0
SHARE_MIN: Final = 1e-4  # a smaller pull is not told


@kernel
def error_m(scan: Scan, plot: int) -> float:
    """Not less than the standard deviation of a plot in any direction."""
    if scan.sigma[0] > 0.0:
        reach, _ = polar(scan.station, scan.place[plot, 0], scan.place[plot, 1], scan.place[plot, 2])
        return float(scan.sigma[0] + reach * scan.sigma[1])
    return math.sqrt(scan.error[plot, 0] + scan.error[plot, 2])


@kernel
def taken(live: Live, book: Book, rules: Rules, scan: Scan, track: int, plot: int, room: Room) -> None:
    """A track takes one plot."""
    _moved_to(live, rules, track, max(scan.t_ms[plot], live.t_ms[track]), room)
    likely = np.empty(len(rules.prior))
    for mode in range(len(rules.prior)):
        mean, cov = live.mean[track, mode], live.cov[track, mode]
        size = _seen_late(live, track, mode, scan, plot, room)
        det = inverted(room, size)
        likely[mode] = -0.5 * (off(room, size) + math.log(det))
        gain(room, size)
        follow_one(mean, cov, room, size)
    _reweighed(live, track, likely)
    _told(live, book, rules, track, room)
    _rests_on(book, scan.first_plot + plot, 1.0)
    book.given[book.told[0]] = book.told[1]


@kernel
def pulled(live: Live, book: Book, rules: Rules, scan: Scan, track: int, plots: Ints, share: Floats, left: float, room: Room) -> None:
    """A track takes every plot of `plots` by its `share`, `left` being that of none, at the time of the likeliest. Each mode weighs
    the plots as it sees them."""
    modes, count, total, main = len(rules.prior), len(plots), left, 0
    for at in range(count):
        total += share[at]
        if share[at] > share[main]:
            main = at
    _moved_to(live, rules, track, max(scan.t_ms[plots[main]], live.t_ms[track]), room)
    # 1. how likely each plot is for each mode, against the mixture of all
    dense, base, mixture = np.empty((modes, count)), np.full(count, -np.inf), np.zeros(count)
    for mode in range(modes):
        for at in range(count):
            size = _seen_late(live, track, mode, scan, plots[at], room)
            det = inverted(room, size)
            dense[mode, at] = -0.5 * (off(room, size) + math.log(det))
            base[at] = max(base[at], dense[mode, at])
    for mode in range(modes):
        for at in range(count):
            dense[mode, at] = math.exp(dense[mode, at] - base[at])
            mixture[at] += live.weight[track, mode] * dense[mode, at]
    # 2. each mode follows its own weighted residual
    likely, whole, scatter = np.empty(modes), np.empty(3), np.empty((3, 3))
    for mode in range(modes):
        sums = left / total
        for at in range(count):
            sums += share[at] / total * dense[mode, at] / mixture[at]
        likely[mode] = math.log(sums)
        whole[:] = 0.0
        scatter[:] = 0.0
        for at in range(count):
            part = share[at] / total * dense[mode, at] / mixture[at] / sums
            size = _seen_late(live, track, mode, scan, plots[at], room)
            for i in range(size):
                whole[i] += part * room.residual[i]
                for k in range(size):
                    scatter[i, k] += part * room.residual[i] * room.residual[k]
        size = _seen_late(live, track, mode, scan, plots[main], room)
        inverted(room, size)
        gain(room, size)
        follow_some(live.mean[track, mode], live.cov[track, mode], whole, scatter, left / total / sums, room, size)
    _reweighed(live, track, likely)
    _told(live, book, rules, track, room)
    for at in range(count):
        if share[at] / total >= SHARE_MIN:
            _rests_on(book, scan.first_plot + plots[at], share[at] / total)
    book.given[book.told[0]] = book.told[1]


@kernel
def begun(live: Live, book: Book, rules: Rules, scan: Scan, plot: int, room: Room) -> None:
    """A track begins with a plot: its place and error, a speed of which nothing is known but how fast vessels are."""
    track, place = live.held[0], scan.place[plot]
    live.held[0] = track + 1
    frame = live.frame[track]
    for i in range(9):
        frame[i] = scan.station[i]
    if scan.station[0] != 0.0 or scan.station[1] != 0.0 or scan.station[2] != 0.0:
        anchored(frame, place[0], place[1], place[2])
    x, y = shadow(frame, place[0], place[1], place[2])
    xx, xy, yy = _spot(frame, x, y, scan, plot)
    for mode in range(len(rules.prior)):
        mean, cov = live.mean[track, mode], live.cov[track, mode]
        mean[0], mean[1], mean[2], mean[3] = x, 0.0, y, 0.0
        cov[:] = 0.0
        cov[0, 0], cov[0, 2], cov[2, 0], cov[2, 2] = xx, xy, xy, yy
        cov[1, 1], cov[3, 3] = rules.speed_var, rules.speed_var
        live.weight[track, mode] = rules.prior[mode]
    live.t_ms[track], live.first_ms[track] = scan.t_ms[plot], scan.t_ms[plot]
    live.number[track] = book.told[2]
    book.told[2] += 1
    live.hits[track], live.missed[track], live.sure[track] = 0, 0, False
    live.exists[track] = 1.0 if rules.kind == NEAREST else rules.birth
    _told(live, book, rules, track, room)
    _rests_on(book, scan.first_plot + plot, 1.0)
    book.given[book.told[0]] = book.told[1]


@kernel
def _spot(frame: Floats, along: float, across: float, scan: Scan, plot: int) -> tuple[float, float, float]:
    """The covariance of a plot's own position in the plane of a frame: xx, xy, yy."""
    if scan.sigma[0] <= 0.0:
        c, s = turned(frame, along, across)
        ee, en, nn = scan.error[plot, 0], scan.error[plot, 1], scan.error[plot, 2]
        xx, yy = c * c * ee - 2.0 * c * s * en + s * s * nn, s * s * ee + 2.0 * c * s * en + c * c * nn
        return xx, c * s * (ee - nn) + (c * c - s * s) * en, yy
    x, y, z = lifted(frame, along, across)
    wx, wy, wz = x - scan.station[0], y - scan.station[1], z - scan.station[2]
    gx = wx * frame[3] + wy * frame[4] + wz * frame[5]
    gy = wx * frame[6] + wy * frame[7] + wz * frame[8]
    size = max(math.sqrt(gx * gx + gy * gy), 1.0)
    gx, gy = gx / size, gy / size
    far, wide = scan.sigma[0] * scan.sigma[0], scan.sigma[1] * scan.sigma[1] * size * size
    return far * gx * gx + wide * gy * gy, (far - wide) * gx * gy, far * gy * gy + wide * gx * gx


@kernel
def _moved_to(live: Live, rules: Rules, track: int, at_ms: int, room: Room) -> None:
    """Predict a track in place."""
    predict(live.mean[track], live.cov[track], live.weight[track], (at_ms - live.t_ms[track]) / 1000.0, rules, room)
    for mode in range(len(rules.prior)):
        live.weight[track, mode] = room.weight[mode]
        for i in range(4):
            live.mean[track, mode, i] = room.mean[mode, i]
            for k in range(4):
                live.cov[track, mode, i, k] = room.cov[mode, i, k]
    live.t_ms[track] = at_ms


@kernel
def _reweighed(live: Live, track: int, likely: Floats) -> None:
    """Modes by how well they explain what came, logarithms up to a common addend."""
    best, total = likely[0], 0.0
    for mode in range(1, len(likely)):
        best = max(best, likely[mode])
    for mode in range(len(likely)):
        live.weight[track, mode] *= math.exp(likely[mode] - best)
        total += live.weight[track, mode]
    for mode in range(len(likely)):
        live.weight[track, mode] /= total
    live.missed[track] = 0


@kernel
def _seen_late(live: Live, track: int, mode: int, scan: Scan, plot: int, room: Room) -> int:
    late(live.mean[track, mode], live.frame[track], scan, plot, live.t_ms[track], room)
    return seen(live.mean[track, mode], live.cov[track, mode], live.frame[track], room.place, scan, plot, room)


@kernel
def late(mean: Floats, frame: Floats, scan: Scan, plot: int, at_ms: int, room: Room) -> None:
    """Where a plot would lie at the time of a state that is not its own: moved along by the state's speed, into the scratch."""
    span_s = (at_ms - scan.t_ms[plot]) / 1000.0
    for axis in range(3):
        room.place[axis] = scan.place[plot, axis] + span_s * (mean[1] * frame[3 + axis] + mean[3] * frame[6 + axis])


@kernel
def _rests_on(book: Book, plot: int, share: float) -> None:
    if len(book.plot):
        book.plot[book.told[1]], book.share[book.told[1]] = plot, share
        book.told[1] += 1


@kernel
def _told(live: Live, book: Book, rules: Rules, track: int, room: Room) -> None:
    """Write a state into the book, and give the track a new anchor where it has gone far from its own."""
    whole, spread = room.whole, room.spread
    mixed_into(live.mean[track], live.cov[track], live.weight[track], whole, spread)
    if whole[0] * whole[0] + whole[2] * whole[2] > ANCHOR_MAX_M * ANCHOR_MAX_M and _round(live.frame[track]):
        _anchored_anew(live, track, whole[0], whole[2])
        mixed_into(live.mean[track], live.cov[track], live.weight[track], whole, spread)
    row = book.told[0]
    book.number[row], book.t_ms[row] = live.number[track], live.t_ms[track]
    book.exists[row] = live.exists[track]
    for i in range(4):
        book.state[row, i] = whole[i]
    for i in range(9):
        book.frame[row, i] = live.frame[track, i]
    book.spread[row, 0], book.spread[row, 1], book.spread[row, 2] = spread[0, 0], spread[0, 2], spread[2, 2]
    book.told[0] = row + 1
    live.hits[track] += 1
    live.sure[track] = live.hits[track] >= rules.plots_min


@kernel
def _round(frame: Floats) -> bool:
    """Whether the world of a frame is round."""
    return bool(frame[0] != 0.0 or frame[1] != 0.0 or frame[2] != 0.0)


@kernel
def _anchored_anew(live: Live, track: int, along: float, across: float) -> None:
    """A new anchor under a place in the plane, and the state turned into its directions."""
    frame, old, half = np.empty(9), live.frame[track], np.empty((4, 4))
    x, y, z = lifted(old, along, across)
    anchored(frame, x, y, z)
    a = frame[3] * old[3] + frame[4] * old[4] + frame[5] * old[5]
    b = frame[3] * old[6] + frame[4] * old[7] + frame[5] * old[8]
    size = math.sqrt(a * a + b * b)
    a, b = a / size, b / size
    turn = np.zeros((4, 4))
    turn[0, 0], turn[0, 2], turn[2, 0], turn[2, 2] = a, b, -b, a
    turn[1, 1], turn[1, 3], turn[3, 1], turn[3, 3] = a, b, -b, a
    for mode in range(live.weight.shape[1]):
        mean, cov = live.mean[track, mode], live.cov[track, mode]
        x, y, z = lifted(old, mean[0], mean[2])
        vx, vy = mean[1], mean[3]
        mean[0], mean[2] = shadow(frame, x, y, z)
        mean[1], mean[3] = a * vx + b * vy, -b * vx + a * vy
        for i in range(4):
            for k in range(4):
                half[i, k] = 0.0
                for inner in range(4):
                    half[i, k] += turn[i, inner] * cov[inner, k]
        for i in range(4):
            for k in range(i, 4):
                cov[i, k] = 0.0
                for inner in range(4):
                    cov[i, k] += half[i, inner] * turn[k, inner]
                cov[k, i] = cov[i, k]
    for i in range(9):
        old[i] = frame[i]
