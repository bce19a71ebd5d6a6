"""Laws of the gate over worlds drawn at random: what an event may open or close, and what can never change an answer.

Each law counts how often it had something to say; one that never saw a yes, or never saw a change, fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.agreement import Assurance, Facts, Gatehouse, Order, Override, Request, Resume, admit, compile_slice, decide, fold
from fairlead.agreement.events import Amend, Denounce, Event
from fairlead.agreement.render import redacted
from fairlead.label import EXCLUDED_USES, join
from tests.model import world as tiny
from tests.model.machine import DAY, END, Machine

Question = tuple[Request, str]
SHARE = (0.20, 0.40)


def law(check: Callable[[Machine, Counter[str]], None], *, steps: int = 5, examples: int = 12) -> Counter[str]:
    """Put a law to worlds that have changed a few times; what was seen."""
    seen: Counter[str] = Counter()
    count = examples if settings.default.max_examples < 1_000 else 40 * examples  # make fuzz

    @settings(max_examples=count)
    @given(st.integers(min_value=0, max_value=2**20))
    def over_worlds(seed: int) -> None:
        machine = Machine(seed)
        for _ in range(steps):
            machine.step()
        check(machine, seen)

    over_worlds()
    return seen


def questions(machine: Machine) -> list[Question]:
    return [(request, name) for request in machine.requests() for name in machine.records]


def house_after(machine: Machine, *more: Event, without: Callable[[Event], bool] = lambda _: False) -> Gatehouse:
    """The gatehouse after more events, or as if some had never been. Slices of now; the holds on records are not placed anew."""
    standing = fold([event for event in (*machine.events, *more) if not without(event)])
    return Gatehouse(book=machine.book, people=tiny.PEOPLE, slice=compile_slice(standing, machine.book, machine.at))


def permits(machine: Machine, house: Gatehouse, facts: Callable[[str], Facts] | None = None) -> set[Question]:
    found = facts or machine.facts
    return {(request, name) for request, name in questions(machine) if decide(house, request, found(name)).permitted}


def is_override(event: Event) -> bool:
    return isinstance(event, Override)


def mask(machine: Machine) -> Order:
    """An order that is no hold."""
    order = machine.order()
    while order.is_hold or order.until_ms:
        order = machine.order()
    return order


def test_p1_a_grant_that_asks_nothing_only_opens_and_only_what_it_names():
    def check(machine: Machine, seen: Counter[str]) -> None:
        before = permits(machine, machine.house())
        grant = msgspec.structs.replace(machine.terms("new", "alfa", ["ais"], wide=True), assurances=())
        after = permits(machine, house_after(machine, grant))
        assert before <= after
        for request, name in after - before:
            label = machine.records[name].label
            assert ("alfa", "ais") in label.originators
            assert request.unit in grant.recipients
            assert request.purpose in grant.purposes
            assert request.operation in grant.operations
        seen["opened"] += bool(after - before)
        seen["asked"] += len(questions(machine))
        seen["permits"] += len(before)

    seen = law(check, steps=8)
    assert seen["opened"] >= 1
    assert SHARE[0] <= seen["permits"] / seen["asked"] <= SHARE[1], seen


def test_p4_an_order_only_closes_and_only_against_readers_it_names():
    def check(machine: Machine, seen: Counter[str]) -> None:
        order = mask(machine)
        without = {event.id for event in machine.events if isinstance(event, Override)}
        before = permits(machine, house_after(machine, without=is_override))
        after = permits(machine, house_after(machine, order, without=is_override))
        assert after <= before
        for request, name in before - after:
            label = machine.records[name].label
            assert order.originator in {party for party, _ in label.originators}
            assert machine.book.units[request.unit].party != order.originator
            assert not order.units or request.unit in order.units
            assert not order.purposes or request.purpose in order.purposes
        seen["closed"] += bool(before - after)
        seen["overrides"] += len(without)

    assert law(check, examples=20)["closed"] >= 3


def test_p4_an_order_lifted_is_as_if_it_had_never_been():
    def check(machine: Machine, seen: Counter[str]) -> None:
        order = mask(machine)
        lifted = Resume(order=order.id, originator=order.originator, at_ms=machine.at)
        before = permits(machine, house_after(machine, without=is_override))
        assert permits(machine, house_after(machine, order, lifted, without=is_override)) == before
        seen["closed between"] += permits(machine, house_after(machine, order, without=is_override)) != before

    assert law(check, examples=20)["closed between"] >= 3


def test_p4_a_replacement_is_the_lifting_and_the_new_order_in_one():
    def check(machine: Machine, seen: Counter[str]) -> None:
        old, new = mask(machine), mask(machine)
        new = msgspec.structs.replace(new, originator=old.originator, units=old.units, partners=())
        lifted = Resume(order=old.id, originator=old.originator, at_ms=machine.at)
        two = permits(machine, house_after(machine, old, lifted, new))
        one = permits(machine, house_after(machine, old, msgspec.structs.replace(new, replaces=old.id)))
        assert one == two
        seen["other than the old"] += one != permits(machine, house_after(machine, old))

    assert law(check, examples=20)["other than the old"] >= 2


def test_p4_an_originators_own_units_are_never_stopped_by_its_orders():
    def check(machine: Machine, seen: Counter[str]) -> None:
        for party in ("alfa", "bravo"):
            order = Order(id=f"all-{party}", originator=party, ordered_at_ms=machine.at)
            before = permits(machine, house_after(machine, without=is_override))
            after = permits(machine, house_after(machine, order, without=is_override))
            own = {(request, name) for request, name in before if machine.book.units[request.unit].party == party}
            assert own <= after
            seen["own"] += len(own)
            seen["stopped"] += len(before - after)

    seen = law(check)
    assert min(seen["own"], seen["stopped"]) > 20


def test_p4_what_descends_from_something_held_is_held():
    def check(machine: Machine, seen: Counter[str]) -> None:
        machine.held_back()
        machine.derived()
        house = machine.house()
        loose = {order.id for order in house.slice.orders if "co_originators" in order.carve_outs or order.reach}
        for name, record in machine.records.items():
            for parent in record.parents:
                for request in machine.requests():
                    above = held_by(decide(house, request, machine.facts(parent))) - loose
                    below = decide(house, request, msgspec.structs.replace(machine.facts(name), digest=""))
                    assert above <= held_by(below)
                    seen["held"] += len(above)

    assert law(check, examples=16)["held"] > 20


def held_by(decision) -> set[str]:
    return {reason.agreement for reason in decision.reasons if reason.conjunct == "holds"}


def test_p4_a_denounced_agreement_gives_until_the_end_of_its_winding_down_and_nothing_after():
    def check(machine: Machine, seen: Counter[str]) -> None:
        for grant in machine.standing.grants:
            if grant.id in machine.standing.denounced or grant.expires_ms <= machine.at + 1:
                continue
            ends = Denounce(agreement=grant.id, originator=grant.originator, at_ms=machine.at, ends_ms=machine.at + 1)
            now = permits(machine, house_after(machine))
            assert permits(machine, house_after(machine, ends)) == now
            at_once = msgspec.structs.replace(ends, ends_ms=machine.at)
            after = permits(machine, house_after(machine, at_once))
            assert after == permits(machine, house_after(machine, without=lambda event, id=grant.id: is_of(event, id)))
            seen["closed"] += after != now

    assert law(check, examples=8)["closed"] >= 3


def is_of(event: Event, id: str) -> bool:
    """Whether an event is about this agreement."""
    if isinstance(event, Amend):
        return event.terms.id == id
    return getattr(event, "id", None) == id or (isinstance(event, Denounce) and event.agreement == id)


def test_p1_an_amendment_to_the_same_terms_changes_no_answer():
    def check(machine: Machine, seen: Counter[str]) -> None:
        before = permits(machine, machine.house())
        for grant in machine.standing.grants:
            if grant.id not in machine.standing.denounced:
                again = msgspec.structs.replace(grant, version=grant.version + 1)
                orders = [order for order in machine.standing.orders if "future_subscriptions" in order.reach]
                if not orders:
                    same = Amend(terms=again, originator=grant.originator, at_ms=machine.at)
                    assert permits(machine, house_after(machine, same)) == before
                    seen["permits"] += len(before)

    assert law(check, examples=8)["permits"] > 100


def test_p1_an_override_opens_only_what_it_names_and_closes_nothing():
    def check(machine: Machine, seen: Counter[str]) -> None:
        before = permits(machine, machine.house())
        machine.overridden()
        made = machine.standing.overrides[-1]
        after = permits(machine, machine.house())
        assert before <= after
        for request, name in after - before:
            record = machine.records[name]
            assert record.digest in made.holdings
            assert request.unit in made.units
            assert (request.purpose, request.operation) == (made.purpose, made.operation)
            assert {party for party, _ in record.label.originators} <= set(made.originators)
            assert level_fits(machine, request, name)
        seen["opened"] += bool(after - before)

    assert law(check, examples=60, steps=3)["opened"] >= 5


def level_fits(machine: Machine, request: Request, name: str) -> bool:
    ranks = ["open", "restricted", "confidential", "secret"]
    unit, label = machine.book.units[request.unit], machine.records[name].label
    return ranks.index(label.level) <= ranks.index(unit.clearance) and set(label.handling) <= set(unit.handling)


def test_p4_any_later_order_of_one_of_its_originators_ends_an_override_even_one_that_stops_nobody():
    def check(machine: Machine, seen: Counter[str]) -> None:
        machine.overridden()
        made = machine.standing.overrides[-1]
        nothing = Order(id="nothing", originator=made.originators[-1], ordered_at_ms=machine.at, feeds=("no-such-feed",))
        later = house_after(machine, nothing)
        assert made not in later.slice.overrides
        without = house_after(machine, without=lambda event: isinstance(event, Override) and nothing.originator in event.originators)
        assert permits(machine, later) == permits(machine, without)
        seen["had opened"] += permits(machine, machine.house()) != permits(machine, without)

    assert law(check, examples=60, steps=3)["had opened"] >= 5


def test_p1_doubt_leaves_open_breach_shuts_and_restoring_opens_again():
    def check(machine: Machine, seen: Counter[str]) -> None:
        def word(status: str, originator: str = "alfa") -> Assurance:
            return Assurance(
                party="bravo", assurance="treatment", originator=originator, expires_ms=END, status=status, at_ms=machine.at
            )

        given_ = word("accepted", "")
        before = permits(
            machine, house_after(machine, given_, without=lambda event: isinstance(event, Assurance) and event is not given_)
        )
        said = {}
        for names in (("doubted",), ("breached",), ("breached", "restored")):
            events = [given_, *(word(name) for name in names)]
            mine = set(map(id, events))
            said[names] = permits(
                machine, house_after(machine, *events, without=lambda e, mine=mine: isinstance(e, Assurance) and id(e) not in mine)
            )
        assert said["doubted",] == before
        assert said["breached", "restored"] == before
        assert said["breached",] <= before
        for request, _ in before - said["breached",]:
            assert machine.book.units[request.unit].party == "bravo"
        seen["shut"] += said["breached",] != before

    assert law(check, examples=25)["shut"] >= 4


def test_p1_a_changed_unit_loses_what_it_was_granted_and_a_unit_changed_back_has_it_again():
    def check(machine: Machine, seen: Counter[str]) -> None:
        before = permits(machine, machine.house())
        home = machine.book.units["c1"]
        other = msgspec.structs.replace(home, mission="another")
        book = msgspec.structs.replace(machine.book, units={**machine.book.units, "c1": other})
        moved = Gatehouse(book=book, people=tiny.PEOPLE, slice=compile_slice(machine.standing, book, machine.at))
        after = permits(machine, moved)
        named = {digest for one in machine.standing.overrides for digest in one.holdings}
        assert {question for question in after if question[0].unit != "c1"} == {one for one in before if one[0].unit != "c1"}
        assert all(machine.records[name].digest in named for request, name in after if request.unit == "c1")
        back = msgspec.structs.replace(book, units=machine.book.units)
        again = Gatehouse(book=back, people=tiny.PEOPLE, slice=compile_slice(machine.standing, back, machine.at))
        assert permits(machine, again) == before
        seen["lost"] += after != before

    assert law(check)["lost"] >= 3


def test_p1_two_people_of_one_unit_with_one_role_get_the_same_answers():
    def check(machine: Machine, seen: Counter[str]) -> None:
        twin = msgspec.structs.replace(tiny.PEOPLE["ben"], code="bea")
        house = msgspec.structs.replace(machine.house(), people={**tiny.PEOPLE, "bea": twin})
        for request, name in questions(machine):
            if request.person == "ben":
                hers = decide(house, msgspec.structs.replace(request, person="bea"), machine.facts(name))
                his = decide(house, request, machine.facts(name))
                assert hers.permitted == his.permitted
                assert [one.conjunct for one in hers.reasons] == [one.conjunct for one in his.reasons]
                seen["permits"] += his.permitted

    assert law(check)["permits"] > 100


def test_p1_between_two_dates_no_answer_changes():
    def check(machine: Machine, seen: Counter[str]) -> None:
        house = machine.house()
        last = house.slice.to_ms - 1
        timeless = {name: msgspec.structs.replace(machine.facts(name), not_before_ms=0, expires_ms=2**60) for name in machine.records}
        for request, name in questions(machine):
            later = msgspec.structs.replace(request, at_ms=min(last, machine.at + 2 * DAY))
            assert decide(house, request, timeless[name]) == decide(house, later, timeless[name])
            anew = Gatehouse(book=machine.book, people=tiny.PEOPLE, slice=compile_slice(machine.standing, machine.book, later.at_ms))
            seen["permits"] += decide(house, request, timeless[name]).permitted
        assert (anew.slice.open_to, anew.slice.from_ms, anew.slice.to_ms) == (
            house.slice.open_to,
            house.slice.from_ms,
            house.slice.to_ms,
        )

    assert law(check, examples=6)["permits"] > 100


def test_p2_no_excluded_use_is_ever_permitted_whatever_happened_and_its_refusal_does_not_depend_on_the_record():
    def check(machine: Machine, seen: Counter[str]) -> None:
        machine.overridden()
        house = machine.house()
        for request, name in questions(machine)[::7]:
            for use in sorted(EXCLUDED_USES):
                wrong = msgspec.structs.replace(request, purpose=use)
                decision = decide(house, wrong, machine.facts(name))
                assert decision.reasons[0].conjunct == "excluded"
                assert redacted(admit(house, wrong)) == redacted(admit(house, msgspec.structs.replace(wrong)))
                seen["refused"] += 1
            seen["permits"] += decide(house, request, machine.facts(name)).permitted

    seen = law(check, examples=6)
    assert min(seen.values()) > 50


def test_p2_a_unit_below_the_ceiling_never_gets_more_than_the_coarse_picture_whatever_happened():
    def check(machine: Machine, seen: Counter[str]) -> None:
        machine.overridden()
        house = machine.house()
        for request, name in questions(machine):
            if request.unit == "b2":
                permitted = decide(house, request, machine.facts(name)).permitted
                assert not permitted or (request.act, request.form) == ("picture", "coarse")
                seen["coarse"] += permitted

    assert law(check, examples=25)["coarse"] > 20


def test_p3_narrowing_any_field_of_a_label_opens_nothing():
    def check(machine: Machine, seen: Counter[str]) -> None:
        house = machine.house()
        for name, record in machine.records.items():
            for other in machine.records.values():
                narrower = join([record.label, other.label])
                for request in machine.requests()[::3]:
                    wide = msgspec.structs.replace(machine.facts(name), held=frozenset(), digest="")
                    narrow = msgspec.structs.replace(wide, label=narrower)
                    was, now = decide(house, request, wide).permitted, decide(house, request, narrow).permitted
                    assert was or not now
                    seen["closed"] += was and not now
                    seen["kept"] += now

    seen = law(check, examples=6)
    assert min(seen["closed"], seen["kept"]) > 50


def test_p7_what_is_said_of_a_request_is_said_without_looking_at_any_record():
    def check(machine: Machine, seen: Counter[str]) -> None:
        house = machine.house()
        for request, name in questions(machine):
            before = admit(house, request)
            decision = decide(house, request, machine.facts(name))
            assert decision.reasons[: len(before)] == before
            seen["hidden"] += not before and not decision.permitted
            seen["permits"] += decision.permitted
            assert redacted(before) == redacted(admit(house, request))

    seen = law(check, examples=6)
    assert min(seen.values()) > 100
