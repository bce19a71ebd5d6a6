"""P7 at the command line: asked for what is hidden or for what never was, the program says the same, ends alike, and logs alike.

Two nodes equal to the byte are asked, each in a process of its own: one for the hidden id, the other for an absent one. What may
differ is the id itself, where the program repeats what was typed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from fairlead.desk import interdict, lead, look, read
from fairlead.desk.clock import StoryClock
from fairlead.desk.halt import Wish, halt
from fairlead.store import holdings
from tests.rooms.desk.tiny import MONITOR, START_MS, Tiny, value

ABSENT = "f" * 32
ABSENT_CARD = "e" * 16


class Known(msgspec.Struct, frozen=True):
    """One node and the ids of what is there."""

    tiny: Tiny
    lead: str
    segment: str
    case: str
    card: str
    order: str


def made(root: Path) -> Known:
    tiny = Tiny(root).see()
    one = tiny.lead()
    case = value(interdict.open_case(tiny.node, tiny.who("cutter-watch"), lead=one, vessel="boat"))["case"]
    order = value(halt(tiny.node, tiny.who("alfa-release"), Wish(units=("bravo-patrol",))))["order"]
    with tiny.node.db.read() as tx:
        rows = holdings.of_kind(tx, ["segment"], from_ms=0, to_ms=2**53)
    segment = next(row.holding.id for row in rows if row.holding.feed == "alfa-radar")
    StoryClock(root / "clock.json").set(START_MS + 60_000)  # the commands have this clock
    return Known(tiny, one, segment, case, tiny.card(), order)


@pytest.fixture(scope="module")
def pair(shared_memory: Path) -> tuple[Known, Known]:
    """One to be asked for what is hidden, one for what is absent; equal in every id."""
    pair = made(shared_memory / "a" / "node"), made(shared_memory / "b" / "node")
    assert msgspec.structs.astuple(pair[0])[1:] == msgspec.structs.astuple(pair[1])[1:]
    return pair


PORT = ["--as", "port-custody", "--purpose", "interdiction", "--operation", "patrol"]  # has not accepted source protection
BRAVO = ["--as", "bravo-release", "--purpose", "interdiction", "--operation", "patrol"]  # halted by Alfa
SUPPORT = ["--as", "support-watch", "--purpose", MONITOR, "--operation", "patrol"]  # below the ceiling
RESCUE = ["--as", "rescue-watch", "--purpose", "search_and_rescue", "--operation", "lifeline"]
ANALYST = ["--as", "cell-analyst", "--purpose", "interdiction", "--operation", "patrol"]
COMMANDS = {
    "a lead that handling hides": ("lead", ["read", "ID", *PORT]),
    "a lead that an order hides": ("lead", ["read", "ID", *BRAVO, "--json"]),
    "a lead that the ceiling hides": ("lead", ["read", "ID", *SUPPORT, "--json"]),
    "a source": ("segment", ["read", "ID", *PORT, "--json"]),
    "a source, for an excluded use": ("segment", ["read", "ID", "--as", "port-custody", "--purpose", "commercial", "--json"]),
    "why not": ("lead", ["explain", "ID", *PORT, "--json"]),
    "why not, in words": ("lead", ["explain", "ID", *RESCUE]),
    "a case on a hidden lead": ("lead", ["case", "open", "ID", "boat", *PORT, "--json"]),
    "an act on a hidden case": ("case", ["case", "act", "ID", "monitor", *RESCUE, "--json"]),
    "a hidden case": ("case", ["case", "show", "ID", *RESCUE, "--json"]),
    "a hidden case, in words": ("case", ["case", "show", "ID", *SUPPORT]),
    "a card of another view": ("card", ["lead", "ID", *ANALYST, "--preview", "--to", "2020-06-30T01:05:00Z"]),
    "another originator's order": ("order", ["resume", "ID", "--as", "bravo-release"]),
    "whom another's order exposed": ("order", ["exposure", "ID", "--as", "bravo-release", "--json"]),
}


def run(known: Known, arguments: list[str]) -> tuple[int, bytes, bytes]:
    """Exit code and both streams of one command, with the node's own folder and the id taken out."""
    command = [sys.executable, "-m", "fairlead", *arguments, "--node", str(known.tiny.root)]
    env = {**os.environ, "PYTHONHASHSEED": "0", "COLUMNS": "200"}
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, env=env)
    return done.returncode, done.stdout, done.stderr.replace(str(known.tiny.root).encode(), b"NODE")


def left(known: Known) -> tuple[dict[str, int], dict[str, list[tuple[str, int]]]]:
    """Entries in every log, and every file under log/ and of the receipts with its length."""
    root = known.tiny.root
    folders = {"log": root / "log"} | {party: root / "homes" / party / "receipts" for party in known.tiny.node.logs}
    files = {
        name: sorted((path.relative_to(folder).as_posix(), path.stat().st_size) for path in folder.rglob("*") if path.is_file())
        for name, folder in folders.items()
    }
    return known.tiny.sizes(), files


@pytest.mark.parametrize("name", COMMANDS)
def test_p7_a_command_says_and_leaves_the_same_for_what_is_hidden_and_what_is_absent(pair: tuple[Known, Known], name: str) -> None:
    what, words = COMMANDS[name]
    hidden = str(getattr(pair[0], what))
    absent = ABSENT_CARD if what == "card" else ABSENT
    assert left(pair[0]) == left(pair[1])
    ends = []
    for known, id in zip(pair, (hidden, absent), strict=True):
        code, out, err = run(known, [id if word == "ID" else word for word in words])
        ends.append((code, out.replace(id.encode(), b"ID"), err.replace(id.encode(), b"ID")))
        assert id.encode() not in out, "the answer itself repeats no id"
    assert ends[0] == ends[1]
    assert ends[0][0] != 0 or b'"permitted":false' in ends[0][1] or b"not permitted" in ends[0][1]
    assert left(pair[0]) == left(pair[1])


def test_p7_a_command_of_somebody_it_is_shown_to_says_something_else(pair: tuple[Known, Known]) -> None:
    asked = ["--as", "cutter-watch", "--purpose", "interdiction", "--operation", "patrol", "--json"]
    there, absent = (run(pair[0], ["read", id, *asked]) for id in (pair[0].lead, ABSENT))
    assert there[0] == 0 != absent[0]
    assert there[1] != absent[1]


def test_p7_a_reader_to_whom_nothing_is_open_is_shown_what_an_empty_node_shows(pair: tuple[Known, Known], memory: Path) -> None:
    full, bare = pair[0].tiny, Tiny(memory / "bare")
    for person, purpose, operation in (("rescue-watch", "interdiction", "lifeline"), ("cell-watch", "search_and_rescue", "patrol")):
        for verb in (look.look, interdict.list_cases, read.list_holdings):
            said = [verb(tiny.node, tiny.who(person, purpose, operation)).body for tiny in (full, bare)]
            assert said[0] == said[1]


def test_p7_a_preview_names_no_source_its_maker_cannot_see(pair: tuple[Known, Known]) -> None:
    """The analyst's own sources may be named as blocking somebody; nobody else's terms are, and no digest or id of a source."""
    tiny = pair[0].tiny
    shown = lead.preview_lead(tiny.node, tiny.who("cell-analyst"), lead.Draft(card=tiny.card()))
    with tiny.node.db.read() as tx:
        rows = holdings.of_kind(tx, ["segment", "report"], from_ms=0, to_ms=2**53)
    assert not any(row.holding.id.encode() in shown.body or row.holding.digest.encode() in shown.body for row in rows)
    assert b"agreement" not in shown.body
