"""The synthetic run and the traffic under it: what they say, and that no real vessel is in a card."""

from __future__ import annotations

import csv
import gzip
import io
import math
import pathlib
from collections import Counter

import pytest

from fairlead.intake.layout.sighting import read_sighting
from fairlead.intake.read import read_detections
from fairlead.intake.scenario import Scenario, load_scenario, shipped_traffic
from fairlead.intake.synthetic import MEETING_S, MID, MIDNIGHT_MS, Run, between, smuggling_run
from fairlead.picture import Parameters, Place, View, ViewSegment, Window, view
from fairlead.report.detection import Detections, FeedFacts, stack
from fairlead.report.statement import nothing_stated
from tests.rooms.intake.sources import SHARED

TRAFFIC_MID = 200
SEEDS = (7, 8, 9)


@pytest.fixture(scope="module")
def caribbean() -> Scenario:
    return load_scenario("caribbean")


@pytest.fixture(scope="module")
def traffic(caribbean: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Detections:
    path = tmp_path_factory.mktemp("traffic") / "traffic.csv.gz"
    path.write_bytes(shipped_traffic())
    return taken_in(path, caribbean, "kestrel-ais")


def taken_in(path: pathlib.Path, scenario: Scenario, feed: str) -> Detections:
    chunks = list(read_detections(path, layout=scenario.feeds[feed].layout, feed=scenario.feeds[feed].facts))
    assert not any(chunk.rejected for chunk in chunks)
    return stack([chunk.detections for chunk in chunks])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def when_ms(stamp: str) -> int:
    hours, minutes, seconds = (int(part) for part in stamp.rstrip("Z").split("T")[1].split(":"))
    assert stamp.startswith("2020-06-30T")
    return MIDNIGHT_MS + (hours * 3600 + minutes * 60 + seconds) * 1000


def plots_e7(run: Run, facts: FeedFacts) -> list[tuple[int, float, float]]:
    """Time, latitude and longitude in degrees of each plot, on a flat chart around the station."""
    lat, lon = (facts.station_lat_e7 or 0) / 1e7, (facts.station_lon_e7 or 0) / 1e7
    placed = []
    for row in rows(run.radar_csv):
        bearing, away_m = math.radians(float(row["bearing_deg"])), float(row["range_m"])
        north = lat + away_m * math.cos(bearing) / 111_195
        placed.append(
            (when_ms(row["time"]), north, lon + away_m * math.sin(bearing) / 111_195 / math.cos(math.radians((lat + north) / 2)))
        )
    return placed


def shown(scenario: Scenario, run: Run, traffic: Detections, tmp_path: pathlib.Path, minutes: int) -> View:
    (tmp_path / "ais.csv").write_text(run.ais_csv)
    (tmp_path / "radar.csv").write_text(run.radar_csv)
    segments = [
        ViewSegment(
            feed=scenario.feeds["kestrel-ais"].facts,
            digest="a",
            detections=stack([traffic, taken_in(tmp_path / "ais.csv", scenario, "kestrel-ais")]),
            statements=nothing_stated(),
        ),
        ViewSegment(
            feed=scenario.feeds["isla-radar"].facts,
            digest="b",
            detections=taken_in(tmp_path / "radar.csv", scenario, "isla-radar"),
            statements=nothing_stated(),
        ),
    ]
    places = [Place(**{name: getattr(place, name) for name in Place.__struct_fields__}) for place in scenario.places]
    window = Window(from_ms=MIDNIGHT_MS, to_ms=MIDNIGHT_MS + minutes * 60_000)
    return view(segments, window, Parameters(**scenario.picture_parameters), places)


def test_one_seed_gives_one_run_and_another_seed_another(traffic: Detections) -> None:
    assert smuggling_run(7, traffic) == smuggling_run(7, traffic)
    assert smuggling_run(7) != smuggling_run(8)
    assert smuggling_run(7).radar_csv != smuggling_run(7, traffic).radar_csv


@pytest.mark.parametrize("seed", SEEDS)
def test_times_are_in_order_and_within_the_night(seed: int) -> None:
    run = smuggling_run(seed)
    for text, column in ((run.ais_csv, "BaseDateTime"), (run.radar_csv, "time")):
        times = [when_ms(row[column]) for row in rows(text)]
        assert times == sorted(times)
        assert times[0] >= MIDNIGHT_MS
        assert times[-1] < MIDNIGHT_MS + 12_600_000


def test_every_ais_row_is_of_a_synthetic_vessel_and_every_plot_in_range(caribbean: Scenario, traffic: Detections) -> None:
    facts = caribbean.feeds["isla-radar"].facts
    run = smuggling_run(7, traffic, facts)
    assert {int(row["MMSI"]) for row in rows(run.ais_csv)} == set(run.mmsis.values())
    assert {mmsi // 1_000_000 for mmsi in run.mmsis.values()} == {MID}
    assert all(0 < float(row["range_m"]) <= (facts.range_m or 0) + 200 for row in rows(run.radar_csv))
    assert all(0 <= float(row["bearing_deg"]) < 360 for row in rows(run.radar_csv))
    assert all(row["VesselName"].startswith("SYNTHETIC ") and len(row["VesselName"]) <= 20 for row in rows(run.ais_csv))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_radar_sees_a_second_vessel_beside_the_ship_only_while_they_meet(seed: int, caribbean: Scenario) -> None:
    facts = caribbean.feeds["isla-radar"].facts
    run = smuggling_run(seed, None, facts)
    lat, lon = run.meeting_e7[0] / 1e7, run.meeting_e7[1] / 1e7
    near: Counter[int] = Counter()
    for t_ms, y, x in plots_e7(run, facts):
        if math.hypot((y - lat) * 111_195, (x - lon) * 111_195 * math.cos(math.radians(lat))) < 2000:
            near[t_ms] += 1
    together = [count for t_ms, count in near.items() if run.meeting_ms[0] <= t_ms < run.meeting_ms[1]]
    assert len(together) == (MEETING_S[1] - MEETING_S[0]) // 60
    assert together.count(2) >= 0.9 * len(together)
    assert max(near.values()) == 2
    assert not [t_ms for t_ms in near if t_ms >= run.meeting_ms[1] + 1_200_000]


def test_the_sighting_is_of_the_boat_beside_the_ship_and_reads_as_one(tmp_path: pathlib.Path) -> None:
    run = smuggling_run(7)
    path = tmp_path / "sighting.json"
    path.write_text(run.sighting_json)
    report, narrowed = read_sighting(path)
    assert narrowed is None
    assert report.t_ms == run.sighted_ms
    assert (report.vessel_type, report.people_seen) == ("go-fast", 4)
    assert abs(report.lat_e7 - run.meeting_e7[0]) < 200_000
    assert abs(report.lon_e7 - run.meeting_e7[1]) < 200_000


def test_between_keeps_the_header_and_the_half_open_window() -> None:
    run = smuggling_run(7)
    middle = MIDNIGHT_MS + 7_800_000
    for text in (run.ais_csv, run.radar_csv):
        early, late = between(text, MIDNIGHT_MS, middle), between(text, middle, MIDNIGHT_MS + 12_600_000)
        assert early.splitlines()[0] == late.splitlines()[0] == text.splitlines()[0]
        assert early + "".join(late.splitlines(keepends=True)[1:]) == text


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("minutes", [130, 210, 360])
def test_one_open_card_and_look_alikes_by_name_and_no_card_on_a_real_vessel(
    seed: int, minutes: int, caribbean: Scenario, traffic: Detections, tmp_path: pathlib.Path
) -> None:
    run = smuggling_run(seed, traffic, caribbean.feeds["isla-radar"].facts)
    found = shown(caribbean, run, traffic, tmp_path, minutes)
    by_id = {track.id: track for track in found.tracks}
    alone = [(card.rule, by_id[card.tracks[0]]) for card in found.cards if card.status == "open" and len(card.tracks) == 1]
    # a boat without AIS at such a speed is grounds of its own, and so is the ship that waits for it
    assert all((rule, track.kind) == ("B8", "radar") or (rule, track.mmsi) == ("B4", str(run.mmsis["ship"])) for rule, track in alone)
    open_cards = [card for card in found.cards if card.status == "open" and len(card.tracks) > 1]
    assert [sorted(by_id[id].kind for id in card.tracks) for card in open_cards] == [["ais", "radar"]]
    ship = next(by_id[id] for id in open_cards[0].tracks if by_id[id].kind == "ais")
    assert ship.mmsi == str(run.mmsis["ship"])
    named = {card.explained_by for card in found.cards if card.status == "explained"}
    assert {"moored"} <= named <= {"moored", "time of a pilot or a berth"}
    real = {track.id for track in found.tracks if track.mmsi and track.mmsi.startswith(str(TRAFFIC_MID))}
    real |= {track.id for track in found.tracks if track.match in real}
    assert real
    assert not [card for card in found.cards if card.status == "open" and real.intersection(card.tracks)]


def test_the_shipped_traffic_holds_pseudonyms_and_nothing_that_names_a_vessel() -> None:
    packed = shipped_traffic()
    assert len(packed) < 2_000_000
    assert packed[4:8] == b"\0\0\0\0"  # gzip's own time stamp
    found = rows(gzip.decompress(packed).decode("ascii"))
    assert {row["MMSI"][:3] for row in found} == {str(TRAFFIC_MID)}
    assert all(len(row["MMSI"]) == 9 for row in found)
    blank = ("Heading", "VesselName", "IMO", "CallSign", "VesselType", "Status", "Length", "Width", "Draft", "Cargo")
    assert not any(row[name] for row in found for name in blank)
    times = [when_ms(row["BaseDateTime"]) for row in found]
    assert times == sorted(times)
    assert times[0] >= MIDNIGHT_MS
    assert times[-1] < MIDNIGHT_MS + 6 * 3_600_000


def test_traffic_and_synthetic_vessels_share_no_numbers(traffic: Detections) -> None:
    assert TRAFFIC_MID != MID
    assert {int(mmsi) // 1_000_000 for mmsi in traffic.mmsi} == {TRAFFIC_MID}
    assert len(traffic) > 5000


def test_both_digits_are_allocated_to_no_state() -> None:
    table = SHARED / "geo" / "ITU_MaritimeIdentificationDigits.csv"
    if not table.exists():
        pytest.skip("the ITU table is not on this machine")
    allocated = {line.split(",")[0] for line in table.read_text(encoding="utf-8-sig").splitlines()}
    assert "201" in allocated
    assert not {str(MID), str(TRAFFIC_MID)} & allocated
