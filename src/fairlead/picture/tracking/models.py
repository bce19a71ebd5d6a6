"""What the tracker is told: how vessels move and sensors see, and the columns that it works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from fairlead.errors import BadInput
from fairlead.picture.ground import Floats, Ints

Association: TypeAlias = Literal["nearest", "likeliest", "joint"]
KINDS: Final[tuple[Association, ...]] = ("nearest", "likeliest", "joint")
MODES_MAX: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One way to move: turn rate (rad/s, 0 straight on), intensity of white acceleration (m2/s3), share of time."""

    turn: float
    noise: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """How tracks move, begin, take plots and end; angles in radians, lengths in metres, times in seconds.

    `association`: "nearest" and "likeliest" give each track at most one plot, by least total distance or greatest total likelihood;
    "joint" lets every gated plot pull by its probability. Raises BadInput for what is no model."""

    modes: tuple[Mode, ...]
    sojourn_s: float = 120.0
    burst_s: float = 1e9
    gate: float = 4.0  # standard deviations
    association: Association = "likeliest"
    speed_sigma: float = 12.0  # of a contact first seen, each axis, m/s
    plots_min: int = 3
    initiate_s: float = 900.0
    coast_s: float = 600.0
    missed_max: int = 1_000_000
    birth: float = 0.2  # probability that a plot that goes with no track is a vessel
    exists_min: float = 0.0
    life_s: float = 86_400.0

    def __post_init__(self) -> None:
        total = sum(mode.share for mode in self.modes)
        if not 1 <= len(self.modes) <= MODES_MAX or abs(total - 1.0) > 1e-9 or min(mode.share for mode in self.modes) <= 0.0:
            raise BadInput(
                "the shares of the modes are not positive, or do not add up to one", where=f"{len(self.modes)} modes, {total}"
            )
        bad = [name for name in ("sojourn_s", "burst_s", "gate", "speed_sigma", "life_s") if not 0.0 < getattr(self, name) < 1e12]
        bad += [f"noise {mode.noise}" for mode in self.modes if not 0.0 <= mode.noise < 1e12]
        if bad:
            raise BadInput("a number of the models is not positive, or is not finite", where=", ".join(bad))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensor:
    """How one feed sees. `frame` (9,) stands at its station; `sigma` (3,) of range, bearing and rate, zeros when plots are positions.
    `turn_s` is the time in which it looks at each place once, 0 when not known: then a track that it does not report is not missed.
    `detection` is the probability that it reports a vessel in a look, `clutter` false plots per m2 and look, `range_m` how far."""

    frame: Floats
    sigma: Floats = field(default_factory=lambda: np.zeros(3))
    turn_s: float = 0.0
    detection: float = 0.9
    clutter: float = 1e-8
    range_m: float = np.inf
    sector: tuple[float, float] = (0.0, 0.0)  # bearings from and to, radians, clockwise; equal: all round


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plots:
    """Plots in order of their scans. `place` (n, 3) earth-centred metres, `t_ms` (n,), `error` (n, 3) east-east, east-north and
    north-north in m2, `rate` (n,) m/s or not a number, `start` (scans + 1,) bounds the scans, `sensor` (scans,) numbers `sensors`."""

    place: Floats
    t_ms: Ints
    error: Floats
    rate: Floats
    start: Ints
    sensor: Ints
    sensors: Sequence[Sensor]


class Scan(NamedTuple):
    """Plots of one feed within one look, as compiled code takes them: columns of `Plots`, then what `Sensor` says."""

    place: Floats
    t_ms: Ints
    error: Floats
    rate: Floats
    station: Floats
    sigma: Floats
    turn_s: float
    detection: float
    clutter: float
    range_m: float
    sector_from: float
    sector_to: float
    first_plot: int


class Room(NamedTuple):
    """Scratch that the steps of one scan share."""

    mean: Floats
    cov: Floats
    weight: Floats
    whole: Floats
    spread: Floats
    mixing: Floats
    residual: Floats
    among: Floats
    inverse: Floats
    cross: Floats
    pull: Floats
    place: Floats


class Rules(NamedTuple):
    """`Models` as compiled code takes them."""

    turn: Floats
    noise: Floats
    prior: Floats
    sojourn_s: float
    burst_s: float
    gate: float
    kind: int
    speed_var: float
    plots_min: int
    initiate_ms: int
    coast_ms: int
    missed_max: int
    birth: float
    exists_min: float
    life_s: float


