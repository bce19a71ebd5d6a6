"""Commands of a case: open, act, show, list. An act that is not lawful now is refused with the reason and the lawful next steps."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from fairlead.desk import interdict
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
    dump,
    opened,
    show,
    utc,
)
from fairlead.errors import BadInput

app = typer.Typer(
    help="The lawful interdiction: basis, stop, board, detain, seize, hand over.", no_args_is_help=True, rich_markup_mode=None
)
Purpose = PurposeOption


@app.command("open")
def open_case(
    lead: Annotated[str, typer.Argument(help="The lead's id or digest.")],
    vessel: Annotated[str, typer.Argument(help="The vessel as described.")],
    person: AsOption,
    purpose: Purpose = "interdiction",
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Open a case on a lead that the asker may read now."""
    with opened(node) as one:
        outcome = interdict.open_case(one, asker(one, person, unit, purpose, operation), lead=lead, vessel=vessel)
        show(outcome, as_json=as_json, human=_taken)


@app.command("act")
def act(
    case: Annotated[str, typer.Argument(help="The case's id.")],
    name: Annotated[str, typer.Argument(help="The act, e.g. seek_basis.")],
    person: AsOption,
    fields: Annotated[str, typer.Option(help="The act's own fields as a JSON object.")] = "{}",
    signed_also_by: Annotated[list[str], typer.Option(help="PERSON:UNIT who signs too, e.g. the receiving custodian.")] = [],  # noqa: B006
    purpose: Purpose = "interdiction",
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Take one act on a case, signed by whom it takes."""
    try:
        said = json.loads(fields)
    except ValueError as error:
        raise BadInput("the fields are not JSON", where=fields[:80], why=str(error)) from error
    if not isinstance(said, dict):
        raise BadInput("the fields are not a JSON object", where=fields[:80])
    with opened(node) as one:
        others = [_signer(text) for text in signed_also_by]
        who = asker(one, person, unit, purpose, operation)
        show(interdict.act(one, who, case, {**said, "act": name}, also_signed_by=others), as_json=as_json, human=_taken)


def _signer(text: str) -> tuple[str, str]:
    person, colon, unit = text.partition(":")
    if not (person and colon and unit):
        raise BadInput("a signer is not PERSON:UNIT", where=text)
    return person, unit


def _taken(value: dict[str, Any]) -> None:
    OUT.print(f"case {value['case']}: {value['act']} recorded, the case is {value['state'].replace('_', ' ')}")
    OUT.print(f"record {value['digest']}")
    OUT.print("lawful next: " + ", ".join(value["lawful_next"]))


@app.command("show")
def show_case(
    case: Annotated[str, typer.Argument(help="The case's id.")],
    person: AsOption,
    purpose: Purpose = "interdiction",
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """A case: state, basis, people, exhibits, what is missing, what is lawful next."""
    with opened(node) as one:
        outcome = interdict.show_case(one, asker(one, person, unit, purpose, operation), case)
        show(outcome, as_json=as_json, human=lambda value: OUT.print(value["words"] + "\n" + dump(value["case"]), markup=False))


@app.command("list")
def list_cases(
    person: AsOption,
    purpose: Purpose = "interdiction",
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """The cases whose records the asker may see."""
    with opened(node) as one:
        show(interdict.list_cases(one, asker(one, person, unit, purpose, operation)), as_json=as_json, human=_list)


def _list(value: dict[str, Any]) -> None:
    for item in value["items"]:
        OUT.print(f"{item['id']}  {utc(item['opened_ms'])}  {item['state']}  {item['vessel']}", markup=False)
