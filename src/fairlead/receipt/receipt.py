"""Receipts: what was done with an originator's holdings, or what was refused, as signed payloads.

1. A receipt says its log and its place there, so it cannot be shown as another entry; the salt keeps its leaf from being guessed.
2. It names only what this originator may see: its own share of what was used, its own agreements.
3. A refusal is padded to one length whatever it says, and a *cover* says only that something was refused on the node, so no log tells
   hidden from absent (P7). What does not fit is counted, never dropped in silence; the request's digest binds the whole.
4. A payload is accepted only in its one canonical form; an absent field is absent.
5. A reader may hold a million of them: they contain nothing that could contain them, so the collector of cycles passes them over.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from fairlead.envelope import Envelope, JsonValue, PublicKey, encode, read_as, verify
from fairlead.errors import BadInput, MalformedBytes

REFUSAL_BYTES: Final = 2048
CLIP_BYTES: Final = 100
REASONS_SHOWN_MAX: Final = 32
HOLDINGS_SHOWN_MAX: Final = 16
PAD_FIELD: Final = len(b',"pad":""')
INDEX_DIGITS: Final = 9

Hex32: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^(?:[0-9a-f]{64})?\Z")]
Salt: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Word: TypeAlias = Annotated[str, msgspec.Meta(max_length=1024)]


class HeldRef(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A holding as its originator recognises it: digest of the content, digest of the label, what it is."""

    digest: Hex32
    label: Hex32 = ""
    kind: Word = ""


class UseReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Something was given: to whom, for what, resting on which agreements; and the digest of the bytes that went out."""

    log: Word
    index: Count
    sequence: Count  # the originator's own number, equal to index: never the node's epoch
    salt: Salt
    act: Word
    person: Word
    unit: Word
    purpose: Word
    operation: Word
    form: Literal["full", "coarse", "distress"]  # distress: read past an order, to be reviewed
    at_ms: Count
    clock: Word
    request: Hex32
    outcome: Literal["given"]
    output: Hex32
    output_bytes: Count
    holdings: Annotated[tuple[HeldRef, ...], msgspec.Meta(max_length=65_536)] = ()
    agreements: Annotated[tuple[Word, ...], msgspec.Meta(max_length=4096)] = ()
    legal_basis: Hex32 = ""
    given_to: Word = ""  # of an export: the carrier, and the system outside; of a file of cards: its form
    recipe: Hex32 = ""  # of a picture: the salted digest of all that it was computed from, for `replay`
    pad: str = ""


class RefusalReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Something was refused: told to whom it concerns, as a cover to everyone else."""

    log: Word
    index: Count
    sequence: Count
    salt: Salt
    at_ms: Count
    clock: Word
    outcome: Literal["refused", "cover"]
    act: Word = ""
    person: Word = ""
    unit: Word = ""
    purpose: Word = ""
    operation: Word = ""
    form: Word = ""
    request: Hex32 = ""
    excluded: Word = ""  # the excluded use the request named (P2)
    holdings: Annotated[tuple[HeldRef, ...], msgspec.Meta(max_length=HOLDINGS_SHOWN_MAX)] = ()
    reason: Annotated[tuple[Word, ...], msgspec.Meta(max_length=REASONS_SHOWN_MAX)] = ()
    more_holdings: Count = 0  # so many more did not fit
    more_reasons: Count = 0
    pad: str = ""


Receipt: TypeAlias = UseReceipt | RefusalReceipt
KINDS: Final[dict[str, type[UseReceipt] | type[RefusalReceipt]]] = {"use-receipt": UseReceipt, "refusal-receipt": RefusalReceipt}
COVER_FIELDS: Final = frozenset({"log", "index", "sequence", "salt", "at_ms", "clock", "outcome", "pad"})


def receipt_value(receipt: Receipt) -> JsonValue:
    """The payload to sign. Raises BadInput when a field is not what it has to be."""
    value: dict[str, JsonValue] = msgspec.to_builtins(receipt)
    try:
        msgspec.convert(value, type(receipt))
    except msgspec.ValidationError as error:
        raise BadInput("no receipt can say this", where=receipt.log, why=str(error)) from error
    return value


