"""Faults of labels and of what is derived: joins that give more, times that last longer, codes that mean more (P2, P3)."""

from __future__ import annotations

from tests.seeded.fault import Fault

LABEL = "label/label.py"
HOLDING = "report/holding.py"
STORED = "store/holdings.py"
BY_FIELD = "tests/laws/test_p3_join_by_field.py::test_p3_each_field_of_a_join_goes_the_way_that_gives_less"
WIDER = "tests/laws/test_p3_join_by_field.py::test_p3_a_label_wider_in_one_field_alone_is_refused"
TIMES = "tests/laws/test_p3_join_by_field.py::test_p3_what_is_derived_begins_with_its_latest_parent_and_ends_with_its_first"
CONJUNCTS = "tests/laws/test_p1_conjuncts.py"
NEVER = "tests/laws/test_p2_never.py"

INTERNER = "label/interner.py"
NARROWING = "label/narrowing.py"
KEPT = "tests/rooms/label/test_interner.py"
LOST = "tests/rooms/label/test_narrowing.py"
BAD = "tests/rooms/label/test_label_bad_input.py"

FAULTS = (
    Fault("join-unions-recipients", LABEL, "set(first.recipients).intersection(", "set(first.recipients).union(", BY_FIELD),
    Fault("join-unions-purposes", LABEL, "set(first.purposes).intersection(", "set(first.purposes).union(", BY_FIELD),
    Fault("join-unions-operations", LABEL, "set(first.operations).intersection(", "set(first.operations).union(", BY_FIELD),
    Fault("join-drops-handling", LABEL, "set(first.handling).union(", "set(first.handling).intersection(", BY_FIELD),
    Fault("join-takes-lowest-level", LABEL, "level=max((one.level", "level=min((one.level", BY_FIELD),
    Fault("join-takes-longest-lease", LABEL, "lease_s=min(one.lease_s", "lease_s=max(one.lease_s", BY_FIELD),
    Fault(
        "join-keeps-first-originators-only",
        LABEL,
        "set(first.originators).union(*(one.originators for one in rest))",
        "set(first.originators)",
        BY_FIELD,
    ),
    Fault(
        "label-without-originator",
        LABEL,
        "if not self.originators:",
        "if False:",
        f"{CONJUNCTS}::test_p1_a_label_that_lost_its_originators_is_a_fault_and_no_permit",
    ),
    Fault(
        "join-of-nothing-is-allowed",
        LABEL,
        'raise LabelFault("nothing to join", why="a derived holding without parents would have no originator")',
        "return None",
        "tests/laws/test_p3_narrowing.py::test_p3_the_join_of_nothing_is_an_error_and_never_a_label_without_originator",
    ),
    Fault("wider-label-not-checked", HOLDING, "if not narrower_or_equal(", "if False and not narrower_or_equal(", WIDER),
    Fault(
        "derived-takes-latest-expiry",
        HOLDING,
        "soon = min(parent.expires_ms for parent in parents)",
        "soon = max(parent.expires_ms for parent in parents)",
        TIMES,
    ),
    Fault(
        "derived-takes-earliest-begin",
        HOLDING,
        "late = max(parent.not_before_ms for parent in parents)",
        "late = min(parent.not_before_ms for parent in parents)",
        TIMES,
    ),
    Fault(
        "lead-without-parents",
        HOLDING,
        'if self.kind == "lead" and not self.parents:',
        "if False:",
        "tests/laws/test_p3_narrowing.py::test_p3_a_lead_without_parents_cannot_be_made",
    ),
    Fault(
        "store-takes-any-derived-label",
        STORED,
        "derived(holding, [row.holding for row in above])",
        "len(above)",
        "tests/rooms/store/test_holdings.py::test_p3_a_label_wider_than_the_join_of_its_stored_parents_is_rejected",
    ),
    Fault(
        "holds-do-not-reach-derived",
        STORED,
        "inherited = frozenset[str]().union(*(row.held for row in (*above, *behind)))",
        "inherited = frozenset[str]()",
        "tests/rooms/store/test_holds.py::test_p4_each_record_lies_in_the_sets_the_rule_says_whenever_it_came",
    ),
    Fault(
        "lead-rests-on-contributors-only",
        "desk/lead.py",
        "parents=tuple(HoldingId(row.holding.id) for row in rows),",
        "parents=tuple(HoldingId(row.holding.id) for row in rows if row.holding.feed in card.feeds),",
        "tests/rooms/desk/test_lead.py::test_p3_a_lead_rests_on_every_segment_of_the_view_and_carries_their_join",
    ),
    Fault(
        "monitoring-serves-any-end",
        "desk/lead.py",
        'if "/" not in request.purpose:',
        "if True:",
        "tests/rooms/desk/test_lead.py::test_p3_a_product_of_monitoring_serves_its_stated_end_only",
    ),
    Fault(
        "implication-not-expanded",
        "label/purpose.py",
        "closed.add(implied)",
        "closed.discard(implied)",
        f"{CONJUNCTS}::test_p1_what_interdiction_implies_is_given_with_it_and_stored",
    ),
    Fault(
        "grant-does-not-expand-implication",
        "agreement/terms.py",
        "sorted(expand(purpose_of(code) for code in purposes))",
        "sorted({purpose_of(code) for code in purposes})",
        f"{CONJUNCTS}::test_p1_what_interdiction_implies_is_given_with_it_and_stored",
    ),
    Fault(
        "excluded-use-behind-monitoring-is-unknown",
        "label/purpose.py",
        'code in EXCLUDED_USES or code.partition("/")[2] in EXCLUDED_USES',
        "code in EXCLUDED_USES",
        f"{NEVER}::test_p2_every_constructor_that_takes_a_purpose_refuses_an_excluded_use",
    ),
    Fault(
        "excluded-use-among-the-purposes",
        "label/purpose.py",
        '    "training",\n)',
        '    "training",\n    "commercial",\n)',
        f"{NEVER}::test_p2_no_excluded_use_is_among_the_purposes_however_expanded",
    ),
    # The interner, and what a join takes away.
    Fault(
        "remembered-join-forgets-a-source",
        INTERNER,
        "reduce(self._pair, distinct))",
        "reduce(self._pair, distinct[-2:]))",
        f"{KEPT}::test_p3_the_remembered_join_is_the_join_in_any_order_and_of_any_many",
    ),
    Fault(
        "joins-remembered-for-the-first-only",
        INTERNER,
        "key = (one, other) if one < other else (other, one)",
        "key = (one,)",
        f"{KEPT}::test_p3_the_remembered_join_is_the_join_in_any_order_and_of_any_many",
    ),
    Fault(
        "the-join-of-nothing-is-a-label",
        INTERNER,
        "            if not distinct:\n",
        "            if not distinct and not self._ids:\n",
        f"{KEPT}::test_the_join_of_nothing_of_an_unknown_number_or_of_no_label_is_refused",
    ),
    Fault(
        "a-damaged-label-is-interned",
        INTERNER,
        "if not isinstance(label, Label) or not label.originators:",
        "if not isinstance(label, Label):",
        f"{KEPT}::test_a_label_damaged_after_it_was_made_is_not_taken_in",
    ),
    Fault(
        "no-alarm-for-too-many-labels",
        INTERNER,
        "distinct * 100 > records * ALARM_PERCENT",
        "distinct > records * ALARM_PERCENT",
        f"{KEPT}::test_more_than_one_distinct_label_in_a_hundred_records_is_an_alarm",
    ),
    Fault(
        "one-too-many-left-out",
        NARROWING,
        "fewest = min(without.values()",
        "fewest = max(without.values()",
        f"{LOST}::test_each_field_says_what_is_left_what_is_lost_and_the_fewest_sources_to_leave_out",
    ),
    Fault(
        "a-parent-without-a-label-joins",
        LABEL,
        "    if not all(isinstance(one, Label) for one in labels):\n",
        "    labels = [one for one in labels if isinstance(one, Label)]\n    if not labels:\n",
        f"{BAD}::test_a_parent_without_a_label_makes_no_join",
    ),
    Fault(
        "a-string-is-a-set-of-codes",
        LABEL,
        "    if not isinstance(codes, tuple):\n",
        "    if False:\n",
        f"{BAD}::test_a_set_of_a_label_is_a_sorted_tuple_of_codes_and_nothing_else",
    ),
    Fault(
        "a-stored-label-of-any-bytes",
        LABEL,
        "    except (MalformedBytes, UnknownCode, msgspec.ValidationError) as error:\n",
        "    except (MalformedBytes, UnknownCode) as error:\n",
        f"{BAD}::test_bytes_that_are_no_canonical_label_do_not_read",
    ),
)
