"""The page of the command line, printed from the Typer application: every command, argument, option, help and an example line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import typer

Command: TypeAlias = Any  # Typer carries a click of its own, whose classes are not public
Parameter: TypeAlias = Any

# One line a command that works on the demo's node; $LEAD and the like are ids another command showed.
EXAMPLES: Final[dict[str, str]] = {
    "init": "fairlead init ./tiny-node --scenario tiny",
    "ingest": "fairlead ingest plots.csv --feed isla-radar --as isla-sensor",
    "serve": "fairlead serve --port 8420",
    "demo": "fairlead demo --headless",
    "picture": "fairlead picture --as cell-analyst --purpose detection_and_monitoring/interdiction --to 2020-06-30T02:10:00Z",
    "detect": "fairlead detect traffic.csv.gz --chart land.geojson --status all",
    "watch": "fairlead watch tcp://RECEIVER:10110 --chart land.geojson --whole-log yes",
    "play": "fairlead play --seed 7 --into played",
    "prepare": "fairlead prepare traffic.csv.gz --into tables",
    "events": "fairlead events tables --engine duckdb --parts 24x10 --out events.jsonl",
    "cards": "fairlead cards --as cell-analyst --purpose detection_and_monitoring/interdiction --to 2020-06-30T02:10:00Z --sort oldest",
    "card": "fairlead card $CARD --as cell-analyst --purpose detection_and_monitoring/interdiction --to 2020-06-30T02:10:00Z",
    "vessels": "fairlead vessels --as cell-analyst --purpose detection_and_monitoring/interdiction --to 2020-06-30T02:10:00Z",
    "purge": "fairlead purge --as kestrel-air --dry-run",
    "compact": "fairlead compact --dry-run",
    "chart add": "fairlead chart add land.geojson ports.csv",
    "chart list": "fairlead chart list",
    "chart remove": "fairlead chart remove ports.csv",
    "lead": "fairlead lead $CARD --as cell-analyst --purpose detection_and_monitoring/interdiction --preview",
    "leads": "fairlead leads --as isla-release --purpose interdiction",
    "read": "fairlead read $LEAD --as kestrel-release --purpose interdiction --json",
    "explain": "fairlead explain $LEAD --as isla-release --purpose interdiction --about cutter-watch",
    "receipts": "fairlead receipts --as isla-release",
    "inbox": "fairlead inbox --as isla-release",
    "status": "fairlead status --json",
    "waiting": "fairlead waiting --as isla-release",
    "verify": "fairlead verify demo-node --party isla",
    "replay": "fairlead replay $PICTURE --as isla-release",
    "monitor": "fairlead monitor demo-node --party isla",
    "bundle": "fairlead bundle 0-3 --as isla-release --out isla.bundle",
    "tlog-proof": "fairlead tlog-proof 5 --party isla",
    "fsck": "fairlead fsck",
    "log-key": 'fairlead log-key isla --as cell-release --why "a year is over"',
    "dissent": 'fairlead dissent $CASE "the basis is too thin" --as isla-release',
    "dissent-proof": "fairlead dissent-proof $CASE --as isla-release",
    "witness key": "fairlead witness key",
    "witness watch": "fairlead witness watch NAME+ID+KEY",
    "witness ask": "fairlead witness ask",
    "witness answer": "fairlead witness answer request.txt",
    "witness splits": "fairlead witness splits",
    "stamp query": "fairlead stamp query isla --out isla.tsq",
    "stamp keep": "fairlead stamp keep isla isla.tsr --over isla.tsq.note --tsa-root authority.pem",
    "suspend": "fairlead suspend --as isla-release --for-unit cutter-halcyon --for-purpose prosecution --preview",
    "resume": "fairlead resume $ORDER --as isla-release",
    "orders": "fairlead orders --as isla-release --json",
    "exposure": "fairlead exposure $ORDER --as isla-release",
    "mark": 'fairlead mark --rollup "(S//OC/REL TO USA, CAN, GBR)" "(C//REL TO USA, GBR)" "(U//LES)"',
    "export": "fairlead export $REPORT --as kestrel-release --purpose interdiction --carrier stix --to northern-registry",
    "prove": "fairlead prove --as isla-release",
    "simulate": "fairlead simulate --as isla-release --for-unit cutter-halcyon",
    "invariant declare": "fairlead invariant declare --as isla-release --category radar --never-unit support-group --preview",
    "invariant withdraw": "fairlead invariant withdraw $INVARIANT --as isla-release",
    "override draft": "fairlead override draft $LEAD --as isla-release --for-unit cutter-halcyon --purpose search_and_rescue "
    '--operation fairwind --reason "people in the water" --legal-basis "duty to render assistance" --requester cutter-watch --hours 6',
    "override show": "fairlead override show override.json --as kestrel-release",
    "override sign": "fairlead override sign override.json --as isla-second",
    "override activate": "fairlead override activate override.json --as isla-release",
    "override list": "fairlead override list --as isla-release",
    "tearline draft": "fairlead tearline draft $REPORT --as isla-sensor --purpose interdiction --text 'an unlit boat before dawn' "
    "--to-unit meridia-custody --for-purpose interdiction --in-operation fairwind --level restricted",
    "tearline sign": "fairlead tearline sign tearline.json --as kestrel-release",
    "tearline release": "fairlead tearline release tearline.json --as isla-release",
    "tearline origin": "fairlead tearline origin $REPORT --as isla-release",
    "rederive": "fairlead rederive $LEAD --without isla-radar --as cell-analyst --purpose detection_and_monitoring/interdiction",
    "origins": "fairlead origins $LEAD $REPORT --as cutter-watch --purpose interdiction",
    "audit-labels": "fairlead audit-labels --node demo-node",
    "case open": 'fairlead case open $LEAD "go-fast, three engines, no marks" --as cutter-watch',
    "case act": 'fairlead case act $CASE welfare_check --as meridia-custody --fields \'{"subject": "P1", "found": "well, fed"}\'',
    "case show": "fairlead case show $CASE --as meridia-legal --purpose prosecution",
    "case list": "fairlead case list --as cutter-watch",
    "find": 'fairlead find "go-fast" --as cutter-watch --purpose interdiction --operation fairwind --kind lead',
    "labels": "fairlead labels",
    "messages": "fairlead messages receiver.nmea.gz --type 5",
    "confirm": "fairlead confirm $ORDER --as isla-second",
    "separate": "fairlead separate fairwind lifeline --as isla-release",
    "recalls": "fairlead recalls --as meridia-release",
    "acknowledge": "fairlead acknowledge $ORDER --as meridia-release",
    "comply": 'fairlead comply $ORDER --as meridia-release --statement "printed copies destroyed" --kept "one, sealed for the court"',
    "condition": 'fairlead condition $ORDER --as auditor-inspector --words "the unit left the operation"',
    "agreements": "fairlead agreements --as isla-release --at 2020-06-30T02:10:00Z",
    "assurances": "fairlead assurances --as isla-release",
    "agreement show": "fairlead agreement show isla-fairwind --as isla-release",
    "agreement draft": "fairlead agreement draft terms.toml --as isla-release --preview",
    "agreement review": 'fairlead agreement review isla-customs --as isla-legal --question "used for arrest?" --decision approved',
    "agreement activate": "fairlead agreement activate isla-customs --as isla-second",
    "agreement amend": "fairlead agreement amend terms.toml --as isla-release",
    "agreement denounce": 'fairlead agreement denounce isla-support --as isla-release --ends 2020-07-30T00:00:00Z --why "not renewed"',
    "assurance offer": "fairlead assurance offer treatment --as meridia-release --to isla --until 2020-12-31T00:00:00Z",
    "assurance accept": "fairlead assurance accept treatment --as meridia-release --to isla --until 2020-12-31T00:00:00Z",
    "assurance withdraw": "fairlead assurance withdraw treatment --as meridia-release --to isla",
    "assurance doubt": 'fairlead assurance doubt meridia treatment --as isla-release --why "a report of the inspectors"',
    "assurance breach": 'fairlead assurance breach meridia treatment --as isla-release --why "a finding of the inspectors"',
    "assurance restore": "fairlead assurance restore meridia treatment --as isla-release",
    "codebook show": "fairlead codebook show --as isla-release",
    "codebook change": "fairlead codebook change changes.toml --as meridia-release --preview",
    "codebook sign": "fairlead codebook sign book.json --as isla-release --out signed.json",
    "codebook put": "fairlead codebook put signed.json --as meridia-release",
    "trust key": "fairlead trust key isla.key",
    "trust init": "fairlead trust init ./trust --key isla.key --officer kestrel.pub --officer meridia.pub --threshold 2 --days 365",
    "trust rotate": "fairlead trust rotate ./trust --old isla.key --new isla-new.key --officer kestrel.pub --threshold 2",
    "trust publish": "fairlead trust publish ./trust --keys keys.json --key isla.key --key kestrel.key",
    "trust sign": "fairlead trust sign ./trust ./trust/drafts/1.root.json --key kestrel.key",
    "trust show": "fairlead trust show ./trust --anchor 1.root.json --json",
}

HEAD: Final = """# Command line

