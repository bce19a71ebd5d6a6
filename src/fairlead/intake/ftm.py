"""FollowTheMoney vessels, one JSON object a line: identities out for those who investigate, and registers in as statements.

1. Out: a contact that is a ship by its number and said a name is one `Vessel`; what it said before and seriously differently goes into
   `previousName`, and every change into `notes`. The first of the `notes` is the banner: the label goes where the record goes.
2. Nothing is made up: a contact without a name is set aside, for the schema asks for one; an IMO number without its check digit is no
   `imoNumber`.
3. In: a line becomes a statement of the part `register`, which is what others say of a number and never a change of what it says.
   A line that is no JSON, no `Vessel`, or has a wrong IMO number or MMSI is rejected; a vessel without an MMSI is set aside.
4. A register says no times: a statement is of the day that the reader names, else of `retrievedAt` or `modifiedAt`.

Schema: followthemoney.tech, `Vessel`, `Vehicle` and `Thing`; the values of a property are a list of texts.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from fairlead.errors import BadInput
from fairlead.intake.lines import read_lines
from fairlead.intake.read import CHUNK_LINES, TEXT_MAX, Chunk, Reject
from fairlead.picture.flag import FLAG
from fairlead.picture.identity import imo_holds, kind_of_number
from fairlead.report.detection import empty
from fairlead.report.statement import COLUMNS, REGISTER, Statements, hourly, nothing_stated

SCHEMA: Final = "Vessel"
KEPT: Final = "vessel of a register"
NUMBERLESS: Final = "vessel without an MMSI"
SHIPS: Final = ("ship", "craft of a ship")
VALUES_MAX: Final = 50
TYPES: Final[Mapping[range, str]] = {  # ITU-R M.1371 table 53
    range(30, 31): "Fishing",
    range(31, 33): "Towing",
    range(33, 34): "Dredging",
    range(34, 35): "Diving",
    range(35, 36): "Military",
    range(36, 37): "Sailing",
    range(37, 38): "Pleasure craft",
    range(40, 50): "High-speed craft",
    range(50, 51): "Pilot",
    range(51, 52): "Search and rescue",
    range(52, 53): "Tug",
    range(53, 54): "Port tender",
    range(55, 56): "Law enforcement",
    range(58, 59): "Medical transport",
    range(60, 70): "Passenger",
    range(70, 80): "Cargo",
    range(80, 90): "Tanker",
}
SAID_OF: Final = {text.lower(): codes.start for codes, text in TYPES.items()}


def vessels_out(tracks: Sequence[Mapping[str, Any]], banner: str) -> tuple[list[str], dict[str, int]]:
    """A line for each contact that can be a `Vessel`, and how many could not, by reason. `tracks` are those of a view, as values."""
    lines: list[str] = []
    aside: dict[str, int] = {}
    for track in tracks:
        reason = _unfit(track)
        if reason:
            aside[reason] = aside.get(reason, 0) + 1
        else:
            lines.append(json.dumps(_record(track, banner), ensure_ascii=False, sort_keys=True))
    return lines, aside


def _unfit(track: Mapping[str, Any]) -> str:
    if "mmsi" not in track:
        return "no number"
    if kind_of_number(int(track["mmsi"])).kind not in SHIPS:
        return "the number is no ship's"
    return "" if track.get("name") else "no name was said"


def _record(track: Mapping[str, Any], banner: str) -> dict[str, Any]:
    changes = track.get("changes", ())
    before = [one["old"] for one in changes if one["field"] == "name" and one["weight"] == "another"]
    code = FLAG.get(kind_of_number(int(track["mmsi"])).mid, "")
    kind = next((text for codes, text in TYPES.items() if track.get("ship_type", -1) in codes), "")
    imo = int(track.get("imo") or 0)
    properties = {
        "name": [track["name"]],
        "previousName": [name for name in dict.fromkeys(before) if name != track["name"]],
        "imoNumber": [f"IMO{imo}"] if imo_holds(imo) else [],
        "mmsi": [track["mmsi"]],
        "callSign": [track["call_sign"]] if track.get("call_sign") else [],
        "flag": [code] if code else [],
        "type": [kind] if kind else [],
        "notes": [banner, *(_change(one) for one in changes), *(one["words"] for one in track.get("split", ()))],
    }
    return {
        "id": f"fairlead-{track['id']}",
        "schema": SCHEMA,
        "properties": {name: values for name, values in properties.items() if values},
    }


def _change(one: Mapping[str, Any]) -> str:
    when = datetime.datetime.fromtimestamp(one["from_ms"] / 1000, tz=datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    turns = ", in turns" if one.get("alternating") else ""
    return f"{when}: {one['field'].replace('_', ' ')} {one['old']} became {one['new']} ({one['weight']}{turns})"


def read_ftm(path: Path, *, date: datetime.date | None = None, chunk: int = CHUNK_LINES) -> Iterator[Chunk]:
    """A file of vessels as statements, each line accounted for. Raises BadFile."""
    rows: list[Mapping[str, Any]] = []
    rejected: list[Reject] = []
    aside: dict[str, int] = {}
    lines = 0
    for line in read_lines(path, "utf-8"):
        lines += 1
        try:
            if line.fault:
                raise BadInput(line.fault)
            found = statements_of(line.text, date) if line.text.strip() else None
        except BadInput as error:
            rejected.append(Reject(line=line.number, reason=error.what, text=line.text[:TEXT_MAX]))
        else:
            kind = "blank" if found is None else KEPT if found else NUMBERLESS
            aside[kind] = aside.get(kind, 0) + 1
            rows += found or []
        if lines >= chunk:
            yield _chunk(rows, rejected, aside, lines)
            rows, rejected, aside, lines = [], [], {}, 0
    if lines:
        yield _chunk(rows, rejected, aside, lines)


def statements_of(text: str, date: datetime.date | None) -> list[Mapping[str, Any]]:
    """What one line says, a row for each of its numbers. Raises BadInput."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput("this is no JSON") from error
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise BadInput("the schema is not Vessel")
    said = found.get("properties")
    if not isinstance(said, dict):
        raise BadInput("there are no properties")
    imo = [_imo(value) for value in _values(said, "imoNumber")]
    numbers = [_mmsi(value) for value in _values(said, "mmsi")]
    if not numbers:
        return []
    at_ms = _day_ms(said, date)
    row = {
        "imo": imo[0] if imo else 0,
        "name": _first(said, "name", 20),
        "call_sign": _first(said, "callSign", 7),
        "ship_type": SAID_OF.get(next(iter(_values(said, "type")), "").lower(), -1),
        "first_ms": at_ms,
        "last_ms": at_ms,
    }
    return [{**row, "mmsi": number} for number in dict.fromkeys(numbers)]


