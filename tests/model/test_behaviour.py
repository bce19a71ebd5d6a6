"""Rules B1, B2, B3, B4, B5 and B10 against a plain second reading of them, on small random worlds near poles and dateline too.

Each kind of world is shaped so that some, and not most, of its members do what the rule is about; how many is asserted.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from fairlead.picture import Parameters, Window
from fairlead.picture.behaviour.core import loading, loitering, short, slow
from fairlead.picture.behaviour.silence import silences
from fairlead.picture.behaviour.stopping import drop_offs
from fairlead.picture.event import Event
from fairlead.picture.scene import Scene
from fairlead.picture.view import ais_scene
from tests.model import behaviour_model as plain
from tests.model.behaviour_model import Fix, Found, World
from tests.rooms.picture.worlds import MINUTE_MS, Row, feed, segment

START = 1_600_000_000_000 // 3_600_000 * 3_600_000
WINDOW = Window(from_ms=START, to_ms=START + 4 * 1440 * MINUTE_MS)
LIMITS = Parameters(gap_min_s=7200, gap_heard_min=20, gap_expected_min=4, circling_min_s=21_600, circling_path_m=20_000)
KN = 30.8667  # metres a minute
LATS = (0.0, 12.0, -33.0, 55.0, 79.995, -84.0)
LONS = (-80.0, 3.0, 180.0, 179.998, -179.999)
Leg = tuple[float, float, float]  # minutes, knots, course in degrees
Spot = tuple[float, float]  # metres north and east of the middle of the world


class Sea:
    """A patch anywhere; vessels sail legs on it and are heard now and then."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.lat, self.lon = dice, dice.choice(LATS), dice.choice(LONS)
        self.tracks: dict[int, list[Fix]] = {}

    def fix(self, minute: float, spot: Spot, sog_dkn: int) -> Fix:
        lat = self.lat + spot[0] / 111_195
        lon = self.lon + spot[1] / 111_195 / math.cos(math.radians(self.lat))
        t_ms = START + round(minute * 60) * 1000
        return t_ms, round(lat * 1e7), plain.wrap(round(lon * 1e7)), sog_dkn

    def sail(self, spot: Spot, legs: Iterable[Leg], *, at: float = 0.0, back: int = 0, told: int = 1) -> None:
        """One vessel that is at `spot` at minute `at`, when leg number `back` begins."""
        legs = list(legs)
        for minutes, knots, course in legs[:back]:
            north, east = _moved(minutes, knots, course)
            spot, at = (spot[0] - north, spot[1] - east), at - minutes
        fixes, end, due = [], at, at
        for minutes, knots, course in legs:
            begin, end = end, end + minutes
            while due < end:
                north, east = _moved(due - begin, knots, course)
                said = max(0, round(knots * 10) + self.dice.randint(-1, 1)) if told else -1
                fixes.append(self.fix(due, (spot[0] + north, spot[1] + east), said))
                due += self.dice.choice((1, 1, 2, 2.35))
            north, east = _moved(minutes, knots, course)
            spot = spot[0] + north, spot[1] + east
        hole = self.dice.choice((None, None, None, 70, 20))
        if hole:
            off = self.dice.uniform(0, end - at)
            fixes = [one for one in fixes if not off < (one[0] - START) / MINUTE_MS - at < off + hole] or fixes
        self.tracks[290_000_001 + len(self.tracks)] = fixes


def _moved(minutes: float, knots: float, course: float) -> Spot:
    way = minutes * knots * KN
    return way * math.cos(math.radians(course)), way * math.sin(math.radians(course))


def side_by_side(sea: Sea) -> None:
    """Two or three vessels of which two go on one course for a while; where they came from, how far off and how long differ."""
    dice = sea.dice
    course, minutes, off = dice.uniform(0, 360), dice.choice((12, 14, 15.5, 17, 25)), dice.choice((120.0, 120.0, 240.0, 251.0, 400.0))
    told = dice.randint(0, 1)
    for number in range(dice.choice((2, 2, 3))):
        before = course + dice.choice((5, 5, 40, -60, 170))
        now = course + dice.choice((0, 0, 0, 29, 31)) * (number == 1)
        spot = off * number * math.cos(math.radians(course + 90)), off * number * math.sin(math.radians(course + 90))
        pace = dice.choice((6.0, 6.0, 6.05, 0.95))
        legs = [
            (dice.choice((60, 60, 130)), 7.0, before),
            (minutes, pace, now),
            (3.0, pace, now + 12),
            (20.0, pace, now),
            (60, 8.0, now + 70),
        ]
        legs = legs if dice.random() < 0.4 else [*legs[:2], legs[4]]
        sea.sail(spot, legs, at=200.0, back=1, told=told)


