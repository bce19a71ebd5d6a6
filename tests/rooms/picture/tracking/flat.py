"""Plots in a flat world, and round ones made from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fairlead.picture.ground import Floats
from fairlead.picture.tracking.models import Mode, Models, Plots, Sensor
from fairlead.picture.tracking.plane import FLAT

T0_MS = 1_700_000_000_000
STRAIGHT = (Mode(turn=0.0, noise=0.05, share=1.0),)
TURNING = (Mode(turn=0.0, noise=0.05, share=0.7), Mode(turn=0.1, noise=0.2, share=0.15), Mode(turn=-0.1, noise=0.2, share=0.15))


def plots(scans: Sequence[Floats], *, step_s: float = 2.0, sigma_m: float = 10.0, sensor: Sensor | None = None) -> Plots:
    """Scans of positions (n, 2), metres, one every `step_s`."""
    sizes = [len(scan) for scan in scans]
    total = sum(sizes)
    t_ms = np.repeat(np.arange(len(sizes)), sizes) * round(step_s * 1000) + T0_MS
    return Plots(
        place=np.column_stack([np.concatenate(scans).reshape(total, 2), np.zeros(total)]),
        t_ms=t_ms.astype(np.int64),
        error=np.tile([sigma_m**2, 0.0, sigma_m**2], (total, 1)),
        rate=np.full(total, np.nan),
        start=np.cumsum([0, *sizes]).astype(np.int64),
        sensor=np.zeros(len(sizes), dtype=np.int64),
        sensors=[sensor or Sensor(frame=FLAT, turn_s=step_s, detection=0.9, clutter=1e-7)],
    )


def models(association: str = "likeliest", modes: tuple[Mode, ...] = STRAIGHT, **changes: float) -> Models:
    """Models that keep a track for long."""
    told = {"gate": 4.0, "speed_sigma": 10.0, "initiate_s": 1e6, "coast_s": 1e6, "life_s": 1e9} | changes
    return Models(modes=modes, association=association, **told)  # type: ignore[arg-type]


def sea(seed: int, vessels: int = 6, scans: int = 20, *, side_m: float = 2000.0, seen: float = 0.9, false: float = 1.0) -> list[Floats]:
    """Plots of vessels that go straight on, and some of none."""
    dice = np.random.default_rng(seed)
    at, speed = dice.uniform(0, side_m, (vessels, 2)), dice.uniform(-8, 8, (vessels, 2))
    found = []
    for _ in range(scans):
        at = at + 2.0 * speed
        own = at[dice.random(vessels) < seen]
        both = np.vstack([own + dice.normal(0, 10, own.shape), dice.uniform(0, side_m, (dice.poisson(false), 2))])
        found.append(both[dice.permutation(len(both))])
    return found
