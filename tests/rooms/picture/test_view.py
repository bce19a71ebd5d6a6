"""P5, P7 at the picture: the same detections give the same bytes however they arrive, and nothing else can be in them."""

from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.picture.worlds import MINUTE_MS, Row, feed, row, segment

from fairlead.envelope import decode
from fairlead.errors import BadInput
from fairlead.picture import Parameters, Place, View, ViewSegment, Window, view, view_bytes
from fairlead.report.detection import digests_of

START = 1_600_000_020_000  # a whole minute
WINDOW = Window(from_ms=START, to_ms=START + 180 * MINUTE_MS)
QUICK = Parameters(slow_transfer_min_s=1200, gap_min_s=3600, gap_heard_min=10, gap_expected_min=3)
PLACES = (Place(kind="port", name="Haven", lat_e7=200_000_000, lon_e7=-750_000_000, radius_m=2000),)
FEEDS = (
    feed("ais-coast", gaps_meaningful=True),
    feed("ais-other"),
    feed("radar-a", "radar"),
    feed("radar-b", "radar"),
    feed("eyes", "sighting"),
)


def world(seed: int) -> dict[str, list[Row]]:
    """Ships, a boat that meets one of them, two radars with noise, a person who saw something; the same for the same seed."""
    dice = random.Random(seed)
    rows: dict[str, list[Row]] = {one.name: [] for one in FEEDS}
    meet = (0.0, 0.0015, 0.05)[seed % 3]
    for minute in range(0, 180, 2):
        t_ms = START + minute * MINUTE_MS + dice.randrange(40) * 1000
        drift = 19.0 + minute * 0.0001, -74.0 + minute * 0.0001
        away = max(0, abs(minute - 90) - 40) * 0.004
        rows["ais-coast"].append(row(t_ms, *drift, sog_dkn=4, mmsi=700_000_001, name=b"ONE", ship_type=70))
        if not 10 < minute < 172:
            rows["ais-coast"].append(row(t_ms, 19.2, -74.0 + minute * 0.002, sog_dkn=40, mmsi=700_000_002))
        rows["ais-other"].append(row(t_ms + 500, *drift, sog_dkn=4, mmsi=700_000_001, name=b"ONE", ship_type=70))
        rows["ais-coast"].append(row(t_ms, 19.2, -74.1 - minute * 0.002, sog_dkn=40, mmsi=700_000_003))
        for radar in ("radar-a", "radar-b"):
            noise = dice.gauss(0, 0.0003), dice.gauss(0, 0.0003)
            spot = drift[0] + meet + away + noise[0], drift[1] + noise[1]
            rows[radar].append(row(t_ms + (0 if radar == "radar-a" else 30_000), *spot, err_m=40))
        rows["radar-b"].append(row(t_ms, drift[0] + dice.gauss(0, 0.0003), drift[1], err_m=40))
    rows["eyes"].append(row(START + 90 * MINUTE_MS, 19.01, -73.99, err_m=300))
    return rows


def segments(rows: dict[str, list[Row]]) -> list[ViewSegment]:
    return [segment(one, rows[one.name]) for one in FEEDS if one.name in rows]


WORLDS = {seed: segments(world(seed)) for seed in range(4)}
BYTES = {seed: view_bytes(view(parts, WINDOW, QUICK, PLACES)) for seed, parts in WORLDS.items()}


def chopped(parts: list[ViewSegment], dice: random.Random) -> list[ViewSegment]:
    """The same detections in other chunks, some twice, rows and segments in any order."""
    chunks = []
    for part in parts:
        rows = list(range(len(part.detections)))
        dice.shuffle(rows)
        cuts = sorted(dice.sample(range(len(rows) + 1), k=min(3, len(rows))))
        for start, stop in zip([0, *cuts], [*cuts, len(rows)], strict=True):
            chosen = rows[start:stop] + ([dice.choice(rows)] if rows else [])
            detections = part.detections.rows(np.array(chosen, dtype=np.intp))
            said = part.statements.rows(np.flatnonzero(np.arange(len(part.statements)) % 3 != len(chunks) % 3))
            chunks.append(ViewSegment(feed=part.feed, digest="", detections=detections, statements=said))
        chunks.append(ViewSegment(feed=part.feed, digest="", detections=part.detections.rows(slice(0, 0)), statements=part.statements))
    dice.shuffle(chunks)
    return chunks


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 3), order=st.integers(0, 10**9))
def test_p5_order_chunks_and_duplicates_leave_no_trace(seed: int, order: int) -> None:
    again = view(chopped(WORLDS[seed], random.Random(order)), WINDOW, QUICK, list(PLACES))
    assert view_bytes(again) == BYTES[seed]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 3), gone=st.sets(st.sampled_from([one.name for one in FEEDS])), order=st.integers(0, 10**9))
