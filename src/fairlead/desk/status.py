"""How the node stands, for who keeps it running: epoch, code-book, records, labels, and how often it gave, refused or could not judge.

Counts of the whole node, and nothing of any record, reader or agreement: it asks for no person and leaves no receipt.
"""

from __future__ import annotations

import msgspec

from fairlead.desk.node import Node
from fairlead.label import label_alarm
from fairlead.store import events, outcomes
from fairlead.store.labels import counted


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Counts only; `alarms` are things to mend, in words."""

    epoch: int
    book_version: int
    records: int
    labels: int
    outcomes: dict[str, int]
    alarms: tuple[str, ...]


def status(node: Node) -> Status:
    """The node as it stands now."""
    with node.db.read() as tx:
        records, labels = counted(tx)
        found, epoch = outcomes.counts(tx), events.epoch(tx)
        book = node.standing(tx).book or node.coalition.book
    faults = [f"{number} requests could not be judged: {name}" for name, number in sorted(found.items()) if name.startswith("fault ")]
    alarm = label_alarm(labels, records).alarm
    return Status(
        epoch=epoch,
        book_version=book.version,
        records=records,
        labels=labels,
        outcomes={"given": 0, "refused": 0, **found},
        alarms=(*faults, *([alarm] if alarm else [])),
    )
