"""Commands of an originator: suspend, resume, confirm, orders, exposure, separate."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from fairlead.desk import exposure as exposed
from fairlead.desk import freeze, halt
from fairlead.desk import orders as standing
from fairlead.desk import separate as separating
from fairlead.desk.propose import propose_order
from fairlead.door.shell import DEFAULT_NODE, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, instant, opened, show, utc
from fairlead.errors import BadInput

Many = list[str]
OrderArgument = Annotated[str, typer.Argument(help="The order's id.")]

# The option each axis of a proposal is given by.
OPTIONS = {
    "partners": "--for-partner",
    "units": "--for-unit",
    "purposes": "--for-purpose",
    "operations": "--in-operation",
    "categories": "--category",
}


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
    sensor: Annotated[Many, typer.Option(help="Stop what this sensor measured.")] = [],  # noqa: B006
    region: Annotated[Many, typer.Option(help="Stop what was seen in this region of the code-book.")] = [],  # noqa: B006
    channel: Annotated[Many, typer.Option(help="Stop what came by this way.")] = [],  # noqa: B006
    asset: Annotated[Many, typer.Option(help="Stop what came from this station, aircraft or vessel.")] = [],  # noqa: B006
    object_: Annotated[Many, typer.Option("--object", help="Stop what is about this vessel number or record digest.")] = [],  # noqa: B006
    window_from: Annotated[str, typer.Option(help="Stop what was observed from this instant on.")] = "",
    window_to: Annotated[str, typer.Option(help="Stop what was observed before this instant.")] = "",
    until: Annotated[str, typer.Option(help="ISO 8601 UTC; by default until lifted.")] = "",
    condition: Annotated[str, typer.Option(help="What has to come about before it is reviewed, in words.")] = "",
    verified_by: Annotated[str, typer.Option(help="The party that reports on the condition; by default oneself.")] = "",
    reach: Annotated[Many, typer.Option(help="new, future_subscriptions, already_shared or derived; by default all.")] = [],  # noqa: B006
    carve_out: Annotated[Many, typer.Option(help="What the order leaves open, e.g. co_originators.")] = [],  # noqa: B006
    no_rescue_because: Annotated[str, typer.Option(help="Leave nothing to rescue centres, for this reason.")] = "",
    fears: Annotated[str, typer.Option(help="The use it fears, in words.")] = "",
    confidential: Annotated[bool, typer.Option("--confidential", help="Do not tell those it stops; oversight sees it.")] = False,
    freeze_hours: Annotated[
        int, typer.Option("--freeze", help="Emergency: in so many hours a second officer confirms, or review.")
    ] = 0,
    replace: Annotated[str, typer.Option(help="Stand in place of this order of one's own: narrow, widen or replace it.")] = "",
    ordered_at: Annotated[str, typer.Option(help="When it was ordered, if before now.")] = "",
    answer_by: Annotated[str, typer.Option(help="Until when recalled parties are to answer; by default in three days.")] = "",
    no_recall: Annotated[bool, typer.Option("--no-recall", help="Ask nobody to give anything back.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show words, reach and what goes on; sign nothing.")] = False,
    propose: Annotated[bool, typer.Option("--propose", help="Make a selector of what --fears says, to edit; sign nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Halt a use of one's own intelligence, on what was shared and derived too, from the commit on."""
    if no_recall and answer_by:
        raise BadInput("a recall has a date and is not to be", do="give --answer-by or --no-recall")
    wish = halt.Wish(
        partners=tuple(for_partner),
        units=tuple(for_unit),
        purposes=tuple(for_purpose),
        operations=tuple(in_operation),
        categories=tuple(category),
        feeds=tuple(feed),
        sensors=tuple(sensor),
        regions=tuple(region),
        channels=tuple(channel),
        assets=tuple(asset),
        objects=tuple(object_),
        window_from_ms=instant(window_from) or 0,
        window_to_ms=instant(window_to) or 0,
        until_ms=instant(until) or 0,
        condition=condition,
        verified_by=verified_by,
        reach=tuple(reach),
        carve_outs=tuple(carve_out),
        no_rescue_because=no_rescue_because,
        fears=fears,
        confidential=confidential,
        freeze_hours=freeze_hours,
        replaces=replace,
        ordered_at_ms=instant(ordered_at) or 0,
        answer_by_ms=0 if no_recall else instant(answer_by),
    )
    with opened(node) as one:
        who = asker(one, person, unit)
        if propose:
            show(propose_order(one, who, fears), as_json=as_json, human=_proposed)
            return
        verb = halt.preview_order if preview else halt.halt
        show(verb(one, who, wish), as_json=as_json, human=_reach)


def _proposed(value: dict[str, Any]) -> None:
    for line in value["because"]:
        OUT.print(line, markup=False)
    if value["not_understood"]:
        OUT.print(f"selected nothing: {', '.join(value['not_understood'])}", markup=False)
    axes = [f"{OPTIONS[axis]} {code}" for axis, codes in value["proposed"].items() if axis in OPTIONS for code in codes]
    said = json.dumps(value["proposed"]["fears"], ensure_ascii=False)
    OUT.print("nothing is signed; edit this, look at it with --preview, then sign it:")
    OUT.print(f"  fairlead suspend {' '.join([*axes, '--fears', said])}", markup=False)


