"""What the tests of this room share: feeds, a way to read a text as a file, and where the real files are."""

from __future__ import annotations

import datetime
from collections import Counter
from pathlib import Path

import msgspec

from fairlead.intake.read import Reject, read_detections
from fairlead.report.detection import Detections, FeedFacts, stack
from fairlead.report.statement import Statements, hourly

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
DAY = datetime.date(2018, 6, 4)
DAY_MS = 1_528_070_400_000  # 2018-06-04T00:00:00Z

AIS = FeedFacts(name="harbour-ais", kind="ais", originator="isla", category="ais", gaps_meaningful=True)
RADAR = FeedFacts(
    name="hill-radar",
    kind="radar",
    originator="isla",
    category="radar",
    gaps_meaningful=False,
    station_lat_e7=245_750_000,
    station_lon_e7=-821_300_000,
    range_m=60_000,
)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file's chunks put together."""

    detections: Detections
    statements: Statements
    rejected: tuple[Reject, ...]
    set_aside: dict[str, int]
    lines: int
    chunks: int

    @property
    def adds_up(self) -> bool:
        return self.lines == len(self.detections) + len(self.rejected) + sum(self.set_aside.values())


def read_all(path: Path, layout: str, feed: FeedFacts = AIS, *, date: datetime.date | None = None, chunk: int = 20_000) -> Reading:
    chunks = list(read_detections(path, layout=layout, feed=feed, date=date, chunk=chunk))
    aside: Counter[str] = Counter()
    for one in chunks:
        assert one.lines == len(one.detections) + len(one.rejected) + sum(one.set_aside.values())
        aside.update(one.set_aside)
    return Reading(
        detections=stack([one.detections for one in chunks]),
        statements=hourly([one.statements for one in chunks]),
        rejected=tuple(reject for one in chunks for reject in one.rejected),
        set_aside=dict(aside),
        lines=sum(one.lines for one in chunks),
        chunks=len(chunks),
    )


def written(folder: Path, text: str | bytes, name: str = "AIS_SBARC_180604.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path
