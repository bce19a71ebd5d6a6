"""The tiny world that changes, written to real databases as it goes: what a node stores, event by event and record by record."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.agreement import Gatehouse, Request, decide
from fairlead.agreement.events import Event
from fairlead.agreement.lists import Row, facts_of, judge, named_in
from fairlead.envelope import SigningKey, encode, sign
from fairlead.report.holding import Holding
from fairlead.store import events, holdings, holds, listed
from fairlead.store.database import Database, Tx
from fairlead.store.labels import known_labels
from tests.model.gate_model import Record
from tests.model.machine import Machine

ENVELOPE = sign("order", {"x": 1}, [SigningKey(b"\x01" * 32)])
WORDS = ("Boat adrift", "a slow transfer", "nets ÅND lines")


class Stored(Machine):
    """A machine whose every event and record also goes into each of the databases, in a transaction of its own."""

    def __init__(self, seed: int, databases: Sequence[Database]) -> None:
        self.databases = databases
        self.times: dict[str, int] = {}
        self.titles: dict[str, str] = {}
        super().__init__(seed)

    def kept(self, record: Record) -> None:
        """Nothing that was stored goes."""
        self.store(record)

    def add(self, event: Event) -> None:
        super().add(event)
        for database in self.databases:
            with database.write() as tx:
                events.add_event(tx, event, ENVELOPE, at_ms=self.at, clock="set")

    def store(self, record: Record) -> None:
        super().store(record)
        name = next(reversed(self.records))
        self.times[name] = self.rng.choice([100, 200, 200, 300])
        self.titles[name] = self.rng.choice(WORDS)
        for database in self.databases:
            with database.write() as tx:
                holdings.add_holding(
                    tx,
                    self.holding(name),
                    body=encode({"title": self.titles[name]}),
                    envelope=ENVELOPE,
                    source=record.source,
                    distress=self.records[name].distress,
                )

    def holding(self, name: str) -> Holding:
        record = self.records[name]
        return Holding(
            id=name,
            kind="lead" if record.parents else "segment",
            label=record.label,
            digest=record.digest,
            t_min_ms=record.source.t_min_ms if record.source else 0,
            t_max_ms=record.source.t_max_ms if record.source else self.times[name],
            not_before_ms=record.not_before,
            expires_ms=record.expires,
            created_ms=self.at,
            feed=record.source.feed if record.source else "",
            parents=record.parents,
        )

    def row(self, name: str) -> Row:
        """As the reference would list it: the record itself, with what the rule says lies on it."""
        return Row(holding=self.holding(name), feeds=frozenset(), held=self.held[name], distress=self.records[name].distress)


def sight(tx: Tx, house: Gatehouse, request: Request) -> listed.Sight:
    """What the desk hands to a list."""
    known = known_labels(tx)
    named = [row for row in holdings.by_digests(tx, named_in(house)) if decide(house, request, facts_of(row)).permitted]
    return listed.Sight(
        at_ms=request.at_ms,
        judged=judge(house, request, known),
        known=known,
        placed=holds.sets(tx),
        let_through=tuple(row.num for row in named),
    )
