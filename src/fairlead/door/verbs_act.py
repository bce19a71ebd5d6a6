"""Commands of an originator: suspend, resume, orders, exposure."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fairlead.desk import halt
from fairlead.door.shell import DEFAULT_NODE, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, instant, opened, show, utc

Many = list[str]


def suspend(
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    for_partner: Annotated[Many, typer.Option(help="Stop every unit of this party; may be repeated, like all axes.")] = [],  # noqa: B006
    for_unit: Annotated[Many, typer.Option(help="Stop this unit.")] = [],  # noqa: B006
    for_purpose: Annotated[Many, typer.Option(help="Stop this purpose.")] = [],  # noqa: B006
    in_operation: Annotated[Many, typer.Option(help="Stop inside this operation.")] = [],  # noqa: B006
    category: Annotated[Many, typer.Option(help="Stop this category of one's own.")] = [],  # noqa: B006
    feed: Annotated[Many, typer.Option(help="Stop this feed of one's own, and all that came of it.")] = [],  # noqa: B006
    until: Annotated[str, typer.Option(help="ISO 8601 UTC; by default until lifted.")] = "",
    carve_out: Annotated[Many, typer.Option(help="What the order leaves open, e.g. co_originators.")] = [],  # noqa: B006
    fears: Annotated[str, typer.Option(help="The use it fears, in words.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Show words, reach and what goes on; sign nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Halt a use of one's own intelligence, on what was shared and derived too, from the commit on."""
    wish = halt.Wish(
        partners=tuple(for_partner),
        units=tuple(for_unit),
        purposes=tuple(for_purpose),
        operations=tuple(in_operation),
        categories=tuple(category),
        feeds=tuple(feed),
        until_ms=instant(until) or 0,
        carve_outs=tuple(carve_out),
        fears=fears,
    )
    with opened(node) as one:
        verb = halt.preview_order if preview else halt.halt
        show(verb(one, asker(one, person, unit), wish), as_json=as_json, human=_reach)


def _reach(value: dict[str, Any]) -> None:
    OUT.print(value["words"], markup=False)
    closes = value["closes"]
    OUT.print(f"closes {closes['holdings']} holdings, {len(closes['leads'])} leads, {closes['cases']} cases:")
    for unit, purposes in closes["units"].items():
        OUT.print(f"  {unit}: {', '.join(purposes)}")
    OUT.print("goes on:")
    for unit, purposes in value["goes_on"]["units"].items():
        OUT.print(f"  {unit}: {', '.join(purposes)}")
    _readers(value)
    if "in_force_ms" in value:
        OUT.print(f"in force since {utc(value['in_force_ms'])}: order {value['order']}")


def _readers(value: dict[str, Any]) -> None:
    OUT.print(f"{len(value['earlier_readers'])} earlier readers:")
    for one in value["earlier_readers"]:
        OUT.print(f"  {one['unit']} for {one['purpose']}: {one['uses']} {one['act']}, last {utc(one['last_ms'])}")


def resume(
    order: Annotated[str, typer.Argument(help="The order's id.")],
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Lift an order of one's own; a new event that cites it."""
    with opened(node) as one:
        outcome = halt.resume(one, asker(one, person, unit), order)
        show(outcome, as_json=as_json, human=lambda value: OUT.print(f"resumed {value['resumed']} at {utc(value['in_force_ms'])}"))


def orders(person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """Orders in force and agreements given: one's own, or everybody's to oversight."""
    with opened(node) as one:
        show(halt.orders_in_force(one, asker(one, person, unit)), as_json=as_json, human=_orders)


def _orders(value: dict[str, Any]) -> None:
    for one in value["orders"]:
        OUT.print(f"{one['id']}  {utc(one['ordered_at_ms'])}  {one['words']}", markup=False)
    for one in value["agreements"]:
        given = f"{', '.join(one['categories'])} to {', '.join(one['recipients'])}"
        OUT.print(f"{one['id']}: {one['originator']} gives {given} for {', '.join(one['purposes'])}", markup=False)


def exposure(
    order: Annotated[str, typer.Argument(help="The order's id.")],
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Who had used, before an order, what it closes."""
    with opened(node) as one:
        show(halt.exposure(one, asker(one, person, unit), order), as_json=as_json, human=_readers)


def add_to(app: typer.Typer) -> None:
    app.command("suspend")(suspend)
    app.command("resume")(resume)
    app.command("orders")(orders)
    app.command("exposure")(exposure)
