"""The keys of one log in their order: which of them signs which entry and which head, told by signed key events.

1. A reader trusts one key to begin with. Each event names the old key and the new one, and from which size the new one signs: entries
   from that index on, and heads of that size or larger.
2. A rotation is signed by the old key and the new one. When the old key is known or feared to be in other hands its word counts for
   nothing: such a change is signed by the node's operator and the new key, and says which head the old key is still believed for.
3. What was signed before a change keeps verifying: the reader asks for the key that held at its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec

from fairlead.envelope import Envelope, JsonValue, PublicKey, SigningKey, sign, verify
from fairlead.envelope.base64 import unbase64
from fairlead.envelope.canonical import read_as
from fairlead.errors import BadInput, BadSignature, MalformedBytes

KIND: Final = "key-event"
Key64 = Annotated[str, msgspec.Meta(min_length=44, max_length=44)]


class KeyEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One change of a log's key. Times are Unix milliseconds."""

    log: str  # origin line
    old: Key64
    new: Key64
    from_size: Annotated[int, msgspec.Meta(ge=1)]
    reason: Literal["rotation", "compromise"]
    at_ms: Annotated[int, msgspec.Meta(ge=0)]
    clock: str
    why: str
    trusted_size: Annotated[int, msgspec.Meta(ge=0)] = 0  # of a compromise: the largest head the old key is still believed for
    trusted_root: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""  # that head's root; nothing where it is none


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A key and the first size it signs; `believed` is the largest head it is believed for, or nothing where it never fell."""

    key: PublicKey
    from_size: int
    believed: int | None = None
    root: str = ""  # of that head, in hex


class LogKeys(msgspec.Struct, frozen=True, kw_only=True):
    """All keys of a log, oldest first."""

    origin: str
    held: tuple[Held, ...]

    def for_entry(self, index: int) -> PublicKey:
        """The key that signs the receipt at this index."""
        return next(one.key for one in reversed(self.held) if one.from_size <= index or one is self.held[0])

    def for_head(self, size: int) -> Held:
        """The key that signs a head of this size."""
        return next(one for one in reversed(self.held) if one.from_size <= size or one is self.held[0])

    def as_kept(self) -> LogKeys:
        """The keys for a head that its reader kept: it was seen before anybody gave the key up, so it stays believed."""
        return LogKeys(origin=self.origin, held=tuple(msgspec.structs.replace(one, believed=None) for one in self.held))

    @property
    def newest(self) -> PublicKey:
        return self.held[-1].key


def only(origin: str, key: PublicKey) -> LogKeys:
    """A log whose key never changed."""
    return LogKeys(origin=origin, held=(Held(key=key, from_size=0),))


def sign_key_event(event: KeyEvent, signers: Iterable[SigningKey]) -> Envelope:
    """The signed event. Raises BadInput for one that says nothing new."""
    if event.old == event.new:
        raise BadInput("a key event names one key twice", where=event.log, do="make a new key")
    value: JsonValue = msgspec.to_builtins(event)
    return sign(KIND, value, list(signers))


def read_key_event(envelope: Envelope) -> KeyEvent:
    """What an event says, not yet believed. Raises MalformedBytes."""
    if envelope.kind != KIND:
        raise MalformedBytes("an envelope holds no key event", where=envelope.payload_type[:200])
    return read_as(envelope.payload_bytes, KeyEvent)


def history(origin: str, first: PublicKey, operator: PublicKey | None, envelopes: Iterable[Envelope]) -> LogKeys:
    """The keys of a log from the one its reader trusts and the events it was given, in any order.

    Raises BadSignature, MalformedBytes, BadInput for an event that does not hold: a chain with a doubtful link is no chain.
    """
    events = [(read_key_event(one), one) for one in envelopes]
    held = [Held(key=first, from_size=0)]
    for event, envelope in sorted(events, key=lambda pair: pair[0].from_size):
        if event.log != origin:
            raise BadInput("a key event is of another log", where=event.log[:200], why=f"this one is {origin}")
        last = held[-1]
        old, new = PublicKey(unbase64(event.old)), PublicKey(unbase64(event.new))
        used = {one.key for one in held}
        if old != last.key or event.from_size <= last.from_size or new in used:
            raise BadInput("a key event does not follow the one before it", where=f"{origin}, from {event.from_size}")
        # An operator whose key this log was signed with is no second voice.
        by = last.key if event.reason == "rotation" else None if operator in used else operator
        signers = [*([by] if by else []), new]
        if len(signers) < 2:
            raise BadSignature("nobody is trusted to say that a key was compromised", where=origin, do="give the operator's key")
        verify(envelope, signers, kind=KIND, threshold=2)
        if event.reason == "compromise":
            if event.trusted_size >= event.from_size:
                raise BadInput("a key is believed for a head it never signed", where=f"{origin}, {event.trusted_size}")
            if bool(event.trusted_size) != bool(event.trusted_root):
                raise BadInput("a head that a key is believed for has a size and a root", where=f"{origin}, {event.trusted_size}")
            held[-1] = msgspec.structs.replace(last, believed=event.trusted_size, root=event.trusted_root)
        held.append(Held(key=new, from_size=event.from_size))
    return LogKeys(origin=origin, held=tuple(held))
