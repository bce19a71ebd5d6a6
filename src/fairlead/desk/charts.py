"""Charts of a node: files that its people installed, read into one chart; what is not installed is not known, and cards say so.

1. A file is copied into `charts/` under its name and read once to see that it is a chart; a bad one changes nothing.
2. All readers of a node have the same chart; its digest stands in every picture that used it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from fairlead.errors import BadFile
from fairlead.intake.chart_file import Charted, charted, read_chart_file
from fairlead.picture.chart import Chart
from fairlead.picture.shapes import Place
from fairlead.store.files import write_durably

FOLDER: Final = "charts"
FILES_MAX: Final = 32
BYTES_MAX: Final = 512_000_000


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """One chart file of a node and what it brought."""

    file: str
    land_rings: int = 0
    territorial_seas: int = 0
    ports_and_anchorages: int = 0
    rejected: tuple[str, ...] = ()


class Charts:
    """The charts of a node folder; read again when a file came or went."""

    def __init__(self, root: Path) -> None:
        self.folder = root / FOLDER
        self._read: tuple[tuple[tuple[str, int, int], ...], Chart | None, tuple[Place, ...]] = ((), None, ())

    def chart(self) -> tuple[Chart | None, tuple[Place, ...]]:
        """The chart, none when nothing is installed, and the places that the files bring. Raises BadFile."""
        there = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in self._paths())
        if there != self._read[0]:
            found = [read_chart_file(path) for path in self._paths()]
            chart, places = charted(found) if found else (None, ())
            self._read = (there, chart, places)
        return self._read[1], self._read[2]

    def add(self, path: Path) -> Installed:
        """Install a chart file. Raises BadFile when it is none, or has the name of another."""
        found = read_chart_file(path)
        if path.stat().st_size > BYTES_MAX or len(self._paths()) >= FILES_MAX:
            why = f"at most {FILES_MAX} files of {BYTES_MAX // 10**6} MB"
            raise BadFile("the chart is too much", where=path.name, why=why, do="clip it to your area")
        kept = self.folder / path.name
        if kept.exists() and kept.read_bytes() != path.read_bytes():
            raise BadFile("another chart has that name", where=path.name, do="remove that one first, or rename this one")
        self.folder.mkdir(exist_ok=True)
        write_durably(kept, path.read_bytes())
        return installed(path.name, found)

    def remove(self, name: str) -> None:
        """Take a chart file away. Raises BadFile when there is none of that name."""
        for path in self._paths():
            if path.name == name:
                path.unlink()
                return
        raise BadFile("no such chart is installed", where=name, do="see fairlead chart list")

    def listed(self) -> list[Installed]:
        """Every file and what it brought. Raises BadFile."""
        return [installed(path.name, read_chart_file(path)) for path in self._paths()]

    def _paths(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*") if path.is_file() and not path.name.endswith(".new"))


def installed(name: str, found: Charted) -> Installed:
    return Installed(
        file=name,
        land_rings=len(found.land),
        territorial_seas=len(found.seas),
        ports_and_anchorages=len(found.places),
        rejected=found.rejected[:20],
    )
