"""Tells a case act by act with fictional people, so that a test reads as what happened at sea.

`Story.do` proposes one act and keeps it when accepted; `ok` insists on that. People are codes, never names.
"""

from __future__ import annotations

from fairlead.case import CASE, PERSON, Accepted, Answer, CaseState, Known, Refusal, SignedAct, Signer, act_from, propose, signed
from fairlead.case.state import ExhibitState
from fairlead.case.steps import Step, Table
from fairlead.envelope import Digest, JsonValue

BASE_MS = 1_593_482_400_000
LEAD = Digest("11" * 32)
ORDER = Digest("22" * 32)
PAPER = Digest("33" * 32)
FULL = {"vessel": "covered", "cargo": "covered", "persons": "covered", "force": "covered"}
DEMO_SCOPE = {**FULL, "force": "not_covered"}
NO_PERSONS = {**FULL, "persons": "not_covered"}

PEOPLE: dict[str, Signer] = {
    person: Signer(person=person, roles=roles, unit=unit)
    for person, roles, unit in (
        ("watch", ("watch_officer",), "fusion"),
        ("lawyer", ("legal_adviser",), "fusion"),
        ("lawyer-at-sea", ("legal_adviser", "boarding_officer", "watch_officer"), "cutter"),
        ("boarder", ("boarding_officer",), "cutter"),
        ("guard", ("custody_officer",), "cutter"),
        ("other-boarder", ("boarding_officer",), "patrol"),
        ("port-guard", ("custody_officer",), "port"),
        ("port-store", ("evidence_custodian",), "port"),
        ("inspector", ("inspector",), "oversight"),
        ("releaser", ("releasing_officer",), "isla"),
        ("node", ("node",), "node"),
    )
}
OTHER = Digest("44" * 32)
KNOWN = Known(
    seizure_numbers=frozenset({"TAKEN-1"}),
    enforcement_units=frozenset({"cutter", "patrol"}),
    readable_leads=frozenset({LEAD, OTHER}),
)

# Fields that a test seldom cares about.
DEFAULTS: dict[str, dict[str, JsonValue]] = {
    "open_case": {"operation": "op", "vessel": "go-fast, two engines, no marks", "leads": [LEAD]},
    "sort": {"grounds": "no AIS, 28 kn, towards a ship"},
    "sight": {"by": "own radar", "seen": "two engines, no lights, bales on deck"},
    "seek_basis": {"grounds": "meets a ship at night without lights", "leads": [LEAD]},
    "sign_basis": {"citation": "fictional convention, art. 4", "scope": DEMO_SCOPE, "valid_until_ms": BASE_MS + 10**8},
    "renew_basis": {"citation": "fictional convention, art. 5", "scope": FULL, "valid_until_ms": BASE_MS + 10**8},
    "refuse_basis": {"ground": "flag state says no"},
    "clock_expired": {"silence_rule": "silence is no"},
    "hand_off": {"to_unit": "cutter"},
    "signal": {"means": "loudhailer and lights"},
    "log_force": {"what": "warning shots ahead of the bow", "warned": "twice by loudhailer"},
    "board": {"team": 6},
    "find": {"item": "bales", "place": "forepeak"},
    "no_contraband": {"receipt": PAPER},
    "open_claim_window": {"until_ms": BASE_MS + 10**10},
    "dispose": {"authority": "prosecutor", "instruction": PAPER, "vessel_fate": "towed in"},
    "hand_over_case": {"from_person": "boarder", "to_person": "port-guard", "to_unit": "port"},
    "open_proceedings": {"reference": "docket 7"},
    "close": {"outcome": "ended"},
    "aborted": {"reason": "weather"},
    "became_rescue": {"reason": "taking water"},
    "basis_withdrawn": {"authority": "flag state"},
    "grounds_withdrawn": {"order": ORDER, "leads": [LEAD]},
    "grounds_restored": {"order": ORDER, "resume": PAPER},
    "legal_review": {"adviser": "lawyer", "ruling": "proceed_without_intelligence", "reason": "boarded on sight as well"},
    "correct": {"words": "five bales, not four"},
    "encounter": {"category": "crew", "identity": "as claimed", "nationality": "claimed", "language": "es"},
    "detain": {"reason": "found beside the bales"},
    "inform_rights": {"language": "es", "rights": "silence, counsel, consul", "reason_told": "carriage of drugs"},
    "screen": {"medical": "well", "protection": "none claimed"},
    "notify_consul": {"outcome": "notified", "consul": "consulate"},
    "hold": {"place": "cutter's deck shelter", "conditions": "shade, water, unrestrained"},
    "welfare_check": {"found": "well, ate"},
    "take_custody": {"from_person": "boarder", "to_person": "guard"},
    "hand_over_person": {
        "from_person": "boarder",
        "to_person": "port-guard",
        "to_unit": "port",
        "destination": "port police",
        "assurance": PAPER,
    },
    "bring_before_judge": {"court": "magistrate"},
    "repatriate": {"destination": "home", "assurance": PAPER},
    "release_person": {"place": "quay"},
    "land": {"place": "nearest port", "assurance": PAPER},
    "ill": {"found": "fever"},
    "complaint": {"words": "no shade"},
    "died": {"circumstances": "unknown"},
    "photograph": {"photos": [PAPER]},
    "seize": {"seizure_number": "SN-1", "item": "bales, white powder", "packages": 20},
    "leave_in_place": {"reason": "too heavy"},
    "seal": {"seal": "S-1", "photo": PAPER},
    "weigh": {"gross_g": 420_000, "net_g": 412_000, "scale": "scale-3"},
    "test": {"kit": "kit A", "result": "positive"},
    "sample": {"sample": "E1-a", "net_g": 20, "seal_after": "S-2"},
    "store": {"place": "evidence locker"},
    "transfer": {
        "from_person": "boarder",
        "to_person": "port-store",
        "to_unit": "port",
        "seal_before": "S-1",
        "place": "quay",
        "condition": "intact",
    },
    "confirm": {"report": PAPER},
    "find_negative": {"report": PAPER},
    "lodge": {"court": "magistrate"},
    "return_item": {"to": "owner", "receipt": PAPER},
    "forfeit": {"order": PAPER},
    "destroy": {"order": PAPER, "certificate": PAPER},
    "seal_broken": {"found": "cut"},
    "unaccounted": {"found": "not in the locker"},
    "locate": {"place": "other locker"},
}
DEFAULTS["submit_to_lab"] = DEFAULTS["transfer"]
CITES_BASIS = frozenset({"board", "detain", "seize"})
SIGNS = frozenset({"sign_basis", "renew_basis"})


