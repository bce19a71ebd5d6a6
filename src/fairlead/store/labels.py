"""Labels as stored, each once: a label and the feeds behind it get a small number that is good inside this node only."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, insert, select

from fairlead.agreement.lists import Known
from fairlead.envelope import decode, encode
from fairlead.label import Label, label_hash
from fairlead.label.label import label_value, read_label
from fairlead.store.memory import may_remember, memory, wrote
from fairlead.store.schema import events, holdings, labels


def intern_label(tx: Connection, label: Label, feeds: Iterable[str] = (), *, distress: bool = False) -> int:
    """The small number of a label with these feeds behind it."""
    name, behind = label_hash(label), encode(sorted(set(feeds))).decode()
    same = (labels.c.hash == name, labels.c.feeds == behind, labels.c.distress == int(distress))
    found = tx.execute(select(labels.c.id).where(*same)).scalar_one_or_none()
    if found is not None:
        return int(found)
    wrote(tx)
    values = {"hash": name, "feeds": behind, "distress": int(distress), "book": _book_version(tx), "body": encode(label_value(label))}
    made = tx.execute(insert(labels).values(**values))
    key = made.inserted_primary_key
    assert key is not None  # both databases give the key of every insert
    return int(key[0])


def made_under(tx: Connection, label: Label) -> int:
    """The version of the code-book that the label was first made under: its codes are read as they were then."""
    found = tx.execute(select(func.min(labels.c.book)).where(labels.c.hash == label_hash(label))).scalar_one()
    return int(found or 0)


def _book_version(tx: Connection) -> int:
    """The newest version of the code-book that was signed in; 0 when none was. Its event says so in its subject."""
    newest = select(events.c.subject).where(events.c.kind == "book-change").order_by(events.c.seq.desc()).limit(1)
    found = tx.execute(newest).scalar_one_or_none()
    return int(found.rpartition(" ")[2]) if found else 0


def known_labels(tx: Connection) -> dict[int, Known]:
    """Every label of the store, by number. Not to be changed by the caller."""
    kept = memory(tx)
    with kept.lock:
        last = max(kept.labels, default=0)
        rows = tx.execute(select(labels).where(labels.c.id > last).order_by(labels.c.id)).all()
        fresh = {row.id: _known(bytes(row.body), row.feeds, row.distress) for row in rows}
        if may_remember(tx):
            kept.labels.update(fresh)
        return kept.labels | fresh


def _known(body: bytes, feeds: str, distress: int) -> Known:
    behind = decode(feeds.encode())
    assert isinstance(behind, list)
    return Known(label=read_label(body), feeds=frozenset(map(str, behind)), distress=bool(distress))


def counted(tx: Connection) -> tuple[int, int]:
    """How many holdings there are, and how many distinct labels they have."""
    return (
        int(tx.execute(select(func.count()).select_from(holdings)).scalar_one()),
        int(tx.execute(select(func.count(labels.c.hash.distinct()))).scalar_one()),
    )
