"""Receipts have one form; refusals have one length, whatever they say (P7)."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.envelope import encode, sha256_hex, sign
from fairlead.errors import BadInput, BadSignature, MalformedBytes
from fairlead.receipt.receipt import (
    REFUSAL_BYTES,
    HeldRef,
    RefusalReceipt,
    open_receipt,
    padded,
    parse_receipt,
    receipt_name,
    receipt_value,
)
from tests.rooms.receipt.folder import KEY, STRANGER, cover, refused, use

HOLDINGS = tuple(HeldRef(digest=sha256_hex(b"%d" % number), label=sha256_hex(b"label"), kind="segment") for number in range(60))


def test_a_use_receipt_reads_back() -> None:
    told = use(7)
    assert parse_receipt("use-receipt", encode(receipt_value(told))) == told
    assert open_receipt(sign("use-receipt", receipt_value(told), [KEY]), KEY.public) == told


def test_what_is_absent_is_absent() -> None:
    value = receipt_value(msgspec.structs.replace(use(7), holdings=(), agreements=()))
    assert isinstance(value, dict)
    assert not {"holdings", "agreements", "legal_basis", "pad"} & value.keys()


def test_p7_a_refusal_told_and_a_cover_have_the_same_length() -> None:
    lengths = {len(encode(padded(receipt))) for receipt in (refused(1), cover(1), refused(10**8), cover(10**8))}
    assert lengths == {REFUSAL_BYTES}


def test_p7_a_cover_tells_nothing_else() -> None:
    value = padded(cover(3))
    assert isinstance(value, dict)
    assert value.keys() == {"log", "index", "sequence", "salt", "at_ms", "clock", "outcome", "pad"}


@given(
    st.lists(st.text(max_size=600), max_size=80),
    st.integers(0, 60),
    st.text(max_size=3000),
    st.text(st.characters(), max_size=3000),
)
@settings(max_examples=60, deadline=None)
def test_p7_whatever_a_request_says_its_refusal_has_the_one_length(reasons: list[str], count: int, purpose: str, person: str) -> None:
    told = msgspec.structs.replace(refused(5), reason=tuple(reasons), holdings=HOLDINGS[:count], purpose=purpose, person=person)
    raw = encode(padded(told))
    assert len(raw) == REFUSAL_BYTES
    found = parse_receipt("refusal-receipt", raw)
    assert isinstance(found, RefusalReceipt)
    assert len(found.reason) + found.more_reasons == len(reasons)
    assert len(found.holdings) + found.more_holdings == count
    assert found.holdings == HOLDINGS[: len(found.holdings)]
    assert found.request == told.request


def test_control_letters_and_halves_of_letters_do_not_break_the_length() -> None:
    told = msgspec.structs.replace(
        refused(5), purpose="\x01" * 4000, person="\ud800" * 50, unit='"' * 4000, act="\\" * 300, operation="é" * 300
    )
    assert len(encode(padded(told))) == REFUSAL_BYTES


def test_short_reasons_and_holdings_are_kept_whole() -> None:
    found = parse_receipt("refusal-receipt", encode(padded(refused(4))))
    assert msgspec.structs.replace(found, pad="") == refused(4)


def test_a_refusal_that_cannot_fit_is_an_error_not_a_longer_one() -> None:
    with pytest.raises(BadInput):
        padded(refused(4), 300)
    with pytest.raises(BadInput):
        padded(msgspec.structs.replace(refused(4), log="x" * 3000))


@pytest.mark.parametrize(
    "change",
    [
        {"index": -1},
        {"sequence": 8},
        {"salt": ""},
        {"salt": "0" * 31 + "g"},
        {"salt": "0" * 32 + "\n"},
        {"output": "0" * 63},
        {"output": "A" * 64},
        {"outcome": "refused"},
        {"form": "other"},
        {"at_ms": "1"},
        {"at_ms": True},
        {"holdings": []},
        {"agreements": []},
        {"pad": ""},
        {"legal_basis": ""},
        {"extra": 1},
        {"holdings": [{"digest": "0" * 64, "label": ""}]},
        {"holdings": [{"digest": "0" * 64, "owner": "x"}]},
        {"person": "x" * 2000},
    ],
)
def test_another_form_is_no_receipt(change: dict[str, object]) -> None:
    value = dict(msgspec.to_builtins(use(7)))
    with pytest.raises(MalformedBytes):
        parse_receipt("use-receipt", encode({**value, **change}))


@pytest.mark.parametrize("field", ["log", "index", "sequence", "salt", "act", "purpose", "outcome", "output", "request"])
def test_no_field_that_matters_may_be_absent(field: str) -> None:
    value = dict(msgspec.to_builtins(use(7)))
    del value[field]
    with pytest.raises(MalformedBytes):
        parse_receipt("use-receipt", encode(value))


def test_a_refusal_of_another_length_or_a_talking_cover_is_refused() -> None:
    longer = dict(padded(refused(4)))  # type: ignore[arg-type]
    with pytest.raises(MalformedBytes, match="one length"):
        parse_receipt("refusal-receipt", encode({**longer, "pad": longer["pad"] + "0"}))
    with pytest.raises(MalformedBytes, match="one length"):
        parse_receipt("refusal-receipt", encode({**longer, "pad": longer["pad"][:-1] + "1"}))
    talking = dict(padded(msgspec.structs.replace(refused(4), outcome="cover")))  # type: ignore[arg-type]
    with pytest.raises(MalformedBytes, match="cover"):
        parse_receipt("refusal-receipt", encode(talking))


def test_kind_and_key_must_fit() -> None:
    value = receipt_value(use(7))
    with pytest.raises(MalformedBytes):
        open_receipt(sign("refusal-receipt", value, [KEY]), KEY.public)
    with pytest.raises(MalformedBytes):
        open_receipt(sign("order", value, [KEY]), KEY.public)
    with pytest.raises(BadSignature):
        open_receipt(sign("use-receipt", value, [STRANGER]), KEY.public)


def test_an_impossible_receipt_is_not_made() -> None:
    with pytest.raises(BadInput):
        receipt_value(msgspec.structs.replace(use(7), salt="short"))
    with pytest.raises(BadInput):
        receipt_value(msgspec.structs.replace(use(7), output="x"))


def test_payload_bytes_are_frozen() -> None:
    assert sha256_hex(encode(receipt_value(use(7)))) == "3ebc5a31b801a5aec8a461eb41ae260c98f87f07dfac709f92703ada5e8c8e0c"
    assert sha256_hex(encode(padded(refused(7)))) == "e9ff9cb9351cb48744473a30bfe34eb9407b5b27979e4dfbe5887630458bbf82"
    assert sha256_hex(encode(padded(cover(7)))) == "2e6dee8a8a17328479b5268c9bea306bd547e476352c8df3c1ec374a74e89516"
    assert receipt_name(7) == "000000007.json"
