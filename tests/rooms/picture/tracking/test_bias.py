"""A radar that is off, found and corrected by vessels that tell where they are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fairlead.picture.ground import Floats, Ints
from fairlead.picture.tracking.bias import Bias, Heard, bias_of, corrected, heard_of
from fairlead.picture.tracking.measured import polar
from fairlead.picture.tracking.plane import anchored, lifted, vectors


def station(lat_e7: int = 245_000_000, lon_e7: int = -1_799_900_000) -> Floats:
    frame = np.empty(9)
    anchored(frame, *vectors(np.array([lat_e7]), np.array([lon_e7]))[0])
    return frame


def world(frame: Floats, off: Bias, *, vessels: int = 5, false_share: float = 0.0, seed: int = 1) -> tuple[Floats, Ints, Heard]:
    """Plots every minute of vessels that tell their place every thirty seconds, each off by the bias and by noise."""
    dice = np.random.default_rng(seed)
    lines, places, times = [], [], []
    for number in range(vessels):
        at, speed = dice.uniform(-30_000, 30_000, 2), dice.uniform(-6, 6, 2)
        way = {t_s: lifted(frame, *(at + t_s * speed)) for t_s in range(0, 1801, 30)}
        lines.append((np.array(list(way.values())), np.array(list(way), dtype=np.int64) * 1000))
        for t_s in range(15 + number, 1800, 60):
            x, y = at + t_s * speed
            if dice.random() < false_share:
                x, y = x + dice.uniform(-1200, 1200), y + dice.uniform(-1200, 1200)
            reach, bearing = polar(frame, *lifted(frame, x, y))
            reach, bearing = reach + off.range_m + dice.normal(0, 20), bearing + off.bearing_rad + dice.normal(0, 0.001)
            angle = reach / 6_371_008.8
            own = math.cos(angle) * frame[:3] + math.sin(angle) * 6_371_008.8 * (
                math.sin(bearing) * frame[3:6] + math.cos(bearing) * frame[6:]
            )
            places.append(own)
            times.append(t_s * 1000)
    return np.array(places), np.array(times, dtype=np.int64), heard_of(lines)


@pytest.mark.parametrize("false_share", [0.0, 0.2])
def test_a_radar_that_is_off_is_found_and_put_right(false_share: float) -> None:
    frame = station()
    true = Bias(180.0, 0.012)
    place, t_ms, heard = world(frame, true, false_share=false_share)
    found = bias_of(frame, place, t_ms, heard)
    assert found.range_m == pytest.approx(180.0, abs=12)
    assert found.bearing_rad == pytest.approx(0.012, abs=0.0006)
    again = bias_of(frame, corrected(frame, place, found), t_ms, heard)
    assert abs(again.range_m) < 15


def test_a_radar_that_is_right_is_left_alone() -> None:
    frame = station()
    place, t_ms, heard = world(frame, Bias(0.0, 0.0))
    found = bias_of(frame, place, t_ms, heard)
    assert found == Bias(0.0, 0.0)
    assert corrected(frame, place, found) is place


def test_two_vessels_are_too_few() -> None:
    frame = station()
    place, t_ms, heard = world(frame, Bias(180.0, 0.012), vessels=2)
    assert bias_of(frame, place, t_ms, heard) == Bias(0.0, 0.0)
    assert bias_of(frame, place, t_ms, heard_of([])) == Bias(0.0, 0.0)


def test_the_order_of_plots_does_not_matter() -> None:
    frame = station()
    place, t_ms, heard = world(frame, Bias(180.0, 0.012))
    order = np.random.default_rng(3).permutation(len(t_ms))
    assert bias_of(frame, place[order], t_ms[order], heard) == bias_of(frame, place, t_ms, heard)


def test_a_correction_moves_a_plot_by_just_the_bias() -> None:
    frame = station(850_000_000, 0)
    place = np.array([lifted(frame, 12_000.0, -5000.0)])
    moved = corrected(frame, place, Bias(100.0, 0.01))
    before, after = polar(frame, *place[0]), polar(frame, *moved[0])
    assert before[0] - after[0] == pytest.approx(100.0, abs=1e-3)
    assert before[1] - after[1] == pytest.approx(0.01, abs=1e-8)
