"""C2SP signed-note: a text, a blank line, and signature lines anybody's tools can check.

1. Key id = SHA-256(name || 0x0A || kind || 32-byte Ed25519 key)[:4]; it only says which key to try. Kind 0x01 signs the text itself,
   0x04 is a witness's cosignature (C2SP tlog-cosignature v1): the instant, and a signature over instant and text.
2. A signature by a key not known here is passed over; one that claims a known key and does not hold spoils the whole note.
3. One byte form only: strict UTF-8 and base64, no control characters, nothing before, between or after.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from fairlead.envelope import PublicKey, SigningKey
from fairlead.envelope.base64 import unbase64
from fairlead.errors import BadInput, BadSignature, MalformedBytes

ED25519: Final = b"\x01"
COSIGNATURE: Final = b"\x04"
KINDS: Final = frozenset({ED25519, COSIGNATURE})
TIME_BYTES: Final = 8
TIME_MAX: Final = 2**63 - 1
ID_BYTES: Final = 4
DASH: Final = "\u2014"
NOTE_BYTES_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 64


class Verifier(msgspec.Struct, frozen=True, kw_only=True):
    """A public key under the name it signs notes with, and how: the text itself, or as a witness."""

    name: str
    key: PublicKey
    kind: bytes = ED25519

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.key, self.kind)


class Cosigned(msgspec.Struct, frozen=True, kw_only=True):
    """A witness's word that it saw the note, and when by its own clock (Unix seconds)."""

    name: str
    key: PublicKey
    at_s: int


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A text, the names of the known keys that signed it, and the known witnesses that cosigned it."""

    text: str
    signers: tuple[str, ...]
    keys: tuple[PublicKey, ...] = ()  # those that signed the text itself
    cosigned: tuple[Cosigned, ...] = ()
    lines: int = 0  # signature lines, of known keys and of others


# C2SP signed-note, "Ed25519 signatures"; C2SP tlog-cosignature, "Format".
def key_id(name: str, key: PublicKey, kind: bytes = ED25519) -> bytes:
    """Four bytes that say which key made a signature."""
    return hashlib.sha256(_name(name).encode("utf-8") + b"\n" + kind + key.raw).digest()[:ID_BYTES]


def vkey(name: str, key: PublicKey, kind: bytes = ED25519) -> str:
    """The text form of a verifier: name+id+base64(kind || key)."""
    return f"{name}+{key_id(name, key, kind).hex()}+{base64.b64encode(kind + key.raw).decode('ascii')}"


def verifier_of(text: str) -> Verifier:
    """The verifier whose `vkey` is `text`. Raises MalformedBytes, BadSignature."""
    name, _, rest = text.partition("+")
    raw = unbase64(rest.partition("+")[2])
    if raw[:1] not in KINDS:
        raise BadSignature("a verifier key is not Ed25519", where=name)
    found = Verifier(name=_name(name), key=PublicKey(raw[1:]), kind=raw[:1])
    if vkey(found.name, found.key, found.kind) != text:
        raise MalformedBytes("a verifier key is not in its one strict form", where=name, why="its id does not fit, or its spelling")
    return found


def sign_note(text: str, name: str, key: SigningKey) -> bytes:
    """The note with one signature. Raises BadInput for a text or name that no note can have."""
    _text(text)
    return f"{text}\n{_signature_line(name, key_id(name, key.public) + key.sign(text.encode('utf-8')))}".encode()


# C2SP tlog-cosignature, "Ed25519 signed message".
def cosign(text: str, name: str, key: SigningKey, *, at_s: int) -> bytes:
    """The signature line of a witness over a note's text, made at `at_s` (Unix seconds). Raises BadInput."""
    _text(text)
    if not 0 <= at_s <= TIME_MAX:
        raise BadInput("no cosignature has this instant", where=str(at_s))
    signature = key.sign(_cosigned(text, at_s))
    return _signature_line(name, key_id(name, key.public, COSIGNATURE) + at_s.to_bytes(TIME_BYTES, "big") + signature).encode()


def _cosigned(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def _signature_line(name: str, raw: bytes) -> str:
    return f"{DASH} {name} {base64.b64encode(raw).decode('ascii')}\n"


# C2SP signed-note, "Format" and "Signatures".
def open_note(raw: bytes, verifiers: Sequence[Verifier]) -> Note:
    """The text, once a known key's signature held. Raises MalformedBytes for its form, BadSignature for its signatures."""
    # 1. The text is everything before the last blank line, its own final newline included.
    body, found, tail = _decoded(raw).rpartition("\n\n")
    if not found or not tail.endswith("\n"):
        raise MalformedBytes("bytes are not a signed note", why="no blank line and signature lines at the end")
    text, lines = body + "\n", tail[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise MalformedBytes("a note has too many signatures", why=f"more than {SIGNATURES_MAX}")
    # 2. Every line is read strictly, also those of unknown keys.
    signatures = [_line(line) for line in lines]
    known = {(verifier.name, verifier.id): verifier for verifier in verifiers}
    signers: list[str] = []
    keys: list[PublicKey] = []
    cosigned: list[Cosigned] = []
    # 3. Known keys are verified; one that fails spoils the note.
    for name, claimed, signature in signatures:
        verifier = known.get((name, claimed))
        if verifier is None:
            continue
        if verifier.kind == COSIGNATURE:
            at_s = int.from_bytes(signature[:TIME_BYTES], "big")
            if at_s > TIME_MAX or not verifier.key.says(_cosigned(text, at_s), signature[TIME_BYTES:]):
                raise BadSignature("a witness's cosignature does not hold", where=name)
            cosigned.append(Cosigned(name=name, key=verifier.key, at_s=at_s))
            continue
        if not verifier.key.says(text.encode("utf-8"), signature):
            raise BadSignature("a note's signature does not hold", where=name)
        signers.append(name)
        keys.append(verifier.key)
    # 4. Signatures by strangers alone are none.
    if not signers and not cosigned:
        raise BadSignature("no known key signed the note", where=", ".join(sorted({name for name, _, _ in signatures}))[:200])
    return Note(text=text, signers=tuple(dict.fromkeys(signers)), keys=tuple(keys), cosigned=tuple(cosigned), lines=len(lines))


def _decoded(raw: bytes) -> str:
    if len(raw) > NOTE_BYTES_MAX:
        raise MalformedBytes("a note is too long", why=f"more than {NOTE_BYTES_MAX} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBytes("a note is not UTF-8", why=str(error)) from error
    if any(letter < " " and letter != "\n" for letter in text):
        raise MalformedBytes("a note holds a control character")
    return text


def _line(line: str) -> tuple[str, bytes, bytes]:
    """Name, key id and signature of a signature line."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH:
        raise MalformedBytes("a signature line is malformed", where=line[:80])
    raw = unbase64(parts[2])
    if len(raw) <= ID_BYTES:
        raise MalformedBytes("a signature line holds no signature", where=line[:80])
    try:
        return _name(parts[1]), raw[:ID_BYTES], raw[ID_BYTES:]
    except BadInput as error:
        raise MalformedBytes("a signature line is malformed", where=line[:80], why=error.what) from error


def _name(name: str) -> str:
    if not name or "+" in name or any(letter.isspace() or letter < " " or "\ud800" <= letter <= "\udfff" for letter in name):
        raise BadInput("a key name is empty, or holds a space, a plus or what UTF-8 cannot say", where=repr(name)[:80])
    return name


def _text(text: str) -> None:
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise BadInput("a note's text does not end its last line, or holds a control character", where=repr(text)[:80])
