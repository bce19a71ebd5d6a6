"""The gate: one person, one unit, one purpose, one operation, one instant; every reason, never an exception.

Numbered as the conjuncts are judged. 1-6 do not look at any holding, so what they say tells nothing about one (P7):
 1 excluded    the request names an excluded use: refused whatever else holds (P2)
 2 codes       every code is known, and the person acts for this unit
 3 role        some role of the person permits the act
 4 operation   the unit belongs to the operation
 5 ceiling     a unit whose regime or parent command is not law enforcement, rescue or oversight gets only the coarse picture
 6 epoch       the compiled slice is of this epoch and instant (else a fault)
7-15 look at the holding:
 7 label       present, with an originator (P1)            8 level      not above the unit's clearance
 9 recipients  the unit may hold it                       10 purposes   the one purpose is among those permitted (P1)
11 operations  it may be used inside this operation       12 handling   the unit has accepted every obligation
13 time        not before, not expired: half-open         14 grants     every originator pair is open in this slice (P1, P4)
15 assurances  each the covering grants require is accepted and in date
16 holds       no hold lies on it or on anything it came from (P4)
17 distress    asked for in the form `distress`, it states distress: the path that orders leave open to rescue centres (red line 5)
An override, signed by two release authorities of every originator, lets through 9, 10, 11, 14, 15 and 16 for the records, units,
purpose, operation and hours it names; never 1-8, 12 or 13, so never an excluded use and never above the ceiling.
All conjuncts are judged and every reason returned. Anything that errs is a refusal of kind `fault`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from fairlead.agreement.events import Override
from fairlead.agreement.order import Order
from fairlead.agreement.people import ACTS, Person
from fairlead.agreement.selector import holds_against, shuts_pair, stops_reader
from fairlead.agreement.slice import Slice, bound_operations, bound_units
from fairlead.agreement.terms import Grant
from fairlead.label import EXCLUDED_USES, PURPOSES, CodeBook, Label, Purpose, level_rank

Form: TypeAlias = Literal["full", "coarse", "distress"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
LAWFUL_REGIMES: Final = frozenset({"law_enforcement", "rescue", "oversight"})
# What a unit below the ceiling may ask for at all: the coarse picture, and why it may not have more.
BELOW_CEILING: Final = frozenset({("picture", "coarse"), ("explain", "full")})


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request, exactly as asked: the codes may be unknown, the gate says so."""

    person: str
    unit: str
    purpose: str
    operation: str
    act: str
    form: str
    at_ms: int


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate must know of a holding: its label, its times, every feed in its ancestry, its digest, the holds on it."""

    label: Label | None
    not_before_ms: int
    expires_ms: int
    feeds: frozenset[str]
    digest: str = ""  # what an override names
    held: frozenset[str] = frozenset()  # the sets of hold orders that it belongs to (selector.py)
    distress: bool = False  # whether it states that somebody is in distress


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One conjunct that did not hold, and whose word it was."""

    conjunct: str
    detail: str
    originator: str = ""
    category: str = ""
    agreement: str = ""
    kind: Literal["refusal", "fault"] = "refusal"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Permitted only when no conjunct failed; `agreements` are the grants it rests on."""

    reasons: tuple[Reason, ...]
    agreements: tuple[str, ...] = ()

    @property
    def permitted(self) -> bool:
        return not self.reasons

    @property
    def is_fault(self) -> bool:
        return any(reason.kind == "fault" for reason in self.reasons)


class Gatehouse(msgspec.Struct, frozen=True, kw_only=True):
    """All a decision may depend on besides the request and the holding."""

    book: CodeBook
    people: Mapping[str, Person]
    slice: Slice


def names_excluded_use(purpose: str) -> str:
    """The excluded use a request names, or an empty string; also as the end of a monitoring request."""
    named = [use for use in (purpose, purpose.partition("/")[2]) if use in EXCLUDED_USES]
    return named[0] if named else ""


def below_ceiling(book: CodeBook, unit: str) -> bool:
    """Whether the unit's regime, or its parent command's, is anything but law enforcement, rescue or oversight."""
    found = book.units[unit]
    return found.regime not in LAWFUL_REGIMES or book.commands[found.command].regime not in LAWFUL_REGIMES


def rescues(book: CodeBook, request: Request) -> bool:
    """Whether this is a rescue centre's read for a rescue: the path that survives every order that does not say otherwise."""
    return book.units[request.unit].regime == "rescue" and request.purpose == "search_and_rescue" and request.act in ("read", "list")


