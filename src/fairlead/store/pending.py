"""Log entries that a transaction has made and not yet written: they go in together, under one signed head a log, when it commits.

What a verb asks of a log inside its own transaction it gets with these entries (`ledger.head`, `ledger.receipts`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from sqlalchemy import Connection

from fairlead.receipt.tiles import WIDTH_BITS
from fairlead.receipt.tree import Frontier, Node, grow

PENDING: Final = "fairlead_log"
Mark: TypeAlias = dict[str, tuple[int, str, Callable[[Frontier], bytes]]]


class Growing:
    """One log inside a transaction: its tree as committed, and the rows to come after it."""

    def __init__(self, frontier: Frontier, keyid: str, sign: Callable[[Frontier], bytes]) -> None:
        self.frontier = frontier
        self.keyid = keyid
        self.sign = sign
        self.rows: list[tuple[bytes, bytes, bytes]] = []  # leaf, its hash, the receipt

    @property
    def size(self) -> int:
        return self.frontier.size + len(self.rows)

    def grown(self) -> tuple[Frontier, list[Node]]:
        """The tree with the rows, and the nodes of every level of tiles that this completes."""
        return grow(self.frontier, (hashed for _, hashed, _ in self.rows), every=WIDTH_BITS)


def growing(tx: Connection) -> dict[str, Growing]:
    """The logs this transaction has appended to, by party."""
    found: dict[str, Growing] = tx.info.setdefault(PENDING, {})
    return found


def begin(tx: Connection) -> None:
    """A transaction begins on this connection."""
    tx.info.pop(PENDING, None)


def mark(tx: Connection) -> Mark:
    """How far the logs have come."""
    return {party: (len(one.rows), one.keyid, one.sign) for party, one in growing(tx).items()}


def undo(tx: Connection, before: Mark) -> None:
    """Back to a mark: what came after it was not made."""
    logs = growing(tx)
    for party, one in list(logs.items()):
        if party in before:
            count, one.keyid, one.sign = before[party]
            del one.rows[count:]
        else:
            del logs[party]