def padded(receipt: RefusalReceipt, size: int = REFUSAL_BYTES) -> JsonValue:
    """The payload to sign, its canonical bytes exactly `size` long whatever it says (P7). Raises BadInput when it cannot be."""
    shown = _folded(receipt)
    while _room(shown, size) < 1 and (shown.reason or shown.holdings):
        if _long(shown.reason) > _long(shown.holdings):
            shown = msgspec.structs.replace(shown, reason=shown.reason[:-1], more_reasons=shown.more_reasons + 1)
        else:
            shown = msgspec.structs.replace(shown, holdings=shown.holdings[:-1], more_holdings=shown.more_holdings + 1)
    room = _room(shown, size)
    if room < 1:
        raise BadInput("a refusal does not fit its one length", where=receipt.log, why=f"{-room} bytes too long for {size}")
    return receipt_value(msgspec.structs.replace(shown, pad="0" * room))


def parse_receipt(kind: str, payload: bytes) -> Receipt:
    """The receipt in these payload bytes, which say nothing yet about who signed them. Raises MalformedBytes."""
    if kind not in KINDS:
        raise MalformedBytes("an envelope holds no receipt", where=kind or "unknown kind")
    # 1. One form: canonical, a field at its default absent, none that does not belong there.
    try:
        receipt: Receipt = read_as(payload, KINDS[kind])
    except MalformedBytes as error:
        raise MalformedBytes("bytes are not a receipt in its one form", where=kind, why=str(error)) from error
    # 2. The originator's own number is the place in its log.
    if receipt.sequence != receipt.index:
        raise MalformedBytes("a receipt's number is not its place", where=f"{receipt.log} {receipt.index}", why=str(receipt.sequence))
    if isinstance(receipt, RefusalReceipt):
        # 3. P7: one length, and a cover tells nothing.
        if len(payload) != REFUSAL_BYTES or receipt.pad.strip("0"):
            raise MalformedBytes("a refusal is not padded to its one length", where=receipt.log, why=f"{len(payload)} bytes")
        said: dict[str, JsonValue] = msgspec.to_builtins(receipt) if receipt.outcome == "cover" else {}
        if not said.keys() <= COVER_FIELDS:
            raise MalformedBytes(
                "a cover says more than a cover may", where=receipt.log, why=", ".join(sorted(said.keys() - COVER_FIELDS))
            )
    return receipt


def open_receipt(envelope: Envelope, key: PublicKey) -> Receipt:
    """The receipt this log's key signed. Raises BadSignature, MalformedBytes."""
    if envelope.kind not in KINDS:
        raise MalformedBytes("an envelope holds no receipt", where=envelope.payload_type[:200])
    verify(envelope, [key], kind=envelope.kind)
    return parse_receipt(envelope.kind, envelope.payload_bytes)


def receipt_name(index: int) -> str:
    """The file an entry's receipt is delivered as."""
    return f"{index:0{INDEX_DIGITS}d}.json"


def _room(receipt: RefusalReceipt, size: int) -> int:
    """How many bytes of padding bring the receipt to `size`; negative when it is too long."""
    value: JsonValue = msgspec.to_builtins(receipt)
    return size - PAD_FIELD - len(encode(value))


def _long(listed: tuple[str, ...] | tuple[HeldRef, ...]) -> int:
    value: JsonValue = msgspec.to_builtins(listed)
    return len(encode(value)) if listed else 0


def _folded(receipt: RefusalReceipt) -> RefusalReceipt:
    """The receipt without padding, with what a requester may have made long clipped, and the lists cut to what can fit."""
    return msgspec.structs.replace(
        receipt,
        act=_clipped(receipt.act),
        person=_clipped(receipt.person),
        unit=_clipped(receipt.unit),
        purpose=_clipped(receipt.purpose),
        operation=_clipped(receipt.operation),
        form=_clipped(receipt.form),
        holdings=receipt.holdings[:HOLDINGS_SHOWN_MAX],
        more_holdings=receipt.more_holdings + max(0, len(receipt.holdings) - HOLDINGS_SHOWN_MAX),
        reason=tuple(_clipped(text, 4 * CLIP_BYTES) for text in receipt.reason[:REASONS_SHOWN_MAX]),
        more_reasons=receipt.more_reasons + max(0, len(receipt.reason) - REASONS_SHOWN_MAX),
        pad="",
    )


def _clipped(text: str, most_bytes: int = CLIP_BYTES) -> str:
    """The text itself when its canonical form is short enough, else as much of its beginning as is."""
    text = text[: most_bytes + 1].encode("utf-8", "replace").decode("utf-8")
    if len(encode(text)) <= most_bytes + 2:
        return text
    while len(encode(text + "…")) > most_bytes + 2:
        text = text[:-1]
    return text + "…"
