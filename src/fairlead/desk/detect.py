"""The verb detect: one's own files straight to evidence cards, without a node, a label or a receipt; nothing is stored or shared.

1. Files of one layout are one feed; every line is accounted for as an ingest would.
2. The same view and the same rules as in a node. With the engine `duckdb` or `spark` the events of B1 to B5 are found by that engine,
   and the cards are worded from them here.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import msgspec

from fairlead.desk.prepared import About, write_prepared
from fairlead.errors import BadFile, BadInput, UnknownCode
from fairlead.intake.chart_file import charted, read_chart_file
from fairlead.intake.feed_file import read_feed_file
from fairlead.intake.read import Reject
from fairlead.picture import Parameters, View, ViewSegment, Window, view
from fairlead.picture.behaviour.core import core_events
from fairlead.picture.event import Event
from fairlead.picture.scene import Scene
from fairlead.picture.shapes import WINDOW_MAX_MS
from fairlead.picture.view import NO_COAST, ais_scene
from fairlead.report.detection import Detections, FeedFacts, once, stack
from fairlead.report.statement import Statements, hourly
from fairlead.store.sql_events import ENGINES, Engine, connected, events_on, prepared

REJECTS_SHOWN: Final = 20
NATIVE: Final = "native"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Files of one layout as one segment of a view, and what became of every line."""

    lines: int
    duplicate: int
    rejected: int
    set_aside: dict[str, int]
    rejects: tuple[Reject, ...]
    broken_off: tuple[str, ...]
    segment: ViewSegment
    window: Window


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
    engine: str = NATIVE,
    progress: Progress | None = None,
) -> Seen:
    """Cards of these files; tracks come as heads, their positions stand in the files. `gaps_meaningful` is "yes" for the whole log of a
    receiver and "no" for an extract. Raises BadFile, BadInput, UnknownCode."""
    core = core_of(engine)
    own = read_own(paths, layout, gaps_meaningful, date, mapping, from_ms, to_ms, progress)
    chart, places = charted([read_chart_file(path) for path in charts]) if charts else (None, ())
    return Seen(
        lines=own.lines,
        kept=len(own.segment.detections),
        duplicate=own.duplicate,
        rejected=own.rejected,
        set_aside=own.set_aside,
        rejects=own.rejects,
        broken_off=own.broken_off,
        view=view([own.segment], own.window, parameters or Parameters(), places, chart or NO_COAST, core, "heads"),
    )


def core_of(engine: str) -> Callable[[Scene], list[Event]]:
    """What finds the events of B1 to B5 with an engine. Raises UnknownCode, and BadInput when the engine is not there."""
    if engine == NATIVE:
        return core_events
    if engine not in ENGINES:
        raise UnknownCode("no such engine", where=engine, do=f"take {NATIVE}, {' or '.join(ENGINES)}")
    connection = connected(cast(Engine, engine))
    return lambda scene: events_on(connection, *prepared(scene), scene.parameters, scene.places.names)


def prepare(
    paths: Sequence[Path],
    folder: Path,
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
) -> About:
    """Write what an engine needs for the events of B1 to B5 of these files. Raises BadFile, BadInput."""
    limits = parameters or Parameters()
    own = read_own(paths, layout, gaps_meaningful, date, mapping, from_ms, to_ms, progress)
    _, places = charted([read_chart_file(path) for path in charts]) if charts else (None, ())
    scene = ais_scene([own.segment], own.window, limits, places)
    about = About(
        lines=own.lines,
        kept=len(own.segment.detections),
        rejected=own.rejected,
        duplicate=own.duplicate,
        vessels=len(scene.lines),
        parameters=limits,
        places=tuple(places),
    )
    write_prepared(folder, scene, about)
    return about


def read_own(
    paths: Sequence[Path],
    layout: str,
    gaps_meaningful: str,
    date: datetime.date | None,
    mapping: Path | None,
    from_ms: int | None,
    to_ms: int | None,
    progress: Progress | None,
) -> Own:
    """Files as one segment. Raises BadFile, and BadInput when they hold no position."""
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
    return Own(
        lines=lines,
        duplicate=len(given) - len(rows),
        rejected=rejected,
        set_aside=aside,
        rejects=tuple(rejects),
        broken_off=tuple(broken),
        segment=ViewSegment(feed=feed, digest="", detections=rows, statements=hourly(stated)),
        window=_window(int(rows.t_ms.min()), int(rows.t_ms.max()), from_ms, to_ms),
    )


def _window(first_ms: int, last_ms: int, from_ms: int | None, to_ms: int | None) -> Window:
    start = first_ms if from_ms is None else from_ms
    end = last_ms + 1 if to_ms is None else to_ms
    if end - start > WINDOW_MAX_MS:
        why = f"they span {(end - start) // 86_400_000} days, and 31 are the most"
        raise BadInput("the files span too long a time for one look", why=why, do="choose a part with --from and --to")
    return Window(from_ms=start, to_ms=end)
