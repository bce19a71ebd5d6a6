"""How complete, clear and steady a picture is against the truth: the measures of the single integrated air picture (SIAP).

Definitions: Votruba, Nisley, Rothrock and Zombro 2001, Single Integrated Air Picture (SIAP) Metrics Implementation. With J true vessels
and JT of them tracked, N tracks and NA of them on a vessel, summed over all scans: completeness JT / J, ambiguity NA / JT, spuriousness
(N - NA) / N, position and velocity accuracy the mean error of pairs; rate of track number changes (tracks needed - 1) per second
tracked; longest track segment the time of each vessel under the track that it was longest under, over its life.
A track is on a vessel when that vessel has been the nearest, inside the threshold, CONFIRM scans of the track running; it is off it
after MISSES scans running since it last was, and its last match is then the end. Times are scans, `step_s` apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fairlead.errors import BadInput
from fairlead.picture.ground import Floats, Ints
from fairlead.report.compiled import kernel

CONFIRM: Final = 3
MISSES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ways:
    """Tracks, or true ways: bounds (ways + 1,), and of each row the scan (growing inside a way) and the state (rows, 4): x, its speed,
    y, its speed, metres and metres per second. Raises BadInput."""

    start: Ints
    scan: Ints
    state: Floats

    def __post_init__(self) -> None:
        if self.state.ndim != 2 or self.state.shape[1] != 4 or not np.isfinite(self.state).all():
            raise BadInput("states are not finite rows of four", where=f"{self.state.shape}")
        if not len(self.start) or self.start[0] != 0 or self.start[-1] != len(self.scan) or len(self.scan) != len(self.state):
            raise BadInput("the ways do not cover the states", where=f"{len(self.state)} states", do="start at 0, end at their number")
        if (np.diff(self.start) < 0).any():
            raise BadInput("a way ends before it begins")
        inner = np.diff(self.scan) <= 0
        inner[self.start[1:-1][(self.start[1:-1] > 0) & (self.start[1:-1] < len(self.scan))] - 1] = False
        if len(self.scan) and (inner.any() or self.scan.min() < 0):
            raise BadInput("the scans of a way do not grow, or one is negative", do="sort the states by way and scan")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Siap:
    """Measures of each scan (scans,), and of all scans together."""

    completeness_at: Floats
    ambiguity_at: Floats
    spuriousness_at: Floats
    position_at_m: Floats
    velocity_at_m_s: Floats
    completeness: float
    ambiguity: float
    spuriousness: float
    position_m: float
    velocity_m_s: float
    changes_per_s: float
    longest: float


def siap(tracks: Ways, truth: Ways, *, threshold_m: float, step_s: float = 1.0, confirm: int = CONFIRM, misses: int = MISSES) -> Siap:
    """All measures of tracks against truth. Raises BadInput for a threshold or step that is none."""
    if not (threshold_m > 0 and step_s > 0 and confirm > 0 and misses > 0):
        raise BadInput("a threshold, a step or a count is not positive", where=f"{threshold_m} m, {step_s} s, {confirm}, {misses}")
    scans = int(max(tracks.scan.max(initial=-1), truth.scan.max(initial=-1))) + 1
    pairs = _paired(tracks.start, tracks.scan, tracks.state, truth.start, truth.scan, truth.state, scans, threshold_m, confirm, misses)
    sums = _sums(tracks.start, tracks.scan, tracks.state, truth.start, truth.scan, truth.state, scans, pairs)
    vessels, tracked, shown, on, off_m, off_m_s = sums.T
    needed, held, longest, life = _lasting(truth.start, truth.scan, pairs).sum(axis=0).tolist()
    return Siap(
        completeness_at=_share(tracked, vessels, 0.0),
        ambiguity_at=_share(on, tracked, 1.0),
        spuriousness_at=_share(shown - on, shown, 0.0),
        position_at_m=_share(off_m, on, 0.0),
        velocity_at_m_s=_share(off_m_s, on, 0.0),
        completeness=_ratio(tracked.sum(), vessels.sum(), 0.0),
        ambiguity=_ratio(on.sum(), tracked.sum(), 1.0),
        spuriousness=_ratio((shown - on).sum(), shown.sum(), 0.0),
        position_m=_ratio(off_m.sum(), on.sum(), 0.0),
        velocity_m_s=_ratio(off_m_s.sum(), on.sum(), 0.0),
        changes_per_s=_ratio(needed, held * step_s, 0.0),
        longest=_ratio(longest, life, 0.0),
    )


def _share(part: Floats, whole: Floats, empty: float) -> Floats:
    found: Floats = np.where(whole > 0, part / np.maximum(whole, 1.0), empty)
    return found


def _ratio(part: float, whole: float, empty: float) -> float:
    return float(part / whole) if whole else empty


@kernel
def _rows_of(start: Ints, scan: Ints, scans: int) -> Ints:
    """The row of each way at each scan (ways, scans), -1 for none."""
    found = np.full((len(start) - 1, scans), -1, dtype=np.int64)
    for way in range(len(start) - 1):
        for row in range(start[way], start[way + 1]):
            found[way, scan[row]] = row
    return found


@kernel
def _paired(
    start: Ints,
    scan: Ints,
    state: Floats,
    true_start: Ints,
    true_scan: Ints,
    true_state: Floats,
    scans: int,
    threshold_m: float,
    confirm: int,
    misses: int,
) -> Ints:
    """Pairings (n, 4): track, vessel, first and last scan."""
    there = _rows_of(true_start, true_scan, scans)
    found = np.empty((len(scan) + len(start), 4), dtype=np.int64)
    count = 0
    for track in range(len(start) - 1):
        current, first, last, missed = -1, -1, -1, 0
        other, running, since = -1, 0, -1
        for row in range(start[track], start[track + 1]):
            now, nearest, least = scan[row], -1, threshold_m
            for vessel in range(len(true_start) - 1):
                true = there[vessel, now]
                if true < 0:
                    continue
                dx, dy = state[row, 0] - true_state[true, 0], state[row, 2] - true_state[true, 2]
                apart = np.sqrt(dx * dx + dy * dy)
                if apart < least:
                    least, nearest = apart, vessel
            if current >= 0 and nearest == current:
                missed, last = 0, now
                continue
            if nearest >= 0 and nearest == other:
                running += 1
            else:
                other, since = nearest, now
                running = 0 if nearest < 0 and current < 0 else 1
            if current < 0:
                if running >= confirm and other >= 0:
                    current, first, last = other, since, now
                    other, running, since = -1, 0, -1
                continue
            missed += 1
            if missed < misses:
                continue
            found[count, 0], found[count, 1], found[count, 2], found[count, 3] = track, current, first, last
            count += 1
            current = -1
            if running >= confirm and other >= 0:
                current, first, last = other, since, now
        if current >= 0:
            found[count, 0], found[count, 1], found[count, 2], found[count, 3] = track, current, first, last
            count += 1
    return found[:count]


@kernel
def _sums(
    start: Ints, scan: Ints, state: Floats, true_start: Ints, true_scan: Ints, true_state: Floats, scans: int, pairs: Ints
) -> Floats:
    """Of each scan (scans, 6): vessels, vessels tracked, tracks, tracks on a vessel, summed errors of position and of velocity."""
    found = np.zeros((scans, 6))
    own, there = _rows_of(start, scan, scans), _rows_of(true_start, true_scan, scans)
    for row in range(len(true_scan)):
        found[true_scan[row], 0] += 1.0
    for row in range(len(scan)):
        found[scan[row], 2] += 1.0
    on, tracked = np.full(len(start) - 1, -1, dtype=np.int64), np.full((len(true_start) - 1, scans), False)
    for pair in range(len(pairs)):
        track, vessel = pairs[pair, 0], pairs[pair, 1]
        for now in range(pairs[pair, 2], pairs[pair, 3] + 1):
            if on[track] < now:  # a track is on one vessel at a time, and its pairings follow each other
                found[now, 3] += 1.0
                on[track] = now
            if not tracked[vessel, now]:
                found[now, 1] += 1.0
                tracked[vessel, now] = True
            row, true = own[track, now], there[vessel, now]
            if row >= 0 and true >= 0:
                for part in range(2):
                    dx, dy = state[row, part] - true_state[true, part], state[row, 2 + part] - true_state[true, 2 + part]
                    found[now, 4 + part] += np.sqrt(dx * dx + dy * dy)
    return found


@kernel
def _lasting(true_start: Ints, true_scan: Ints, pairs: Ints) -> Floats:
    """Of each vessel (vessels, 4): track changes, steps tracked, steps under its longest track, its life in steps."""
    found = np.zeros((len(true_start) - 1, 4))
    for vessel in range(len(true_start) - 1):
        begin, end = true_start[vessel], true_start[vessel + 1]
        if begin == end:
            continue
        found[vessel, 3] = true_scan[end - 1] - true_scan[begin]
        needed, now = 0, true_scan[begin]
        # the pairing that lasts longest from here, and on from behind its end: no choice needs fewer
        while now <= true_scan[end - 1]:
            furthest, nearest = -1, true_scan[end - 1] + 1
            for pair in range(len(pairs)):
                if pairs[pair, 1] == vessel:
                    if pairs[pair, 2] <= now <= pairs[pair, 3]:
                        furthest = max(furthest, pairs[pair, 3])
                    elif pairs[pair, 2] > now:
                        nearest = min(nearest, pairs[pair, 2])
            if furthest >= 0:
                needed += 1
                now = furthest + 1
            else:
                now = nearest
        if needed:
            found[vessel, 0] = needed - 1
        # time under any pairing, each stretch once
        now = true_scan[begin]
        while now < true_scan[end - 1]:
            covered = False
            for pair in range(len(pairs)):
                if pairs[pair, 1] == vessel and pairs[pair, 2] <= now and now + 1 <= pairs[pair, 3]:
                    covered = True
            found[vessel, 1] += covered
            now += 1
        for pair in range(len(pairs)):
            if pairs[pair, 1] == vessel:
                held = 0
                for other in range(len(pairs)):
                    if pairs[other, 1] == vessel and pairs[other, 0] == pairs[pair, 0]:
                        held += pairs[other, 3] - pairs[other, 2]
                found[vessel, 2] = max(found[vessel, 2], held)
    return found
