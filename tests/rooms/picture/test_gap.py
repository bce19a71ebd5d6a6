"""B5: silence counts only where others were heard, and only in feeds whose gaps mean something."""

from __future__ import annotations

import msgspec
import pytest
from tests.rooms.picture.worlds import MINUTE_MS, Row, feed, row, segment

from fairlead.picture import Card, Parameters, Place, Window, view
from fairlead.report.detection import FeedFacts

START = 1_600_000_020_000  # a whole minute
WINDOW = Window(from_ms=START, to_ms=START + 1440 * MINUTE_MS)
MEANT = feed("coast", gaps_meaningful=True)


def silent(from_minute: int = 300, to_minute: int = 900, *, others: int = 3, sog: int = 60, step: float = 0.0005) -> list[Row]:
    """One vessel silent for ten hours among `others` that pass within 30 km."""
    rows = []
    for minute in range(0, 1440, 5):
        t_ms = START + minute * MINUTE_MS
        if not from_minute < minute < to_minute:
            rows.append(row(t_ms, 19.0, -74.0 + step * minute, sog_dkn=sog, mmsi=700_000_001))
        spots = [(other, -74.0 + 0.0005 * minute + other * 0.05) for other in range(others)]
        rows.extend(row(t_ms, 19.1, lon, sog_dkn=60, mmsi=700_000_100 + other) for other, lon in spots)
    return rows


def cards(rows: list[Row], facts: FeedFacts = MEANT, places: tuple[Place, ...] = ()) -> list[Card]:
    return [card for card in view([segment(facts, rows)], WINDOW, Parameters(), places).cards if card.rule == "B5"]


def test_silence_among_heard_neighbours_is_a_card() -> None:
    (card,) = cards(silent())
    assert card.status == "open"
    assert (card.to_ms - card.from_ms) // MINUTE_MS == 600
    assert "AIS contact" in card.sentence
    assert all(one.met for one in card.criteria)
    assert len(card.sources) == card.source_count == 2
    expected = next(one for one in card.criteria if "expected" in one.criterion)
    assert 100 <= int(expected.observed.split()[0]) <= 125


def test_not_in_an_extract_that_was_trimmed() -> None:
    assert cards(silent(), feed("coast")) == []


@pytest.mark.parametrize("end", [300, 900])
def test_not_when_the_message_at_one_end_came_from_a_trimmed_extract(end: int) -> None:
    at_end = START + end * MINUTE_MS
    trimmed = [one for one in silent() if one[5] == 700_000_001 and one[0] == at_end]
    rest = [one for one in silent() if one not in trimmed]
    shown = view([segment(MEANT, rest), segment(feed("cut"), trimmed)], WINDOW, Parameters(), ())
    assert [card for card in shown.cards if card.rule == "B5"] == []


def test_not_where_nobody_else_was_heard() -> None:
    assert cards(silent(others=0)) == []


def test_not_when_shorter() -> None:
    assert cards(silent(to_minute=655)) == []


def test_explained_in_port_at_rest_out_of_range_and_under_poor_reception() -> None:
    port = Place(kind="port", name="Haven", lat_e7=190_000_000, lon_e7=-738_000_000, radius_m=1000)
    assert [card.explained_by for card in cards(silent(), places=(port,))] == ["port or anchorage"]
    assert [card.explained_by for card in cards(silent(step=0.0, sog=1))] == ["moored"]
    short = msgspec.structs.replace(MEANT, station_lat_e7=0, station_lon_e7=0, range_m=50_000)
    assert [card.explained_by for card in cards(silent(), short)] == ["out of range"]
    patchy = [one for one in silent(others=20) if one[5] == 700_000_001 or not 430 < (one[0] - START) // MINUTE_MS < 840]
    assert [card.explained_by for card in cards(patchy)] == ["poor reception"]


@pytest.mark.parametrize("shift", [0, 1000])
def test_a_second_receiver_that_heard_the_vessel_ends_the_silence(shift: int) -> None:
    times = [(minute, START + minute * MINUTE_MS + shift) for minute in range(290, 910, 5)]
    other = [row(t_ms, 19.0, -74.0 + 0.0005 * minute, sog_dkn=60, mmsi=700_000_001) for minute, t_ms in times]
    shown = view([segment(MEANT, silent()), segment(feed("other"), other)], WINDOW, Parameters(), ())
    assert [card for card in shown.cards if card.rule == "B5"] == []
