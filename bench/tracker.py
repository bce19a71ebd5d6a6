"""The tracker against Stone Soup with the same models, gate, initiator and deleter on both sides; equal states asserted first.

1. Single association: GNNWith2DAssignment, every state of every scan within 1e-6 m, the same counts.
2. Joint association: JPDAwithLBP on known starts, GOSPA within 1 %; where groups are small enough also the exact enumeration (JPDA).
3. Alone: the time of a scan at 1,000 and 10,000 tracks at one density, with turning modes and contributions; what contributions cost.
4. Turning modes against the best single filter on vessels that turn: errors of position and velocity of the same plots.

Stone Soup is not part of the development set-up's promise: where it is not installed the ratios are left out, and it is said.
"""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bench.figure import figure, quick
from fairlead.picture.ground import Floats
from fairlead.picture.measure import Scans, gospa
from fairlead.picture.tracking.follow import Followed, follow
from fairlead.picture.tracking.models import Mode, Models, Plots, Sensor
from fairlead.picture.tracking.plane import FLAT

T0_MS: Final = 1_700_000_000_000
STEP_S: Final = 2.0
NOISE: Final = 0.05
SIGMA_M: Final = 10.0
DETECTION: Final = 0.9
GATE: Final = 4.0
MISSES: Final = 2
STRAIGHT: Final = (Mode(turn=0.0, noise=NOISE, share=1.0),)
TURNING: Final = (Mode(turn=0.0, noise=NOISE, share=0.7), Mode(turn=0.1, noise=0.2, share=0.15), Mode(turn=-0.1, noise=0.2, share=0.15))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Plots (n, 2) of each scan, and where the vessels truly were (scans, vessels, 4)."""

    scans: list[Floats]
    truth: Floats
    clutter: float


def world(vessels: int, scans: int, *, seed: int = 5, turn: float = 0.0, false_share: float = 0.2) -> World:
    """Vessels at one density in a flat square; with `turn` (rad/s) some begin to turn now and then."""
    side = 3000.0 * np.sqrt(vessels / 10)
    dice = np.random.default_rng(seed)
    at, speed = dice.uniform(0, side, (vessels, 2)), dice.uniform(-10, 10, (vessels, 2))
    turning = np.zeros(vessels)
    seen, truth = [], []
    for _ in range(scans):
        at = at + speed * STEP_S
        speed = speed + dice.normal(0, np.sqrt(NOISE * STEP_S), speed.shape)
        if turn:
            begins, ends = dice.random(vessels) < 0.03, dice.random(vessels) < 0.1
            turning = np.where(begins, dice.choice([-turn, turn], vessels), np.where(ends, 0.0, turning))
            c, s = np.cos(turning * STEP_S), np.sin(turning * STEP_S)
            speed = np.column_stack([c * speed[:, 0] - s * speed[:, 1], s * speed[:, 0] + c * speed[:, 1]])
        truth.append(np.column_stack([at[:, 0], speed[:, 0], at[:, 1], speed[:, 1]]))
        own = at[dice.random(vessels) < DETECTION]
        own = own + dice.normal(0, SIGMA_M, own.shape)
        false = dice.uniform(0, side, (dice.poisson(vessels * false_share), 2))
        plots = np.vstack([own, false])
        seen.append(plots[dice.permutation(len(plots))])
    return World(scans=seen, truth=np.array(truth), clutter=vessels * false_share / side**2)


def plots_of(made: World) -> Plots:
    """The same plots as the tracker takes them."""
    sizes = [len(scan) for scan in made.scans]
    total = sum(sizes)
    t_ms = np.repeat(np.arange(len(sizes)), sizes) * round(STEP_S * 1000) + T0_MS
    return Plots(
        place=np.column_stack([np.vstack(made.scans), np.zeros(total)]),
        t_ms=t_ms.astype(np.int64),
        error=np.tile([SIGMA_M**2, 0.0, SIGMA_M**2], (total, 1)),
        rate=np.full(total, np.nan),
        start=np.cumsum([0, *sizes]).astype(np.int64),
        sensor=np.zeros(len(sizes), dtype=np.int64),
        sensors=[Sensor(frame=FLAT, turn_s=STEP_S, detection=DETECTION, clutter=made.clutter)],
    )


def models(association: Any, modes: tuple[Mode, ...] = STRAIGHT) -> Models:
    """What both sides are told."""
    return Models(
        modes=modes,
        association=association,
        gate=GATE,
        speed_sigma=10.0,
        plots_min=3,
        initiate_s=1e6,
        coast_s=1e6,
        missed_max=MISSES,
        exists_min=0.0 if association == "nearest" else 1e-3,
        life_s=1e9,
    )


def peer(made: World) -> tuple[float, dict[int, list[tuple[float, ...]]]]:
    """Stone Soup's seconds, and its updated states of each scan."""
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.deleter.time import UpdateTimeStepsDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.initiator.simple import MultiMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.measurement.linear import LinearGaussian
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.tracker.simple import MultiTargetTracker
    from stonesoup.types.detection import Detection
    from stonesoup.types.state import GaussianState
    from stonesoup.types.update import Update
    from stonesoup.updater.kalman import KalmanUpdater

    zero = datetime.datetime(2023, 11, 14)
    measuring = LinearGaussian(4, (0, 2), np.diag([SIGMA_M**2, SIGMA_M**2]))
    predictor = KalmanPredictor(CombinedLinearGaussianTransitionModel([ConstantVelocity(NOISE), ConstantVelocity(NOISE)]))
    updater = KalmanUpdater(measuring)
    associator = GNNWith2DAssignment(DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=GATE))
    deleter = UpdateTimeStepsDeleter(MISSES + 1)
    initiator = MultiMeasurementInitiator(
        prior_state=GaussianState([[0], [0], [0], [0]], np.diag([0, 100.0, 0, 100.0])),
        measurement_model=measuring,
        deleter=deleter,
        data_associator=associator,
        updater=updater,
        min_points=3,
        updates_only=True,
    )
    looks = []
    for number, scan in enumerate(made.scans):
        at = zero + datetime.timedelta(seconds=STEP_S * number)
        looks.append((at, {Detection(np.array([[x], [y]]), timestamp=at, measurement_model=measuring) for x, y in scan}))
    tracker = MultiTargetTracker(initiator, deleter, looks, associator, updater)
    started_s = time.perf_counter()
    every = set()
    for _, tracks in tracker:
        every |= tracks
    taken_s = time.perf_counter() - started_s
    states: dict[int, list[tuple[float, ...]]] = {}
    for track in every:
        for state in track.states:
            if isinstance(state, Update):
                at_ms = round((state.timestamp - zero).total_seconds() * 1000)
                states.setdefault(at_ms, []).append(tuple(state.state_vector.ravel().astype(float)))
    return taken_s, states


