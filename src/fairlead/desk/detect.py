"""The verb detect: one's own files straight to evidence cards, without a node, a label or a receipt; nothing is stored or shared.

1. Files of one layout are one feed; every line is accounted for as an ingest would.
2. The same view and the same rules as in a node. With the engine `duckdb` or `spark` the events of B1 to B5 are found by that engine,
   and the cards are worded from them here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from fairlead.errors import BadFile, BadInput
from fairlead.intake.chart_file import charted, read_chart_file
from fairlead.intake.feed_file import read_feed_file
from fairlead.intake.read import Reject
from fairlead.picture import Parameters, View, ViewSegment, Window, view
from fairlead.picture.shapes import WINDOW_MAX_MS
from fairlead.picture.view import NO_COAST
from fairlead.report.detection import Detections, FeedFacts, once, stack
from fairlead.report.statement import Statements, hourly

REJECTS_SHOWN: int = 20
Progress = Callable[[int, int], None]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every line of the files, and the view of what was kept."""

    lines: int
    kept: int
    duplicate: int
    rejected: int
    set_aside: dict[str, int]
    rejects: tuple[Reject, ...]
    broken_off: tuple[str, ...]
    view: View


def detect(
    paths: Sequence[Path],
    *,
    layout: str,
    charts: Sequence[Path] = (),
    parameters: Parameters | None = None,
    gaps_meaningful: str = "no",
    date: datetime.date | None = None,
    mapping: Path | None = None,
    from_ms: int | None = None,
    to_ms: int | None = None,
    progress: Progress | None = None,
) -> Seen:
    """Cards of these files. `gaps_meaningful` is "yes" for the whole log of a receiver and "no" for an extract. Raises BadFile,
    BadInput."""
    feed = FeedFacts(name="own", kind="ais", originator="own", category="ais", gaps_meaningful=gaps_meaningful == "yes")
    parts, stated = list[Detections](), list[Statements]()
    rejects, broken = list[Reject](), list[str]()
    aside: dict[str, int] = {}
    lines = rejected = 0
    for path in paths:
        chunks = read_feed_file(path, layout=layout, feed=feed, date=date, mapping=mapping)
        while True:
            try:
                chunk = next(chunks)
            except StopIteration:
                break
            except BadFile as error:
                if not parts:
                    raise
                broken.append(str(error))
                break
            parts.append(chunk.detections)
            stated.append(chunk.statements)
            lines += chunk.lines
            rejected += len(chunk.rejected)
            rejects += chunk.rejected[: max(0, REJECTS_SHOWN - len(rejects))]
            for kind, number in chunk.set_aside.items():
                aside[kind] = aside.get(kind, 0) + number
            if progress is not None:
                progress(lines, sum(len(part) for part in parts))
    given = stack(parts)
    rows = once(given)
    if not len(rows):
        raise BadInput("the files hold no position", where=", ".join(path.name for path in paths), do="check the layout")
    chart, places = charted([read_chart_file(path) for path in charts]) if charts else (None, ())
    window = _window(int(rows.t_ms.min()), int(rows.t_ms.max()), from_ms, to_ms)
    segment = ViewSegment(feed=feed, digest="", detections=rows, statements=hourly(stated))
    return Seen(
        lines=lines,
        kept=len(rows),
        duplicate=len(given) - len(rows),
        rejected=rejected,
        set_aside=aside,
        rejects=tuple(rejects),
        broken_off=tuple(broken),
        view=view([segment], window, parameters or Parameters(), places, chart or NO_COAST),
    )


def _window(first_ms: int, last_ms: int, from_ms: int | None, to_ms: int | None) -> Window:
    start = first_ms if from_ms is None else from_ms
    end = last_ms + 1 if to_ms is None else to_ms
    if end - start > WINDOW_MAX_MS:
        why = f"they span {(end - start) // 86_400_000} days, and 31 are the most"
        raise BadInput("the files span too long a time for one look", why=why, do="choose a part with --from and --to")
    return Window(from_ms=start, to_ms=end)
