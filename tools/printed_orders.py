"""The page of orders: axes, reach, carve-outs and the tables of states, printed from the code that judges by them."""

from __future__ import annotations

from typing import Final

from fairlead.agreement import order_states as states
from fairlead.agreement.order import CARVE_OUTS, REACHES

HEAD: Final = """# Orders

An order is an originator's signed suspension. It only takes away. `fairlead suspend --preview` says in one sentence what would be
signed; a test reads that sentence back into the order, so the two cannot drift apart.

## Axes

Axes narrow each other; of the values of one axis any will do; an axis left out means every one.

| axis | option of `fairlead suspend` | judged |
|---|---|---|
| partner | `--for-partner` | at each request, by the reader's unit |
| unit | `--for-unit` | at each request. Units say more than their party, so name one or the other |
| purpose | `--for-purpose` | at each request |
| operation | `--in-operation` | at each request |
| category | `--category` | by the label of the record |
| feed, sensor | `--feed`, `--sensor` | by the source. A feed's sensor is what the scenario declares, or its own name |
| channel | `--channel` | by the source: the way it came |
| asset or facility | `--asset` | by the source: the station, aircraft or vessel it sat on |
| region | `--region` | by the source: a record that overlaps the box falls under it whole, and so does one that names no place |
| set of objects | `--object` | by the source: a vessel number that occurs in it, or the record's own digest; whole |
| time window | `--window-from`, `--window-to` | by the source: what was observed in it, whole |

An order over the first five alone closes pairs of originator and category: one event, no record touched. Any other order is a
*hold*: its rule selects sources, and everything that came or will come from them is held with them. A segment of a feed is held
whole, on the safe side.

"""
REACH_HEAD: Final = """## Reach

Left out, an order reaches everything. Otherwise any of these parts:

| reach | of what the order names, it reaches |
|---|---|
"""
CARVED_HEAD: Final = """## Carve-outs

What an order leaves open. `safety_of_life` is on every order that does not say why not (`--no-rescue-because`).

| carve-out | meaning |
|---|---|
"""
RESCUE: Final = """
A rescue centre reads the minimum with `fairlead read ID --form distress` and finds it with `fairlead leads --form distress`:
position, time, nature of distress, people on board if stated, and only of records that state distress. Its unit is of the regime
`rescue`, its purpose is `search_and_rescue`, and the label and agreements of the record give it that; orders do not count. Each
such read is in the originator's log as form `distress` and in its inbox, to be reviewed.

"""
STATES_HEAD: Final = """## States of an order

In the states marked closed the order keeps shut what it names. Nothing stores a state: it follows from signed events and from dates, so
`fairlead orders --at TIME` asks what it was at any instant.

| state | closed | meaning |
|---|---|---|
"""
STEPS_HEAD: Final = """
| from | by | to |
|---|---|---|
"""
RECALL: Final = """
## Recalls

Who had used what an order closes is asked to give it back, unless the order is confidential or says `--no-recall`: three days, or
until `--answer-by`. An emergency freeze recalls nothing before its second officer confirms it. Each party answers for itself,
with the signature of its own releasing officer; what it could not give back it says. A date that passes is shown as overdue.
Nothing here claims that a copy is gone.

| from | by | to |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    text = HEAD + REACH_HEAD + "".join(f"| `{code}` | {words} |\n" for code, words in REACHES.items()) + "\n"
    text += CARVED_HEAD + "".join(f"| `{code}` | {words} |\n" for code, words in sorted(CARVE_OUTS.items())) + RESCUE
    text += STATES_HEAD
    for state, words in states.MEANING.items():
        text += f"| `{state}` | {'yes' if state in states.CLOSED else 'no'} | {words} |\n"
    text += STEPS_HEAD + "".join(f"| `{step.from_state}` | {step.happening} | `{step.to_state}` |\n" for step in states.STEPS)
    text += "\n```mermaid\n" + states.diagram() + "```\n"
    text += RECALL + "".join(f"| `{before}` | {said} | `{after}` |\n" for (before, said), after in states.ANSWERS.items())
    return text
