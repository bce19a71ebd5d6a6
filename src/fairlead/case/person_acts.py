"""Acts on a person met: every one gets a record, and what is done to them is in it.

1. Nobody is met as detained: a person becomes detained by a `detain` act that cites a basis covering persons, and by nothing else.
2. No transfer, landing or repatriation without the digest of a destination assurance check.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from fairlead.case.act import Code, Hex, Ms, Note, PersonAct, Words

Category: TypeAlias = Literal["crew", "detained", "rescued", "survivor", "witness", "minor", "deceased"]


class Encounter(PersonAct, frozen=True, kw_only=True):
    """A person is met. Identity is as claimed."""

    category: Category
    identity: Note = ""
    nationality: Note = ""
    language: Note = ""

    @property
    def verb(self) -> str:
        return f"{self.act}:deceased" if self.category == "deceased" else self.act


class Free(PersonAct, frozen=True, kw_only=True):
    """Crew that stays at liberty."""


class Rescue(PersonAct, frozen=True, kw_only=True):
    """Taken from danger; never a suspect by default."""


class Detain(PersonAct, frozen=True, kw_only=True):
    """Deprived of liberty since `deprived_of_liberty_ms`, on the basis cited, for the reason told."""

    basis: Hex
    deprived_of_liberty_ms: Ms
    reason: Words


class InformRights(PersonAct, frozen=True, kw_only=True):
    """Rights were read in a language the person understands, and the reason told."""

    language: Words
    rights: Words
    reason_told: Words


class Screen(PersonAct, frozen=True, kw_only=True):
    """Looked at for illness, age, need of protection, trafficking."""

    medical: Words
    protection: Words


class NotifyConsul(PersonAct, frozen=True, kw_only=True):
    """The consul was notified, or the person, told of the right, declined."""

    outcome: Literal["notified", "declined_by_person", "no_consul"]
    consul: Note = ""


class Hold(PersonAct, frozen=True, kw_only=True):
    """Held at a place, with the conditions of it."""

    place: Words
    conditions: Words


class WelfareCheck(PersonAct, frozen=True, kw_only=True):
    """Shelter, food, water, exercise, restraint, medical: as found."""

    found: Words


class TakeCustody(PersonAct, frozen=True, kw_only=True):
    """Another officer of the same unit takes over; both sign."""

    from_person: Code
    to_person: Code


class HandOverPerson(PersonAct, frozen=True, kw_only=True):
    """The person goes to another unit; both custodians sign, and the assurance was checked before."""

    from_person: Code
    to_person: Code
    to_unit: Code
    destination: Words
    assurance: Hex


class BringBeforeJudge(PersonAct, frozen=True, kw_only=True):
    """A judge has seen the person."""

    court: Words


class Repatriate(PersonAct, frozen=True, kw_only=True):
    """Sent home, the destination checked."""

    destination: Words
    assurance: Hex


class ReleasePerson(PersonAct, frozen=True, kw_only=True):
    """At liberty again."""

    place: Words


class Land(PersonAct, frozen=True, kw_only=True):
    """A rescued person reaches a place of safety, the destination checked."""

    place: Words
    assurance: Hex


class Ill(PersonAct, frozen=True, kw_only=True):
    """Illness or injury, and what was done; opens an incident by itself."""

    found: Words


class Complaint(PersonAct, frozen=True, kw_only=True):
    """What the person, or somebody for them, complains of; opens an incident by itself."""

    words: Words


class Died(PersonAct, frozen=True, kw_only=True):
    """Death; opens an incident by itself."""

    circumstances: Words
