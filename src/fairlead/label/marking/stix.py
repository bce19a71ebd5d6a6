"""A STIX 2.1 marking: a statement that people read, and an extension that carries the whole label.

Source: OASIS, "STIX Version 2.1", 10 June 2021: section 7.2.1 (marking definition; 7.2.1.3 statement), 7.3 (extension definition),
2.9 (identifiers). Tools that drop what they do not know keep at least the statement.

1. The bundle holds three objects: who defines the extension, the extension's definition, the marking definition with both forms.
2. Identifiers are UUIDs of version 5 over the label's hash, so the same label is the same marking everywhere.
3. Read back, the extension is the label: its hash, its id and its statement must be those of that label, or it is refused.
4. A consumer that does not know the extension enforces nothing of it: every field is carried, none is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

from fairlead.envelope import JsonValue, encode
from fairlead.errors import BadInput
from fairlead.label.label import Label, label_hash, label_value
from fairlead.label.marking.given import FIELDS, Fates, Outgoing, instant_ms, instant_text, plain_codes, read_json, same

WHAT: Final = "a STIX marking"
SPACE: Final = bytes.fromhex("c1f5a3b27d0e5c4f9a616661726c6561")  # this project's own name space for version 5 identifiers
MADE: Final = "2020-01-01T00:00:00.000Z"  # of the two fixed objects; no clock decides it
SCHEMA: Final = "docs/reference/markings.md of Fairlead: the label as `label`, its SHA-256 over RFC 8785 bytes as `label_sha256`"
_WORDS: Final = "carried in the extension; a consumer that does not know it enforces nothing of it"
FATES: Final[Fates] = dict.fromkeys(FIELDS, ("words", _WORDS))


class StixMarking(msgspec.Struct, frozen=True, kw_only=True):
    """What the bundle carries: the whole label, and when the marking was made."""

    label: Label
    created_ms: int


def carried(out: Outgoing) -> StixMarking:
    """All of it. Raises BadInput for a code it cannot hold."""
    return StixMarking(label=plain_codes(out.label), created_ms=out.at_ms)


def stix_id(kind: str, name: str) -> str:
    """`kind--UUID`, of version 5 (RFC 4122) over a name in this project's name space."""
    raw = bytearray(hashlib.sha1(SPACE + f"{kind}:{name}".encode(), usedforsecurity=False).digest()[:16])
    raw[6] = (raw[6] & 0x0F) | 0x50
    raw[8] = (raw[8] & 0x3F) | 0x80
    text = raw.hex()
    return f"{kind}--{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


IDENTITY_ID: Final = stix_id("identity", "fairlead")
EXTENSION_ID: Final = stix_id("extension-definition", "label/1")


def statement_of(label: Label) -> str:
    """The label in words, for those whose tool shows nothing else."""
    owners = ", ".join(f"{party} ({category})" for party, category in label.originators)
    parts = [
        f"{label.level.upper()}. Originator controlled by {owners}",
        f"For {_listed(label.recipients)} only",
        f"For the purposes {_listed(label.purposes)} only",
        f"Inside the operations {_listed(label.operations)} only",
        *([f"Obligations: {_listed(label.handling)}"] if label.handling else []),
        f"A copy may be kept for {label.lease_s} seconds after it was last confirmed",
        "Not to be passed on, and nothing to be made of it for any other purpose, without every originator",
    ]
    return ". ".join(parts) + "."


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(codes) or "nobody and nothing"


def write(one: StixMarking) -> str:
    """The bundle, as canonical JSON."""
    marking = _marking(one)
    value: JsonValue = {
        "type": "bundle",
        "id": stix_id("bundle", str(marking["id"])),
        "objects": [_identity(), _extension(), marking],
    }
    return encode(value).decode("utf-8")


def _identity() -> dict[str, JsonValue]:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": IDENTITY_ID,
        "created": MADE,
        "modified": MADE,
        "name": "Fairlead",
        "identity_class": "system",
    }


def _extension() -> dict[str, JsonValue]:
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION_ID,
        "created": MADE,
        "modified": MADE,
        "created_by_ref": IDENTITY_ID,
        "name": "Fairlead label",
        "schema": SCHEMA,
        "version": "1.0.0",
        "extension_types": ["property-extension"],
    }


def _marking(one: StixMarking) -> dict[str, JsonValue]:
    digest = label_hash(one.label)
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": stix_id("marking-definition", digest),
        "created": instant_text(one.created_ms),
        "created_by_ref": IDENTITY_ID,
        "name": "Fairlead label",
        "definition_type": "statement",
        "definition": {"statement": statement_of(one.label)},
        "extensions": {EXTENSION_ID: {"extension_type": "property-extension", "label": label_value(one.label), "label_sha256": digest}},
    }


def parse(text: str) -> StixMarking:
    """The label of a bundle as written here, or of its marking definition alone. Raises BadInput, LabelFault, UnknownCode."""
    value = read_json(text, WHAT)
    if value.get("type") == "bundle":
        objects = value.get("objects")
        if not isinstance(objects, list) or len(objects) != 3 or not isinstance(objects[2], Mapping):
            raise BadInput(f"{WHAT} is not a bundle of the three objects", do="send identity, extension and marking definition")
        one = _read(objects[2])
        same(value, read_json(write(one), WHAT), WHAT)
        return one
    return _read(value)


def _read(marking: Mapping[str, JsonValue]) -> StixMarking:
    extensions = marking.get("extensions")
    ours = extensions.get(EXTENSION_ID) if isinstance(extensions, Mapping) else None
    if not isinstance(ours, Mapping) or "label" not in ours:
        raise BadInput(f"{WHAT} carries no label of ours", why="its extension is missing; a statement alone is no label")
    try:
        label = plain_codes(msgspec.convert(ours["label"], Label))
    except msgspec.ValidationError as error:
        raise BadInput(f"{WHAT} carries something that is no label", why=str(error)[:200]) from error
    one = StixMarking(label=label, created_ms=instant_ms(marking.get("created"), WHAT))
    # The statement, the hash and the id are those of this label, and nothing else stands beside them.
    same(marking, _marking(one), WHAT)
    return one
