"""What every drawing of the node shares: the frame that lays a part of the chart on a sheet, and the sheet itself.

No inline style anywhere: colours come from the page's palette by class, so a drawing is as dark at night as the page around it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from markupsafe import Markup, escape

from fairlead.door.coast import Box

E7: Final = 1e-7
Answered: TypeAlias = dict[str, Any]  # a decoded answer: canonical JSON, so no more is known of its values


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A box of the chart laid on a sheet of `width` by `height`."""

    box: Box
    width: float
    height: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = (lon - self.box.west) / (self.box.east - self.box.west) * self.width
        y = (self.box.north - lat) / (self.box.north - self.box.south) * self.height
        return round(x, 1), round(y, 1)


def frame_of(points: Sequence[tuple[float, float]], *, width: int, height: int, least_deg: float) -> Frame:
    """A frame around points (lon, lat), with a margin, at least `least_deg` high, in true proportion at its middle."""
    lons, lats = [lon for lon, _ in points] or [-75.0], [lat for _, lat in points] or [20.0]
    lat_mid, lon_mid = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    narrow = math.cos(math.radians(lat_mid)) or 1.0
    high = max((max(lats) - min(lats)) * 1.16, (max(lons) - min(lons)) * 1.16 * narrow * height / width, least_deg)
    wide = high * width / height / narrow
    box = Box(west=lon_mid - wide / 2, east=lon_mid + wide / 2, south=lat_mid - high / 2, north=lat_mid + high / 2)
    return Frame(box=box, width=width, height=height)


def contact_name(track: Answered) -> str:
    """A contact by what it is and its short id in this view: never a name or a number of the vessel."""
    kinds = {"ais": "AIS contact", "radar": "radar contact", "sighting": "sighting"}
    return f"{kinds.get(track['kind'], track['kind'])} {track['id'][:4]}"


def lonlat(lat_e7: int, lon_e7: int) -> tuple[float, float]:
    return lon_e7 * E7, lat_e7 * E7


def way(track: Answered, tracks: Sequence[Answered]) -> str:
    """A track's line in the colour of its mark; others of the same kind are told apart."""
    first = next(one["id"] for one in tracks if one["kind"] == track["kind"])
    return f"way-{escape(track['kind'])}{'' if track['id'] == first else ' second'}"


def sheet(width: float, height: float, parts: Iterable[str], words: str, *, keep: str = "xMidYMid meet") -> Markup:
    return Markup(
        f'<svg class="drawing" viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="{keep}" role="img" '
        f'aria-label="{escape(words)}">{"".join(parts)}</svg>'
    )
