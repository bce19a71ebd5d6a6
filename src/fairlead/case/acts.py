"""Every act there is, as one closed union, with its canonical payload and digest.

1. The payload is what is signed: the act's own fields and its tag `act`, nothing absent written, no floats.
2. The digest of an act is SHA-256 of its canonical payload; a basis is cited by it.
3. A closed union: no edit and no delete is in it (P9), and no excluded use has an act (P2).
"""

from __future__ import annotations

from typing import Final, TypeAlias, get_args

import msgspec

from fairlead.case import exhibit_acts as x
from fairlead.case import person_acts as p
from fairlead.case import vessel_acts as v
from fairlead.case.act import BaseAct, Signer
from fairlead.envelope import Digest, JsonValue, digest_of
from fairlead.errors import BadInput

VesselAct: TypeAlias = (
    v.OpenCase
    | v.Detect
    | v.Sort
    | v.Monitor
    | v.Sight
    | v.SeekBasis
    | v.SignBasis
    | v.RenewBasis
    | v.RefuseBasis
    | v.ClockExpired
    | v.HandOff
    | v.Intercept
    | v.Signal
    | v.Stop
    | v.Noncompliant
    | v.LogForce
    | v.Board
    | v.Search
    | v.Find
    | v.NoContraband
    | v.ReleaseVessel
    | v.OpenClaimWindow
    | v.HoldVessel
    | v.Dispose
    | v.HandOverCase
    | v.OpenProceedings
    | v.Close
    | v.LostContact
    | v.Aborted
    | v.BecameRescue
    | v.EndRescue
    | v.BasisWithdrawn
    | v.GroundsWithdrawn
    | v.GroundsRestored
    | v.LegalReview
    | v.Correct
)
PeopleAct: TypeAlias = (
    p.Encounter
    | p.Free
    | p.Rescue
    | p.Detain
    | p.InformRights
    | p.Screen
    | p.NotifyConsul
    | p.Hold
    | p.WelfareCheck
    | p.TakeCustody
    | p.HandOverPerson
    | p.BringBeforeJudge
    | p.Repatriate
    | p.ReleasePerson
    | p.Land
    | p.Ill
    | p.Complaint
    | p.Died
)
ThingAct: TypeAlias = (
    x.Photograph
    | x.Seize
    | x.LeaveInPlace
    | x.Seal
    | x.Weigh
    | x.Test
    | x.Sample
    | x.Store
    | x.Transfer
    | x.SubmitToLab
    | x.Confirm
    | x.FindNegative
    | x.Lodge
    | x.ReturnItem
    | x.Forfeit
    | x.Destroy
    | x.SealBroken
    | x.Unaccounted
    | x.Locate
)
Act: TypeAlias = VesselAct | PeopleAct | ThingAct

ACT_TYPES: Final[dict[str, type[BaseAct]]] = {
    str(kind.__struct_config__.tag): kind for kind in (*get_args(VesselAct), *get_args(PeopleAct), *get_args(ThingAct))
}
# The record kind each travels under: whatever changes hands is a custody act.
CUSTODY_ACTS: Final = frozenset({"take_custody", "hand_over_person", "transfer", "submit_to_lab", "hand_over_case"})


class SignedAct(msgspec.Struct, frozen=True, kw_only=True):
    """An act, its digest, and everybody whose signature over it held. The shell verifies signatures; this room judges who signed."""

    act: Act
    digest: Digest
    signers: tuple[Signer, ...]
    recorded_ms: int = 0  # when the node recorded it, by its own clock; 0 for one that is only proposed

    @property
    def known_ms(self) -> int:
        """From when anybody could know of it: what it says of its own time is only what it says."""
        return self.recorded_ms or self.act.at_ms


def act_payload(act: Act) -> JsonValue:
    """What is signed."""
    value: JsonValue = msgspec.to_builtins(act)
    return value


def act_digest(act: Act) -> Digest:
    """SHA-256 of the canonical payload. Raises MalformedBytes when the act holds something that has no canonical form."""
    return digest_of(act_payload(act))


def act_from(value: JsonValue) -> Act:
    """The act a payload says. Raises BadInput for an unknown act, an unknown field, or a value out of its range."""
    try:
        found: Act = msgspec.convert(value, Act)
    except msgspec.ValidationError as error:
        raise BadInput("not an act of a case", why=str(error)) from error
    return found


def signed(act: Act, *signers: Signer, recorded_ms: int = 0) -> SignedAct:
    """The act with its digest and those who signed it."""
    return SignedAct(act=act, digest=act_digest(act), signers=signers, recorded_ms=recorded_ms)


def record_kind(act: Act) -> str:
    """The DSSE kind it travels under: `custody-act` when something or somebody changes hands, else `case-act`."""
    return "custody-act" if act.act in CUSTODY_ACTS else "case-act"
