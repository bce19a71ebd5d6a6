"""Acts on the case and its vessel: from the cue to the basis, the boarding, the outcome and the close.

1. A legal basis is a finding signed by a named legal adviser. Vessel, cargo, persons and force are each covered or not: no default.
2. Force is logged as fact: no field plans it, and nothing here says where or how it is to be used.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from fairlead.case.act import BaseAct, Code, Count, ExhibitAct, Hex, Hexes, Lines, Ms, Note, SomeHexes, Words

Cover: TypeAlias = Literal["covered", "not_covered"]
Ruling: TypeAlias = Literal["proceed_without_intelligence", "release", "hand_over"]


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a basis covers. Consent to the ship is not consent to the people aboard."""

    vessel: Cover
    cargo: Cover
    persons: Cover
    force: Cover


class OpenCase(BaseAct, frozen=True, kw_only=True):
    """A cue becomes a case. Leads are cited by digest only."""

    operation: Code
    vessel: Words
    leads: Hexes = ()


class Detect(BaseAct, frozen=True, kw_only=True):
    """The contact is held by some sensor or eye."""

    by: Note = ""


class Sort(BaseAct, frozen=True, kw_only=True):
    """It is told apart from the other traffic, with the grounds."""

    grounds: Words


class Monitor(BaseAct, frozen=True, kw_only=True):
    """It is followed."""


class Sight(BaseAct, frozen=True, kw_only=True):
    """What the acting unit holds by its own sensor or eyes, whatever anybody else shared or took back."""

    by: Words
    seen: Words


class SeekBasis(BaseAct, frozen=True, kw_only=True):
    """A legal basis is asked for, on grounds that rest on the leads and own sightings cited."""

    grounds: Words
    leads: Hexes = ()
    sightings: Hexes = ()


class SignBasis(BaseAct, frozen=True, kw_only=True):
    """The finding of a named legal adviser; valid while at_ms <= t < valid_until_ms."""

    adviser: Code
    citation: Words
    scope: Scope
    valid_until_ms: Ms
    conditions: Lines = ()
    leads: Hexes = ()
    sightings: Hexes = ()


class RenewBasis(SignBasis, frozen=True, kw_only=True):
    """A further finding replaces the one before it: wider, narrower or longer. The one before stays in the record."""


class RefuseBasis(BaseAct, frozen=True, kw_only=True):
    """The adviser, or the authority asked, says no."""

    ground: Words


class ClockExpired(BaseAct, frozen=True, kw_only=True):
    """Nobody answered in time. Silence is no; where a cited clause makes it yes, an adviser signs that as a basis."""

    silence_rule: Words


class HandOff(BaseAct, frozen=True, kw_only=True):
    """The case goes to the one unit that may carry it out."""

    to_unit: Code


class Intercept(BaseAct, frozen=True, kw_only=True):
    """The unit closes."""


class Signal(BaseAct, frozen=True, kw_only=True):
    """The vessel is told to stop."""

    means: Words


class Stop(BaseAct, frozen=True, kw_only=True):
    """The vessel has stopped."""


class Noncompliant(BaseAct, frozen=True, kw_only=True):
    """The vessel did not stop when signalled."""


class LogForce(BaseAct, frozen=True, kw_only=True):
    """Force that was used, as fact: by whom, what, warned how, hurt whom."""

    what: Words
    warned: Words
    injured: Note = ""


class Board(BaseAct, frozen=True, kw_only=True):
    """A team is aboard, on the basis cited."""

    basis: Hex
    team: Count


class Search(BaseAct, frozen=True, kw_only=True):
    """Spaces were searched."""

    spaces: Lines = ()


class Find(ExhibitAct, frozen=True, kw_only=True):
    """Something was found: it becomes an exhibit, and the case has a find."""

    item: Words
    place: Words
    how: Literal["aboard", "recovered_after_jettison"] = "aboard"


class NoContraband(BaseAct, frozen=True, kw_only=True):
    """Nothing was found: an outcome of its own, which clears the suspicion."""

    receipt: Hex


class ReleaseVessel(BaseAct, frozen=True, kw_only=True):
    """The vessel goes on her way."""


class OpenClaimWindow(BaseAct, frozen=True, kw_only=True):
    """The master or flag state may claim for an unfounded boarding until the date."""

    until_ms: Ms


class HoldVessel(BaseAct, frozen=True, kw_only=True):
    """Vessel and find are held until the competent authority instructs."""


class Dispose(BaseAct, frozen=True, kw_only=True):
    """The instruction: which authority takes what."""

    authority: Words
    instruction: Hex
    vessel_fate: Words


class HandOverCase(BaseAct, frozen=True, kw_only=True):
    """The case goes to the authority; both sign."""

    from_person: Code
    to_person: Code
    to_unit: Code


class OpenProceedings(BaseAct, frozen=True, kw_only=True):
    """A court or prosecutor has it."""

    reference: Words


class Close(BaseAct, frozen=True, kw_only=True):
    """The end, once everybody met and everything found is accounted for."""

    outcome: Words


class LostContact(BaseAct, frozen=True, kw_only=True):
    """The contact is no longer held."""


class Aborted(BaseAct, frozen=True, kw_only=True):
    """Given up, with the reason."""

    reason: Words


class BecameRescue(BaseAct, frozen=True, kw_only=True):
    """Distress: from here it is a rescue, and no enforcement follows from it."""

    reason: Words


class EndRescue(BaseAct, frozen=True, kw_only=True):
    """The rescue is over; a legal adviser says what, if anything, goes on."""


class BasisWithdrawn(BaseAct, frozen=True, kw_only=True):
    """The flag or coastal state takes back what it gave."""

    authority: Words


class GroundsWithdrawn(BaseAct, frozen=True, kw_only=True):
    """An originator's suspension reaches leads this case cites."""

    order: Hex
    leads: SomeHexes


class GroundsRestored(BaseAct, frozen=True, kw_only=True):
    """The originator lifted that order; `resume` is the digest of the record that lifts it."""

    order: Hex
    resume: Hex


class LegalReview(BaseAct, frozen=True, kw_only=True):
    """What a named legal adviser rules on a case whose grounds or basis went after boarding; to go on cites what still stands."""

    adviser: Code
    ruling: Ruling
    reason: Words
    leads: Hexes = ()
    sightings: Hexes = ()

    @property
    def verb(self) -> str:
        return f"{self.act}:{self.ruling}"


class Correct(BaseAct, frozen=True, kw_only=True):
    """Words that correct an earlier act, which stays as it was."""

    of: Hex
    words: Words