def test_p5_a_view_without_a_feed_is_the_view_of_a_world_that_never_had_it(seed: int, gone: set[str], order: int) -> None:
    left = [part for part in WORLDS[seed] if part.feed.name not in gone]
    never = segments({name: rows for name, rows in world(seed).items() if name not in gone})
    shown = view(left, WINDOW, QUICK, PLACES)
    assert view_bytes(shown) == view_bytes(view(chopped(never, random.Random(order)), WINDOW, QUICK, PLACES))
    assert {one.name for one in shown.feeds} == {one.name for one in FEEDS} - gone
    assert not gone & {name for track in shown.tracks for name in track.feeds}


def test_p7_ids_are_of_one_view_only() -> None:
    whole = view(WORLDS[0], WINDOW, QUICK, PLACES)
    less = view([part for part in WORLDS[0] if part.feed.name != "eyes"], WINDOW, QUICK, PLACES)
    other = view(WORLDS[0], WINDOW, Parameters(), PLACES)
    ids = [{track.id for track in shown.tracks} | {card.id for card in shown.cards} for shown in (whole, less, other)]
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]
    assert all(len(one) == 32 for group in ids for one in group)


def test_the_worlds_hold_what_the_laws_are_about() -> None:
    shown = [view(parts, WINDOW, QUICK, PLACES) for parts in WORLDS.values()]
    assert any(card.rule == "B1" and card.status == "open" for one in shown for card in one.cards)
    assert any(card.rule == "B5" for one in shown for card in one.cards)
    assert any(track.match for one in shown for track in one.tracks)
    assert any(track.kind == "radar" and not track.match for one in shown for track in one.tracks)
    assert any(not [card for card in one.cards if card.rule == "B1"] for one in shown)


def test_bytes_are_canonical_and_read_back() -> None:
    raw = BYTES[0]
    assert msgspec.convert(decode(raw), View) == view(WORLDS[0], WINDOW, QUICK, PLACES)
    assert b"null" not in raw
    assert b"." not in raw.split(b'"points":')[1].split(b"]]")[0]


def test_cards_and_tracks_stand_in_their_order() -> None:
    shown = view(WORLDS[0], WINDOW, QUICK, PLACES)
    assert list(shown.tracks) == sorted(shown.tracks, key=lambda track: track.id)
    assert list(shown.cards) == sorted(shown.cards, key=lambda card: (card.from_ms, card.id))
    digests = {digest for part in WORLDS[0] for digest in digests_of(part.feed.name, part.detections)}
    assert all(set(card.sources) <= digests for card in shown.cards)


def test_the_window_is_half_open() -> None:
    rows = [row(START + minute * MINUTE_MS, 19.0, -74.0, mmsi=700_000_001) for minute in range(5)]
    window = Window(from_ms=START, to_ms=START + 4 * MINUTE_MS)
    (track,) = view([segment(FEEDS[0], rows)], window, Parameters(), ()).tracks
    assert [point[0] for point in track.points] == [START + minute * MINUTE_MS for minute in range(4)]


def test_nothing_given_is_an_empty_picture() -> None:
    shown = view([], WINDOW, Parameters(), ())
    assert (shown.feeds, shown.tracks, shown.cards) == ((), (), ())
    assert view([segment(FEEDS[0], [])], WINDOW, Parameters(), ()).feeds[0].name == "ais-coast"


def test_two_descriptions_of_one_feed_are_refused() -> None:
    with pytest.raises(BadInput, match="describe one feed differently"):
        view([segment(feed("a"), []), segment(feed("a", "radar"), [])], WINDOW, Parameters(), ())


def test_a_window_and_parameters_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadInput, match="window"):
        Window(from_ms=2, to_ms=1)
    with pytest.raises(BadInput, match="slot_s"):
        Parameters(slot_s=0)


def test_duplicates_that_differ_only_beside_the_digest_are_one_whatever_their_order() -> None:
    one = row(START, 19.0, -74.0, mmsi=700_000_001, name=b"")
    other = row(START, 19.0, -74.0, mmsi=700_000_001, name=b"NAMED", ship_type=70)
    ways = [[segment(FEEDS[0], [one]), segment(FEEDS[0], [other])], [segment(FEEDS[0], [other, one])]]
    first, second = (view_bytes(view(way, WINDOW, Parameters(), ())) for way in ways)
    assert first == second
    assert b"NAMED" in first