def admit(house: Gatehouse, request: Request) -> tuple[Reason, ...]:
    """Conjuncts 1-6: what can be said without looking at any holding. Total."""
    return _total(lambda: tuple(_admit(house, request)))


def decide(house: Gatehouse, request: Request, facts: Facts) -> Decision:
    """All conjuncts for one holding. Total: an error anywhere is a refusal of kind `fault`, never a permit."""
    before = admit(house, request)
    after = _total(lambda: tuple(_judge(house, request, facts)))
    if before or after:
        return Decision(reasons=before + after)
    override = override_for(house.slice, request, facts)
    covering = tuple(grant.id for grant in _covering(house, request, facts))
    return Decision(reasons=(), agreements=(*covering, override.id) if override else covering)


def override_for(slice: Slice, request: Request, facts: Facts) -> Override | None:
    """The override that lets this request through to this record, if one is in force: every originator of the record signed it."""
    if facts.label is None or not facts.digest:
        return None
    parties = {party for party, _ in facts.label.originators}
    for one in slice.overrides:
        if (
            facts.digest in one.holdings
            and request.unit in one.units
            and request.purpose == one.purpose
            and request.operation == one.operation
            and one.not_before_ms <= request.at_ms < one.expires_ms
            and parties <= set(one.originators)
        ):
            return one
    return None


def _total(check: Callable[[], tuple[Reason, ...]]) -> tuple[Reason, ...]:
    try:
        return check()
    except Exception as error:  # the gate cannot raise: whatever errs is a refusal
        return (Reason(conjunct="fault", detail=f"the gate could not judge: {type(error).__name__}", kind="fault"),)


def _admit(house: Gatehouse, request: Request) -> Iterable[Reason]:
    book, person, unit = house.book, house.people.get(request.person), house.book.units.get(request.unit)
    # 1. P2: checked first, and before any id is looked up.
    excluded = names_excluded_use(request.purpose)
    if excluded:
        yield Reason(conjunct="excluded", detail=f"{excluded} is an excluded use: nobody can grant it")
    # 2. Closed code-books: an unknown code is a refusal, never a default.
    if request.purpose not in PURPOSES and not excluded:
        yield Reason(conjunct="codes", detail=f"no such purpose: {request.purpose}")
    if request.operation not in book.operations:
        yield Reason(conjunct="codes", detail=f"no such operation: {request.operation}")
    if request.act not in ACTS or request.form not in FORMS:
        yield Reason(conjunct="codes", detail=f"no such act or form: {request.act}, {request.form}")
    if person is None or unit is None or request.unit not in person.units:
        yield Reason(conjunct="codes", detail=f"{request.person} does not act for {request.unit}")
        return
    # 3. A person contributes roles, nothing else.
    if not person.may(request.act):
        yield Reason(conjunct="role", detail=f"no role of {request.person} permits to {request.act}")
    # 4. The unit is part of the operation it names.
    if request.operation in book.operations and request.unit not in book.operations[request.operation].units:
        yield Reason(conjunct="operation", detail=f"{request.unit} is not part of {request.operation}")
    # 5. Red line 2: whatever was granted.
    if below_ceiling(book, request.unit) and (request.act, request.form) not in BELOW_CEILING:
        yield Reason(conjunct="ceiling", detail=f"{request.unit} gets hour-old positions in 10 km cells and nothing else")
    if request.form == "distress" and not rescues(book, request):
        yield Reason(conjunct="ceiling", detail="the distress form is read or listed by rescue centres, for search_and_rescue")
    # 6. A slice of another instant is stale; nothing is decided on it.
    if not house.slice.from_ms <= request.at_ms < house.slice.to_ms:
        yield Reason(conjunct="epoch", detail="the compiled agreements are of another instant", kind="fault")


def _judge(house: Gatehouse, request: Request, facts: Facts) -> Iterable[Reason]:
    book, label = house.book, facts.label
    # 7. No label or no originator: nobody permitted it.
    if label is None or not label.originators:
        yield Reason(conjunct="label", detail="the holding has no label with an originator", kind="fault")
        return
    unit = book.units.get(request.unit)
    if unit is None:
        yield Reason(conjunct="recipients", detail=f"{request.unit} may not hold it")
        return
    # 8, 12, 13. What no override lifts: the unit's clearance, the obligations it accepted, time (half-open).
    if level_rank(label.level) > level_rank(unit.clearance):
        yield Reason(conjunct="level", detail=f"{label.level} is above the clearance of {request.unit}")
    for code in sorted(set(label.handling) - set(unit.handling)):
        yield Reason(conjunct="handling", detail=f"{request.unit} has not accepted {code}")
    if not facts.not_before_ms <= request.at_ms < facts.expires_ms:
        yield Reason(conjunct="time", detail="it is not readable at this instant")
    if request.form == "distress" and not facts.distress:
        yield Reason(conjunct="distress", detail="it states no distress")
    if override_for(house.slice, request, facts) is None:
        yield from _released(house, request, facts, label)


