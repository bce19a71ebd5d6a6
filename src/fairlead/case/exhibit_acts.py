"""Acts on an exhibit: an unbroken line of who had it, under which seal, and how much there was (P9).

1. Weights are whole grams. Photographs travel as digests.
2. Moving an exhibit between custodians is one act that both sign; sample and destruction are acts, never edits.
"""

from __future__ import annotations

from typing import Literal

from fairlead.case.act import Code, Count, ExhibitAct, Grams, Hex, Hexes, Note, SomeHexes, Words


class Photograph(ExhibitAct, frozen=True, kw_only=True):
    """Photographed where it lay."""

    photos: SomeHexes


class Seize(ExhibitAct, frozen=True, kw_only=True):
    """Seized under a number that no other seizure of the party has."""

    basis: Hex
    seizure_number: Code
    item: Words
    packages: Count
    gross_g: Grams | None = None
    net_g: Grams | None = None
    scale: Note = ""
    photos: Hexes = ()


class LeaveInPlace(ExhibitAct, frozen=True, kw_only=True):
    """Found, recorded, not taken."""

    reason: Words


class Seal(ExhibitAct, frozen=True, kw_only=True):
    """A numbered seal is on it."""

    seal: Code
    photo: Hex


class Weigh(ExhibitAct, frozen=True, kw_only=True):
    """Weighed under seal on a scale that can be named."""

    gross_g: Grams
    net_g: Grams
    scale: Code


class Test(ExhibitAct, frozen=True, kw_only=True):
    """A presumptive test; the result is a fact, not a proof."""

    kit: Words
    result: Literal["positive", "negative", "inconclusive"]
    lot: Note = ""
    seal_after: Note = ""


class Sample(ExhibitAct, frozen=True, kw_only=True):
    """A sample was taken and the rest sealed again."""

    sample: Code
    net_g: Grams
    seal_after: Code


class Store(ExhibitAct, frozen=True, kw_only=True):
    """In a store, by the custodian who answers for it."""

    place: Words


class Transfer(ExhibitAct, frozen=True, kw_only=True):
    """From one custodian to another; both sign, and the seal is the one recorded."""

    from_person: Code
    to_person: Code
    to_unit: Code
    seal_before: Code
    place: Words
    condition: Words
    seal_after: Note = ""
    gross_g: Grams | None = None


class SubmitToLab(Transfer, frozen=True, kw_only=True):
    """A transfer whose receiver is a laboratory."""


class Confirm(ExhibitAct, frozen=True, kw_only=True):
    """The laboratory confirms what it is."""

    report: Hex


class FindNegative(ExhibitAct, frozen=True, kw_only=True):
    """The laboratory finds that it is not."""

    report: Hex


class Lodge(ExhibitAct, frozen=True, kw_only=True):
    """Before a court as an exhibit."""

    court: Words


class ReturnItem(ExhibitAct, frozen=True, kw_only=True):
    """Back to whom it belongs."""

    to: Words
    receipt: Hex


class Forfeit(ExhibitAct, frozen=True, kw_only=True):
    """Forfeited by the order cited."""

    order: Hex


class Destroy(ExhibitAct, frozen=True, kw_only=True):
    """Destroyed by the order cited, before a second person, with a certificate."""

    order: Hex
    certificate: Hex


class SealBroken(ExhibitAct, frozen=True, kw_only=True):
    """An alarm: the seal is broken or is not the one recorded."""

    found: Words


class Unaccounted(ExhibitAct, frozen=True, kw_only=True):
    """An alarm: it is not where it should be."""

    found: Words


class Locate(ExhibitAct, frozen=True, kw_only=True):
    """Found again; what it went through is unknown, so it is sealed and weighed anew."""

    place: Words
