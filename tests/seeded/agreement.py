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
    # The gate.
    Fault(
        "no-excluded-check",
        GATE,
        "    if excluded:\n",
        "    if False:\n",
        "tests/laws/test_p2_never.py::test_p2_an_excluded_use_is_refused_before_anything_else_is_said",
    ),
    Fault("no-ceiling", GATE, "if below_ceiling(book, request.unit) and", "if False and", CEILING),
    Fault(
        "ceiling-ignores-parent-command",
        GATE,
        "found.regime not in LAWFUL_REGIMES or book.commands[found.command].regime not in LAWFUL_REGIMES",
        "found.regime not in LAWFUL_REGIMES",
        CEILING,
    ),
    Fault(
        "ceiling-ignores-own-regime",
        GATE,
        "found.regime not in LAWFUL_REGIMES or book.commands[found.command].regime not in LAWFUL_REGIMES",
        "book.commands[found.command].regime not in LAWFUL_REGIMES",
        CEILING,
    ),
    Fault("role-not-checked", GATE, "if not person.may(request.act):", "if False:", ROLE),
    Fault("unit-not-the-persons", GATE, "or request.unit not in person.units:", "or False:", ROLE),
    Fault(
        "operation-not-the-units",
        GATE,
        "if request.operation in book.operations and request.unit not in book.operations[request.operation].units:",
        "if False:",
        ROLE,
    ),
    Fault(
        "stale-slice-decides",
        GATE,
        "if not house.slice.from_ms <= request.at_ms < house.slice.to_ms:",
        "if False:",
        "tests/laws/test_p1_purpose.py::test_p1_a_stale_slice_decides_nothing",
    ),
    Fault(
        "no-originator-nobody-objects",
        GATE,
        "if label is None or not label.originators:",
        "if label is None:",
        f"{ONE}::test_p1_a_label_that_lost_its_originators_is_a_fault_and_no_permit",
    ),
    Fault(
        "level-compare-reversed",
        GATE,
        "level_rank(label.level) > level_rank(unit.clearance)",
        "level_rank(label.level) < level_rank(unit.clearance)",
        FIELD,
    ),
    Fault("recipients-not-checked", GATE, "if request.unit not in label.recipients:", "if False:", FIELD),
    Fault("purposes-not-checked", GATE, "if request.purpose not in label.purposes:", "if False:", FIELD),
    Fault(
        "any-of-purposes",
        GATE,
        "if request.purpose not in label.purposes:",
        'if not {request.purpose, request.purpose.partition("/")[2]}.intersection(label.purposes):',
        f"{ONE}::test_p1_a_grant_of_monitoring_for_an_end_is_no_grant_of_the_end_and_the_other_way_round",
    ),
    Fault("operations-not-checked", GATE, "if request.operation not in label.operations:", "if False:", FIELD),
    Fault("handling-not-checked", GATE, "set(label.handling) - set(unit.handling)", "set(label.handling) - set(label.handling)", FIELD),
    Fault(
        "expires-inclusive",
        GATE,
        "facts.not_before_ms <= request.at_ms < facts.expires_ms",
        "facts.not_before_ms <= request.at_ms <= facts.expires_ms",
        f"{ONE}::test_p1_a_holding_is_readable_from_its_first_instant_and_not_at_its_last",
    ),
    Fault(
        "grants-not-checked",
        GATE,
        "    if shut:\n",
        "    if False:\n",
        f"{ONE}::test_p1_no_agreement_or_that_of_another_originator_opens_nothing",
    ),
    Fault(
        "one-open-originator-is-enough",
        GATE,
        "    if shut:\n",
        "    if shut == house.slice.mask(label):\n",
        f"{ONE}::test_p1_no_agreement_or_that_of_another_originator_opens_nothing",
    ),
    Fault(
        "assurance-never-lapses",
        GATE,
        "and request.at_ms < one.expires_ms",
        "and True",
        f"{ONE}::test_p1_an_assurance_is_accepted_by_the_readers_own_party_and_in_date",
    ),
    Fault(
        "assurances-not-checked",
        GATE,
        "    yield from _assurances(house, request, facts)\n",
        "",
        f"{ONE}::test_p1_an_assurance_is_accepted_by_the_readers_own_party_and_in_date",
    ),
    Fault("holds-not-checked", GATE, "if stopped and _held(", "if False and _held(", NAMED),
    Fault(
        "the-gate-fails-open",
        GATE,
        'return (Reason(conjunct="fault", detail=f"the gate could not judge: {type(error).__name__}", kind="fault"),)',
        "return ()",
        f"{ONE}::test_p1_whatever_errs_inside_the_gate_is_a_refusal_and_counted_as_a_fault",
    ),
    # What stands.
    Fault(
        "a-pair-nobody-granted-is-open",
        SLICE,
        "self.bits.get(pair, 1)  # bit 0",
        "self.bits.get(pair, 0)  # bit 0",
        f"{ONE}::test_p1_no_agreement_or_that_of_another_originator_opens_nothing",
    ),
    Fault(
        "grant-expiry-inclusive",
        SLICE,
        "grant.not_before_ms <= at_ms < ends_of",
        "grant.not_before_ms <= at_ms <= ends_of",
        f"{ONE}::test_p1_an_agreement_holds_from_its_first_instant_and_not_at_its_last",
    ),
    Fault(
        "unit-fingerprint-ignored",
        SLICE,
        "if unit in book.units and book.unit_fingerprint(unit) == grant.unit_prints.get(unit)",
        "if unit in book.units",
        "tests/laws/test_p1_purpose.py::test_p1_a_change_of_regime_command_or_mission_voids_the_units_grants",
    ),
    Fault(
        "operation-fingerprint-ignored",
        SLICE,
        "if code in book.operations and book.operations[code].fingerprint == grant.operation_prints.get(code)",
        "if code in book.operations",
        f"{ONE}::test_p1_a_grant_binds_the_operation_it_was_signed_for",
    ),
    Fault(
        "command-regime-not-in-the-fingerprint",
        "label/codebook.py",
        '            "command_regime": self.commands[found.command].regime,\n',
        "",
        f"{ONE}::test_p1_a_grant_is_void_when_the_parent_commands_regime_changes",
    ),
    Fault("orders-do-not-mask", SLICE, "if not any(_shuts(", "if True or not any(_shuts(", NAMED),
    Fault(
        "order-stops-every-category",
        SELECTOR,
        "and (not order.categories or pair[1] in order.categories)",
        "and True",
        f"{AXES}::test_p4_an_order_stops_the_category_it_names_and_no_other",
    ),
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
    Fault("holds-missing-from-lists", LISTS, "feeds=row.feeds,\n", "feeds=frozenset(),\n", LIST),
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
