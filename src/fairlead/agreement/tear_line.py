"""A sanitised release, or tear line: what its author fills in, what is signed, who must sign, and the label it stands under.

1. Every originator of what it was made from is an originator of it: nobody loses a veto. Everything else on the label is theirs to
   choose, wider or narrower, inside the code-book; an excluded use has no code to choose (P2).
2. What is signed holds digests and a commitment to what it was made from: who signs knows, who reads learns nothing (P7).
3. Its author is of one of them and signs; a releasing officer of each signs, none of whom is the author.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from fairlead.agreement.override import RELEASING
from fairlead.agreement.people import Person
from fairlead.agreement.reason import Reason
from fairlead.agreement.two_person import enough
from fairlead.envelope import Envelope, HoldingId, JsonValue, decode, digest_of, encode
from fairlead.errors import BadInput, LabelFault, MalformedBytes
from fairlead.label import CodeBook, Label, make_label
from fairlead.label.codebook import need, need_all
from fairlead.label.label import LEASE_DEFAULT_S

KIND: Final = "sanitised-release"
TEXT_MAX: Final = 20_000
TITLE_MAX: Final = 200
RECORDS_MAX: Final = 64


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tear line as its author fills it in; records by id or digest. An empty category keeps those of the records."""

    records: tuple[str, ...]
    text: str
    level: str
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    operations: tuple[str, ...]
    handling: tuple[str, ...] = ()
    title: str = "tear line"
    category: str = ""
    lease_s: int = LEASE_DEFAULT_S
    expires_ms: int = 0  # 0: when the first of the records does


class Signed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What author and officers sign: digests only, and a commitment to what it was made from."""

    release: HoldingId
    author: str
    body: str
    label: str
    made_from: str
    at_ms: int
    expires_ms: int


class Sheet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file that goes from author to officers, and to nobody else: it names what the tear line was made from."""

    envelope: Envelope
    title: str
    text: str
    label: Label
    made_from: tuple[str, ...]
    salt: str


def sheet_bytes(sheet: Sheet) -> bytes:
    """The canonical bytes of the file."""
    value: JsonValue = msgspec.to_builtins(sheet)
    return encode(value)


def sheet_from(raw: bytes) -> Sheet:
    """The sheet in a file. Raises MalformedBytes for anything but its one form."""
    try:
        sheet = msgspec.convert(decode(raw), Sheet)
    except msgspec.ValidationError as error:
        raise MalformedBytes("the file holds no tear line", why=str(error)) from error
    if sheet_bytes(sheet) != raw:
        raise MalformedBytes("a tear line is not in its one form")
    return sheet


def body_of(title: str, text: str) -> JsonValue:
    """What a reader of the tear line gets."""
    return {"title": title, "tear_line": text}


def commitment(digests: Iterable[str], salt: str) -> str:
    """What binds the signatures to what it was made from, and tells it to nobody who has not the salt."""
    return digest_of({"made_from": sorted(digests), "salt": salt})


def said_in(envelope: Envelope) -> Signed:
    """What was signed, in its one form; by whom is not said yet. Raises MalformedBytes."""
    if envelope.kind != KIND:
        raise MalformedBytes("this is no sanitised release", where=envelope.payload_type[:200])
    try:
        said = msgspec.convert(decode(envelope.payload_bytes), Signed)
    except msgspec.ValidationError as error:
        raise MalformedBytes("a sanitised release does not read", why=str(error)) from error
    if encode(msgspec.to_builtins(said)) != envelope.payload_bytes:
        raise MalformedBytes("a sanitised release is not in its one form")
    return said


def check_words(title: str, text: str, names: Iterable[str]) -> None:
    """The text says something, and none of these names: ids and digests of what it was made from. Raises BadInput."""
    if not text.strip() or len(text) > TEXT_MAX or not title.strip() or len(title) > TITLE_MAX:
        raise BadInput("a tear line has no text, or too long a one", do=f"up to {TEXT_MAX} characters, a title up to {TITLE_MAX}")
    said = f"{title}\n{text}".lower()
    for name in names:
        if name in said:
            raise BadInput("a tear line names what it was made from", where=name, do="leave the name out")


def label_for(book: CodeBook, pairs: Iterable[tuple[str, str]], terms: Terms) -> Label:
    """The label its author asks for, under every originator of `pairs`. Raises UnknownCode, ExcludedUse, LabelFault."""
    behind = sorted(set(pairs))
    made = make_label(
        book,
        originator=behind[0][0],
        category=terms.category or behind[0][1],
        level=terms.level,
        recipients=terms.recipients,
        purposes=terms.purposes,
        operations=terms.operations,
        handling=terms.handling,
        lease_s=terms.lease_s,
    )
    under = {(party, terms.category or category) for party, category in behind}  # nobody loses a veto
    return check_label(book, msgspec.structs.replace(made, originators=tuple(sorted(under))), pairs=behind)


def check_label(book: CodeBook, label: Label, *, pairs: Sequence[tuple[str, str]]) -> Label:
    """The label itself, when every code is of the book and every originator of `pairs` is on it, nobody else. Raises UnknownCode,
    LabelFault."""
    for party, category in label.originators:
        need(book.parties, party, what="party", where="tear line")
        need(book.categories, category, what="category", where="tear line")
    need_all(book.units, label.recipients, what="unit", where="tear line")
    need_all(book.operations, label.operations, what="operation", where="tear line")
    need_all(book.handling, label.handling, what="handling template", where="tear line")
    if {party for party, _ in label.originators} != {party for party, _ in pairs}:
        raise LabelFault("a tear line stands under its originators, all of them and nobody else")
    if label.readable_by_nobody:
        raise LabelFault("nobody could read this tear line", do="name recipients, purposes and operations")
    return label


def lacking(said: Signed, parties: Iterable[str], signers: Sequence[Person]) -> tuple[Reason, ...]:
    """No reason when the author and an officer of every originator, who is not the author, have signed."""
    owners = sorted(set(parties))
    author = [one for one in signers if one.code == said.author and one.party in owners]
    unsigned = () if author else (Reason(conjunct="signatures", detail="its author has not signed it"),)
    others = [one for one in signers if one.code != said.author]
    officers = (enough(others, party=party, role=RELEASING, count=1, not_among=()) for party in owners)
    return (*unsigned, *(reason for reasons in officers for reason in reasons))
