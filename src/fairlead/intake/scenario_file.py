"""The tables a scenario file may hold, and what is said when one holds anything else.

1. Every table is closed: an unknown key, a missing key and a wrong type are each an error that names file and key path.
2. Positions are decimal degrees in the file and exact 1e-7 degree integers afterwards; they never pass through a float.
3. Times carry their offset from UTC, so that no clock of any machine decides what they mean.
docs/reference/scenario.md lists every key; a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Final, Literal, TypeVar

import msgspec

from fairlead.errors import BadInput, BadScenario
from fairlead.label.label import LEASE_DEFAULT_S

T = TypeVar("T")

BYTES_MAX: Final = 1_000_000
ITEMS_MAX: Final = 1000
CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")
REFERENCE: Final = "docs/reference/scenario.md lists every key"
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PLACE_IN_MESSAGE: Final = re.compile(r" - at `\$\.?(.*)`$")
_E7: Final = Decimal(10_000_000)


class ScenarioTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: str
    title: str
    version: int
    node: str
    operating_party: str
    demo: bool = False


class ClockTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Literal["wall", "demo"]
    start: dt.datetime


class PartyTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    territories: tuple[str, ...] = ()


class CommandTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    party: str
    regime: str


class UnitTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    party: str
    regime: str
    command: str
    mission: str
    clearance: str
    handling: tuple[str, ...] = ()


class OperationTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    mission: str
    units: tuple[str, ...]


class PersonTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    party: str
    units: tuple[str, ...]
    roles: tuple[str, ...]


class LabelTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    level: str
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    operations: tuple[str, ...]
    handling: tuple[str, ...] = ()
    lease_s: int = LEASE_DEFAULT_S


class StationTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lat_deg: Decimal
    lon_deg: Decimal
    range_m: int


class FeedTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Literal["ais", "radar", "sighting"]
    originator: str
    category: str
    unit: str
    layout: str
    gaps_meaningful: bool
    label: LabelTable
    station: StationTable | None = None
    characteristics: dict[str, int] = {}
    sensor: str = ""
    channel: str = "direct"
    asset: str = ""
    retention_s: int = 0
    confirm_unreadable: bool = False


class AgreementTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    signer: str
    originator: str
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    operations: tuple[str, ...]
    categories: tuple[str, ...]
    not_before: dt.datetime
    expires: dt.datetime
    lease_s: int = LEASE_DEFAULT_S
    assurances: tuple[str, ...] = ()
    export_to: tuple[str, ...] = ()


class RegionTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    south_deg: Decimal
    west_deg: Decimal
    north_deg: Decimal
    east_deg: Decimal


class PlaceTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Literal["port", "anchorage"]
    name: str
    lat_deg: Decimal
    lon_deg: Decimal
    radius_m: int


class SeaTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    territory: str
    party: str
    ring: tuple[tuple[Decimal, Decimal], ...]


# One table each; a key of `[scenario]` and `[clock]` stands alone, the others hold one table or value per code.
SINGLE: Final = ("scenario", "clock")
BY_CODE: Final = (
    *("categories", "handling", "parties", "commands", "units", "operations", "regions"),
    *("people", "feeds", "agreements", "picture"),
)
LISTED: Final = ("places", "seas")
_MUST: Final = ("scenario", "clock", "categories", "parties", "commands", "units", "operations", "people")


class Tables:
    """The parsed file, before any code in it was checked."""

    def __init__(
        self, raw: bytes, where: str, *, known: tuple[str, ...] = (*SINGLE, *BY_CODE, *LISTED), must: tuple[str, ...] = _MUST
    ) -> None:
        self.where = where
        if len(raw) > BYTES_MAX:
            raise BadScenario("the scenario file is too large", where=where, why=f"{len(raw)} bytes, more than {BYTES_MAX}")
        try:
            self._top: Mapping[str, object] = tomllib.loads(raw.decode("utf-8"), parse_float=Decimal)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadScenario("the file is not TOML", where=where, why=str(error), do="correct that line") from error
        except RecursionError as error:
            raise BadScenario("the file is nested too deeply", where=where, do="no table of it needs more than a few levels") from error
        for key in self._top:
            if key not in known:
                raise BadScenario(f"unknown key {key!r}", where=where, do=REFERENCE)
        for key in must:
            if key not in self._top:
                raise BadScenario(f"the table [{key}] is missing", where=where, do=REFERENCE)

    def has(self, key: str) -> bool:
        return key in self._top

    def one(self, key: str, kind: type[T]) -> T:
        """The table `[key]` as `kind`."""
        return self._as(self._top[key], kind, key)

    def each(self, key: str, kind: type[T]) -> Iterator[tuple[str, T]]:
        """Every `[key.<code>]`, in the order of the file, its code checked."""
        found = self._top.get(key, {})
        if not isinstance(found, dict):
            raise BadScenario("this should be a table", where=self.at(key), do=f"write [{key}] or [{key}.some-code]")
        self._few(key, len(found))
        for code, value in found.items():
            if not CODE.fullmatch(code):
                raise BadScenario(
                    f"{code!r} is not a code", where=self.at(key), do="use at most 48 lower-case letters, digits, hyphens, underscores"
                )
            yield code, self._as(value, kind, f"{key}.{code}")

    def listed(self, key: str, kind: type[T]) -> Iterator[tuple[str, T]]:
        """Every `[[key]]` with its key path, in the order of the file."""
        found = self._top.get(key, [])
        if not isinstance(found, list):
            raise BadScenario("this should be a list of tables", where=self.at(key), do=f"write [[{key}]]")
        self._few(key, len(found))
        for index, value in enumerate(found):
            yield f"{key}[{index}]", self._as(value, kind, f"{key}[{index}]")

    def at(self, path: str) -> str:
        return f"{self.where}: {path}"

    def _few(self, key: str, count: int) -> None:
        if count > ITEMS_MAX:
            raise BadScenario("too many entries", where=self.at(key), why=f"{count}, more than {ITEMS_MAX}")

    def _as(self, value: object, kind: type[T], path: str) -> T:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise self._bad(str(error), path) from error

    def _bad(self, message: str, path: str) -> BadScenario:
        found = _PLACE_IN_MESSAGE.search(message)
        if found:
            message, inner = message[: found.start()], found.group(1)
            path += inner if inner.startswith("[") else f".{inner}"
        for theirs, ours in (
            (r"Object contains unknown field `(.*)`", r"unknown key '\1'"),
            (r"Object missing required field `(.*)`", r"the key '\1' is missing"),
            (r"Expected `(.*)`, got `(.*)`", r"wrong type: expected \1, got \2"),
        ):
            message = re.sub(theirs, ours, message)
        return BadScenario(message[:1].lower() + message[1:], where=self.at(path), do=REFERENCE)


@contextmanager
def told_at(where: str) -> Iterator[None]:
    """Say where in the file an error of a lower room arose, keeping its kind."""
    try:
        yield
    except BadInput as error:
        kind = BadScenario if type(error) is BadInput else type(error)
        raise kind(error.what, where=f"{where}: {error.where}" if error.where else where, why=error.why, do=error.do) from error


def ms_of(time: dt.datetime, where: str) -> int:
    """Unix milliseconds UTC. Raises BadScenario when the time says no offset from UTC or is finer than a millisecond."""
    if time.tzinfo is None:
        raise BadScenario("a time without its offset from UTC", where=where, do="write it as 2020-06-30T02:10:00Z")
    whole, rest = divmod(time - _EPOCH, dt.timedelta(milliseconds=1))
    if rest or whole < 0:
        raise BadScenario("a time before 1970 or finer than a millisecond", where=where)
    return whole


def e7_of(degrees: Decimal, limit_deg: int, where: str) -> int:
    """1e-7 degree, exactly. Raises BadScenario when out of range or finer than that."""
    if not degrees.is_finite() or abs(degrees) > limit_deg:
        raise BadScenario(f"{degrees} is not within {limit_deg} degrees", where=where)
    scaled = degrees * _E7
    if scaled != scaled.to_integral_value():
        raise BadScenario(f"{degrees} is finer than 1e-7 degree", where=where, do="give at most seven decimals")
    return int(scaled)
