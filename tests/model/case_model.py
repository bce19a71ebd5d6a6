"""A second, simple account of which acts are lawful, written from the design and not from the tables of the room.

It works on plain payloads and plain signers, keeps dictionaries, and shares no code with `fairlead.case`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Signers = Sequence[tuple[str, tuple[str, ...], str]]

# Who: w watch officer, b boarding officer, l legal adviser, c custody officer, e evidence custodian, r releasing officer, n node.
WHO = {
    "w": "watch_officer",
    "b": "boarding_officer",
    "l": "legal_adviser",
    "c": "custody_officer",
    "e": "evidence_custodian",
    "r": "releasing_officer",
    "n": "node",
}
PRE_BASIS = ["cued", "detected", "sorted", "monitored", "basis_sought", "refused", "clock_expired"]
WITH_BASIS = ["authorised", "handed_off", "intercepting", "signalled", "stopped", "noncompliant", "force_logged"]
ON_BOARD = ["boarded", "searched", "found", "held_pending_instruction"]
ENDING = ["no_contraband", "released", "claim_window", "disposition_set", "transferred", "proceedings"]
STOPPED = ["lost_contact", "aborted", "basis_withdrawn", "grounds_withdrawn"]
BEFORE = [*PRE_BASIS, *WITH_BASIS]
AFTER = [*ON_BOARD, *ENDING]

# verb: (from states, to state or "" for the same, who)
CASE: dict[str, list[tuple[str, str, str]]] = {
    "open_case": [("none", "cued", "bcelw")],
    "detect": [("cued lost_contact", "detected", "bw")],
    "sort": [("detected", "sorted", "bw")],
    "monitor": [("sorted", "monitored", "bw")],
    "seek_basis": [("monitored refused clock_expired basis_withdrawn grounds_withdrawn", "basis_sought", "bw")],
    "sign_basis": [("basis_sought", "authorised", "l")],
    "refuse_basis": [("basis_sought", "refused", "l")],
    "clock_expired": [("basis_sought", "clock_expired", "lw")],
    "renew_basis": [(" ".join(WITH_BASIS + ON_BOARD), "", "l")],
    "hand_off": [("authorised handed_off", "handed_off", "lw")],
    "intercept": [("handed_off", "intercepting", "bw")],
    "signal": [("intercepting", "signalled", "bw")],
    "noncompliant": [("signalled", "noncompliant", "bw")],
    "stop": [("signalled noncompliant force_logged", "stopped", "bw")],
    "board": [("stopped", "boarded", "b")],
    "search": [("boarded", "searched", "b")],
    "find": [("searched found", "found", "b")],
    "no_contraband": [("searched", "no_contraband", "b")],
    "release_vessel": [("no_contraband", "released", "bw")],
    "open_claim_window": [("released", "claim_window", "lw")],
    "hold_vessel": [("found", "held_pending_instruction", "bw")],
    "dispose": [("held_pending_instruction", "disposition_set", "lw")],
    "hand_over_case": [("disposition_set", "transferred", "bcelw")],
    "open_proceedings": [("transferred", "proceedings", "lw")],
    "close": [
        (
            " ".join([*STOPPED, *["refused", "clock_expired", "became_rescue", "claim_window", "transferred", "proceedings"]]),
            "closed",
            "lw",
        )
    ],
    "end_rescue": [("became_rescue", "under_legal_review", "lw")],
    "lost_contact": [(" ".join(BEFORE), "lost_contact", "bw"), (" ".join(AFTER), "under_legal_review", "bw")],
    "aborted": [(" ".join(BEFORE), "aborted", "bcelw"), (" ".join(AFTER), "under_legal_review", "bcelw")],
    "became_rescue": [(" ".join([*BEFORE, *AFTER, *STOPPED, "under_legal_review"]), "became_rescue", "bcelw")],
    "grounds_withdrawn": [
        (" ".join([*BEFORE, *STOPPED]), "grounds_withdrawn", "rln"),
        (" ".join([*AFTER, "under_legal_review"]), "under_legal_review", "rln"),
        ("became_rescue", "", "rln"),
    ],
    "basis_withdrawn": [
        (" ".join([*WITH_BASIS, "lost_contact", "aborted"]), "basis_withdrawn", "rln"),
        (" ".join([*AFTER, "under_legal_review"]), "under_legal_review", "rln"),
        ("became_rescue", "", "rln"),
    ],
    "grounds_restored": [
        ("grounds_withdrawn", "monitored", "rln"),
        (" ".join([*BEFORE, *AFTER, "lost_contact", "aborted", "basis_withdrawn", "became_rescue", "under_legal_review"]), "", "rln"),
    ],
    "log_force": [
        ("noncompliant", "force_logged", "bcelw"),
        (
            " ".join(s for s in [*BEFORE, *AFTER, *STOPPED, "became_rescue", "under_legal_review", "closed"] if s != "noncompliant"),
            "",
            "bcelw",
        ),
    ],
    "sight": [(" ".join([*BEFORE, *ON_BOARD, *STOPPED, "under_legal_review"]), "", "bw")],
    "legal_review": [("under_legal_review", "?", "l")],
    "correct": [(" ".join([*BEFORE, *AFTER, *STOPPED, "became_rescue", "under_legal_review", "closed"]), "", "*")],
}
CUSTODY = "detained informed screened notified held"
PERSON: dict[str, list[tuple[str, str, str]]] = {
    "encounter": [("none", "encountered", "bwc")],
    "free": [("encountered", "free_crew", "bc")],
    "rescue": [("encountered", "rescued", "bwc")],
    "detain": [("encountered free_crew", "detained", "b")],
    "inform_rights": [("detained", "informed", "bc")],
    "screen": [("informed", "screened", "bc")],
    "notify_consul": [("screened", "notified", "bcl")],
    "hold": [("notified", "held", "bc")],
    "hand_over_person": [("held", "transferred", "bc")],
    "bring_before_judge": [("held transferred", "before_judge", "bcl")],
    "repatriate": [("held transferred", "repatriated", "bc")],
    "release_person": [(f"{CUSTODY} transferred", "released", "bcl")],
    "land": [("rescued", "landed", "bwc")],
    "welfare_check": [(f"encountered rescued {CUSTODY} transferred", "", "bcw")],
    "take_custody": [(CUSTODY, "", "bc")],
    "ill": [(f"encountered rescued free_crew {CUSTODY} transferred", "", "bcelw")],
    "died": [(f"encountered rescued free_crew {CUSTODY} transferred", "deceased", "bcelw")],
    "complaint": [
        (f"encountered rescued {CUSTODY} transferred free_crew landed before_judge repatriated released deceased", "", "*"),
    ],
}
UNDER_SEAL = "sealed weighed tested sampled stored in_transfer lab confirmed negative exhibit"
THING: dict[str, list[tuple[str, str, str]]] = {
    "find": [("none", "found", "b")],
    "photograph": [("found", "photographed", "bce")],
    "seize": [("photographed", "seized", "b")],
    "leave_in_place": [("found photographed", "left_in_place", "bce")],
    "seal": [("seized seal_broken", "sealed", "bce")],
    "weigh": [("sealed", "weighed", "bce")],
    "test": [("weighed", "tested", "bce")],
    "sample": [("tested", "sampled", "bce")],
    "store": [("weighed tested sampled in_transfer", "stored", "bce")],
    "transfer": [("stored in_transfer", "in_transfer", "bce")],
    "submit_to_lab": [("stored", "lab", "bce")],
    "confirm": [("lab", "confirmed", "bce")],
    "find_negative": [("lab", "negative", "bce")],
    "lodge": [("confirmed negative", "exhibit", "bce")],
    "return_item": [("stored negative exhibit", "returned", "bce")],
    "forfeit": [("stored exhibit", "forfeited", "bce")],
    "destroy": [("stored exhibit", "destroyed", "bce")],
    "seal_broken": [(UNDER_SEAL, "seal_broken", "bcelw")],
    "unaccounted": [(f"found photographed seized {UNDER_SEAL} seal_broken", "unaccounted", "bcelw")],
    "locate": [("unaccounted", "seal_broken", "bce")],
}
TIMELESS_CASE = {"log_force", "sight", "correct", "grounds_withdrawn", "basis_withdrawn", "grounds_restored", "became_rescue"}
AT_HAND = {"intercept", "signal", "noncompliant", "stop", "board", "search", "find", "no_contraband", "hold_vessel", "detain", "seize"}
SETTLED = {"free_crew", "landed", "before_judge", "repatriated", "released", "transferred", "deceased"}
GONE = {"left_in_place", "returned", "forfeited", "destroyed"}


def digest(act: Mapping[str, Any]) -> str:
    """Plain sorted JSON is the canonical form for the ASCII and integers used here."""
    return hashlib.sha256(json.dumps(act, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def plain(number: str) -> str:
    """ASCII is all the model needs: letters and digits in one case."""
    return re.sub(r"[^a-z0-9]", "", number.lower())


class CaseModel:
    """The case as dictionaries; `step` says whether an act is lawful and takes it if so."""

    def __init__(self, numbers: set[str], enforcement: set[str], readable: set[str]) -> None:
        self.numbers, self.enforcement, self.readable = numbers, enforcement, readable
        self.state, self.before, self.last = "none", "", 0
        self.people: dict[str, dict[str, Any]] = {}
        self.things: dict[str, dict[str, Any]] = {}
        self.basis: dict[str, Any] | None = None
        self.leads: set[str] = set()
        self.orders: list[tuple[str, set[str], int]] = []
        self.sights: dict[str, int] = {}
        self.opener = ""
        self.seen: set[str] = set()
        self.seeker = self.unit = self.case = ""
        self.boarded = 0

    def step(self, act: Mapping[str, Any], signers: Signers) -> bool:
        verb = act["act"]
        person, thing = self.people.get(act.get("subject", "")), self.things.get(act.get("exhibit", ""))
        moves = []
        for table, key, now in (
            (CASE, "case", self.state),
            (PERSON, "subject", person["state"] if person else "none"),
            (THING, "exhibit", thing["state"] if thing else "none"),
        ):
            if verb not in table or key not in act:
                continue
            row = next((row for row in table[verb] if now in row[0].split()), None)
            if row is None or not self._author(act, signers, row[2]):
                return False
            moves.append((key, row[1] or now, row[2]))
        if not moves or (self.state == "none") != (verb == "open_case"):
            return False
        if self.state == "closed" and verb not in ("log_force", "correct", "complaint"):
            return False
        if (self.case and act["case"] != self.case) or digest(act) in self.seen:
            return False
        if not self._conditions(verb, act, signers, person, thing, moves[-1][2]):
            return False
        for key, to, _ in moves:
            self._move(key, to, verb, act)
        self.seen.add(digest(act))
        return True

    def _author(self, act: Mapping[str, Any], signers: Signers, who: str) -> bool:
        anybody = who == "*"  # anybody who is a person: the node by itself is not
        allowed = {WHO[w] for w in who if w in WHO}
        mine = [(roles, unit) for name, roles, unit in signers if name == act["person"]]
        return any(unit == act["unit"] and (bool(allowed & set(roles)) or (anybody and roles != ("node",))) for roles, unit in mine)

    def _in_force(self, at: int) -> bool:
        return self.basis is not None and not self.basis["void"] and self.basis["from"] <= at < self.basis["until"]

    def _covers(self, what: str, at: int) -> bool:
        return self._in_force(at) and self.basis is not None and self.basis["scope"][what] == "covered"

    def _conditions(self, verb: str, act: Mapping[str, Any], signers: Signers, person: Any, thing: Any, who: str) -> bool:
        at = act["at_ms"]
        by = {name: (roles, unit) for name, roles, unit in reversed(list(signers))}
        in_case = verb in CASE
        if in_case and verb not in TIMELESS_CASE | {"open_case", "end_rescue"} and at < self.last:
            return False
        timeless = {"release_person", "land", "rescue", "welfare_check", "ill", "died", "complaint"}
        if person and verb not in timeless and at < person["last"]:
            return False
        if thing and verb not in ("seal_broken", "unaccounted") and at < thing["last"]:
            return False
        if verb in AT_HAND and act["unit"] != self.unit:
            return False
        # Bases.
        if verb == "sight":
            return bool(act["unit"] == self.unit if self.unit else act["unit"] in {self.opener, *self.enforcement})
        rests = verb in ("seek_basis", "sign_basis", "renew_basis") or act.get("ruling") == "proceed_without_intelligence"
        if rests and not self._grounds(set(act.get("leads", ())), set(act.get("sightings", ()))):
            return False
        if verb in ("sign_basis", "renew_basis"):
            if act["adviser"] == self.seeker or act["adviser"] != act["person"] or act["valid_until_ms"] <= at:
                return False
            return "legal_adviser" in by[act["adviser"]][0]
        if verb == "legal_review":
            return act["adviser"] == act["person"] and "legal_adviser" in by[act["adviser"]][0]
        if verb == "hand_off":
            return self._in_force(at) and act["to_unit"] in self.enforcement
        if verb in ("stop", "search"):
            return self._covers("vessel", at)
        if verb in ("board", "detain", "seize"):
            what = {"board": "vessel", "detain": "persons", "seize": "cargo"}[verb]
            if not self._covers(what, at) or self.basis is None or act["basis"] != self.basis["digest"]:
                return False
            if verb != "board" and (self.state not in ON_BOARD or at < self.boarded):
                return False
        if verb == "detain":
            minor_ok = any("legal_adviser" in roles for _, roles, _ in signers)
            kind = person["category"]
            return (kind == "crew" or (kind == "minor" and minor_ok)) and act["deprived_of_liberty_ms"] <= at
        # Withdrawals.
        if verb == "basis_withdrawn":
            return self.basis is not None
        if verb == "grounds_withdrawn":
            return set(act["leads"]) <= self.leads
        if verb == "grounds_restored":
            return any(order == act["order"] for order, _, _ in self.orders)
        if verb == "correct":
            return act["of"] in self.seen
        if verb == "close":
            return all(p["state"] in SETTLED for p in self.people.values()) and all(t["state"] in GONE for t in self.things.values())
        return self._hands(verb, act, signers, by, person, thing, who)

    def _grounds(self, leads: set[str], sights: set[str]) -> bool:
        """Nothing cited is taken away, unread or stale; after a withdrawal something is cited."""
        taken = set().union(*(leads for _, leads, _ in self.orders))
        since = max([at for _, _, at in self.orders], default=0)
        fresh = {sight for sight, at in self.sights.items() if at >= since}
        return not leads & taken and leads <= self.readable and sights <= fresh and bool(leads or sights or not self.orders)

    def _hands(self, verb: str, act: Mapping[str, Any], signers: Signers, by: Any, person: Any, thing: Any, who: str) -> bool:
        roles = {WHO[w] for w in who if w in WHO}
        if verb in ("hand_over_case", "take_custody", "hand_over_person", "transfer", "submit_to_lab"):
            one, two = act["from_person"], act["to_person"]
            if one == two or one not in by or two not in by or act["person"] not in (one, two):
                return False
            if not roles & set(by[one][0]) or not roles & set(by[two][0]):
                return False
            kept = person or thing
            if kept is not None and (one != kept["custodian"] or by[one][1] != kept["unit"]):
                return False
            if verb == "take_custody":
                return bool(by[two][1] == person["unit"])
            return by[two][1] == act["to_unit"] and (thing is None or act["seal_before"] == thing["seal"])
        if verb == "encounter":
            return self.state not in PRE_BASIS and act["category"] != "detained"
        if verb in ("free", "inform_rights", "screen", "hold", "repatriate"):
            return bool(act["unit"] == person["unit"])
        if verb in ("release_person", "notify_consul", "bring_before_judge", "died"):
            return bool(act["unit"] == person["unit"]) or "legal_adviser" in by[act["person"]][0]
        if thing and verb not in ("seal_broken", "unaccounted"):
            if thing["custodian"] not in by or by[thing["custodian"]][1] != thing["unit"]:
                return False
            if verb == "seize":
                taken = {plain(one) for one in (*self.numbers, *(t["number"] for t in self.things.values())) if one}
                return plain(act["seizure_number"]) not in taken | {""}
            if verb == "weigh":
                return bool(act["net_g"] <= act["gross_g"])
            if verb == "destroy":
                return len(by) >= 2
        return True

    def _move(self, key: str, to: str, verb: str, act: Mapping[str, Any]) -> None:
        at = act["at_ms"]
        if key == "case":
            self._move_case(to, verb, act)
        elif key == "subject":
            person = self.people.setdefault(
                act["subject"], {"category": act.get("category"), "unit": act["unit"], "custodian": "", "last": at, "was": 0}
            )
            person["state"] = "deceased" if verb == "encounter" and act["category"] == "deceased" else to
            if verb not in ("complaint", "welfare_check", "ill"):
                person["last"] = max(person["last"], at)
            if verb == "rescue" and person["category"] == "crew":
                person["category"] = "rescued"
            if verb == "detain":
                person.update(unit=act["unit"], custodian=act["person"])
            if verb in ("take_custody", "hand_over_person"):
                person.update(custodian=act["to_person"], unit=act.get("to_unit", person["unit"]))
            if verb in ("release_person", "repatriate", "died"):
                person["custodian"] = ""
        else:
            thing = self.things.setdefault(
                act["exhibit"], {"unit": act["unit"], "custodian": act["person"], "last": at, "seal": "", "number": ""}
            )
            thing["state"] = to
            if verb not in ("seal_broken", "unaccounted"):
                thing["last"] = max(thing["last"], at)
            if verb == "seize":
                thing["number"] = act["seizure_number"]
            if verb == "seal":
                thing["seal"] = act["seal"]
            if verb in ("test", "sample", "transfer", "submit_to_lab"):
                thing["seal"] = act.get("seal_after") or thing["seal"]
            if verb in ("transfer", "submit_to_lab"):
                thing.update(custodian=act["to_person"], unit=act["to_unit"])
            if verb in ("destroy", "return_item", "forfeit", "leave_in_place"):
                thing["custodian"] = ""

    def _move_case(self, to: str, verb: str, act: Mapping[str, Any]) -> None:
        paused = ("under_legal_review", "became_rescue")
        if verb == "legal_review":
            to = {"release": "released", "hand_over": "disposition_set"}.get(act["ruling"], self.before)
        if to in paused and self.state not in paused:
            self.before = self.state
        self.state = to
        if verb not in TIMELESS_CASE:
            self.last = max(self.last, act["at_ms"])
        if verb == "open_case":
            self.case, self.opener = act["case"], act["unit"]
        if verb == "sight":
            self.sights[digest(act)] = act["at_ms"]
        if verb in ("open_case", "seek_basis", "sign_basis", "renew_basis", "legal_review"):
            self.leads |= set(act.get("leads", ()))
        if verb == "seek_basis":
            self.seeker, self.unit = act["person"], ""
        if verb in ("sign_basis", "renew_basis"):
            self.basis = {
                "digest": digest(act),
                "scope": act["scope"],
                "from": act["at_ms"],
                "until": act["valid_until_ms"],
                "void": False,
            }
        if verb == "hand_off":
            self.unit = act["to_unit"]
        if verb == "board":
            self.boarded = act["at_ms"]
        if verb == "grounds_withdrawn":
            self.orders.append((act["order"], set(act["leads"]), act["at_ms"]))
            self.sights = {}
        if verb == "grounds_restored":
            self.orders = [one for one in self.orders if one[0] != act["order"]]
        no_longer = verb in ("seek_basis", "basis_withdrawn") or (verb == "grounds_withdrawn" and not self.boarded)
        if no_longer and self.basis:
            self.basis["void"] = True
