"""Commands of behaviour: detect, cards, card, chart add, chart list, chart remove."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from fairlead.desk.answer import Answer
from fairlead.desk.ask import Asker
from fairlead.desk.cards import Choose, file_cards, list_cards, show_card
from fairlead.desk.charts import Charts, Installed
from fairlead.desk.detect import NATIVE, Seen, detect
from fairlead.desk.node import Node
from fairlead.door.card_out import file_bytes, form_of, write_new
from fairlead.door.ordered import ORDERS, chosen
from fairlead.door.shell import (
    DEFAULT_NODE,
    ERR,
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
from fairlead.door.verbs_read import FromOption, ToOption
from fairlead.envelope import decode
from fairlead.errors import BadInput, UnknownCode
from fairlead.picture import Parameters
from fairlead.picture.behaviour.find import UNSEEN

RuleOption = Annotated[list[str], typer.Option("--rule", help="Only this rule, B1 to B11; may be given again.")]
StatusOption = Annotated[str, typer.Option("--status", help="open, explained or all.")]
SortOption = Annotated[str, typer.Option("--sort", help=f"One key, said plainly: {', '.join(ORDERS)}. Cards have no score.")]
NearOption = Annotated[str, typer.Option("--near", help="LAT,LON in degrees, for --sort distance.")]


def detect_files(
    files: Annotated[list[Path], typer.Argument(help="AIS files of one layout, plain or gzip.")],
    layout: Annotated[str, typer.Option(help="How they are written: see docs/reference/ais.md.")] = "marinecadastre",
    chart: Annotated[list[Path], typer.Option("--chart", help="A chart file: land, territorial seas, ports, anchorages.")] = [],  # noqa: B006
    whole_log: Annotated[str, typer.Option(help="yes when the files are all that a receiver heard: then silence counts.")] = "no",
    date: Annotated[str, typer.Option(help="YYYY-MM-DD, for layouts whose lines carry no date.")] = "",
    mapping: Annotated[Path | None, typer.Option(help="The mapping file of the layouts mapped and parquet.")] = None,
    begin: FromOption = "",
    end: ToOption = "",
    threshold: Annotated[list[str], typer.Option("--set", help="NAME=VALUE: a threshold of docs/reference/parameters.md.")] = [],  # noqa: B006
    rule: RuleOption = [],  # noqa: B006
    status: StatusOption = "open",
    sort: SortOption = "recent",
    near: NearOption = "",
    engine: Annotated[str, typer.Option(help="What finds B1 to B5: native, duckdb or spark. The cards are the same.")] = NATIVE,
    as_json: JsonOption = False,
) -> None:
    """Your own AIS files straight to evidence cards: no node, nothing stored, nothing shared."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[kept]}"))
    with Progress(*columns, console=ERR, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("reading", total=None, kept="")
        seen = detect(
            files,
            layout=layout,
            charts=chart,
            parameters=thresholds(threshold),
            gaps_meaningful=whole_log,
            date=datetime.date.fromisoformat(date) if date else None,
            mapping=mapping,
            from_ms=instant(begin),
            to_ms=instant(end),
            engine=engine,
            progress=lambda lines, kept: bar.update(task, completed=lines, kept=f"{kept:,} positions"),
        )
    value: dict[str, Any] = msgspec.to_builtins(seen)
    value["view"]["cards"] = chosen(value["view"]["cards"], rules=rule, status=status, order=sort, near=near)
    if as_json:
        sys.stdout.write(dump(value) + "\n")
    else:
        _detected(seen, value["view"]["cards"], status)


def thresholds(settings: list[str]) -> Parameters:
    """Thresholds written as NAME=VALUE. Raises UnknownCode, BadInput."""
    said: dict[str, int] = {}
    for one in settings:
        name, _, text = one.partition("=")
        if name not in Parameters.__struct_fields__:
            raise UnknownCode("no such threshold", where=name, do="see docs/reference/parameters.md")
        if not text.isdigit():
            raise BadInput("a threshold is a whole number", where=one, do="write it like slow_transfer_min_s=3600")
        said[name] = int(text)
    return Parameters(**said)


def _detected(seen: Seen, cards: list[dict[str, Any]], status: str) -> None:
    aside = sum(seen.set_aside.values())
    OUT.print(f"{seen.lines} lines = {seen.kept} kept + {seen.rejected} rejected + {seen.duplicate} duplicate + {aside} set aside")
    for one in seen.rejects[:5]:
        OUT.print(f"  rejected line {one.line}: {one.reason}", markup=False)
    for cut in seen.broken_off:
        OUT.print(f"  broke off: {cut}", markup=False)
    explained = sum(card.status == "explained" for card in seen.view.cards)
    OUT.print(f"{len(seen.view.tracks)} tracks, {len(seen.view.cards) - explained} open cards, {explained} explained ones")
    if not seen.view.chart:
        OUT.print("no chart was given, so distances from shore are not tested: --chart FILE", style="yellow")
    _listed(cards, status)


def cards(
    person: AsOption,
    purpose: PurposeOption,
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    begin: FromOption = "",
    end: ToOption = "",
    rule: RuleOption = [],  # noqa: B006
    status: StatusOption = "open",
    sort: SortOption = "recent",
    near: NearOption = "",
    out: Annotated[Path | None, typer.Option(help="Write a file, by its ending: .geojson, .parquet or .pdf.")] = None,
    since: Annotated[str, typer.Option(help="YYYY-MM-DDTHH:MM:SSZ: also what late data opened, superseded or retracted.")] = "",
    as_json: JsonOption = False,
) -> None:
    """The evidence cards of the reader's own picture, filtered and sorted by one stated key."""
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)
        if out is not None:
            _filed(one, who, out, lambda all_cards: chosen(all_cards, rules=rule, status=status, order=sort, near=near), begin, end)
            return

        def human(value: dict[str, Any]) -> None:
            OUT.print(value["banner"]["text"], style="reverse")
            _listed(chosen(value["picture"].get("cards", []), rules=rule, status=status, order=sort, near=near), status)
            if "changes" in value:
                _changes(value["changes"], value["since_ms"])

        outcome = list_cards(one, who, from_ms=instant(begin), to_ms=instant(end), since_ms=instant(since))
        show(outcome, as_json=as_json, human=human)


