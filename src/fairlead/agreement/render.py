"""Two renderings of a refusal: full, to originator and oversight; redacted, to everyone else.

The redacted form of a refusal that rests on a holding is one constant: it says the same when the id does not exist (P7). What
rests on the request alone (its codes, role, ceiling, an excluded use) is said plainly, because it is the same for every id.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fairlead.agreement.gate import Gatehouse
from fairlead.agreement.reason import Decision, Reason
from fairlead.envelope import JsonValue

NOT_AVAILABLE: Final = "not available to this unit for this purpose in this operation"
ABOUT_THE_REQUEST: Final = frozenset({"types", "excluded", "codes", "role", "operation", "ceiling", "epoch"})


def redacted(admitted: Iterable[Reason]) -> JsonValue:
    """For the asker: the reasons that do not depend on a holding, or the one constant."""
    said = [reason.detail for reason in admitted if reason.conjunct in ABOUT_THE_REQUEST]
    return {"answer": "refused", "reasons": said or [NOT_AVAILABLE]}


def full(decision: Decision) -> tuple[str, ...]:
    """For originator and oversight: every conjunct that failed, with its agreement or order."""
    return tuple(
        f"{reason.conjunct}: {reason.detail}" + (f" [{reason.agreement}]" if reason.agreement else "") for reason in decision.reasons
    )


def full_for(decision: Decision, originator: str) -> tuple[str, ...]:
    """What one originator may know: its own word in full, that of others only by conjunct."""
    seen = []
    for reason in decision.reasons:
        own = reason.originator in ("", originator)
        agreement = f" [{reason.agreement}]" if reason.agreement and own else ""
        seen.append(f"{reason.conjunct}: {reason.detail}{agreement}" if own else f"{reason.conjunct}: another originator's terms")
    return tuple(dict.fromkeys(seen))


def own_word(house: Gatehouse, party: str) -> frozenset[str]:
    """The ids of what the party itself has signed and may know: its grants, and overrides it signed with others."""
    grants = {grant.id for grant in house.slice.grants if grant.originator == party}
    return frozenset(grants.union(one.id for one in house.slice.overrides if party in one.originators))
