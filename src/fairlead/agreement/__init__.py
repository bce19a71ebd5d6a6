"""Promises between parties: grants, orders, and the gate that holds every use to them."""

from fairlead.agreement.events import Assurance, Event, Override, Resume
from fairlead.agreement.gate import Facts, Gatehouse, Request, admit, below_ceiling, decide
from fairlead.agreement.order import Order, make_order
from fairlead.agreement.people import Person
from fairlead.agreement.reason import Decision, Reason
from fairlead.agreement.slice import Slice, compile_slice
from fairlead.agreement.standing import Standing, apply, fold
from fairlead.agreement.terms import Grant, make_grant
from fairlead.agreement.wording import words

__all__ = [
    "Assurance",
    "Decision",
    "Event",
    "Facts",
    "Gatehouse",
    "Grant",
    "Order",
    "Override",
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
