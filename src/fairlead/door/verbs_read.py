"""Commands that read: picture, lead, leads, read, explain, receipts, inbox, verify."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Column, Table

from fairlead.desk import audit, explain, lead, look, read
from fairlead.desk.receipts import processes_here
from fairlead.desk.verify import Verdict, verify_folder, watch
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
    instant,
    opened,
    show,
    utc,
)
from fairlead.errors import ProofFailed

SHOWN_MAX = 30
PAGE_LAST = 99_999
FromOption = Annotated[str, typer.Option("--from", help="Begin of the window, ISO 8601 UTC; by default six hours before its end.")]
ToOption = Annotated[str, typer.Option("--to", help="End of the window, ISO 8601 UTC; by default now.")]


def picture(
    person: AsOption,
    purpose: PurposeOption,
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    begin: FromOption = "",
    end: ToOption = "",
    as_json: JsonOption = False,
) -> None:
    """The picture this reader may see: tracks, which have no AIS, and evidence cards."""
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)
        show(look.look(one, who, from_ms=instant(begin), to_ms=instant(end)), as_json=as_json, human=_picture)


def _picture(value: dict[str, Any]) -> None:
    shown = value["picture"]
    OUT.print(value["banner"]["text"], style="reverse")
    OUT.print(f"{utc(shown['window']['from_ms'])} to {utc(shown['window']['to_ms'])}")
    if "cells" in shown:
        OUT.print(shown["note"])
        table = Table("cell", "contacts", "newest")
        for cell in shown["cells"][:SHOWN_MAX]:
            table.add_row(_place(cell), str(cell["contacts"]), utc(cell["newest_ms"]))
        OUT.print(table)
        return
    OUT.print(f"{len(shown['tracks'])} tracks from {', '.join(feed['name'] for feed in shown['feeds']) or 'no feed'}")
    for track in [track for track in shown["tracks"] if track.get("words")][:SHOWN_MAX]:
        OUT.print(f"  {track['kind']} contact {track['id'][:4]}: {track['words']}")
    for card in shown["cards"]:
        explained = f" (explained: {card['explained_by']})" if card.get("explained_by") else ""
        OUT.print(f"[{card['rule']}] {card['id']} {card['sentence']}{explained}", markup=False)


def _place(cell: dict[str, int]) -> str:
    return f"{cell['lat_e7'] / 1e7:8.3f} {cell['lon_e7'] / 1e7:9.3f}"


def make_lead(
    card: Annotated[str, typer.Argument(help="The card's id in the reader's own picture.")],
    person: AsOption,
    purpose: PurposeOption,
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    note: Annotated[str, typer.Option(help="Words that travel with the lead.")] = "",
    drop: Annotated[list[str], typer.Option(help="Leave out a feed and look again without it; may be repeated.")] = [],  # noqa: B006
    begin: FromOption = "",
    end: ToOption = "",
    preview: Annotated[bool, typer.Option("--preview", help="Only show who could read it and who is blocked by what.")] = False,
    confirm_unreadable: Annotated[str, typer.Option(help="The reason to make a lead that nobody could read.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a lead from a card: a frozen excerpt under the joined label of everything the view rested on."""
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)
        draft = lead.Draft(card=card, note=note, drop=tuple(drop), from_ms=instant(begin), to_ms=instant(end))
        if preview:
            show(lead.preview_lead(one, who, draft), as_json=as_json, human=_preview)
        else:
            made = lead.make_lead(one, who, draft, confirm_unreadable=confirm_unreadable)
            show(made, as_json=as_json, human=lambda value: OUT.print(f"lead {value['id']}\n{value['banner']['text']}"))


def _preview(value: dict[str, Any]) -> None:
    OUT.print(f"level {value['level']}, owned by {', '.join(value['originators'])}, rests on {value['rests_on']} segments")
    OUT.print("readable by: " + (", ".join(value["readable_by"]) or "nobody"))
    for one in value["blocked"]:
        OUT.print(f"not by {one['unit']}: drop {', '.join(one['drop'])} to make it releasable")


