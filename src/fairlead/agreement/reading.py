"""What labels and agreements say to one reader in one slice: conjuncts 7-12 and 14-16 of the gate, once for each distinct label.

1. A reading knows no record: times, digests and overrides are the gate's. Holds are judged for a label and the sets a record is in.
2. It belongs to one slice and one code-book. What it remembers cannot outlive an epoch or a date boundary, because it does not.
3. Every reason is kept, not only the first: a remembered answer says as much as a fresh one.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fairlead.agreement.assured import given
from fairlead.agreement.order import Order
from fairlead.agreement.reason import Decision, Reason, quoted
from fairlead.agreement.selector import holds_against, shuts_pair, stops_reader
from fairlead.agreement.slice import Pair, Reader, Slice, Way
from fairlead.agreement.terms import Grant
from fairlead.label import CodeBook, Label, label_hash, level_rank


class Judged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What stands against a label for this reader, and the agreements that open some pair of it."""

    fixed: tuple[Reason, ...]  # 7, 8, 12: nothing lifts them
    released: tuple[Reason, ...] = ()  # 9-11, 14, 15: an override lifts them
    agreements: tuple[str, ...] = ()
    label: str = ""  # its hash; empty when there is no label


class _Covering(msgspec.Struct, frozen=True):
    """A grant that gives this reader something: its pairs as a mask, and what it asks that is not given."""

    mask: int
    grant: Grant
    unmet: tuple[Reason, ...]


