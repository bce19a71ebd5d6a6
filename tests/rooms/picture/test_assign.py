"""Assignment and distances between pictures, against every choice there is."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput
from fairlead.picture.assign import NONE, assigned
from fairlead.picture.measure import Scans, gospa, ospa

COSTS = st.one_of(st.integers(0, 4).map(float), st.floats(-50, 50))  # small whole numbers make ties


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    rows, columns = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    return np.array(draw(st.lists(COSTS, min_size=rows * columns, max_size=rows * columns))).reshape(rows, columns)


def least(cost: np.ndarray) -> float:
    """The least total by trying all."""
    cost = cost if cost.shape[0] <= cost.shape[1] else cost.T
    return min(
        sum(cost[row, column] for row, column in enumerate(chosen)) for chosen in permutations(range(cost.shape[1]), cost.shape[0])
    )


@settings(max_examples=300, deadline=None)
@given(tables())
def test_the_choice_is_one_to_one_and_none_is_cheaper(cost: np.ndarray) -> None:
    found = assigned(cost)
    pairs = [(row, column) for row, column in enumerate(found.tolist()) if column != NONE]
    assert len(pairs) == min(cost.shape)
    assert len({column for _, column in pairs}) == len(pairs)
    assert sum(cost[row, column] for row, column in pairs) == pytest.approx(least(cost), abs=1e-9)


def test_a_cost_that_is_not_finite_is_refused() -> None:
    for strange in (np.nan, np.inf):
        with pytest.raises(BadInput, match="not finite"):
            assigned(np.array([[1.0, strange]]))
    with pytest.raises(BadInput, match="not a table"):
        assigned(np.zeros(3))


def scans(*parts: list[tuple[float, float]]) -> Scans:
    start = np.cumsum([0, *[len(part) for part in parts]]).astype(np.int64)
    return Scans(start=start, xy_m=np.array([xy for part in parts for xy in part], dtype=np.float64).reshape(-1, 2))


POINTS = st.lists(st.tuples(st.integers(0, 30).map(float), st.integers(0, 30).map(float)), max_size=4)


def gospa_by_trying(shown: list[tuple[float, float]], there: list[tuple[float, float]], cutoff: float, power: float) -> float:
    """The definition with alpha = 2: over every partial pairing, what pairs cost and half a cutoff for each that stays alone."""
    best = (len(shown) + len(there)) * cutoff**power / 2
    if shown and there:
        first, rest = shown[0], shown[1:]
        best = cutoff**power / 2 + gospa_by_trying(rest, there, cutoff, power)
        for number, other in enumerate(there):
            apart = np.hypot(first[0] - other[0], first[1] - other[1]) ** power
            best = min(best, apart + gospa_by_trying(rest, there[:number] + there[number + 1 :], cutoff, power))
    return best


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(POINTS, POINTS), min_size=1, max_size=3), st.sampled_from([5.0, 12.5, 100.0]), st.sampled_from([1.0, 2.0]))
def test_gospa_is_its_definition(
    worlds: list[tuple[list[tuple[float, float]], list[tuple[float, float]]]], cutoff: float, power: float
) -> None:
    found = gospa(scans(*[one for one, _ in worlds]), scans(*[two for _, two in worlds]), cutoff_m=cutoff, power=power)
    for number, (shown, there) in enumerate(worlds):
        assert found.distance_m[number] ** power == pytest.approx(gospa_by_trying(shown, there, cutoff, power), abs=1e-6)
        assert found.missed_count[number] - found.false_count[number] == len(there) - len(shown)
    assert (found.localisation + found.missed + found.false) ** (1 / power) == pytest.approx(found.distance_m)


def ospa_by_trying(shown: list[tuple[float, float]], there: list[tuple[float, float]], cutoff: float, power: float) -> float:
    few, many = sorted((shown, there), key=len)
    if not many:
        return 0.0
    pairs = min(
        sum(min(cutoff, np.hypot(a[0] - many[to][0], a[1] - many[to][1])) ** power for a, to in zip(few, chosen, strict=True))
        for chosen in permutations(range(len(many)), len(few))
    )
    return float(((pairs + cutoff**power * (len(many) - len(few))) / len(many)) ** (1 / power))


@settings(max_examples=200, deadline=None)
@given(POINTS, POINTS, st.sampled_from([5.0, 12.5, 100.0]), st.sampled_from([1.0, 2.0]))
def test_ospa_is_its_definition_and_symmetric(
    shown: list[tuple[float, float]], there: list[tuple[float, float]], cutoff: float, power: float
) -> None:
    one, two = scans(shown), scans(there)
    found = float(ospa(one, two, cutoff_m=cutoff, power=power)[0])
    assert found == pytest.approx(ospa_by_trying(shown, there, cutoff, power), abs=1e-9)
    assert found == pytest.approx(float(ospa(two, one, cutoff_m=cutoff, power=power)[0]), abs=1e-9)


def test_what_cannot_be_scans_is_refused() -> None:
    with pytest.raises(BadInput, match="finite pairs"):
        Scans(start=np.array([0, 1]), xy_m=np.array([[np.nan, 0.0]]))
    with pytest.raises(BadInput, match="do not cover"):
        Scans(start=np.array([0, 2]), xy_m=np.zeros((1, 2)))
    with pytest.raises(BadInput, match="ends before"):
        Scans(start=np.array([0, 2, 1]), xy_m=np.zeros((1, 2)))
    with pytest.raises(BadInput, match="different scans"):
        gospa(scans([]), scans([], []), cutoff_m=5.0)
    with pytest.raises(BadInput, match="cutoff"):
        ospa(scans([]), scans([]), cutoff_m=0.0)