Every command ends with one of the numbers on [the page of exit codes](exit-codes.md). A refusal is an answer: it is in the log, and the
command ends with 1. With `--json`, standard output carries the answer's own bytes, as canonical JSON, and the exit code stays the same.

`--as PERSON` selects the key of one of the coalition's people in the node's `homes/`; it is no claim, and without the key there is no
request. A request is for one unit, one purpose (a code of [the page of codes](codes.md)) and one operation. The node is the folder
`demo-node` unless `--node` or `FAIRLEAD_NODE` names another ([settings](settings.md)).

In the examples `$LEAD`, `$CARD`, `$REPORT`, `$CASE`, `$ORDER` and `$INVARIANT` stand for ids that another command showed.
"""


def commands() -> Iterator[tuple[str, Command]]:
    """Every command with its full name, groups spelled out, in the order of the help."""

    def walk(command: Command, words: tuple[str, ...]) -> Iterator[tuple[str, Command]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield " ".join(words), command
            return
        for name, one in inner.items():
            if not one.hidden:
                yield from walk(one, (*words, name))

    from fairlead.door.cli import app

    yield from walk(typer.main.get_command(app), ())


def page() -> str:
    """The page. Raises KeyError for a command without its example."""
    found = list(commands())
    parts = [HEAD, "| command | what it does |\n|---|---|"]
    parts[-1] += "".join(f"\n| [`fairlead {name}`](#fairlead-{name.replace(' ', '-')}) | {first(one)} |" for name, one in found)
    parts += [_command(name, one) for name, one in found]
    return "\n\n".join(parts) + "\n"


def first(command: Command) -> str:
    """The first sentence of a command's help."""
    said = " ".join((command.help or "").split())
    head, stop, _ = said.partition(". ")
    return cell(head + ("." if stop else ""))


