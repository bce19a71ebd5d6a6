"""Acts of smuggling as they are told of (design, table of behaviours); times and speeds are drawn, so some fall short of a rule."""

from __future__ import annotations

import numpy as np

from fairlead.intake.acted import Craft, Leg, Pen
from fairlead.intake.smuggling_sea import (
    CLOSE_DEG,
    COAST_LON,
    a_boat,
    a_ship,
    drawn,
    drifted,
    drifts,
    instant_of,
    lands,
    neighbours,
    night,
    offshore,
    renamed,
    side_by_side,
    slows,
    stops,
)


def go_fast_to_mother(pen: Pen, lat: float) -> None:
    """A go-fast runs out by night and lies beside a drifting ship (B8, B1)."""
    hour, lon, hours = night(pen), offshore(pen), drawn(pen, 1.9, 3.5)
    ship, run_s = a_ship(pen), 2400.0
    drifts(pen, ship, hour, lat, lon, hours)
    knots = drawn(pen, 26, 42)
    west = run_s * knots / 3600 / 60 / np.cos(np.radians(lat))
    begin = instant_of(pen, hour + 0.4) - round(run_s * 1000)
    legs: list[Leg] = [(run_s, knots, 90.0), (hours * 3600 - 1500, 0.7, 60.0), (run_s, knots, 270.0)]
    north, east = drifted(0.4, 0.7, 60)
    pen.sail(a_boat(), begin, lat + CLOSE_DEG + north, lon - west + east / float(np.cos(np.radians(lat))), legs)
    pen.did("B1", (ship.number, 0), (instant_of(pen, hour + 0.4), instant_of(pen, hour + hours - 0.1)), lat, lon)
    pen.did("B8", (0,), (begin, instant_of(pen, hour + 0.4)), lat, lon)


def under_way_both_seen(pen: Pen, lat: float) -> None:
    """Two vessels leave their courses, go side by side for a while by night, and part (B2)."""
    hour, lon, minutes = night(pen), offshore(pen), drawn(pen, 14, 45)
    one, other = a_ship(pen), Craft(number=pen.number(), length_m=14, station=2, every_s=30)
    side_by_side(pen, (one, other), hour, lat, lon, minutes)
    pen.did("B2", (one.number, other.number), (instant_of(pen, hour), instant_of(pen, hour + minutes / 60)), lat, lon)


def under_way_dark(pen: Pen, lat: float) -> None:
    """A ship slows by night, a boat without AIS comes alongside, and she goes on as before (B3)."""
    hour, lon = night(pen), offshore(pen)
    ship, minutes, slow = a_ship(pen, every_s=20.0), drawn(pen, 18, 80), drawn(pen, 3, 7)
    slows(pen, ship, hour, lat, lon, minutes, slow)
    legs: list[Leg] = [(1800, 25.0, 90.0), (minutes * 60 - 300, slow, 0.0), (1800, 25.0, 270.0)]
    pen.sail(a_boat(), instant_of(pen, hour) - 1_650_000, lat, lon - 12.5 / 60 / np.cos(np.radians(lat)) + CLOSE_DEG, legs)
    pen.did("B3", (ship.number, 0), (instant_of(pen, hour), instant_of(pen, hour + minutes / 60)), lat, lon)


def waiting_out(pen: Pen, lat: float) -> None:
    """A vessel lies about far out for half a day (B4)."""
    hour, hours, lon = drawn(pen, 4, 20), drawn(pen, 4.5, 14), offshore(pen)
    craft = a_ship(pen, length_m=24)
    wander: list[Leg] = [(1800, drawn(pen, 0.7, 1.4), drawn(pen, 0, 360)) for _ in range(int(hours * 2))]
    pen.sail(craft, instant_of(pen, hour - 1), lat, lon, [(3600, 10.0, 90.0), *wander, (3600, 10.0, 270.0)])
    pen.did("B4", (craft.number,), (instant_of(pen, hour), instant_of(pen, hour + hours)), lat, lon)


def switched_off(pen: Pen, lat: float) -> None:
    """One vessel of several falls silent for many hours and is heard again elsewhere (B5)."""
    hour, hours, lon = drawn(pen, 6, 14), drawn(pen, 6.5, 12), offshore(pen)
    neighbours(pen, hour, hours, lat, lon)
    craft = a_ship(pen)
    span = instant_of(pen, hour), instant_of(pen, hour + hours)
    pen.sail(craft, instant_of(pen, hour - 4), lat + 0.01, lon, [((hours + 8) * 3600, 4.0, 90.0)], silent=span)
    pen.did("B5", (craft.number,), span, lat, lon)


