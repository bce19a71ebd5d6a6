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
    "lead": "fairlead lead $CARD --as cell-analyst --purpose detection_and_monitoring/interdiction --preview",
    "leads": "fairlead leads --as isla-release --purpose interdiction",
    "read": "fairlead read $LEAD --as kestrel-release --purpose interdiction --json",
    "explain": "fairlead explain $LEAD --as isla-release --purpose interdiction --about cutter-watch",
    "receipts": "fairlead receipts --as isla-release",
    "inbox": "fairlead inbox --as isla-release",
    "verify": "fairlead verify demo-node --party isla",
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
    "case open": 'fairlead case open $LEAD "go-fast, three engines, no marks" --as cutter-watch',
    "case act": 'fairlead case act $CASE welfare_check --as meridia-custody --fields \'{"subject": "P1", "found": "well, fed"}\'',
    "case show": "fairlead case show $CASE --as meridia-legal --purpose prosecution",
    "case list": "fairlead case list --as cutter-watch",
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
