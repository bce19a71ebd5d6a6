"""The three tables of lawful steps: the case, a person met, an exhibit (P8). Rows are read top to bottom as the trade runs.

1. Before boarding an exit stops the case; after boarding every exit but rescue opens a legal review, never abandonment of people.
2. Force, corrections and complaints are facts: they can be recorded in any state, a closed one included, and undo nothing.
3. Care of a person (welfare check, illness, release, death) never waits for the case: no row of it depends on a basis or a state of it.
"""

from __future__ import annotations

from typing import Final

from fairlead.agreement.people import ROLES
from fairlead.case.steps import PREVIOUS, START, Table, rows

NODE: Final = "node"  # the role of an act the node appends by itself when an order comes into force
WATCH: Final = ("watch_officer",)
LEGAL: Final = ("legal_adviser",)
BOARDING: Final = ("boarding_officer",)
OFFICE: Final = ("watch_officer", "legal_adviser")
AT_SEA: Final = ("boarding_officer", "watch_officer")
CUSTODY: Final = ("boarding_officer", "custody_officer")
THINGS: Final = ("boarding_officer", "custody_officer", "evidence_custodian")
DESK: Final = ("boarding_officer", "custody_officer", "evidence_custodian", "legal_adviser", "watch_officer")
WITHDRAWING: Final = ("releasing_officer", "legal_adviser", NODE)
ANYONE: Final = tuple(sorted(ROLES))

EARLY: Final = ("cued", "detected", "sorted", "monitored", "basis_sought", "refused", "clock_expired")
UNDERWAY: Final = ("authorised", "handed_off", "intercepting", "signalled", "stopped", "noncompliant", "force_logged")
ABOARD: Final = ("boarded", "searched", "found", "held_pending_instruction")
LATER: Final = ("no_contraband", "released", "claim_window", "disposition_set", "transferred", "proceedings")
HALTED: Final = ("lost_contact", "aborted", "basis_withdrawn", "grounds_withdrawn")
BEFORE_BOARDING: Final = EARLY + UNDERWAY
AFTER_BOARDING: Final = ABOARD + LATER
OPENED: Final = (*BEFORE_BOARDING, *AFTER_BOARDING, *HALTED, "became_rescue", "under_legal_review")
SEEING: Final = (*BEFORE_BOARDING, *ABOARD, *HALTED, "under_legal_review")
CLOSABLE: Final = (*HALTED, "refused", "clock_expired", "became_rescue", "claim_window", "transferred", "proceedings")

IN_TIME: Final = ("in_time",)
BASIS: Final = ("in_time", "adviser_signed", "adviser_not_seeker", "basis_ahead", "grounds_stand")
UNIT: Final = ("in_time", "unit_handed_to")
VESSEL: Final = (*UNIT, "basis_valid", "covers_vessel")

