"""Whether a screen must look again, and nothing else: never at what, and never why.

1. What is compared is the set S that the gate lets this reader see, by its digest. It is kept on the node's side, and never sent.
2. Nothing is given to anybody here, so nothing is receipted; the look that follows is.
3. An order moves the screens whose S it changes, and no other (P5): the gates before and after it are asked about the same holdings.
"""

from __future__ import annotations

from typing import Final

import msgspec

from fairlead.agreement import Gatehouse, below_ceiling
from fairlead.desk.ask import Asker, ask
from fairlead.desk.authority import party_of
from fairlead.desk.find import sight
from fairlead.desk.look import seen_by, window_of
from fairlead.desk.node import Node
from fairlead.envelope import Digest, digest_of, sha256_hex
from fairlead.picture import Window
from fairlead.report.holding import Kind
from fairlead.store import ledger, listed
from fairlead.store.database import Tx
from fairlead.store.listed import Wish

LISTED: Final[tuple[Kind, ...]] = ("lead", "report")


class Beat(msgspec.Struct, frozen=True, kw_only=True):
    """The gate at an instant. It is another one when an agreement event came, or a date boundary passed."""

    house: Gatehouse
    at_ms: int

    @property
    def slice(self) -> tuple[int, int]:
        """What tells one slice from the next: its epoch, and the boundary it began at."""
        return self.house.slice.epoch, self.house.slice.from_ms


def beat(node: Node) -> Beat:
    """The gate at this instant."""
    at_ms = node.clock.now_ms()
    with node.db.read() as tx:
        return Beat(house=node.house(tx, at_ms), at_ms=at_ms)


def picture_window(node: Node, asker: Asker, *, from_ms: int | None, to_ms: int | None) -> Window:
    """The window a picture asked for now is of."""
    return window_of(node.clock.now_ms(), form=_form(node, asker), from_ms=from_ms, to_ms=to_ms)


def picture_moved(node: Node, asker: Asker, window: Window, before: Beat, after: Beat) -> bool:
    """Whether S of this window is another one by the gate after than by the gate before."""
    with node.db.read() as tx:
        return _picture(node, tx, asker, window, _late(before, after)) != _picture(node, tx, asker, window, after)


def listed_moved(node: Node, asker: Asker, before: Beat, after: Beat) -> bool:
    """The same of the leads and reports this reader may read."""
    with node.db.read() as tx:
        return _listed(node, tx, asker, _late(before, after)) != _listed(node, tx, asker, after)


def _late(before: Beat, after: Beat) -> Beat:
    """The gate before, asked as late as its slice lasts: what came in, went out of a window or ran out by its own date meanwhile
    moves no screen, so that no order of others shows by it (P5, P7)."""
    return Beat(house=before.house, at_ms=min(after.at_ms, before.house.slice.to_ms - 1))


def _form(node: Node, asker: Asker) -> str:
    book = node.coalition.book
    return "coarse" if asker.unit in book.units and below_ceiling(book, asker.unit) else "full"


def _picture(node: Node, tx: Tx, asker: Asker, window: Window, at: Beat) -> Digest:
    asked = ask(node, tx, asker, act="picture", form=_form(node, asker), at_ms=at.at_ms)
    return digest_of([row.holding.digest for row in seen_by(node, tx, at.house, asked, window)])


def _listed(node: Node, tx: Tx, asker: Asker, at: Beat) -> Digest:
    asked = ask(node, tx, asker, act="read", at_ms=at.at_ms)
    seen = sight(node, tx, at.house, asked.request)
    return sha256_hex(listed.numbers(tx, seen, Wish(kinds=LISTED)).serialize())


def own_log_size(node: Node, asker: Asker) -> int:
    """How many entries the log of the asker's party has."""
    with node.db.read() as tx:
        size, _ = ledger.head(tx, party_of(node, asker))
    return size
