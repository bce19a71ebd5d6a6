"""Forms for the acts of a case, printed from the acts' own types, and what comes back read into their fields.

1. A field is asked for exactly as the type declares it: nothing can be filled in that the act does not have.
2. Case, person, unit, time and clock are the node's to fill in, and are not asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import msgspec
from msgspec import inspect

from fairlead.case import ACT_TYPES
from fairlead.desk.halt import Wish
from fairlead.envelope import JsonValue
from fairlead.errors import BadInput
from fairlead.report.holding import FOREVER_MS

Widget: TypeAlias = Literal["line", "lines", "number", "choice", "time", "text"]
FILLED: Final = frozenset({"case", "at_ms", "clock", "person", "unit", "lat_e7", "lon_e7"})
LONG: Final = frozenset({"grounds", "note", "reason", "rights", "reason_told", "conditions", "what", "ruling_words"})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One field to fill in; `name` is dotted inside a nested value."""

    name: str
    widget: Widget
    choices: tuple[str, ...] = ()
    required: bool = True


def fields_of(act: str) -> tuple[Asked, ...]:
    """What to ask for an act. Raises BadInput for an unknown one."""
    kind = ACT_TYPES.get(act.partition(":")[0])
    if kind is None:
        raise BadInput("no such act", where=act, do="take one of the lawful next steps")
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    return tuple(asked for field in described.fields if field.name not in FILLED for asked in _field("", field))


def _field(outer: str, field: inspect.Field) -> list[Asked]:
    found = _asked(f"{outer}{field.name}", field.type)
    return found if field.required else [msgspec.structs.replace(asked, required=False) for asked in found]


def _asked(name: str, kind: inspect.Type) -> list[Asked]:
    if isinstance(kind, inspect.StructType):
        return [asked for field in kind.fields for asked in _field(f"{name}.", field)]
    if isinstance(kind, inspect.UnionType):
        return _asked(name, next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
    if isinstance(kind, inspect.LiteralType):
        return [Asked(name=name, widget="choice", choices=tuple(str(value) for value in kind.values))]
    if isinstance(kind, inspect.IntType):
        return [Asked(name=name, widget="time" if name.endswith("_ms") else "number")]
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        return [Asked(name=name, widget="lines")]
    return [Asked(name=name, widget="text" if name in LONG else "line")]


def act_from_form(act: str, form: Mapping[str, str]) -> dict[str, JsonValue]:
    """The fields of an act as filled in; what was left empty is absent. Raises BadInput."""
    value: dict[str, JsonValue] = {"act": act.partition(":")[0]}
    for asked in fields_of(act):
        text = form.get(asked.name, "").strip()
        if not text:
            continue
        filled = _filled(asked, text)
        outer, _, inner = asked.name.partition(".")
        if inner:
            nested = value.setdefault(outer, {})
            assert isinstance(nested, dict)
            nested[inner] = filled
        else:
            value[outer] = filled
    return value


def _filled(asked: Asked, text: str) -> JsonValue:
    if asked.widget == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if asked.widget == "time":
        return time_ms(text)
    if asked.widget == "number":
        if not (text.isascii() and text.removeprefix("-").isdigit()) or len(text) > 16:
            raise BadInput("not a whole number", where=asked.name, why=repr(text[:40]))
        return int(text)
    return text


def time_ms(text: str) -> int:
    """Unix milliseconds of a time UTC, as a form or an address gives it (2020-06-30T02:10, with or without Z), or of the digits."""
    if text.isascii() and text.isdigit() and len(text) <= 16:
        return within_reach(int(text), text)
    try:
        at = dt.datetime.fromisoformat(text.strip().removesuffix("Z"))
    except ValueError as error:
        raise BadInput("not a time", why=repr(text[:40]), do="write 2020-06-30T02:10, always UTC") from error
    if at.tzinfo is not None:
        raise BadInput("a time carries an offset", why=repr(text[:40]), do="write it in UTC, without one")
    return within_reach(int(at.replace(tzinfo=dt.UTC).timestamp() * 1000), text)


def within_reach(at_ms: int, text: str) -> int:
    """The instant, when it is one that this node can hold anything of. Raises BadInput."""
    if not 0 <= at_ms <= FOREVER_MS:
        raise BadInput("a time is outside the years 1970 to 2100", why=repr(text[:40]), do="write 2020-06-30T02:10, always UTC")
    return at_ms


def wish_from_form(form: Mapping[str, Sequence[str]]) -> Wish:
    """The axes of an order as ticked and filled in; records and vessels one a line. Raises BadInput."""
    axes = ("partners", "units", "purposes", "operations", "categories", "feeds", "sensors", "regions", "channels", "assets")
    several: dict[str, Any] = {name: tuple(value for value in form.get(name, ()) if value) for name in (*axes, "reach", "carve_outs")}
    lines = "\n".join(form.get("objects", ())).split()

    def first(name: str) -> str:
        return next((text.strip() for text in form.get(name, ()) if text.strip()), "")

    def when(name: str) -> int:
        return time_ms(first(name)) if first(name) else 0

    return Wish(
        **several,
        objects=tuple(lines),
        window_from_ms=when("window_from"),
        window_to_ms=when("window_to"),
        until_ms=when("until"),
        condition=first("condition"),
        verified_by=first("verified_by"),
        no_rescue_because=first("no_rescue_because"),
        fears=first("fears"),
        confidential=bool(first("confidential")),
        freeze_hours=_hours(first("freeze_hours")),
        replaces=first("replaces"),
        ordered_at_ms=when("ordered_at"),
        answer_by_ms=when("answer_by") if first("answer_by") else None,
    )


def _hours(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise BadInput("not a whole number of hours", where="freeze_hours", why=repr(text[:40]))
    return int(text) if text else 0
