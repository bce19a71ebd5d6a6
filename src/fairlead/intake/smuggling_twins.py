"""Lawful twins of acts of smuggling: nearly the same to see, with a reason that can be seen as well.

What a twin is called is the explanation that its card must give; NONE says that there must be no card.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from fairlead.intake.acted import Craft, Pen
from fairlead.intake.smuggling_sea import (
    CLOSE_DEG,
    COAST_LON,
    HAVENS,
    HOURS,
    a_ship,
    drawn,
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
from fairlead.picture import innocent

NONE: Final = "none"


def moored_boats(pen: Pen, lat: float) -> None:
    """Two work boats lie at a mooring off the coast for days (B1)."""
    lon = COAST_LON + 0.006
    pair = [Craft(number=pen.number(), ship_type=52, length_m=20, status=5, every_s=180) for _ in range(2)]
    for number, craft in enumerate(pair):
        pen.sail(craft, instant_of(pen, 0), lat + number * 0.0003, lon, [(HOURS * 3600.0, 0.0, 0.0)])
    pen.did("B1", tuple(craft.number for craft in pair), (instant_of(pen, 0), instant_of(pen, HOURS)), lat, lon, innocent.MOORED)


def gear_at_hand(pen: Pen, lat: float) -> None:
    """A fisher stays by its marked net (B1)."""
    hour, lon = drawn(pen, 6, 30), offshore(pen)
    fisher = Craft(number=pen.number(), ship_type=30, length_m=22, status=7)
    buoy = Craft(number=941_000_000 + int(pen.dice.integers(0, 999_999)), ship_type=-1, length_m=-1, status=-1, station=2, every_s=120)
    for number, craft in enumerate((fisher, buoy)):
        pen.sail(craft, instant_of(pen, hour), lat + number * CLOSE_DEG, lon, [(4 * 3600, 0.6, 30.0)])
    pen.did("B1", (fisher.number, buoy.number), (instant_of(pen, hour), instant_of(pen, hour + 4)), lat, lon, innocent.BUOY)


def lightering(pen: Pen, lat: float) -> None:
    """Two tankers lie side by side; lawful, and still a transfer: the card stays open and names it (B1)."""
    hour, lon = drawn(pen, 6, 30), offshore(pen)
    pair = [a_ship(pen, ship_type=80, length_m=240) for _ in range(2)]
    for number, craft in enumerate(pair):
        pen.sail(craft, instant_of(pen, hour), lat + number * CLOSE_DEG, lon, [(5 * 3600, 0.8, 90.0)])
    pen.did(
        "B1", tuple(craft.number for craft in pair), (instant_of(pen, hour), instant_of(pen, hour + 5)), lat, lon, innocent.LIGHTERING
    )


def pair_trawlers(pen: Pen, lat: float) -> None:
    """Two fishers tow one net between them (B2)."""
    hour, lon = night(pen), offshore(pen)
    pair = Craft(number=pen.number(), ship_type=30, length_m=25), Craft(number=pen.number(), ship_type=30, length_m=24)
    side_by_side(pen, pair, hour, lat, lon, 90)
    pen.did("B2", (pair[0].number, pair[1].number), (instant_of(pen, hour), instant_of(pen, hour + 1.5)), lat, lon, innocent.FISHING)


def tow(pen: Pen, lat: float) -> None:
    """A tug takes a ship alongside (B2)."""
    hour, lon = night(pen), offshore(pen)
    pair = a_ship(pen, ship_type=70), Craft(number=pen.number(), ship_type=52, length_m=30)
    side_by_side(pen, pair, hour, lat, lon, 40)
    pen.did("B2", (pair[0].number, pair[1].number), (instant_of(pen, hour), instant_of(pen, hour + 0.7)), lat, lon, innocent.WORK)


def weather(pen: Pen, lat: float) -> None:
    """Ships near each other all slow down for the same squall (B3)."""
    hour, lon = night(pen), offshore(pen)
    ships = [a_ship(pen, ship_type=70, every_s=20.0) for _ in range(5)]
    for number, ship in enumerate(ships):
        slows(pen, ship, hour, lat, lon + number * 0.08, 45, 6.0)
    pen.did("B3", (ships[0].number,), (instant_of(pen, hour), instant_of(pen, hour + 0.75)), lat, lon, innocent.WEATHER)


def pilot_time(pen: Pen, lat: float) -> None:
    """A ship slows before a haven so as to come in time for its pilot (B3)."""
    hour, haven = night(pen), HAVENS[2]
    ship = a_ship(pen, ship_type=70, every_s=20.0)
    place = haven.lat_e7 / 1e7 + 0.05, COAST_LON + 0.42
    slows(pen, ship, hour, *place, 40, 6.0)
    pen.did("B3", (ship.number,), (instant_of(pen, hour), instant_of(pen, hour + 0.7)), *place, innocent.PILOT)


def crossing(pen: Pen, lat: float) -> None:
    """A ship slows to let another pass (B3)."""
    hour, lon = night(pen), offshore(pen)
    ship, other = a_ship(pen, ship_type=70, every_s=20.0), a_ship(pen, ship_type=80)
    slows(pen, ship, hour, lat, lon, 25, 6.5)
    north = 6.5 * 12.5 / 3600
    west = 13 * 3.2 / 60 / np.cos(np.radians(lat))
    pen.sail(other, instant_of(pen, hour - 3), lat + north + 0.012, lon - west, [(6 * 3600, 13.0, 90.0)])
    pen.did("B3", (ship.number,), (instant_of(pen, hour), instant_of(pen, hour + 0.4)), lat, lon, innocent.TRAFFIC)


def _lies_about(pen: Pen, lat: float, ship_type: int, word: str, **said: Any) -> None:
    hour, lon, craft = drawn(pen, 4, 20), offshore(pen), a_ship(pen, ship_type=ship_type, **said)
    pen.sail(craft, instant_of(pen, hour), lat, lon, [(1800, drawn(pen, 0.7, 1.4), drawn(pen, 0, 360)) for _ in range(16)])
    pen.did("B4", (craft.number,), (instant_of(pen, hour), instant_of(pen, hour + 8)), lat, lon, word)


def fisher(pen: Pen, lat: float) -> None:
    """A fisher works a ground (B4)."""
    _lies_about(pen, lat, 30, innocent.FISHING, length_m=20, status=7)


def waits_for_orders(pen: Pen, lat: float) -> None:
    """A tanker waits at sea to be told where to go (B4)."""
    _lies_about(pen, lat, 80, innocent.WAITING, length_m=200)


def surveyor(pen: Pen, lat: float) -> None:
    """A vessel measures the bottom (B4)."""
    _lies_about(pen, lat, 33, innocent.SURVEY)


def outage(pen: Pen, lat: float) -> None:
    """The receiver hears nobody for hours: silence of all is none of one (B5)."""
    hour, hours, lon = drawn(pen, 6, 14), 8.0, offshore(pen)
    span = instant_of(pen, hour), instant_of(pen, hour + hours)
    craft = a_ship(pen)
    neighbours(pen, hour, hours, lat, lon, silent=span)
    pen.sail(craft, instant_of(pen, hour - 4), lat + 0.01, lon, [((hours + 8) * 3600, 4.0, 90.0)], silent=span)
    pen.did("B5", (craft.number,), span, lat, lon, NONE)


def badly_heard(pen: Pen, lat: float) -> None:
    """Where few are heard and many fall silent, one more is nothing (B5)."""
    hour, hours, lon = drawn(pen, 6, 14), 8.0, offshore(pen)
    crafts = [Craft(number=pen.number(), ship_type=37, length_m=11, station=2, every_s=180) for _ in range(9)]
    span = instant_of(pen, hour), instant_of(pen, hour + hours)
    for number, craft in enumerate(crafts):
        silent = (span[0] + number * 600_000, span[1] - number * 300_000) if number < 5 else None
        pen.sail(craft, instant_of(pen, hour - 4), lat + number * 0.01, lon, [((hours + 8) * 3600, 1.5, 90.0)], silent=silent)
    pen.did("B5", (crafts[0].number,), span, lat, lon, innocent.RECEPTION)


def renamed_in_port(pen: Pen, lat: float) -> None:
    """A vessel is sold and renamed at its berth (B6)."""
    number, haven = pen.number(), HAVENS[0]
    first = Craft(number=number, ship_type=70, length_m=90, name="OLD LADY", call_sign="XX1A", imo=9_074_729, every_s=180, status=5)
    second = Craft(number=number, ship_type=70, length_m=90, name="NEW DAWN", call_sign="XZ9B", imo=9_074_729, every_s=180, status=5)
    renamed(pen, first, second, 20, haven.lat_e7 / 1e7, COAST_LON + 0.008, 0.0)
    pen.did("B6", (number,), (instant_of(pen, 14), instant_of(pen, 26)), haven.lat_e7 / 1e7, COAST_LON, innocent.RENAMED)


def mistyped(pen: Pen, lat: float) -> None:
    """A letter of the name is put right under way (B6)."""
    number, hour, lon = pen.number(), drawn(pen, 8, 30), offshore(pen)
    first = Craft(number=number, ship_type=70, length_m=90, name="BLUE HORIZN", call_sign="XX2C")
    second = Craft(number=number, ship_type=70, length_m=90, name="BLUE HORIZON", call_sign="XX2C")
    renamed(pen, first, second, hour, lat, lon, 11.0)
    pen.did("B6", (number,), (instant_of(pen, hour - 6), instant_of(pen, hour + 6)), lat, lon, NONE)


def disturbed(pen: Pen, lat: float) -> None:
    """Satellite signals are disturbed: several vessels at once seem to stand in one place on land (B6)."""
    hour, lon, inland = drawn(pen, 4, 30), offshore(pen), COAST_LON - drawn(pen, 0.4, 1.0)
    span = instant_of(pen, hour + 2), instant_of(pen, hour + 2.5)
    numbers = []
    for number in range(5):
        craft = Craft(number=pen.number(), ship_type=70, length_m=80)
        numbers.append(craft.number)
        pen.sail(craft, instant_of(pen, hour), lat + number * 0.05, lon, [(6 * 3600, 9.0, 90.0)], silent=span)
        pen.sail(craft, span[0], lat, inland, [(1800, 0.5, 0.0)])
        pen.vessels -= 1
    pen.did("B6", (numbers[0],), span, lat, COAST_LON, innocent.JAMMED)


def left_port(pen: Pen, lat: float) -> None:
    """A vessel has left a haven and not yet changed its destination (B7)."""
    hour, haven = drawn(pen, 4, 30), HAVENS[3]
    craft = a_ship(pen, ship_type=70, destination="DELTA HAVEN")
    pen.sail(craft, instant_of(pen, hour), haven.lat_e7 / 1e7, COAST_LON + 0.02, [(4 * 3600, 13.0, 90.0)])
    pen.did("B7", (craft.number,), (instant_of(pen, hour), instant_of(pen, hour + 4)), haven.lat_e7 / 1e7, COAST_LON, innocent.STALE)


def jetfoil(pen: Pen, lat: float) -> None:
    """A ferry on foils keeps its timetable (B8)."""
    hour, lon, craft = night(pen), offshore(pen), a_ship(pen, ship_type=40, length_m=40)
    pen.sail(craft, instant_of(pen, hour), lat, lon, [(3600, 38.0, 90.0)])
    pen.did("B8", (craft.number,), (instant_of(pen, hour), instant_of(pen, hour + 1)), lat, lon, innocent.FERRY)


def patrol_boat(pen: Pen, lat: float) -> None:
    """A coast guard's boat answers a call (B8)."""
    hour, lon, craft = night(pen), offshore(pen), Craft(number=pen.number(), ship_type=55, length_m=26)
    pen.sail(craft, instant_of(pen, hour), lat, lon, [(2400, 33.0, 270.0)])
    pen.did("B8", (craft.number,), (instant_of(pen, hour), instant_of(pen, hour + 0.7)), lat, lon, innocent.PATROL)