def ours(made: World, told: Models) -> tuple[float, Followed]:
    """Our seconds, the least of three, and the answer."""
    plots = plots_of(made)
    found, best = follow(plots, told), np.inf
    for _ in range(3):
        started_s = time.perf_counter()
        found = follow(plots, told)
        best = min(best, time.perf_counter() - started_s)
    return best, found


def same(found: Followed, theirs: dict[int, list[tuple[float, ...]]]) -> float:
    """The largest difference of any state, metres; raises when counts differ."""
    mine: dict[int, list[tuple[float, ...]]] = {}
    for row in np.flatnonzero(found.sure[found.number]).tolist():
        mine.setdefault(int(found.t_ms[row]) - T0_MS, []).append(tuple(found.state[row]))
    assert {at: len(states) for at, states in mine.items()} == {at: len(states) for at, states in theirs.items()}, "other counts"
    worst = max(float(np.abs(np.array(sorted(mine[at])) - np.array(sorted(theirs[at]))).max()) for at in mine)
    assert worst <= 1e-6, f"states differ by {worst} m"
    return worst


def single() -> None:
    """Single association against the peer."""
    sizes = [(10, 100, ">=50 aim 200"), (100, 20, ">=300 aim 650")] if quick() else []
    sizes = sizes or [(10, 100, ">=50 aim 200"), (50, 100, "-"), (100, 100, ">=300 aim 650"), (500, 30, ">=1500 aim 5000")]
    for vessels, scans, goal in sizes:
        made = world(vessels, scans)
        theirs_s, theirs = peer(made)
        ours_s, found = ours(made, models("nearest"))
        worst = same(found, theirs)
        details = {"scans": scans, "largest_difference_m": worst, "ours_s": ours_s, "theirs_s": theirs_s}
        figure(f"tracker-single-{vessels}", theirs_s / ours_s, "x", peer="stonesoup GNNWith2DAssignment", goal=goal, **details)


