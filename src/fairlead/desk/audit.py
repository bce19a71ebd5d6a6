"""The verbs receipts and inbox: what an originator's own log holds, opened with its own receipts; oversight reads all of them.

Oversight reads receipts, refusals and orders without a grant (red line 12); content needs one.
"""

from __future__ import annotations

from typing import Final

import msgspec

from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.node import Node
from fairlead.desk.override import overrides_ever
from fairlead.envelope import JsonValue
from fairlead.receipt.receipt import RefusalReceipt, UseReceipt
from fairlead.store import ledger

PAGE_MAX: Final = 500


def receipts(node: Node, asker: Asker, *, party: str = "", page: int = 0) -> Outcome:
    """Newest first, a page of the receipts in a party's log. Another party's only to oversight."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    own = party_of(node, asker)
    oversees = node.coalition.book.units[asker.unit].regime == "oversight"
    wanted = party if party in node.logs and oversees else own
    with node.db.read() as tx:
        found = ledger.receipts(tx, wanted, newest=PAGE_MAX, skip=max(0, page) * PAGE_MAX)
        size, checkpoint = ledger.head(tx, wanted)
    return answer(
        {
            "log": node.logs[wanted].origin,
            "size": size,
            "checkpoint": checkpoint.decode("utf-8"),
            "receipts": [_shown(receipt) for receipt in found],
            "page": page,
        }
    )


def inbox(node: Node, asker: Asker) -> Outcome:
    """What somebody tried with this originator's data and may never be given: refusals of an excluded use first, then the others.
    Beside them each use that rested on an override, which nobody has to ask for (2-label: weakening), and each read of a rescue
    centre past an order, to be reviewed (red line 5)."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    with node.db.read() as tx:
        found = ledger.receipts(tx, party_of(node, asker), newest=100_000, skip=0)
        signed = overrides_ever(tx)
    told = [one for one in found if isinstance(one, RefusalReceipt) and one.outcome == "refused"]
    told.sort(key=lambda one: (not one.excluded, -one.at_ms))
    under = [one for one in found if isinstance(one, UseReceipt) and not signed.isdisjoint(one.agreements)]
    rescued = [one for one in found if isinstance(one, UseReceipt) and one.form == "distress"]
    return answer(
        {
            "items": [_shown(one) for one in told[:PAGE_MAX]],
            "count": len(told),
            "under_overrides": [_shown(one) for one in under[:PAGE_MAX]],
            "under_overrides_count": len(under),
            "for_rescue": [_shown(one) for one in rescued[:PAGE_MAX]],
            "for_rescue_count": len(rescued),
        }
    )


def _shown(receipt: UseReceipt | RefusalReceipt) -> JsonValue:
    value: dict[str, JsonValue] = msgspec.to_builtins(receipt)
    value.pop("pad", None)
    return value
