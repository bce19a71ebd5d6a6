"""What a table of lawful steps is, how it is judged well formed, and how its diagram is printed.

1. A step is one row: from a state, by a verb, to a state, if its needs hold and somebody in one of its roles signed.
2. A (state, verb) pair stands at most once: what a verb does never depends on the order of rows.
3. Every state is reachable from START, and leads somewhere unless it is declared terminal.
4. A terminal state has only rows that append words to it (kind `append`); nothing leaves it.
5. `PREVIOUS` as a to-state means the state the case was in before a review or rescue interrupted it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

import msgspec

START: Final = "unrecorded"
PREVIOUS: Final = "as_before"

StepKind: TypeAlias = Literal["main", "care", "exit", "append"]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `needs` are keys of `needs.STATE_NEEDS` or `needs.ACT_NEEDS`; one of `roles` must have signed as author."""

    from_state: str
    act: str
    to_state: str
    needs: tuple[str, ...] = ()
    roles: tuple[str, ...]
    kind: StepKind = "main"


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """All lawful steps of one kind of thing: the case itself, a person, or an exhibit."""

    name: str
    steps: tuple[Step, ...]
    terminal: frozenset[str]

    @property
    def states(self) -> frozenset[str]:
        """Every state named by a row, `PREVIOUS` excepted."""
        return frozenset(state for step in self.steps for state in (step.from_state, step.to_state)) - {PREVIOUS}

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset(step.act for step in self.steps)

    def find(self, from_state: str, act: str) -> Step | None:
        """The row for this verb in this state, if there is one."""
        return next((step for step in self.steps if step.from_state == from_state and step.act == act), None)

    def leaving(self, from_state: str) -> tuple[Step, ...]:
        """The rows of a state: main steps first, then care, exits and what only appends."""
        order = ("main", "care", "exit", "append")
        rows = [step for step in self.steps if step.from_state == from_state]
        return tuple(sorted(rows, key=lambda step: order.index(step.kind)))


def rows(
    froms: Iterable[str] | str,
    act: str,
    to_state: str = "",
    *,
    roles: tuple[str, ...],
    needs: tuple[str, ...] = (),
    kind: StepKind = "main",
) -> tuple[Step, ...]:
    """The same verb from several states; without a to-state each stays where it is."""
    states = (froms,) if isinstance(froms, str) else tuple(froms)
    return tuple(Step(from_state=state, act=act, to_state=to_state or state, needs=needs, roles=roles, kind=kind) for state in states)


def faults(table: Table, known_needs: frozenset[str], known_roles: frozenset[str]) -> tuple[str, ...]:
    """Everything that is wrong with a table, in words; empty when it is well formed."""
    found = []
    # 1. Unique keys.
    keys = [(step.from_state, step.act) for step in table.steps]
    found += [f"{state} has two rows for {act}" for state, act in sorted(set(keys)) if keys.count((state, act)) > 1]
    # 2. Every state is reachable.
    found += [f"{state} cannot be reached" for state in sorted(table.states - reachable(table))]
    # 3. Terminal states are declared, and nothing leaves them.
    for state in sorted(table.states):
        out = {step.to_state for step in table.steps if step.from_state == state} - {state}
        if not out and state not in table.terminal:
            found.append(f"{state} leads nowhere and is not declared terminal")
        if state in table.terminal and (out or any(step.kind != "append" for step in table.steps if step.from_state == state)):
            found.append(f"{state} is declared terminal and has steps")
    found += [f"terminal state {state} is in no row" for state in sorted(table.terminal - table.states)]
    # 4. Needs and roles are known, and somebody can take each step.
    for step in table.steps:
        found += [f"{step.from_state} {step.act}: no such need: {need}" for need in step.needs if need not in known_needs]
        found += [f"{step.from_state} {step.act}: no such role: {role}" for role in step.roles if role not in known_roles]
        if not step.roles:
            found.append(f"{step.from_state} {step.act}: nobody may take it")
    return tuple(found)


def reachable(table: Table) -> frozenset[str]:
    """Every state that some sequence of rows leads to. `PREVIOUS` leads only to states already reached."""
    seen, waiting = {START}, [START]
    while waiting:
        state = waiting.pop()
        fresh = {step.to_state for step in table.steps if step.from_state == state} - seen - {PREVIOUS}
        seen |= fresh
        waiting += fresh
    return frozenset(seen)


def diagram(table: Table) -> str:
    """The table as a Mermaid state diagram. Exits with one verb and one end are drawn once, from a box naming their states' number."""
    lines = ["stateDiagram-v2", f"    [*] --> {START}"]
    lines += [f"    {s.from_state} --> {s.to_state}: {s.act}" for s in table.steps if s.kind == "main"]
    grouped: dict[tuple[str, str], list[str]] = {}
    for step in table.steps:
        if step.kind == "exit" and step.from_state != step.to_state:
            grouped.setdefault((step.act, step.to_state), []).append(step.from_state)
    for (act, to_state), froms in grouped.items():
        if len(froms) <= 2:
            lines += [f"    {state} --> {to_state}: {act}" for state in froms]
        else:
            box = f"{act}_to_{to_state}"
            lines += [
                f'    state "any of {len(froms)} states: {froms[0]} ... {froms[-1]}" as {box}',
                f"    {box} --> {to_state}: {act}",
            ]
    staying = sorted({step.act for step in table.steps if step.kind in ("care", "append")})
    lines += [f"    %% moves nothing, wherever a row allows it: {', '.join(staying)}"] if staying else []
    lines += [f"    {state} --> [*]" for state in sorted(table.terminal)]
    return "\n".join(lines) + "\n"
