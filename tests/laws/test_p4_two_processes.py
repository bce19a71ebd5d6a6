"""P4: an order signed in one process is in force at the next request of every other, on SQLite and on PostgreSQL.

The other process has the node open all along, has answered the same question before, and keeps the columns of all rows in memory: what
it remembers must not answer for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairlead.desk.clock import SetClock
from fairlead.desk.find import Wish, find
from fairlead.desk.halt import Wish as Order
from fairlead.desk.halt import halt, resume
from fairlead.desk.look import look
from fairlead.desk.node import Node
from fairlead.desk.read import read
from fairlead.store.memory import keep_columns
from tests.postgres import cluster
from tests.rooms.desk.tiny import START_MS, Tiny, value


@pytest.fixture(params=["sqlite", "postgresql"])
def tiny(request: pytest.FixtureRequest, memory: Path) -> Iterator[Tiny]:
    if request.param == "sqlite":
        yield Tiny(memory / "node")
        return
    with cluster() as server:
        made = Tiny(memory / "node", database=server.database())
        yield made
        made.node.close()


class Other:
    """A process of its own with the node open; `ask` is one request of everything the cutter may see."""

    def __init__(self, root: Path) -> None:
        argv = [sys.executable, "-m", "tests.laws.test_p4_two_processes", str(root)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, lead: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(lead + "\n")
        self.process.stdin.flush()
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(20) == 0


def test_p4_an_order_is_in_force_at_the_next_request_of_every_process(tiny: Tiny) -> None:
    tiny.see()
    both, bravos = tiny.lead(), tiny.lead("alfa-radar", "bravo-air")
    other = Other(tiny.root)
    here = answers(tiny.node, both)
    assert other.ask(both) == here
    assert here == {"listed": sorted([both, bravos]), "read": True, "feeds": ["alfa-radar", "bravo-air", "bravo-ais"]}
    officer, free = tiny.who("alfa-release"), [bravos]
    for wish, feeds in (
        (Order(feeds=("alfa-radar",)), ["bravo-air", "bravo-ais"]),  # a hold
        (Order(purposes=("interdiction",)), ["bravo-air", "bravo-ais"]),  # a mask
    ):
        order = value(halt(tiny.node, officer, wish))["order"]
        assert other.ask(both) == answers(tiny.node, both) == {"listed": sorted(free), "read": False, "feeds": feeds}
        late = tiny.lead("alfa-radar") if wish.purposes else tiny.lead()  # made while it is in force
        free.append(late)
        assert other.ask(late) == {"listed": sorted(free), "read": True, "feeds": feeds}
        value(resume(tiny.node, officer, order))
        again = other.ask(both)
        assert again == answers(tiny.node, both)
        assert both in again["listed"]
        assert again["read"]
    other.end()


def answers(node: Node, lead: str) -> dict[str, Any]:
    """What the cutter's watch is told: its list, whether it may read this lead, and the feeds in its picture."""
    tiny = Tiny.__new__(Tiny)
    tiny.node = node
    who = tiny.who("cutter-watch")
    listed = value(find(node, who, Wish(kinds=("lead",))))["items"]
    feeds = value(look(node, who))["picture"]["feeds"]
    may = "body" in json.loads(read(node, who, lead).body)
    return {"listed": sorted(one["id"] for one in listed), "read": may, "feeds": sorted(one["name"] for one in feeds)}


def main(root: Path) -> None:
    node = Node(root, clock=SetClock(START_MS))
    with node.db.read() as tx:
        keep_columns(tx)
    for line in sys.stdin:
        print(json.dumps(answers(node, line.strip())), flush=True)
    node.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
