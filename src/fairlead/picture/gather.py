"""All detections of a view in one canonical order, so that nothing above can depend on how they arrived (P5).

1. Only what lies in the window counts; times are half-open.
2. Within one feed a detection counts once. Duplicates may differ in fields that its digest does not cover (type, length, status):
   the one that sorts last stands, whatever order they came in.
3. Rows are sorted by number, time, feed name and then everything they say: segments, chunks and their order leave no trace.
4. Two segments that describe one feed differently are refused, not reconciled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fairlead.errors import BadInput
from fairlead.picture.ground import Ints
from fairlead.picture.shapes import ViewSegment, Window
from fairlead.report.detection import Detections, FeedFacts, FeedKind, digests_of, empty, once, stack
from fairlead.report.statement import Statements, hourly

SEGMENTS_MAX: Final = 20_000
ROWS_MAX: Final = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Detections in canonical order with the feed of each; feeds sorted by name."""

    feeds: tuple[FeedFacts, ...]
    feed_of: npt.NDArray[np.intp]
    rows: Detections
    lat_e7: Ints  # wide copies: differences of int32 overflow
    lon_e7: Ints
    stated: Statements  # of all feeds, those said in the window

    def of_kind(self, kind: FeedKind) -> npt.NDArray[np.intp]:
        """Row numbers of all feeds of a kind, in order."""
        wanted = np.array([feed.kind == kind for feed in self.feeds], dtype=np.bool_)
        return np.flatnonzero(wanted[self.feed_of]) if len(self.feeds) else np.zeros(0, dtype=np.intp)

    def digest_hex(self, row: int) -> str:
        """The digest of one detection."""
        return digests_of(self.feeds[int(self.feed_of[row])].name, self.rows.rows(slice(row, row + 1)))[0]

    def digests_hex(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.int64]) -> list[str]:
        """The digests of these detections, in their order."""
        found = [""] * len(rows)
        feed_of = self.feed_of[rows]
        for number in np.unique(feed_of).tolist():
            own = np.flatnonzero(feed_of == number)
            for at, digest in zip(own.tolist(), digests_of(self.feeds[number].name, self.rows.rows(rows[own])), strict=True):
                found[at] = digest
        return found

    def feed_names(self, rows: npt.NDArray[np.intp]) -> tuple[str, ...]:
        """Names of the feeds that the rows came from, sorted."""
        if len(self.feeds) == 1:
            return (self.feeds[0].name,) if len(rows) else ()
        return tuple(self.feeds[number].name for number in np.unique(self.feed_of[rows]).tolist())


def gather(segments: Sequence[ViewSegment], window: Window) -> Gathered:
    """Every detection of the segments in the window, once, in canonical order. Raises BadInput."""
    if len(segments) > SEGMENTS_MAX:
        raise BadInput("too many segments for one view", where=str(len(segments)), do="choose a shorter window")
    facts: dict[str, FeedFacts] = {}
    parts: dict[str, list[Detections]] = {}
    stated: list[Statements] = []
    for segment in segments:
        known = facts.setdefault(segment.feed.name, segment.feed)
        if known != segment.feed:
            raise BadInput("two segments describe one feed differently", where=segment.feed.name)
        inside = (segment.detections.t_ms >= window.from_ms) & (segment.detections.t_ms < window.to_ms)
        parts.setdefault(segment.feed.name, []).append(segment.detections.rows(inside))
        stated.append(
            segment.statements.rows((segment.statements.first_ms >= window.from_ms) & (segment.statements.first_ms < window.to_ms))
        )
    names = sorted(facts)
    singles = [once(stack(parts[name])) for name in names]
    rows = stack(singles) if singles else empty()
    if len(rows) > ROWS_MAX:
        raise BadInput("too many detections for one view", where=str(len(rows)), do="choose a shorter window")
    feed_of = np.repeat(np.arange(len(names), dtype=np.intp), [len(single) for single in singles])
    if len(singles) > 1:
        order = np.lexsort((feed_of, rows.t_ms, rows.mmsi))  # stable: inside one feed, number and time the order of a segment stays
        rows, feed_of = rows.rows(order), feed_of[order]
    return Gathered(
        feeds=tuple(facts[name] for name in names),
        feed_of=feed_of,
        rows=rows,
        lat_e7=rows.lat_e7.astype(np.int64),
        lon_e7=rows.lon_e7.astype(np.int64),
        stated=hourly(stated),
    )
