"""The closed code-book of permitted purposes, and the excluded uses that have no code in it (P1, P2).

1. A request names exactly one leaf. Detection and monitoring is a leaf only together with the end it serves, so what it
   yields serves that end and no other: `detection_and_monitoring/interdiction`.
2. An implication is expanded when a label or grant is made; labels store the closed set.
3. An excluded use is another type. No function here turns one into a Purpose, and none of its names is in PURPOSES.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NewType

from fairlead import errors

Purpose = NewType("Purpose", str)
ExcludedUse = NewType("ExcludedUse", str)

MONITORING: Final = "detection_and_monitoring"

_ENDS: Final = (
    "search_and_rescue",
    "safety_of_navigation",
    "environmental_response",
    "nationality_verification",
    "interdiction",
    "custody_and_transfer",
    "criminal_investigation",
    "prosecution",
    "asset_recovery",
    "fisheries_control",
    "customs_border",
    "partner_risk_review",
    "oversight",
    "casualty_identification",
    "statistics",
    "training",
)

PURPOSES: Final[frozenset[Purpose]] = frozenset([Purpose(end) for end in _ENDS] + [Purpose(f"{MONITORING}/{end}") for end in _ENDS])

EXCLUDED_USES: Final[frozenset[ExcludedUse]] = frozenset(
    ExcludedUse(name)
    for name in (
        "use_of_force_targeting",
        "detention_without_legal_process",
        "mistreatment_or_rendition",
        "persecution",
        "commercial",
    )
)

IMPLIES: Final[dict[Purpose, frozenset[Purpose]]] = {
    Purpose("interdiction"): frozenset({Purpose("nationality_verification")}),
}


def purpose_of(code: str) -> Purpose:
    """The leaf named by `code`. Raises ExcludedUse for an excluded use and UnknownCode for anything that is not a leaf."""
    if code in EXCLUDED_USES or code.partition("/")[2] in EXCLUDED_USES:
        raise errors.ExcludedUse(f"{code} is an excluded use", why="nobody can grant it, and nothing can carry a grant of it")
    if code == MONITORING:
        raise errors.UnknownCode(
            f"{MONITORING} does not say which end it serves", do=f"name one, for example {MONITORING}/interdiction"
        )
    if code not in PURPOSES:
        raise errors.UnknownCode("no such purpose", where=code, do=f"use one of {', '.join(sorted(_ENDS))}")
    return Purpose(code)


def expand(purposes: Iterable[Purpose]) -> frozenset[Purpose]:
    """The set closed under implication (interdiction implies nationality verification)."""
    closed = set(purposes)
    waiting = list(closed)
    while waiting:
        for implied in IMPLIES.get(waiting.pop(), frozenset()) - closed:
            closed.add(implied)
            waiting.append(implied)
    return frozenset(closed)


def end_served(purpose: Purpose) -> frozenset[Purpose]:
    """What a product made for `purpose` may serve: the purpose itself, its implications and, for monitoring, its end."""
    head, _, end = purpose.partition("/")
    return expand({purpose, Purpose(end)}) if head == MONITORING else expand({purpose})