def leads(
    person: AsOption,
    purpose: PurposeOption,
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    kind: Annotated[str, typer.Option(help="lead or report.")] = "lead",
    after: Annotated[str, typer.Option(help="Where the page before ended: its `next`.")] = "",
    form: Annotated[str, typer.Option(help="full, or distress: the minimum for a rescue centre.")] = "full",
    as_json: JsonOption = False,
) -> None:
    """The leads (or reports) this reader may see, newest first."""
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)
        show(read.list_holdings(one, who, kind=kind, after=after, form=form), as_json=as_json, human=_list)


def _list(value: dict[str, Any]) -> None:
    OUT.print(f"{value['count']} in all")
    for item in value["items"]:
        if "distress" in item:
            _distress(item)
        else:
            OUT.print(f"{item['id']}  {utc(item['to_ms'])}  {item['title']}", markup=False)
    if "next" in value:
        OUT.print(f"older ones: --after {value['next']}", markup=False)


def read_one(
    holding: Annotated[str, typer.Argument(help="The holding's id.")],
    person: AsOption,
    purpose: PurposeOption,
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    form: Annotated[str, typer.Option(help="full, or distress: the minimum for a rescue centre.")] = "full",
    as_json: JsonOption = False,
) -> None:
    """Read one holding for one purpose; the receipt is in its owners' logs before it is shown."""
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)
        show(read.read(one, who, holding, form=form), as_json=as_json, human=_holding)


def _holding(value: dict[str, Any]) -> None:
    OUT.print(value["banner"]["text"], style="reverse")
    if "distress" in value:
        _distress(value)
        return
    body = value["body"]
    OUT.print(body["card"]["sentence"] if "card" in body else dump(body), markup=False)
    for row in body.get("card", {}).get("criteria", []):
        OUT.print(f"  {row['criterion']}: {row['observed']} (threshold {row['threshold']})", markup=False)


def _distress(value: dict[str, Any]) -> None:
    for one in value["distress"]:
        people = f", {one['people']} people" if "people" in one else ""
        OUT.print(f"{value['id']}  {utc(one['t_ms'])}  {_place(one)}  {one['distress']}{people}", markup=False)


