"""The NATO confidentiality metadata label, as XML.

Source: STANAG 4774 / ADatP-4774 Edition A Version 1, December 2017 (stanag_structure.py holds a text to its structure).

1. The label names its own governing scheme, `Fairlead`: its words mean what a Fairlead code-book says, and no other scheme is read.
2. Recipients, purposes and operations are PERMISSIVE categories (only those listed), originators and handling RESTRICTIVE ones.
3. An empty permissive list is written `NONE`: left out, it would read as no restriction at all.
4. Binding the label to bytes (STANAG 4778) is not done here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from fairlead.errors import BadInput, UnknownCode
from fairlead.label.label import LEASE_MIN_S, Label
from fairlead.label.level import Level
from fairlead.label.marking.given import Fates, Outgoing, instant_ms, instant_text, plain_codes
from fairlead.label.marking.stanag_structure import NAMESPACE, WHAT, Category, structure_of
from fairlead.label.purpose import Purpose

SCHEME: Final = "Fairlead"
LEVELS: Final = {"open": "UNCLASSIFIED", "restricted": "RESTRICTED", "confidential": "CONFIDENTIAL", "secret": "SECRET"}
TAGS: Final = {  # tag name -> its type, in the order they are written
    "Originator": "RESTRICTIVE",
    "Releasable To": "PERMISSIVE",
    "Purpose": "PERMISSIVE",
    "Operation": "PERMISSIVE",
    "Handling": "RESTRICTIVE",
}
NOBODY: Final = "NONE"
FATES: Final[Fates] = {
    "originators": ("words", "a guard compares categories with a clearance, and no clearance holds an originator's word of today"),
    "level": ("kept", ""),
    "recipients": ("kept", ""),
    "purposes": ("words", "a guard knows who asks, not what for"),
    "operations": ("words", "a guard knows who asks, not inside which operation"),
    "handling": ("words", "obligations are named, and nothing holds a reader to them"),
    "lease_s": ("lost", "such a label does not end"),
}


class Stanag(msgspec.Struct, frozen=True, kw_only=True):
    """What such a label carries: the terms of a label but for the lease, and when it was made."""

    level: Level
    originators: tuple[tuple[str, str], ...]
    recipients: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    operations: tuple[str, ...]
    handling: tuple[str, ...]
    created_ms: int

    def __post_init__(self) -> None:
        # The terms are those of a label, so a label's own rules hold them; the lease is not carried.
        plain_codes(
            Label(
                originators=self.originators,
                level=self.level,
                recipients=self.recipients,
                purposes=self.purposes,
                operations=self.operations,
                handling=self.handling,
                lease_s=LEASE_MIN_S,
            )
        )


def carried(out: Outgoing) -> Stanag:
    """What this carrier has a place for. Raises BadInput for a code it cannot hold."""
    label = out.label
    return Stanag(
        level=label.level,
        originators=label.originators,
        recipients=label.recipients,
        purposes=label.purposes,
        operations=label.operations,
        handling=label.handling,
        created_ms=out.at_ms,
    )


def write(one: Stanag) -> str:
    """The XML text."""
    values: Mapping[str, Sequence[str]] = {
        "Originator": [f"{party} {category}" for party, category in one.originators],
        "Releasable To": one.recipients or [NOBODY],
        "Purpose": one.purposes or [NOBODY],
        "Operation": one.operations or [NOBODY],
        "Handling": one.handling,
    }
    categories = "".join(_category(tag, values[tag]) for tag in TAGS if values[tag])
    return (
        f'<slab:originatorConfidentialityLabel xmlns:slab="{NAMESPACE}"><slab:ConfidentialityInformation>'
        f"<slab:PolicyIdentifier>{SCHEME}</slab:PolicyIdentifier>"
        f"<slab:Classification>{LEVELS[one.level]}</slab:Classification>{categories}"
        f"</slab:ConfidentialityInformation><slab:CreationDateTime>{instant_text(one.created_ms)}</slab:CreationDateTime>"
        "</slab:originatorConfidentialityLabel>"
    )


def _category(tag: str, listed: Sequence[str]) -> str:
    values = "".join(f"<slab:GenericValue>{value}</slab:GenericValue>" for value in listed)
    return f'<slab:Category Type="{TAGS[tag]}" TagName="{tag}">{values}</slab:Category>'


def parse(text: str) -> Stanag:
    """The terms a label of our scheme says. Raises BadInput, UnknownCode, LabelFault."""
    built = structure_of(text)
    if built.scheme != SCHEME:
        raise UnknownCode(f"{WHAT} is of another scheme", where=ascii(built.scheme[:80]), do=f"only {SCHEME} is read here")
    if built.privacy_mark or built.originator_id:
        raise BadInput(f"{WHAT} says more than ours do", why="a privacy mark or an originator id")
    levels = [name for name, word in LEVELS.items() if word == built.classification]
    if not levels:
        raise UnknownCode(f"{WHAT} has a level that is none of ours", where=ascii(built.classification[:80]))
    values = _by_tag(built.categories)
    return Stanag(
        level=Level(levels[0]),
        originators=tuple(_pair(value) for value in values.get("Originator", ())),
        recipients=_listed(values, "Releasable To"),
        purposes=tuple(Purpose(value) for value in _listed(values, "Purpose")),
        operations=_listed(values, "Operation"),
        handling=values.get("Handling", ()),
        created_ms=instant_ms(built.created, WHAT),
    )


def _by_tag(categories: Sequence[Category]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for category in categories:
        if TAGS.get(category.tag) != category.type or category.tag in found:
            raise UnknownCode(f"{WHAT} has a category that is none of ours, or twice", where=ascii(category.tag[:80]))
        found[category.tag] = category.values
    return found


def _listed(values: Mapping[str, tuple[str, ...]], tag: str) -> tuple[str, ...]:
    """A permissive list, which has to be there: left out, it would permit anything."""
    if tag not in values:
        raise BadInput(f"{WHAT} leaves out a list of what it permits", where=tag, do=f"write {NOBODY} for nothing")
    return () if values[tag] == (NOBODY,) else values[tag]


def _pair(value: str) -> tuple[str, str]:
    party, _, category = value.partition(" ")
    return party, category
