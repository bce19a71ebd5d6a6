"""Promises between parties: grants, orders, and the gate that holds every use to them."""

from fairlead.agreement.gate import Decision, Facts, Gatehouse, Reason, Request, admit, below_ceiling, decide
from fairlead.agreement.order import Order, make_order, words
from fairlead.agreement.people import Person
from fairlead.agreement.standing import Acceptance, Resume, Slice, Standing, apply, compile_slice, fold
from fairlead.agreement.terms import Grant, make_grant

__all__ = [
    "Acceptance",
    "Decision",
    "Facts",
    "Gatehouse",
    "Grant",
    "Order",
    "Person",
    "Reason",
    "Request",
    "Resume",
    "Slice",
    "Standing",
    "admit",
    "apply",
    "below_ceiling",
    "compile_slice",
    "decide",
    "fold",
    "make_grant",
    "make_order",
    "words",
]
