"""What a case is after its acts so far: a value folded from them, nothing kept that they do not say.

1. A case is an index, not a holding: it cites leads by digest and holds no text of theirs.
2. Trails only grow. No function in this room takes an entry out of one (P9).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from fairlead.case.steps import START
from fairlead.case.vessel_acts import Scope
from fairlead.envelope import Digest
from fairlead.label import CodeBook

RESCUE_AND_LAW = frozenset({"law_enforcement", "rescue", "oversight"})


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted act as the trails show it."""

    digest: Digest
    verb: str
    at_ms: int
    recorded_ms: int  # by the node's clock; what the act says of its own time may be earlier
    clock: str
    person: str
    unit: str
    signers: tuple[str, ...]
    from_state: str
    to_state: str
    words: str = ""


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """A signed legal basis; valid while signed_ms <= t < valid_until_ms and not void."""

    digest: Digest
    adviser: str
    citation: str
    scope: Scope
    conditions: tuple[str, ...]
    leads: tuple[Digest, ...]
    signed_ms: int
    valid_until_ms: int
    void: str = ""  # why it no longer stands, when it was withdrawn

    def stands(self, at_ms: int) -> bool:
        return not self.void and self.signed_ms <= at_ms < self.valid_until_ms


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """Leads an order took away from this case, and when."""

    order: Digest
    leads: tuple[Digest, ...]
    at_ms: int


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Something that opens an inquiry by itself; oversight reads it without asking."""

    what: str
    of: str
    at_ms: int
    digest: Digest


class PersonState(msgspec.Struct, frozen=True, kw_only=True):
    """A person met: what is claimed, where they stand, and every act upon them. Times are 0 until they happen."""

    subject: str
    category: str
    identity: str
    nationality: str
    language: str
    state: str
    unit: str
    custodian: str
    met_ms: int
    last_ms: int
    deprived_of_liberty_ms: int = 0
    rights_ms: int = 0
    rights_recorded_ms: int = 0
    consul_ms: int = 0
    consul_recorded_ms: int = 0
    consul_outcome: str = ""
    judge_ms: int = 0
    judge_recorded_ms: int = 0
    free_ms: int = 0  # released, repatriated, or dead: liberty is no longer taken by anybody in this case
    free_recorded_ms: int = 0
    trail: tuple[Entry, ...] = ()


class ExhibitState(msgspec.Struct, frozen=True, kw_only=True):
    """An exhibit: seizure number, seal, weights in grams, who has it, and every act upon it."""

    exhibit: str
    item: str
    state: str
    unit: str
    custodian: str
    last_ms: int
    seizure_number: str = ""
    seal: str = ""
    packages: int = 0
    gross_g: int = 0
    net_g: int = 0
    scale: str = ""
    place: str = ""
    trail: tuple[Entry, ...] = ()


class CaseState(msgspec.Struct, frozen=True, kw_only=True):
    """The whole case. `previous` is where it goes back to when a review lets it proceed."""

    case: str = ""
    state: str = START
    previous: str = ""
    operation: str = ""
    vessel: str = ""
    leads: tuple[Digest, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    sightings: tuple[Entry, ...] = ()  # the acting unit's own, recorded since grounds were last withdrawn
    bases: tuple[Basis, ...] = ()  # oldest first; the last is the one that counts, unless a new one is being sought
    seeking: str = ""  # who seeks a basis, while or since it is sought
    handed_to: str = ""
    boarded_ms: int = 0
    last_ms: int = 0
    outcome: str = ""
    people: Mapping[str, PersonState] = {}
    exhibits: Mapping[str, ExhibitState] = {}
    incidents: tuple[Incident, ...] = ()
    trail: tuple[Entry, ...] = ()
    digests: frozenset[Digest] = frozenset()

    @property
    def basis(self) -> Basis | None:
        """The basis signed last; it counts only while it stands."""
        return self.bases[-1] if self.bases else None

    @property
    def acting_units(self) -> frozenset[str]:
        """Whom the case was handed to; before that, who opened it."""
        return frozenset({self.handed_to or self.trail[0].unit} if self.trail else ())

    @property
    def withdrawn_leads(self) -> frozenset[Digest]:
        return frozenset(lead for one in self.withdrawn for lead in one.leads)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What this room must be told of the world outside the case: numbers other cases of the party took, who may be handed a boarding,
    and which of the leads an act cites the acting unit could read now."""

    seizure_numbers: frozenset[str]
    enforcement_units: frozenset[str]
    readable_leads: frozenset[Digest]


def known_from(book: CodeBook, seizure_numbers: frozenset[str], readable_leads: frozenset[Digest]) -> Known:
    """Units of law enforcement whose parent command is law enforcement, rescue or oversight too (red line 2)."""
    return Known(
        seizure_numbers=seizure_numbers,
        readable_leads=readable_leads,
        enforcement_units=frozenset(
            unit.code
            for unit in book.units.values()
            if unit.regime == "law_enforcement" and book.commands[unit.command].regime in RESCUE_AND_LAW
        ),
    )