class Story:
    """One case as it is told; `now_ms` moves a minute with every act."""

    def __init__(self, known: Known = KNOWN) -> None:
        self.state = CaseState()
        self.known = known
        self.now_ms = BASE_MS
        self.acts: list[SignedAct] = []

    def sign(self, tag: str, by: str, also: tuple[str, ...] = (), **fields: JsonValue) -> SignedAct:
        """The act, signed by its author and others, at the next minute unless a time is given."""
        self.now_ms += 60_000
        value: dict[str, JsonValue] = {
            "act": tag,
            "case": "C-1",
            "at_ms": self.now_ms,
            "clock": "node",
            "person": by,
            "unit": PEOPLE[by].unit,
            **DEFAULTS.get(tag, {}),
        }
        if tag in CITES_BASIS:
            value["basis"] = self.state.basis.digest if self.state.basis else PAPER
        if tag in SIGNS:
            value["adviser"] = by
        if tag == "detain":
            value["deprived_of_liberty_ms"] = self.now_ms - 30_000
        return signed(act_from({**value, **fields}), PEOPLE[by], *(PEOPLE[one] for one in also))

    def put(self, act: SignedAct) -> Answer:
        answer = propose(self.state, act, self.known)
        if isinstance(answer, Accepted):
            self.state = answer.state
            self.acts.append(act)
        return answer

    def do(self, tag: str, by: str, also: tuple[str, ...] = (), **fields: JsonValue) -> Answer:
        return self.put(self.sign(tag, by, also, **fields))

    def ok(self, tag: str, by: str, also: tuple[str, ...] = (), **fields: JsonValue) -> Story:
        answer = self.do(tag, by, also, **fields)
        assert isinstance(answer, Accepted), f"{tag}: {answer}"
        return self

    def no(self, tag: str, by: str, also: tuple[str, ...] = (), **fields: JsonValue) -> Refusal:
        before = self.state
        answer = self.do(tag, by, also, **fields)
        assert isinstance(answer, Refusal), f"{tag} was accepted"
        assert self.state == before
        return answer