def _values(said: Mapping[str, Any], name: str) -> list[str]:
    """The values of a property. Raises BadInput for what is no list of texts."""
    values = said.get(name, [])
    if not isinstance(values, list) or len(values) > VALUES_MAX or not all(isinstance(one, str) for one in values):
        raise BadInput(f"{name} is no list of texts")
    return [one.strip() for one in values if one.strip()]


def _first(said: Mapping[str, Any], name: str, length: int) -> bytes:
    """The first value as AIS would say it: upper case, and no longer than fits."""
    text = next(iter(_values(said, name)), "").upper()
    return text.encode("ascii", "replace")[:length].rstrip()


def _imo(value: str) -> int:
    digits = value.upper().removeprefix("IMO").strip(" :-")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 7 and imo_holds(int(digits))):
        raise BadInput("the IMO number has not seven digits or not its check digit")
    return int(digits)


def _mmsi(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) == 9 and kind_of_number(int(value)).kind != "none"):
        raise BadInput("the MMSI has not nine digits or is of no kind")
    return int(value)


def _day_ms(said: Mapping[str, Any], date: datetime.date | None) -> int:
    if date is None:
        day = next((value for name in ("retrievedAt", "modifiedAt") for value in _values(said, name)), "")
        try:
            date = datetime.date.fromisoformat((day + "-01-01"[len(day) - 4 :] if 4 <= len(day) < 10 else day)[:10])
        except ValueError as error:
            raise BadInput("it is of no day; name one for the file") from error
    return (date - datetime.date(1970, 1, 1)).days * 86_400_000


def _chunk(rows: Sequence[Mapping[str, Any]], rejected: Sequence[Reject], aside: Mapping[str, int], lines: int) -> Chunk:
    stated = nothing_stated()
    if rows:
        told = {name: np.zeros(len(rows), dtype=dtype) for name, dtype in COLUMNS.items()}
        for name in ("length_m", "beam_m", "draught_dm", "eta"):
            told[name] -= 1
        told["part"] += REGISTER
        for name in rows[0]:
            told[name] = np.array([row[name] for row in rows], dtype=COLUMNS[name])
        stated = hourly([Statements(**told)])
    return Chunk(detections=empty(), statements=stated, rejected=tuple(rejected), set_aside=aside, lines=lines)
