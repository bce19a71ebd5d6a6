"""What one line of any layout becomes, and the exact way from decimal text to integer units.

1. A line ends exactly once: as a detection, set aside by type (recognised and not used), or rejected with a reason.
2. The reason is the message of the BadInput that a parser raises here; intake.read turns it into a reject, so none leaves this room.
3. No float on the way: a decimal text is scaled as integers and rounded half to even. Exponents, NaN and infinity are not decimals.
"""

from __future__ import annotations

import datetime
import re
from typing import Final, NamedTuple

import msgspec

from fairlead.errors import BadInput

DECIMAL: Final = re.compile(r"([+-]?)([0-9]{1,12})(?:\.([0-9]{0,20}))?", re.ASCII)
INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII
)
EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
COURSE_RAW_MAX: Final = 4095  # 12 bits
EARLIEST_MS: Final = 631_152_000_000  # 1990-01-01T00:00:00Z
LATEST_MS: Final = 4_102_444_800_000  # 2100-01-01T00:00:00Z
AIS_ERROR_HIGH_M: Final = 10  # position accuracy flag set: ITU-R M.1371 table 45 says 10 m or better
AIS_ERROR_LOW_M: Final = 30  # flag not set, or none in the layout: a choice of this project


class Row(NamedTuple):
    """One detection in the units of report.detection, and the name stated with it."""

    t_ms: int
    lat_e7: int
    lon_e7: int
    sog_dkn: int = -1
    cog_ddeg: int = -1
    mmsi: int = 0
    err_m: int = 0
    ship_type: int = -1
    length_m: int = -1
    status: int = -1
    station: int = 0
    name: str = ""


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """Recognised and not used; `kind` is what it was."""

    kind: str


def scaled(text: str, digits: int, *, what: str) -> int:
    """A decimal text times 10^digits as an integer, rounded half to even. Raises BadInput."""
    found = DECIMAL.fullmatch(text.strip())
    if not found:
        raise BadInput(f"{what} is not a decimal number: {text[:40]!r}")
    sign, whole, part = found.group(1), found.group(2), found.group(3) or ""
    kept, rest = part[:digits].ljust(digits, "0"), part[digits:]
    value = int(whole + kept)
    if rest:
        tail = int(rest)
        half = 5 * 10 ** (len(rest) - 1)
        if tail > half or (tail == half and value % 2):
            value += 1
    return -value if sign == "-" else value


def position(lat: str, lon: str) -> tuple[int, int] | None:
    """Latitude and longitude in 1e-7 degree; nothing for the AIS "not available" values 91 and 181. Raises BadInput."""
    lat_e7, lon_e7 = scaled(lat, 7, what="latitude"), scaled(lon, 7, what="longitude")
    if lat_e7 == 910_000_000 or lon_e7 == 1_810_000_000:
        return None
    if not -900_000_000 <= lat_e7 <= 900_000_000:
        raise BadInput(f"latitude is out of range: {lat.strip()}")
    if not -1_800_000_000 <= lon_e7 <= 1_800_000_000:
        raise BadInput(f"longitude is out of range: {lon.strip()}")
    return lat_e7, lon_e7


def speed(text: str) -> int:
    """0.1 knot; -1 when empty or not available (102.3). Raises BadInput."""
    if not text.strip():
        return -1
    value = scaled(text, 1, what="speed")
    if value < 0 or value > 1023:
        raise BadInput(f"speed is out of range: {text.strip()}")
    return -1 if value == 1023 else value


def course(text: str) -> int:
    """A course over ground as AIS sends it, 12 bits of 0.1 degree: 360 and above is not available. 0.1 degree, -1 unknown. Raises
    BadInput."""
    if not text.strip():
        return -1
    value = scaled(text, 1, what="course")
    if not 0 <= value <= COURSE_RAW_MAX:
        raise BadInput(f"course is out of range: {text.strip()[:40]}")
    return value if value < 3600 else -1


def heading(text: str, *, what: str) -> int:
    """A course or bearing as people and radars write it: 360 is north. 0.1 degree in [0, 3600), -1 when empty. Raises BadInput."""
    if not text.strip():
        return -1
    value = scaled(text, 1, what=what)
    if not 0 <= value <= 3600:
        raise BadInput(f"{what} is out of range: {text.strip()[:40]}")
    return value % 3600


def number(text: str, *, what: str, least: int, most: int) -> int:
    """A number in a range, rounded to a whole one. -1 when empty. Raises BadInput."""
    if not text.strip():
        return -1
    value = scaled(text, 0, what=what)
    if not least <= value <= most:
        raise BadInput(f"{what} is out of range: {text.strip()[:40]}")
    return value


def mmsi_of(text: str) -> int:
    """1 to 999999999. Raises BadInput."""
    if not re.fullmatch(r"[0-9]{1,9}", text.strip(), re.ASCII) or int(text) == 0:
        raise BadInput(f"MMSI is not 1 to 9 digits: {text.strip()[:40]!r}")
    return int(text)


def instant(text: str) -> int:
    """Unix milliseconds of an ISO 8601 date and time; without a zone it is UTC; below a millisecond is cut. Raises BadInput."""
    try:
        if not INSTANT.fullmatch(text.strip()):
            raise ValueError
        when = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"time is not ISO 8601: {text.strip()[:40]!r}") from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.UTC)
    since = when - EPOCH
    t_ms = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    if not EARLIEST_MS <= t_ms < LATEST_MS:
        raise BadInput(f"time is not between 1990 and 2100: {text.strip()[:40]}")
    return t_ms


def name_of(text: str) -> str:
    """A vessel name as AIS can carry it: printable ASCII, at most 20 characters, ended by the first @; the rest is dropped."""
    return "".join(one for one in text.partition("@")[0].strip() if " " <= one <= "~")[:20].strip()