def until(state: str, scope: dict[str, str] = DEMO_SCOPE, valid_s: int = 10**5, known: Known = KNOWN) -> Story:
    """A story as it stands on the straight way to a find, when the case reaches `state`."""
    story = Story(known)
    way: list[tuple[str, str, dict[str, JsonValue]]] = [
        ("open_case", "watch", {}),
        ("detect", "watch", {}),
        ("sort", "watch", {}),
        ("monitor", "watch", {}),
        ("seek_basis", "watch", {}),
        ("sign_basis", "lawyer", {"scope": scope, "valid_until_ms": BASE_MS + valid_s * 1000}),
        ("hand_off", "watch", {}),
        ("intercept", "boarder", {}),
        ("signal", "boarder", {}),
        ("stop", "boarder", {}),
        ("board", "boarder", {}),
        ("search", "boarder", {}),
        ("find", "boarder", {"exhibit": "E1"}),
    ]
    for tag, by, fields in way:
        if story.state.state == state:
            return story
        story.ok(tag, by, **fields)
    assert story.state.state == state, state
    return story


def detained(story: Story, subject: str = "P1", *, to: str = "held", scope: str = "crew") -> Story:
    """Somebody met and detained, as far as `to`."""
    story.ok("encounter", "boarder", subject=subject, category=scope)
    for tag, reached in (
        ("detain", "detained"),
        ("inform_rights", "informed"),
        ("screen", "screened"),
        ("notify_consul", "notified"),
        ("hold", "held"),
    ):
        story.ok(tag, "boarder", subject=subject)
        if reached == to:
            break
    return story


def stored(story: Story, exhibit: str = "E1") -> Story:
    """A found exhibit photographed, seized, sealed, weighed and stored."""
    for tag in ("photograph", "seize", "seal", "weigh", "store"):
        story.ok(tag, "boarder", exhibit=exhibit)
    return story


def demo() -> Story:
    """The interdiction of the demo: 412 kg, four people met, two detained, all handed over by both signatures."""
    story = stored(until("found"))
    detained(story, "P1")
    detained(story, "P2")
    for subject in ("P3", "P4"):
        story.ok("encounter", "boarder", subject=subject).ok("free", "boarder", subject=subject)
    for subject in ("P1", "P2"):
        story.ok("hand_over_person", "boarder", ("port-guard",), subject=subject)
    return story.ok("transfer", "boarder", ("port-store",), exhibit="E1").ok("store", "port-store", exhibit="E1")


AUTHORS = {
    "boarding_officer": "boarder",
    "legal_adviser": "lawyer",
    "watch_officer": "watch",
    "custody_officer": "guard",
    "evidence_custodian": "port-store",
    "node": "node",
}


def fit(
    story: Story, step: Step, table: Table, code: str, number: str = "SN-1"
) -> tuple[str, str, tuple[str, ...], dict[str, JsonValue]]:
    """The act most likely to be lawful for a row: tag, author, co-signers, fields that depend on where the case stands."""
    tag, _, variant = step.act.partition(":")
    by = next(AUTHORS[role] for role in AUTHORS if role in step.roles)
    also: tuple[str, ...] = ()
    fields: dict[str, JsonValue] = {}
    kept = story.state.people.get(code) if table is PERSON else story.state.exhibits.get(code)
    holder = kept.custodian if kept is not None else "boarder"
    if table is not CASE or tag == "find":
        fields["subject" if table is PERSON else "exhibit"] = code
    if table is not CASE and holder and by not in ("lawyer", "watch") and tag not in ("detain", "seize"):
        by = holder
    if "from_custodian" in step.needs or tag == "hand_over_case":
        by = holder or "boarder"
        to = "guard" if tag == "take_custody" and by != "guard" else "boarder" if tag == "take_custody" else "port-guard"
        to = "port-store" if to == by else to
        also = (to,)
        fields |= {"from_person": by, "to_person": to}
    if "seal_matches" in step.needs and isinstance(kept, ExhibitState) and kept.seal:
        fields["seal_before"] = kept.seal
    if tag == "destroy":
        also = ("watch",)
    if tag == "seize":
        fields["seizure_number"] = number
    if tag in ("seek_basis", "sign_basis", "renew_basis", "legal_review"):
        fields["leads"] = sorted(set(story.state.leads) - story.state.withdrawn_leads)
        fields["sightings"] = [one.digest for one in story.state.sightings]
    if tag == "sight" and story.state.handed_to:
        by = "boarder"
    if tag == "correct":
        fields["of"] = story.acts[0].digest if story.acts else PAPER
    if variant in ("proceed_without_intelligence", "release", "hand_over"):
        fields["ruling"] = variant
    if variant == "deceased":
        fields["category"] = "deceased"
    return tag, by, also, fields
