"""A real tiny node for the desk tests: two AIS vessels lie close together for an hour, a coastal radar sees another boat."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fairlead.desk.answer import Answer, Outcome, Refused
from fairlead.desk.ask import Asker
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.lead import Draft, make_lead
from fairlead.desk.look import look
from fairlead.desk.node import Node
from fairlead.desk.observe import Count, observe
from fairlead.intake.scenario import load_scenario
from fairlead.receipt.receipt import RefusalReceipt, UseReceipt
from fairlead.store import ledger

START_MS = 1_593_483_000_000  # 2020-06-30T02:10:00Z, the scenario's own start
MINUTE_MS = 60_000
MONITOR = "detection_and_monitoring/interdiction"
PARTIES = ("alfa", "bravo", "charlie")
UNITS = {"alfa": "alfa-radar", "bravo": "bravo-patrol", "cell": "cell", "port": "port", "support": "support", "rescue": "rescue"}
AIS_HEAD = "MMSI,BaseDateTime,LAT,LON,SOG,COG,VesselType,Status,Length,VesselName"


class Tiny:
    """The node, its folder and its clock; `who` gives an asker of the scenario."""

    def __init__(self, root: Path, *, seed: int = 1, database: str = "") -> None:
        self.root = root
        self.clock = SetClock(START_MS)
        self.random = random.Random(seed)
        found(root, load_scenario("tiny"), clock=self.clock, random_bytes=self.random.randbytes, database=database)
        self.node = self.opened()

    def opened(self) -> Node:
        """The same node opened once more, as another process would."""
        return Node(self.root, clock=self.clock, random_bytes=self.random.randbytes)

    def who(self, person: str, purpose: str = "interdiction", operation: str = "patrol", unit: str = "") -> Asker:
        known = self.node.coalition.people.get(person)
        return Asker(person=person, unit=unit or (known.units[0] if known else "cell"), purpose=purpose, operation=operation)

    def see(self, *feeds: str) -> Tiny:
        """Read an hour of these feeds: all three when none is named."""
        for feed in feeds or ("alfa-radar", "bravo-ais", "bravo-air"):
            person = "alfa-sensor" if feed == "alfa-radar" else "bravo-air"
            path = self.root / "in" / (f"{feed}.json" if feed == "bravo-air" else f"{feed}.csv")
            path.parent.mkdir(exist_ok=True)
            path.write_text({"alfa-radar": radar, "bravo-ais": ais, "bravo-air": sighting}[feed]())
            count = observe(self.node, self.who(person), path, feed)
            assert isinstance(count, Count)
            assert count.kept, count
        return self

    def card(self, purpose: str = "interdiction") -> str:
        (card,) = value(look(self.node, self.who("cell-analyst", purpose)))["picture"]["cards"]
        return str(card["id"])

    def lead(self, *drop: str, purpose: str = "interdiction") -> str:
        """A lead on the one card there is, made by the analyst of the cell."""
        draft = Draft(card=self.card(purpose), drop=drop)
        return str(value(make_lead(self.node, self.who("cell-analyst", purpose), draft))["id"])

    def sizes(self) -> dict[str, int]:
        """How many entries each log has."""
        with self.node.db.read() as tx:
            return {party: ledger.head(tx, party)[0] for party in PARTIES}

    def newest(self, party: str) -> UseReceipt | RefusalReceipt:
        with self.node.db.read() as tx:
            return ledger.receipts(tx, party, newest=1, skip=0)[0]

    @contextmanager
    def logged(self, **expected: int) -> Iterator[None]:
        """Exactly so many entries more in each log named, and none in the others."""
        before = self.sizes()
        yield
        grown = {party: size - before[party] for party, size in self.sizes().items()}
        assert grown == {**dict.fromkeys(PARTIES, 0), **expected}


def value(outcome: Outcome) -> Any:
    """What an answer says; an outcome that is a refusal fails the test."""
    assert isinstance(outcome, Answer), outcome
    return json.loads(outcome.body)


def no(outcome: Outcome) -> Any:
    """What a refusal says."""
    assert isinstance(outcome, Refused), outcome
    return json.loads(outcome.body)


def stamp(minute: int) -> str:
    return f"2020-06-30T{1 + minute // 60:02d}:{minute % 60:02d}:00"


def ais() -> str:
    """Two vessels 200 m apart, both slow, from 01:00 to 02:05."""
    lines = [AIS_HEAD]
    for minute in range(66):
        for mmsi, lat in ((299000001, 23.3), (299000002, 23.3018)):
            lines.append(f"{mmsi},{stamp(minute)},{lat + minute * 2e-5:.5f},-76.80000,0.5,0.0,70,0,90,")
    return "\n".join(lines) + "\n"


def radar() -> str:
    """One boat 15 km away from them, at about 5 knots."""
    lines = [f"{stamp(minute)}Z,{23.15 + minute * 1.4e-3:.5f},-76.95000,60" for minute in range(66)]
    return "\n".join(["time,lat_deg,lon_deg,error_m", *lines]) + "\n"


def sighting() -> str:
    """The boat the radar sees, seen from the air as well."""
    report = {
        "time": f"{stamp(40)}Z",
        "reporter": "patrol-7",
        "sensor": "camera of an aircraft",
        "lat_deg": "23.206",
        "lon_deg": "-76.95",
        "error": {"major_m": 120, "minor_m": 80, "bearing_deg": 15},
        "vessel_type": "go-fast",
        "activity": "under way",
        "grade": "B2",
        "label": "feed",
    }
    return json.dumps(report)
