"""Rule B1 against every pair and every slot by hand, on small random worlds that meet often enough to mean something."""

from __future__ import annotations

import random

from fairlead.picture import Parameters, Window, view
from tests.model.picture_model import Fix, meetings
from tests.rooms.picture.worlds import MINUTE_MS, feed, row, segment

START = 1_600_000_000_000 // MINUTE_MS * MINUTE_MS
WORLDS = 60
PACES_KN = (0.3, 0.6, 0.9, 1.2, 2.1)
LIMITS = Parameters(slow_transfer_min_s=1800, hole_max_s=900)


def world(dice: random.Random) -> dict[int, list[Fix]]:
    """A few vessels that wander about a small patch, fast and slow by turns, heard irregularly; anywhere, the dateline included."""
    centre_lat, centre_lon = dice.uniform(-60, 60), dice.choice((dice.uniform(-179, 179), 180.0))
    tracks: dict[int, list[Fix]] = {}
    for number in range(1, dice.randint(2, 5) + 1):
        lat, lon = centre_lat + dice.uniform(-0.004, 0.004), centre_lon + dice.uniform(-0.004, 0.004)
        pace = dice.choice(PACES_KN)
        fixes: list[Fix] = []
        t_ms = START + dice.randrange(0, 30 * MINUTE_MS)
        for _ in range(dice.randint(20, 45)):
            step_ms = dice.choice((60_000, 137_000, 240_000, 300_000, 1_000_000 if dice.random() < 0.1 else 180_000))
            if dice.random() < 0.1:
                pace = dice.choice(PACES_KN)
            t_ms += step_ms
            moved = pace * 0.5144 * step_ms / 1000 / 111_195
            lat, lon = lat + moved * dice.uniform(-0.5, 0.5), lon + moved * 0.4
            fixes.append((t_ms, round(lat, 7), round((lon + 180) % 360 - 180, 7), round(pace * 10) + dice.randint(-2, 2)))
        tracks[700_000_000 + number] = fixes
    return tracks


def test_every_meeting_and_no_other_is_found() -> None:
    dice = random.Random(20)
    pairs = met = 0
    for _ in range(WORLDS):
        tracks = world(dice)
        expected = meetings(
            tracks,
            within_m=LIMITS.slow_transfer_gate_m,
            below_dkn=LIMITS.slow_transfer_dkn,
            min_s=LIMITS.slow_transfer_min_s,
            break_s=LIMITS.slow_transfer_break_s,
            hole_s=LIMITS.hole_max_s,
        )
        rows = [row(t_ms, lat, lon, sog_dkn=sog, mmsi=mmsi) for mmsi, track in tracks.items() for t_ms, lat, lon, sog in track]
        shown = view([segment(feed("a"), rows)], Window(from_ms=START, to_ms=START + 1440 * MINUTE_MS), LIMITS, ())
        numbers = {track.id: int(track.mmsi or 0) for track in shown.tracks}
        found = {(*sorted(numbers[id] for id in card.tracks), card.from_ms, card.to_ms) for card in shown.cards if card.rule == "B1"}
        assert found == expected
        pairs += len(tracks) * (len(tracks) - 1) // 2
        met += len({meeting[:2] for meeting in expected})
    assert 0.2 <= met / pairs <= 0.4, f"{met} of {pairs} pairs met: the worlds do not test the rule"
