"""A holding: anything that can be read, with the label it cannot exist without.

1. The label is a mandatory argument; a derived holding's label is checked against the join of its parents where it is made,
   and again where it is stored (P3).
2. Time stands beside the label: readable while not_before_ms <= t < expires_ms.
3. The digest covers content only, so the same content has the same digest on every node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from fairlead.envelope import Digest, HoldingId
from fairlead.errors import LabelFault
from fairlead.label import Label, join, narrower_or_equal

Kind: TypeAlias = Literal["segment", "report", "lead"]
KINDS: Final[tuple[Kind, ...]] = ("segment", "report", "lead")
FOREVER_MS: Final = 4_102_444_800_000  # 2100-01-01T00:00:00Z, milliseconds


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """One holding as the store keeps it. Times are Unix milliseconds UTC, half-open."""

    id: HoldingId
    kind: Kind
    label: Label
    digest: Digest
    t_min_ms: int
    t_max_ms: int
    not_before_ms: int
    expires_ms: int
    created_ms: int
    feed: str = ""
    parents: tuple[HoldingId, ...] = ()

    def __post_init__(self) -> None:
        if not self.t_min_ms <= self.t_max_ms or not self.not_before_ms < self.expires_ms:
            raise LabelFault("a holding's times are out of order", where=self.id)
        if self.kind == "lead" and not self.parents:
            raise LabelFault("a derived holding has no parents", where=self.id)


def derived(holding: Holding, parents: Sequence[Holding]) -> Holding:
    """`holding` itself, once it is checked against every parent it names. Raises LabelFault when wider than their join."""
    if sorted(parent.id for parent in parents) != sorted(holding.parents):
        raise LabelFault("the parents given are not those the holding names", where=holding.id)
    if not narrower_or_equal(holding.label, join([parent.label for parent in parents])):
        raise LabelFault("a derived label is wider than the join of its parents", where=holding.id)
    late = max(parent.not_before_ms for parent in parents)
    soon = min(parent.expires_ms for parent in parents)
    if holding.not_before_ms < late or holding.expires_ms > soon:
        raise LabelFault("a derived holding outlives or precedes a parent", where=holding.id)
    return holding