def joint_peer(made: World, kind: str) -> tuple[float, list[Floats]]:
    """Stone Soup's seconds and positions of each scan, tracks begun at the truth."""
    from stonesoup.dataassociator.probability import JPDA, JPDAwithLBP
    from stonesoup.functions import gm_reduce_single
    from stonesoup.hypothesiser.probability import PDAHypothesiser
    from stonesoup.models.measurement.linear import LinearGaussian
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.types.array import StateVectors
    from stonesoup.types.detection import Detection
    from stonesoup.types.state import GaussianState
    from stonesoup.types.track import Track
    from stonesoup.types.update import GaussianStateUpdate
    from stonesoup.updater.kalman import KalmanUpdater

    zero = datetime.datetime(2023, 11, 14)
    measuring = LinearGaussian(4, (0, 2), np.diag([SIGMA_M**2, SIGMA_M**2]))
    predictor = KalmanPredictor(CombinedLinearGaussianTransitionModel([ConstantVelocity(NOISE), ConstantVelocity(NOISE)]))
    updater = KalmanUpdater(measuring)
    hypothesiser = PDAHypothesiser(predictor, updater, made.clutter, prob_detect=DETECTION, prob_gate=0.99966)
    associator = (JPDAwithLBP if kind == "lbp" else JPDA)(hypothesiser=hypothesiser)
    start = np.diag([SIGMA_M**2, 4.0, SIGMA_M**2, 4.0])
    tracks = {Track([GaussianState(one.reshape(4, 1), start, timestamp=zero)]) for one in made.truth[0]}
    found = []
    started_s = time.perf_counter()
    for number, scan in enumerate(made.scans[1:], 1):
        at = zero + datetime.timedelta(seconds=STEP_S * number)
        plots = {Detection(np.array([[x], [y]]), timestamp=at, measurement_model=measuring) for x, y in scan}
        for track, several in associator.associate(tracks, plots, at).items():
            after = [updater.update(one) if one else one.prediction for one in several]
            means = StateVectors([one.state_vector for one in after])
            covs = np.stack([one.covar for one in after], axis=2)
            mean, cov = gm_reduce_single(means, covs, np.asarray([float(one.probability) for one in several]))
            track.append(GaussianStateUpdate(mean, cov, several, at))
        found.append(np.array([track.state.state_vector.ravel()[[0, 2]].astype(float) for track in tracks]))
    return time.perf_counter() - started_s, found


def joint() -> None:
    """Joint association against the peer: our tracks begin at the truth too, by three exact plots before the first scan."""
    sizes = (
        [(10, 40, ">=100 aim 380")]
        if quick()
        else [(10, 100, ">=100 aim 380"), (100, 40, ">=500 aim 1900"), (500, 8, ">=2000 aim 7500")]
    )
    for vessels, scans, goal in sizes:
        made = world(vessels, scans)
        theirs_s, theirs = joint_peer(made, "lbp")
        ours_s, found = ours_joint(made)
        scores = [_gospa(found, made), _gospa(theirs, made)]
        apart = abs(scores[0] - scores[1]) / scores[1]
        assert apart <= 0.01, f"GOSPA {scores}"
        figure(f"tracker-joint-{vessels}", theirs_s / ours_s, "x", peer="stonesoup JPDAwithLBP", goal=goal, gospa=scores, scans=scans)
        figure(f"tracker-joint-{vessels}-gospa", 100 * apart, "%", peer="stonesoup JPDAwithLBP", goal="<=1")
    made = world(10, 12 if quick() else 40)
    theirs_s, theirs = joint_peer(made, "exact")
    ours_s, found = ours_joint(made)
    apart = abs(_gospa(found, made) - _gospa(theirs, made)) / _gospa(theirs, made)
    figure(
        "tracker-joint-exact-gospa",
        100 * apart,
        "%",
        peer="stonesoup JPDA (every joint hypothesis)",
        goal="<=1",
        ratio=theirs_s / ours_s,
    )


