"""A file of a feed in chunks, whatever its layout: compiled reading for AIS tables and NMEA, line by line for plots and registers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fairlead.errors import BadFile
from fairlead.intake.ftm import read_ftm
from fairlead.intake.nmea.decode import read_nmea
from fairlead.intake.read import Chunk, read_detections
from fairlead.intake.table.read import LAYOUTS as TABLES
from fairlead.intake.table.read import read_table
from fairlead.report.detection import FeedFacts

LAYOUTS: Final = ("ftm", "nmea", "radar", *TABLES)
CHUNK_BYTES: Final = 16 << 20
WORKERS: Final = 2


def read_feed_file(
    path: Path,
    *,
    layout: str,
    feed: FeedFacts,
    date: datetime.date | None = None,
    mapping: Path | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Chunk]:
    """The file as chunks in order; `date` is the day of a layout without one, `mapping` the mapping file of a layout that needs one.
    Raises BadFile; for a cut file after the lines before the cut."""
    if layout == "nmea":
        at_ms = None if date is None else (date - datetime.date(1970, 1, 1)).days * 86_400_000
        return read_nmea(path, at_ms=at_ms, piece_bytes=chunk_bytes)
    if layout == "ftm":
        return read_ftm(path, date=date)
    if layout == "radar":
        return read_detections(path, layout=layout, feed=feed, date=date)
    if layout not in TABLES:
        raise BadFile("no reader for this layout", where=layout, do=f"one of {', '.join(sorted(LAYOUTS))}")
    return read_table(path, layout=layout, feed=feed, date=date, mapping=mapping, chunk_bytes=chunk_bytes, workers=WORKERS)