CASE: Final = Table(
    name="case",
    terminal=frozenset({"closed"}),
    steps=(
        *rows(START, "open_case", "cued", roles=DESK),
        *rows(("cued", "lost_contact"), "detect", "detected", roles=AT_SEA, needs=IN_TIME),
        *rows("detected", "sort", "sorted", roles=AT_SEA, needs=IN_TIME),
        *rows("sorted", "monitor", "monitored", roles=AT_SEA, needs=IN_TIME),
        *rows(
            ("monitored", "refused", "clock_expired", "basis_withdrawn", "grounds_withdrawn"),
            "seek_basis",
            "basis_sought",
            roles=AT_SEA,
            needs=("in_time", "grounds_stand"),
        ),
        *rows("basis_sought", "sign_basis", "authorised", roles=LEGAL, needs=BASIS),
        *rows("basis_sought", "refuse_basis", "refused", roles=LEGAL, needs=IN_TIME),
        *rows("basis_sought", "clock_expired", "clock_expired", roles=OFFICE, needs=IN_TIME),
        *rows(UNDERWAY + ABOARD, "renew_basis", roles=LEGAL, needs=BASIS, kind="care"),
        *rows(
            ("authorised", "handed_off"), "hand_off", "handed_off", roles=OFFICE, needs=("in_time", "basis_valid", "enforcement_unit")
        ),
        *rows("handed_off", "intercept", "intercepting", roles=AT_SEA, needs=UNIT),
        *rows("intercepting", "signal", "signalled", roles=AT_SEA, needs=UNIT),
        *rows("signalled", "noncompliant", "noncompliant", roles=AT_SEA, needs=UNIT),
        *rows("noncompliant", "log_force", "force_logged", roles=DESK),
        *rows(("signalled", "noncompliant", "force_logged"), "stop", "stopped", roles=AT_SEA, needs=VESSEL),
        *rows("stopped", "board", "boarded", roles=BOARDING, needs=(*VESSEL, "cites_basis")),
        *rows("boarded", "search", "searched", roles=BOARDING, needs=VESSEL),
        *rows(("searched", "found"), "find", "found", roles=BOARDING, needs=UNIT),
        *rows("searched", "no_contraband", "no_contraband", roles=BOARDING, needs=UNIT),
        *rows("no_contraband", "release_vessel", "released", roles=AT_SEA, needs=IN_TIME),
        *rows("released", "open_claim_window", "claim_window", roles=OFFICE, needs=IN_TIME),
        *rows("found", "hold_vessel", "held_pending_instruction", roles=AT_SEA, needs=UNIT),
        *rows("held_pending_instruction", "dispose", "disposition_set", roles=OFFICE, needs=IN_TIME),
        *rows("disposition_set", "hand_over_case", "transferred", roles=DESK, needs=("in_time", "both_sign", "to_unit_signed")),
        *rows("transferred", "open_proceedings", "proceedings", roles=OFFICE, needs=IN_TIME),
        *rows(CLOSABLE, "close", "closed", roles=OFFICE, needs=("in_time", "all_accounted")),
        # Exits before boarding: the unit stands off.
        *rows(BEFORE_BOARDING, "lost_contact", "lost_contact", roles=AT_SEA, needs=IN_TIME, kind="exit"),
        *rows(BEFORE_BOARDING, "aborted", "aborted", roles=DESK, needs=IN_TIME, kind="exit"),
        *rows(
            (*UNDERWAY, "lost_contact", "aborted"),
            "basis_withdrawn",
            "basis_withdrawn",
            roles=WITHDRAWING,
            needs=("has_basis",),
            kind="exit",
        ),
        *rows(
            (*BEFORE_BOARDING, *HALTED),
            "grounds_withdrawn",
            "grounds_withdrawn",
            roles=WITHDRAWING,
            needs=("cites_own_leads",),
            kind="exit",
        ),
        # Exits after boarding: a legal adviser rules on what remains; people and things stay in care and custody.
        *rows(AFTER_BOARDING, "lost_contact", "under_legal_review", roles=AT_SEA, needs=IN_TIME, kind="exit"),
        *rows(AFTER_BOARDING, "aborted", "under_legal_review", roles=DESK, needs=IN_TIME, kind="exit"),
        *rows(
            (*AFTER_BOARDING, "under_legal_review"),
            "basis_withdrawn",
            "under_legal_review",
            roles=WITHDRAWING,
            needs=("has_basis",),
            kind="exit",
        ),
        *rows(
            (*AFTER_BOARDING, "under_legal_review"),
            "grounds_withdrawn",
            "under_legal_review",
            roles=WITHDRAWING,
            needs=("cites_own_leads",),
            kind="exit",
        ),
        *rows(
            "under_legal_review",
            "legal_review:proceed_without_intelligence",
            PREVIOUS,
            roles=LEGAL,
            needs=("in_time", "adviser_signed", "grounds_stand"),
        ),
        *rows("under_legal_review", "legal_review:release", "released", roles=LEGAL, needs=("in_time", "adviser_signed")),
        *rows("under_legal_review", "legal_review:hand_over", "disposition_set", roles=LEGAL, needs=("in_time", "adviser_signed")),
        # Rescue: from anywhere, never an enforcement basis, and no withdrawal stops it.
        *rows(
            (*BEFORE_BOARDING, *AFTER_BOARDING, *HALTED, "under_legal_review"),
            "became_rescue",
            "became_rescue",
            roles=DESK,
            kind="exit",
        ),
        *rows("became_rescue", "grounds_withdrawn", roles=WITHDRAWING, needs=("cites_own_leads",), kind="care"),
        *rows("became_rescue", "basis_withdrawn", roles=WITHDRAWING, needs=("has_basis",), kind="care"),
        *rows("became_rescue", "end_rescue", "under_legal_review", roles=OFFICE),
        # An originator lifts its order: what had to stop starts from a new basis; elsewhere it is noted.
        *rows("grounds_withdrawn", "grounds_restored", "monitored", roles=WITHDRAWING, needs=("cites_order",)),
        *rows(
            tuple(state for state in OPENED if state != "grounds_withdrawn"),
            "grounds_restored",
            roles=WITHDRAWING,
            needs=("cites_order",),
            kind="care",
        ),
        # Facts. What the acting unit sees itself is what grounds can rest on when an originator took back its own.
        *rows(SEEING, "sight", roles=AT_SEA, needs=("own_eyes",), kind="append"),
        *rows(tuple(state for state in (*OPENED, "closed") if state != "noncompliant"), "log_force", roles=DESK, kind="append"),
        *rows((*OPENED, "closed"), "correct", roles=ANYONE, needs=("cites_act",), kind="append"),
    ),
)

