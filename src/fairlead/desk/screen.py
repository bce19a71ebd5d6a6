"""What a screen's reader may see now, as one digest and nothing else: it says that a screen must look again, never at what.

1. The digest is over the set S that the gate lets this reader see. It is kept on the node's side of the door and never sent.
2. Nothing is given to anybody here, so nothing is receipted; the look that follows is.
3. An order moves the screens whose S it changes, and no other (P5).
"""

from __future__ import annotations

from typing import Final

import msgspec

from fairlead.agreement import below_ceiling
from fairlead.desk.ask import Asker, ask
from fairlead.desk.authority import party_of
from fairlead.desk.find import sight
from fairlead.desk.look import seen_by, window_of
from fairlead.desk.node import Node
from fairlead.envelope import Digest, digest_of, sha256_hex
from fairlead.report.holding import Kind
from fairlead.store import ledger, listed
from fairlead.store.listed import Wish

LISTED: Final[tuple[Kind, ...]] = ("lead", "report")


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """What moves when an agreement does: the epoch, and the date boundary the slice began at."""

    epoch: int
    from_ms: int


def pulse(node: Node) -> Pulse:
    """The standing's beat at this instant."""
    with node.db.read() as tx:
        slice_ = node.house(tx, node.clock.now_ms()).slice
    return Pulse(epoch=slice_.epoch, from_ms=slice_.from_ms)


def picture_seen(node: Node, asker: Asker, *, from_ms: int | None, to_ms: int | None) -> Digest:
    """The digest of S for a picture of this window."""
    at_ms = node.clock.now_ms()
    form = "coarse" if asker.unit in node.coalition.book.units and below_ceiling(node.coalition.book, asker.unit) else "full"
    window = window_of(at_ms, form=form, from_ms=from_ms, to_ms=to_ms)
    with node.db.read() as tx:
        asked = ask(node, tx, asker, act="picture", form=form, at_ms=at_ms)
        rows = seen_by(node, tx, node.house(tx, at_ms), asked, window)
    return digest_of([row.holding.digest for row in rows])


def listed_seen(node: Node, asker: Asker) -> Digest:
    """The digest of the leads and reports this reader may read."""
    at_ms = node.clock.now_ms()
    with node.db.read() as tx:
        asked = ask(node, tx, asker, act="read", at_ms=at_ms)
        seen = sight(node, tx, node.house(tx, at_ms), asked.request)
        nums = listed.numbers(tx, seen, Wish(kinds=LISTED))
    return sha256_hex(nums.to_array().tobytes())


def own_log_size(node: Node, asker: Asker) -> int:
    """How many entries the log of the asker's party has."""
    with node.db.read() as tx:
        size, _ = ledger.head(tx, party_of(node, asker))
    return size