def drifting_together(sea: Sea) -> None:
    """Two or three vessels that drift for about two hours, some of them near each other, east or north, some a little too fast."""
    dice = sea.dice
    course, pace, pause = dice.choice((0.0, 90.0, 200.0)), dice.choice((0.3, 1.0, 1.8, 2.1)), dice.choice((4, 5, 7))
    for number in range(dice.choice((2, 3, 3))):
        off = dice.choice((200.0, 480.0, 240.0, 3000.0, 3000.0)) * number
        spot = dice.choice(((off, 0.0), (0.0, off), (0.0, -off)))
        legs = [(60, 8.0, 40.0), (dice.choice((100, 119, 122, 150)), pace, course)]
        legs += [(pause, 2.2, course), (dice.choice((20, 130)), 0.3, course), (60, 8.0, 300.0)]
        sea.sail(spot, legs, at=100.0 + dice.uniform(0, 3), back=1, told=dice.randint(0, 3))


def slowing(sea: Sea) -> None:
    """One vessel that slows down under way: how much, how long, and what it makes then differ."""
    dice = sea.dice
    before = dice.choice((7.9, 9.0, 10.0, 10.0, 14.0))
    during = before * dice.choice((0.5, 0.55, 0.78, 0.81))
    minutes, after = dice.choice((9, 16, 20, 40, 60, 85, 97)), before * dice.choice((1.0, 1.0, 1.0, 0.92, 0.88))
    legs = [(dice.choice((80, 150, 200, 200)), before, 90.0), (minutes, during, 90.0), (dice.choice((6, 60, 60, 60)), after, 90.0)]
    legs += legs[1:] if minutes < 80 else []
    sea.sail((0.0, 0.0), legs, told=dice.randint(0, 3))


