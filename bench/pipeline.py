"""What labels, signatures and receipts cost: a file into a node and a picture out of it, against the same without any of them.

1. With: `observe` (labelled segments, signed manifests, deliveries, duplicates known) and `look` (the gate, a receipt in each log).
2. Without: the same reader, the same segment files written as durably, read again, the same view, the same bytes. The cards are
   asserted equal in number and words before anything is counted.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figure import figure, quick
from bench.sea import DAY_MS, START_MS, sea, write_csv
from fairlead.desk.answer import Answer
from fairlead.desk.ask import Asker
from fairlead.desk.clock import SetClock
from fairlead.desk.found import found
from fairlead.desk.look import look
from fairlead.desk.node import Node
from fairlead.desk.observe import observe
from fairlead.envelope import decode
from fairlead.intake.feed_file import read_feed_file
from fairlead.intake.scenario import load_scenario
from fairlead.intake.segment_file import read_segment, read_statements, segment_bytes, stated_path, statement_bytes
from fairlead.picture import View, ViewSegment, Window, view, view_bytes
from fairlead.report.detection import once
from fairlead.report.statement import hourly
from fairlead.store.files import write_durably

SCENARIO = Path(__file__).resolve().parents[1] / "tests" / "rooms" / "intake" / "two_harbours.toml"
LISTENER = Asker(person="listener", unit="shore", purpose="detection_and_monitoring/interdiction", operation="listen")
WINDOW = Window(from_ms=START_MS, to_ms=START_MS + DAY_MS)


def founded(folder: Path) -> Node:
    """A fresh node whose clock stands a day after the file."""
    found(folder, load_scenario(str(SCENARIO)))
    return Node(folder, clock=SetClock(START_MS + DAY_MS))


def with_labels(node: Node, day: Path) -> tuple[dict[str, Any], dict[str, float]]:
    """Through the verbs."""
    begin_s = time.perf_counter()
    observe(node, LISTENER, day, "harbour")
    brought_s = time.perf_counter()
    outcome = look(node, LISTENER, from_ms=WINDOW.from_ms, to_ms=WINDOW.to_ms)
    end_s = time.perf_counter()
    assert isinstance(outcome, Answer)
    value: dict[str, Any] = decode(outcome.body)
    return value["picture"], {"ingest_s": brought_s - begin_s, "look_s": end_s - brought_s}


def without(node: Node, day: Path, folder: Path) -> tuple[View, dict[str, float]]:
    """The same work without a label, a signature or a receipt."""
    feed = node.coalition.feeds["harbour"]
    begin_s = time.perf_counter()
    paths = []
    for number, chunk in enumerate(read_feed_file(day, layout=feed.layout, feed=feed.facts)):
        path = folder / f"{number}.parquet"
        rows, stated = once(chunk.detections), hourly([chunk.statements])
        write_durably(stated_path(path), statement_bytes(stated))
        write_durably(path, segment_bytes(rows))
        paths.append(path)
    brought_s = time.perf_counter()
    parts = [ViewSegment(feed=feed.facts, digest="", detections=read_segment(path), statements=read_statements(path)) for path in paths]
    shown = view(parts, WINDOW, node.parameters, node.places)
    view_bytes(shown)
    return shown, {"ingest_s": brought_s - begin_s, "look_s": time.perf_counter() - brought_s}


def main() -> None:
    """Assert equal cards, then the least of some runs each."""
    rows, each = 200_000 if quick() else 1_000_000, 533
    taken: dict[str, list[dict[str, float]]] = {"with": [], "without": []}
    with tempfile.TemporaryDirectory() as name:
        day = Path(name) / "day.csv"
        write_csv(day, sea(rows // each, each)[0])
        for turn in range(3):
            node = founded(Path(name) / f"node{turn}")
            plain = Path(name) / f"plain{turn}"
            plain.mkdir()
            shown, plain_s = without(node, day, plain)
            picture, labelled_s = with_labels(node, day)
            node.close()
            assert [card["sentence"] for card in picture["cards"]] == [card.sentence for card in shown.cards]
            if turn:  # the first one loads the kernels
                taken["with"].append(labelled_s)
                taken["without"].append(plain_s)
    best = {who: {part: min(run[part] for run in runs) for part in runs[0]} for who, runs in taken.items()}
    total = {who: sum(parts.values()) for who, parts in best.items()}
    figure(
        "label_cost", 100 * (total["with"] / total["without"] - 1), "%", peer="the same without", goal="<=20", rows=rows, seconds=best
    )
    print(f"seconds: {best}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
