"""The header fields of a CISE message: what the European maritime information network says of a payload.

Source: CISE Service Model of EUCISE2020 and EMSA, as the public CISE adaptor sources have it: `InformationSecurityLevel`,
`InformationSensitivity`, `IsPersonalData`, `Purpose`, `RetentionPeriod`, `EnsureEncryption`.

1. The fields are given by name and value, for whoever writes the message; this is not a message.
2. A header has one purpose: that of the request it goes out for, by its nearest code. One with no code near is `NonSpecified`.
3. Where two codes are near, the stricter is written: AMBER+STRICT becomes Red, as CISE has no such colour.
4. A label does not say whether a person stands in the content, so the header says yes; encryption is always asked for.
5. That a level here is called by a European one says nothing of an arrangement to treat them as equal: that is for the parties.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from fairlead.envelope import JsonValue, encode
from fairlead.errors import BadInput
from fairlead.label.marking.given import Fates, Outgoing, instant_ms, instant_text, read_json, same
from fairlead.label.marking.tlp import tlp_of
from fairlead.label.purpose import MONITORING

WHAT: Final = "a CISE header"
LEVELS: Final = {"open": "NonClassified", "restricted": "EURestricted", "confidential": "EUConfidential", "secret": "EUSecret"}
COLOURS: Final = {"TLP:RED": "Red", "TLP:AMBER+STRICT": "Red", "TLP:AMBER": "Amber"}
UNSPECIFIED: Final = "NonSpecified"
PURPOSES: Final = {
    "search_and_rescue": "SAR",
    "safety_of_navigation": "Safety",
    "environmental_response": "EnvironmentResponse",
    "interdiction": "LawEnforcementOperation",
    "criminal_investigation": "LawEnforcementOperation",
    "fisheries_control": "FisheriesOperation",
    "customs_border": "CustomsOperation",
    f"{MONITORING}/environmental_response": "EnvironmentMonitoring",
    f"{MONITORING}/interdiction": "LawEnforcementMonitoring",
    f"{MONITORING}/criminal_investigation": "LawEnforcementMonitoring",
    f"{MONITORING}/fisheries_control": "FisheriesMonitoring",
    f"{MONITORING}/customs_border": "CustomsMonitoring",
}
FATES: Final[Fates] = {
    "originators": ("lost", "a header says who sends, not whose it is"),
    "level": ("kept", ""),
    "recipients": ("coarser", "a colour, and the services it is addressed to"),
    "purposes": ("coarser", "one purpose, by the nearest code"),
    "operations": ("lost", "a header has no operations"),
    "handling": ("lost", "a header has no such obligations"),
    "lease_s": ("coarser", "the time it may be kept at most, not how long after it was last confirmed"),
    "expires": ("kept", ""),
}


class CiseHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The header fields, by the names CISE gives them."""

    level: Literal["NonClassified", "EURestricted", "EUConfidential", "EUSecret"] = msgspec.field(name="InformationSecurityLevel")
    sensitivity: Literal["Red", "Amber"] = msgspec.field(name="InformationSensitivity")
    purpose: str = msgspec.field(name="Purpose")
    keep_until_ms: int = msgspec.field(name="RetentionPeriod")


def carried(out: Outgoing) -> CiseHeader:
    """The header of this label, going out for one purpose. Raises UnknownCode, BadInput."""
    instant_text(out.expires_ms)
    return CiseHeader(
        level=LEVELS[out.label.level],  # type: ignore[arg-type]
        sensitivity=COLOURS[tlp_of(out)],  # type: ignore[arg-type]
        purpose=PURPOSES.get(out.purpose, UNSPECIFIED),
        keep_until_ms=out.expires_ms,
    )


def _value(one: CiseHeader) -> dict[str, JsonValue]:
    return {
        "InformationSecurityLevel": one.level,
        "InformationSensitivity": one.sensitivity,
        "IsPersonalData": True,
        "Purpose": one.purpose,
        "RetentionPeriod": instant_text(one.keep_until_ms),
        "EnsureEncryption": True,
    }


def write(one: CiseHeader) -> str:
    """The fields, as canonical JSON."""
    return encode(_value(one)).decode("utf-8")


def parse(text: str) -> CiseHeader:
    """The header these fields say. Raises BadInput."""
    value = read_json(text, WHAT)
    until_ms = instant_ms(value.get("RetentionPeriod"), WHAT)
    try:
        one = msgspec.convert({**value, "RetentionPeriod": until_ms}, CiseHeader)
    except msgspec.ValidationError as error:
        raise BadInput(f"{WHAT} has a field that is none of ours", why=str(error)[:200]) from error
    if one.purpose not in (*PURPOSES.values(), UNSPECIFIED):
        raise BadInput(f"{WHAT} has a purpose that is none of ours", where=ascii(one.purpose[:40]))
    same(value, _value(one), WHAT)
    return one
