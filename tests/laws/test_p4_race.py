"""P4 while others read: readers in threads and in another process run against a halt, and the log says who came first."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.desk import halt, interdict, lead, look, read
from fairlead.desk.answer import Answer, Outcome
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.desk.verify import verify_folder, watch
from fairlead.errors import BadInput
from fairlead.receipt.receipt import UseReceipt
from fairlead.store import holdings
from tests.rooms.desk.tiny import MONITOR, Tiny, value

ASKED_MIN = 5
WAIT_S = 60.0
READS = {"picture", "list", "read", "lead"}

# Another process that reads until it is told to stop: its own node object, its own connection, its own clock.
READER = """
import sys
from pathlib import Path
from fairlead.desk import look, read
from fairlead.desk.answer import Answer
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
root, lead, stop = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
node = Node(root)
who = Asker(person="cutter-watch", unit="cutter", purpose="interdiction", operation="patrol")
given = refused = 0
while not stop.exists():
    if isinstance(read.read(node, who, lead), Answer):
        given += 1
    else:
        refused += 1
    look.look(node, who)
    stop.with_suffix(".refused" if refused else ".reading").touch()
print(given, refused)
"""


class Loop(threading.Thread):
    """Asks the same thing over and over; keeps what came of it with the instant each question was put."""

    def __init__(self, node: Node, ask: Callable[[Node], Outcome]) -> None:
        super().__init__(daemon=True)
        self.node, self.ask = node, ask
        self.done = threading.Event()
        self.said: list[tuple[float, bool]] = []
        self.fault: Exception | None = None

    def run(self) -> None:
        while not self.done.is_set():
            put = time.monotonic()
            try:
                self.said.append((put, isinstance(self.ask(self.node), Answer)))
            except BadInput:  # no such card any more: the view it was in is gone
                self.said.append((put, False))
            except Exception as error:  # shown by the test, which fails on it
                self.fault = error
                return

    def asked_since(self, instant: float) -> bool:
        """Whether it has put enough questions since."""
        return self.fault is not None or sum(put >= instant for put, _ in self.said) >= ASKED_MIN

    def stop(self) -> None:
        self.done.set()
        self.join(WAIT_S)
        assert self.fault is None, self.fault


def wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


def entries(tiny: Tiny, party: str) -> list[UseReceipt]:
    (verdict,) = verify_folder(tiny.root, only=party)
    assert verdict.report.holds, verdict.report.findings
    return list(verdict.report.uses)


def stopped_uses(uses: list[UseReceipt], unit: str) -> tuple[int, int]:
    """Uses of the originator's own by the unit before and after the first order in the log, by place in the log."""
    place = next(use.index for use in uses if use.act == "order")
    mine = [use.index for use in uses if use.unit == unit and use.act in READS and use.holdings]
    return sum(index < place for index in mine), sum(index > place for index in mine)


@pytest.fixture
def tiny(memory: Path) -> Tiny:
    return Tiny(memory / "node").see()


WISHES = {
    "masks": halt.Wish(units=("cutter",)),
    "a hold": halt.Wish(feeds=("alfa-radar",)),
}


@pytest.mark.parametrize("name", WISHES)
def test_p4_no_use_of_a_stopped_reader_stands_in_the_log_after_the_order_whoever_races_it(tiny: Tiny, memory: Path, name: str) -> None:
    made = tiny.lead()
    cutter = tiny.who("cutter-watch")
    asks: list[Callable[[Node], Outcome]] = [
        lambda node: read.read(node, cutter, made),
        lambda node: look.look(node, cutter),
        lambda node: read.list_holdings(node, cutter),
        lambda node: read.read(node, tiny.who("alfa-release"), made),
    ]
    loops = [Loop(tiny.opened(), ask) for ask in asks]
    stop = memory / "stop"
    other = subprocess.Popen([sys.executable, "-c", READER, str(tiny.root), made, str(stop)], stdout=subprocess.PIPE, text=True)
    for loop in loops:
        loop.start()
    wait_for(lambda: stop.with_suffix(".reading").exists() and all(loop.said for loop in loops))
    halted_by = tiny.opened()
    value(halt.halt(halted_by, tiny.who("alfa-release"), WISHES[name]))
    answered = time.monotonic()
    wait_for(lambda: stop.with_suffix(".refused").exists() and all(loop.asked_since(answered) for loop in loops))
    stop.touch()
    for loop in loops:
        loop.stop()
    given, refused = (int(number) for number in other.communicate(timeout=WAIT_S)[0].split())
    assert given > 0, "the other process never read anything"
    assert refused > 0
    reading, _, _, owner = loops
    assert not any(got for put, got in reading.said if put >= answered), "a read begun after the halt was answered"
    assert any(got for _, got in reading.said), "no read came before the halt, so the race says nothing"
    assert all(got for _, got in owner.said), "the originator was stopped"
    before, after = stopped_uses(entries(tiny, "alfa"), "cutter")
    assert before > 0
    assert after == 0
    (verdict,) = verify_folder(tiny.root, only="alfa")
    assert [(len(one.before) > 0, one.after) for one in watch(tiny.root, verdict)] == [(True, ())]


