"""Whether a holding may go to a system outside, which cannot enforce its label, in one carrier.

1. No carrier lets an outside system enforce all of a label (label/marking/carriers.py), so nothing goes out without the word of
   **every** originator: an agreement in force that opens its part to this very reader and names the carrier in `export_to`.
2. It is the gate that is asked, twice: as the agreements stand, and once more in a world where only those stand that name the carrier
   and no override does. Both must permit, so orders, holds, assurances and dates count for an export as for any use.
3. An override never lets anything out, and a unit below the ceiling never exports: the gate's fifth conjunct.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fairlead.agreement.gate import Facts, Gatehouse, Request, decide
from fairlead.agreement.reason import Decision, Reason
from fairlead.agreement.slice import compile_slice
from fairlead.agreement.standing import Standing


def exporting(house: Gatehouse, standing: Standing, carrier: str, at_ms: int) -> Gatehouse:
    """The gatehouse of a world in which only the agreements that name this carrier stand, and no override."""
    allowing = tuple(grant for grant in standing.grants if carrier in grant.export_to)
    narrower = msgspec.structs.replace(standing, grants=allowing, overrides=())
    return msgspec.structs.replace(house, slice=compile_slice(narrower, house.book, at_ms))


def decide_export(house: Gatehouse, outside: Gatehouse, request: Request, facts: Facts, carrier: str) -> Decision:
    """Both answers as one: what the gate says, then what only the agreements for this carrier (`outside`) do not give. Total."""
    inside = decide(house, request, facts)
    only = decide(outside, request, facts)
    missing = tuple(_unsaid(only.reasons, inside.reasons, carrier))
    return Decision(reasons=(*inside.reasons, *missing), agreements=only.agreements)


def _unsaid(only: Iterable[Reason], said: Iterable[Reason], carrier: str) -> Iterable[Reason]:
    """What fails in the narrower world alone. Every failure there is one here, whatever the conjunct."""
    known = set(said)
    for reason in only:
        if reason in known:
            continue
        detail = f"not let out as {carrier}: {reason.detail}"
        if reason.conjunct == "grants" and not reason.agreement:
            detail = f"no agreement of {reason.originator} lets {reason.category} out as {carrier} for this reader"
        yield msgspec.structs.replace(reason, conjunct="export", detail=detail)
