"""Faults of the gate: what it checks of a request and of a record, what a reading says of a label, what is kept, and the slice (P1-P4)."""

from __future__ import annotations

from tests.seeded.fault import Fault

GATE = "agreement/gate.py"
READING = "agreement/reading.py"
SLICE = "agreement/slice.py"
TWO = "agreement/two_person.py"
RENDER = "agreement/render.py"
ONE = "tests/laws/test_p1_conjuncts.py"
BAD = "tests/laws/test_p1_bad_input.py"
MACHINE = "tests/laws/test_p1_machine.py"
LAWS = "tests/laws/test_p1_properties.py"
THROUGH = "tests/laws/test_p1_override.py"
PURPOSE = "tests/laws/test_p1_purpose.py"
SIGNERS = "tests/rooms/agreement/test_two_person.py"
FIELD = f"{ONE}::test_p1_each_field_of_the_label_alone_refuses"
ROLE = f"{ONE}::test_p1_a_role_a_unit_and_an_operation_are_ones_own"
CEILING = f"{ONE}::test_p2_the_ceiling_is_the_units_regime_and_its_parent_commands"
TIMES = f"{ONE}::test_p1_a_holding_is_readable_from_its_first_instant_and_not_at_its_last"
VETO = f"{ONE}::test_p1_no_agreement_or_that_of_another_originator_opens_nothing"
ASSURED = f"{ONE}::test_p1_an_assurance_is_accepted_by_the_readers_own_party_and_in_date"
STALE = f"{BAD}::test_p4_a_slice_of_another_epoch_or_code_book_decides_nothing"
ANOTHER = f"{MACHINE}::test_p1_a_gatehouse_with_another_book_people_or_slice_remembers_nothing"
NAMED = "tests/laws/test_p4_axes.py::test_p4_an_order_stops_whom_it_names_and_nobody_else"
ELSEWHERE = f"{THROUGH}::test_p1_an_override_for_another_record_unit_purpose_operation_or_by_another_originator_lets_nothing_through"
HOURS = f"{THROUGH}::test_p1_an_override_holds_from_its_first_instant_and_not_at_its_last"
KEPT = "tests/laws/test_p4_kept_answers.py"
LATER = f"{THROUGH}::test_p4_any_later_order_of_one_of_its_originators_voids_an_override_for_good"

