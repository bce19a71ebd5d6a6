"""What orders and agreements take from cases and give back: grounds withdrawn and restored, as acts of the case.

1. An order that closes a lead to an acting unit is recorded on every case that cites it; what was recorded about persons and things
   stays (red line 15). A confidential order is cited by a name that says nothing outside that case.
2. An order in the place of another changes only what is different; a resume restores what any order of its chain had taken.
3. An agreement that narrows or ends, an assurance that fails, a code-book that voids a grant withdraw grounds as an order does, and
   are restored by whatever lets the acting units read all of those leads again, orders counted: an order that came meanwhile took
   nothing more, so its lifting may be what gives them back. What ends on a date of its own (an agreement's last day) withdraws
   nothing: nobody signed anything then, and no new basis can rest on it.
4. An act that the table does not allow (a case that is closed) is not appended.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from fairlead.agreement import Order, Standing
from fairlead.case.state import CaseState, Withdrawal
from fairlead.case.vessel_acts import GroundsRestored, GroundsWithdrawn
from fairlead.desk.ask import Asker
from fairlead.desk.interdict import append_act, reads, state_of
from fairlead.desk.node import Node
from fairlead.desk.orders import orders_signed
from fairlead.envelope import Digest, digest_of
from fairlead.store import cases, holdings
from fairlead.store.database import Tx

Named: TypeAlias = tuple[Order, Digest]  # an order, and the digest of its envelope


def withdraw_grounds(node: Node, tx: Tx, *, standing: Standing, chain: Sequence[Named], signer: Asker, at_ms: int) -> tuple[int, int]:
    """Append `grounds_withdrawn` to every case that cites a lead this order, by itself, takes from an acting unit; how many.

    By itself: an order over what another order closes already is recorded too, so that lifting one does not lift the other (P4).
    `chain`: the order, then those it stands in place of: where they had taken just the same, nothing is recorded; where they had
    taken something else, that is restored first. The second number says how often. `standing`: with the order, its holds placed.
    """
    now_ms, (order, digest) = at_ms, chain[0]
    free = node.house_of(msgspec.structs.replace(standing, orders=()), now_ms)
    alone = node.house_of(msgspec.structs.replace(standing, orders=(order,)), now_ms)
    touched = restored = 0
    for case in cases.all_cases(tx):
        state = state_of(node, tx, case)
        units = {case.unit, state.handed_to or case.unit}
        rows = [row for row in (holdings.by_digest(tx, lead) for lead in state.leads) if row is not None]
        lost = [
            row.holding.digest
            for row in rows
            if any(reads(free, unit, case, row, now_ms) and not reads(alone, unit, case, row, now_ms) for unit in units)
        ]
        taken = {lead for one in _taken_by(chain[1:], case, state) for lead in one.leads}
        if set(lost) == taken:
            continue
        if taken:
            restored += _restore(node, tx, case, chain[1:], resume=digest, at_ms=now_ms, signer=signer)
            state = state_of(node, tx, case)
        if not lost:
            continue
        touched += _take(node, tx, case, state, lost, order=cited_as(order, digest, case), at_ms=now_ms, signer=signer)
    return touched, restored


def cited_as(order: Order, digest: Digest, case: cases.Case) -> Digest:
    """The name by which a case cites an order: its digest, or, when it is confidential, one that says nothing outside that case."""
    return digest_of({"case": case.id, "order": order.id}) if order.confidential else digest


def shift_grounds(
    node: Node, tx: Tx, *, before: Standing, after: Standing, digest: Digest, at_ms: int, signer: Asker
) -> tuple[int, int]:
    """What an event other than an order takes from cases, whatever orders say, and what it gives back; how many grounds went and came.

    `digest`: of the event's envelope, by which the cases cite it.
    """
    found = cases.all_cases(tx)
    if not found:
        return 0, 0
    was = node.house_of(msgspec.structs.replace(before, orders=()), at_ms)
    now = node.house_of(msgspec.structs.replace(after, orders=()), at_ms)
    restored = give_back(node, tx, standing=after, digest=digest, at_ms=at_ms, signer=signer)
    touched = 0
    for case in found:
        state = state_of(node, tx, case)
        units = {case.unit, state.handed_to or case.unit}
        rows = {row.holding.digest: row for row in (holdings.by_digest(tx, lead) for lead in state.leads) if row is not None}
        lost = [
            lead
            for lead, row in rows.items()
            if any(reads(was, unit, case, row, at_ms) and not reads(now, unit, case, row, at_ms) for unit in units)
        ]
        if lost:
            touched += _take(node, tx, case, state, lost, order=digest, at_ms=at_ms, signer=signer)
    return touched, restored


def give_back(node: Node, tx: Tx, *, standing: Standing, digest: Digest, at_ms: int, signer: Asker) -> int:
    """Restore what events other than orders had taken, where every acting unit can read all of it again; how often.

    `standing`: after the event, whose envelope is of this digest; its holds are placed or released.
    """
    house, restored = node.house_of(standing, at_ms), 0
    orders = list(orders_signed(tx).values())
    for case in cases.all_cases(tx):
        state = state_of(node, tx, case)
        units = {case.unit, state.handed_to or case.unit}
        for taken in state.withdrawn:
            if any(taken.order == cited_as(order, name, case) for order, name in orders):
                continue
            rows = [holdings.by_digest(tx, lead) for lead in taken.leads]
            if all(row is not None and reads(house, unit, case, row, at_ms) for row in rows for unit in units):
                restored += _give_back(node, tx, case, taken, resume=digest, at_ms=at_ms, signer=signer)
    return restored


def restore_grounds(node: Node, tx: Tx, *, chain: Sequence[Named], resume: Digest, at_ms: int, signer: Asker) -> int:
    """Append `grounds_restored` to every case that an order of the chain had touched; how many."""
    return sum(_restore(node, tx, case, chain, resume=resume, at_ms=at_ms, signer=signer) for case in cases.all_cases(tx))


def _taken_by(chain: Sequence[Named], case: cases.Case, state: CaseState) -> list[Withdrawal]:
    """What orders of the chain have taken from the case and nothing has restored."""
    cited = {cited_as(order, digest, case) for order, digest in chain}
    return [one for one in state.withdrawn if one.order in cited]


def _restore(node: Node, tx: Tx, case: cases.Case, chain: Sequence[Named], *, resume: Digest, at_ms: int, signer: Asker) -> int:
    found = _taken_by(chain, case, state_of(node, tx, case))
    return sum(_give_back(node, tx, case, taken, resume=resume, at_ms=at_ms, signer=signer) for taken in found)


def _take(
    node: Node, tx: Tx, case: cases.Case, state: CaseState, leads: Sequence[Digest], *, order: Digest, at_ms: int, signer: Asker
) -> int:
    made = GroundsWithdrawn(
        case=case.id, at_ms=at_ms, clock="node", person=signer.person, unit=signer.unit, order=order, leads=tuple(sorted(leads))
    )
    return append_act(node, tx, case, state, made, signer)


def _give_back(node: Node, tx: Tx, case: cases.Case, taken: Withdrawal, *, resume: Digest, at_ms: int, signer: Asker) -> int:
    made = GroundsRestored(
        case=case.id, at_ms=at_ms, clock="node", person=signer.person, unit=signer.unit, order=taken.order, resume=resume
    )
    return append_act(node, tx, case, state_of(node, tx, case), made, signer)
