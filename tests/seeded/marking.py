"""Faults of marks, carriers and exports: a banner wider than a portion, an originator not asked, a carrier that says it is whole (P1, P3)."""

from __future__ import annotations

from tests.seeded.fault import Fault

ROLLUP = "label/marking/rollup.py"
GRAMMAR = "label/marking/grammar.py"
GIVEN = "label/marking/given.py"
EXPORT = "desk/export.py"
RULE = "agreement/export.py"
NEVER_WIDER = "tests/laws/test_p3_marks.py::test_p3_a_banner_is_never_wider_than_a_portion"
LET_OUT = "tests/laws/test_p1_export.py"
VERB = "tests/rooms/desk/test_export.py"
CARRIED = "tests/rooms/label/test_carriers.py"

FAULTS = (
    Fault("banner-takes-lowest-level", ROLLUP, "level = max((mark.level", "level = min((mark.level", NEVER_WIDER),
    Fault("banner-unions-rel-to", ROLLUP, "frozenset.intersection(*", "frozenset.union(*", NEVER_WIDER),
    Fault("banner-released-though-a-portion-is-not", ROLLUP, "if not lists or any(", "if not lists or False and any(", NEVER_WIDER),
    Fault(
        "banner-forgets-noforn-of-disjoint-lists",
        ROLLUP,
        'controls.add("NF")',
        "pass",
        "tests/rooms/label/test_rollup.py::test_the_public_rules",
    ),
    Fault(
        "orcon-on-unclassified",
        GRAMMAR,
        'if "OC" in mark.dissemination and not mark.classified:',
        "if False:",
        "tests/rooms/label/test_banner.py::test_what_the_grammar_does_not_allow_is_refused_and_said",
    ),
    Fault(
        "export-by-any-agreement",
        RULE,
        "if carrier in grant.export_to)",
        "if grant)",
        f"{LET_OUT}::test_p1_nothing_goes_out_that_its_reader_may_not_have_or_that_an_originator_did_not_let_out",
    ),
    Fault(
        "export-asks-only-the-agreements-for-the-carrier",
        RULE,
        "return Decision(reasons=(*inside.reasons, *missing)",
        "return Decision(reasons=(*missing,)",
        f"{LET_OUT}::test_p1_nothing_goes_out_that_its_reader_may_not_have_or_that_an_originator_did_not_let_out",
    ),
    Fault(
        "export-without-a-receipt-of-to-whom",
        EXPORT,
        'given_to=f"{carrier.name} {way.to}"',
        'given_to=""',
        f"{VERB}::test_p6_an_export_is_a_release_with_a_receipt_that_says_to_whom_in_what",
    ),
    Fault(
        "export-names-the-source",
        EXPORT,
        '"body": body, "left_out"',
        '"body": content["body"], "left_out"',
        f"{VERB}::test_a_report_goes_out_with_its_grade_and_a_segment_never",
    ),
    Fault(
        "carrier-says-nothing-of-suspension",
        GIVEN,
        '"suspension": ("lost", ',
        '"suspension": ("kept", ',
        "tests/laws/test_p3_marks.py::test_p3_no_carrier_says_that_it_keeps_all_of_a_label",
    ),
    Fault(
        "stix-label-not-bound-to-its-marking",
        "label/marking/stix.py",
        "same(marking, _marking(one), WHAT)",
        "pass",
        f"{CARRIED}::test_a_stix_marking_alone_reads_as_in_its_bundle_and_a_statement_alone_does_not",
    ),
    Fault(
        "empty-permissive-list-left-out",
        "label/marking/stanag4774.py",
        "one.recipients or [NOBODY]",
        "one.recipients",
        f"{CARRIED}::test_a_label_readable_by_nobody_is_released_to_nobody",
    ),
)
