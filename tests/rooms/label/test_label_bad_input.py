"""What is no label is refused where a label is made: NULLs, wrong types, unknown codes, sets that are no tuples of codes."""

from __future__ import annotations

import json

import msgspec
import pytest

from fairlead import errors
from fairlead.envelope import encode
from fairlead.label import Label, join, label_hash, make_label
from fairlead.label.label import label_bytes, label_value, read_label
from tests.model import world

GOOD = make_label(
    world.book(),
    originator="alfa",
    category="ais",
    level="restricted",
    recipients=["a1", "b1"],
    purposes=["interdiction"],
    operations=["north"],
    handling=["care"],
)
TUPLES = ("originators", "recipients", "purposes", "operations", "handling")
WRONG = [None, 0, True, "b1", ["b1"], {"b1"}, frozenset({"b1"}), (None,), (1,), (("b1",),), (b"b1",), ("b1", "b1"), ("b1", "a1")]


def changed(**fields: object) -> Label:
    return msgspec.structs.replace(GOOD, **fields)


@pytest.mark.parametrize("field", TUPLES)
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_set_of_a_label_is_a_sorted_tuple_of_codes_and_nothing_else(field: str, wrong: object):
    with pytest.raises(errors.LabelFault):
        changed(**{field: wrong})


@pytest.mark.parametrize("wrong", [(), ("alfa",), (("alfa",),), (("alfa", "ais", "x"),), (("alfa", None),)])
def test_an_originator_is_a_party_and_a_category_and_there_is_at_least_one(wrong: object):
    with pytest.raises(errors.LabelFault):
        changed(originators=wrong)


@pytest.mark.parametrize(
    ("field", "wrong"), [("level", None), ("level", ("open",)), ("lease_s", None), ("lease_s", True), ("lease_s", "900")]
)
def test_a_level_and_a_lease_are_one_value_of_their_type(field: str, wrong: object):
    with pytest.raises(errors.LabelFault, match="no level or no lease"):
        changed(**{field: wrong})


def test_an_unknown_level_is_an_unknown_code():
    with pytest.raises(errors.UnknownCode):
        changed(level="top")


@pytest.mark.parametrize("lease_s", [0, 59, 72 * 3600 + 1, -900])
def test_a_lease_has_bounds(lease_s: int):
    with pytest.raises(errors.LabelFault, match="lease"):
        changed(lease_s=lease_s)


@pytest.mark.parametrize(
    "terms",
    [
        {"originator": "nobody"},
        {"category": "smoke"},
        {"level": "top"},
        {"recipients": ["b9"]},
        {"purposes": ["fishing"]},
        {"purposes": ["detection_and_monitoring"]},
        {"operations": ["west"]},
        {"handling": ["glove"]},
    ],
)
def test_a_code_that_is_in_no_code_book_makes_no_label(terms: dict[str, object]):
    good = {"originator": "alfa", "category": "ais", "level": "open", "recipients": ["b1"], "purposes": ["interdiction"]}
    with pytest.raises(errors.UnknownCode):
        make_label(world.book(), **{**good, "operations": ["north"], **terms})


@pytest.mark.parametrize("parent", [None, "open", {}, msgspec.to_builtins(GOOD)])
def test_a_parent_without_a_label_makes_no_join(parent: object):
    for labels in ([parent], [GOOD, parent], [parent, GOOD]):
        with pytest.raises(errors.LabelFault, match="no label"):
            join(labels)


@pytest.mark.parametrize("field", [*TUPLES, "level", "lease_s"])
def test_a_stored_label_that_lacks_a_field_or_has_null_there_does_not_read(field: str):
    value = dict(label_value(GOOD))
    without = {name: said for name, said in value.items() if name != field}
    with pytest.raises(errors.LabelFault, match="does not read"):
        read_label(encode(without))
    with pytest.raises(errors.LabelFault, match="does not read"):
        read_label(json.dumps({**value, field: None}).encode())
    assert read_label(label_bytes(GOOD)) == GOOD


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"\xff", b"{}", label_bytes(GOOD)[:-1], b" " + label_bytes(GOOD)], ids=repr)
def test_bytes_that_are_no_canonical_label_do_not_read(raw: bytes):
    with pytest.raises(errors.LabelFault, match="does not read"):
        read_label(raw)


def test_a_stored_label_of_a_level_nobody_knows_or_without_an_originator_does_not_read():
    value = dict(label_value(GOOD))
    for damaged in ({**value, "level": "top"}, {**value, "originators": []}, {**value, "purposes": ["commercial"]}):
        with pytest.raises(errors.LabelFault):
            read_label(encode(damaged))


def test_a_code_that_has_no_canonical_bytes_has_no_hash():
    odd = changed(recipients=("b1", "\ud800"))
    with pytest.raises(errors.MalformedBytes):
        label_hash(odd)
    assert label_hash(GOOD) == label_hash(changed())
    assert encode(label_value(GOOD))
