"""Faults of the lawful steps: boarding, detention, custody, and how acts are dated and seen (P8, P9)."""

from __future__ import annotations

from tests.seeded.fault import Fault

TABLES = "case/tables.py"
NEEDS = "case/needs.py"
HANDS = "case/hands.py"
VERB = "desk/interdict.py"
ORDER = "tests/laws/test_p8_lawful_order.py"
CUSTODY = "tests/laws/test_p9_custody.py"
CASE = "tests/rooms/desk/test_case.py"
DATES = f"{CASE}::test_p8_an_act_is_not_dated_ahead_nor_backdated_by_the_nodes_clock"
UNTOLD = "            record.refusal(node, tx, asked, house=house, rows=())"

FAULTS = (
    Fault(
        "boarding-without-basis",
        TABLES,
        '*rows("stopped", "board", "boarded", roles=BOARDING, needs=(*VESSEL, "cites_basis")),',
        '*rows("stopped", "board", "boarded", roles=BOARDING, needs=UNIT),',
        f"{ORDER}::test_p8_an_expired_basis_boards_nobody_and_a_renewed_one_does",
    ),
    Fault(
        "boarding-cites-any-basis",
        NEEDS,
        'return "" if basis is not None and cited == basis.digest else "it does not cite the legal basis in force"',
        'return ""',
        f"{ORDER}::test_p8_boarding_cites_the_basis_in_force_and_no_other",
    ),
    Fault(
        "a-basis-never-expires",
        NEEDS,
        'return "" if basis.stands(at_ms) else',
        'return "" if True else',
        f"{ORDER}::test_p8_an_expired_basis_boards_nobody_and_a_renewed_one_does",
    ),
    Fault(
        "a-void-basis-boards",
        NEEDS,
        "    if basis.void:\n",
        "    if False:\n",
        "tests/laws/test_p8_withdrawal.py::test_p8_a_withdrawal_is_not_held_up_by_a_clock_or_a_rescue",
    ),
    Fault(
        "basis-signed-by-anybody",
        NEEDS,
        'if found is None or "legal_adviser" not in found.roles:',
        "if False:",
        f"{ORDER}::test_p8_no_boarding_without_a_basis_signed_by_a_named_legal_adviser",
    ),
    Fault(
        "who-seeks-a-basis-signs-it",
        NEEDS,
        "act.adviser == asked.state.seeking",
        "False",
        f"{ORDER}::test_p8_who_seeks_a_basis_does_not_sign_it",
    ),
    Fault(
        "detention-without-persons-scope",
        NEEDS,
        '"covers_persons": _covers("persons")',
        '"covers_persons": _covers("vessel")',
        f"{ORDER}::test_p8_no_detention_unless_the_basis_covers_persons",
    ),
    Fault(
        "a-rescued-person-is-detained",
        NEEDS,
        'category in ("crew", "minor")',
        "True",
        f"{ORDER}::test_p8_a_rescued_person_or_survivor_is_never_detained",
    ),
    Fault(
        "a-closed-case-takes-steps",
        "case/fold.py",
        '(state.state == "closed" and step.kind != "append") or',
        "False or",
        f"{ORDER}::test_p8_a_closed_case_takes_only_words_that_append",
    ),
    Fault(
        "the-author-need-not-sign",
        "case/fold.py",
        'yield "author", f"it is not signed by {act.person}"',
        "pass",
        f"{ORDER}::test_p8_no_boarding_without_a_basis_signed_by_a_named_legal_adviser",
    ),
    Fault(
        "acts-out-of-time",
        NEEDS,
        'return "" if asked.signed.act.at_ms >= last_ms else',
        'return "" if True else',
        f"{ORDER}::test_p8_an_act_dated_before_the_one_it_follows_is_refused",
    ),
    Fault(
        "withdrawal-after-boarding-ends-the-case",
        TABLES,
        '"grounds_withdrawn",\n            "under_legal_review",',
        '"grounds_withdrawn",\n            "grounds_withdrawn",',
        "tests/laws/test_p8_withdrawal.py::test_p8_grounds_withdrawn_after_boarding_open_a_legal_review_and_abandon_nobody",
    ),
    Fault(
        "after-a-halt-no-grounds-need-be-named",
        NEEDS,
        "if state.withdrawn and not act.leads and not act.sightings:",
        "if False:",
        "tests/laws/test_p8_withdrawal.py::test_p8_grounds_withdrawn_before_boarding_make_the_unit_stand_off",
    ),
    Fault(
        "what-was-seen-before-the-halt-is-ground-after-it",
        "case/effects.py",
        "withdrawn=(*state.withdrawn, taken), sightings=())",
        "withdrawn=(*state.withdrawn, taken))",
        "tests/laws/test_p8_withdrawal.py::test_p8_a_sighting_of_before_the_withdrawal_or_of_another_unit_or_of_no_record_is_no_ground",
    ),
    Fault(
        "grounds-on-a-lead-nobody-may-read",
        VERB,
        "frozenset(row.holding.digest for row in rows if reads(house, unit, case, row, at_ms))",
        "frozenset(row.holding.digest for row in rows)",
        f"{CASE}::test_p8_after_a_halt_a_basis_rests_on_a_lead_that_can_be_read_or_on_an_own_sighting",
    ),
    Fault(
        "custody-with-one-signature",
        HANDS,
        'return f"{person} has not signed it: both sides must"',
        "continue",
        f"{CUSTODY}::test_p9_one_signature_moves_no_exhibit",
    ),
    Fault(
        "both-sides-are-one-person",
        HANDS,
        "if act.from_person == act.to_person:",
        "if False:",
        f"{CUSTODY}::test_p9_the_two_sides_are_two_people",
    ),
    Fault(
        "anybody-gives-what-another-holds",
        HANDS,
        "act.from_person != concerned.custodian:",
        "False:",
        f"{CUSTODY}::test_p9_only_the_custodian_gives_and_only_somebody_who_may_hold_it_takes",
    ),
    Fault(
        "another-seal-is-no-alarm",
        HANDS,
        "act.seal_before == concerned.seal",
        "True",
        f"{CUSTODY}::test_p9_a_transfer_under_another_seal_is_an_alarm_not_a_transfer",
    ),
    Fault(
        "a-seizure-number-twice",
        HANDS,
        'is already taken" if plain in taken else ""',
        'is already taken" if False else ""',
        f"{CUSTODY}::test_p9_a_seizure_number_is_taken_once",
    ),
    Fault(
        "a-seizure-number-spelt-otherwise-is-another",
        HANDS,
        "if unicodedata.category(letter) not in UNSEEN)",
        ")",
        f"{CUSTODY}::test_p9_a_seizure_number_is_the_same_however_it_is_spelt",
    ),
    Fault(
        "numbers-of-hidden-cases-are-told",
        VERB,
        "if other.id != case.id and other.party == case.party:",
        "if other.id != case.id:",
        f"{CASE}::test_p7_a_seizure_number_of_another_partys_case_is_not_told",
    ),
    Fault("acts-dated-ahead", VERB, "    if made.at_ms > now_ms:\n", "    if False:\n", DATES),
    Fault("acts-backdated-by-the-nodes-clock", VERB, 'if made.clock == "node" and made.at_ms <', "if False and made.at_ms <", DATES),
    Fault("acts-reported-years-late", VERB, "if made.at_ms < now_ms - LATE_MAX_MS:", "if False:", DATES),
    Fault(
        "a-case-opened-on-a-lead-it-may-not-read",
        VERB,
        "if admitted or row is None or not decide(house, reading, facts_of(row)).permitted:",
        "if admitted or row is None:",
        f"{CASE}::test_a_case_is_opened_only_on_a_lead_its_opener_may_read",
    ),
    Fault(
        "anybody-acts-on-a-case",
        VERB,
        "        if admitted or case is None or not _may_see(node, tx, house, asked, case):\n" + UNTOLD,
        "        if admitted or case is None:\n" + UNTOLD,
        f"{CASE}::test_p7_a_case_of_another_is_as_absent_as_one_that_never_was",
    ),
    Fault(
        "an-act-without-a-record",
        VERB,
        "    record.event(node, tx, asked, party=case.party, subject=sha256_hex(raw), kind=record_kind(made), output=raw, legal_basis=rests_on)\n",
        "",
        f"{CASE}::test_p6_an_act_is_in_the_log_of_the_acting_party_alone",
    ),
    Fault(
        "a-halt-leaves-the-case-going",
        "desk/halt.py",
        "withdrawn, restored = withdraw_grounds(",
        "withdrawn, restored = (0, 0) or withdraw_grounds(",
        f"{CASE}::test_p8_a_halt_withdraws_the_grounds_of_the_case_it_reaches_and_a_resume_restores_them",
    ),
)
