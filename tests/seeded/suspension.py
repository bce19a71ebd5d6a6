"""Faults of what an order falls on, how far it reaches, what ends it and what follows it (P4)."""

from __future__ import annotations

from tests.seeded.fault import Fault

SELECTOR = "agreement/selector.py"
AREA = "agreement/area.py"
ORDER = "agreement/order.py"
WORDING = "agreement/wording.py"
STANDING = "agreement/standing.py"
RULES = "tests/laws/test_p4_selector.py"
SELECTS = f"{RULES}::test_p4_a_rule_selects_what_the_reference_rule_selects"
DESCENT = f"{RULES}::test_p4_a_hold_is_closed_under_descent_and_lies_where_the_reference_says"
BOXES = f"{RULES}::test_p4_boxes_at_the_dateline_and_at_their_edges"
WORDS = "tests/laws/test_p4_wording.py::test_p4_words_and_order_cannot_drift"
STATES = "tests/rooms/agreement/test_order_states.py"
AFTER = "tests/rooms/desk/test_halt_after.py"
RESCUE = "tests/rooms/desk/test_distress.py"
GROUNDS = "tests/rooms/desk/test_grounds.py"
SURVIVES = f"{RESCUE}::test_p4_the_rescue_path_survives_every_order_with_the_minimum_and_no_other_reader_gains"

FAULTS = (
    Fault(
        "a-source-that-names-no-place-is-nowhere", SELECTOR, "source.box is None or any(", "source.box is not None and any(", SELECTS
    ),
    Fault(
        "a-window-ends-inclusive", SELECTOR, "source.t_min_ms < order.window_to_ms", "source.t_min_ms <= order.window_to_ms", SELECTS
    ),
    Fault("a-hold-selects-another-originators", SELECTOR, "if party == order.originator}\n    return (", "}\n    return (", SELECTS),
    Fault("sensors-not-asked", SELECTOR, "and _one_of(source.sensor, order.sensors)", "and True", SELECTS),
    Fault("a-hold-stops-at-its-sources", SELECTOR, "held = order.id in inherited or (", "held = (", DESCENT),
    Fault(
        "already-shared-holds-what-comes",
        SELECTOR,
        '"new" if stored == "after" else "already_shared"',
        '"already_shared" if stored == "after" else "new"',
        DESCENT,
    ),
    Fault(
        "future-subscriptions-forgotten",
        SELECTOR,
        "return any(not any(seq < signed for seq in opened_by.get(pair, ())) for pair in own)",
        "return False",
        "tests/rooms/desk/test_halt_axes.py::test_p4_future_subscriptions_opens_by_what_was_signed_before_and_by_nothing_signed_after",
    ),
    Fault("the-dateline-is-an-edge", AREA, "else [(west, HALF_TURN_E7), (-HALF_TURN_E7, east)]", "else []", BOXES),
    Fault("no-rescue-path-by-default", ORDER, '        chosen.add("safety_of_life")\n', "        pass\n", SURVIVES),
    Fault("words-without-the-reach", WORDING, "    if order.reach:\n", "    if False:\n", WORDS),
    Fault("words-without-the-region", WORDING, '        ("region", [_region(area) for area in order.regions]),\n', "", WORDS),
    Fault(
        "words-say-the-wrong-end", WORDING, 'return f"until {utc(order.until_ms)}"', 'return f"until {utc(order.until_ms + 1)}"', WORDS
    ),
    Fault(
        "a-freeze-confirmed-by-its-own-officer",
        STANDING,
        "    if event.officer == order.officer:\n",
        "    if False:\n",
        f"{STATES}::test_a_freeze_is_confirmed_once_and_by_another_officer",
    ),
    Fault(
        "a-replaced-order-still-stands",
        STANDING,
        "        work.orders.pop(event.replaces)\n",
        "        pass\n",
        "tests/laws/test_p4_algebra.py::test_p4_a_replacement_is_a_resume_and_an_order_in_one_event_and_does_what_it_is_said_to_do",
    ),
    Fault(
        "a-recall-answered-by-anybody",
        STANDING,
        "    if event.party not in order.recalls or (",
        "    if (",
        f"{STATES}::test_recalls_are_answered_in_order_once_and_by_those_they_ask",
    ),
    Fault(
        "a-narrower-order-said-to-widen",
        ORDER,
        'return "widens" if wider else "narrows" if narrower else "replaces"',
        'return "narrows" if wider else "widens" if narrower else "replaces"',
        "tests/laws/test_p4_algebra.py::test_p4_a_replacement_is_a_resume_and_an_order_in_one_event_and_does_what_it_is_said_to_do",
    ),
    Fault(
        "a-confidential-order-cited-by-its-digest",
        "desk/grounds.py",
        'digest_of({"case": case.id, "order": order.id}) if order.confidential else digest',
        "digest",
        f"{AFTER}::test_a_confidential_order_is_told_to_nobody_but_its_originator_and_oversight",
    ),
    Fault(
        "the-gap-is-not-counted",
        "desk/reach.py",
        "sum(1 for one in found if one.at_ms >= order.ordered_at_ms)",
        "0",
        "tests/rooms/desk/test_halt_told.py::test_the_gap_between_ordering_and_signing_is_counted_as_exposure",
    ),
    Fault(
        "nobody-elses-order-leaves-no-receipt",
        "desk/halt.py",
        'reasons = entitled(node, asker, act="order") or no_such_order(node, asker, order_id)',
        'reasons = entitled(node, asker, act="order")',
        "tests/rooms/desk/test_halt.py::test_another_originators_order_cannot_be_lifted",
    ),
    Fault(
        "distress-without-a-distress",
        "report/distress.py",
        ' or report.get("distress") not in NATURES',
        "",
        f"{RESCUE}::test_the_minimum_of_a_report_is_what_it_states_and_no_more",
    ),
    Fault(
        "a-tested-beacon-is-a-distress",
        "report/distress.py",
        " & (detections.status == BEACON_ACTIVE)",
        "",
        f"{RESCUE}::test_p4_what_states_no_distress_has_no_such_form[970123456-0]",
    ),
    Fault(
        "an-agreement-that-ends-leaves-the-grounds-it-carried",
        "desk/enter.py",
        "REGROUNDING: Final = (Grant, Amend, Denounce, Assurance, BookChange)",
        "REGROUNDING: Final = (Grant, Assurance, BookChange)",
        f"{GROUNDS}::test_p4_an_agreement_that_narrows_withdraws_the_grounds_it_carried_and_one_that_gives_them_again_restores_them",
    ),
    Fault(
        "terms-give-back-what-an-order-took",
        "desk/grounds.py",
        "house, restored = node.house_of(standing, at_ms), 0",
        "house, restored = node.house_of(msgspec.structs.replace(standing, orders=()), at_ms), 0",
        f"{GROUNDS}::test_p4_an_order_that_came_while_an_agreement_had_taken_the_grounds_keeps_them",
    ),
    Fault(
        "a-family-remembers-what-was-rolled-back",
        "store/memory.py",
        "        if may_remember(tx):\n            kept.families[feed, label]",
        "        if True:\n            kept.families[feed, label]",
        "tests/rooms/store/test_holds.py::test_p4_each_record_lies_in_the_sets_the_rule_says_whenever_it_came",
    ),
    Fault(
        "a-family-forgets-what-was-derived-since",
        "store/memory.py",
        "                if parent in found:\n                    found.add(child)",
        "                if parent in found:\n                    pass",
        "tests/rooms/store/test_holds.py::test_p4_each_record_lies_in_the_sets_the_rule_says_whenever_it_came",
    ),
)
