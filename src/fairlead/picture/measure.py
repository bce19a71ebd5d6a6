"""How far a picture is from the truth, for every scan at once: OSPA and GOSPA.

Shapes: positions (n, 2) in metres in one plane; of scan k the rows start[k] to start[k + 1]; start (scans + 1).
OSPA of order p and cutoff c: Schuhmacher, Vo and Vo 2008, IEEE Transactions on Signal Processing 56:3447. GOSPA with alpha = 2, the one
that splits into localisation, missed and false: Rahmathullah, Garcia-Fernandez and Svensson 2017, Fusion 2017.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from fairlead.errors import BadInput
from fairlead.picture.assign import COST_MAX, columns_of
from fairlead.picture.ground import Floats, Ints
from fairlead.report.compiled import kernel

SCAN_MAX: Final = 10_000  # positions of one scan: a table of all pairs then takes 800 MB
COST_MIN: Final = 1e-100  # a cutoff that vanishes to its power would make every picture a perfect one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gospa:
    """Of each scan (scans,): the distance in metres; its parts to the power p, which add up to it; how many were missed or false."""

    distance_m: Floats
    localisation: Floats
    missed: Floats
    false: Floats
    missed_count: Ints
    false_count: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scans:
    """Positions scan by scan."""

    start: Ints
    xy_m: Floats

    def __post_init__(self) -> None:
        if self.xy_m.dtype != np.float64 or self.xy_m.ndim != 2 or self.xy_m.shape[1] != 2 or not np.isfinite(self.xy_m).all():
            raise BadInput("positions are not finite pairs of metres", where=f"{self.xy_m.dtype} {self.xy_m.shape}")
        if self.start.dtype != np.int64 or self.start.ndim != 1 or not len(self.start):
            raise BadInput("the starts of scans are not a row of whole numbers", where=f"{self.start.dtype} {self.start.shape}")
        if self.start[0] != 0 or self.start[-1] != len(self.xy_m):
            where = f"{self.start[0]} to {self.start[-1]} of {len(self.xy_m)} positions"
            raise BadInput("the scans do not cover the positions", where=where, do="start at 0, end at their number")
        if (np.diff(self.start) < 0).any():
            raise BadInput("a scan ends before it begins", do="sort the positions by scan")
        if (np.diff(self.start) > SCAN_MAX).any():
            raise BadInput("a scan holds too many positions", where=str(np.diff(self.start).max()), why=f"{SCAN_MAX} are the most")

    def __len__(self) -> int:
        return len(self.start) - 1


def gospa(tracks: Scans, truth: Scans, *, cutoff_m: float, power: float = 2.0) -> Gospa:
    """GOSPA of every scan, alpha = 2. Raises BadInput when the two differ in scans, or a parameter cannot be."""
    _fit(tracks, truth, cutoff_m, power)
    parts = np.zeros((len(truth), 4))
    _gospa(tracks.start, tracks.xy_m, truth.start, truth.xy_m, cutoff_m, power, parts)
    half = cutoff_m**power / 2
    missed, false = parts[:, 1] * half, parts[:, 2] * half
    return Gospa(
        distance_m=(parts[:, 0] + missed + false) ** (1 / power),
        localisation=parts[:, 0],
        missed=missed,
        false=false,
        missed_count=parts[:, 1].astype(np.int64),
        false_count=parts[:, 2].astype(np.int64),
    )


def ospa(tracks: Scans, truth: Scans, *, cutoff_m: float, power: float = 2.0) -> Floats:
    """OSPA of every scan in metres, 0 where both are empty. Raises BadInput as `gospa` does."""
    _fit(tracks, truth, cutoff_m, power)
    parts = np.zeros((len(truth), 4))
    _gospa(tracks.start, tracks.xy_m, truth.start, truth.xy_m, cutoff_m, power, parts)
    shown, there = np.diff(tracks.start), np.diff(truth.start)
    most = np.maximum(shown, there)
    total = parts[:, 3] + cutoff_m**power * (most - np.minimum(shown, there))
    return np.where(most > 0, (total / np.maximum(most, 1)) ** (1 / power), 0.0)


def _fit(tracks: Scans, truth: Scans, cutoff_m: float, power: float) -> None:
    if len(tracks) != len(truth):
        raise BadInput("tracks and truth have different scans", where=f"{len(tracks)} and {len(truth)}")
    within = math.isfinite(cutoff_m) and cutoff_m > 0 and math.isfinite(power) and power >= 1
    if not within or not math.log(COST_MIN) <= power * math.log(cutoff_m) <= math.log(COST_MAX):
        why = f"the cutoff is above 0 and the power 1 or more, and one to the other lies between {COST_MIN} and {COST_MAX}"
        raise BadInput("no such cutoff and power", where=f"{cutoff_m} m, power {power}", why=why)


@kernel
def _gospa(
    track_start: Ints, track_xy: Floats, truth_start: Ints, truth_xy: Floats, cutoff_m: float, power: float, parts: Floats
) -> None:
    """Per scan: localisation, missed, false, and the sum over all pairs with the cutoff applied."""
    for scan in range(len(truth_start) - 1):
        shown = track_xy[track_start[scan] : track_start[scan + 1]]
        there = truth_xy[truth_start[scan] : truth_start[scan + 1]]
        few, many = (shown, there) if len(shown) <= len(there) else (there, shown)
        pairs = 0
        if len(few):
            cost = np.empty((len(few), len(many)))
            for one in range(len(few)):
                for other in range(len(many)):
                    apart = np.hypot(few[one, 0] - many[other, 0], few[one, 1] - many[other, 1])
                    cost[one, other] = min(apart, cutoff_m) ** power
            chosen = columns_of(cost)
            for one in range(len(few)):
                paid = cost[one, chosen[one]]
                parts[scan, 3] += paid
                if paid < cutoff_m**power:  # as far as the cutoff is no pair: one missed, one false
                    parts[scan, 0] += paid
                    pairs += 1
        parts[scan, 1] = len(there) - pairs
        parts[scan, 2] = len(shown) - pairs