def test_p4_what_is_derived_while_a_hold_is_signed_is_held_too(tiny: Tiny) -> None:
    analyst, cutter = tiny.who("cell-analyst"), tiny.who("cutter-watch")
    draft = lead.Draft(card=tiny.card())
    loops = [Loop(tiny.opened(), lambda node: lead.make_lead(node, analyst, draft)) for _ in range(2)]
    for loop in loops:
        loop.start()
    wait_for(lambda: all(sum(got for _, got in loop.said) > 2 for loop in loops))
    order = value(halt.halt(tiny.opened(), tiny.who("alfa-release"), halt.Wish(feeds=("alfa-radar",))))["order"]
    answered = time.monotonic()
    wait_for(lambda: all(loop.asked_since(answered) for loop in loops))
    for loop in loops:
        loop.stop()
        assert not any(got for put, got in loop.said if put >= answered), "a lead was made of what is held"
    with tiny.node.db.read() as tx:
        leads = holdings.of_kind(tx, ["lead"], from_ms=0, to_ms=2**53)
    assert len(leads) == sum(got for loop in loops for _, got in loop.said) > 4
    for row in leads:
        for who in (analyst, cutter, tiny.who("bravo-release")):
            assert not isinstance(read.read(tiny.node, who, row.holding.id), Answer)
        assert isinstance(read.read(tiny.node, tiny.who("alfa-release"), row.holding.id), Answer)
    assert value(read.list_holdings(tiny.node, cutter))["count"] == 0
    assert stopped_uses(entries(tiny, "alfa"), "cell")[1] == 0
    value(halt.resume(tiny.node, tiny.who("alfa-release"), order))
    assert value(read.list_holdings(tiny.node, cutter))["count"] == len(leads)


# ---- a halt, and a resume, byte for byte

OFFICERS = {"alfa": "alfa-release", "bravo": "bravo-release"}
READERS = [
    ("alfa-release", "interdiction", "patrol"),
    ("bravo-release", "interdiction", "patrol"),
    ("cell-analyst", MONITOR, "patrol"),
    ("cutter-watch", "interdiction", "patrol"),
    ("cutter-watch", "search_and_rescue", "lifeline"),
    ("rescue-watch", "search_and_rescue", "lifeline"),
    ("support-watch", MONITOR, "patrol"),
]
ALGEBRA = {
    "a partner": ("bravo", halt.Wish(partners=("charlie",))),
    "a unit": ("alfa", halt.Wish(units=("cutter",))),
    "a purpose": ("bravo", halt.Wish(purposes=("interdiction",))),
    "a category": ("bravo", halt.Wish(categories=("air",))),
    "a feed, with a carve-out": ("alfa", halt.Wish(feeds=("alfa-radar",), carve_outs=("co_originators",))),
}


@pytest.fixture(scope="module")
def settled(shared_memory: Path) -> tuple[Tiny, list[str]]:
    tiny = Tiny(shared_memory / "node").see()
    return tiny, [tiny.lead(), tiny.lead("alfa-radar", "bravo-air"), tiny.lead(purpose=MONITOR)]


def answers(tiny: Tiny, leads: list[str]) -> dict[tuple[Asker, int], bytes]:
    """What every reader is told by picture, lists and each lead, in bytes."""
    found = {}
    for who in (tiny.who(*reader) for reader in READERS):
        said = [look.look(tiny.node, who), read.list_holdings(tiny.node, who), read.list_holdings(tiny.node, who, kind="report")]
        said += [interdict.list_cases(tiny.node, who), *(read.read(tiny.node, who, one) for one in leads)]
        found |= {(who, number): one.body for number, one in enumerate(said)}
    return found


@pytest.mark.parametrize("name", ALGEBRA)
def test_p4_a_halt_twice_is_a_halt_once_and_a_resume_of_both_gives_back_every_byte(settled: tuple[Tiny, list[str]], name: str) -> None:
    tiny, leads = settled
    party, wish = ALGEBRA[name]
    who = tiny.who(OFFICERS[party])
    before = answers(tiny, leads)
    first = value(halt.halt(tiny.node, who, wish))["order"]
    halted = answers(tiny, leads)
    assert halted != before, "the halt changed nothing, so the resume shows nothing"
    second = value(halt.halt(tiny.node, who, wish))["order"]
    value(halt.resume(tiny.node, who, first))
    assert answers(tiny, leads) == halted, "one of two orders was lifted, and something opened"
    value(halt.resume(tiny.node, who, second))
    assert answers(tiny, leads) == before
