"""C2SP signed-note: a text, a blank line, and signature lines anybody's tools can check.

1. Key id = SHA-256(name || 0x0A || 0x01 || 32-byte Ed25519 key)[:4]; it only says which key to try.
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
ID_BYTES: Final = 4
DASH: Final = "\u2014"
NOTE_BYTES_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 64


class Verifier(msgspec.Struct, frozen=True, kw_only=True):
    """A public key under the name it signs notes with."""

    name: str
    key: PublicKey

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.key)


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A text and the names of the known keys that signed it."""

    text: str
    signers: tuple[str, ...]


# C2SP signed-note, "Ed25519 signatures".
def key_id(name: str, key: PublicKey) -> bytes:
    """Four bytes that say which key made a signature."""
    return hashlib.sha256(_name(name).encode("utf-8") + b"\n" + ED25519 + key.raw).digest()[:ID_BYTES]


def vkey(name: str, key: PublicKey) -> str:
    """The text form of a verifier: name+id+base64(0x01 || key)."""
    return f"{name}+{key_id(name, key).hex()}+{base64.b64encode(ED25519 + key.raw).decode('ascii')}"


def verifier_of(text: str) -> Verifier:
    """The verifier whose `vkey` is `text`. Raises MalformedBytes, BadSignature."""
    name, _, rest = text.partition("+")
    raw = unbase64(rest.partition("+")[2])
    if raw[:1] != ED25519:
        raise BadSignature("a verifier key is not Ed25519", where=name)
    found = Verifier(name=_name(name), key=PublicKey(raw[1:]))
    if vkey(found.name, found.key) != text:
        raise MalformedBytes("a verifier key is not in its one strict form", where=name, why="its id does not fit, or its spelling")
    return found


def sign_note(text: str, name: str, key: SigningKey) -> bytes:
    """The note with one signature. Raises BadInput for a text or name that no note can have."""
    _text(text)
    signature = base64.b64encode(key_id(name, key.public) + key.sign(text.encode("utf-8"))).decode("ascii")
    return f"{text}\n{DASH} {name} {signature}\n".encode()


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
    # 3. Known keys are verified; one that fails spoils the note.
    for name, claimed, signature in signatures:
        verifier = known.get((name, claimed))
        if verifier is None:
            continue
        if not verifier.key.says(text.encode("utf-8"), signature):
            raise BadSignature("a note's signature does not hold", where=name)
        signers.append(name)
    # 4. Signatures by strangers alone are none.
    if not signers:
        raise BadSignature("no known key signed the note", where=", ".join(sorted({name for name, _, _ in signatures}))[:200])
    return Note(text=text, signers=tuple(dict.fromkeys(signers)))


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
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        raise BadInput("a key name is empty or holds a space or a plus", where=repr(name)[:80])
    return name


def _text(text: str) -> None:
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise BadInput("a note's text does not end its last line, or holds a control character", where=repr(text)[:80])
