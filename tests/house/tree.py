"""What the house tests read: tracked and newly written files of this repository, never what is ignored."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "fairlead"
PURE_ROOMS = ("envelope", "label", "report", "agreement", "picture", "case", "receipt")


@cache
def files() -> tuple[Path, ...]:
    """Every file that git tracks or would track, sorted."""
    asked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    found = [ROOT / name for name in asked.stdout.decode().split("\0") if name]
    return tuple(sorted(path for path in found if path.is_file()))


def python_files(*folders: str) -> list[Path]:
    """The Python files below the folders named, relative to the repository."""
    return [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).as_posix().startswith(folders)]


def room_of(path: Path) -> str:
    """The room a source file belongs to: `label` for src/fairlead/label/join.py, `errors` for src/fairlead/errors.py."""
    inside = path.relative_to(SOURCE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


def is_pure(path: Path) -> bool:
    """Whether a source file belongs to a pure room."""
    return path.is_relative_to(SOURCE) and room_of(path) in (*PURE_ROOMS, "errors")


def name_of(path: Path) -> str:
    """The path as a person would type it."""
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    """The text of a tracked file; empty for what is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
