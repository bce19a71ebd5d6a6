"""What a rule found, before anybody words it: which lines, when, where, and the whole numbers that were observed.

Events are what every engine must find alike; explanations and words come after, from the same rows, in one place only.
"""

from __future__ import annotations

import msgspec

from fairlead.picture.shapes import Rule


class Event(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One finding. `lines` are numbers of the fleet, the smaller first; `seen` are pairs of a name and a whole number."""

    rule: Rule
    lines: tuple[int, ...]
    from_ms: int
    to_ms: int
    lat_e7: int
    lon_e7: int
    seen: tuple[tuple[str, int], ...] = ()

    def __getitem__(self, name: str) -> int:
        """The number observed under a name. Raises KeyError."""
        return dict(self.seen)[name]
