"""What every command shares: opening the node, saying who asks, printing an outcome, ending with the documented exit code."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from fairlead.desk.answer import Answer, Outcome
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.desk.restored import check_place
from fairlead.envelope import JsonValue, decode
from fairlead.errors import BadInput, FairleadError, NodeError, Unforeseen
from fairlead.store.files import SERVING, held_now

REFUSED: Final = 1
USAGE: Final = 2


class Out(Console):
    """The terminal; a reader who closes the pipe early is no failure."""

    def on_broken_pipe(self) -> None:
        _quiet()
        raise SystemExit(0)


OUT: Final = Out(highlight=False, soft_wrap=True)
ERR: Final = Console(stderr=True, highlight=False, soft_wrap=True)

NodeOption = Annotated[
    Path, typer.Option("--node", envvar="FAIRLEAD_NODE", help="The node's folder.", show_default="demo-node, or FAIRLEAD_NODE")
]
AsOption = Annotated[str, typer.Option("--as", help="The person who asks; selects their key in the node's homes.")]
UnitOption = Annotated[str, typer.Option("--unit", help="The unit they act for; by default their first.")]
PurposeOption = Annotated[str, typer.Option("--purpose", help="The one purpose of the use, a leaf of the code-book.")]
OperationOption = Annotated[str, typer.Option("--operation", help="The one operation it is used in; by default the unit's first.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the answer's own bytes.")]

DEFAULT_NODE: Final = Path("demo-node")


@contextmanager
def opened(root: Path) -> Iterator[Node]:
    """The node, with whatever a crash left unpublished published and said. Raises NotANode."""
    node = Node(root)
    try:
        published = node.recover()
        check_place(node)
        if published and not _served(root):  # a server that lives was about to publish them itself
            ERR.print(f"recovered: {published} entries were committed and not yet published; they are now", style="yellow")
        yield node
    finally:
        node.close()


def _served(root: Path) -> bool:
    with held_now(root / SERVING) as free:
        return not free


def asker(node: Node, person: str, unit: str, purpose: str = "", operation: str = "") -> Asker:
    """Who asks. An unknown person is left to the gate; defaults come from the coalition."""
    known = node.coalition.people.get(person)
    acting = unit or (known.units[0] if known and known.units else "")
    inside = operation or next((code for code, one in sorted(node.coalition.book.operations.items()) if acting in one.units), "")
    return Asker(person=person, unit=acting, purpose=purpose, operation=inside)


def show(outcome: Outcome, *, as_json: bool, human: Callable[[dict[str, Any]], None]) -> None:
    """Print an answer, or a refusal and end with exit code 1."""
    if as_json:
        sys.stdout.write(outcome.body.decode("utf-8") + "\n")
    value = decode(outcome.body)
    assert isinstance(value, dict)  # every body a desk verb makes is an object
    if isinstance(outcome, Answer):
        if not as_json:
            human(value)
        return
    if not as_json:
        for reason in value["reasons"]:
            ERR.print(f"refused: {reason}", style="bold red")
        if value.get("lawful_next"):
            ERR.print("lawful next: " + ", ".join(value["lawful_next"]))
    raise typer.Exit(REFUSED)


def dump(value: JsonValue) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def utc(ms: int) -> str:
    """`2020-06-30 02:12:00Z`."""
    import datetime

    return datetime.datetime.fromtimestamp(ms / 1000, tz=datetime.UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def instant(text: str) -> int | None:
    """Unix milliseconds of an ISO 8601 instant in UTC; nothing for an empty text. Raises BadInput."""
    import datetime

    from fairlead.door.forms import within_reach

    if not text:
        return None
    try:
        when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        at_ms = int((when if when.tzinfo else when.replace(tzinfo=datetime.UTC)).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise BadInput("this is not an instant", where=text[:80], do="write it like 2020-06-30T02:10:00Z") from error
    return within_reach(at_ms, text)


def guarded(run: Callable[[], object]) -> int:
    """Run the command line; every error of the one page becomes its message and its exit code."""
    try:
        code = _ended(run)
        sys.stdout.flush()
    except FairleadError as error:
        ERR.print(f"fairlead: {error}", style="bold red", markup=False)
        return error.exit_code
    except BrokenPipeError:
        _quiet()
        return 0
    except OSError as error:  # what no room gave a name to: a folder that is none, an output that takes nothing
        _quiet()
        where = f"{error.filename}: " if error.filename else ""
        told = f"fairlead: {where}the machine refused: {error.strerror or error}; mend that, then run the command again"
        ERR.print(told, style="bold red", markup=False)
        return NodeError.exit_code
    except RecursionError:
        ERR.print("fairlead: what was given is nested too deeply to read; flatten it", style="bold red", markup=False)
        return BadInput.exit_code
    except Exception as error:  # a fault of ours: it is said where it happened, and never looks like a refusal
        ERR.print(f"fairlead: {_unforeseen(error)}", style="bold red", markup=False)
        return Unforeseen.exit_code
    return code


def _unforeseen(error: Exception) -> Unforeseen:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"{os.sep}fairlead{os.sep}" in frame.filename] or frames
    place = "/".join(Path(own[-1].filename).parts[-2:]) + f":{own[-1].lineno}" if own else ""
    return Unforeseen(
        "something failed that nobody foresaw",
        where=place,
        why=f"{type(error).__name__}: {error}",
        do="run the command again; if it stays, report this line",
    )


def _ended(run: Callable[[], object]) -> int:
    """How the command library ended: 0, 2 for usage, or what a command said."""
    try:
        run()
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0 if done.code is None else USAGE
    return 0


def _quiet() -> None:
    """Whoever read our output has had enough: write the rest nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
