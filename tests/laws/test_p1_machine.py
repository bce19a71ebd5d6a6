"""P1, P3, P4 over a world that changes: after every step every question is put to the gate and to its second opinions.

The reference gate is the specification. Beside it: the gate that has answered all along and one that remembers nothing, lists, the
slice compiled the plain way, and Cedar. The databases, arrays and row-level security are asked in tests/laws of their own.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import ClassVar

import msgspec
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from fairlead.agreement import Gatehouse, compile_slice, decide
from fairlead.agreement.lists import Row, permitted
from fairlead.label import label_hash
from fairlead.report.holding import Holding
from tests.model import gate_model, slice_model, world
from tests.model.cedar_export import Cedar
from tests.model.machine import Machine

SEEDS = st.integers(min_value=0, max_value=2**20)
SHARE = (0.20, 0.40)
CEDAR_EVERY = 9  # of the questions put after a step, one in so many goes to Cedar too


class Asked:
    """What was asked over all examples, so that a run that says nothing is told."""

    questions = permits = to_cedar = cedar_permits = 0
    failed: ClassVar[Counter[str]] = Counter()


class Changes(RuleBasedStateMachine):
    """Every kind of change a world can have; each is drawn with its own seed."""

    machine: Machine | None = None

    @initialize(seed=SEEDS)
    def founded(self, seed: int) -> None:
        self.machine = Machine(seed)

    def step(self, name: str, seed: int) -> None:
        assert self.machine is not None
        self.machine.rng = random.Random(seed)
        getattr(self.machine, name)()

    @rule(seed=SEEDS)
    def granted(self, seed: int) -> None:
        self.step("granted", seed)

    @rule(seed=SEEDS)
    def amended(self, seed: int) -> None:
        self.step("amended", seed)

    @rule(seed=SEEDS)
    def denounced(self, seed: int) -> None:
        self.step("denounced", seed)

    @rule(seed=SEEDS)
    def ordered(self, seed: int) -> None:
        self.step("ordered", seed)

    @rule(seed=SEEDS)
    def held(self, seed: int) -> None:
        """An order on the origin of records, of which some lie here."""
        self.step("held_back", seed)

    @precondition(lambda self: self.machine is not None and self.machine.standing.orders)
    @rule(seed=SEEDS)
    def replaced(self, seed: int) -> None:
        self.step("replaced", seed)

    @precondition(lambda self: self.machine is not None and self.machine.standing.orders)
    @rule(seed=SEEDS)
    def resumed(self, seed: int) -> None:
        self.step("resumed", seed)

    @rule(seed=SEEDS)
    def overridden(self, seed: int) -> None:
        self.step("overridden", seed)

    @rule(seed=SEEDS)
    def assured(self, seed: int) -> None:
        self.step("assured", seed)

    @rule(seed=SEEDS)
    def rebooked(self, seed: int) -> None:
        self.step("rebooked", seed)

    @rule(seed=SEEDS)
    def waited(self, seed: int) -> None:
        self.step("waited", seed)

    @rule(seed=SEEDS)
    def observed(self, seed: int) -> None:
        self.step("observed", seed)

    @rule(seed=SEEDS)
    def derived(self, seed: int) -> None:
        self.step("derived", seed)

    @invariant()
    def every_opinion_is_the_reference_gates(self) -> None:
        if self.machine is None:
            return
        machine, reference, house = self.machine, self.machine.world(), self.machine.house()
        forgetful = Gatehouse(book=house.book, people=house.people, slice=house.slice)
        rows = {name: row_of(machine, name) for name in machine.records}
        put = []
        for request in machine.requests():
            expected = {name: gate_model.failed(reference, request, record) for name, record in reference.records.items()}
            for name, failed in expected.items():
                decision = decide(house, request, machine.facts(name))
                assert {reason.conjunct for reason in decision.reasons} == failed, (request, name)
                assert decision.label == label_hash(machine.records[name].label)
                assert (decision.epoch, decision.book_version) == (len(machine.events), machine.book.version)
                assert decide(forgetful, request, machine.facts(name)) == decision
                Asked.failed.update(failed)
                put.append((request, name, not failed))
            listed = permitted(house, request, rows.values())
            assert [row.holding.id for row in listed] == [name for name, failed in expected.items() if not failed]
        self.count(put)
        self.ask_cedar(put[len(machine.events) % CEDAR_EVERY :: CEDAR_EVERY])

    @invariant()
    def the_slice_is_that_compiled_the_plain_way(self) -> None:
        if self.machine is not None:
            made = compile_slice(self.machine.standing, self.machine.book, self.machine.at)
            for rescue, masks in ((False, made.open_to), (True, made.rescue_to)):
                found = {(pair, reader) for reader, mask in masks.items() for pair, bit in made.bits.items() if mask & bit}
                assert found == slice_model.open_pairs(self.machine.standing, self.machine.book, self.machine.at, rescue=rescue)

    def count(self, put: list) -> None:
        Asked.questions += len(put)
        Asked.permits += sum(permits for _, _, permits in put)

    def ask_cedar(self, put: list) -> None:
        assert self.machine is not None
        said = Cedar(self.machine.world()).permits([(request, name) for request, name, _ in put])
        assert said == [permits for _, _, permits in put]
        Asked.to_cedar += len(put)
        Asked.cedar_permits += sum(said)


def row_of(machine: Machine, name: str) -> Row:
    record = machine.records[name]
    holding = Holding(
        id=name,
        kind="lead" if record.parents else "segment",
        label=record.label,
        digest=record.digest,
        t_min_ms=0,
        t_max_ms=1,
        not_before_ms=record.not_before,
        expires_ms=record.expires,
        created_ms=0,
        parents=record.parents,
    )
    return Row(holding=holding, feeds=frozenset(), held=machine.held[name], distress=record.distress)


def test_p1_after_every_change_gate_lists_slice_and_cedar_say_what_the_reference_gate_says():
    longer = settings.default.max_examples > 1_000  # make fuzz
    many = (
        settings(max_examples=150, stateful_step_count=40)
        if longer
        else settings(max_examples=10, stateful_step_count=12, phases=[Phase.generate])
    )
    run_state_machine_as_test(Changes, settings=many)
    assert Asked.questions > 30_000
    assert SHARE[0] <= Asked.permits / Asked.questions <= SHARE[1], Asked.permits / Asked.questions
    assert SHARE[0] <= Asked.cedar_permits / Asked.to_cedar <= SHARE[1], Asked.cedar_permits / Asked.to_cedar
    judged = {"ceiling", "operation", "level", "handling", "time", "distress", "recipients", "purposes", "operations", "grants"}
    rare = {name for name in (*judged, "assurances", "holds") if Asked.failed[name] < Asked.questions / 500}
    assert not rare, f"the worlds say too little about {rare}: {Asked.failed}"


def test_p4_a_gatehouse_kept_from_before_any_event_is_stale_and_decides_nothing():
    stale = 0
    for seed in range(40):
        machine = Machine(seed)
        before, epoch = machine.house(), machine.standing.epoch
        name = sorted(machine.records)[0]
        request = next((one for one in machine.requests() if decide(before, one, machine.facts(name)).permitted), None)
        while machine.standing.epoch == epoch:
            machine.step()
        if request is not None and name in machine.records:
            told = msgspec.structs.replace(before, epoch=machine.standing.epoch)
            decision = decide(told, request, machine.facts(name))
            assert not decision.permitted
            assert decision.is_fault
            assert "epoch" in {reason.conjunct for reason in decision.reasons}
            stale += 1
    assert stale > 15


def test_p1_a_gatehouse_with_another_book_people_or_slice_remembers_nothing():
    machine = Machine(3)
    request, name = next(
        (one, name)
        for one in machine.requests()
        for name in machine.records
        if decide(machine.house(), one, machine.facts(name)).permitted
    )
    house = machine.house()
    nobody = msgspec.structs.replace(house, people={})
    moved = {
        **house.book.units,
        request.unit: msgspec.structs.replace(house.book.units[request.unit], clearance="open", regime="civil"),
    }
    other = msgspec.structs.replace(house, book=msgspec.structs.replace(house.book, units=moved))
    empty = msgspec.structs.replace(house, slice=compile_slice(type(machine.standing)(), house.book, machine.at))
    for changed in (nobody, other, empty):
        assert not decide(changed, request, machine.facts(name)).permitted
    assert decide(house, request, machine.facts(name)).permitted
    assert world.PEOPLE is house.people
