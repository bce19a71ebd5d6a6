"""A label as an ODRL policy in JSON-LD, hanging on the asset it governs.

Source: W3C, "ODRL Information Model 2.2" and "ODRL Vocabulary & Expression 2.2", Recommendations of 15 February 2018. The asset says
`hasPolicy` (information model, 2.2), so each rule inside is about it.

1. One permission: use, by these recipients, for these purposes, inside these operations, no longer than the lease after delivery.
2. Its duties: the consent of every originator (the veto), and each handling obligation.
3. Two prohibitions, distribute and derive: whoever has no Fairlead gate can do neither without leaving the label behind.
4. Operations, levels, categories and obligations are terms of a profile of our own; an evaluator that does not know the profile must
   not use the policy at all (information model, 2.1).
5. It carries the whole label, and read back must be exactly what that label makes.
"""

from __future__ import annotations

from typing import Final

import msgspec

from fairlead.envelope import JsonValue, encode
from fairlead.errors import BadInput
from fairlead.label.label import Label, label_hash
from fairlead.label.level import Level
from fairlead.label.marking.given import Fates, Outgoing, plain_codes, read_json, same
from fairlead.label.purpose import Purpose

WHAT: Final = "an ODRL policy"
CONTEXT: Final[JsonValue] = ["http://www.w3.org/ns/odrl.jsonld", {"fairlead": "urn:fairlead:odrl:"}]
PROFILE: Final = "urn:fairlead:odrl:profile:1"
FATES: Final[Fates] = {
    "originators": ("words", "consent is a duty the reader reports on; nobody is asked anew"),
    "level": ("words", "a term of our profile"),
    "recipients": ("kept", ""),
    "purposes": ("kept", ""),
    "operations": ("words", "a term of our profile"),
    "handling": ("words", "duties of our profile"),
    "lease_s": ("kept", ""),
    "derivation": ("coarser", "deriving is prohibited altogether"),
}


def carried(out: Outgoing) -> Label:
    """All of it. Raises BadInput for a code it cannot hold."""
    return plain_codes(out.label)


def odrl_value(label: Label) -> dict[str, JsonValue]:
    """The asset with its policy, as a JSON value."""
    digest = label_hash(label)
    return {
        "@context": CONTEXT,
        "type": "Asset",
        "uid": f"urn:fairlead:asset:{digest}",
        "hasPolicy": {
            "type": "Set",
            "uid": f"urn:fairlead:label:{digest}",
            "profile": PROFILE,
            "fairlead:level": label.level,
            "permission": [{"action": "use", "constraint": _constraints(label), "duty": _duties(label)}],
            "prohibition": [{"action": "distribute"}, {"action": "derive"}],
        },
    }


def _constraints(label: Label) -> JsonValue:
    return [
        {"leftOperand": "recipient", "operator": "isAnyOf", "rightOperand": list(label.recipients)},
        {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": list(label.purposes)},
        {"leftOperand": "fairlead:operation", "operator": "isAnyOf", "rightOperand": list(label.operations)},
        {
            "leftOperand": "elapsedTime",
            "operator": "lteq",
            "rightOperand": {"@value": f"PT{label.lease_s}S", "@type": "xsd:duration"},
        },
    ]


def _duties(label: Label) -> JsonValue:
    consents: list[JsonValue] = [
        {"action": "obtainConsent", "consentingParty": party, "fairlead:category": category} for party, category in label.originators
    ]
    return consents + [{"action": "fairlead:comply", "fairlead:handling": code} for code in label.handling]


def write(label: Label) -> str:
    """The policy, as canonical JSON."""
    return encode(odrl_value(label)).decode("utf-8")


class _Value(msgspec.Struct, frozen=True):
    value: str = msgspec.field(name="@value")


class _Constraint(msgspec.Struct, frozen=True):
    right: tuple[str, ...] | _Value = msgspec.field(name="rightOperand")


class _Duty(msgspec.Struct, frozen=True):
    party: str = msgspec.field(name="consentingParty", default="")
    category: str = msgspec.field(name="fairlead:category", default="")
    handling: str = msgspec.field(name="fairlead:handling", default="")


class _Rule(msgspec.Struct, frozen=True):
    constraint: tuple[_Constraint, _Constraint, _Constraint, _Constraint]
    duty: tuple[_Duty, ...]


class _Terms(msgspec.Struct, frozen=True):
    level: str = msgspec.field(name="fairlead:level")
    permitted: tuple[_Rule] = msgspec.field(name="permission")


class _Asset(msgspec.Struct, frozen=True):
    terms: _Terms = msgspec.field(name="hasPolicy")


def parse(text: str) -> Label:
    """The label this policy says. Raises BadInput, LabelFault, UnknownCode."""
    value = read_json(text, WHAT)
    try:
        terms = msgspec.convert(value, _Asset).terms
    except msgspec.ValidationError as error:
        raise BadInput(f"{WHAT} is not built as ours are", why=str(error)[:200]) from error
    label = plain_codes(_label(terms))
    # Whatever else the policy said would be a term that nobody here reads: the two must be the same throughout.
    same(value, odrl_value(label), WHAT)
    return label


def _label(terms: _Terms) -> Label:
    (rule,) = terms.permitted
    recipients, purposes, operations, lease = (one.right for one in rule.constraint)
    return Label(
        originators=tuple((duty.party, duty.category) for duty in rule.duty if duty.party),
        level=Level(terms.level),
        recipients=_codes(recipients),
        purposes=tuple(Purpose(code) for code in _codes(purposes)),
        operations=_codes(operations),
        handling=tuple(duty.handling for duty in rule.duty if duty.handling),
        lease_s=_seconds(lease),
    )


def _codes(right: tuple[str, ...] | _Value) -> tuple[str, ...]:
    if isinstance(right, _Value):
        raise BadInput(f"{WHAT} has a constraint that is not a list of codes", where=ascii(right.value[:40]))
    return right


def _seconds(right: tuple[str, ...] | _Value) -> int:
    text = right.value if isinstance(right, _Value) else ""
    digits = text.removeprefix("PT").removesuffix("S")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise BadInput(f"{WHAT} has no lease in seconds", where=ascii(text[:40]), do="write it as PT900S")
    return int(digits)
