"""Classification levels, ordered; joining takes the highest."""

from __future__ import annotations

from typing import Final, NewType

from fairlead.errors import UnknownCode

Level = NewType("Level", str)

LEVELS: Final[tuple[Level, ...]] = (Level("open"), Level("restricted"), Level("confidential"), Level("secret"))
_RANK: Final = {level: rank for rank, level in enumerate(LEVELS)}


def level_rank(level: Level) -> int:
    """0 for the lowest. Raises UnknownCode."""
    try:
        return _RANK[level]
    except KeyError:
        raise UnknownCode("no such level", where=str(level), do=f"use one of {', '.join(LEVELS)}") from None
