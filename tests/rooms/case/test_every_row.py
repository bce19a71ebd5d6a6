"""Every lawful row can really be taken: a path of accepted acts leads to it, and the act itself is accepted."""

from __future__ import annotations

import pytest

from fairlead.case import CASE, EXHIBIT, PERSON, Accepted
from fairlead.case.steps import PREVIOUS, START, Step, Table
from tests.rooms.case.story import Story, fit, until


def way_to(table: Table, goal: str, start: str = START) -> tuple[Step, ...] | None:
    """The shortest sequence of main rows from `start` to `goal`, or of any rows where only an exit leads there."""
    return _shortest(table, goal, start, ("main",)) or _shortest(table, goal, start, ("main", "exit"))


def _shortest(table: Table, goal: str, start: str, kinds: tuple[str, ...]) -> tuple[Step, ...] | None:
    ways: dict[str, tuple[Step, ...]] = {start: ()}
    waiting = [start]
    while waiting:
        state = waiting.pop(0)
        for step in table.leaving(state):
            if step.kind in kinds and step.to_state not in ways and step.to_state != PREVIOUS:
                ways[step.to_state] = (*ways[state], step)
                waiting.append(step.to_state)
    return ways.get(goal)


def take(story: Story, step: Step, table: Table, code: str) -> bool:
    if "grounds_stand" in step.needs and story.state.withdrawn and not story.state.sightings:
        story.ok("sight", "boarder")
    tag, by, also, fields = fit(story, step, table, code)
    return isinstance(story.do(tag, by, also, **fields), Accepted)


def detour(story: Story) -> None:
    """A rescue during which the grounds are withdrawn, and back: the way to a withdrawal that leaves the state as it was."""
    if story.state.state in ("became_rescue", "under_legal_review"):
        story.ok("grounds_withdrawn", "node")
        return
    story.ok("became_rescue", "boarder").ok("grounds_withdrawn", "node").ok("end_rescue", "watch").ok("sight", "boarder")
    story.ok("legal_review", "lawyer", sightings=[one.digest for one in story.state.sightings])


def case_ways(step: Step) -> list[tuple[Step, ...]]:
    """The direct way to the row's state, and the one that passes a signed basis."""
    signed_first, onward = way_to(CASE, "authorised"), way_to(CASE, step.from_state, "authorised")
    direct = way_to(CASE, step.from_state)
    assert direct is not None
    assert signed_first is not None
    return [direct] if onward is None else [direct, signed_first + onward]


@pytest.mark.parametrize("step", CASE.steps, ids=lambda step: f"{step.from_state}-{step.act}")
def test_every_row_of_the_case_table_can_be_taken(step: Step) -> None:
    for way in case_ways(step):
        story = Story()
        if not all(take(story, one, CASE, "E1") for one in way):
            continue
        assert story.state.state == step.from_state
        if step.act == "grounds_restored" and step.from_state != "grounds_withdrawn":
            detour(story)
        if step.act == "close" and "E1" in story.state.exhibits:
            story.ok("leave_in_place", "boarder", exhibit="E1")
        if take(story, step, CASE, f"E{len(story.state.exhibits) + 1}"):
            assert story.state.state == (step.to_state if step.to_state != PREVIOUS else story.state.previous)
            return
    pytest.fail(f"{step} cannot be taken")


@pytest.mark.parametrize("step", PERSON.steps, ids=lambda step: f"{step.from_state}-{step.act}")
def test_every_row_of_the_person_table_can_be_taken(step: Step) -> None:
    story = until("boarded")
    for one in (*(way_to(PERSON, step.from_state) or ()), step):
        assert take(story, one, PERSON, "P1"), one
    assert story.state.people["P1"].state == step.to_state


@pytest.mark.parametrize("step", EXHIBIT.steps, ids=lambda step: f"{step.from_state}-{step.act}")
def test_every_row_of_the_exhibit_table_can_be_taken(step: Step) -> None:
    story = until("searched")
    for one in (*(way_to(EXHIBIT, step.from_state) or ()), step):
        assert take(story, one, EXHIBIT, "E1"), one
    assert story.state.exhibits["E1"].state == step.to_state