class Live(NamedTuple):
    """Tracks that may still grow, oldest first; the first axis is capacity, `held` (1,) how many there are."""

    held: Ints
    mean: Floats  # (n, modes, 4)
    cov: Floats  # (n, modes, 4, 4)
    weight: Floats  # (n, modes)
    frame: Floats  # (n, 9)
    t_ms: Ints
    first_ms: Ints
    number: Ints
    hits: Ints
    missed: Ints
    sure: npt.NDArray[np.bool_]
    exists: Floats


class Book(NamedTuple):
    """Every state after a plot of its own, in the order in which they were made; `told` (3,): states, contributions, tracks begun."""

    told: Ints
    number: Ints
    t_ms: Ints
    state: Floats  # (k, 4) in the frame's plane
    spread: Floats  # (k, 3) xx, xy, yy of the position
    frame: Floats  # (k, 9)
    exists: Floats
    given: Ints  # (k + 1,) bounds of the state's contributions
    plot: Ints
    share: Floats


def rules_of(models: Models) -> Rules:
    """The models as compiled code takes them."""
    return Rules(
        turn=np.array([mode.turn for mode in models.modes]),
        noise=np.array([mode.noise for mode in models.modes]),
        prior=np.array([mode.share for mode in models.modes]),
        sojourn_s=models.sojourn_s,
        burst_s=models.burst_s,
        gate=models.gate,
        kind=KINDS.index(models.association),
        speed_var=models.speed_sigma**2,
        plots_min=models.plots_min,
        initiate_ms=round(models.initiate_s * 1000),
        coast_ms=round(models.coast_s * 1000),
        missed_max=models.missed_max,
        birth=models.birth,
        exists_min=models.exists_min,
        life_s=models.life_s,
    )


def room_of(modes: int) -> Room:
    """Scratch for that many modes."""
    return Room(
        mean=np.zeros((modes, 4)),
        cov=np.zeros((modes, 4, 4)),
        weight=np.zeros(modes),
        whole=np.zeros(4),
        spread=np.zeros((4, 4)),
        mixing=np.zeros((3, 4, 4)),
        residual=np.zeros(3),
        among=np.zeros((3, 3)),
        inverse=np.zeros((3, 3)),
        cross=np.zeros((4, 3)),
        pull=np.zeros((4, 3)),
        place=np.zeros(3),
    )


def scan_of(plots: Plots, number: int) -> Scan:
    """One scan of the plots, as compiled code takes it."""
    own = slice(int(plots.start[number]), int(plots.start[number + 1]))
    sensor = plots.sensors[int(plots.sensor[number])]
    return Scan(
        place=plots.place[own],
        t_ms=plots.t_ms[own],
        error=plots.error[own],
        rate=plots.rate[own],
        station=sensor.frame,
        sigma=sensor.sigma,
        turn_s=float(sensor.turn_s),
        detection=float(sensor.detection),
        clutter=float(sensor.clutter),
        range_m=float(sensor.range_m),
        sector_from=float(sensor.sector[0]),
        sector_to=float(sensor.sector[1]),
        first_plot=own.start,
    )


def no_tracks(capacity: int, modes: int) -> Live:
    """Room for `capacity` tracks, none of them begun."""
    whole, real = np.zeros(capacity, dtype=np.int64), np.zeros(capacity)
    return Live(
        held=np.zeros(1, dtype=np.int64),
        mean=np.zeros((capacity, modes, 4)),
        cov=np.zeros((capacity, modes, 4, 4)),
        weight=np.zeros((capacity, modes)),
        frame=np.zeros((capacity, 9)),
        t_ms=whole.copy(),
        first_ms=whole.copy(),
        number=whole.copy(),
        hits=whole.copy(),
        missed=whole.copy(),
        sure=np.zeros(capacity, dtype=np.bool_),
        exists=real,
    )


def no_states(states: int, contributions: int) -> Book:
    """Room for that many states and contributions; room for no contribution keeps none."""
    return Book(
        told=np.zeros(3, dtype=np.int64),
        number=np.zeros(states, dtype=np.int64),
        t_ms=np.zeros(states, dtype=np.int64),
        state=np.zeros((states, 4)),
        spread=np.zeros((states, 3)),
        frame=np.zeros((states, 9)),
        exists=np.zeros(states),
        given=np.zeros(states + 1, dtype=np.int64),
        plot=np.zeros(contributions, dtype=np.int64),
        share=np.zeros(contributions),
    )


def roomier(live: Live, rows: int) -> Live:
    """The same tracks with room for `rows` more at least."""
    count = int(live.held[0])
    need = count + rows
    if need <= len(live.t_ms):
        return live
    wider = no_tracks(max(need, 2 * len(live.t_ms)), live.weight.shape[1])
    for old, new in zip(live, wider, strict=True):
        new[: 1 if old is live.held else count] = old[: 1 if old is live.held else count]
    return wider
