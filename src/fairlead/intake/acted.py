"""What a played sea is written with: vessels that sail legs and are heard, and the truth of what they did.

1. Everything comes from one generator that is given: the same seed writes the same bytes.
2. A vessel is heard every half minute or as it is told, with ten metres and a tenth of a knot of noise (fifty metres on a radar), and
   with messages lost at random.
3. Numbers begin with a country code that the ITU has given to nobody: no vessel in the world is named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from fairlead.picture.ground import METRES_PER_E7
from fairlead.picture.shapes import Rule
from fairlead.report.detection import COLUMNS as DETECTION
from fairlead.report.detection import Detections
from fairlead.report.statement import COLUMNS as STATEMENT
from fairlead.report.statement import HOUR_MS, Statements, hourly

UNALLOCATED_MID: Final = 290
METRES_PER_S: Final = 1852 / 3600
Leg: TypeAlias = tuple[float, float, float]  # seconds, knots, degrees from north
Span: TypeAlias = tuple[int, int]  # milliseconds


class Acted(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done: by which numbers (0 for a contact without AIS), when and where. `look_alike` is empty for
    smuggling, else the lawful explanation that must be given."""

    rule: Rule
    numbers: tuple[int, ...]
    from_ms: int
    to_ms: int
    lat_e7: int
    lon_e7: int
    look_alike: str = ""


class Craft(msgspec.Struct, frozen=True, kw_only=True):
    """What a vessel is: number (0: no AIS), ITU-R M.1371 ship type, length, class, what it says of itself."""

    number: int
    ship_type: int = 0
    length_m: int = 20
    station: int = 1  # 1 class A, 2 class B
    status: int = 0
    name: str = ""
    call_sign: str = ""
    imo: int = 0
    destination: str = ""
    every_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """Feeds of a played sea and its truth."""

    ais: Detections
    radar: Detections
    statements: Statements
    acts: tuple[Acted, ...]
    vessels: int
    from_ms: int
    to_ms: int


