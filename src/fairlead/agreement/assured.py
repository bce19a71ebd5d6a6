"""What becomes of an assurance: a table of steps, and whether one that a grant asks for is given at this instant.

1. The recipient offers, accepts, withdraws; the originator doubts, finds breached, restores. Nobody takes the other's steps, so a
   recipient cannot clear a breach by accepting again.
2. A doubt or a breach is one originator's word: it falls on what was assured to that originator, also when it was assured to all.
3. Given is: accepted, or accepted and doubted since, in date, and not breached towards this originator. Doubt proposes an order,
   breach shuts by itself.
4. `expired` is computed from the date; no event says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.agreement.events import Assurance, AssuranceStatus
from fairlead.errors import BadInput

State: TypeAlias = Literal["none", "offered", "accepted", "doubted", "breached", "withdrawn", "expired"]

ORIGINATOR_SAYS: Final[frozenset[AssuranceStatus]] = frozenset({"doubted", "breached", "restored"})

# (what it is, what is signed) -> what it is then. What has no row is refused.
STEPS: Final[Mapping[tuple[State, AssuranceStatus], State]] = {
    ("none", "offered"): "offered",
    ("none", "accepted"): "accepted",
    ("offered", "offered"): "offered",
    ("offered", "accepted"): "accepted",
    ("offered", "withdrawn"): "withdrawn",
    ("accepted", "accepted"): "accepted",
    ("accepted", "withdrawn"): "withdrawn",
    ("accepted", "doubted"): "doubted",
    ("accepted", "breached"): "breached",
    ("doubted", "withdrawn"): "withdrawn",
    ("doubted", "breached"): "breached",
    ("doubted", "restored"): "accepted",
    ("breached", "doubted"): "doubted",
    ("breached", "restored"): "accepted",
    ("withdrawn", "offered"): "offered",
    ("withdrawn", "accepted"): "accepted",
}

Key: TypeAlias = tuple[str, str, str]  # party, kind, originator (empty: to every one)


def key_of(event: Assurance) -> Key:
    return event.party, event.assurance, event.originator


def next_of(standing: Mapping[Key, Assurance], event: Assurance) -> Assurance:
    """The assurance as it stands after this event. Raises BadInput when the table has no such step, or it is older than what stands."""
    where = f"{event.assurance} of {event.party}"
    if event.status in ORIGINATOR_SAYS and not event.originator:
        raise BadInput("a doubt or a breach is some originator's", where=where, do="name the originator")
    own = standing.get(key_of(event))
    # 2. What was assured to all was assured to this originator too.
    old = own or (standing.get((event.party, event.assurance, "")) if event.status in ORIGINATOR_SAYS else None)
    was: State = old.status if old and old.status != "restored" else "none"
    to = STEPS.get((was, event.status))
    if to is None:
        why = f"it is {was}" if old else "none stands"
        raise BadInput(f"an assurance cannot be {event.status} now", where=where, why=why, do="list the assurances")
    if old is not None and event.at_ms < old.at_ms:
        raise BadInput("it is dated before what it follows", where=where)
    if to in ("none", "expired"):
        raise BadInput("no event makes it so", where=where)
    return msgspec.structs.replace(event, status=to)


def state_of(one: Assurance, at_ms: int) -> State:
    """What it is at this instant."""
    if one.status in ("offered", "accepted", "doubted") and at_ms >= one.expires_ms:
        return "expired"
    return "accepted" if one.status == "restored" else one.status


def given(assurances: Iterable[Assurance], *, party: str, kind: str, originator: str, at_ms: int) -> bool:
    """Whether the party gives this assurance to this originator at this instant."""
    found = False
    for one in assurances:
        if one.party == party and one.assurance == kind and one.originator in ("", originator):
            if one.status == "breached":
                return False
            found = found or state_of(one, at_ms) in ("accepted", "doubted")
    return found
