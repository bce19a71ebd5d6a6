"""Faults of the gate, of what stands between the parties, of orders and of lists (P1, P2, P4)."""

from __future__ import annotations

from tests.seeded.fault import Fault

GATE = "agreement/gate.py"
STANDING = "agreement/standing.py"
SLICE = "agreement/slice.py"
ORDER = "agreement/order.py"
SELECTOR = "agreement/selector.py"
LISTS = "agreement/lists.py"
ONE = "tests/laws/test_p1_conjuncts.py"
AXES = "tests/laws/test_p4_axes.py"
FIELD = f"{ONE}::test_p1_each_field_of_the_label_alone_refuses"
ROLE = f"{ONE}::test_p1_a_role_a_unit_and_an_operation_are_ones_own"
LIST = f"{ONE}::test_p1_a_list_has_exactly_the_rows_that_the_gate_permits_one_by_one"
CEILING = f"{ONE}::test_p2_the_ceiling_is_the_units_regime_and_its_parent_commands"
NAMED = f"{AXES}::test_p4_an_order_stops_whom_it_names_and_nobody_else"

FAULTS = (
    # What stands.
    Fault(
        "resume-without-epoch",
        STANDING,
        "del work.orders[event.order]",
        "pass",
        f"{AXES}::test_p4_every_event_moves_the_epoch_and_a_resume_lifts_one_order_of_its_own",
    ),
    Fault(
        "anybody-lifts-an-order",
        STANDING,
        'if found is None or found.originator != originator:\n        raise BadInput("no such order',
        'if found is None:\n        raise BadInput("no such order',
        f"{AXES}::test_p4_every_event_moves_the_epoch_and_a_resume_lifts_one_order_of_its_own",
    ),
    # Orders.
    Fault(
        "suspension-direction-swapped",
        SELECTOR,
        "(not order.units or unit in order.units)",
        "(not order.units or unit not in order.units)",
        NAMED,
    ),
    Fault("originators-own-units-are-hit", SELECTOR, "    if party == order.originator:\n", "    if False:\n", NAMED),
    Fault("order-stops-every-purpose", SELECTOR, "(not order.purposes or purpose in order.purposes)", "True", NAMED),
    Fault(
        "order-end-inclusive",
        ORDER,
        "order.until_ms == 0 or at_ms < order.until_ms",
        "order.until_ms == 0 or at_ms <= order.until_ms",
        f"{AXES}::test_p4_an_order_ends_at_its_end_and_not_an_instant_later",
    ),
    Fault(
        "carve-out-without-being-written",
        SELECTOR,
        'if "co_originators" in order.carve_outs and any(',
        "if any(",
        f"{AXES}::test_p4_a_carve_out_leaves_a_product_to_its_co_originators_and_only_where_it_is_written",
    ),
    Fault(
        "a-feed-of-somebody-else-is-held",
        ORDER,
        "    if foreign:\n",
        "    if False:\n",
        f"{AXES}::test_p4_an_order_reaches_only_what_its_originator_gave_to_others",
    ),
    # Lists.
    Fault(
        "empty-permitted-set-means-all",
        LISTS,
        "    return tuple(chosen)\n",
        "    return tuple(chosen) or tuple(rows)\n",
        f"{ONE}::test_p1_a_list_of_what_is_not_permitted_is_empty_and_never_everything",
    ),
    Fault("holds-missing-from-lists", LISTS, "held=row.held,\n", "held=frozenset(),\n", LIST),
    Fault(
        "lists-judge-by-label-alone",
        LISTS,
        "key = (facts.label, facts.feeds, facts.held, facts.distress, ",
        "key = (facts.label, ",
        LIST,
    ),
    Fault(
        "lists-without-time",
        LISTS,
        "if judged[key] and row.holding.not_before_ms <= request.at_ms < row.holding.expires_ms:",
        "if judged[key]:",
        LIST,
    ),
    Fault(
        "lists-expire-inclusive",
        LISTS,
        "row.holding.not_before_ms <= request.at_ms < row.holding.expires_ms:",
        "row.holding.not_before_ms <= request.at_ms <= row.holding.expires_ms:",
        LIST,
    ),
)
