"""Which pairs are open to which reader, the plain way: every reader, every pair, every grant, every order, each time anew."""

from __future__ import annotations

import itertools

from fairlead.agreement import Standing
from fairlead.agreement.order import in_force
from fairlead.agreement.slice import Pair, Reader, bound_operations, bound_units, covers_now
from fairlead.label import PURPOSES, CodeBook
from tests.model.gate_model import is_hold


def open_pairs(standing: Standing, book: CodeBook, at_ms: int, *, rescue: bool = False) -> set[tuple[Pair, Reader]]:
    found = set()
    grants = [grant for grant in standing.grants if covers_now(grant, book, at_ms, standing.denounced)]
    orders = [order for order in standing.orders if in_force(order, at_ms) and not is_hold(order)]
    bound = {grant.id: (bound_units(grant, book), bound_operations(grant, book)) for grant in grants}
    for unit, purpose, operation in itertools.product(book.units, sorted(PURPOSES), book.operations):
        party = book.units[unit].party
        if rescue and (purpose != "search_and_rescue" or book.units[unit].regime != "rescue"):
            continue
        for grant in grants:
            if unit not in bound[grant.id][0] or purpose not in grant.purposes or operation not in bound[grant.id][1]:
                continue
            for category in grant.categories:
                stopped = any(
                    order.originator == grant.originator != party
                    and (not order.categories or category in order.categories)
                    and (not order.partners or party in order.partners)
                    and (not order.units or unit in order.units)
                    and (not order.purposes or purpose in order.purposes)
                    and (not order.operations or operation in order.operations)
                    and not (rescue and "safety_of_life" in order.carve_outs)
                    for order in orders
                )
                if not stopped:
                    found.add(((grant.originator, category), (unit, purpose, operation)))
    return found
