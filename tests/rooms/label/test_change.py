"""Differences between two code-books: what changed, whom it binds, and what may follow what."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairlead.errors import BadInput, ExcludedUse
from fairlead.label import CodeBook, Command, Handling, Party, Region
from fairlead.label.change import Change, changes, may_follow, parties_bound
from fairlead.label.codebook import Operation
from tests.model import world

OLD = world.book()


def book(**tables: Any) -> CodeBook:
    return msgspec.structs.replace(OLD, version=2, **tables)


def unit(code: str, **changed: Any) -> CodeBook:
    return book(units={**OLD.units, code: msgspec.structs.replace(OLD.units[code], **changed)})


def operation(code: str, **changed: Any) -> CodeBook:
    return book(operations={**OLD.operations, code: msgspec.structs.replace(OLD.operations[code], **changed)})


def without(table: str, code: str) -> dict[str, Any]:
    return {table: {name: one for name, one in getattr(OLD, table).items() if name != code}}


BOUND = [
    (unit("b1", mission="other"), {"bravo"}),
    (unit("b1", regime="military"), {"bravo"}),
    (unit("b1", handling=()), {"bravo"}),
    (unit("b1", clearance="open"), {"bravo"}),
    (unit("b1", clearance="secret"), {"alfa", "bravo", "charlie"}),
    (operation("south", units=("a1", "b1", "b2", "c1")), {"bravo"}),
    (operation("south", units=("b1",)), {"alfa", "charlie"}),
    (operation("south", mission="other"), {"alfa", "bravo", "charlie"}),
    (operation("south", units=("a1",), mission="other"), {"alfa", "bravo", "charlie"}),
    (book(commands={**OLD.commands, "cm": Command(code="cm", name="CM", party="bravo", regime="law_enforcement")}), {"bravo"}),
    (book(commands={**OLD.commands, "cx": Command(code="cx", name="CX", party="charlie", regime="rescue")}), {"charlie"}),
    (book(operations={**OLD.operations, "east": Operation(code="east", name="E", mission="m", units=("a1",))}), {"alfa"}),
    (book(**without("operations", "south")), {"alfa", "bravo", "charlie"}),
    (book(handling={**OLD.handling, "care": Handling(code="care", text="otherwise")}), {"alfa", "bravo"}),
    (book(handling={**OLD.handling, "new": Handling(code="new", text="new")}), set()),
    (book(categories={**OLD.categories, "human": "what people tell"}), set()),
    (book(regions={"x": Region(code="x", name="X", south_e7=0, west_e7=0, north_e7=1, east_e7=1)}), set()),
    (book(parties={**OLD.parties, "alfa": Party(code="alfa", name="Alfa anew")}), {"alfa"}),
]


@pytest.mark.parametrize(("new", "bound"), BOUND)
def test_a_change_binds_the_parties_whose_units_and_commands_it_changes(new: CodeBook, bound: set[str]) -> None:
    assert changes(OLD, new)
    assert parties_bound(OLD, new) == bound
    may_follow(OLD, new)


def test_what_differs_is_named_by_table_code_and_field() -> None:
    new = unit("b1", mission="other", regime="military")
    assert changes(OLD, new) == (Change(table="units", code="b1", what="changed", fields=("regime", "mission")),)
    assert changes(OLD, book(categories={"radar": "radar", "sonar": "sonar"})) == (
        Change(table="categories", code="ais", what="dropped"),
        Change(table="categories", code="sonar", what="added"),
    )


def test_p1_what_a_change_does_to_a_fingerprint_binds_the_unit_s_party() -> None:
    """No change voids or revives a grant without the signature of the party whose unit it is."""
    for new, bound in BOUND:
        for code, one in OLD.units.items():
            if code in new.units and OLD.unit_fingerprint(code) != new.unit_fingerprint(code):
                assert one.party in bound


def test_what_may_not_follow() -> None:
    smaller = msgspec.structs.replace(OLD, version=3, **without("categories", "ais"))
    delta = {**OLD.parties, "delta": Party(code="delta", name="Delta")}
    cases = [
        (OLD, "not of the next version"),
        (msgspec.structs.replace(unit("b1", mission="x"), version=3), "not of the next version"),
        (book(), "changes nothing"),
        (book(parties=delta), "a party joins or leaves"),
        (unit("b1", party="charlie"), "b1 passes to another party"),
        (
            book(commands={**OLD.commands, "cm": msgspec.structs.replace(OLD.commands["cm"], party="alfa")}),
            "cm passes to another party",
        ),
    ]
    for new, said in cases:
        with pytest.raises(BadInput, match=said):
            may_follow(OLD, new)
    with pytest.raises(BadInput, match="a dropped code is used again: ais"):
        may_follow(smaller, msgspec.structs.replace(OLD, version=4), ever=[OLD, smaller])


def test_p2_no_code_is_that_of_an_excluded_use_and_each_stands_under_its_own() -> None:
    with pytest.raises(ExcludedUse):
        book(categories={**OLD.categories, "persecution": "x"})
    with pytest.raises(ExcludedUse):
        book(handling={**OLD.handling, "commercial": Handling(code="commercial", text="x")})
    with pytest.raises(BadInput, match="under another code than its own"):
        book(units={**OLD.units, "zz": OLD.units["b1"]})