def explain_one(
    holding: Annotated[str, typer.Argument(help="The holding's id.")],
    person: AsOption,
    purpose: PurposeOption,
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    about: Annotated[str, typer.Option(help="Put the question for this person instead (originator and oversight only).")] = "",
    about_unit: Annotated[str, typer.Option(help="... acting for this unit.")] = "",
    about_purpose: Annotated[str, typer.Option(help="... for this purpose.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Why may I, why may I not: every reason to originator and oversight, the redacted form to anyone else."""
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)
        question = None
        if about:
            other = asker(one, about, about_unit, about_purpose or purpose, operation)
            question = explain.Question(person=other.person, unit=other.unit, purpose=other.purpose, operation=other.operation)
        show(explain.explain(one, who, holding, question), as_json=as_json, human=_explained)


def _explained(value: dict[str, Any]) -> None:
    OUT.print("permitted" if value["permitted"] else "not permitted")
    for line in value["reasons"] + [f"rests on {code}" for code in value.get("agreements", [])]:
        OUT.print(f"  {line}", markup=False)


def receipts(
    person: AsOption,
    unit: UnitOption = "",
    node: NodeOption = DEFAULT_NODE,
    party: Annotated[str, typer.Option(help="Another party's log (oversight only).")] = "",
    page: Annotated[int, typer.Option(help="Page, from 0.", min=0, max=PAGE_LAST)] = 0,
    as_json: JsonOption = False,
) -> None:
    """The receipts in one's own log, newest first."""
    with opened(node) as one:
        show(audit.receipts(one, asker(one, person, unit), party=party, page=page), as_json=as_json, human=_receipts)


def _receipts(value: dict[str, Any]) -> None:
    OUT.print(f"{value['log']}: {value['size']} entries")
    _receipt_table(value["receipts"])


def _receipt_table(items: list[dict[str, Any]]) -> None:
    table = Table(*[Column(name, overflow="fold") for name in ("entry", "time", "outcome", "act", "unit", "purpose", "what")])
    for one in items:
        what = one.get("excluded") or ", ".join(sorted({held.get("kind", "") for held in one.get("holdings", [])}))
        cells = [one["index"], utc(one["at_ms"]), one["outcome"], one.get("act"), one.get("unit"), one.get("purpose"), what]
        table.add_row(*[str(cell or "") for cell in cells])
    OUT.print(table)


def inbox(person: AsOption, unit: UnitOption = "", node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """What somebody tried with this originator's holdings and was refused; excluded uses first."""
    with opened(node) as one:
        show(audit.inbox(one, asker(one, person, unit)), as_json=as_json, human=_inbox)


def _inbox(value: dict[str, Any]) -> None:
    _receipt_table(value["items"])
    for name, told in (("under_overrides", "uses under an override"), ("for_rescue", "reads for rescue, to be reviewed")):
        if value[name]:
            OUT.print(f"{value[f'{name}_count']} {told}:")
            _receipt_table(value[name])


def verify(
    folder: Annotated[Path, typer.Argument(help="A node folder, copies of its log/ and homes/, or a bundle file.")],
    party: Annotated[str, typer.Option(help="Check this party's log only.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Keep the verified checkpoint: the log must extend it from now on.")] = False,
    key: Annotated[str, typer.Option(help="Of a bundle: the log's key that you trust, base64 or NAME+ID+KEY.")] = "",
    trust: Annotated[Path | None, typer.Option(help="Of a bundle: the trust.json, or the trust folder, that you trust.")] = None,
    anchor: Annotated[Path | None, typer.Option(help="Of a trust folder: the root you start from.")] = None,
    rule: Annotated[
        Path | None, typer.Option("--witnesses", help="Of a bundle: which witnesses must have seen it (C2SP tlog-policy).")
    ] = None,
    roots: Annotated[Path | None, typer.Option("--tsa-root", help="Of a bundle: PEM of the timestamp authority's root.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Check logs or a bundle offline, from files alone: signatures, inclusion, consistency, completeness. Ends with 6 when something
    fails."""
    if folder.is_file():
        from fairlead.door.verbs_log import check_file

        check_file(folder, key=key, trust=trust, anchor=anchor, rule=rule, roots=roots, as_json=as_json)
        return
    verdicts = verify_folder(folder, only=party, processes=processes_here())
    if as_json:
        sys.stdout.write(dump([_verdict_value(folder, verdict) for verdict in verdicts]) + "\n")
    else:
        for verdict in verdicts:
            _verdict(folder, verdict)
    bad = [f"{verdict.party}: {finding}" for verdict in verdicts for finding in verdict.report.findings]
    if bad:
        raise ProofFailed(f"{len(bad)} findings", where=str(folder), why="; ".join(bad[:5]))
    if keep:
        from fairlead.desk.home import Home

        for verdict in verdicts:
            Home(folder, verdict.party).keep(verdict.party, (folder / "log" / verdict.party / "checkpoint").read_bytes())


def _verdict(folder: Path, verdict: Verdict) -> None:
    report = verdict.report
    state = "verified" if report.holds else "DOES NOT HOLD"
    OUT.print(f"{report.origin}: {state}: {report.size} entries, {report.receipts} receipts, {len(report.findings)} findings")
    for finding in report.findings:
        OUT.print(f"  {finding}", style="bold red", markup=False)
    for one in watch(folder, verdict):
        unsure = f", and {len(one.unsure)} that this home cannot judge" if one.unsure else ""
        OUT.print(f"  order at entry {one.entry}: {len(one.before)} uses before it, {len(one.after)} after it{unsure}")


def _verdict_value(folder: Path, verdict: Verdict) -> dict[str, Any]:
    report = verdict.report
    value: dict[str, Any] = {
        "party": verdict.party,
        "log": report.origin,
        "size": report.size,
        "root": report.root,
        "receipts": report.receipts,
        "uses": len(report.uses),
        "refusals": len(report.refusals),
        "covers": report.covers,
        "holds": report.holds,
        "findings": [msgspec.to_builtins(finding) for finding in report.findings],
    }
    value["orders"] = [
        {
            "order": one.order.id,
            "entry": one.entry,
            "uses_before": len(one.before),
            "uses_after": len(one.after),
            "uses_unsure": len(one.unsure),
        }
        for one in watch(folder, verdict)
    ]
    return value


def add_to(app: typer.Typer) -> None:
    app.command("picture")(picture)
    app.command("lead")(make_lead)
    app.command("leads")(leads)
    app.command("read")(read_one)
    app.command("explain")(explain_one)
    app.command("receipts")(receipts)
    app.command("inbox")(inbox)
    app.command("verify")(verify)
