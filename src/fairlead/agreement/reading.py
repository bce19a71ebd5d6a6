"""What labels and agreements say to one reader in one slice: conjuncts 7-12 and 14-16 of the gate, once for each distinct label.

1. A reading knows no record: times, digests and overrides are the gate's. Holds are judged for a label and the sets a record is in.
2. It belongs to one slice and one code-book. What it remembers cannot outlive an epoch or a date boundary, because it does not.
3. Every reason is kept, not only the first: a remembered answer says as much as a fresh one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

import msgspec

from fairlead.agreement.assured import given
from fairlead.agreement.reason import Reason, quoted
from fairlead.agreement.selector import holds_against, shuts_pair, stops_reader
from fairlead.agreement.slice import Pair, Reader, Slice
from fairlead.agreement.terms import Grant
from fairlead.label import CodeBook, Label, label_hash, level_rank


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What stands against a label for this reader, and the agreements that open some pair of it."""

    fixed: tuple[Reason, ...]  # 7, 8, 12: nothing lifts them
    released: tuple[Reason, ...] = ()  # 9-11, 14, 15: an override lifts them
    agreements: tuple[str, ...] = ()
    label: str = ""  # its hash; empty when there is no label


class _Covering(msgspec.Struct, frozen=True):
    """A grant that gives this reader something: its pairs as a mask, and what it asks that is not accepted."""

    mask: int
    grant: Grant
    unmet: tuple[Reason, ...]


class Reading:
    """One (unit, purpose, operation) in one slice; `rescue`: by the path that orders leave open to rescue centres."""

    def __init__(self, book: CodeBook, slice: Slice, reader: Reader, *, rescue: bool) -> None:
        self.book, self.slice, self.reader, self.rescue = book, slice, reader, rescue
        self.unit = book.units.get(reader[0])
        self.orders = tuple(
            order
            for order in slice.orders
            if self.unit is not None
            and not (rescue and "safety_of_life" in order.carve_outs)
            and stops_reader(order, book, unit=reader[0], purpose=reader[1], operation=reader[2])
        )
        self.holding = tuple(order for order in self.orders if order.is_hold)
        self.covering = tuple(self._covered(grant) for grant in slice.covering(reader)) if self.unit is not None else ()
        self._known: dict[Label | None, Judged] = {}

    def judged(self, label: Label | None) -> Judged:
        """Conjuncts 7-12, 14 and 15 for this label; remembered."""
        found = self._known.get(label)
        if found is None:
            found = self._known[label] = self._judge(label)
        return found

    def holds(self, label: Label | None, held: Container[str]) -> tuple[Reason, ...]:
        """16. P4: the holds that lie on a record with this label, which is in the sets `held`, or on anything it came from."""
        if label is None:
            return ()
        return tuple(
            Reason(conjunct="holds", detail=f"held by {order.originator}", originator=order.originator, agreement=order.id)
            for order in self.holding
            if holds_against(
                order,
                self.book,
                label=label,
                unit=self.reader[0],
                held=held,
                opened_by=self._opened_by(label) if order.reach else {},
                signed=self.slice.seq_of.get(order.id, 0),
            )
        )

    def _judge(self, label: Label | None) -> Judged:
        # 7. No label or no originator: nobody permitted it.
        if not isinstance(label, Label) or not label.originators:
            return Judged(fixed=(Reason(conjunct="label", detail="the holding has no label with an originator", kind="fault"),))
        if self.unit is None:
            return Judged(fixed=(Reason(conjunct="recipients", detail="no such unit may hold it"),), label=label_hash(label))
        mask = self.slice.mask(label)
        return Judged(
            fixed=tuple(self._fixed(label)),
            released=tuple(self._released(label)),
            agreements=tuple(one.grant.id for one in self.covering if one.mask & mask),
            label=label_hash(label),
        )

    def _fixed(self, label: Label) -> Iterable[Reason]:
        unit = self.unit
        assert unit is not None
        # 8, 12. The unit's clearance, and the obligations it accepted.
        if level_rank(label.level) > level_rank(unit.clearance):
            yield Reason(conjunct="level", detail=f"{label.level} is above the clearance of {unit.code}")
        for code in label.handling:
            if code not in unit.handling:
                yield Reason(conjunct="handling", detail=f"{unit.code} has not accepted {code}")

    def _released(self, label: Label) -> Iterable[Reason]:
        unit, purpose, operation = self.reader
        # 9-11. Released to this unit, for this purpose, inside this operation.
        if unit not in label.recipients:
            yield Reason(conjunct="recipients", detail=f"{quoted(unit)} is not among those it was released to")
        if purpose not in label.purposes:  # P1
            yield Reason(conjunct="purposes", detail=f"{quoted(purpose)} is not among its permitted purposes")
        if operation not in label.operations:
            yield Reason(conjunct="operations", detail=f"it may not be used inside {quoted(operation)}")
        # 14. P1, P4: a positive condition for every originator pair.
        shut = self.slice.blocked(label, self.reader, rescue=self.rescue)
        if shut:
            for pair in label.originators:
                if self.slice.bits.get(pair, 1) & shut:
                    yield self._shut(pair)
        # 15. What the covering grants ask of the recipient.
        mask = self.slice.mask(label)
        for one in self.covering:
            if one.mask & mask:
                yield from one.unmet

    def _covered(self, grant: Grant) -> _Covering:
        assert self.unit is not None
        party = self.unit.party
        unmet = tuple(
            Reason(
                conjunct="assurances",
                detail=f"{party} has not accepted {assurance}, or it has lapsed",
                originator=grant.originator,
                agreement=grant.id,
            )
            for assurance in grant.assurances
            if not self._given(party, assurance, grant.originator)
        )
        return _Covering(sum(self.slice.bits[grant.originator, category] for category in grant.categories), grant, unmet)

    def _given(self, party: str, assurance: str, originator: str) -> bool:
        """Whether it is given now. No assurance ends inside a slice, so its first instant stands for all."""
        found = self.slice.assurances.get((party, assurance), ())
        return given(found, party=party, kind=assurance, originator=originator, at_ms=self.slice.from_ms)

    def _shut(self, pair: Pair) -> Reason:
        """Why a pair is not open: an order stops it, or no grant ever covered it."""
        unit, purpose, operation = self.reader
        originator, category = pair
        for order in self.orders:
            if shuts_pair(order, self.book, pair, unit=unit, purpose=purpose, operation=operation):
                detail, agreement = f"{originator} has halted {category} for this reader", order.id
                break
        else:
            detail, agreement = f"no agreement of {originator} gives {category} to {unit} for {quoted(purpose)}", ""
        return Reason(conjunct="grants", detail=detail, originator=originator, category=category, agreement=agreement)

    def _opened_by(self, label: Label) -> dict[Pair, list[int]]:
        """The events that brought the grants which open each pair of the label; one that is not known counts as the newest."""
        found: dict[Pair, list[int]] = {}
        for one in self.covering:
            for category in one.grant.categories:
                pair = (one.grant.originator, category)
                if pair in label.originators:
                    found.setdefault(pair, []).append(self.slice.seq_of.get(one.grant.id, self.slice.epoch + 1))
        return found
