"""What an originator should look at in its own verified log: uses that rest on nothing, refusals, excluded uses, odd clocks.

1. Everything rests on receipts that `audit` accepted and on the terms the originator signed and keeps; nothing is asked of the node.
2. A use is held against the terms that stood at its place in the log: signed before it, not amended away or ended, for its purpose,
   its operation, its unit, and its instant. One that names no agreement of this originator rests on nothing.
3. Instants are the node's own. They should not go back along the log, nor lie ahead of the reader or of a witness that had seen it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from fairlead.agreement.terms import Grant
from fairlead.receipt.receipt import RefusalReceipt, UseReceipt
from fairlead.receipt.watch import READS

ALARMS_MAX: Final = 1000
BACK_MS: Final = 5 * 60_000  # how far a clock may be set back without being noticed
AHEAD_MS: Final = 5 * 60_000

Kind = Literal["no_grant", "outside_grant", "excluded_use", "refused", "clock", "override"]
RANK: Final[Mapping[str, int]] = {"no_grant": 0, "outside_grant": 1, "excluded_use": 2, "clock": 3, "override": 4, "refused": 5}


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to look at: what kind, at which entry, and in words."""

    kind: Kind
    entry: int
    what: str
    unit: str = ""
    purpose: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an agreement, with the entries between which it stood and the instant it ends at the latest."""

    grant: Grant
    from_entry: int
    to_entry: int = 2**62
    ends_ms: int = 2**62


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So many uses of this unit for this purpose, in so many records; first and last instant."""

    unit: str
    purpose: str
    operation: str
    uses: int
    holdings: int
    first_ms: int
    last_ms: int


def alarms(
    uses: Sequence[UseReceipt],
    refusals: Sequence[RefusalReceipt],
    *,
    terms: Iterable[Terms],
    overrides: Mapping[str, int],
    now_ms: int,
    seen: tuple[int, int] | None = None,
) -> tuple[Alarm, ...]:
    """Everything to look at, worst first. `overrides`: entry of each, by id. `now_ms`: the reader's instant, 0 when its clock and the
    node's are not of one time. `seen`: entries and instant (ms) of the newest head a witness cosigned."""
    by_id: dict[str, list[Terms]] = {}
    for one in terms:
        by_id.setdefault(one.grant.id, []).append(one)
    found: list[Alarm] = []
    for use in uses:
        if use.act in READS and use.holdings and use.form != "distress":  # rescue rests on no grant; its originator reviews it
            found += _rests_on(use, by_id, overrides)
    for refusal in refusals:
        who = f"{refusal.unit} was refused {refusal.act or 'something'}"
        if refusal.excluded:
            words = f"{refusal.unit} asked for an excluded use: {refusal.excluded}"
            found.append(Alarm(kind="excluded_use", entry=refusal.index, what=words, unit=refusal.unit, purpose=refusal.purpose))
        elif refusal.holdings or refusal.more_holdings:
            words = f"{who} for {refusal.purpose or 'no purpose'}: {'; '.join(refusal.reason)[:300]}"
            found.append(Alarm(kind="refused", entry=refusal.index, what=words, unit=refusal.unit, purpose=refusal.purpose))
    found += _clocks([*uses, *refusals], now_ms=now_ms, seen=seen)
    return tuple(sorted(found, key=lambda one: (RANK[one.kind], one.entry)))


def _rests_on(use: UseReceipt, by_id: Mapping[str, list[Terms]], overrides: Mapping[str, int]) -> Iterable[Alarm]:
    """Whether at least one agreement the use names covers it as it stood then; an override is told for itself."""
    why: list[str] = []
    for name in use.agreements:
        if name in overrides and overrides[name] < use.index:
            yield _about(use, "override", f"{use.unit} used this under the override {name}")
            return
        versions = [one for one in by_id.get(name, []) if one.from_entry < use.index < one.to_entry]
        if not versions:
            why.append(f"{name} did not stand then")
            continue
        short = _short_of(versions[-1], use)
        if not short:
            return
        why.append(f"{name}: {short}")
    if not use.agreements:
        yield _about(use, "no_grant", f"{use.unit} was given this for {use.purpose} and it rests on no agreement of yours")
    else:
        yield _about(use, "outside_grant", f"{use.unit} was given this for {use.purpose}, outside what you agreed: {'; '.join(why)}")


def _short_of(terms: Terms, use: UseReceipt) -> str:
    """What the terms lack for this use; empty when they cover it."""
    grant = terms.grant
    if use.unit not in grant.recipients:
        return f"it does not name {use.unit}"
    if use.purpose not in grant.purposes:
        return f"it does not give for {use.purpose}"
    if use.operation not in grant.operations:
        return f"it is not for {use.operation}"
    if not grant.not_before_ms <= use.at_ms < min(grant.expires_ms, terms.ends_ms):
        return "it did not hold at that instant"
    return ""


def _clocks(receipts: Sequence[UseReceipt | RefusalReceipt], *, now_ms: int, seen: tuple[int, int] | None) -> Iterable[Alarm]:
    """The latest instant so far may not be undercut by more than a clock is corrected by; nothing may lie ahead."""
    latest, place = 0, -1
    for one in sorted(receipts, key=lambda receipt: receipt.index):
        if one.at_ms < latest - BACK_MS:
            back = (latest - one.at_ms) / 60_000
            yield _about(one, "clock", f"its clock is {back:.0f} minutes behind that of entry {place}")
        elif one.at_ms > latest:
            latest, place = one.at_ms, one.index
        if now_ms and one.at_ms > now_ms + AHEAD_MS:
            yield _about(one, "clock", f"its clock is {(one.at_ms - now_ms) / 60_000:.0f} minutes ahead of yours")
        elif seen is not None and one.index < seen[0] and one.at_ms > seen[1] + AHEAD_MS:
            yield _about(one, "clock", f"its clock is {(one.at_ms - seen[1]) / 60_000:.0f} minutes ahead of the witness that saw it")


def _about(one: UseReceipt | RefusalReceipt, kind: Kind, what: str) -> Alarm:
    return Alarm(kind=kind, entry=one.index, what=what, unit=one.unit, purpose=one.purpose)


def lines(uses: Iterable[UseReceipt]) -> tuple[Line, ...]:
    """Uses by unit, purpose and operation, most first."""
    kept: dict[tuple[str, str, str], list[UseReceipt]] = {}
    for use in uses:
        if use.act in READS:
            kept.setdefault((use.unit, use.purpose, use.operation), []).append(use)
    found = [
        Line(
            unit=unit,
            purpose=purpose,
            operation=operation,
            uses=len(those),
            holdings=len({held.digest for use in those for held in use.holdings}),
            first_ms=min(use.at_ms for use in those),
            last_ms=max(use.at_ms for use in those),
        )
        for (unit, purpose, operation), those in kept.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.uses, one.unit, one.purpose, one.operation)))


def by_holding(uses: Iterable[UseReceipt], *, most: int) -> tuple[tuple[str, int], ...]:
    """Uses by record, most first: digest and how often."""
    counts = Counter(held.digest for use in uses if use.act in READS for held in use.holdings)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


def over_time(uses: Iterable[UseReceipt], *, step_ms: int) -> tuple[tuple[int, str, str, int], ...]:
    """Uses in steps of time: start of the step, unit, purpose, how many; only steps in which something was used."""
    counts = Counter((use.at_ms - use.at_ms % step_ms, use.unit, use.purpose) for use in uses if use.act in READS)
    return tuple((start, unit, purpose, count) for (start, unit, purpose), count in sorted(counts.items()))