FAULTS = (
    # Of the request.
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
        "a-set-of-codes-is-one-code",
        GATE,
        "wrong = [field for field in CODES if type(getattr(request, field, None)) is not str]",
        "wrong = []",
        f"{BAD}::test_p1_a_set_a_number_or_nothing_where_one_code_is_required_is_the_fault_types",
    ),
    Fault(
        "the-gate-fails-open",
        GATE,
        "    return Decision(reasons=_faults(request, error), epoch=epoch, book_version=version)\n",
        "    return Decision(reasons=(), epoch=epoch, book_version=version)\n",
        f"{ONE}::test_p1_whatever_errs_inside_the_gate_is_a_refusal_and_counted_as_a_fault",
    ),
    Fault(
        "a-fault-is-counted-as-a-refusal",
        GATE,
        'detail=f"the gate could not judge: {type(error).__name__}", kind="fault")',
        'detail=f"the gate could not judge: {type(error).__name__}")',
        f"{ONE}::test_p1_whatever_errs_inside_the_gate_is_a_refusal_and_counted_as_a_fault",
    ),
    # Of what is kept.
    Fault(
        "stale-slice-decides",
        GATE,
        "return self.epoch not in (None, self.slice.epoch) or self.slice.book_version != self.book.version",
        "return False",
        STALE,
    ),
    Fault("another-code-book-decides", GATE, "or self.slice.book_version != self.book.version", "", STALE),
    Fault(
        "kept-without-time",
        GATE,
        "            and known.from_ms <= at_ms < known.to_ms\n",
        "",
        f"{BAD}::test_p4_an_instant_outside_the_slice_decides_nothing",
    ),
    Fault("kept-without-epoch", GATE, "if list(map(id, of)) != list(map(id, known.of)):", "if not known.of:", ANOTHER),
    Fault(
        "kept-for-any-operation",
        GATE,
        "        found = known[*reader, way] = Reading(",
        "        found = known[*reader, way] = next(iter(known.values()), None) or Reading(",
        f"{KEPT}::test_p1_what_was_said_to_one_reader_is_not_said_to_another",
    ),
    Fault(
        "kept-whatever-hold-lies-on-the-expired",
        GATE,
        "asker.reading.shaded[facts.label, facts.held, readable] = said",
        "asker.reading.shaded[facts.label, NOT_HELD, readable] = said",
        f"{KEPT}::test_p4_what_was_said_of_one_hold_or_instant_is_not_said_of_another",
    ),
    Fault(
        "kept-whether-it-is-readable-or-not",
        GATE,
        "key = (facts.label, facts.held, facts.not_before_ms <= at_ms < facts.expires_ms)",
        "key = (facts.label, facts.held, not facts.not_before_ms <= at_ms < facts.expires_ms)",
        f"{KEPT}::test_p4_what_was_said_of_one_hold_or_instant_is_not_said_of_another",
    ),
    Fault("kept-whatever-hold-lies-on-it", GATE, "            and (facts.held is NOT_HELD or facts.held == NOT_HELD)\n", "", NAMED),
    Fault(
        "kept-though-an-override-names-it",
        GATE,
        "            and facts.digest not in known.named\n",
        "",
        f"{THROUGH}::test_p1_an_override_lets_through_an_assurance_that_is_not_given",
    ),
    Fault(
        "kept-for-any-label",
        GATE,
        "return asker.answers.get(facts.label) or _answer(house, asker, facts)",
        "return next(iter(asker.answers.values()), None) or _answer(house, asker, facts)",
        f"{KEPT}::test_p1_what_was_said_of_one_label_is_not_said_of_another",
    ),
    # Of the record.
    Fault(
        "expires-inclusive",
        GATE,
        "            and facts.not_before_ms <= at_ms < facts.expires_ms\n",
        "            and facts.not_before_ms <= at_ms <= facts.expires_ms\n",
        TIMES,
    ),
    Fault(
        "readable-before-it-is",
        GATE,
        "            and facts.not_before_ms <= at_ms < facts.expires_ms\n",
        "            and at_ms < facts.expires_ms\n",
        TIMES,
    ),
    Fault("time-not-checked", GATE, "    if not facts.not_before_ms <= request.at_ms < facts.expires_ms:\n", "    if False:\n", TIMES),
    Fault(
        "distress-not-checked",
        GATE,
        'if request.form == "distress" and facts.distress is not True:',
        "if False:",
        f"{KEPT}::test_p4_what_states_no_distress_is_not_read_in_that_form",
    ),
    # Of the label.
    Fault(
        "no-originator-nobody-objects",
        READING,
        "if not isinstance(label, Label) or not label.originators:",
        "if not isinstance(label, Label):",
        f"{ONE}::test_p1_a_label_that_lost_its_originators_is_a_fault_and_no_permit",
    ),
    Fault(
        "level-compare-reversed",
        READING,
        "level_rank(label.level) > level_rank(unit.clearance)",
        "level_rank(label.level) < level_rank(unit.clearance)",
        FIELD,
    ),
    Fault("handling-not-checked", READING, "if code not in unit.handling:", "if False:", FIELD),
    Fault("recipients-not-checked", READING, "if unit not in label.recipients:", "if False:", FIELD),
    Fault("purposes-not-checked", READING, "if purpose not in label.purposes:", "if False:", FIELD),
    Fault(
        "any-of-purposes",
        READING,
        "if purpose not in label.purposes:",
        'if not {purpose, purpose.partition("/")[2]}.intersection(label.purposes):',
        f"{ONE}::test_p1_a_grant_of_monitoring_for_an_end_is_no_grant_of_the_end_and_the_other_way_round",
    ),
    Fault("operations-not-checked", READING, "if operation not in label.operations:", "if False:", FIELD),
    Fault("grants-not-checked", READING, "        if shut:\n", "        if False:\n", VETO),
    Fault("one-open-originator-is-enough", READING, "        if shut:\n", "        if shut == mask:\n", VETO),
    Fault(
        "assurances-not-checked",
        READING,
        "released += one.unmet",
        "released += ()",
        ASSURED,
    ),
    Fault(
        "assurance-never-lapses",
        READING,
        "originator=originator, at_ms=self.slice.from_ms)",
        "originator=originator, at_ms=0)",
        ASSURED,
    ),
    Fault("holds-not-checked", READING, "            if holds_against(\n", "            if False and holds_against(\n", NAMED),
    Fault(
        "rescue-path-open-to-all-orders",
        READING,
        'if self.unit is None or (self.way == "rescue" and "safety_of_life" in order.carve_outs):',
        "if self.unit is None or self.way == 'rescue':",
        f"{KEPT}::test_p4_the_path_of_rescue_is_open_where_the_order_leaves_it_open_and_nowhere_else",
    ),
    # Overrides.
    Fault(
        "an-override-lifts-the-level",
        GATE,
        "return reading.decision(reasons, (*judged.agreements, override.id), judged.label)",
        "return reading.decision(asker.against, (*judged.agreements, override.id), judged.label)",
        f"{THROUGH}::test_p1_an_override_lifts_no_level_no_handling_and_no_time",
    ),
    Fault(
        "an-override-never-expires",
        GATE,
        "and one.not_before_ms <= request.at_ms < one.expires_ms",
        "and one.not_before_ms <= request.at_ms",
        HOURS,
    ),
    Fault(
        "an-override-expires-inclusive",
        GATE,
        "and one.not_before_ms <= request.at_ms < one.expires_ms",
        "and one.not_before_ms <= request.at_ms <= one.expires_ms",
        HOURS,
    ),
    Fault(
        "an-override-for-every-record",
        GATE,
        "            facts.digest in one.holdings\n",
        "            bool(one.holdings)\n",
        f"{THROUGH}::test_p1_an_override_for_a_record_is_for_no_other_though_another_override_names_that",
    ),
    Fault("an-override-for-every-unit", GATE, "and request.unit in one.units", "and True", ELSEWHERE),
    Fault("an-override-for-every-purpose", GATE, "and request.purpose == one.purpose", "and True", ELSEWHERE),
    Fault("an-override-in-every-operation", GATE, "and request.operation == one.operation", "and True", ELSEWHERE),
    Fault(
        "one-originator-missing-from-an-override",
        GATE,
        "and parties <= set(one.originators)",
        "and parties & set(one.originators)",
        f"{THROUGH}::test_p1_an_override_by_one_originator_of_two_lets_nothing_through",
    ),
    Fault(
        "an-override-survives-a-later-order",
        "agreement/standing.py",
        "if event.originator not in one.originators}",
        "if True}",
        LATER,
    ),
    # The slice.
    Fault("a-pair-nobody-granted-is-open", SLICE, "self.bits.get(pair, 1)  # bit 0", "self.bits.get(pair, 0)  # bit 0", VETO),
    Fault(
        "grant-expiry-inclusive",
        SLICE,
        "grant.not_before_ms <= at_ms < ends_of",
        "grant.not_before_ms <= at_ms <= ends_of",
        f"{ONE}::test_p1_an_agreement_holds_from_its_first_instant_and_not_at_its_last",
    ),
    Fault(
        "winding-down-never-ends",
        SLICE,
        "return min(grant.expires_ms, notice.ends_ms) if notice else grant.expires_ms",
        "return grant.expires_ms",
        f"{LAWS}::test_p4_a_denounced_agreement_gives_until_the_end_of_its_winding_down_and_nothing_after",
    ),
    Fault(
        "unit-fingerprint-ignored",
        SLICE,
        "if unit in self.unit_prints and self.unit_prints[unit] == grant.unit_prints.get(unit)]",
        "if unit in self.unit_prints]",
        f"{PURPOSE}::test_p1_a_change_of_regime_command_or_mission_voids_the_units_grants",
    ),
    Fault(
        "operation-fingerprint-ignored",
        SLICE,
        "if code in known and known[code] == grant.operation_prints.get(code)]",
        "if code in known]",
        f"{ONE}::test_p1_a_grant_binds_the_operation_it_was_signed_for",
    ),
    Fault(
        "command-regime-not-in-the-fingerprint",
        "label/codebook.py",
        '            "command_regime": self.commands[found.command].regime,\n',
        "",
        f"{ONE}::test_p1_a_grant_is_void_when_the_parent_commands_regime_changes",
    ),
    Fault("orders-do-not-mask", SLICE, "(given & ~shut[key] if against else given)", "given", NAMED),
    Fault(
        "order-stops-every-category",
        SLICE,
        "(not order.categories or pair[1] in order.categories)",
        "True",
        "tests/laws/test_p4_axes.py::test_p4_an_order_stops_the_category_it_names_and_no_other",
    ),
    Fault(
        "no-boundary-where-an-assurance-ends",
        SLICE,
        "    dates.update(one.expires_ms for one in standing.assurances)\n",
        "",
        f"{KEPT}::test_p4_a_slice_ends_where_an_assurance_does",
    ),
    # Signers.
    Fault(
        "one-person-signs-twice",
        TWO,
        "by_code = {person.code: person for person in signed if person.party == party}",
        "by_code = {str(place): person for place, person in enumerate(signed) if person.party == party}",
        f"{SIGNERS}::test_too_few_are_refused_and_each_who_does_not_count_is_named",
    ),
    Fault(
        "the-requester-signs",
        TWO,
        "    if person.code in barred:\n",
        "    if False:\n",
        f"{SIGNERS}::test_too_few_are_refused_and_each_who_does_not_count_is_named",
    ),
    Fault(
        "anybody-of-the-party-signs",
        TWO,
        "    if role not in person.roles:\n",
        "    if False:\n",
        f"{SIGNERS}::test_too_few_are_refused_and_each_who_does_not_count_is_named",
    ),
)