def _reach(value: dict[str, Any]) -> None:
    OUT.print(value["words"], markup=False)
    if value["change"]:
        OUT.print(f"it {value['change']} the order it stands for")
    closes = value["closes"]
    OUT.print(f"closes {closes['holdings']} holdings, {len(closes['leads'])} leads, {closes['cases']} cases:")
    _units(closes)
    OUT.print("goes on:")
    _units(value["goes_on"])
    if value["opens_again"]["units"]:
        OUT.print("opens again:")
        _units(value["opens_again"])
    _readers(value)
    if value["recalls"]:
        OUT.print(f"recalled from {', '.join(value['recalls'])}, to be answered by {utc(value['answer_by_ms'])}")
    for line in value["warnings"]:
        OUT.print(f"note: {line}", markup=False)
    if "in_force_ms" in value:
        OUT.print(f"in force since {utc(value['in_force_ms'])}: order {value['order']}")


def _units(value: dict[str, Any]) -> None:
    for unit, purposes in value["units"].items():
        OUT.print(f"  {unit}: {', '.join(purposes)}")


def _readers(value: dict[str, Any]) -> None:
    OUT.print(f"{len(value['earlier_readers'])} earlier readers:")
    for one in value["earlier_readers"]:
        OUT.print(f"  {one['unit']} for {one['purpose']}: {one['uses']} {one['act']}, last {utc(one['last_ms'])}")


def resume(
    order: OrderArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """Lift an order of one's own; a new event that cites it."""
    with opened(node) as one:
        outcome = halt.resume(one, asker(one, person, unit), order)
        show(outcome, as_json=as_json, human=lambda value: OUT.print(f"resumed {value['resumed']} at {utc(value['in_force_ms'])}"))


def confirm(
    order: OrderArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """Confirm an emergency freeze as its second officer; without that it lapses to review and stays closed."""
    with opened(node) as one:
        outcome = freeze.confirm(one, asker(one, person, unit), order)
        show(outcome, as_json=as_json, human=lambda value: OUT.print(f"confirmed {value['confirmed']} at {utc(value['at_ms'])}"))


def orders(
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    at: Annotated[str, typer.Option(help="What was in force at this instant, ISO 8601 UTC; by default now.")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="Orders that are over, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Orders in force and agreements given: one's own, or everybody's to oversight."""
    with opened(node) as one:
        shown = standing.orders_in_force(one, asker(one, person, unit), at_ms=instant(at), ended=ended)
        show(shown, as_json=as_json, human=_orders)


def _orders(value: dict[str, Any]) -> None:
    for one in value["orders"]:
        OUT.print(f"{one['id']}  {one['state']} since {utc(one['history'][-1]['at_ms'])}  {one['words']}", markup=False)
        for party in one["recipients"]:
            OUT.print(f"  {party['party']}: {party['state']}{', overdue' if party['overdue'] else ''}", markup=False)
    for one in value["agreements"]:
        given = f"{', '.join(one['categories'])} to {', '.join(one['recipients'])}"
        OUT.print(f"{one['id']}: {one['originator']} gives {given} for {', '.join(one['purposes'])}", markup=False)


def exposure(
    order: OrderArgument, person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False
) -> None:
    """Who had used, before an order, what it closes; and how many of the uses came after it was ordered."""
    with opened(node) as one:
        show(exposed.exposure(one, asker(one, person, unit), order), as_json=as_json, human=_exposure)


def _exposure(value: dict[str, Any]) -> None:
    if value["gap_ms"]:
        OUT.print(f"ordered {value['gap_ms'] // 1000} s before it was signed in; {value['uses_in_the_gap']} uses in between")
    _readers(value)


def separate(
    operation: Annotated[str, typer.Argument(help="One operation.")],
    other: Annotated[str, typer.Argument(help="The other.")],
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    party: Annotated[str, typer.Option(help="Oversight only: whose receipts.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Certify, from one's receipts, which units used what in two operations."""
    with opened(node) as one:
        shown = separating.separate(one, asker(one, person, unit), operation, other, party=party)
        show(shown, as_json=as_json, human=_separate)


def _separate(value: dict[str, Any]) -> None:
    said = value["statement"]
    for code, used in said["operations"].items():
        units = ", ".join(f"{unit} {count}" for unit, count in used["uses_by_unit"].items()) or "nobody"
        OUT.print(f"{code}: {used['records']} records, uses by {units}")
    OUT.print(f"units in both: {', '.join(said['units_in_both']) or 'none'}; records in both: {len(said['records_in_both'])}")
    OUT.print(f"by {said['size']} receipts of {said['log']}; certificate {value['digest']}", markup=False)


def add_to(app: typer.Typer) -> None:
    for name, command in (
        ("suspend", suspend),
        ("resume", resume),
        ("confirm", confirm),
        ("orders", orders),
        ("exposure", exposure),
        ("separate", separate),
    ):
        app.command(name)(command)
