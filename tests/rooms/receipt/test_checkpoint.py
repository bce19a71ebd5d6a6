"""A checkpoint opens only in its one form, for its own origin, under its own key."""

from __future__ import annotations

import base64

import pytest

from fairlead.errors import BadInput, BadSignature, MalformedBytes
from fairlead.receipt.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from fairlead.receipt.note import sign_note
from fairlead.receipt.tree import EMPTY_ROOT
from tests.rooms.receipt.folder import KEY, ORIGIN, STRANGER

ROOT = bytes(range(32))
B64 = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize("size", [1, 10, 2**24, 10**16 - 1])
def test_what_is_signed_opens_again(size: int) -> None:
    told = Checkpoint(origin=ORIGIN, size=size, root=ROOT)
    raw = sign_checkpoint(told, KEY)
    assert open_checkpoint(raw, ORIGIN, KEY.public) == told
    assert raw.startswith(f"{ORIGIN}\n{size}\n{B64}\n\n— {ORIGIN} ".encode())


def test_the_empty_log_has_a_checkpoint() -> None:
    told = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT)
    assert open_checkpoint(sign_checkpoint(told, KEY), ORIGIN, KEY.public) == told


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n05\n{B64}\n",
        f"{ORIGIN}\n+5\n{B64}\n",
        f"{ORIGIN}\n-5\n{B64}\n",
        f"{ORIGIN}\n 5\n{B64}\n",
        f"{ORIGIN}\n5_0\n{B64}\n",
        f"{ORIGIN}\n٥\n{B64}\n",
        f"{ORIGIN}\n0x5\n{B64}\n",
        f"{ORIGIN}\n\n{B64}\n",
        f"{ORIGIN}\n{10**16}\n{B64}\n",
        f"{ORIGIN}\n00\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"{ORIGIN}\n0\n{B64}\n",  # the empty tree has one root only
        f"{ORIGIN}\n5\n{B64[:-1]}\n",
        f"{ORIGIN}\n5\n{B64[:-2]}9=\n",  # other padding bits
        f"{ORIGIN}\n5\n{base64.b64encode(ROOT[:-1]).decode()}\n",
        f"{ORIGIN}\n5\n{B64}\nextension\n",
        f"{ORIGIN}\n5\n{B64}\n\n",
        f"{ORIGIN}\n5\n",
        f"{ORIGIN}x\n5\n{B64}\n",
        f"\n5\n{B64}\n",
    ],
)
def test_another_form_is_refused_although_the_key_signed_it(text: str) -> None:
    with pytest.raises(MalformedBytes):
        open_checkpoint(sign_note(text, ORIGIN, KEY), ORIGIN, KEY.public)


def test_another_key_or_origin_is_refused() -> None:
    raw = sign_checkpoint(Checkpoint(origin=ORIGIN, size=5, root=ROOT), KEY)
    with pytest.raises(BadSignature):
        open_checkpoint(raw, ORIGIN, STRANGER.public)
    with pytest.raises(BadSignature):
        open_checkpoint(raw, "fairlead/test/other", KEY.public)
    with pytest.raises(BadSignature):
        open_checkpoint(raw.replace(ORIGIN.encode(), b"fairlead/test/othr"), "fairlead/test/othr", KEY.public)


@pytest.mark.parametrize(
    ("origin", "size", "root"), [("", 1, ROOT), ("a\nb", 1, ROOT), (ORIGIN, -1, ROOT), (ORIGIN, 1, b""), (ORIGIN, 0, ROOT)]
)
def test_a_checkpoint_that_says_nothing_possible_cannot_be_made(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(BadInput):
        Checkpoint(origin=origin, size=size, root=root)
