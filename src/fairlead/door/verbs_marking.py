"""Commands of marks and carriers: mark (read, explain, roll up; needs no node) and export."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from fairlead.desk import export as exporting
from fairlead.door.shell import (
    DEFAULT_NODE,
    OUT,
    AsOption,
    JsonOption,
    NodeOption,
    OperationOption,
    PurposeOption,
    UnitOption,
    asker,
    opened,
    show,
)
from fairlead.envelope import JsonValue, encode
from fairlead.errors import BadFile, BadInput
from fairlead.label.marking.banner import parse_mark
from fairlead.label.marking.carriers import CARRIERS, carrier_of
from fairlead.label.marking.given import TEXT_MAX
from fairlead.label.marking.grammar import Mark, Vocabulary
from fairlead.label.marking.rollup import roll_up
from fairlead.label.marking.words import sentences, spelled

CALLED = "PARTY=CODE"


def mark(
    texts: Annotated[list[str], typer.Argument(help="Banner or portion marks; with --carrier, files.")],
    own: Annotated[str, typer.Option(help="The own country's code.")] = "USA",
    group: Annotated[list[str], typer.Option(help="A group and its countries, FVEY=AUS,CAN,GBR,NZL,USA; may be repeated.")] = [],  # noqa: B006
    rollup: Annotated[bool, typer.Option("--rollup", help="The banner of a page with these portions.")] = False,
    carrier: Annotated[str, typer.Option(help=f"Read files in this carrier: {', '.join(CARRIERS)}.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Read and explain marks, roll portions up into a banner, or read what a carrier says. Needs no node and asks nobody."""
    vocabulary = Vocabulary(own=own, groups={code: tuple(listed.split(",")) for code, listed in _pairs(group, "GROUP=CODES").items()})
    if carrier:
        _print([_carried(carrier, Path(text), vocabulary) for text in texts], as_json=as_json)
        return
    read = [parse_mark(text, vocabulary) for text in texts]
    _print([_explained(one, own) for one in ([roll_up(read, vocabulary)] if rollup else read)], as_json=as_json)


def _explained(one: Mark, own: str) -> dict[str, JsonValue]:
    parts: JsonValue = msgspec.to_builtins(one)
    return {**spelled(one), "parts": parts, "says": list(sentences(one, own))}


def _carried(name: str, path: Path, vocabulary: Vocabulary) -> dict[str, JsonValue]:
    """What a carrier in a file says. Raises BadFile, BadInput."""
    try:
        with path.open("rb") as file:
            text = file.read(TEXT_MAX + 1).decode("utf-8")
    except OSError as error:
        raise BadFile("no carrier can be read there", where=str(path), why=error.strerror or "") from error
    except UnicodeDecodeError as error:
        raise BadFile("the file is not UTF-8", where=str(path)) from error
    said: JsonValue = msgspec.to_builtins(carrier_of(name).read(text, vocabulary))
    return {"carrier": name, "file": str(path), "says": said}


def _print(found: list[dict[str, JsonValue]], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(encode({"marks": list(found)}).decode("utf-8") + "\n")
        return
    for one in found:
        if "banner" in one:
            OUT.print(f"{one['banner']}   {one['portion']}", markup=False)
        said = one["says"]
        for line in said if isinstance(said, list) else _lines(said):
            OUT.print(f"  {line}", markup=False)


def _lines(said: JsonValue) -> Iterable[str]:
    if not isinstance(said, Mapping):
        yield str(said)
        return
    for key, value in said.items():
        yield f"{key}: {encode(value).decode('utf-8')}"


def _pairs(listed: list[str], shape: str) -> dict[str, str]:
    """Options of the form KEY=VALUE. Raises BadInput."""
    found: dict[str, str] = {}
    for one in listed:
        key, equals, value = one.partition("=")
        if not (key and equals and value) or key in found:
            raise BadInput("an option is not of its form, or says a thing twice", where=ascii(one[:80]), do=f"write {shape}")
        found[key] = value
    return found


def export(
    holding: Annotated[str, typer.Argument(help="The id of a lead or report.")],
    person: AsOption,
    purpose: PurposeOption,
    carrier: Annotated[str, typer.Option(help=f"One of {', '.join(CARRIERS)}.")],
    to: Annotated[str, typer.Option(help="The name of the system outside; it stands in every originator's receipt.")],
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    country: Annotated[list[str], typer.Option(help=f"What a party is called in national marks, {CALLED}; may be repeated.")] = [],  # noqa: B006
    control: Annotated[list[str], typer.Option(help="What a handling template is called there, TEMPLATE=LES; may be repeated.")] = [],  # noqa: B006
    as_json: JsonOption = False,
) -> None:
    """Give a lead or report, in a carrier, to a system outside; refused unless every originator let it out in that carrier."""
    way = exporting.Way(carrier=carrier, to=to, countries=_pairs(country, CALLED), controls=_pairs(control, "TEMPLATE=LES"))
    with opened(node) as one:
        show(exporting.export(one, asker(one, person, unit, purpose, operation), holding, way), as_json=as_json, human=_exported)


def _exported(value: dict[str, Any]) -> None:
    OUT.print(value["banner"]["text"], style="reverse")
    OUT.print(value["text"].rstrip("\n"), markup=False)
    OUT.print(f"left out of the content: {', '.join(value['left_out']) or 'nothing'}")
    OUT.print(f"what {value['to']} cannot enforce, reading {value['carrier']} alone:")
    for loss in value["loss"]:
        OUT.print(f"  {loss['field']}: {loss['fate']}: {loss['why']}", markup=False)


def add_to(app: typer.Typer) -> None:
    app.command("mark")(mark)
    app.command("export")(export)