@dataclass(slots=True)
class Pen:
    """Writes vessels into feeds."""

    dice: np.random.Generator
    from_ms: int
    to_ms: int
    acts: list[Acted] = field(default_factory=list)
    vessels: int = 0
    _next: int = 1
    _ais: dict[str, list[npt.NDArray[np.int64]]] = field(default_factory=lambda: {name: [] for name in DETECTION})
    _radar: dict[str, list[npt.NDArray[np.int64]]] = field(default_factory=lambda: {name: [] for name in DETECTION})
    _said: list[tuple[int, Craft]] = field(default_factory=list)

    def number(self) -> int:
        """A number that nobody has."""
        self._next += 1
        return UNALLOCATED_MID * 1_000_000 + int(self.dice.integers(0, 900)) * 1000 + self._next

    def sail(self, craft: Craft, start_ms: int, lat: float, lon: float, legs: list[Leg], *, silent: Span | None = None) -> None:
        """One vessel over its legs; heard but in the silent span. Positions are degrees."""
        self.vessels += 1
        ends = np.cumsum([0.0, *(leg[0] for leg in legs)])
        north = np.cumsum([0.0, *(leg[0] * leg[1] * METRES_PER_S * np.cos(np.radians(leg[2])) for leg in legs)])
        east = np.cumsum([0.0, *(leg[0] * leg[1] * METRES_PER_S * np.sin(np.radians(leg[2])) for leg in legs)])
        count = int(ends[-1] / craft.every_s) + 1
        at_s = np.cumsum(self.dice.uniform(0.7, 1.3, count)) * craft.every_s
        at_s = at_s[(at_s < ends[-1]) & (self.dice.random(count) > 0.03)]
        t_ms = start_ms + (at_s * 1000).astype(np.int64)
        kept = (t_ms >= self.from_ms) & (t_ms < self.to_ms)
        if silent is not None:
            kept &= (t_ms < silent[0]) | (t_ms >= silent[1])
        at_s, t_ms = at_s[kept], t_ms[kept]
        leg = np.minimum(np.searchsorted(ends, at_s, "right") - 1, len(legs) - 1)
        noise_m = self.dice.normal(0, 50 if not craft.number else 10, (2, len(at_s)))
        north_m, east_m = np.interp(at_s, ends, north) + noise_m[0], np.interp(at_s, ends, east) + noise_m[1]
        speed = np.maximum(np.array([one[1] for one in legs])[leg] * 10 + self.dice.normal(0, 1, len(at_s)), 0)
        lat_e7 = lat * 1e7 + north_m / METRES_PER_E7
        lon_e7 = lon * 1e7 + east_m / (METRES_PER_E7 * np.cos(np.radians(lat)))
        said = -1 if not craft.number else 0
        self._write(
            self._ais if craft.number else self._radar,
            {
                "t_ms": t_ms,
                "lat_e7": np.round(lat_e7),
                "lon_e7": np.round((lon_e7 + 1.8e9) % 3.6e9 - 1.8e9),
                "sog_dkn": np.round(speed) if craft.number else np.full(len(t_ms), -1),
                "cog_ddeg": np.array([round(one[2] * 10) % 3600 for one in legs])[leg] if craft.number else np.full(len(t_ms), -1),
                "mmsi": np.full(len(t_ms), craft.number),
                "err_m": np.full(len(t_ms), 10 if craft.number else 100),
                "ship_type": np.full(len(t_ms), craft.ship_type if craft.number else -1),
                "length_m": np.full(len(t_ms), craft.length_m if craft.number else -1),
                "status": np.full(len(t_ms), craft.status if craft.number else -1),
                "station": np.full(len(t_ms), craft.station if said == 0 else 0),
                "clock": np.full(len(t_ms), 1),
            },
        )
        if craft.number and len(t_ms):
            for hour in np.unique(t_ms // HOUR_MS).tolist():
                self._said.append((int(t_ms[t_ms // HOUR_MS == hour][0]), craft))

    def say(self, at_ms: int, craft: Craft) -> None:
        """A vessel says who it is, once."""
        self._said.append((at_ms, craft))

    def did(self, rule: Rule, numbers: tuple[int, ...], span: Span, lat: float, lon: float, look_alike: str = "") -> None:
        """The truth of an act."""
        place = {"lat_e7": round(lat * 1e7), "lon_e7": round(lon * 1e7)}
        self.acts.append(Acted(rule=rule, numbers=numbers, from_ms=span[0], to_ms=span[1], look_alike=look_alike, **place))

    def played(self) -> Played:
        """Everything written so far."""
        return Played(
            ais=_detections(self._ais),
            radar=_detections(self._radar),
            statements=_statements(self._said),
            acts=tuple(self.acts),
            vessels=self.vessels,
            from_ms=self.from_ms,
            to_ms=self.to_ms,
        )

    @staticmethod
    def _write(feed: dict[str, list[npt.NDArray[np.int64]]], rows: dict[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]) -> None:
        for name, values in rows.items():
            feed[name].append(np.asarray(values).astype(np.int64))


def _detections(feed: dict[str, list[npt.NDArray[np.int64]]]) -> Detections:
    columns = {name: np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(DETECTION[name]) for name, parts in feed.items()}
    order = np.argsort(columns["t_ms"], kind="stable")
    return Detections(**{name: values[order] for name, values in columns.items()})


def _statements(said: list[tuple[int, Craft]]) -> Statements:
    rows: dict[str, list[int | bytes]] = {name: [] for name in STATEMENT}
    for at_ms, craft in said:
        values: dict[str, int | bytes] = {
            "mmsi": craft.number,
            "part": 0,
            "first_ms": at_ms,
            "last_ms": at_ms,
            "imo": craft.imo,
            "call_sign": craft.call_sign.encode(),
            "name": craft.name.encode(),
            "ship_type": craft.ship_type,
            "length_m": craft.length_m,
            "beam_m": -1,
            "draught_dm": -1,
            "destination": craft.destination.encode(),
            "eta": -1,
            "craft_of": 0,
        }
        for name, value in values.items():
            rows[name].append(value)
    return hourly([Statements(**{name: np.array(values, dtype=STATEMENT[name]) for name, values in rows.items()})])
