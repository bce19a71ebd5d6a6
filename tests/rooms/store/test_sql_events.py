"""The events of B1 to B5 are the same on every engine, in every number: native, DuckDB, Spark."""

from __future__ import annotations

import random
import shutil
from typing import Any

import pytest

from fairlead.errors import BadInput
from fairlead.picture import Parameters, Place, Window
from fairlead.picture.behaviour.core import core_events
from fairlead.picture.event import Event
from fairlead.picture.scene import Scene
from fairlead.picture.view import ais_scene
from fairlead.store.sql_events import Engine, connected, events_on, prepared
from fairlead.store.sql_parts import Cut
from tests.rooms.picture.worlds import DAY_MS, MINUTE_MS, Row, feed, row, santa_barbara, segment

pytest.importorskip("ibis", reason="the extra cluster is not installed: pip install fairlead[cluster]")

START = 1_592_524_800_000  # 2020-06-19T00:00:00Z
WORLDS = 5
LIMITS = Parameters(
    slow_transfer_min_s=1800,
    gap_min_s=7200,
    gap_heard_min=5,
    gap_expected_min=2,
    loiter_min_s=7200,
    circling_path_m=40_000,
)


def sail(dice: random.Random, mmsi: int, lat: float, lon: float, legs: list[tuple[int, float, float, float]], sog: bool) -> list[Row]:
    """One vessel: legs of minutes, knots, and the two parts of its course; heard every one to four minutes."""
    rows, minute = [], 0.0
    for minutes, knots, north, east in legs:
        left = float(minutes)
        while left > 0:
            step = dice.uniform(1, 4)
            left, minute = left - step, minute + step
            lat, lon = lat + knots / 3600 * step * north, (lon + knots / 3600 * step * east + 180) % 360 - 180
            if knots >= 0:
                told = round(knots * 10) + dice.randint(-2, 2) if sog else -1
                rows.append(row(START + round(minute * MINUTE_MS), lat, lon, sog_dkn=max(told, -1), mmsi=mmsi))
    return rows


