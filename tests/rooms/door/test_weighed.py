"""Probabilities in words, and what a track rests on."""

from __future__ import annotations

import pytest

from fairlead.door.drawn import strip_svg
from fairlead.door.weighed import known_to, likely, rests_on


@pytest.mark.parametrize(
    ("thousandths", "said"),
    [
        (0, "no chance to speak of (under 1 %)"),
        (120, "very unlikely (12 %)"),
        (500, "roughly even chance (50 %)"),
        (870, "very likely (87 %)"),
        (990, "as good as certain (99 %)"),
        (1000, "as good as certain (over 99 %)"),
    ],
)
def test_a_probability_is_a_word_and_a_number(thousandths: int, said: str) -> None:
    assert likely(thousandths) == said


def test_a_place_is_known_along_and_across() -> None:
    assert known_to((40, 25, 810)) == "40 m along 81°, 25 m across"
    assert known_to((40, 40, 0)) == "40 m all round"


def test_a_track_rests_on_its_feeds_by_weight() -> None:
    track = {"feeds": ["a", "b"], "given": [((0, 1000),), ((0, 500), (1, 500)), ((1, 1000),), ((1, 1000),)]}
    assert rests_on(track) == [("a", 38), ("b", 62)]
    assert rests_on({"feeds": ["a"]}) == []


def test_a_strip_draws_what_is_known_of_a_filtered_track_and_of_no_other() -> None:
    points = [(one * 60_000, 200_000_000 + one * 1000, -750_000_000, 50, 0, 20) for one in range(30)]
    track = {"id": "abcd", "kind": "radar", "moving": True, "points": points, "ellipses": [(40, 20, 450)] * 30, "feeds": ["a"]}
    card = {"from_ms": 0, "to_ms": -1, "lat_e7": 200_000_000, "lon_e7": -750_000_000}
    drawn = str(strip_svg({"card": card, "tracks": [track]}))
    assert 10 <= drawn.count('<ellipse class="known"') <= 15
    assert "rotate(45)" in drawn
    plain = str(strip_svg({"card": card, "tracks": [{**track, "ellipses": []}]}))
    assert "ellipse" not in plain