def ours_joint(made: World) -> tuple[float, list[Floats]]:
    """Seconds and positions of each scan; tracks begin at the truth."""
    from fairlead.picture.tracking.models import no_states, no_tracks, room_of, rules_of, scan_of
    from fairlead.picture.tracking.pairs import PAIRS_MAX
    from fairlead.picture.tracking.scan import step_joint

    plots, told = plots_of(made), models("joint")
    rules, room, vessels = rules_of(told), room_of(1), made.truth.shape[1]
    best = np.inf
    found: list[Floats] = []
    for _ in range(3):
        live = no_tracks(vessels * 60, 1)
        live.held[0] = vessels
        live.mean[:vessels, 0] = made.truth[0]
        live.cov[:vessels, 0] = np.diag([SIGMA_M**2, 4.0, SIGMA_M**2, 4.0])
        live.weight[:, 0], live.exists[:vessels], live.sure[:vessels], live.hits[:vessels] = 1.0, 1.0, True, 3
        live.frame[:], live.t_ms[:vessels], live.number[:vessels] = FLAT, T0_MS, np.arange(vessels)
        book = no_states(len(plots.t_ms) * 8, len(plots.t_ms) * PAIRS_MAX)
        book.told[2] = vessels
        found = []
        started_s = time.perf_counter()
        for number in range(1, len(made.scans)):
            step_joint(live, book, rules, scan_of(plots, number), room)
            at_ms = T0_MS + round(number * STEP_S * 1000)
            old = live.number[: live.held[0]] < vessels
            span_s = (at_ms - live.t_ms[: live.held[0]][old]) / 1000
            mean = live.mean[: live.held[0], 0][old]
            found.append(np.column_stack([mean[:, 0] + mean[:, 1] * span_s, mean[:, 2] + mean[:, 3] * span_s]))
        best = min(best, time.perf_counter() - started_s)
    return best, found


def _gospa(found: list[Floats], made: World) -> float:
    truth = [made.truth[number][:, [0, 2]] for number in range(1, len(made.scans))]
    scans = [Scans(start=np.cumsum([0, *map(len, parts)]).astype(np.int64), xy_m=np.vstack(parts)) for parts in (found, truth)]
    return float(gospa(*scans, cutoff_m=100.0).distance_m.mean())


def alone() -> None:
    """A scan at 1,000 and at 10,000 tracks; what contributions cost."""
    middle = {}
    for vessels, scans in ((1000, 40), (10_000, 20 if quick() else 40)):
        plots = plots_of(world(vessels, scans))
        follow(plots_of(world(10, 3)), models("likeliest", TURNING))
        taken: list[float] = []
        last = [time.perf_counter()]

        def done(_: int, taken: list[float] = taken, last: list[float] = last) -> None:
            now = time.perf_counter()
            taken.append(now - last[0])
            last[0] = now

        found = follow(plots, models("likeliest", TURNING), done)
        middle[vessels] = float(np.median(taken))
        if vessels == 10_000:
            at_95 = float(np.percentile(taken, 95)) * 1000
            figure("tracker-scan-10000", at_95, "ms p95", peer="none", goal="<=200 aim 40", sure=int(found.sure.sum()))
            figure("tracker-growth", middle[10_000] / middle[1000], "x time(10k)/time(1k)", peer="itself", goal="<=15")
            times = {}
            for keep in ("states", "contributions"):
                started_s = time.perf_counter()
                follow(plots, models("likeliest", TURNING), keep=keep)
                times[keep] = time.perf_counter() - started_s
            figure("tracker-contributions", times["contributions"] / times["states"], "x", peer="itself without them", goal="<=1.5")


def turning() -> None:
    """Turning modes against the best single filter, errors on the scans where both know a vessel."""
    made = world(60, 100 if quick() else 200, seed=8, turn=0.1, false_share=0.05)
    noises = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0)
    single_best = [_errors(made, (Mode(turn=0.0, noise=noise, share=1.0),)) for noise in noises]
    mixed = _errors(made, TURNING)
    position, velocity = (min(one[axis] for one in single_best) for axis in (0, 1))
    figure("tracker-turning-position", 100 * (1 - mixed[0] / position), "% less error", peer="best of 8 single filters", goal=">=10")
    figure("tracker-turning-velocity", 100 * (1 - mixed[1] / velocity), "% less error", peer="best of 8 single filters", goal=">=15")


def _errors(made: World, modes: tuple[Mode, ...]) -> tuple[float, float]:
    """Root mean square errors of position and velocity of the nearest vessel's state, within 100 m."""
    _, found = ours(made, models("likeliest", modes))
    scan = (found.t_ms - T0_MS) // round(STEP_S * 1000)
    late = found.sure[found.number] & (scan > 5)
    squares = []
    for row in np.flatnonzero(late).tolist():
        truth = made.truth[scan[row]]
        off = (truth[:, 0] - found.state[row, 0]) ** 2 + (truth[:, 2] - found.state[row, 2]) ** 2
        one = int(off.argmin())
        if off[one] < 100.0**2:
            squares.append((off[one], ((truth[one, [1, 3]] - found.state[row, [1, 3]]) ** 2).sum()))
    position, velocity = np.sqrt(np.mean(squares, axis=0)).tolist()
    return position, velocity


if __name__ == "__main__":
    alone()
    turning()
    try:
        import stonesoup  # noqa: F401
    except ImportError:
        print("stonesoup is not installed here: no ratios to it")
    else:
        single()
        joint()