def _changes(changes: list[dict[str, Any]], since_ms: int) -> None:
    OUT.print(f"since {utc(since_ms)}: {len(changes) or 'no'} changes by late data", markup=False)
    for one in changes:
        ids = " -> ".join(one[name][:8] for name in ("was", "card") if name in one)
        OUT.print(f"  {one['became']} [{one['rule']}] {ids} {utc(one['from_ms'])}: {one['why']}", markup=False)


def _listed(cards: list[dict[str, Any]], status: str) -> None:
    for card in cards:
        explained = f" (explained: {card['explained_by']})" if card.get("explained_by") else ""
        OUT.print(f"[{card['rule']}] {card['id'][:8]} {utc(card['from_ms'])} {card['sentence']}{explained}", markup=False)
    if not cards:
        OUT.print(f"no {'' if status == 'all' else status + ' '}cards")
    OUT.print(UNSEEN)


def card(
    id: Annotated[str, typer.Argument(help="The card's id in the reader's own picture, or its beginning.")],
    person: AsOption,
    purpose: PurposeOption,
    unit: UnitOption = "",
    operation: OperationOption = "",
    node: NodeOption = DEFAULT_NODE,
    begin: FromOption = "",
    end: ToOption = "",
    out: Annotated[Path | None, typer.Option(help="Write a file, by its ending: .geojson, .parquet or .pdf.")] = None,
    as_json: JsonOption = False,
) -> None:
    """One evidence card in full: sentence, criteria, explanations tested, quality, what would refute it, sources."""
    with opened(node) as one:
        who = asker(one, person, unit, purpose, operation)
        if out is not None:
            _filed(one, who, out, lambda all_cards: [made for made in all_cards if made["id"].startswith(id)], begin, end)
            return

        def human(value: dict[str, Any]) -> None:
            if not value["card"]:
                raise UnknownCode("no such card in this picture", where=id, do="see fairlead cards, and give enough of its id")
            OUT.print(value["banner"]["text"], style="reverse")
            _whole(value["card"])

        show(show_card(one, who, id, from_ms=instant(begin), to_ms=instant(end)), as_json=as_json, human=human)


