"""What the tests of tables share: a feed, a whole file's chunks put together, and the one-line parsers as the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from fairlead.errors import BadInput
from fairlead.intake.lines import read_lines
from fairlead.intake.parsed import Aside, Row
from fairlead.intake.read import Reject
from fairlead.intake.table.read import read_table
from fairlead.report.detection import Detections, FeedFacts, stack
from fairlead.report.statement import Statements, hourly

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data"
FEED = FeedFacts(name="harbour", kind="ais", originator="isla", category="ais", gaps_meaningful=True)
COMPARED = ("t_ms", "lat_e7", "lon_e7", "sog_dkn", "cog_ddeg", "mmsi", "err_m", "ship_type", "length_m", "status")


class Reading(NamedTuple):
    detections: Detections
    statements: Statements
    rejected: tuple[Reject, ...]
    set_aside: dict[str, int]
    lines: int


def published(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"published file {'/'.join(parts)} is not here")
    return path


def read_all(path: Path, layout: str, **more: object) -> Reading:
    chunks = list(read_table(path, layout=layout, feed=FEED, **more))
    aside: Counter[str] = Counter()
    for one in chunks:
        assert one.lines == len(one.detections) + len(one.rejected) + sum(one.set_aside.values())
        aside.update(one.set_aside)
    return Reading(
        stack([one.detections for one in chunks]),
        hourly([one.statements for one in chunks]),
        tuple(reject for one in chunks for reject in one.rejected),
        dict(aside),
        sum(one.lines for one in chunks),
    )


def slowly(
    path: Path, encoding: str, parse: Callable[[str], Row | Aside], *, header: int
) -> tuple[list[tuple[int, ...]], list[tuple[int, str]], dict[str, int]]:
    """Rows, rejects and what is set aside, by the parser of one line alone."""
    rows, rejects, aside = [], [], Counter()
    for line in read_lines(path, encoding):
        if header and line.number == 1:
            aside["header"] += 1
            continue
        if not line.fault and not line.text.strip():
            aside["blank"] += 1
            continue
        try:
            if line.fault:
                raise BadInput(line.fault)
            made = parse(line.text)
        except BadInput as error:
            rejects.append((line.number, error.what))
            continue
        if isinstance(made, Aside):
            aside[made.kind] += 1
        else:
            rows.append(tuple(getattr(made, name) for name in COMPARED))
    return rows, rejects, dict(aside)


def as_tuples(rows: Detections) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(rows, name).tolist() for name in COMPARED), strict=True))


def same(one: Reading, other: Reading) -> bool:
    return (
        all((getattr(one.detections, name) == getattr(other.detections, name)).all() for name in (*COMPARED, "station", "clock"))
        and all(
            (getattr(one.statements, name) == getattr(other.statements, name)).all()
            for name in ("mmsi", "name", "imo", "first_ms", "last_ms")
        )
        and one[2:] == other[2:]
    )