def _released(house: Gatehouse, request: Request, facts: Facts, label: Label) -> Iterable[Reason]:
    # 9-11. Released to this unit, for this purpose, inside this operation.
    if request.unit not in label.recipients:
        yield Reason(conjunct="recipients", detail=f"{request.unit} is not among those it was released to")
    if request.purpose not in label.purposes:  # P1
        yield Reason(conjunct="purposes", detail=f"{request.purpose} is not among its permitted purposes")
    if request.operation not in label.operations:
        yield Reason(conjunct="operations", detail=f"it may not be used inside {request.operation}")
    # 14. P1, P4: a positive condition for every originator pair.
    reader = (request.unit, request.purpose, request.operation)
    shut = house.slice.blocked(label, reader, rescue=request.form == "distress")
    if shut:
        for pair in label.originators:
            if house.slice.bits.get(pair, 1) & shut:
                yield _shut(house, request, pair)
    # 15. What the covering grants ask of the recipient.
    yield from _assurances(house, request, facts)
    # 16. P4: holds on the holding or on anything it came from.
    for order in house.slice.orders:
        if not order.is_hold or (request.form == "distress" and "safety_of_life" in order.carve_outs):
            continue
        stopped = stops_reader(order, house.book, unit=request.unit, purpose=request.purpose, operation=request.operation)
        if stopped and _held(house, request, facts, label, order):
            yield Reason(
                conjunct="holds",
                detail=f"held by {order.originator}",
                originator=order.originator,
                agreement=order.id,
            )


def _held(house: Gatehouse, request: Request, facts: Facts, label: Label, order: Order) -> bool:
    signed = house.slice.seq_of.get(order.id, 0)
    opened_by: dict[tuple[str, str], list[int]] = {}
    if "future_subscriptions" in order.reach:
        for grant in _covering(house, request, facts):
            for category in grant.categories:
                opened_by.setdefault((grant.originator, category), []).append(house.slice.seq_of.get(grant.id, signed))
    return holds_against(order, house.book, label=label, unit=request.unit, held=facts.held, opened_by=opened_by, signed=signed)


def _shut(house: Gatehouse, request: Request, pair: tuple[str, str]) -> Reason:
    """Why a pair is not open: an order stops it, or no grant ever covered it."""
    originator, category = pair
    for order in house.slice.orders:
        if request.form == "distress" and "safety_of_life" in order.carve_outs:
            continue
        if shuts_pair(order, house.book, pair, unit=request.unit, purpose=request.purpose, operation=request.operation):
            detail, agreement = f"{originator} has halted {category} for this reader", order.id
            break
    else:
        detail, agreement = f"no agreement of {originator} gives {category} to {request.unit} for {request.purpose}", ""
    return Reason(conjunct="grants", detail=detail, originator=originator, category=category, agreement=agreement)


def _covering(house: Gatehouse, request: Request, facts: Facts) -> tuple[Grant, ...]:
    """The grants that open some pair of the holding to this reader."""
    if facts.label is None:
        return ()
    pairs = set(facts.label.originators)
    return tuple(
        grant
        for grant in house.slice.grants
        if any((grant.originator, category) in pairs for category in grant.categories)
        and Purpose(request.purpose) in grant.purposes
        and request.unit in bound_units(grant, house.book)
        and request.operation in bound_operations(grant, house.book)
    )


def _assurances(house: Gatehouse, request: Request, facts: Facts) -> Iterable[Reason]:
    party = house.book.units[request.unit].party
    for grant in _covering(house, request, facts):
        for assurance in grant.assurances:
            if not any(
                one.party == party
                and one.assurance == assurance
                and one.originator in ("", grant.originator)
                and one.status in ("accepted", "doubted")
                and request.at_ms < one.expires_ms
                for one in house.slice.assurances
            ):
                yield Reason(
                    conjunct="assurances",
                    detail=f"{party} has not accepted {assurance}, or it has lapsed",
                    originator=grant.originator,
                    agreement=grant.id,
                )
