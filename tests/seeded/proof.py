"""Faults of the proof: of the graph, the search, the verdict and the checker (P3)."""

from __future__ import annotations

from tests.seeded.fault import Fault

GRAPH = "agreement/proof/graph.py"
SEARCH = "agreement/proof/search.py"
VERDICT = "agreement/proof/verdict.py"
CHECKER = "agreement/proof/checker.py"
PATH = "agreement/proof/path.py"
INVARIANT = "agreement/proof/invariant.py"
ONE_STEP = "agreement/proof/onestep.py"
LAWS = "tests/laws/test_p3_proof.py"
EVENTS = "tests/laws/test_p3_proof_events.py"
SAME = f"{LAWS}::test_p3_the_search_finds_exactly_what_the_gate_would_give_and_when"
CLAIM = f"{LAWS}::test_p3_a_claim_that_was_tampered_with_is_refused"
TERMS = f"{LAWS}::test_p3_terms_that_the_claim_was_not_made_for_are_refused"

FAULTS = (
    Fault(
        "proof-looks-at-today-only",
        SEARCH,
        "if at_ms < end and at_ms < ends and",
        "if start <= since and at_ms < end and at_ms < ends and",
        SAME,
    ),
    Fault(
        "proof-takes-the-latest-instant", SEARCH, "if known is None or at_ms < known[0]:", "if known is None or at_ms > known[0]:", SAME
    ),
    Fault("proof-ends-inclusive", SEARCH, "if at_ms < end and at_ms < ends and", "if at_ms <= end and at_ms < ends and", SAME),
    Fault("proof-forgets-orders", SEARCH, "if stops else way.from_ms", "if False else way.from_ms", SAME),
    Fault("proof-forgets-that-orders-end", GRAPH, "to_ms=order.until_ms or FOREVER_MS", "to_ms=FOREVER_MS", SAME),
    Fault(
        "proof-forgets-what-orders-leave-to-rescue",
        GRAPH,
        'spares_rescue="safety_of_life" in order.carve_outs',
        "spares_rescue=False",
        SAME,
    ),
    Fault("proof-lets-one-of-several-originators-open", SEARCH, "if len(carry.pairs) == 1:", "if carry.pairs:", SAME),
    Fault("proof-forgets-releases-of-releases", GRAPH, "reached.append(frozenset(release.label.originators))", "pass", SAME),
    Fault("proof-makes-of-what-nobody-holds", GRAPH, "makers=release.units,", "makers=(),", SAME),
    Fault(
        "proof-overrides-without-every-originator", GRAPH, "if {party for party, _ in held} <= set(one.originators) and ", "if ", SAME
    ),
    Fault("proof-of-the-narrowest-label", GRAPH, "level=LEVELS[0],", "level=LEVELS[-1],", SAME),
    Fault(
        "proof-ignores-what-monitoring-serves",
        INVARIANT,
        "if never.intersection(end_served(purpose))",
        "if purpose in never",
        f"{EVENTS}::test_p3_a_purpose_is_reached_by_monitoring_that_serves_it_and_by_what_implies_it",
    ),
    Fault(
        "proof-of-a-code-nobody-has",
        VERDICT,
        "    if unknown:\n        return None if",
        "    if False:\n        return None if",
        f"{EVENTS}::test_p3_a_code_book_that_drops_what_an_invariant_names_breaks_it",
    ),
    Fault(
        "proof-needs-the-assurance-accepted",
        VERDICT,
        "supposed = msgspec.structs.replace(standing, grants=grants, assurances=accepted)",
        "supposed = msgspec.structs.replace(standing, grants=grants)",
        f"{EVENTS}::test_p3_what_a_recipient_could_accept_is_taken_as_accepted_and_said",
    ),
    Fault(
        "path-not-put-to-the-gate",
        VERDICT,
        '        if hop.kind == "held":\n            house',
        "        if False:\n            house",
        f"{EVENTS}::test_p3_a_path_the_gate_refuses_is_raised_as_a_fault_and_not_told_as_a_path",
    ),
    Fault(
        "event-blocked-for-an-old-breach",
        VERDICT,
        "if since < old.get(hit, FOREVER_MS)}",
        "if True}",
        f"{EVENTS}::test_p3_a_path_that_stood_already_does_not_block_what_has_nothing_to_do_with_it",
    ),
    Fault(
        "event-that-prolongs-a-breach-passes",
        VERDICT,
        "return _broken(after, people, invariant, itself, again) if again else None",
        "return None",
        f"{EVENTS}::test_p3_a_path_that_stood_already_does_not_block_what_has_nothing_to_do_with_it",
    ),
    Fault(
        "path-shows-others-terms",
        PATH,
        "if party in step.word_of and (",
        "if party and (",
        f"{EVENTS}::test_p7_a_path_shows_a_party_its_own_steps_and_nothing_of_anybody_elses",
    ),
    Fault("checker-without-state", CHECKER, "claim.state == sha256_hex(first) and state in (None, claim.state)", "True", TERMS),
    Fault("checker-without-closure", CHECKER, "dict(said) == first_at and len(said) == len(first_at)", "True", CLAIM),
    Fault("checker-without-carriers", CHECKER, "{name: one.since_ms for name, one in claim.closed.items()} == due", "True", CLAIM),
    Fault(
        "checker-of-a-narrowed-source",
        CHECKER,
        "wide == whole and not one.makers",
        "True",
        f"{LAWS}::test_p3_a_source_narrowed_with_its_claim_made_to_fit_is_refused",
    ),
    Fault(
        "checker-without-the-forbidden",
        CHECKER,
        "_need(not hit,",
        "_need(True,",
        f"{LAWS}::test_p3_a_closed_set_that_holds_what_is_forbidden_is_refused",
    ),
    Fault(
        "solver-asked-the-wrong-way-round",
        ONE_STEP,
        "solver.add(z3.Not(formula))",
        "solver.add(z3.And(formula, z3.Not(formula)))",
        "tests/laws/test_p3_one_step.py::test_p3_the_solver_refutes_a_join_with_one_field_wrong",
    ),
)