IN_CUSTODY: Final = ("detained", "informed", "screened", "notified", "held")
FREE: Final = ("free_crew", "landed", "before_judge", "repatriated", "released")
MET: Final = ("encountered", "rescued", *IN_CUSTODY, "transferred", *FREE)
PEOPLE_SETTLED: Final = frozenset({*FREE, "transferred", "deceased"})

PERSON_NEEDS: Final = ("in_time", "holding_unit")
DETAIN: Final = (
    "in_time",
    "unit_handed_to",
    "vessel_boarded",
    "basis_valid",
    "covers_persons",
    "cites_basis",
    "may_be_detained",
    "adviser_for_minor",
    "liberty_known",
)
HAND_OVER: Final = ("in_time", "both_sign", "from_custodian", "to_unit_signed")

PERSON: Final = Table(
    name="person",
    terminal=frozenset({"deceased", "before_judge", "repatriated", "released", "landed"}),
    steps=(
        *rows(START, "encounter", "encountered", roles=(*AT_SEA, "custody_officer"), needs=("contact_made", "not_met_detained")),
        *rows(START, "encounter:deceased", "deceased", roles=(*AT_SEA, "custody_officer"), needs=("contact_made",)),
        *rows("encountered", "free", "free_crew", roles=CUSTODY, needs=PERSON_NEEDS),
        *rows("encountered", "rescue", "rescued", roles=(*AT_SEA, "custody_officer")),
        *rows(("encountered", "free_crew"), "detain", "detained", roles=BOARDING, needs=DETAIN),
        *rows("detained", "inform_rights", "informed", roles=CUSTODY, needs=PERSON_NEEDS),
        *rows("informed", "screen", "screened", roles=CUSTODY, needs=PERSON_NEEDS),
        *rows("screened", "notify_consul", "notified", roles=(*CUSTODY, "legal_adviser"), needs=("in_time", "holding_or_adviser")),
        *rows("notified", "hold", "held", roles=CUSTODY, needs=PERSON_NEEDS),
        *rows("held", "hand_over_person", "transferred", roles=CUSTODY, needs=HAND_OVER),
        *rows(
            ("held", "transferred"),
            "bring_before_judge",
            "before_judge",
            roles=(*CUSTODY, "legal_adviser"),
            needs=("in_time", "holding_or_adviser"),
        ),
        *rows(("held", "transferred"), "repatriate", "repatriated", roles=CUSTODY, needs=PERSON_NEEDS),
        *rows("rescued", "land", "landed", roles=(*AT_SEA, "custody_officer")),
        # Care, and liberty: no time order, no basis, no state of the case stands in their way.
        *rows(
            (*IN_CUSTODY, "transferred"), "release_person", "released", roles=(*CUSTODY, "legal_adviser"), needs=("holding_or_adviser",)
        ),
        *rows(("encountered", "rescued", *IN_CUSTODY, "transferred"), "welfare_check", roles=(*CUSTODY, "watch_officer"), kind="care"),
        *rows(IN_CUSTODY, "take_custody", roles=CUSTODY, needs=("in_time", "both_sign", "from_custodian", "same_unit"), kind="care"),
        *rows(("encountered", "free_crew", "rescued", *IN_CUSTODY, "transferred"), "ill", roles=DESK, kind="care"),
        # Death stops every clock, so it is for the unit that holds the person, or a legal adviser, to say.
        *rows(
            ("encountered", "free_crew", "rescued", *IN_CUSTODY, "transferred"),
            "died",
            "deceased",
            roles=DESK,
            needs=("holding_or_adviser",),
            kind="exit",
        ),
        *rows((*MET, "deceased"), "complaint", roles=ANYONE, kind="append"),
    ),
)

