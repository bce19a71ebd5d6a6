"""Faults of weakening and derivation: who signs, what a tear line tells, what a label may be, what counts twice (P2, P3, P7)."""

from __future__ import annotations

from tests.seeded.fault import Fault

OVERRIDE = "agreement/override.py"
DESK = "desk/override.py"
TEAR = "agreement/tear_line.py"
GENUINE = "desk/genuine.py"
DERIVED = "report/derivation.py"
LAW = "tests/laws/test_p2_override.py"
AT_DESK = "tests/rooms/desk/test_override.py"
LINES = "tests/rooms/desk/test_sanitise.py"
COPIES = "tests/laws/test_p3_derivation.py"
AUDIT = "tests/rooms/desk/test_derivation.py"
NEVER_WAS = "tests/laws/test_p7_never_was.py"
SIGNED = f"{LAW}::test_p2_two_officers_of_every_originator_and_nobody_who_asked_or_gains"
MADE = f"{LAW}::test_p2_whatever_is_asked_for_an_override_has_a_permitted_purpose_units_above_the_ceiling_and_72_hours"

FAULTS = (
    Fault("override-signed-once", OVERRIDE, "SIGNERS_EACH: Final = 2", "SIGNERS_EACH: Final = 1", SIGNED),
    Fault("override-signed-by-who-asked", OVERRIDE, "frozenset({event.requester, *event.units})", "frozenset(event.units)", SIGNED),
    Fault(
        "override-signed-by-who-gains", OVERRIDE, "frozenset({event.requester, *event.units})", "frozenset({event.requester})", SIGNED
    ),
    Fault("override-below-the-ceiling", OVERRIDE, "        if below_ceiling(book, unit):\n", "        if False:\n", MADE),
    Fault(
        "override-without-end",
        OVERRIDE,
        "expires_ms <= not_before_ms + OVERRIDE_MAX_MS",
        "expires_ms",
        f"{LAW}::test_p2_an_override_lasts_72_hours_at_most",
    ),
    Fault(
        "override-drafted-before-an-order",
        DESK,
        "and stored.durable_at_ms >= made.at_ms",
        "and stored.durable_at_ms >= made.expires_ms",
        f"{AT_DESK}::test_an_order_that_came_between_drafting_and_activation_ends_it_too",
    ),
    Fault(
        "override-drafted-by-anybody-who-knows-a-name",
        DESK,
        "if row is None or party not in {one for one, _ in row.holding.label.originators}:",
        "if row is None:",
        f"{AT_DESK}::test_p7_a_record_of_somebody_else_and_one_that_never_was_cannot_be_told_apart",
    ),
    Fault(
        "use-of-an-override-not-told",
        "agreement/render.py",
        "frozenset(grants.union(one.id for one in house.slice.overrides if party in one.originators))",
        "frozenset(grants)",
        f"{AT_DESK}::test_four_signatures_open_the_record_to_that_unit_for_that_purpose_and_every_originator_has_it_in_its_log",
    ),
    Fault(
        "tear-line-drops-an-originator",
        TEAR,
        "    if {party for party, _ in label.originators} != {party for party, _ in pairs}:",
        "    if not {party for party, _ in label.originators} <= {party for party, _ in pairs}:",
        f"{LINES}::test_every_originator_keeps_its_veto_on_a_tear_line",
    ),
    Fault(
        "tear-line-released-by-its-author",
        TEAR,
        "others = [one for one in signers if one.code != said.author]",
        "others = list(signers)",
        f"{LINES}::test_an_author_who_is_an_officer_is_not_the_officer_who_releases",
    ),
    Fault(
        "tear-line-names-what-it-was-made-from",
        TEAR,
        "        if name in said:\n",
        "        if False:\n",
        f"{LINES}::test_the_text_may_not_name_what_it_was_made_from_nor_what_that_came_from",
    ),
    Fault(
        "tear-line-not-checked-at-use",
        "desk/record.py",
        "    genuine(node, tx, rows)\n",
        "",
        f"{LINES}::test_one_that_does_not_stand_as_it_was_signed_is_given_to_nobody",
    ),
    Fault(
        "holds-do-not-follow-a-tear-line",
        "store/holdings.py",
        "union(*(row.held for row in (*above, *behind)))",
        "union(*(row.held for row in above))",
        f"{LINES}::test_p4_a_hold_on_what_it_was_made_from_reaches_it_whether_it_came_before_or_after",
    ),
    Fault(
        "copies-count-twice",
        DERIVED,
        "            group[head(one)] = head(other)\n",
        "            pass\n",
        f"{COPIES}::test_p3_independent_originators_are_counted_and_not_copies",
    ),
    Fault(
        "first-party-of-an-observation-counts",
        DERIVED,
        "    for size in range(len(names) + 1):\n",
        "    for size in range(len(left), len(names) + 1):\n",
        f"{COPIES}::test_p3_the_count_is_the_least_over_every_way_to_say_who_had_it_first",
    ),
    Fault(
        "wider-label-not-found",
        "desk/labels_audit.py",
        "    if join([label, made]) != label:\n",
        "    if False:\n",
        f"{AUDIT}::test_p3_what_somebody_changed_in_the_database_is_found",
    ),
    Fault(
        "the-old-note-goes-over",
        "desk/rederive.py",
        "card, note, grounds(",
        'card, note or "as before", grounds(',
        f"{AUDIT}::test_a_lead_made_again_without_a_feed_rests_on_the_others_and_is_read_by_who_could_not_read_the_old_one",
    ),
    Fault(
        "replaced-leads-told-to-all",
        "desk/read.py",
        "for one in others if decide(house, request, facts_of(one)).permitted]",
        "for one in others]",
        f"{AUDIT}::test_a_lead_made_again_without_a_feed_rests_on_the_others_and_is_read_by_who_could_not_read_the_old_one",
    ),
    Fault(
        "others-agreements-told-to-a-co-owner",
        "desk/explain.py",
        "if oversees or one in own_word(house, party)",
        "if True",
        "tests/rooms/desk/test_explain.py::test_p7_a_co_owner_learns_no_id_of_the_others_agreements",
    ),
    Fault(
        "absent-takes-less-work",
        "desk/read.py",
        "decide(house, asked.request, facts_of(row) if row else record.NOTHING)",
        "decide(house, asked.request, facts_of(row)) if row else admit(house, asked.request)",
        f"{NEVER_WAS}::test_p7_a_refused_read_takes_the_same_statements_and_decisions_whether_hidden_or_absent",
    ),
    Fault(
        "events-counted-for-all",
        "desk/agreements.py",
        '{"epoch": standing.epoch} if eye.oversees else {}',
        '{"epoch": standing.epoch}',
        f"{NEVER_WAS}::test_p7_what_is_listed_counted_drawn_and_proved_is_as_where_the_hidden_never_was",
    ),
)