def cell(text: str) -> str:
    """Text as it may stand in a table's cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _command(name: str, command: Command) -> str:
    given = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one not in given and one.name != "help"]
    usage = " ".join(["fairlead", name, *[str(one.name).upper() for one in given], *(["[OPTIONS]"] if options else [])])
    parts = [f"## fairlead {name}", cell(command.help or "").replace("\\|", "|"), f"```\n{usage}\n```"]
    if given:
        rows = [f"| `{str(one.name).upper()}` | {_help(one)} |" for one in given]
        parts.append("\n".join(["| argument | what it is |", "|---|---|", *rows]))
    if options:
        rows = [f"| {_spelled(one)} | {_help(one)} | {_default(one)} |" for one in options]
        parts.append("\n".join(["| option | what it is | when left out |", "|---|---|---|", *rows]))
    parts.append(f"Example:\n\n```sh\n{EXAMPLES[name]}\n```")
    return "\n\n".join(parts)


def _help(param: Parameter) -> str:
    return cell(str(getattr(param, "help", "") or ""))


def _spelled(param: Parameter) -> str:
    flag = bool(getattr(param, "is_flag", False))
    kind = "" if flag else f" {_kind(param)}"
    return ", ".join(f"`{one}{kind}`" for one in param.opts)


def _kind(param: Parameter) -> str:
    said = param.type_descriptor.annotation
    return "NUMBER" if said is int else "PATH" if "Path" in str(said) else "TEXT"


def _default(param: Parameter) -> str:
    if param.required:
        return "needed"
    if getattr(param, "is_flag", False):
        return "no"
    default = "" if callable(param.default) else param.default
    shown = "" if default in (None, "", [], ()) else f"`{default}`"
    if param.envvar:
        shown = f"`{param.envvar}`, or {shown}" if shown else f"`{param.envvar}`"
    return shown
