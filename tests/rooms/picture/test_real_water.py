"""What the published files are known to hold must come out: transfers as transfers, moorings and gear as what they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.rooms.picture.worlds import DAY_MS, coastal, feed, published, santa_barbara, segment

from fairlead.picture import Card, Parameters, Place, View, ViewSegment, Window, view

TANKERS = {"235076283", "636017969"}
FISHING, GEAR = "367501050", {"941203527", "941203549", "941203579"}


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def day_of(rows: ViewSegment, day: str, places: tuple[Place, ...] = ()) -> View:
    start = at(day)
    return view([rows], Window(from_ms=start, to_ms=start + DAY_MS), Parameters(), places)


def mmsis(shown: View, card: Card) -> set[str]:
    return {track.mmsi or "" for track in shown.tracks if track.id in card.tracks}


@pytest.fixture(scope="module")
def fourth_of_june() -> View:
    return day_of(segment(feed("channel"), santa_barbara("180604")), "2018-06-04")


def near(card: Card, lat_deg: float, lon_deg: float) -> bool:
    return abs(card.lat_e7 / 1e7 - lat_deg) < 0.004 and abs(card.lon_e7 / 1e7 - lon_deg) < 0.006


def test_the_tanker_pair_of_4_june_is_an_open_slow_transfer(fourth_of_june: View) -> None:
    cards = [card for card in fourth_of_june.cards if mmsis(fourth_of_june, card) == TANKERS]
    assert cards
    covering = [card for card in cards if card.from_ms <= at("2018-06-04T10:00") and card.to_ms >= at("2018-06-04T12:30")]
    assert [(card.rule, card.status) for card in covering] == [("B1", "open")]
    results = {one.explanation: one.result for one in covering[0].explanations}
    assert results["tanker lightering"] == "fits"
    assert results["moored"] == "excluded"
    assert all(criterion.met for criterion in covering[0].criteria)
    assert len(covering[0].sources) == covering[0].source_count > 20


def test_sentences_name_no_vessel(fourth_of_june: View) -> None:
    named = {track.name for track in fourth_of_june.tracks if track.name and len(track.name) > 3}
    numbered = {track.mmsi for track in fourth_of_june.tracks if track.mmsi}
    for card in fourth_of_june.cards:
        told = " ".join([card.sentence, card.refuted_by, *(one.tested for one in card.explanations)])
        assert not any(name in told for name in named | numbered if name)


@pytest.mark.parametrize("day", ["180601", "180602", "180603"])
def test_the_workboats_at_their_nightly_moorings_are_moored(day: str) -> None:
    shown = day_of(segment(feed("channel"), santa_barbara(day)), f"20{day[:2]}-{day[2:4]}-{day[4:]}")
    places = ((34.377, -119.502), (34.426, -119.922))
    cards = [card for card in shown.cards if card.rule == "B1" and any(near(card, *place) for place in places)]
    assert cards
    assert {(card.status, card.explained_by) for card in cards} == {("explained", "moored")}


def test_what_lies_in_a_declared_port_is_no_slow_transfer(fourth_of_june: View) -> None:
    harbour = Place(kind="port", name="harbour", lat_e7=344_060_000, lon_e7=-1_196_920_000, radius_m=1000)
    shown = day_of(segment(feed("channel"), santa_barbara("180604")), "2018-06-04", (harbour,))
    cards = [card for card in shown.cards if near(card, 34.406, -119.692)]
    assert not [card for card in cards if card.rule == "B1"]
    assert len([card for card in fourth_of_june.cards if card.rule == "B1" and near(card, 34.406, -119.692)]) > 10


def test_net_buoys_beside_a_fishing_vessel_are_gear() -> None:
    published("ais_marinecadastre", "US_coastal_2020_06_30.traj.gz")
    rows = coastal([int(FISHING), *map(int, GEAR)])
    shown = day_of(segment(feed("coastal"), rows), "2020-06-30")
    cards = [card for card in shown.cards if FISHING in mmsis(shown, card)]
    assert {number for card in cards for number in mmsis(shown, card)} >= GEAR | {FISHING}
    assert {(card.status, card.explained_by) for card in shown.cards} == {("explained", "gear buoy"), ("explained", "tending its gear")}


def test_a_trimmed_extract_yields_no_gap_card() -> None:
    shown = day_of(segment(feed("coastal", gaps_meaningful=False), coastal()), "2020-06-30")
    assert not [card for card in shown.cards if card.rule == "B5"]
    assert len(shown.tracks) > 1000
