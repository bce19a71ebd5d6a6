"""Commands of proof: prove, invariant declare, invariant withdraw, simulate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fairlead.desk import prove as proving
from fairlead.desk import simulate as simulating
from fairlead.desk.answer import Answer
from fairlead.desk.halt import Wish
from fairlead.door.shell import DEFAULT_NODE, OUT, AsOption, JsonOption, NodeOption, UnitOption, asker, dump, instant, opened, show, utc
from fairlead.envelope import decode
from fairlead.errors import BadFile, BadInput

Many = list[str]
app = typer.Typer(no_args_is_help=True, help="What an originator wants never to become possible with its data.")


def prove(
    invariant: Annotated[str, typer.Argument(help="One invariant's id; by default each that the asker may see.")] = "",
    person: Annotated[str, typer.Option("--as", help="The person who asks; not needed with --check.")] = "",
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    certificate: Annotated[Path | None, typer.Option(help="Write the certificate of the one invariant named to this file.")] = None,
    check: Annotated[Path | None, typer.Option(help="Check a certificate; offline, or with --as against what stands.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Each declared invariant: proved, with a certificate, or broken, with the earliest path of agreements and dates."""
    if check is not None:
        _check(check, person, unit, node, as_json)
        return
    if not person:
        raise BadInput("nobody asks", do="name a person with --as, or check a certificate with --check")
    if certificate is not None and not invariant:
        raise BadInput("a certificate is of one invariant", do="name it: fairlead prove INVARIANT --certificate FILE")
    with opened(node) as one:
        who = asker(one, person, unit)
        outcome = proving.prove_invariants(one, who, invariant=invariant, certify="yes" if certificate else "")
    if certificate is not None and isinstance(outcome, Answer):
        _write(certificate, outcome)
    show(outcome, as_json=as_json, human=_proofs)


def _write(path: Path, outcome: Answer) -> None:
    value = decode(outcome.body)
    assert isinstance(value, dict)  # every body a desk verb makes is an object
    row = value["invariants"][0]
    if "certificate_text" not in row:
        raise BadInput(
            "there is no certificate to write", where=row["id"], why=row.get("withheld") or f"the invariant is {row['outcome']}"
        )
    path.write_bytes(row["certificate_text"].encode("utf-8"))


def _check(path: Path, person: str, unit: str, node: Path, as_json: bool) -> None:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadFile("no certificate can be read there", where=str(path), why=error.strerror or "") from error
    if person:
        with opened(node) as one:
            show(proving.recheck_certificate(one, asker(one, person, unit), raw), as_json=as_json, human=_checked)
        return
    value = proving.check_certificate(raw)
    assert isinstance(value, dict)
    if as_json:
        OUT.print(dump(value), markup=False)
    else:
        _checked(value)


def _checked(value: dict[str, Any]) -> None:
    OUT.print(f"proved: {value['words']}", style="bold green", markup=False)
    OUT.print(f"for what stood at {utc(value['at_ms'])} and every later date; state {value['state']}")
    OUT.print(f"resting on {value['agreements']} agreements and {value['orders']} orders; certificate {value['certificate']}")
    if "terms_stand" in value:
        OUT.print("these are the terms that stand now" if value["terms_stand"] else "other terms stand now: prove it again")
        if not value["invariant_stands"]:
            OUT.print("the invariant is not declared any more")
    else:
        OUT.print(f"not checked: {value['not_checked']}")
    OUT.print(value["what_is_proved"])


def _proofs(value: dict[str, Any]) -> None:
    if not value["invariants"]:
        OUT.print("no invariant is declared; declare one with fairlead invariant declare")
    for row in value["invariants"]:
        _proof(row)
    laws = value["one_step"]["laws"]
    if laws:
        failed = [law["law"] for law in laws if not law["proved"]]
        OUT.print(f"one-step laws: {len(laws) - len(failed)} of {len(laws)} proved by {value['one_step']['solver']}")
        for law in failed:
            OUT.print(f"  NOT PROVED: {law}", style="bold red")
    else:
        OUT.print(f"one-step laws: not proved here; {value['one_step']['do']}", markup=False)
    OUT.print(f"by construction, whatever is signed: nothing reaches {', '.join(value['by_construction'])} (P2)")
    OUT.print(value["what_is_proved"])


def _proof(row: dict[str, Any]) -> None:
    style = "bold green" if row["outcome"] == "proved" else "bold red"
    OUT.print(f"{row['outcome']}: {row['words']}", style=style, markup=False)
    OUT.print(f"  invariant {row['id']} of {row['originator']}", markup=False)
    if row["outcome"] == "proved":
        OUT.print(f"  it can reach {', '.join(row['reached']) or 'nobody'}, and nothing that is forbidden", markup=False)
        OUT.print(f"  certificate {row['certificate']}")
        return
    OUT.print(f"  {row['why']}", markup=False)
    for number, step in enumerate(row["path"], 1):
        OUT.print(f"  {number}. {step['words']}", markup=False)