def dawdling(sea: Sea) -> None:
    """One vessel that goes slowly for hours, or round and round."""
    dice = sea.dice
    if dice.random() < 0.5:
        legs = [(dice.choice((170, 210, 250, 330)), dice.choice((0.05, 0.1, 1.7, 2.1)), 20.0), (120, 8.0, 20.0)]
    else:
        side = dice.choice((20, 45))
        legs = [(side, dice.choice((2.5, 4.0)), 90.0 * corner) for corner in range(dice.choice((3, 5, 9)) * 60 // side)]
        legs += [(150, 4.0, 10.0)]
    sea.sail((0.0, 0.0), legs, at=dice.uniform(0, 60), told=dice.randint(0, 2))


def silent(sea: Sea) -> None:
    """One vessel that is not heard for a while, and some that are, near it or far off."""
    dice = sea.dice
    sea.sail((0.0, 0.0), [(600, 6.0, 60.0)])
    begin, span = dice.uniform(130, 250), dice.choice((100, 119, 121, 200))
    own = sea.tracks[290_000_001]
    sea.tracks[290_000_001] = [one for one in own if not begin < (one[0] - START) / MINUTE_MS < begin + span]
    for other in range(dice.choice((0, 1, 3))):
        sea.sail((dice.choice((2_000.0, 90_000.0)) * (other + 1), 0.0), [(600, dice.choice((1.0, 6.0)), 60.0)])


def dropping(sea: Sea) -> None:
    """Boats that stop at sea, most of them once, not all at one place and time."""
    dice = sea.dice
    later = 100.0
    for _ in range(5):
        minutes = dice.choice((3, 6, 6, 20, 44, 50))
        spot = dice.choice((0.0, 320.0, 320.0, 2300.0)), dice.uniform(-50, 50)
        came, pace = dice.choice((3.0, 8.0, 8.0, 8.0)), dice.choice((0.3, 0.4, 2.5, 3.2))
        sea.sail(spot, [(40, came, 80.0), (minutes, pace, 80.0), (40, 8.0, 190.0)], at=later, back=1)
        later += minutes + dice.choice((25, 32, 90, 300))


def scene(tracks: World) -> Scene:
    rows: list[Row] = [(*fix, -1, number, 10, -1, -1, b"") for number, track in tracks.items() for fix in track]
    given = ais_scene([segment(feed("coast", gaps_meaningful=True), rows)], WINDOW, LIMITS, ())
    assert len(given.lines) == len(tracks), "the model has no numbers that are split"
    return given


def told(given: Scene, events: Iterable[Event], names: set[str]) -> list[Found]:
    """Events as the model says them: numbers instead of lines; what the model does not speak of is left out."""
    return sorted(
        ((numbers(given, event), event.from_ms, event.to_ms, {name: value for name, value in event.seen if name in names}))
        for event in events
    )


def numbers(given: Scene, event: Event) -> tuple[int, ...]:
    found = tuple(int(given.fleet.mmsi[line]) for line in event.lines)
    return found if event.rule != "B10" or event["first_line"] == event.lines[0] else found[::-1]


RULES: dict[
    str, tuple[Callable[[Scene], Iterator[Event]], Callable[[World, Parameters], Iterator[Found]], Callable[[Sea], None], int]
] = {
    "B1": (slow, plain.slow, drifting_together, 80),
    "B2": (short, plain.short, side_by_side, 100),
    "B3": (loading, plain.loading, slowing, 120),
    "B4": (loitering, plain.loitering, dawdling, 80),
    "B5": (silences, plain.silences, silent, 80),
    "B10": (drop_offs, plain.drop_offs, dropping, 120),
}


@pytest.mark.parametrize("rule", RULES)
def test_every_event_of_the_plain_reading_is_found_and_no_other(rule: str) -> None:
    native, model, shape, worlds = RULES[rule]
    dice = random.Random(1)
    holding = 0
    for number in range(worlds):
        sea = Sea(dice)
        shape(sea)
        expected = sorted(model(sea.tracks, LIMITS), key=lambda found: found[:3])
        names = set(expected[0][3]) if expected else set()
        given = scene(sea.tracks)
        assert told(given, native(given), names) == expected, f"world {number} at {sea.lat}, {sea.lon}"
        holding += bool(expected)
    assert 0.2 <= holding / worlds <= 0.4, f"{holding} of {worlds} worlds hold an event: they do not test the rule"


@pytest.mark.parametrize("lat", LATS)
@pytest.mark.parametrize("lon", LONS)
def test_a_pair_side_by_side_is_found_anywhere_also_across_the_dateline(lat: float, lon: float) -> None:
    sea = Sea(random.Random(3))
    sea.lat, sea.lon = lat, lon
    for number in range(2):
        east = 440.0 * number - 220.0
        sea.tracks[290_000_001 + number] = [sea.fix(minute, (minute * KN, east), 10) for minute in range(130)]
    given = scene(sea.tracks)
    (expected,) = plain.slow(sea.tracks, LIMITS)
    assert told(given, slow(given), set(expected[3])) == [expected]
    assert 438 <= expected[3]["apart_m"] <= 445


@pytest.mark.parametrize("shape", [drifting_together, side_by_side, slowing, dawdling, silent, dropping])
def test_steps_are_those_of_the_plain_reading(shape: Callable[[Sea], None]) -> None:
    dice = random.Random(7)
    for _ in range(15):
        sea = Sea(dice)
        shape(sea)
        given = scene(sea.tracks)
        for line, mmsi in enumerate(given.fleet.mmsi.tolist()):
            own = slice(int(given.steps.start[line]), int(given.steps.start[line + 1]))
            columns = (given.steps.slot, given.steps.lat_e7, given.steps.lon_e7, given.steps.speed_dkn)
            found = {slot: (lat, lon, speed) for slot, lat, lon, speed in np.stack([one[own] for one in columns], axis=1).tolist()}
            assert found == plain.steps(sea.tracks[mmsi], LIMITS)
