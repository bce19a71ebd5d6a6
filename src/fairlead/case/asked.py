"""One proposal as the needs of a row see it: the case, the one concerned, the act with its signers, the row, the world."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from fairlead.case.act import Signer
from fairlead.case.acts import SignedAct
from fairlead.case.state import CaseState, ExhibitState, Known, PersonState
from fairlead.case.steps import Step

Concerned: TypeAlias = CaseState | PersonState | ExhibitState | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """`concerned` is whom or what the row is about: the case, a person, an exhibit, or none when it is yet to be recorded."""

    state: CaseState
    concerned: Concerned
    signed: SignedAct
    step: Step
    known: Known


def signer(asked: Asked, person: str) -> Signer | None:
    """The signature of this person over the act, if there is one."""
    return next((one for one in asked.signed.signers if one.person == person), None)
