"""The gate: one person, one unit, one purpose, one operation, one instant; every reason, never an exception.

Numbered as the conjuncts are judged. 1-6 do not look at any holding, so what they say tells nothing about one (P7):
 1 excluded    the request names an excluded use: refused whatever else holds (P2)
 2 codes       every code is known, and the person acts for this unit
 3 role        some role of the person permits the act
 4 operation   the unit belongs to the operation
 5 ceiling     a unit whose regime or parent command is not law enforcement, rescue or oversight gets only the coarse picture
 6 epoch       the compiled slice is of this epoch, code-book and instant (else a fault)
7-17 look at the holding:
 7 label       present, with an originator (P1)            8 level      not above the unit's clearance
 9 recipients  the unit may hold it                       10 purposes   the one purpose is among those permitted (P1)
11 operations  it may be used inside this operation       12 handling   the unit has accepted every obligation
13 time        not before, not expired: half-open         14 grants     every originator pair is open in this slice (P1, P4)
15 assurances  each the covering grants require is accepted and in date
16 holds       no hold lies on it or on anything it came from (P4)
17 distress    asked for in the form `distress`, it states distress: the path that orders leave open to rescue centres (red line 5)
An override, signed by two release authorities of every originator, lets through 9, 10, 11, 14, 15 and 16 for the records, units,
purpose, operation and hours it names; never 1-8, 12, 13 or 17, so never an excluded use and never above the ceiling.
All conjuncts are judged and every reason returned. Anything that errs is a refusal of kind `fault`; a set, a number or nothing where
one value is required is the fault `types`.

What is remembered lives in the gatehouse, which is of one epoch and one interval between date boundaries: 1-5 for each (person, unit,
purpose, operation, act, form), and the whole answer for each of these and a label (reading.py). Times, holds, distress and overrides
are of the record and are judged every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from fairlead.agreement.events import Override
from fairlead.agreement.people import ACTS, Person
from fairlead.agreement.reading import Reading
from fairlead.agreement.reason import Decision, Reason, quoted
from fairlead.agreement.slice import Slice, Way
from fairlead.label import EXCLUDED_USES, PURPOSES, CodeBook, Label

Form: TypeAlias = Literal["full", "coarse", "distress"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
LAWFUL_REGIMES: Final = frozenset({"law_enforcement", "rescue", "oversight"})
# What a unit below the ceiling may ask for at all: the coarse picture, and why it may not have more.
BELOW_CEILING: Final = frozenset({("picture", "coarse"), ("explain", "full")})
CODES: Final = ("person", "unit", "purpose", "operation", "act", "form")
NOT_HELD: Final[frozenset[str]] = frozenset()
NOT_NOW: Final = (Reason(conjunct="time", detail="it is not readable at this instant"),)
NO_DISTRESS: Final = (Reason(conjunct="distress", detail="it states no distress"),)
REMEMBERED_MAX: Final = 200_000  # answers a gatehouse keeps before it forgets them all and learns anew


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
    """What the gate must know of a holding: its label, times, digest, the sets of holds it is in, distress stated."""

    label: Label | None
    not_before_ms: int
    expires_ms: int
    feeds: frozenset[str] = frozenset()  # every feed in its ancestry
    digest: str = ""  # what an override names
    held: frozenset[str] = frozenset()  # the sets of hold orders that it belongs to (selector.py)
    distress: bool = False  # whether it states that somebody is in distress


class _Asker(msgspec.Struct, frozen=True):
    """One (person, unit, purpose, operation, act, form) in one gatehouse: what stands against it, and what it reads."""

    against: tuple[Reason, ...]
    reading: Reading
    answers: dict[Label | None, Decision]  # of the reading
    is_plain: bool  # nothing stands against it, and it asks for no form that depends on the record


class _Memory(msgspec.Struct, kw_only=True):
    """What was judged already with one code-book, people and slice, and the instants at which it may be said again."""

    of: tuple[object, ...] = ()
    from_ms: int = 0
    to_ms: int = 0  # of the slice; nothing at all while it is stale
    named: frozenset[str] = frozenset()  # digests that some override names
    askers: dict[tuple[str, ...], _Asker] = {}
    readings: dict[tuple[str, str, str, Way], Reading] = {}
    kept: int = 0

    def make_room(self) -> None:
        """Forget everything when too much is kept: codes that people make up must not fill the memory."""
        self.kept += 1
        if self.kept > REMEMBERED_MAX:
            self.kept = 0
            self.askers.clear()
            self.readings.clear()


class Gatehouse(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """All a decision may depend on besides the request and the holding. One with another book, people or slice remembers nothing."""

    book: CodeBook
    people: Mapping[str, Person]
    slice: Slice
    epoch: int | None = None  # the newest epoch where this is asked; none: the slice alone is asked about, as a simulation does
    memory: _Memory = msgspec.field(default_factory=_Memory)

    def __post_init__(self) -> None:
        of, known = (self.book, self.people, self.slice), self.memory
        if list(map(id, of)) != list(map(id, known.of)):
            known = _Memory(of=of, named=frozenset(digest for one in self.slice.overrides for digest in one.holdings))
        elif known.to_ms == (0 if self.is_stale else self.slice.to_ms):
            return
        to_ms = 0 if self.is_stale else self.slice.to_ms
        mine = msgspec.structs.replace(known, from_ms=self.slice.from_ms, to_ms=to_ms)
        msgspec.structs.force_setattr(self, "memory", mine)

    @property
    def is_stale(self) -> bool:
        """Whether the slice is of another epoch than the newest, or of another code-book."""
        return self.epoch not in (None, self.slice.epoch) or self.slice.book_version != self.book.version


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
    return _by_rescue_centre(book, request) and request.act in ("read", "list")


def _by_rescue_centre(book: CodeBook, request: Request) -> bool:
    unit = book.units.get(request.unit)
    return unit is not None and unit.regime == "rescue" and request.purpose == "search_and_rescue"


def admit(house: Gatehouse, request: Request) -> tuple[Reason, ...]:
    """Conjuncts 1-6: what can be said without looking at any holding. Total."""
    try:
        return _asker(house, request).against + _instant(house, request)
    except Exception as error:  # the gate cannot raise: whatever errs is a refusal
        return _faults(request, error)


def decide(house: Gatehouse, request: Request, facts: Facts) -> Decision:
    """All conjuncts for one holding. Total: an error anywhere is a refusal of kind `fault`, never a permit."""
    try:
        known, at_ms = house.memory, request.at_ms
        asker = known.askers.get((request.person, request.unit, request.purpose, request.operation, request.act, request.form))
        if asker is None:
            asker = _asker(house, request)
        # What its label says is all there is to say, when nothing of the record or the instant adds to it or takes from it.
        if (
            asker.is_plain
            and type(at_ms) is int
            and known.from_ms <= at_ms < known.to_ms
            and facts.not_before_ms <= at_ms < facts.expires_ms
            and (facts.held is NOT_HELD or facts.held == NOT_HELD)
            and facts.digest not in known.named
        ):
            return asker.answers.get(facts.label) or _answer(house, asker, facts)
        # Else what its label, its holds and whether it is readable now say, when no override names it.
        if asker.is_plain and type(at_ms) is int and known.from_ms <= at_ms < known.to_ms and facts.digest not in known.named:
            key = (facts.label, facts.held, facts.not_before_ms <= at_ms < facts.expires_ms)
            return asker.reading.shaded.get(key) or _shaded(house, request, facts, asker)
        return _of_record(house, request, facts, asker)
    except Exception as error:  # the gate cannot raise: whatever errs is a refusal
        return _fault(house, request, error)


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


def _asker(house: Gatehouse, request: Request) -> _Asker:
    """The asker of this request, remembered. Raises TypeError when a code is not one string."""
    key = (request.person, request.unit, request.purpose, request.operation, request.act, request.form)
    found = house.memory.askers.get(key)
    if found is None:
        if not all(type(code) is str for code in key):
            raise TypeError("a code is not one string")
        house.memory.make_room()
        against, reading = tuple(_admit(house, request)), _reading(house, request)
        found = _Asker(against, reading, reading.answers, not against and request.form != "distress")
        house.memory.askers[key] = found
    return found


def _reading(house: Gatehouse, request: Request) -> Reading:
    reader = (request.unit, request.purpose, request.operation)
    way: Way = "rescue" if request.form == "distress" and _by_rescue_centre(house.book, request) else "ordinary"
    known = house.memory.readings
    found = known.get((*reader, way))
    if found is None:
        found = known[*reader, way] = Reading(house.book, house.slice, reader, way)
    return found


def _answer(house: Gatehouse, asker: _Asker, facts: Facts) -> Decision:
    house.memory.make_room()
    return asker.reading.answer(facts.label)


def _shaded(house: Gatehouse, request: Request, facts: Facts, asker: _Asker) -> Decision:
    house.memory.make_room()
    said = _of_record(house, request, facts, asker)
    readable = facts.not_before_ms <= request.at_ms < facts.expires_ms
    asker.reading.shaded[facts.label, facts.held, readable] = said
    return said


def _of_record(house: Gatehouse, request: Request, facts: Facts, asker: _Asker) -> Decision:
    """The decision with everything that is of this record and this instant."""
    reading = asker.reading
    judged = reading.judged(facts.label)
    reasons = asker.against + _instant(house, request) + judged.fixed
    # 13. Half-open: from its first instant, and not at its last.
    if not facts.not_before_ms <= request.at_ms < facts.expires_ms:
        reasons += NOT_NOW
    # 17. Red line 5.
    if request.form == "distress" and facts.distress is not True:
        reasons += NO_DISTRESS
    # 9-11, 14-16, unless an override lets them through.
    kept_back = judged.released
    if facts.held != NOT_HELD:
        if not isinstance(facts.held, frozenset):
            raise TypeError("the holds on a holding are not a set")
        kept_back += reading.holds(facts.label, facts.held)
    override = override_for(house.slice, request, facts) if kept_back and facts.digest in house.memory.named else None
    if override is None:
        return reading.decision(reasons + kept_back, judged.agreements, judged.label)
    return reading.decision(reasons, (*judged.agreements, override.id), judged.label)


def _fault(house: Gatehouse, request: Request, error: Exception) -> Decision:
    slice = getattr(house, "slice", None)
    epoch, version = getattr(slice, "epoch", 0), getattr(slice, "book_version", 0)
    return Decision(reasons=_faults(request, error), epoch=epoch, book_version=version)


def _faults(request: Request, error: Exception) -> tuple[Reason, ...]:
    """Why a request could not be judged: fields that are not one value of their type, or whatever went wrong."""
    wrong = [field for field in CODES if type(getattr(request, field, None)) is not str]
    wrong += [] if type(getattr(request, "at_ms", None)) is int else ["at_ms"]
    if wrong:
        return tuple(Reason(conjunct="types", detail=f"{field} is not one value of its type", kind="fault") for field in wrong)
    return (Reason(conjunct="error", detail=f"the gate could not judge: {type(error).__name__}", kind="fault"),)


def _instant(house: Gatehouse, request: Request) -> tuple[Reason, ...]:
    # 6. A slice of another epoch or instant is stale; nothing is decided on it.
    if type(request.at_ms) is not int:
        raise TypeError("an instant is not one number")
    if house.memory.from_ms <= request.at_ms < house.memory.to_ms:
        return ()
    other = "epoch or code-book" if house.is_stale else "instant"
    return (Reason(conjunct="epoch", detail=f"the compiled agreements are of another {other}", kind="fault"),)


def _admit(house: Gatehouse, request: Request) -> Iterable[Reason]:
    book, person, unit = house.book, house.people.get(request.person), house.book.units.get(request.unit)
    # 1. P2: checked first, and before any id is looked up.
    excluded = names_excluded_use(request.purpose)
    if excluded:
        yield Reason(conjunct="excluded", detail=f"{excluded} is an excluded use: nobody can grant it")
    # 2. Closed code-books: an unknown code is a refusal, never a default.
    if request.purpose not in PURPOSES and not excluded:
        yield Reason(conjunct="codes", detail=f"no such purpose: {quoted(request.purpose)}")
    if request.operation not in book.operations:
        yield Reason(conjunct="codes", detail=f"no such operation: {quoted(request.operation)}")
    if request.act not in ACTS or request.form not in FORMS:
        yield Reason(conjunct="codes", detail=f"no such act or form: {quoted(request.act)}, {quoted(request.form)}")
    if person is None or unit is None or request.unit not in person.units:
        yield Reason(conjunct="codes", detail=f"{quoted(request.person)} does not act for {quoted(request.unit)}")
        return
    # 3. A person contributes roles, nothing else.
    if not person.may(request.act):
        yield Reason(conjunct="role", detail=f"no role of {request.person} permits to {quoted(request.act)}")
    # 4. The unit is part of the operation it names.
    if request.operation in book.operations and request.unit not in book.operations[request.operation].units:
        yield Reason(conjunct="operation", detail=f"{request.unit} is not part of {request.operation}")
    # 5. Red line 2: whatever was granted.
    if below_ceiling(book, request.unit) and (request.act, request.form) not in BELOW_CEILING:
        yield Reason(conjunct="ceiling", detail=f"{request.unit} gets hour-old positions in 10 km cells and nothing else")
    if request.form == "distress" and not rescues(book, request):
        yield Reason(conjunct="ceiling", detail="the distress form is read or listed by rescue centres, for search_and_rescue")