class Reading:
    """One (unit, purpose, operation) in one slice, by one way."""

    def __init__(self, book: CodeBook, slice: Slice, reader: Reader, way: Way) -> None:
        self.book, self.slice, self.reader, self.way = book, slice, reader, way
        self.unit = book.units.get(reader[0])
        unit, purpose, operation = map(quoted, reader)
        self._not_recipient = Reason(conjunct="recipients", detail=f"{unit} is not among those it was released to")
        self._not_purpose = Reason(conjunct="purposes", detail=f"{purpose} is not among its permitted purposes")
        self._not_operation = Reason(conjunct="operations", detail=f"it may not be used inside {operation}")
        self.answers: dict[Label | None, Decision] = {}  # by label, for one against whom nothing else stands
        # By label, holds and whether it is readable: for one against whom nothing else stands, where no override names the record.
        self.shaded: dict[tuple[Label | None, frozenset[str], bool], Decision] = {}
        self._judged: dict[Label | None, Judged] = {}
        self._covering: dict[str, tuple[_Covering, ...]] = {}
        self._holding: tuple[Order, ...] | None = None
        self._shut: dict[Pair, Reason] = {}
        self._held: dict[tuple[Label | None, frozenset[str]], tuple[Reason, ...]] = {}

    def judged(self, label: Label | None) -> Judged:
        """Conjuncts 7-12, 14 and 15 for this label; remembered."""
        found = self._judged.get(label)
        if found is None:
            found = self._judged[label] = self._judge(label)
        return found

    def answer(self, label: Label | None) -> Decision:
        """The decision on a record with this label that is readable now, that no hold lies on and no override names; remembered."""
        judged = self.judged(label)
        reasons = judged.fixed + judged.released
        self.answers[label] = said = self.decision(reasons, judged.agreements, judged.label)
        return said

    def decision(self, reasons: tuple[Reason, ...], agreements: tuple[str, ...], label: str) -> Decision:
        """These reasons, or none and what it rests on, with the label, epoch and code-book it was judged by."""
        epoch, version = self.slice.epoch, self.slice.book_version
        return Decision(reasons=reasons, agreements=() if reasons else agreements, label=label, epoch=epoch, book_version=version)

    def holds(self, label: Label | None, held: frozenset[str]) -> tuple[Reason, ...]:
        """16. P4: the holds that lie on a record with this label, which is in the sets `held`, or on anything it came from."""
        found = self._held.get((label, held))
        if found is None:
            found = self._held[label, held] = tuple(self._why_held(label, held)) if label is not None else ()
        return found

    def _why_held(self, label: Label, held: frozenset[str]) -> Iterable[Reason]:
        for order in self._holds_for_this_reader():
            if holds_against(
                order,
                self.book,
                label=label,
                unit=self.reader[0],
                held=held,
                opened_by=self._opened_by(label) if order.reach else {},
                signed=self.slice.seq_of.get(order.id, 0),
            ):
                yield Reason(conjunct="holds", detail=f"held by {order.originator}", originator=order.originator, agreement=order.id)

    def _holds_for_this_reader(self) -> tuple[Order, ...]:
        if self._holding is None:
            self._holding = tuple(order for order in self.slice.orders if order.is_hold and self._stopped_by(order))
        return self._holding

    def _stopped_by(self, order: Order) -> bool:
        """Whether the order is against this reader, who did not come by the path it leaves to rescue."""
        if self.unit is None or (self.way == "rescue" and "safety_of_life" in order.carve_outs):
            return False
        unit, purpose, operation = self.reader
        return stops_reader(order, self.book, unit=unit, purpose=purpose, operation=operation)

    def _judge(self, label: Label | None) -> Judged:
        # 7. No label or no originator: nobody permitted it.
        if not isinstance(label, Label) or not label.originators:
            return Judged(fixed=(Reason(conjunct="label", detail="the holding has no label with an originator", kind="fault"),))
        if self.unit is None:
            return Judged(fixed=(Reason(conjunct="recipients", detail="no such unit may hold it"),), label=label_hash(label))
        mask, last = self.slice.mask(label), ""
        released, agreements = list(self._released(label, mask)), list[str]()
        for party, _ in label.originators:  # in order, so those of one party stand together
            if party != last:
                last = party
                for one in self._covered(party):
                    if one.mask & mask:
                        agreements.append(one.grant.id)
                        released += one.unmet
        return Judged(fixed=tuple(self._fixed(label)), released=tuple(released), agreements=tuple(agreements), label=label_hash(label))

    def _fixed(self, label: Label) -> Iterable[Reason]:
        unit = self.unit
        assert unit is not None
        # 8, 12. The unit's clearance, and the obligations it accepted.
        if level_rank(label.level) > level_rank(unit.clearance):
            yield Reason(conjunct="level", detail=f"{label.level} is above the clearance of {unit.code}")
        for code in label.handling:
            if code not in unit.handling:
                yield Reason(conjunct="handling", detail=f"{unit.code} has not accepted {code}")

    def _released(self, label: Label, mask: int) -> Iterable[Reason]:
        unit, purpose, operation = self.reader
        # 9-11. Released to this unit, for this purpose, inside this operation.
        if unit not in label.recipients:
            yield self._not_recipient
        if purpose not in label.purposes:  # P1
            yield self._not_purpose
        if operation not in label.operations:
            yield self._not_operation
        # 14. P1, P4: a positive condition for every originator pair.
        shut = self.slice.blocked(mask, self.reader, self.way)
        if shut:
            for pair in label.originators:
                if self.slice.bits.get(pair, 1) & shut:
                    yield self._shut.get(pair) or self._why_shut(pair)

    def _covered(self, originator: str) -> tuple[_Covering, ...]:
        """What an originator gives this reader; 15. and what it asks that is not given."""
        found = self._covering.get(originator)
        if found is None:
            found = tuple(
                _Covering(sum(self.slice.bits[originator, category] for category in grant.categories), grant, tuple(self._unmet(grant)))
                for grant in self.slice.covering(self.reader, originator)
            )
            self._covering[originator] = found
        return found

    def _unmet(self, grant: Grant) -> Iterable[Reason]:
        assert self.unit is not None
        party = self.unit.party
        for kind in grant.assurances:
            if not self._given(party, kind, grant.originator):
                yield Reason(
                    conjunct="assurances",
                    detail=f"{party} has not accepted {kind}, or it has lapsed",
                    originator=grant.originator,
                    agreement=grant.id,
                )

    def _given(self, party: str, assurance: str, originator: str) -> bool:
        """Whether it is given now. No assurance ends inside a slice, so its first instant stands for all."""
        found = self.slice.assurances.get((party, assurance), ())
        return given(found, party=party, kind=assurance, originator=originator, at_ms=self.slice.from_ms)

    def _why_shut(self, pair: Pair) -> Reason:
        """Why a pair is not open: an order stops it, or no grant ever covered it."""
        unit, purpose, operation = self.reader
        originator, category = pair
        for order in self.slice.orders:
            shuts = shuts_pair(order, self.book, pair, unit=unit, purpose=purpose, operation=operation)
            if shuts and self._stopped_by(order):
                detail, agreement = f"{originator} has halted {category} for this reader", order.id
                break
        else:
            if category not in self.book.categories:
                detail = f"the code-book, version {self.book.version}, has no category {category} any more"
                return Reason(conjunct="grants", detail=detail, originator=originator, category=category)
            detail, agreement = f"no agreement of {originator} gives {category} to {unit} for {quoted(purpose)}", ""
        said = Reason(conjunct="grants", detail=detail, originator=originator, category=category, agreement=agreement)
        self._shut[pair] = said
        return said

    def _opened_by(self, label: Label) -> dict[Pair, list[int]]:
        """The events that brought the grants which open each pair of the label; one that is not known counts as the newest."""
        found: dict[Pair, list[int]] = {}
        for pair in label.originators:
            for one in self._covered(pair[0]):
                if pair[1] in one.grant.categories:
                    found.setdefault(pair, []).append(self.slice.seq_of.get(one.grant.id, self.slice.epoch + 1))
        return found
