"""P4 across processes: two others derive leads and read in plots while an order is being signed, and nothing escapes its hold."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from fairlead.desk import halt
from fairlead.desk.observe import observe
from fairlead.desk.read import list_holdings, read
from fairlead.envelope import decode
from fairlead.store import holdings, holds
from tests.laws.test_p4_race import wait_for
from tests.rooms.desk.tiny import Tiny, no, radar, value

# Another process: makes leads from the one card there is, each with another note, until it is told to stop.
MAKER = """
import sys
from pathlib import Path
from fairlead.desk.answer import Answer
from fairlead.desk.ask import Asker
from fairlead.desk.lead import Draft, make_lead
from fairlead.desk.node import Node
root, card, stop, name = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
node = Node(root)
who = Asker(person="cell-analyst", unit="cell", purpose="interdiction", operation="patrol")
made = 0
while not stop.exists():
    outcome = make_lead(node, who, Draft(card=card, note=f"{name} {made}"))
    assert isinstance(outcome, Answer), outcome.body
    made += 1
    stop.with_suffix(f".{name}").write_text(str(made))
"""

# Another process: reads in what the radar plots, a piece at a time.
SENSOR = """
import sys
from pathlib import Path
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.desk.observe import observe
root, pieces, stop = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
node = Node(root)
who = Asker(person="alfa-sensor", unit="alfa-radar", purpose="", operation="patrol")
for number, path in enumerate(sorted(pieces.glob("*.csv")), 1):
    observe(node, who, path, "alfa-radar")
    stop.with_suffix(".sensor").write_text(str(number))
"""


def counted(path: Path) -> int:
    try:
        return int(path.read_text() or 0)
    except FileNotFoundError:
        return 0


def from_radar(tiny: Tiny) -> tuple[set[int], set[int]]:
    """Every holding that is of the radar or descends from it, walked link by link; and those the stored set has."""
    with tiny.node.db.read() as tx:
        rows = {row.holding.id: row for row in holdings.of_kind(tx, ["segment", "report", "lead"], from_ms=0, to_ms=2**53)}
        (nums,) = holds.sets(tx).values()
        assert holds.check(tx) == {}

    def touched(one: str) -> bool:
        holding = rows[one].holding
        return holding.feed == "alfa-radar" or any(touched(parent) for parent in holding.parents)

    return {row.num for one, row in rows.items() if touched(one)}, set(nums)


def test_p4_nothing_derived_or_read_in_while_an_order_is_signed_escapes_its_hold(memory: Path) -> None:
    tiny = Tiny(memory / "node")
    head, *lines = radar().splitlines()
    pieces = memory / "pieces"
    pieces.mkdir()
    tiny.see("bravo-ais", "bravo-air")
    first = memory / "first.csv"
    first.write_text("\n".join([head, *lines[:20]]) + "\n")

    observe(tiny.node, tiny.who("alfa-sensor"), first, "alfa-radar")
    for number, begin in enumerate(range(20, len(lines), 2)):
        (pieces / f"{number:03d}.csv").write_text("\n".join([head, *lines[begin : begin + 2]]) + "\n")
    stop, card = memory / "stop", tiny.card()
    makers = [subprocess.Popen([sys.executable, "-c", MAKER, str(tiny.root), card, str(stop), name]) for name in ("one", "two")]
    sensor = subprocess.Popen([sys.executable, "-c", SENSOR, str(tiny.root), str(pieces), str(stop)])
    try:
        wait_for(lambda: all(counted(stop.with_suffix(f".{name}")) >= 2 for name in ("one", "two")))
        wish = halt.Wish(feeds=("alfa-radar",), units=("cutter",))  # the cell goes on deriving
        value(halt.halt(tiny.node, tiny.who("alfa-release"), wish))
        then = {name: counted(stop.with_suffix(f".{name}")) for name in ("one", "two", "sensor")}
        wait_for(lambda: all(counted(stop.with_suffix(f".{name}")) >= then[name] + 2 for name in ("one", "two")))
    finally:
        stop.touch()
        ended = [one.wait(60) for one in (*makers, sensor)]
    assert ended == [0, 0, 0]
    expected, held = from_radar(tiny)
    assert held == expected
    with tiny.node.db.read() as tx:
        leads = holdings.of_kind(tx, ["lead"], from_ms=0, to_ms=2**53)
        notes = [decode(holdings.body_of(tx, row.holding.id)) for row in leads]
    assert len(leads) >= 8
    assert len({json.dumps(one) for one in notes}) == len(leads)
    assert {row.num for row in leads} <= held, "the card rests on the radar's silence, so every lead does"
    cutter = tiny.who("cutter-watch")
    for row in leads[:3] + leads[-3:]:
        no(read(tiny.node, cutter, row.holding.id))
    assert value(list_holdings(tiny.node, cutter))["items"] == []
    assert value(list_holdings(tiny.opened(), tiny.who("cell-analyst")))["count"] >= 1
