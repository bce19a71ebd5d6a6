"""P4, the words of an order: read back by an independent parser they say the order that was signed, whatever it is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairlead.agreement import Order, words
from tests.model import orders, wording_model

BOOK = orders.book()
NAMES = {code: one.name for code, one in (*BOOK.parties.items(), *BOOK.units.items())}
# Fields that can differ by themselves; who verifies and by when to answer are said with what they belong to.
ALONE = [one for one in Order.__struct_fields__ if one not in ("id", "verified_by", "condition", "recalls", "answer_by_ms")]
USED: Counter[str] = Counter()


def meaning(order: Order) -> dict[str, Any]:
    """Every field of an order that says something, but its id, as the parser gives them."""
    got = {name: getattr(order, name) for name in order.__struct_fields__ if name != "id"}
    got["regions"] = tuple((area.code, tuple(area.box)) for area in order.regions)
    if order.window_from_ms or order.window_to_ms:
        return {name: value for name, value in got.items() if value or name.startswith("window")}
    return {name: value for name, value in got.items() if value}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orders.orders())
def test_p4_words_and_order_cannot_drift(order: Order) -> None:
    read = wording_model.parse(words(order, BOOK), NAMES)
    assert read == meaning(order)
    USED.update(list(read))


def test_p4_every_field_of_an_order_was_put_in_words_and_read_back() -> None:
    if not USED:
        pytest.skip("the property above did not run in this process")
    assert set(USED) == set(Order.__struct_fields__) - {"id"}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orders.orders(), st.data())
def test_p4_orders_that_differ_have_words_that_differ(order: Order, data: st.DataObject) -> None:
    other = data.draw(orders.orders())
    name = data.draw(st.sampled_from(ALONE))
    changed = msgspec.structs.replace(order, **{name: getattr(other, name)})
    assert (words(changed, BOOK) == words(order, BOOK)) == (meaning(changed) == meaning(order))
