"""Commands of those an order asks something of: recalls, acknowledge, comply, condition."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fairlead.desk import recall
from fairlead.door.shell import DEFAULT_NODE, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, opened, show, utc

OrderArgument = Annotated[str, typer.Argument(help="The order's id.")]


def recalls(person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """What one's party is asked to give back, and where others are with what one's own orders recall."""
    with opened(node) as one:
        show(recall.recalls(one, asker(one, person, unit)), as_json=as_json, human=_recalls)


def _recalls(value: dict[str, Any]) -> None:
    for one in value["to_us"]:
        OUT.print(f"{one['order']}  {_where(one)}  {one['notice']['words']}", markup=False)
        for digest in one["notice"]["records"]:
            OUT.print(f"  record {digest}")
    for one in value["of_ours"]:
        OUT.print(f"{one['order']}  {one['party']}: {_where(one)}", markup=False)
        if one["kept"]:
            OUT.print(f"  kept: {one['kept']}", markup=False)


def _where(one: dict[str, Any]) -> str:
    return f"{one['state']}{', overdue' if one['overdue'] else ''}, by {utc(one['answer_by_ms'])}"


def acknowledge(
    order: OrderArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """Say that a recall has come to one's party."""
    with opened(node) as one:
        show(recall.acknowledge(one, asker(one, person, unit), order), as_json=as_json, human=_answered)


def comply(
    order: OrderArgument,
    person: AsOption,
    statement: Annotated[str, typer.Option(help="What was given back or destroyed.")],
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    kept: Annotated[str, typer.Option(help="What could not be, and why.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Certify compliance with a recall, for one's own party."""
    with opened(node) as one:
        outcome = recall.comply(one, asker(one, person, unit), order, statement=statement, kept=kept)
        show(outcome, as_json=as_json, human=_answered)


def _answered(value: dict[str, Any]) -> None:
    OUT.print(f"{value['party']} {value['answer']} {value['recall']} at {utc(value['at_ms'])}: certificate {value['certificate']}")


def condition(
    order: OrderArgument,
    person: AsOption,
    words: Annotated[str, typer.Option(help="What has come about.")],
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Report that the condition of an order is met; its originator reviews it, and it stays closed until then."""
    with opened(node) as one:
        outcome = recall.report_condition(one, asker(one, person, unit), order, words=words)
        show(outcome, as_json=as_json, human=lambda value: OUT.print(f"order {value['order']}: {value['state']}"))


def add_to(app: typer.Typer) -> None:
    for name, command in (("recalls", recalls), ("acknowledge", acknowledge), ("comply", comply), ("condition", condition)):
        app.command(name)(command)
