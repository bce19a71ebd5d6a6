"""Small scenes for the rules: vessels that sail legs on a patch of sea, what they state, a straight coast, and cards checked whole.

Positions are metres north and east of MIDDLE, so that a test can miss a threshold by one metre, one slot or a tenth of a knot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from tests.rooms.picture.worlds import MINUTE_MS, Row, feed, segment

from fairlead.picture import Card, Parameters, Place, ViewSegment, Window, view
from fairlead.picture.chart import Chart, chart_of
from fairlead.picture.shapes import Explanation, View
from fairlead.report.detection import Detections, FeedFacts, detection_digest, digests_of, stack
from fairlead.report.statement import COLUMNS as STATED
from fairlead.report.statement import Statements, hourly, nothing_stated

START = 1_600_041_600_000  # 2020-09-14T00:00:00Z, a whole hour
WINDOW = Window(from_ms=START, to_ms=START + 4 * 1440 * MINUTE_MS)
LAT, LON = 12.0, 0.0  # at this longitude it is night around the start of each day
METRE = math.degrees(1 / 6_371_008.8)
KN = 30.8667  # metres a minute
NAMES = (b"ANNA MARIE", b"BLUE STAR", b"CORMORANT", b"DOLPHIN BAY", b"EVENING TIDE")
AIS = feed("coast")
USUAL = Parameters()


def spot(north_m: float, east_m: float) -> tuple[float, float]:
    lat = LAT + north_m * METRE
    return lat, LON + east_m * METRE / math.cos(math.radians(LAT))


def at(minute: float, north_m: float, east_m: float, mmsi: int = 0, sog_dkn: int = -1, *, status: int = -1, kind: int = -1) -> Row:
    lat, lon = spot(north_m, east_m)
    return START + round(minute * MINUTE_MS), round(lat * 1e7), round(lon * 1e7), sog_dkn, -1, mmsi, 10, kind, status, b""


Leg = tuple[float, float, float]  # minutes, knots, course in degrees


def sail(
    mmsi: int, legs: Iterable[Leg], *, minute: float = 0, north_m: float = 0.0, east_m: float = 0.0, status: int = -1, kind: int = -1
) -> list[Row]:
    """A vessel heard every whole minute from `minute` on, which says the speed that it makes."""
    rows = []
    for minutes, knots, course in legs:
        north, east = KN * knots * math.cos(math.radians(course)), KN * knots * math.sin(math.radians(course))
        for off in range(round(minutes)):
            spot_m = north_m + north * off, east_m + east * off
            rows.append(at(minute + off, *spot_m, mmsi, round(knots * 10), status=status, kind=kind))
        minute, north_m, east_m = minute + minutes, north_m + north * minutes, east_m + east * minutes
    return rows


def says(mmsi: int, minute: float = 0, **said: object) -> Statements:
    """One statement of a number."""
    columns = {name: np.zeros(1, dtype=dtype) for name, dtype in STATED.items()}
    for name in ("ship_type", "length_m", "beam_m", "draught_dm", "eta"):
        columns[name] -= 1
    t_ms = START + round(minute * MINUTE_MS)
    for name, value in {"mmsi": mmsi, "first_ms": t_ms, "last_ms": t_ms, **said}.items():
        columns[name][0] = value
    return Statements(**columns)


def part(rows: Sequence[Row], stated: Sequence[Statements] = (), facts: FeedFacts = AIS) -> ViewSegment:
    """A segment of rows and statements. Every number is given a name that no card may hold."""
    made = segment(facts, rows)
    named = [says(mmsi, 1, name=NAMES[place % len(NAMES)]) for place, mmsi in enumerate(sorted({one[5] for one in rows} - {0}))]
    quiet = [one for one in named if not any((other.name != b"").any() and int(other.mmsi[0]) == int(one.mmsi[0]) for other in stated)]
    return ViewSegment(feed=facts, digest="", detections=made.detections, statements=hourly([*stated, *quiet]) or nothing_stated())


def shown(parts: Sequence[ViewSegment], limits: Parameters = USUAL, places: Sequence[Place] = (), chart: Chart | None = None) -> View:
    return view(parts, WINDOW, limits, places, *([chart] if chart is not None else []))


def cards(
    parts: Sequence[ViewSegment], rule: str, limits: Parameters = USUAL, places: Sequence[Place] = (), chart: Chart | None = None
) -> list[Card]:
    """Cards of one rule; those of every rule in the view are checked for what no card may be."""
    seen = shown(parts, limits, places, chart)
    check(seen, parts)
    return [card for card in seen.cards if card.rule == rule]


def one_card(rows: Sequence[Row], rule: str, stated: Sequence[Statements] = (), **given: object) -> Card:
    (card,) = cards([part(rows, stated)], rule, **given)  # type: ignore[arg-type]
    return card


def port(north_m: float, east_m: float, radius_m: int = 1000) -> Place:
    lat, lon = spot(north_m, east_m)
    return Place(kind="port", name="HAVEN", lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7), radius_m=radius_m)


@cache
def coast(north_m: float) -> Chart:
    """Land north of a straight shore, four degrees wide."""
    south = round((LAT + north_m * METRE) * 1e7)
    ring = [[south, -20_000_000], [south, 20_000_000], [south + 10_000_000, 20_000_000], [south + 10_000_000, -20_000_000]]
    return chart_of([np.array(ring, dtype=np.int64)])


def named(card: Card) -> str:
    """The sentence with the ids of the contacts replaced by A, B, C in the order in which the card names them."""
    text = card.sentence
    for letter, track in zip("ABCDEFG", card.tracks, strict=False):
        text = text.replace(track[:4], letter)
    return text


def explained(card: Card, name: str) -> Explanation:
    (found,) = [one for one in card.explanations if one.explanation == name]
    return found


def check(seen: View, parts: Sequence[ViewSegment]) -> None:
    """What holds of every card: no name and no number in any text, every line met, and drawn is what the sources name."""
    rows: Detections = stack([one.detections for one in parts])
    numbers = {f"{mmsi}" for mmsi in np.unique(rows.mmsi).tolist() if mmsi}
    names = {bytes(name).decode() for one in parts for name in one.statements.name.tolist() if name}
    digests = {digest for one in parts for digest in digests_of(one.feed.name, one.detections)}
    mmsi_of = {track.id: int(track.mmsi or 0) for track in seen.tracks}
    for card in seen.cards:
        texts = [card.sentence, card.title, card.refuted_by, card.author, card.explained_by or ""]
        texts += [text for line in card.criteria for text in (line.criterion, line.threshold, line.observed, line.margin)]
        texts += [text for one in card.explanations for text in (one.explanation, one.tested)]
        assert not [text for text in texts for word in numbers | names if word.lower() in text.lower()]
        assert all(line.met for line in card.criteria)
        assert (card.status == "explained") == (card.explained_by is not None)
        again = [
            {detection_digest(name, *point[:5], mmsi_of[track], point[5]) for name in card.feeds} & digests
            for track, points in zip(card.tracks, card.drawn, strict=True)
            for point in points
        ]
        assert all(len(one) == 1 for one in again), "a position is drawn that was never heard"
        assert tuple(sorted(digest for one in again for digest in one)) == card.sources
