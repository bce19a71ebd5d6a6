"""The lawful steps of a case: legal basis, boarding, people, seizure, custody. Acts in, states and refusals out."""

from fairlead.case.act import Signer
from fairlead.case.acts import ACT_TYPES, Act, SignedAct, act_digest, act_from, act_payload, record_kind, signed
from fairlead.case.clocks import Clock, Term, clocks
from fairlead.case.fold import Accepted, Answer, Refusal, fold, lawful_next, propose, replay, retell
from fairlead.case.record import missing, summary, words
from fairlead.case.state import CaseState, Known, known_from
from fairlead.case.steps import diagram
from fairlead.case.tables import CASE, EXHIBIT, PERSON, TABLES
from fairlead.case.vessel_acts import Scope

__all__ = [
    "ACT_TYPES",
    "CASE",
    "EXHIBIT",
    "PERSON",
    "TABLES",
    "Accepted",
    "Act",
    "Answer",
    "CaseState",
    "Clock",
    "Known",
    "Refusal",
    "Scope",
    "SignedAct",
    "Signer",
    "Term",
    "act_digest",
    "act_from",
    "act_payload",
    "clocks",
    "diagram",
    "fold",
    "known_from",
    "lawful_next",
    "missing",
    "propose",
    "record_kind",
    "replay",
    "retell",
    "signed",
    "summary",
    "words",
]
