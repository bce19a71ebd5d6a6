"""What of a holding goes to a system outside: never who or what saw it (red line 14: sources are protected in exports).

The content goes as it is but for the fields that name a source, wherever they stand. What was left out is said beside it, because the
digest of the holding is that of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fairlead.envelope import JsonValue

SOURCES: Final = frozenset({"feed", "feeds", "reporter", "sensor"})


def without_sources(body: JsonValue) -> tuple[JsonValue, tuple[str, ...]]:
    """The content without them, and the names of the fields left out, sorted."""
    left_out: set[str] = set()
    return _kept(body, left_out), tuple(sorted(left_out))


def _kept(value: JsonValue, left_out: set[str]) -> JsonValue:
    if isinstance(value, Mapping):
        left_out |= value.keys() & SOURCES
        return {key: _kept(inner, left_out) for key, inner in value.items() if key not in SOURCES}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_kept(inner, left_out) for inner in value]
    return value
