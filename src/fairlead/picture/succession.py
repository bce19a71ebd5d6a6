"""What became of cards when more was known: opened, superseded, retracted; two lists in, the chain out.

1. Both lists are of one window and of the same permitted feeds; the earlier one knows only what had come by some instant. So a card
   that is gone was refuted by late data: what a suspension takes is in neither list, and nothing here tells of it (P5, P7).
2. Cards are of one event when the rule is the same and they share a source; where sources were thinned, when they overlap in time
   within NEAR_M and speak of as many contacts. Each is paired once, the best shared first.
3. A card that says the same, word for word, is no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.picture.ground import apart_one_m
from fairlead.picture.shapes import Card

NEAR_M: Final = 10_000
Became: TypeAlias = Literal["opened", "superseded", "retracted", "closed"]


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of the chain: `was` is the earlier card's id, `card` the later one's; `why` names the fields that differ."""

    became: Became
    rule: str
    from_ms: int
    to_ms: int
    why: str
    was: str = ""
    card: str = ""


def succession(earlier: Sequence[Card], later: Sequence[Card]) -> tuple[Change, ...]:
    """The changes from one list to the other, by time, rule and id."""
    paired = _paired(earlier, later)
    found = [_changed(was, now) for was, now in paired if _differs(was, now)]
    first, second = {was.id for was, _ in paired}, {now.id for _, now in paired}
    found += [
        Change(
            became="retracted",
            rule=was.rule,
            from_ms=was.from_ms,
            to_ms=was.to_ms,
            why="late data: the rule no longer holds",
            was=was.id,
        )
        for was in earlier
        if was.id not in first
    ]
    found += [
        Change(became="opened", rule=now.rule, from_ms=now.from_ms, to_ms=now.to_ms, why="late data: the rule holds now", card=now.id)
        for now in later
        if now.id not in second
    ]
    return tuple(sorted(found, key=lambda one: (one.from_ms, one.rule, one.was, one.card)))


def closed(changes: Sequence[Change], from_ms: int) -> tuple[Change, ...]:
    """The same changes for a window that moves on: what is gone and began before `from_ms` was not refuted, it has left the window."""
    left = "its beginning is older than what is held"
    return tuple(
        msgspec.structs.replace(one, became="closed", why=left) if one.became == "retracted" and one.from_ms < from_ms else one
        for one in changes
    )


def _paired(earlier: Sequence[Card], later: Sequence[Card]) -> list[tuple[Card, Card]]:
    wanted: list[tuple[int, int, int]] = []
    for number, was in enumerate(earlier):
        sources = set(was.sources)
        for place, now in enumerate(later):
            if was.rule == now.rule and len(was.tracks) == len(now.tracks):
                shared = len(sources.intersection(now.sources))
                if shared or _overlap(was, now):
                    wanted.append((-shared, number, place))
    paired: list[tuple[Card, Card]] = []
    taken_first, taken_second = set[int](), set[int]()
    for _, number, place in sorted(wanted):
        if number not in taken_first and place not in taken_second:
            taken_first.add(number)
            taken_second.add(place)
            paired.append((earlier[number], later[place]))
    return paired


def _overlap(was: Card, now: Card) -> bool:
    apart = apart_one_m(was.lat_e7, was.lon_e7, now.lat_e7, now.lon_e7)
    return was.from_ms <= now.to_ms and now.from_ms <= was.to_ms and apart <= NEAR_M


def _differs(was: Card, now: Card) -> bool:
    return bool(_fields(was, now)) or was.id != now.id


def _fields(was: Card, now: Card) -> list[str]:
    return [
        name
        for name in ("sentence", "status", "from_ms", "to_ms", "criteria", "explanations")
        if getattr(was, name) != getattr(now, name)
    ]


def _changed(was: Card, now: Card) -> Change:
    words = {"from_ms": "its begin", "to_ms": "its end", "sentence": "what was seen", "criteria": "its criteria"}
    words |= {"status": f"now {now.status}", "explanations": "its explanations"}
    fields = [words[name] for name in _fields(was, now)] or ["the contact is known from earlier on"]
    why = f"late data: {', '.join(fields)}"
    return Change(became="superseded", rule=now.rule, from_ms=now.from_ms, to_ms=now.to_ms, why=why, was=was.id, card=now.id)
