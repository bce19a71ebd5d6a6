"""The made-up sea of played smuggling, and the ways to sail that acts share.

The coast runs north and south at 76 degrees west; the play lasts 48 hours from noon UTC, with two nights.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from fairlead.intake.acted import Craft, Leg, Pen
from fairlead.picture.shapes import Place

HOURS: Final = 48
HOUR_MS: Final = 3_600_000
COAST_LON: Final = -76.0
HAVENS: Final = tuple(
    Place(kind="port", name=f"{word} Haven", lat_e7=round(lat * 1e7), lon_e7=round((COAST_LON + 0.005) * 1e7), radius_m=3000)
    for word, lat in (("Alfa", 11.0), ("Bravo", 16.0), ("Coral", 21.0), ("Delta", 26.0))
)
CLOSE_DEG: Final = 0.0012  # 130 m


def instant_of(pen: Pen, hour: float) -> int:
    """Milliseconds of an hour of the play."""
    return pen.from_ms + round(hour * HOUR_MS)


def night(pen: Pen, least: float = 13.5, most: float = 16.0) -> float:
    """An hour of one of the nights: it is dark from about 13 to 22 hours after noon UTC, and 24 hours later."""
    return float(pen.dice.uniform(least, most)) + 24.0 * int(pen.dice.integers(0, 2))


def offshore(pen: Pen) -> float:
    """A longitude 60 to 150 nautical miles off the coast."""
    return COAST_LON + float(pen.dice.uniform(1.1, 2.6))


def drawn(pen: Pen, least: float, most: float) -> float:
    """A number from a span."""
    return float(pen.dice.uniform(least, most))


def a_ship(pen: Pen, **said: Any) -> Craft:
    """A vessel with AIS that says nothing of what it is for."""
    return Craft(**{"number": pen.number(), "ship_type": 90, "length_m": int(pen.dice.integers(60, 180)), **said})


def a_boat(**said: Any) -> Craft:
    """A small craft without AIS, as a radar sees it."""
    return Craft(**{"number": 0, "length_m": 12, **said})


def drifted(hours: float, knots: float, course: float) -> tuple[float, float]:
    """Degrees north and east that a drift covers, near enough for a small craft to find its ship."""
    way = hours * knots / 60
    return way * float(np.cos(np.radians(course))), way * float(np.sin(np.radians(course)))


def drifts(pen: Pen, ship: Craft, hour: float, lat: float, lon: float, hours: float) -> None:
    """A ship comes at twelve knots, drifts and goes on."""
    before_s = 3 * 3600.0
    south = before_s * 12 / 3600 / 60
    legs: list[Leg] = [(before_s, 12.0, 0.0), (hours * 3600, 0.7, 60.0), (before_s, 12.0, 0.0)]
    pen.sail(ship, instant_of(pen, hour) - round(before_s * 1000), lat - south, lon, legs)


def side_by_side(
    pen: Pen, pair: tuple[Craft, Craft], hour: float, lat: float, lon: float, minutes: float, *, before: float = 12.0
) -> None:
    """Two vessels come on their own courses, go side by side, and part."""
    for number, craft in enumerate(pair):
        course = 90.0 if number == 0 else 150.0
        way = 2.5 * before / 60
        begin_lat = lat + number * CLOSE_DEG - way * np.cos(np.radians(course))
        begin_lon = lon - way * np.sin(np.radians(course)) / np.cos(np.radians(lat))
        legs: list[Leg] = [(9000, before, course), (minutes * 60, 5.0, 45.0), (7200, before, course - 20)]
        pen.sail(craft, instant_of(pen, hour - 2.5), begin_lat, begin_lon, legs)


def slows(pen: Pen, ship: Craft, hour: float, lat: float, lon: float, minutes: float, slow: float) -> None:
    """A ship at fourteen knots slows for some minutes and goes on."""
    legs: list[Leg] = [(4 * 3600, 14.0, 0.0), (minutes * 60, slow, 0.0), (3 * 3600, 14.0, 0.0)]
    pen.sail(ship, instant_of(pen, hour - 4), lat - 4 * 14 / 60, lon, legs)


def neighbours(pen: Pen, hour: float, hours: float, lat: float, lon: float, *, silent: tuple[int, int] | None = None) -> None:
    """A dozen vessels that go the same way nearby."""
    for number in range(12):
        other = a_ship(pen, ship_type=70, every_s=60.0)
        legs: list[Leg] = [((hours + 8) * 3600, 4.0, 90.0)]
        pen.sail(other, instant_of(pen, hour - 4), lat + (number - 6) * 0.02, lon + drawn(pen, -0.05, 0.05), legs, silent=silent)


def renamed(pen: Pen, first: Craft, second: Craft, hour: float, lat: float, lon: float, knots: float) -> None:
    """One vessel says one thing of itself for six hours and another for six more."""
    pen.sail(first, instant_of(pen, hour - 6), lat, lon, [(6 * 3600, knots, 90.0)])
    east = 6 * knots / 60 / np.cos(np.radians(lat))
    pen.sail(second, instant_of(pen, hour), lat, lon + east, [(6 * 3600, knots, 90.0)])
    pen.vessels -= 1


def lands(pen: Pen, craft: Craft, hour: float, lat: float, minutes: float) -> None:
    """A craft comes in from the sea, stops close to the beach and goes out."""
    knots = drawn(pen, 14, 22)
    way = knots * 0.7 / 60 / np.cos(np.radians(lat))
    legs: list[Leg] = [(2520, knots, 270.0), (minutes * 60, 0.3, 0.0), (2520, knots, 90.0)]
    pen.sail(craft, instant_of(pen, hour - 0.7), lat, COAST_LON + 0.004 + way, legs)


def stops(pen: Pen, craft: Craft, hour: float, lat: float, lon: float, minutes: float) -> None:
    """A craft on its way stops for some minutes."""
    legs: list[Leg] = [(3600, 12.0, 45.0), (minutes * 60, 0.4, 0.0), (3600, 12.0, 45.0)]
    back = 12.0 / 60 * np.sqrt(0.5)
    pen.sail(craft, instant_of(pen, hour - 1), lat - back, lon - back / np.cos(np.radians(lat)), legs)
