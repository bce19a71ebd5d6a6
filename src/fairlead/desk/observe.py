"""The verbs observe: a file of a sensor or a person becomes labelled segments, and every line of it is accounted for.

1. Kept, rejected, duplicate or set aside: the four add up to the lines read, and the count says so.
2. Each chunk is one transaction: the segment file is on the disk before the row that names it, the row before its receipt. A killed
   ingest leaves whole chunks; running it again finds them as duplicates and goes on.
3. The label is the feed's own, set by its originator; a line cannot widen it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

Progress = Callable[[int, int], None]  # lines read so far, detections kept so far


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every line of a file."""

    file: str
    feed: str
    lines: int
    kept: int
    rejected: int
    duplicate: int
    set_aside: dict[str, int]
    segments: int
    quarantine: str = ""
    broken_off: str = ""

    @property
    def adds_up(self) -> bool:
        return self.lines == self.kept + self.rejected + self.duplicate + sum(self.set_aside.values())