UNSEALED: Final = ("found", "photographed", "seized")
SEALED: Final = ("sealed", "weighed", "tested", "sampled", "stored", "in_transfer", "lab", "confirmed", "negative", "exhibit")
THINGS_SETTLED: Final = frozenset({"left_in_place", "returned", "forfeited", "destroyed"})

KEEPER: Final = ("in_time", "custodian_signs")
BOTH: Final = ("in_time", "both_sign", "from_custodian", "to_unit_signed", "seal_matches")

EXHIBIT: Final = Table(
    name="exhibit",
    terminal=THINGS_SETTLED,
    steps=(
        *rows(START, "find", "found", roles=BOARDING),
        *rows("found", "photograph", "photographed", roles=THINGS, needs=KEEPER),
        *rows(
            "photographed",
            "seize",
            "seized",
            roles=BOARDING,
            needs=(*KEEPER, "unit_handed_to", "vessel_boarded", "basis_valid", "covers_cargo", "cites_basis", "number_new"),
        ),
        *rows(("found", "photographed"), "leave_in_place", "left_in_place", roles=THINGS, needs=KEEPER),
        *rows(("seized", "seal_broken"), "seal", "sealed", roles=THINGS, needs=KEEPER),
        *rows("sealed", "weigh", "weighed", roles=THINGS, needs=(*KEEPER, "weights_sound")),
        *rows("weighed", "test", "tested", roles=THINGS, needs=KEEPER),
        *rows("tested", "sample", "sampled", roles=THINGS, needs=KEEPER),
        *rows(("weighed", "tested", "sampled", "in_transfer"), "store", "stored", roles=THINGS, needs=KEEPER),
        *rows(("stored", "in_transfer"), "transfer", "in_transfer", roles=THINGS, needs=BOTH),
        *rows("stored", "submit_to_lab", "lab", roles=THINGS, needs=BOTH),
        *rows("lab", "confirm", "confirmed", roles=THINGS, needs=KEEPER),
        *rows("lab", "find_negative", "negative", roles=THINGS, needs=KEEPER),
        *rows(("confirmed", "negative"), "lodge", "exhibit", roles=THINGS, needs=KEEPER),
        *rows(("stored", "negative", "exhibit"), "return_item", "returned", roles=THINGS, needs=KEEPER),
        *rows(("stored", "exhibit"), "forfeit", "forfeited", roles=THINGS, needs=KEEPER),
        *rows(("stored", "exhibit"), "destroy", "destroyed", roles=THINGS, needs=(*KEEPER, "two_signers")),
        # Alarms: anybody in the case may raise them.
        *rows(SEALED, "seal_broken", "seal_broken", roles=DESK, kind="exit"),
        *rows((*UNSEALED, *SEALED, "seal_broken"), "unaccounted", "unaccounted", roles=DESK, kind="exit"),
        *rows("unaccounted", "locate", "seal_broken", roles=THINGS, needs=KEEPER),
    ),
)

TABLES: Final = (CASE, PERSON, EXHIBIT)