@app.command("declare")
def declare(
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    category: Annotated[Many, typer.Option(help="Of this category of one's own; by default all. May be repeated, like all axes.")] = [],  # noqa: B006
    never_purpose: Annotated[Many, typer.Option(help="Never reaches a use that serves this purpose.")] = [],  # noqa: B006
    never_unit: Annotated[Many, typer.Option(help="Never reaches this unit.")] = [],  # noqa: B006
    never_party: Annotated[Many, typer.Option(help="Never reaches any unit of this party.")] = [],  # noqa: B006
    words: Annotated[str, typer.Option(help="Why, in words that travel with it.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Only show whether it would hold; sign nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Declare what must never become possible: from then on nothing is signed that would break it."""
    wanted = proving.Wanted(
        categories=tuple(category),
        never_purposes=tuple(never_purpose),
        never_units=tuple(never_unit),
        never_parties=tuple(never_party),
        words=words,
    )
    with opened(node) as one:
        verb = proving.preview_invariant if preview else proving.declare
        show(verb(one, asker(one, person, unit), wanted), as_json=as_json, human=_proof)


@app.command("withdraw")
def withdraw(
    invariant: Annotated[str, typer.Argument(help="The invariant's id.")],
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """End an invariant of one's own."""
    with opened(node) as one:
        outcome = proving.withdraw(one, asker(one, person, unit), invariant)
        show(outcome, as_json=as_json, human=lambda value: OUT.print(f"withdrawn {value['withdrawn']}"))


def simulate(
    person: AsOption,
    party: Annotated[str, typer.Option(help="The party that would suspend it; by default one's own.")] = "",
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    for_partner: Annotated[Many, typer.Option(help="If it stopped every unit of this party; may be repeated, like all axes.")] = [],  # noqa: B006
    for_unit: Annotated[Many, typer.Option(help="If it stopped this unit.")] = [],  # noqa: B006
    for_purpose: Annotated[Many, typer.Option(help="If it stopped this purpose.")] = [],  # noqa: B006
    in_operation: Annotated[Many, typer.Option(help="If it stopped inside this operation.")] = [],  # noqa: B006
    category: Annotated[Many, typer.Option(help="If it stopped this category.")] = [],  # noqa: B006
    feed: Annotated[Many, typer.Option(help="If it stopped this feed.")] = [],  # noqa: B006
    region: Annotated[Many, typer.Option(help="If it stopped what was seen in this region.")] = [],  # noqa: B006
    object_: Annotated[Many, typer.Option("--object", help="If it stopped what is about this vessel number or record digest.")] = [],  # noqa: B006
    window_from: Annotated[str, typer.Option(help="If it stopped what was observed from this instant on.")] = "",
    window_to: Annotated[str, typer.Option(help="If it stopped what was observed before this instant.")] = "",
    reach: Annotated[Many, typer.Option(help="new, future_subscriptions, already_shared or derived; by default all.")] = [],  # noqa: B006
    carve_out: Annotated[Many, typer.Option(help="What it would leave open, e.g. co_originators.")] = [],  # noqa: B006
    as_json: JsonOption = False,
) -> None:
    """What would be lost if a party suspended this: leads, cases, units. Nothing is signed and nothing done."""
    wish = Wish(
        partners=tuple(for_partner),
        units=tuple(for_unit),
        purposes=tuple(for_purpose),
        operations=tuple(in_operation),
        categories=tuple(category),
        feeds=tuple(feed),
        regions=tuple(region),
        objects=tuple(object_),
        window_from_ms=instant(window_from) or 0,
        window_to_ms=instant(window_to) or 0,
        reach=tuple(reach),
        carve_outs=tuple(carve_out),
    )
    with opened(node) as one:
        who = asker(one, person, unit)
        own = one.coalition.book.units[who.unit].party if who.unit in one.coalition.book.units else ""
        show(simulating.simulate(one, who, party or own, wish), as_json=as_json, human=_lost)


def _lost(value: dict[str, Any]) -> None:
    OUT.print(f"if {value['words']}", markup=False)
    closes = value["closes"]
    whose = "" if value["form"] == "full" else " that one's own units can use now"
    OUT.print(f"it would close {closes['holdings']} holdings{whose}, {len(closes['leads'])} leads, {closes['cases']} cases:")
    for name, purposes in closes["units"].items():
        OUT.print(f"  {name} would lose {', '.join(purposes)}")
    for lead in closes["leads"]:
        OUT.print(f"  lead {lead}")
    OUT.print("would go on:")
    for name, purposes in value["goes_on"]["units"].items():
        OUT.print(f"  {name}: {', '.join(purposes)}")
    OUT.print("nothing was signed")


def add_to(root: typer.Typer) -> None:
    root.command("simulate")(simulate)
    root.command("prove")(prove)
    root.add_typer(app, name="invariant")
