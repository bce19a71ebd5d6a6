"""The verb watch: one's own live stream to cards as it comes, without a node, a label or a receipt; the same cards as files would give.

1. Live cards are `view` over everything heard inside the horizon; what late messages, duplicates or another order change follows from
   that, and the changes since the last look are told as opened, superseded, retracted, or closed where the event left the horizon.
2. A look costs time that grows with what is held, so the next look waits at least as long as the last one took: a flood makes looks
   rarer and never makes the stream wait for them twice.
3. What is held is bounded: messages older than the horizon go; beyond `rows_max` the oldest go as well, and are counted.
4. Nothing is stored. A process that ends loses its horizon and nothing else: files are for keeping (`fairlead ingest`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fairlead.intake.read import Chunk, Reject
from fairlead.picture import Parameters, Place, View, ViewSegment, Window, view
from fairlead.picture.scene import Coast
from fairlead.picture.shapes import WINDOW_MAX_MS, Card
from fairlead.picture.succession import Change, closed, succession
from fairlead.picture.view import NO_COAST
from fairlead.report.detection import Detections, FeedFacts, once, stack
from fairlead.report.statement import Statements, hourly

ROWS_MAX: Final = 20_000_000
HOUR_MS: Final = 3_600_000
REJECTS_KEPT: Final = 20


@dataclass(slots=True, kw_only=True)
class Live:
    """What is held of a stream, and the cards of the last look."""

    feed: FeedFacts
    parameters: Parameters
    places: Sequence[Place] = ()
    coast: Coast = NO_COAST
    horizon_ms: int = 24 * HOUR_MS
    rows_max: int = ROWS_MAX
    lines: int = 0
    kept: int = 0
    rejected: int = 0
    forgotten: int = 0
    aside: dict[str, int] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    cards: tuple[Card, ...] = ()
    shown: View | None = None
    _rows: list[Detections] = field(default_factory=list)
    _stated: list[Statements] = field(default_factory=list)
    _new: int = 0

    def add(self, chunk: Chunk) -> None:
        """Take what a decoder made of the next piece."""
        self.lines += chunk.lines
        self.rejected += len(chunk.rejected)
        self.rejects += chunk.rejected[: max(0, REJECTS_KEPT - len(self.rejects))]
        for kind, number in chunk.set_aside.items():
            self.aside[kind] = self.aside.get(kind, 0) + number
        self.kept += len(chunk.detections)
        self._new += len(chunk.detections) + len(chunk.statements)
        if len(chunk.detections):
            self._rows.append(chunk.detections)
        if len(chunk.statements):
            self._stated.append(chunk.statements)

    @property
    def waiting(self) -> int:
        """Messages taken since the last look."""
        return self._new

    def held(self) -> tuple[Detections, Statements]:
        """What is inside the horizon, once each."""
        rows = once(stack(self._rows))
        if len(rows):
            last_ms = int(rows.t_ms.max())
            # whole hours, so that what is held does not begin elsewhere at every look: ids follow from the first message held
            oldest = (last_ms - min(self.horizon_ms, WINDOW_MAX_MS - 2 * HOUR_MS)) // HOUR_MS * HOUR_MS
            if len(rows) > self.rows_max:
                oldest = max(oldest, int(np.partition(rows.t_ms, len(rows) - self.rows_max)[len(rows) - self.rows_max]))
            inside = rows.t_ms >= oldest
            if not inside.all():
                self.forgotten += int(len(rows) - inside.sum())
                rows = rows.rows(inside)
        stated = hourly(self._stated)
        self._rows, self._stated = [rows], [stated]
        return rows, stated

    def look(self) -> tuple[Change, ...]:
        """The cards now, and what became of those of the last look."""
        self._new = 0
        rows, stated = self.held()
        if not len(rows):
            return ()
        window = Window(from_ms=int(rows.t_ms.min()), to_ms=int(rows.t_ms.max()) + 1)
        segment = ViewSegment(feed=self.feed, digest="", detections=rows, statements=stated)
        self.shown = view([segment], window, self.parameters, self.places, self.coast, detail="cards")
        before, self.cards = self.cards, self.shown.cards
        return closed(succession(before, self.cards), window.from_ms)
