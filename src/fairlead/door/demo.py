"""The demo: one night told step by step on a fresh node; each step does the thing, checks it, and says yes or no.

1. Nothing is staged: steps call the desk verbs with people's keys, on a database and logs on the disk, over real traffic with a
   synthetic smuggling run on top (scenarios/TRAFFIC.md, intake/synthetic.py).
2. A step is `ok` only when what it tells was seen; what was seen is kept under `story/`, so that somebody else can check the answer
   bytes against the receipts. `summary.json` has one object a step: name, ok, what, seconds.
3. The halt is held against a second node whose coalition never declared the radar, made in another process, other ingest order.
"""

from __future__ import annotations

import json
import shutil
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from fairlead.desk.answer import Answer, Outcome, Refused
from fairlead.desk.ask import Asker
from fairlead.desk.clock import StoryClock
from fairlead.desk.found import found
from fairlead.desk.node import Node
from fairlead.door.shell import OUT
from fairlead.envelope import JsonValue, decode
from fairlead.errors import NodeError, NotAsTold
from fairlead.intake.scenario import load_scenario
from fairlead.store.files import write_durably

MIDNIGHT_MS = 1_593_475_200_000  # 2020-06-30T00:00:00Z
LINE = 54
NOT_CLAIMED = "Not claimed: what the support unit remembers from 02:13; it is on the exposure list"
WITHOUT = "isla-radar"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One step as it went."""

    name: str
    ok: bool
    what: str
    seconds: float


def at(clock: str) -> int:
    """Unix milliseconds of `HH:MM` in the story's night."""
    hours, minutes = clock.split(":")
    return MIDNIGHT_MS + (int(hours) * 60 + int(minutes)) * 60_000


class Story:
    """The node, the people, and what has been told so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.node = Node(root)
        self.steps: list[Told] = []
        self.lead_id = ""
        self.card_id = ""
        self.case_id = ""
        self.order_ids: list[str] = []

    def who(self, person: str, purpose: str = "", operation: str = "fairwind") -> Asker:
        return Asker(person=person, unit=self.node.coalition.people[person].units[0], purpose=purpose, operation=operation)

    def set_time(self, clock: str) -> None:
        assert isinstance(self.node.clock, StoryClock)
        self.node.clock.set(at(clock))

    def step(self, clock: str, what: str, verdict: str, do: Callable[[], str]) -> None:
        """Do one step at its time, check it, print it; a step that fails is told as it went and the story goes on."""
        self.set_time(clock)
        started = time.monotonic()
        try:
            remark, ok = do(), True
        except Exception as error:  # whatever went wrong, the story says so and ends with a failure
            remark, ok = f"{type(error).__name__}: {error}", False
        seconds = round(time.monotonic() - started, 3)
        self.steps.append(Told(name=f"{clock} {what}", ok=ok, what=f"{verdict} {remark}".strip() if ok else remark, seconds=seconds))
        self._say(clock, what, f"{verdict:<3} {remark}".strip() if ok else f"NOT AS TOLD: {remark}", None if ok else "bold red")

    @staticmethod
    def _say(clock: str, what: str, came: str, style: str | None) -> None:
        """One line a step; a long one is told on one line and what came of it stands below."""
        if len(what) <= LINE:
            OUT.print(f"{clock} {what} {'.' * (LINE + 2 - len(what))} {came}", style=style, markup=False)
        else:
            OUT.print(f"{clock} {what}", style=style, markup=False)
            OUT.print(f"      {came}", style=style, markup=False)

    def keep(self, name: str, outcome: Outcome) -> None:
        """Keep the bytes of an answer, so that they can be held against the receipt's digest."""
        write_durably(self.root / "story" / name, outcome.body)

    def finish(self) -> bool:
        write_durably(self.root / "summary.json", json.dumps([msgspec.to_builtins(one) for one in self.steps], indent=1).encode())
        self.node.close()
        return all(one.ok for one in self.steps)


def need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotAsTold(otherwise)


def given(outcome: Outcome) -> Mapping[str, JsonValue]:
    """The answer's value. Raises NotAsTold when it was refused."""
    if not isinstance(outcome, Answer):
        raise NotAsTold("refused: " + outcome.body.decode("utf-8"))
    value = decode(outcome.body)
    assert isinstance(value, dict)
    return value


def no(outcome: Outcome) -> Mapping[str, JsonValue]:
    """The refusal's value. Raises NotAsTold when it was an answer."""
    if not isinstance(outcome, Refused):
        raise NotAsTold("it was given")
    value = decode(outcome.body)
    assert isinstance(value, dict)
    return value


def fresh(root: Path) -> None:
    """Make room for a demo node: an older demo node is removed, anything else is left alone. Raises NodeError."""
    if not root.exists():
        return
    try:
        demo = bool(tomllib.loads((root / "node.toml").read_text()).get("demo"))
    except (OSError, tomllib.TOMLDecodeError):
        demo = not any(root.iterdir()) if root.is_dir() else False
    if not demo:
        raise NodeError("the folder is not a demo node, so it is left alone", where=str(root), do="name another folder with --node")
    shutil.rmtree(root)


def tell(root: Path, *, ais: Path | None = None, seed: int = 7) -> bool:
    """Tell the whole story on a new node in `root`; whether every step went as told."""
    from fairlead.door.demo_night import tell as night
    from fairlead.door.demo_sea import tell as sea

    fresh(root)
    found(root, load_scenario("caribbean"))
    story = Story(root)
    night(story, ais=ais, seed=seed)
    sea(story)
    OUT.print(NOT_CLAIMED)
    done = story.finish()
    OUT.print(f"{sum(one.ok for one in story.steps)} of {len(story.steps)} steps as told; {root}/summary.json")
    return done
