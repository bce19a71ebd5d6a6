"""How often this node gave, refused, and could not judge: counts and nothing else, kept beside the logs that say what and to whom.

A count is raised in the transaction of the answer, so it is right after a crash. Faults are counted apart, by the conjunct that
could not be judged: a refusal is the gate at work, a fault is something to mend.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, insert, select, update

from fairlead.agreement import Reason
from fairlead.agreement.reason import tally
from fairlead.store.schema import meta

PREFIX: Final = "outcome "


def count(tx: Connection, reasons: Iterable[Reason]) -> None:
    """One more decision with these reasons; none of them: it was given."""
    for name, more in tally(reasons).items():
        known = tx.execute(select(meta.c.value).where(meta.c.key == PREFIX + name)).scalar_one_or_none()
        if known is None:
            tx.execute(insert(meta).values(key=PREFIX + name, value=str(more)))
        else:
            tx.execute(update(meta).where(meta.c.key == PREFIX + name).values(value=str(int(known) + more)))


def counts(tx: Connection) -> dict[str, int]:
    """`given`, `refused`, and each kind of fault there was."""
    rows = tx.execute(select(meta.c.key, meta.c.value).where(meta.c.key.startswith(PREFIX, autoescape=True)).order_by(meta.c.key))
    return {row.key.removeprefix(PREFIX): int(row.value) for row in rows}
