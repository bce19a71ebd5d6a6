"""A counterexample path in words: which agreement, whose, lets which unit hold what, for what, from which instant.

1. A step is told in full to those whose word it rests on, and to oversight. To anybody else it is one and the same redacted step:
   no id, no unit, no date of another party's terms (P7). Neighbouring redacted steps are told as one.
2. The words say what the codes say and nothing else; the codes stand beside them for drawing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.agreement.gate import below_ceiling
from fairlead.agreement.proof.graph import RELEASE, SOURCE, World
from fairlead.agreement.proof.search import Hop
from fairlead.agreement.proof.verdict import Broken, only_in_distress
from fairlead.label import Purpose, end_served

Kind: TypeAlias = Literal["grant", "override", "release", "redacted"]
REDACTED: Final = "a step that rests on the word of others; oversight can see it"


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step as somebody may see it."""

    kind: Kind
    words: str
    at_ms: int = 0
    agreements: tuple[str, ...] = ()
    word_of: tuple[str, ...] = ()  # the parties it rests on
    carrier: str = ""
    unit: str = ""
    purpose: str = ""
    operation: str = ""


def steps(world: World, broken: Broken) -> tuple[Step, ...]:
    """The whole path, as oversight sees it."""
    return tuple(_step(world, broken, hop) for hop in broken.path)


def steps_for(path: Iterable[Step], party: str) -> tuple[Step, ...]:
    """The path as one party may see it: its own steps in full, the rest as redacted ones (P7)."""
    seen: list[Step] = []
    for step in path:
        if party in step.word_of and (step.kind in ("release", "override") or step.word_of == (party,)):
            seen.append(step)
        elif not seen or seen[-1].kind != "redacted":
            seen.append(Step(kind="redacted", words=REDACTED))
    return tuple(seen)


def why_broken(broken: Broken) -> str:
    """What is wrong, without saying by whose word."""
    if broken.unknown:
        return f"it names what the code-book no longer has: {', '.join(broken.unknown)}; it guards nothing as it stands"
    if broken.needs:
        return f"a path leads there as soon as it is accepted that {', '.join(broken.needs)}"
    return "a path leads there"


def _step(world: World, broken: Broken, hop: Hop) -> Step:
    if hop.kind == "made":
        return _release(world, hop)
    terms = {grant.id: grant.originator for grant in world.standing.grants}
    signers = {one.id: one.originators for one in world.standing.overrides}
    override = any(id in signers for id in hop.agreements)
    word_of = {terms[id] for id in hop.agreements if id in terms}.union(*(signers.get(id, ()) for id in hop.agreements))
    return Step(
        kind="override" if override else "grant",
        words=_held(world, broken, hop, "override" if override else "agreement"),
        at_ms=hop.at_ms,
        agreements=hop.agreements,
        word_of=tuple(sorted(word_of)),
        carrier=hop.carrier,
        unit=hop.unit,
        purpose=hop.purpose,
        operation=hop.operation,
    )


def _held(world: World, broken: Broken, hop: Hop, kind: str) -> str:
    book, unit = world.book, world.book.units[hop.unit]
    text = (
        f"from {utc(hop.at_ms)} {kind} {' and '.join(hop.agreements)} lets {unit.name} ({book.parties[unit.party].name}) "
        f"hold {carried(hop.carrier)} for {hop.purpose} in {hop.operation}"
    )
    if below_ceiling(book, hop.unit):
        text += ", in the coarse form"
    if only_in_distress(world, {}, hop):
        text += ", the few fields of what states distress"
    served = end_served(Purpose(hop.purpose)).intersection(broken.invariant.never_purposes) - {hop.purpose}
    if served and hop is broken.path[-1]:
        text += f"; what it makes of it serves {' and '.join(sorted(served))}"
    return text


def _release(world: World, hop: Hop) -> Step:
    """A sanitised release rests on those it was made from and on those under whose word it stands."""
    release = next(one for one in world.releases if RELEASE + one.id == hop.carrier)
    owners = sorted({party for party, _ in release.label.originators})
    names = " and ".join(world.book.parties[party].name if party in world.book.parties else party for party in owners)
    made = f"{world.book.units[hop.unit].name} may make" if hop.unit else "there is"
    return Step(
        kind="release",
        words=f"from {utc(hop.at_ms)} {made} {carried(hop.carrier)} of {carried(hop.made_of)}, which stands under the word of {names}",
        at_ms=hop.at_ms,
        agreements=hop.agreements,
        word_of=tuple(sorted({party for party, _ in release.sources}.union(owners))),
        carrier=hop.carrier,
        unit=hop.unit,
    )


def carried(carrier: str) -> str:
    """A carrier in words."""
    if carrier.startswith(SOURCE):
        party, _, category = carrier.removeprefix(SOURCE).partition("/")
        return f"{category} of {party}"
    return f"the sanitised release {carrier.removeprefix(RELEASE)}"


def utc(ms: int) -> str:
    """`2026-03-01T06:00:00Z`; an instant beyond the calendar in milliseconds."""
    try:
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    except OverflowError:
        return f"{ms} ms after 1970"
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