def swapped(pen: Pen, lat: float) -> None:
    """A vessel under way takes another name, call sign and IMO number (B6)."""
    hour, lon, number = drawn(pen, 8, 30), offshore(pen), pen.number()
    first = Craft(number=number, ship_type=70, length_m=90, name="GREY HERON", call_sign="XX4A", imo=9_074_729)
    second = Craft(number=number, ship_type=70, length_m=90, name="PORT STAR IV", call_sign="XY7QQ", imo=9_319_466)
    renamed(pen, first, second, hour, lat, lon, 11.0)
    pen.did("B6", (number,), (instant_of(pen, hour - 1), instant_of(pen, hour + 6)), lat, lon)


def two_places(pen: Pen, lat: float) -> None:
    """One number is heard from two places at once (B6)."""
    hour, lon, number = drawn(pen, 4, 30), offshore(pen), pen.number()
    for east in (0.0, drawn(pen, 0.5, 2.0)):
        pen.sail(Craft(number=number, ship_type=70, length_m=80), instant_of(pen, hour), lat, lon + east, [(6 * 3600, 9.0, 0.0)])
    pen.did("B6", (number,), (instant_of(pen, hour), instant_of(pen, hour + 6)), lat, lon)


def false_places(pen: Pen, lat: float) -> None:
    """A vessel's positions lie deep in the land for a while (B6)."""
    hour, lon, number = drawn(pen, 4, 30), offshore(pen), pen.number()
    craft = Craft(number=number, ship_type=70, length_m=80)
    span = instant_of(pen, hour + 2), instant_of(pen, hour + 2.5)
    pen.sail(craft, instant_of(pen, hour), lat, lon, [(6 * 3600, 9.0, 0.0)], silent=span)
    pen.sail(craft, span[0], lat, COAST_LON - drawn(pen, 0.3, 1.0), [(1800, 1.0, 0.0)])
    pen.vessels -= 1
    pen.did("B6", (number,), span, lat, COAST_LON)


def elsewhere(pen: Pen, lat: float) -> None:
    """A vessel says that it goes to a haven and makes away from it for hours (B7)."""
    hour, hours = drawn(pen, 4, 30), drawn(pen, 3.0, 8)
    craft = a_ship(pen, ship_type=79, destination="BRAVO HAVEN")
    pen.sail(craft, instant_of(pen, hour), lat, offshore(pen), [((hours + 1) * 3600, 13.0, 90.0)])
    pen.did("B7", (craft.number,), (instant_of(pen, hour), instant_of(pen, hour + hours)), lat, COAST_LON)


def go_fast(pen: Pen, lat: float) -> None:
    """A boat without AIS runs at high speed by night (B8)."""
    hour, minutes, lon = night(pen), drawn(pen, 9, 60), offshore(pen)
    pen.sail(a_boat(), instant_of(pen, hour), lat, lon, [(minutes * 60, drawn(pen, 24, 45), 270.0)])
    pen.did("B8", (0,), (instant_of(pen, hour), instant_of(pen, hour + minutes / 60)), lat, lon)


def landing(pen: Pen, lat: float) -> None:
    """A boat comes in from the sea by night, stops off a beach and goes out again (B9)."""
    hour, minutes = night(pen), drawn(pen, 5, 55)
    lands(pen, a_boat(), hour, lat, minutes)
    pen.did("B9", (0,), (instant_of(pen, hour), instant_of(pen, hour + minutes / 60)), lat, COAST_LON)


def dropped(pen: Pen, lat: float) -> None:
    """A ship stops at sea for minutes; hours later a boat stops at the same place (B10)."""
    hour, lon, later = night(pen, 13.5, 14.5), offshore(pen), drawn(pen, 0.8, 8)
    ship = a_ship(pen)
    stops(pen, ship, hour, lat, lon, drawn(pen, 6, 30))
    stops(pen, a_boat(), hour + later + 0.5, lat + drawn(pen, -0.001, 0.001), lon, drawn(pen, 6, 30))
    pen.did("B10", (ship.number, 0), (instant_of(pen, hour), instant_of(pen, hour + later + 1)), lat, lon)


def mother_ship(pen: Pen, lat: float) -> None:
    """One drifting ship is met by three boats, one after the other (B11)."""
    lon, ship, span_h = offshore(pen), a_ship(pen), 2.6
    pen.sail(ship, instant_of(pen, 10), lat, lon, [(30 * 3600, 0.6, 60.0)])
    for number, hour in enumerate((13.0, 17.0, 36.5)):
        run_s = 1200.0
        north, east = drifted(hour - 10 + run_s / 3600, 0.6, 60)
        west = 20 * run_s / 3600 / 60
        begin = lat + north + (number - 1) * 0.0015, lon + (east - west) / float(np.cos(np.radians(lat))) + 0.001
        legs: list[Leg] = [(run_s, 20.0, 90.0), (span_h * 3600, 0.6, 60.0), (run_s, 20.0, 270.0)]
        pen.sail(a_boat(), instant_of(pen, hour), *begin, legs)
    pen.did("B11", (ship.number, 0), (instant_of(pen, 13), instant_of(pen, 40)), lat, lon)
