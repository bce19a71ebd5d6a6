"""Which units used what in two operations, told from receipts: what a certificate of separation says, recomputed by whoever holds them.

1. It counts uses that were given, entry by entry from 0 to n-1 of one originator's log; refusals use nothing.
2. It lists the units and records that occur in both operations. None of either: by these receipts the two were kept apart.
3. It says nothing of what was not logged, and nothing of other originators' records.
"""

from __future__ import annotations

from collections.abc import Iterable

from fairlead.envelope import JsonValue, digest_of
from fairlead.receipt.receipt import UseReceipt

USES = frozenset({"picture", "list", "read", "lead"})


def separation(receipts: Iterable[UseReceipt], one: str, other: str) -> dict[str, JsonValue]:
    """The statement about operations `one` and `other`."""
    units: dict[str, dict[str, int]] = {one: {}, other: {}}
    records: dict[str, set[str]] = {one: set(), other: set()}
    for receipt in receipts:
        if receipt.operation in units and receipt.act in USES:
            used = units[receipt.operation]
            used[receipt.unit] = used.get(receipt.unit, 0) + 1
            records[receipt.operation].update(held.digest for held in receipt.holdings)
    both_units, both_records = sorted(set(units[one]) & set(units[other])), sorted(records[one] & records[other])
    return {
        "operations": {
            code: {
                "uses_by_unit": dict(sorted(units[code].items())),
                "records": len(records[code]),
                "records_digest": digest_of(sorted(records[code])),
            }
            for code in sorted(units)
        },
        "units_in_both": list(both_units),
        "records_in_both": list(both_records),
        "kept_apart": not both_units and not both_records,
    }
