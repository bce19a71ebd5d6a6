"""Real nodes in temporary folders for the laws: seeded randomness, a clock that is set, the synthetic night through the desk."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fairlead.desk import look
from fairlead.desk.answer import Answer, Outcome
from fairlead.desk.ask import Asker
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.node import Node
from fairlead.desk.observe import Count, observe
from fairlead.envelope import decode
from fairlead.intake.coalition import without_feed
from fairlead.intake.scenario import load_scenario
from fairlead.intake.synthetic import between, smuggling_run

MIDNIGHT_MS = 1_593_475_200_000
MONITOR = "detection_and_monitoring/interdiction"
FEEDS = ("kestrel-ais", "isla-radar", "kestrel-air")
READERS = {
    "support-watch": MONITOR,
    "cutter-watch": "interdiction",
    "cell-analyst": MONITOR,
    "isla-release": "interdiction",
    "kestrel-release": "interdiction",
    "meridia-legal": "prosecution",
}


def at(clock: str) -> int:
    hours, minutes = clock.split(":")
    return MIDNIGHT_MS + (int(hours) * 60 + int(minutes)) * 60_000


def night(root: Path, *, without: Sequence[str] = (), parts: int = 1, backwards: bool = False, seed: int = 7, keys: int = 1) -> Node:
    """The Caribbean coalition with the synthetic night until 02:10, the feeds in either order and in any number of parts."""
    scenario = load_scenario("caribbean")
    for feed in without:
        scenario = without_feed(scenario, feed)
    randomness = random.Random(keys).randbytes
    clock = SetClock(at("02:10"))
    found(root, scenario, clock=clock, random_bytes=randomness)
    node = Node(root, clock=clock, random_bytes=randomness)
    run = smuggling_run(seed)
    texts = {"kestrel-ais": run.ais_csv, "isla-radar": run.radar_csv, "kestrel-air": run.sighting_json}
    files = []
    for feed in FEEDS:
        if feed in without:
            continue
        if feed == "kestrel-air":
            files.append((feed, texts[feed]))
            continue
        edges = [at("00:00") + (at("02:10") - at("00:00")) * part // parts for part in range(parts + 1)]
        files += [(feed, between(texts[feed], begin, end)) for begin, end in itertools.pairwise(edges)]
    for number, (feed, text) in enumerate(reversed(files) if backwards else files):
        path = root / f"in-{number}.{'json' if feed == 'kestrel-air' else 'csv'}"
        path.write_text(text)
        count = observe(node, who(node, officer(node, feed)), path, feed)
        assert isinstance(count, Count), count
        assert count.adds_up
        path.unlink()
    return node


def officer(node: Node, feed: str) -> str:
    unit = node.coalition.feeds[feed].unit
    return next(code for code, one in sorted(node.coalition.people.items()) if unit in one.units and "sensor_officer" in one.roles)


def who(node: Node, person: str, purpose: str = "", operation: str = "fairwind") -> Asker:
    return Asker(person=person, unit=node.coalition.people[person].units[0], purpose=purpose, operation=operation)


def picture(node: Node, person: str, purpose: str = "") -> bytes:
    """The picture of one fixed window that all readers may ask for."""
    end = at("01:00") if person == "support-watch" else at("02:10")
    return look.look(node, who(node, person, purpose or READERS[person]), from_ms=at("00:00"), to_ms=end).body


def value(outcome: Outcome) -> Any:
    assert isinstance(outcome, Answer), outcome.body
    return decode(outcome.body)


def sizes(node: Node) -> dict[str, int]:
    """Entries in each log as published."""
    return {party: int((node.root / "log" / party / "checkpoint").read_text().split("\n")[1]) for party in node.logs}


def log_bytes(node: Node) -> int:
    """Bytes of everything under log/ and of every receipt delivered."""
    folders = [node.root / "log", *(node.root / "homes" / party / "receipts" for party in node.logs)]
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