def _filed(node: Node, who: Asker, path: Path, choose: Choose, begin: str, end: str) -> None:
    """The cards chosen, as a file beside which nothing is printed but what it is."""
    form = form_of(path)
    outcome = file_cards(node, who, choose, to=f"file {form}", from_ms=instant(begin), to_ms=instant(end))
    if isinstance(outcome, Answer):
        value = decode(outcome.body)
        if isinstance(value, dict) and "withheld" in value:
            why, do = "a label of these sources says no_bulk_export", "name one card: fairlead card ID --out FILE"
            raise BadInput("no file of several cards is made", where=path.name, why=why, do=do)
        write_new(path, file_bytes(outcome, form))

    def human(value: dict[str, Any]) -> None:
        OUT.print(value["banner"]["text"], style="reverse")
        OUT.print(f"{len(value['cards'])} cards in {path}; in the receipts as output {outcome.etag}", markup=False)

    show(outcome, as_json=False, human=human)


def _whole(made: dict[str, Any]) -> None:
    OUT.print(f"[{made['rule']}] {made['title']}, {made['status']}, {utc(made['from_ms'])} to {utc(made['to_ms'])}", markup=False)
    OUT.print(made["sentence"], markup=False)
    table = Table("criterion", "threshold", "observed", "margin")
    for line in made["criteria"]:
        table.add_row(line["criterion"], line["threshold"], line["observed"], line["margin"])
    OUT.print(table)
    for one in made["explanations"]:
        OUT.print(f"  {one['result']:>11}  {one['explanation']}: {one['tested']}", markup=False)
    quality = made["quality"]
    heard = ", ".join([*quality.get("stations", []), *(f"clock {clock}" for clock in quality.get("clocks", []))])
    OUT.print(
        f"rests on {quality['messages']} messages, longest silence {quality['largest_hole_s']} s, error {quality['error_m']} m; {heard}"
    )
    OUT.print(f"refuted by: {made['refuted_by']}", markup=False)
    OUT.print(f"{made['author']}; {made['source_count']} sources, {len(made['sources'])} listed with --json", markup=False)


def chart_add(
    files: Annotated[list[Path], typer.Argument(help="GeoJSON, GeoParquet, World Port Index or anchorage CSV; plain or gzip.")],
    node: NodeOption = DEFAULT_NODE,
    as_json: JsonOption = False,
) -> None:
    """Install chart files in a node: land, territorial seas, ports, anchorages."""
    charts = Charts(node)
    with opened(node):
        _charts([charts.add(path) for path in files], as_json=as_json)


def chart_list(node: NodeOption = DEFAULT_NODE, as_json: JsonOption = False) -> None:
    """The charts of a node and what each brought."""
    with opened(node):
        _charts(Charts(node).listed(), as_json=as_json)


def chart_remove(
    name: Annotated[str, typer.Argument(help="The file's name, as in chart list.")],
    node: NodeOption = DEFAULT_NODE,
) -> None:
    """Take a chart file out of a node."""
    with opened(node):
        Charts(node).remove(name)
    OUT.print(f"{name} is no longer used")


def _charts(found: list[Installed], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(dump(msgspec.to_builtins(found)) + "\n")
        return
    for one in found:
        brought = (f"{one.land_rings} land rings", f"{one.territorial_seas} territorial seas", f"{one.ports_and_anchorages} places")
        OUT.print(f"{one.file}: {', '.join(brought)}, {len(one.rejected)} rejected", markup=False)
        for reason in one.rejected[:5]:
            OUT.print(f"  {reason}", markup=False)
    if not found:
        OUT.print("no charts: distances from shore and from ports of no scenario are not known; fairlead chart add FILE")


def add_to(app: typer.Typer) -> None:
    app.command("detect")(detect_files)
    app.command("cards")(cards)
    app.command("card")(card)
    charts = typer.Typer(help="Charts: land, territorial seas, ports, anchorages. Not for navigation.", no_args_is_help=True)
    charts.command("add")(chart_add)
    charts.command("list")(chart_list)
    charts.command("remove")(chart_remove)
    app.add_typer(charts, name="chart")
