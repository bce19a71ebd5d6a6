"""Officers, roots and key lists for the tests of the trust root; `changed` signs words that our own functions would not write."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from securesystemslib.formats import encode_canonical

from fairlead.desk import trust_root as trust
from fairlead.desk.trust_keys import keys_bytes
from fairlead.envelope import SigningKey

NOW_MS = 1_800_000_000_000
DAY_MS = 86_400_000
LATER_MS = 4_000_000_000_000  # the library's own client looks at the machine's clock
ORIGIN = "fairlead/north/isla"
OFFICERS = [SigningKey(bytes([number]) * 32) for number in range(1, 9)]
A, B, C, D, E, F, G, H = OFFICERS
KEYS = keys_bytes(
    json.dumps(
        {
            "logs": {ORIGIN: [{"key": D.public.text(), "from": 0}, {"key": E.public.text(), "from": 400}]},
            "witnesses": {"harbour": F.public.text()},
            "parties": {"isla": G.public.text()},
        }
    ).encode()
)
Files = dict[str, bytes]


def root(keys: Sequence[SigningKey], threshold: int, signers: Sequence[SigningKey], *, expires_ms: int = LATER_MS) -> bytes:
    draft = trust.first_root([key.public for key in keys], threshold=threshold, expires_ms=expires_ms)
    return trust.sign_root(draft, signers, before=None)


def after(
    before: bytes, keys: Sequence[SigningKey], threshold: int, signers: Sequence[SigningKey], *, expires_ms: int = LATER_MS
) -> bytes:
    draft = trust.next_root(before, [key.public for key in keys], threshold=threshold, expires_ms=expires_ms)
    return trust.sign_root(draft, signers, before=before)


def listed(last: bytes, signers: Sequence[SigningKey], *, version: int = 1, keys: bytes = KEYS, expires_ms: int = LATER_MS) -> Files:
    signed = trust.sign_key_list(trust.key_list(keys, version=version, expires_ms=expires_ms), signers, root=last)
    return {"targets.json": signed, "keys.json": keys}


def changed(raw: bytes, change: Callable[[dict[str, Any]], None], signers: Sequence[SigningKey]) -> bytes:
    """Metadata with other words, truly signed by these: what a quorum of officers, or a thief of their keys, could make."""
    value = json.loads(raw)
    change(value["signed"])
    message = encode_canonical(value["signed"]).encode()
    value["signatures"] = [{"keyid": key.public.keyid, "sig": key.sign(message).hex()} for key in signers]
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def chain(length: int, **expiry: int) -> Files:
    """Roots that hand over from two officers to the next two."""
    pairs = [(OFFICERS[2 * (number % 4)], OFFICERS[2 * (number % 4) + 1]) for number in range(length)]
    files = {"1.root.json": root(pairs[0], 2, pairs[0], expires_ms=expiry.get("first", LATER_MS))}
    for number in range(2, length + 1):
        old, new = pairs[number - 2], pairs[number - 1]
        expires_ms = expiry.get("last" if number == length else "middle", LATER_MS)
        files[f"{number}.root.json"] = after(files[f"{number - 1}.root.json"], new, 2, [*old, *new], expires_ms=expires_ms)
    return {**files, **listed(files[f"{length}.root.json"], pairs[-1])}


def put(where: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(signed: dict[str, Any]) -> None:
        *path, last = where.replace("roles.root.", "roles/root" + "/").split("/")
        for step in path:
            signed = signed[step]
        signed[last] = value

    return change
