"""Where the time of an act comes from; every verb is handed a clock and says its source in the receipt."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Protocol

from fairlead.errors import NotANode


class Clock(Protocol):
    """Unix milliseconds UTC, and the name of the source."""

    source: str

    def now_ms(self) -> int: ...


class WallClock:
    """The machine's own clock."""

    source = "system"

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class SetClock:
    """Stands still until it is set: for simulations and for the demo's story."""

    def __init__(self, at_ms: int, source: str = "set") -> None:
        self.at_ms, self.source = at_ms, source

    def now_ms(self) -> int:
        return self.at_ms


class StoryClock:
    """The machine's clock moved by an offset kept in the node folder, so that a demo runs in its own night."""

    source = "story"

    def __init__(self, path: Path) -> None:
        self._path = path

    def now_ms(self) -> int:
        try:
            offset = json.loads(self._path.read_bytes())["offset_ms"]
        except (OSError, ValueError, KeyError) as error:
            raise NotANode("the node's story clock does not read", where=str(self._path), why=str(error)) from error
        return time.time_ns() // 1_000_000 + int(offset)

    def set(self, at_ms: int) -> None:
        """Move the story to this instant; it runs on from there at the pace of the machine's clock."""
        body = json.dumps({"offset_ms": at_ms - time.time_ns() // 1_000_000})
        side = self._path.with_suffix(".new")
        side.write_text(body)
        os.replace(side, self._path)
