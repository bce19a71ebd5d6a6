"""Faults of agreements, assurances and code-books: who signs, what is reviewed, what a change voids (P1)."""

from __future__ import annotations

from tests.seeded.fault import Fault

SIGNING = "agreement/signing.py"
LAWFUL = "agreement/lawful.py"
ASSURED = "agreement/assured.py"
CHANGE = "label/change.py"
TERMS = "agreement/terms.py"
ENTER = "desk/enter.py"
LAWS = "tests/laws/test_p1_agreements.py"
WORD = "tests/rooms/agreement/test_terms.py"
BOOK = "tests/rooms/desk/test_agree_codebook.py"
WRONG_KEY = f"{LAWS}::test_p1_an_event_signed_by_the_wrong_key_changes_nothing"
WIDER = f"{WORD}::test_more_in_any_field_widens_and_less_does_not"
BOUND = "tests/rooms/label/test_change.py::test_a_change_binds_the_parties_whose_units_and_commands_it_changes"

FAULTS = (
    # Who signs.
    Fault("the-drafter-signs-second", SIGNING, "(RELEASES,)) - {drafter} or", "(RELEASES,)) or", WRONG_KEY),
    Fault("the-drafter-reviews", SIGNING, "& {event.reviewer}) - drafter}", "& {event.reviewer})}", WRONG_KEY),
    Fault("anybody-signs-a-draft-for-its-drafter", SIGNING, "(RELEASES,)) & {event.drafter}}", "(RELEASES,))}", WRONG_KEY),
    Fault(
        "a-code-book-changed-by-one-party",
        "agreement/events.py",
        "(parties_bound(book, event.book) if book else frozenset())",
        "frozenset()",
        f"{BOOK}::test_p1_a_change_takes_the_signature_of_every_party_it_binds",
    ),
    Fault("a-higher-clearance-is-the-units-own-affair", CHANGE, "set(new.parties) if _raised(code, old, new) else", "set() or", BOUND),
    Fault("who-leaves-an-operation-is-not-asked", CHANGE, "crew = was ^ now if", "crew = now - was if", BOUND),
    # What is reviewed.
    Fault(
        "unreviewed-terms-are-given",
        LAWFUL,
        '    if state != "approved":\n',
        "    if False:\n",
        "tests/rooms/desk/test_agree.py::test_p1_what_no_review_approved_is_not_put_in_force",
    ),
    Fault(
        "a-review-of-any-terms-will-do",
        LAWFUL,
        "if draft is None or draft.terms != terms:",
        "if draft is None:",
        f"{LAWS}::test_p1_terms_that_are_not_those_the_review_approved_are_not_put_in_force",
    ),
    Fault(
        "denounced-is-taken-up-unreviewed",
        LAWFUL,
        "return old is None or terms.id in standing.denounced or widens(old, terms)",
        "return old is None or widens(old, terms)",
        "tests/rooms/desk/test_agree.py::test_p1_what_was_denounced_is_taken_up_again_only_through_a_review",
    ),
    Fault("longer-is-not-wider", TERMS, "        or new.expires_ms > old.expires_ms\n", "", WIDER),
    Fault("fewer-assurances-are-not-wider", TERMS, "        or not set(old.assurances) <= set(new.assurances)\n", "", WIDER),
    Fault(
        "a-changed-unit-is-not-wider",
        TERMS,
        "any(old.unit_prints.get(unit) != new.unit_prints.get(unit)",
        "any(False and (unit)",
        WIDER,
    ),
    # What comes in.
    Fault(
        "a-clock-far-ahead-is-believed",
        LAWFUL,
        "if dated_ms(event) > at_ms + AHEAD_MAX_MS:",
        "if False:",
        f"{LAWS}::test_p1_an_event_dated_in_the_future_is_refused_and_five_minutes_of_a_fast_clock_are_not",
    ),
    Fault(
        "an-event-is-signed-in-twice",
        "store/events.py",
        "return found is not None",
        "return False",
        f"{LAWS}::test_p1_an_event_replayed_is_refused_whoever_brings_it_in_and_however_it_is_wrapped",
    ),
    Fault(
        "terms-are-not-made-anew",
        LAWFUL,
        "    if again != terms:\n",
        "    if False:\n",
        f"{LAWS}::test_p1_terms_that_are_not_in_their_one_form_are_refused",
    ),
    Fault(
        "a-late-review-of-an-old-draft",
        "agreement/standing.py",
        "    if event.at_ms < draft.at_ms:\n",
        "    if False:\n",
        f"{LAWS}::test_p1_an_old_event_of_a_draft_that_was_replaced_does_not_come_back",
    ),
    # Assurances.
    Fault(
        "an-acceptance-to-all-answers-a-breach",
        ASSURED,
        '            if one.status == "breached":\n                return False\n',
        "",
        f"{WORD}::test_given_is_accepted_or_doubted_in_date_and_not_breached_towards_this_originator",
    ),
    Fault(
        "the-recipient-clears-a-breach",
        ASSURED,
        '("breached", "restored"): "accepted",',
        '("breached", "restored"): "accepted",\n    ("breached", "withdrawn"): "withdrawn",',
        f"{WORD}::test_no_sequence_of_the_recipients_own_words_gets_out_of_a_breach",
    ),
    Fault(
        "an-assurance-never-ends",
        ASSURED,
        "and at_ms >= one.expires_ms:",
        "and False:",
        f"{WORD}::test_given_is_accepted_or_doubted_in_date_and_not_breached_towards_this_originator",
    ),
    # The code-book.
    Fault(
        "a-dropped-category-still-opens",
        "agreement/slice.py",
        " for category in grant.categories if category in bound.book.categories)",
        " for category in grant.categories)",
        f"{BOOK}::test_p1_a_label_of_a_dropped_code_opens_nothing_and_is_still_explained",
    ),
    Fault(
        "a-dropped-code-comes-back",
        CHANGE,
        "            if again:\n",
        "            if False:\n",
        "tests/rooms/label/test_change.py::test_what_may_not_follow",
    ),
    Fault(
        "the-gate-keeps-the-first-code-book",
        "desk/node.py",
        "            book=standing.book or self.coalition.book,\n",
        "            book=standing.books[0] if standing.books else self.coalition.book,\n",
        f"{BOOK}::test_p1_a_changed_regime_command_or_mission_voids_grants_until_they_are_signed_anew",
    ),
)
