"""Terms: which new ones give more than old ones, said and computed alike; and the steps of an assurance."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from fairlead.agreement.assured import ORIGINATOR_SAYS, STEPS, given, key_of, next_of, state_of
from fairlead.agreement.events import Assurance
from fairlead.agreement.slice import compile_slice
from fairlead.agreement.standing import fold
from fairlead.agreement.terms import ASSURANCES, Grant, make_grant, widens
from fairlead.agreement.terms_wording import narrower, terms_words, wider
from fairlead.errors import BadInput, UnknownCode
from fairlead.label import Purpose
from tests.model import world

BOOK = world.book()
DAY = world.DAY


def grant(book: Any = BOOK, **changed: Any) -> Grant:
    terms: dict[str, Any] = {
        "id": "g",
        "originator": "alfa",
        "recipients": ["b1"],
        "purposes": ["search_and_rescue"],
        "operations": ["north"],
        "categories": ["radar"],
        "not_before_ms": 2 * DAY,
        "expires_ms": 9 * DAY,
        "lease_s": 600,
        "assurances": ["treatment"],
        "export_to": ["tlp"],
    }
    return make_grant(book, **{**terms, **changed})


MORE: dict[str, Grant] = {
    "recipients": grant(recipients=["b1", "c1"]),
    "purposes": grant(purposes=["search_and_rescue", "interdiction"]),
    "operations": grant(operations=["north", "south"]),
    "categories": grant(categories=["radar", "ais"]),
    "not_before_ms": grant(not_before_ms=DAY),
    "expires_ms": grant(expires_ms=9 * DAY + 1),
    "lease_s": grant(lease_s=601),
    "assurances": grant(assurances=[]),
    "export_to": grant(export_to=["tlp", "stix"]),
    "unit_prints": msgspec.structs.replace(grant(), unit_prints={"b1": "0" * 64}),
    "operation_prints": msgspec.structs.replace(grant(), operation_prints={"north": "0" * 64}),
    "originator": msgspec.structs.replace(grant(), originator="bravo"),
}


@pytest.mark.parametrize("field", sorted(MORE))
def test_more_in_any_field_widens_and_less_does_not(field: str) -> None:
    assert widens(grant(), MORE[field])
    assert wider(grant(), MORE[field])
    if field not in ("unit_prints", "operation_prints", "originator"):
        assert narrower(MORE[field], grant())
        assert not narrower(grant(), MORE[field])
        assert not widens(MORE[field], grant())
        assert not wider(MORE[field], grant())


def test_every_field_of_terms_is_judged_or_gives_nothing() -> None:
    assert set(Grant.__struct_fields__) == set(MORE) | {"id", "version"}


def test_p1_terms_that_do_not_widen_open_nothing_more() -> None:
    """Over random terms: what is not wider is open to no more readers, at no more instants, on no fewer assurances."""
    rng, narrowed = random.Random(5), 0

    def drawn() -> dict[str, Any]:
        return {
            "recipients": rng.sample(["b1", "b2", "c1"], rng.choice([1, 2, 3])),
            "purposes": rng.sample(world.PURPOSES, rng.choice([1, 2])),
            "operations": rng.sample(["north", "south"], rng.choice([1, 2])),
            "categories": rng.sample(["radar", "ais"], rng.choice([1, 2])),
            "not_before_ms": rng.choice([DAY, 2 * DAY]),
            "expires_ms": rng.choice([5 * DAY, 9 * DAY]),
            "assurances": rng.choice([[], ["treatment"]]),
            "export_to": [],
        }

    for _ in range(800):
        first = drawn()
        old, new = grant(**first), grant(**{name: first[name] if rng.random() < 0.7 else one for name, one in drawn().items()})
        assert widens(old, new) == bool(wider(old, new))
        if widens(old, new):
            continue
        narrowed += 1
        for at_ms in (0, DAY, 2 * DAY, 5 * DAY, 9 * DAY):
            was, now = (compile_slice(fold([one]), BOOK, at_ms) for one in (old, new))
            for reader, mask in now.open_to.items():
                for pair, bit in now.bits.items():
                    if mask & bit:
                        assert was.open_to.get(reader, 0) & was.bits.get(pair, 0), (reader, pair)
    assert 0.2 <= narrowed / 800 <= 0.6


def test_terms_stand_in_one_sentence_with_every_field() -> None:
    said = terms_words(grant(), BOOK)
    for part in (
        "Alfa (alfa) gives radar", "B1 (b1)", "search_and_rescue", "operation north", "1970-01-01T00:00:02Z", "1970-01-01T00:00:09Z",
        "10 min", ASSURANCES["treatment"], "may go out as tlp",
    ):  # fmt: skip
        assert part in said, part


def test_old_terms_are_told_under_a_code_book_that_has_dropped_their_codes() -> None:
    smaller = msgspec.structs.replace(BOOK, version=2, units={}, operations={}, categories={})
    assert "gives radar it originated to b1, for" in terms_words(grant(), smaller)


def test_an_unknown_kind_of_assurance_is_no_term() -> None:
    with pytest.raises(UnknownCode, match="no such kind of assurance: 'goodwill'"):
        grant(assurances=["goodwill"])
    assert grant(assurances=list(ASSURANCES)).assurances == tuple(sorted(ASSURANCES))


def assurance(status: str, *, to: str = "alfa", at_ms: int = 1, expires_ms: int = 9 * DAY) -> Assurance:
    return Assurance(party="bravo", assurance="use", originator=to, status=status, at_ms=at_ms, expires_ms=expires_ms)  # type: ignore[arg-type]


STATUSES = ("offered", "accepted", "doubted", "breached", "withdrawn", "restored")


def test_every_row_of_the_table_is_a_step_and_what_has_no_row_is_refused() -> None:
    for was in ("none", "offered", "accepted", "doubted", "breached", "withdrawn"):
        standing = {} if was == "none" else {key_of(assurance(was)): assurance(was)}
        for status in STATUSES:
            to = STEPS.get((was, status))  # type: ignore[call-overload]
            if to is None:
                with pytest.raises(BadInput, match=f"cannot be {status} now"):
                    next_of(standing, assurance(status, at_ms=2))
            else:
                assert next_of(standing, assurance(status, at_ms=2)).status == to


def test_no_sequence_of_the_recipients_own_words_gets_out_of_a_breach() -> None:
    own = [status for status in STATUSES if status not in ORIGINATOR_SAYS]
    reached, waiting = {"breached"}, ["breached"]
    while waiting:
        state = waiting.pop()
        fresh = {STEPS[state, status] for status in own if (state, status) in STEPS} - reached  # type: ignore[index]
        reached |= fresh
        waiting += fresh
    assert reached == {"breached"}


def test_given_is_accepted_or_doubted_in_date_and_not_breached_towards_this_originator() -> None:
    def is_given(*stands: Assurance, at_ms: int = 2) -> bool:
        return given(stands, party="bravo", kind="use", originator="alfa", at_ms=at_ms)

    assert {status: is_given(assurance(status)) for status in STATUSES} == {
        "offered": False, "accepted": True, "doubted": True, "breached": False, "withdrawn": False, "restored": True,
    }  # fmt: skip
    assert not is_given(assurance("accepted"), at_ms=9 * DAY)
    assert is_given(assurance("accepted", to=""))
    assert not is_given(assurance("accepted", to=""), assurance("breached"))
    assert is_given(assurance("accepted", to=""), assurance("breached", to="charlie"))
    assert not is_given(assurance("accepted", to="charlie"))
    assert state_of(assurance("accepted"), 9 * DAY) == "expired"
    assert state_of(assurance("breached"), 9 * DAY) == "breached"


def test_an_assurance_dated_before_what_it_follows_is_out_of_order() -> None:
    stands = {key_of(assurance("withdrawn", at_ms=5)): assurance("withdrawn", at_ms=5)}
    with pytest.raises(BadInput, match="dated before what it follows"):
        next_of(stands, assurance("accepted", at_ms=4))
    assert Purpose("interdiction") in grant(purposes=["interdiction"]).purposes
