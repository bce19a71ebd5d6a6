"""P1 of exports: what goes out was permitted to its reader, and every originator named the carrier to that reader, in random worlds."""

from __future__ import annotations

import random

import msgspec

from fairlead.agreement import Facts, Gatehouse, Request, compile_slice, decide, fold
from fairlead.agreement.export import decide_export, exporting
from fairlead.agreement.terms import Grant
from tests.model.world import CATEGORY, DAY, PEOPLE, PURPOSES, book, events, labels

WORLDS = 36
CARRIERS = ("odrl", "stix")


def worlds():
    """A standing whose agreements name carriers now and then, and everything that can be asked of it."""
    for seed in range(WORLDS):
        rng = random.Random(seed)
        the_book = book()
        made = []
        for event in events(rng, the_book):
            if isinstance(event, Grant):
                event = msgspec.structs.replace(event, export_to=rng.choice([CARRIERS, CARRIERS, ("stix",), ("odrl",), ()]))
            made.append(event)
        standing = fold(made)
        at_ms = rng.choice([DAY, 3 * DAY])
        house = Gatehouse(book=the_book, people=PEOPLE, slice=compile_slice(standing, the_book, at_ms))
        yield rng, standing, house, labels(rng, the_book), at_ms


def asked(house, all_labels, at_ms):
    for person, unit in (("ann", "a1"), ("ben", "b1"), ("ben", "b2")):
        for purpose in PURPOSES:
            for feeds, label in all_labels.items():
                request = Request(person=person, unit=unit, purpose=purpose, operation="north", act="export", form="full", at_ms=at_ms)
                yield request, Facts(label=label, not_before_ms=0, expires_ms=9 * DAY, feeds=feeds)


def named(standing, request, pair, carrier) -> bool:
    """By sets and nothing else: some agreement in force names the carrier for this pair and reader."""
    return any(
        carrier in grant.export_to
        and grant.originator == pair[0]
        and pair[1] in grant.categories
        and request.unit in grant.recipients
        and request.purpose in grant.purposes
        and request.operation in grant.operations
        and grant.not_before_ms <= request.at_ms < grant.expires_ms
        for grant in standing.grants
    )


def test_p1_nothing_goes_out_that_its_reader_may_not_have_or_that_an_originator_did_not_let_out():
    people = {code: msgspec.structs.replace(person, roles=("releasing_officer",)) for code, person in PEOPLE.items()}
    out = read = total = 0
    for _, standing, house, all_labels, at_ms in worlds():
        house = msgspec.structs.replace(house, people=people)
        for carrier in CARRIERS:
            outside = exporting(house, standing, carrier, at_ms)
            for request, facts in asked(house, all_labels, at_ms):
                decision = decide_export(house, outside, request, facts, carrier)
                inside = decide(house, request, facts).permitted
                every = all(named(standing, request, pair, carrier) for pair in facts.label.originators)
                if decision.permitted:
                    assert inside
                    assert every
                    assert request.unit != "b2", "below the ceiling"
                elif inside:
                    assert {reason.conjunct for reason in decision.reasons} == {"export"}
                    assert not every or any("assurance" in reason.detail or "held" in reason.detail for reason in decision.reasons)
                out, read, total = out + decision.permitted, read + inside, total + 1
    assert total > 4_000
    assert 0.05 < out / total < read / total
    assert out / read < 0.95, "some of what may be read may not go out"


def test_p1_an_agreement_that_names_no_carrier_lets_nothing_out():
    _, standing, house, all_labels, at_ms = next(worlds())
    bare = msgspec.structs.replace(standing, grants=tuple(msgspec.structs.replace(grant, export_to=()) for grant in standing.grants))
    outside = exporting(house, bare, "stix", at_ms)
    for request, facts in asked(house, all_labels, at_ms):
        assert not decide_export(house, outside, request, facts, "stix").permitted
    assert outside.slice.grants == ()


def test_p1_the_categories_of_the_world_are_those_its_labels_name():
    assert set(CATEGORY.values()) == {"radar", "ais"}