def angler(pen: Pen, lat: float) -> None:
    """An angler comes in by night, tries the surf and goes out again (B9)."""
    hour, craft = night(pen), Craft(number=pen.number(), ship_type=37, length_m=9, station=2)
    lands(pen, craft, hour, lat, 30)
    pen.did("B9", (craft.number,), (instant_of(pen, hour), instant_of(pen, hour + 0.5)), lat, COAST_LON, innocent.PLEASURE)


def hauls_gear(pen: Pen, lat: float) -> None:
    """One fisher sets gear, another hauls it (B10)."""
    hour, lon = night(pen, 13.5, 14.5), offshore(pen)
    pair = [Craft(number=pen.number(), ship_type=30, length_m=14, station=2) for _ in range(2)]
    stops(pen, pair[0], hour, lat, lon, 15)
    stops(pen, pair[1], hour + 4, lat + 0.0005, lon, 20)
    pen.did(
        "B10", tuple(craft.number for craft in pair), (instant_of(pen, hour), instant_of(pen, hour + 5)), lat, lon, innocent.FISHING
    )


def divers_ground(pen: Pen, lat: float) -> None:
    """Many stop at one wreck (B10)."""
    hour, lon = 13.0, offshore(pen)
    crafts = [Craft(number=pen.number(), ship_type=0, length_m=12, station=2) for _ in range(6)]
    for number, craft in enumerate(crafts):
        stops(pen, craft, hour + number * 1.5, lat + number * 0.0002, lon, 20)
    pair = crafts[0].number, crafts[1].number
    pen.did("B10", pair, (instant_of(pen, hour), instant_of(pen, hour + 9)), lat, lon, innocent.FREQUENTED)
