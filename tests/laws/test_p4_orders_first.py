"""P4, red line 5: a recipient that asks and asks does not hold up a halt. A real console, real connections, counted in the log.

Nothing here looks at a watch: what counts is how many answers were committed between the order's arrival and its entry.
"""

from __future__ import annotations

import asyncio
import re
import urllib.parse
from collections.abc import Iterator

import pytest

from fairlead.desk.node import Node
from fairlead.receipt.receipt import RefusalReceipt, UseReceipt
from fairlead.store import ledger
from tests.browser.stage import Served
from tests.rooms.desk.tiny import Tiny

CONNECTIONS = 60
FLOODED = 40  # refusals in the log before the order is sent: the flood is there
BETWEEN_MAX = 8  # answers in flight when the order comes; the queue behind them, some fifty long, waits
ABSENT = "0" * 32


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Node]]:
    """A console over a tiny node, in a process of its own, and the node opened here to look into its log."""
    tiny = Tiny(tmp_path_factory.mktemp("flood") / "node")
    console = Served(tiny.root)
    yield console, tiny.node
    console.stop()


class Browser:
    """One signed-in person; `ask` opens a connection of its own each time, as an impatient script does."""

    def __init__(self, console: Served, person: str, name: str) -> None:
        self.port, self.base = console.port, f"/as/{person}"
        self.token = console.link(name).partition("#")[2]
        self.cookie = ""

    async def ask(self, method: str, path: str, **form: str) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        host = f"127.0.0.1:{self.port}"
        body = urllib.parse.urlencode(form)
        head = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", "Connection: close"]
        head += [f"Cookie: fairlead={self.cookie}", "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write(("\r\n".join(head) + "\r\n\r\n" + body).encode())
        raw = await reader.read()
        writer.close()
        return int(raw.split()[1]), raw

    async def enter(self) -> Browser:
        status, raw = await self.ask("POST", "/sign-in", token=self.token)
        assert status == 200, raw
        found = re.search(rb"fairlead=([^;]+);", raw)
        assert found is not None
        self.cookie = found[1].decode()
        return self


def size(node: Node) -> int:
    with node.db.read() as tx:
        return ledger.head(tx, "alfa")[0]


def since(node: Node, entry: int) -> list[UseReceipt | RefusalReceipt]:
    """Alfa's entries from this one on, oldest first."""
    with node.db.read() as tx:
        return ledger.receipts(tx, "alfa", newest=ledger.head(tx, "alfa")[0] - entry, skip=0)[::-1]


async def flooded_halt(console: Served, node: Node) -> tuple[int, int, bytes]:
    """A recipient asks on sixty connections for what it may not have; meanwhile the originator signs. Log size when it did."""
    recipient = await Browser(console, "cutter-watch", "Watch officer of the cutter").enter()
    originator = await Browser(console, "alfa-release", "Releasing officer of Alfa").enter()
    stop = asyncio.Event()
    refused = 0

    async def flood() -> None:
        nonlocal refused
        while not stop.is_set():
            status, _ = await recipient.ask("GET", f"{recipient.base}/lead/{ABSENT}.json?purpose=interdiction")
            refused += status == 403

    floods = [asyncio.create_task(flood()) for _ in range(CONNECTIONS)]
    try:
        while refused < FLOODED:
            await asyncio.sleep(0.05)
        before = await asyncio.to_thread(size, node)
        status, answer = await originator.ask("POST", f"{originator.base}/suspend-sign", units="cutter")
    finally:
        stop.set()
        await asyncio.gather(*floods)
    return before, status, answer


def test_p4_a_halt_is_committed_before_the_requests_that_were_waiting(served: tuple[Served, Node]) -> None:
    console, node = served
    before, status, answer = asyncio.run(flooded_halt(console, node))
    assert status == 200, answer
    entries = since(node, before)
    at = next(place for place, one in enumerate(entries) if one.outcome == "given" and one.act == "order")
    assert at <= BETWEEN_MAX, f"{at} answers went before the order"
    assert any(one.act == "read" or one.outcome == "cover" for one in entries[at + 1 :]), "nobody was left waiting: there was no flood"