def world(dice: random.Random) -> list[Row]:
    """Each kind of thing somewhere: a slow pair, a pair under way, a drop of speed, one that loiters, one that circles, one that is
    silent among others; near the dateline or high in the north as well."""
    lat, lon = dice.choice((12.0, -33.0, 79.995, 55.0)), dice.choice((-80.0, 179.99, -179.995, 3.0))
    rows: list[Row] = []
    told = dice.random() < 0.8
    rows += sail(dice, 290_000_001, lat, lon, [(200, dice.choice((0.3, 1.0)), 1, 0.2), (60, 9, 1, 0)], told)
    rows += sail(
        dice, 290_000_002, lat + dice.choice((0.002, 0.006)), lon, [(200, dice.choice((0.3, 1.0)), 1, 0.2), (60, 9, -1, 0)], told
    )
    rows += sail(dice, 290_000_003, lat + 0.5, lon, [(60, 12, 0, 1), (40, 3, 1, 0), (60, 12, 0, -1)], told)
    rows += sail(dice, 290_000_004, lat + 0.501, lon + 0.2, [(60, 12, 0, 0.002), (40, 3, 1, 0), (60, 11, 1, 0)], told)
    rows += sail(dice, 290_000_005, lat - 1, lon, [(180, 14, 0, 1), (dice.choice((20, 45)), 6, 0, 1), (180, 14, 0, 1)], True)
    rows += sail(dice, 290_000_006, lat - 2, lon, [(600, 1.2, dice.uniform(-1, 1), 0.5)], told)
    circles = [(30, 8.0, north, east) for _ in range(14) for north, east in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    rows += sail(dice, 290_000_007, lat - 3, lon, circles, told)
    rows += sail(dice, 290_000_008, lat - 2, lon + 0.1, [(120, 5, 0, 0.1), (300, -5, 0, 0), (120, 5, 0, 0.1)], told)
    for other in range(4):
        rows += sail(dice, 290_000_010 + other, lat - 2 + other * 0.02, lon + 0.1, [(600, 5, 0, 0.1)], told)
    return [one for one in rows if abs(one[1]) < 890_000_000]


def drawn(seed: int) -> Scene:
    dice = random.Random(seed)
    rows = world(dice)
    near = dice.choice(rows)
    places = (
        (Place(kind="port", name="Haven", lat_e7=near[1], lon_e7=near[2], radius_m=dice.choice((500, 30_000))),)
        if seed % 3 == 0
        else ()
    )
    parts = [segment(feed("coast", gaps_meaningful=True), rows)]
    return ais_scene(parts, Window(from_ms=START, to_ms=START + 3 * DAY_MS), LIMITS, places)


def on(engine: Any, given: Scene, **how: Any) -> list[Event]:
    return events_on(engine, *prepared(given), given.parameters, given.places.names, **how)


@pytest.fixture(scope="module")
def duck() -> Any:
    return connected("duckdb")


@pytest.fixture(scope="module")
def spark() -> Any:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17: apt-get install openjdk-17-jre-headless")
    pytest.importorskip("pyspark", reason="the extra cluster is not installed: pip install fairlead[cluster]")
    return connected("spark")


def test_the_worlds_hold_every_rule_and_not_always() -> None:
    found = [{event.rule for event in core_events(drawn(seed))} for seed in range(WORLDS)]
    for rule in ("B1", "B2", "B3", "B4", "B5"):
        held = sum(rule in one for one in found)
        assert held >= 2, rule
    assert len({frozenset(one) for one in found}) > 2


@pytest.mark.parametrize("seed", range(WORLDS))
def test_duckdb_finds_the_same_events(duck: Any, seed: int) -> None:
    given = drawn(seed)
    assert on(duck, given) == core_events(given)


def test_spark_finds_the_same_events(spark: Any) -> None:
    given = drawn(0)
    assert on(spark, given) == core_events(given)


@pytest.mark.parametrize("engine", ["duckdb"])
def test_a_real_day_has_the_same_events(engine: Engine) -> None:
    rows = santa_barbara("180604")
    start = 1_528_070_400_000
    parts = [segment(feed("channel", gaps_meaningful=True), rows)]
    given = ais_scene(parts, Window(from_ms=start, to_ms=start + DAY_MS), Parameters(), ())
    native = core_events(given)
    assert len(native) > 100
    assert on(connected(engine), given) == native


def test_a_short_break_inside_a_run_is_the_same_on_duckdb(duck: Any) -> None:
    rows = []
    for minute in range(60):
        off = 0.0035 if 25 <= minute < 28 else 0.001
        rows.append(row(START + minute * MINUTE_MS, 12.0, 20.0 + minute * 0.002, sog_dkn=60, mmsi=290_000_001))
        rows.append(row(START + minute * MINUTE_MS, 12.0 + off, 20.0 + minute * 0.002, sog_dkn=60, mmsi=290_000_002))
    given = ais_scene([segment(feed("a"), rows)], Window(from_ms=START, to_ms=START + DAY_MS), LIMITS, ())
    (event,) = core_events(given)
    assert (event.rule, event["apart_m"], event.to_ms - event.from_ms) == ("B2", 111, 59 * MINUTE_MS)
    assert on(duck, given) == [event]


def test_no_fixes_are_no_events(duck: Any) -> None:
    rows = [row(START, 10.0, 10.0, sog_dkn=1, mmsi=290_000_001)]
    given = ais_scene([segment(feed("a"), rows)], Window(from_ms=START, to_ms=START + DAY_MS), LIMITS, ())
    assert on(duck, given) == core_events(given) == []


@pytest.mark.parametrize("seed", [3])
def test_cut_by_time_and_cell_the_events_are_the_same(duck: Any, seed: int) -> None:
    given = drawn(seed)
    done: list[tuple[int, int]] = []
    cut = Cut(hours=5, cell_deg=5, vessels=5)
    assert on(duck, given, cut=cut, progress=lambda part, parts: done.append((part, parts))) == core_events(given)
    assert len(done) == done[-1][0] == done[-1][1] > 5


def test_a_meeting_longer_than_any_part_is_found_once_and_whole(duck: Any) -> None:
    dice = random.Random(5)
    rows = [
        *sail(dice, 290_000_001, 12.0, -80.001, [(2000, 0.4, 0, 1)], True),
        *sail(dice, 290_000_002, 12.002, -80.0, [(2000, 0.4, 0, 1)], True),
    ]
    given = ais_scene([segment(feed("coast", gaps_meaningful=True), rows)], Window(from_ms=START, to_ms=START + 3 * DAY_MS), LIMITS, ())
    native = core_events(given)
    slow = [event for event in native if event.rule == "B1"]
    assert [event.to_ms - event.from_ms > 30 * 3_600_000 for event in slow] == [True]
    assert on(duck, given, cut=Cut(hours=12, cell_deg=3)) == native


def test_after_the_parts_the_engine_holds_nothing(duck: Any) -> None:
    given = drawn(1)
    before = duck.con.sql("SELECT count(*) FROM duckdb_tables()").fetchall()
    on(duck, given, cut=Cut(hours=24, cell_deg=45))
    assert duck.con.sql("SELECT count(*) FROM duckdb_tables()").fetchall() == before


@pytest.mark.parametrize("wrong", [{"hours": 0}, {"vessels": 0}, {"cell_deg": 2}, {"cell_deg": 7}])
def test_a_cut_that_would_lose_events_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        Cut(**wrong)
