"""Proof of what can never be reached: a search over everything in force, and a certificate that somebody else can check."""

from fairlead.agreement.proof.certificate import certificate_of, state_of
from fairlead.agreement.proof.checker import check
from fairlead.agreement.proof.graph import Release, World, graph_of, guarded
from fairlead.agreement.proof.invariant import NOT_PROVED, make_invariant, unknown_codes, words_of
from fairlead.agreement.proof.path import Step, steps, steps_for, why_broken
from fairlead.agreement.proof.search import Hop, breaches, path_to, search
from fairlead.agreement.proof.verdict import Broken, Proved, Verdict, check_event, check_release, prove, replay

__all__ = [
    "NOT_PROVED",
    "Broken",
    "Hop",
    "Proved",
    "Release",
    "Step",
    "Verdict",
    "World",
    "breaches",
    "certificate_of",
    "check",
    "check_event",
    "check_release",
    "graph_of",
    "guarded",
    "make_invariant",
    "path_to",
    "prove",
    "replay",
    "search",
    "state_of",
    "steps",
    "steps_for",
    "unknown_codes",
    "why_broken",
    "words_of",
]
