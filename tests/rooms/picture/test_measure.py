"""Distances between pictures, against their definitions by trying every pairing."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.errors import BadInput
from fairlead.picture.measure import SCAN_MAX, Scans, gospa, ospa


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
    with pytest.raises(BadInput, match="too many"):
        Scans(start=np.array([0, SCAN_MAX + 1]), xy_m=np.zeros((SCAN_MAX + 1, 2)))
    with pytest.raises(BadInput, match="whole numbers"):
        Scans(start=np.array([0.0, 1.0]), xy_m=np.zeros((1, 2)))
    with pytest.raises(BadInput, match="finite pairs"):
        Scans(start=np.array([0, 1]), xy_m=np.zeros((1, 2), dtype=np.float32))


@pytest.mark.parametrize(
    ("cutoff", "power"), [(0.0, 2.0), (-1.0, 2.0), (np.nan, 2.0), (5.0, 0.5), (5.0, np.nan), (1e-200, 2.0), (1e200, 2.0), (5.0, 1e9)]
)
def test_a_cutoff_and_power_that_would_vanish_or_overflow_are_refused(cutoff: float, power: float) -> None:
    one, other = scans([(0.0, 0.0)]), scans([(9.0, 0.0)])
    for measure in (gospa, ospa):
        with pytest.raises(BadInput, match="no such cutoff"):
            measure(one, other, cutoff_m=cutoff, power=power)


def test_as_far_as_the_cutoff_is_no_pair() -> None:
    one, other = scans([(0.0, 0.0)]), scans([(5.0, 0.0)])
    at, beyond = gospa(one, other, cutoff_m=5.0), gospa(one, other, cutoff_m=5.5)
    assert (at.missed_count[0], at.false_count[0], at.localisation[0]) == (1, 1, 0.0)
    assert (beyond.missed_count[0], beyond.false_count[0], beyond.localisation[0]) == (0, 0, 25.0)


def test_two_empty_scans_are_no_distance_apart() -> None:
    assert ospa(scans([], []), scans([], []), cutoff_m=5.0).tolist() == [0.0, 0.0]
    assert gospa(scans([]), scans([]), cutoff_m=5.0).distance_m.tolist() == [0.0]
