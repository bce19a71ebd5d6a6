"""Commands of assurances: assurances, assurance offer, accept, withdraw, doubt, breach, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from fairlead.desk import assure
from fairlead.door.shell import DEFAULT_NODE, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, instant, opened, show

promises = typer.Typer(no_args_is_help=True, help="Assurances: a recipient's word to originators, and what they find of it.")

KindArgument = Annotated[str, typer.Argument(help="The kind of assurance.")]
PartyArgument = Annotated[str, typer.Argument(help="The party that gave it.")]
ToOption = Annotated[str, typer.Option("--to", help="The originator it is given to; by default every one.")]
WhyOption = Annotated[str, typer.Option(help="The reason, in words.")]


def assurances(person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """Assurances one gave or was given, and what agreements ask for and nobody gave."""
    with opened(node) as one:
        show(assure.assurances(one, asker(one, person, unit)), as_json=as_json, human=_assurances)


def _assurances(value: dict[str, Any]) -> None:
    for one in value["assurances"]:
        to = one["originator"] or "every originator"
        OUT.print(f"{one['party']} to {to}: {one['kind']} is {one['state']}: {one['words']}", markup=False)
    for one in value["asked_and_not_given"]:
        OUT.print(f"{one['agreement']} of {one['originator']} asks {one['party']} for {one['kind']}: not given", markup=False)


@promises.command()
def offer(
    kind: KindArgument,
    person: AsOption,
    until: Annotated[str, typer.Option(help="Until when, ISO 8601 UTC.")],
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    to: ToOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Offer an assurance; it satisfies no agreement until it is accepted."""
    _promise("offered", kind, person, unit, node, to, until, why, as_json)


@promises.command()
def accept(
    kind: KindArgument,
    person: AsOption,
    until: Annotated[str, typer.Option(help="Until when, ISO 8601 UTC.")],
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    to: ToOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Accept an assurance that agreements ask for: from now on one's party is bound by it."""
    _promise("accepted", kind, person, unit, node, to, until, why, as_json)


@promises.command()
def withdraw(
    kind: KindArgument,
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    to: ToOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """Withdraw an assurance: what was given on it is shut from now on."""
    _promise("withdrawn", kind, person, unit, node, to, "", why, as_json)


def _promise(
    status: Literal["offered", "accepted", "withdrawn"],
    kind: str,
    person: str,
    unit: str,
    node: Path,
    to: str,
    until: str,
    why: str,
    as_json: bool,
) -> None:
    wanted = assure.Promise(kind=kind, originator=to, expires_ms=instant(until) or 0, why=why)
    with opened(node) as one:
        show(assure.promise(one, asker(one, person, unit), status, wanted), as_json=as_json, human=_judged)


@promises.command()
def doubt(
    party: PartyArgument,
    kind: KindArgument,
    person: AsOption,
    why: WhyOption = "",
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Doubt an assurance given to one's party: it shuts nothing, and proposes an order."""
    _judge("doubted", party, kind, person, unit, node, why, as_json)


@promises.command()
def breach(
    party: PartyArgument,
    kind: KindArgument,
    person: AsOption,
    why: WhyOption = "",
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Find an assurance breached: what was given on it is shut at once, and an order proposed for the rest."""
    _judge("breached", party, kind, person, unit, node, why, as_json)


@promises.command()
def restore(
    party: PartyArgument,
    kind: KindArgument,
    person: AsOption,
    why: WhyOption = "",
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Take back a doubt or a breach: the assurance counts as accepted again."""
    _judge("restored", party, kind, person, unit, node, why, as_json)


def _judge(
    status: Literal["doubted", "breached", "restored"],
    party: str,
    kind: str,
    person: str,
    unit: str,
    node: Path,
    why: str,
    as_json: bool,
) -> None:
    with opened(node) as one:
        outcome = assure.judge(one, asker(one, person, unit), status, assure.Doubt(party=party, kind=kind, why=why))
        show(outcome, as_json=as_json, human=_judged)


def _judged(value: dict[str, Any]) -> None:
    OUT.print(f"{value['party']}: {value['kind']} is {value['state']}: {value['words']}", markup=False)
    if "proposed" in value:
        OUT.print(f"an order to edit and sign: {value['proposed']['words']}", markup=False)
        OUT.print(f"  {_command(value['proposed']['wish'])}", markup=False)


def _command(wish: dict[str, Any]) -> str:
    """The suspend command that signs the wish as it is."""
    axes = {"partners": "for-partner", "purposes": "for-purpose", "operations": "in-operation", "categories": "category"}
    words = [f"--{option} {code}" for axis, option in axes.items() for code in wish.get(axis, [])]
    return " ".join(["fairlead suspend", *words, f'--fears "{wish.get("fears", "")}"'])


def add_to(root: typer.Typer) -> None:
    root.command("assurances")(assurances)
    root.add_typer(promises, name="assurance")
