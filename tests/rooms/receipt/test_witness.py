"""What a witness answers: each status and its bytes, the order of the checks, and what it keeps before it answers."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.envelope import SigningKey
from fairlead.errors import BadSignature
from fairlead.receipt.checkpoint import Checkpoint, open_head, sign_checkpoint
from fairlead.receipt.log_keys import Held, LogKeys, only
from fairlead.receipt.note import COSIGNATURE, Cosigned, Verifier, cosign, sign_note
from fairlead.receipt.tree import EMPTY_ROOT, consistency_proof, leaf_hash, root_of
from fairlead.receipt.witness import BODY_MAX, Reply, Seen, Split, add_checkpoint, read_request, request_bytes, split_of
from tests.rooms.receipt.folder import KEY, ORIGIN, STRANGER

NAME, OWN, AT_S = "witness.example/w1", SigningKey(b"\x09" * 32), 1_700_000_000
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(40)]
FORKED = [*LEAVES[:5], *(leaf_hash(b"other %d" % number) for number in range(5, 40))]
ROOT = bytes(range(32))


def note(size: int, leaves: list[bytes] = LEAVES, *, key: SigningKey = KEY, origin: str = ORIGIN) -> bytes:
    return sign_checkpoint(Checkpoint(origin=origin, size=size, root=root_of(leaves[:size])), key)


def seen(size: int, leaves: list[bytes] = LEAVES) -> Seen:
    return Seen(checkpoint=Checkpoint(origin=ORIGIN, size=size, root=root_of(leaves[:size])), note=note(size, leaves))


def body(old: int, size: int, leaves: list[bytes] = LEAVES) -> bytes:
    return request_bytes(old=old, proof=consistency_proof(leaves, old, size) if old <= size else (), note=note(size, leaves))


def answer(raw: bytes, last: Seen | None = None, keys: LogKeys | None = None) -> Reply:
    known = keys or only(ORIGIN, KEY.public)
    return add_checkpoint(
        raw,
        logs=lambda origin: known if origin == ORIGIN else None,
        seen=lambda origin: last if origin == ORIGIN else None,
        name=NAME,
        key=OWN,
        at_s=AT_S,
    )


def told(reply: Reply, status: int) -> None:
    """A refusal that keeps nothing and is a line of plain text."""
    assert (reply.status, reply.content_type, reply.record, reply.split) == (status, "text/plain; charset=utf-8", None, None)
    assert reply.body.endswith(b"\n")
    assert reply.body.count(b"\n") == 1


@pytest.mark.parametrize(("last", "size"), [(0, 0), (0, 1), (0, 9), (1, 2), (4, 9), (8, 9), (9, 9), (8, 16), (7, 40)])
def test_200_is_one_line_that_cosigns_this_head_and_what_to_keep_is_the_head(last: int, size: int) -> None:
    reply = answer(body(last, size), seen(last) if last else None)
    assert (reply.status, reply.content_type, reply.split) == (200, "text/plain; charset=utf-8", None)
    assert reply.body == cosign(note(size).decode().partition("\n\n")[0] + "\n", NAME, OWN, at_s=AT_S)
    head = open_head(note(size) + reply.body, only(ORIGIN, KEY.public), [Verifier(name=NAME, key=OWN.public, kind=COSIGNATURE)])
    assert head.cosigned == (Cosigned(name=NAME, key=OWN.public, at_s=AT_S),)
    assert reply.record == Seen(checkpoint=head.checkpoint, note=note(size))


def test_the_body_byte_for_byte() -> None:
    proof = consistency_proof(LEAVES, 3, 5)
    raw = body(3, 5)
    assert raw == b"old 3\n" + b"".join(base64.b64encode(one) + b"\n" for one in proof) + b"\n" + note(5)
    asked = read_request(raw)
    assert (asked.old, asked.proof, asked.note) == (3, proof, note(5))
    assert read_request(request_bytes(old=0, proof=(), note=b"")).note == b""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n" + note(5),
        b"old\n\n" + note(5),
        b"old 00\n\n" + note(5),
        b"old 05\n\n" + note(5),
        b"old -1\n\n" + note(5),
        b"old +0\n\n" + note(5),
        b"old 0 \n\n" + note(5),
        b"old  0\n\n" + note(5),
        b"Old 0\n\n" + note(5),
        b"old 0\r\n\n" + note(5),
        "old ٠\n\n".encode() + note(5),
        b"old %d\n\n" % 10**16 + note(5),
        b"old 0\n" + note(5),  # the blank line before the signatures is taken for the first
        b"old 0\n\n",
        b"old 0\n\nx\n\n",
        b"old 0\n\n" + note(5)[:-1],
        b"old 0\n\n" + note(5) + b"\n",
        b"old 0\n\n" + note(5) + b"x",
        b"old 0\n\n" + note(5).replace(b"\n5\n", b"\n05\n"),
        b"old 0\n\n" + note(5) + b"\xff",
        b"old 0\n\n\xff" + note(5),
        b"old 0\n\n" + sign_note(f"{ORIGIN}\n5\n{base64.b64encode(ROOT).decode()}\nextension\n", ORIGIN, KEY),
        b"old 3\nAAAA\n\n" + note(5),
        b"old 3\n" + base64.b64encode(ROOT) + b" \n\n" + note(5),
        b"old 3\n" + base64.b64encode(ROOT + b"\0") + b"\n\n" + note(5),
        b"old 3\n" + (base64.b64encode(ROOT) + b"\n") * 64 + b"\n" + note(5),
        b"old 6\n\n" + note(5),  # larger than the head it comes with
        b"old 0\n\n" + b"x" * BODY_MAX,
    ],
)
def test_400_for_what_is_no_request(raw: bytes) -> None:
    told(answer(raw), 400)
    told(answer(raw, seen(7)), 400)


def test_sixty_three_lines_of_proof_are_read_and_refused_as_a_proof() -> None:
    told(answer(request_bytes(old=3, proof=(ROOT,) * 63, note=note(5)), seen(3)), 422)


def test_404_for_a_log_it_does_not_know_whoever_signed() -> None:
    told(answer(request_bytes(old=0, proof=(), note=note(5, origin="another/log"))), 404)
    told(answer(request_bytes(old=0, proof=(), note=note(5, origin="another/log", key=STRANGER))), 404)


def test_403_for_a_head_that_no_key_of_the_log_signed() -> None:
    told(answer(request_bytes(old=0, proof=(), note=note(5, key=STRANGER))), 403)
    changed = note(5).replace(base64.b64encode(root_of(LEAVES[:5])), base64.b64encode(ROOT))
    told(answer(request_bytes(old=0, proof=(), note=changed)), 403)
    witnessed = note(5).partition(b"\n\n")[0] + b"\n\n" + cosign(note(5).decode().partition("\n\n")[0] + "\n", NAME, OWN, at_s=1)
    told(answer(request_bytes(old=0, proof=(), note=witnessed)), 403)


def test_a_key_given_up_gets_403_and_the_key_that_follows_200() -> None:
    fresh = SigningKey(b"\x0a" * 32)
    held = (
        Held(key=KEY.public, from_size=0, believed=4, root=root_of(LEAVES[:4]).hex()),
        Held(key=fresh.public, from_size=8),
    )
    keys = LogKeys(origin=ORIGIN, held=held)
    assert answer(body(0, 4), keys=keys).status == 200
    assert answer(body(0, 5), keys=keys).status == 403
    assert answer(body(0, 9), keys=keys).status == 403
    assert answer(request_bytes(old=0, proof=(), note=note(9, key=fresh)), keys=keys).status == 200
    assert answer(request_bytes(old=0, proof=(), note=note(5, key=fresh)), keys=keys).status == 403
    proof = consistency_proof(LEAVES, 4, 9)
    assert answer(request_bytes(old=4, proof=proof, note=note(9, key=fresh)), seen(4), keys).status == 200


@pytest.mark.parametrize(
    ("last", "old", "size"), [(0, 3, 5), (7, 3, 9), (7, 0, 9), (7, 8, 9), (7, 5, 5), (7, 0, 0), (7, 0, 7), (30, 4, 9)]
)
def test_409_tells_the_size_cosigned_last_in_its_own_type(last: int, old: int, size: int) -> None:
    reply = answer(body(old, size), seen(last) if last else None)
    assert reply == Reply(status=409, body=f"{last}\n".encode(), content_type="text/x.tlog.size")


@pytest.mark.parametrize(("old", "proof"), [(9, ()), (0, ()), (5, consistency_proof(FORKED, 5, 9)), (9, (ROOT,))])
def test_409_and_both_heads_for_a_second_root_of_the_size_cosigned_last(old: int, proof: tuple[bytes, ...]) -> None:
    reply = answer(request_bytes(old=old, proof=proof, note=note(9, FORKED)), seen(9))
    split = Split(origin=ORIGIN, size=9, one=note(9), other=note(9, FORKED))
    assert reply == Reply(status=409, body=b"9\n", content_type="text/x.tlog.size", split=split)
    keys = only(ORIGIN, KEY.public)
    assert split_of(split.one, split.other, keys) == split  # whoever has the log's key can see it again
    assert answer(request_bytes(old=old, proof=proof, note=note(9, FORKED, key=STRANGER)), seen(9)).split is None


def test_two_heads_that_say_the_same_or_speak_of_two_sizes_are_no_split_and_a_strangers_word_is_none() -> None:
    keys = only(ORIGIN, KEY.public)
    assert split_of(note(9), note(9) + cosign("x\n", NAME, OWN, at_s=1), keys) is None
    assert split_of(note(9), note(8, FORKED), keys) is None
    for one, other in ((note(9), note(9, FORKED, key=STRANGER)), (note(9, key=STRANGER), note(9, FORKED))):
        with pytest.raises(BadSignature):
            split_of(one, other, keys)


@pytest.mark.parametrize(
    ("last", "raw"),
    [
        (0, request_bytes(old=0, proof=(ROOT,), note=note(5))),  # nothing to prove
        (5, request_bytes(old=5, proof=(ROOT,), note=note(5))),
        (3, request_bytes(old=3, proof=(), note=note(5))),
        (3, request_bytes(old=3, proof=consistency_proof(LEAVES, 3, 5)[::-1], note=note(5))),
        (3, request_bytes(old=3, proof=consistency_proof(LEAVES, 3, 5)[:-1], note=note(5))),
        (3, request_bytes(old=3, proof=(*consistency_proof(LEAVES, 3, 5), ROOT), note=note(5))),
        (3, request_bytes(old=3, proof=consistency_proof(LEAVES, 3, 6), note=note(5))),
        (7, request_bytes(old=7, proof=consistency_proof(FORKED, 7, 9), note=note(9, FORKED))),
        (7, request_bytes(old=7, proof=consistency_proof(LEAVES, 7, 9), note=note(9, FORKED))),
        (8, request_bytes(old=8, proof=consistency_proof(FORKED, 8, 16), note=note(16, FORKED))),
    ],
)
def test_422_for_a_proof_that_does_not_hold(last: int, raw: bytes) -> None:
    told(answer(raw, seen(last) if last else None), 422)


def test_a_fork_before_anything_but_its_common_part_was_cosigned_is_the_history_and_the_other_is_refused() -> None:
    first = answer(body(5, 9, FORKED), seen(5))
    assert first.status == 200
    assert answer(body(5, 9), first.record).status == 409
    told(answer(body(9, 12), first.record), 422)
    assert answer(body(9, 9), first.record).split is not None


def test_the_checks_stand_in_their_order() -> None:
    """Each request has every fault from its own on; the first one is told."""
    unknown, strange = note(5, FORKED, origin="another/log", key=STRANGER), note(5, FORKED, key=STRANGER)
    faults = [
        (400, b"old 07\n\n" + unknown),
        (404, request_bytes(old=7, proof=(ROOT,), note=unknown)),
        (403, request_bytes(old=7, proof=(ROOT,), note=strange)),
        (400, request_bytes(old=7, proof=(ROOT,), note=note(5, FORKED))),
        (409, request_bytes(old=4, proof=(ROOT,), note=note(9, FORKED))),
        (422, request_bytes(old=7, proof=(ROOT,), note=note(9, FORKED))),
        (200, body(7, 9)),
    ]
    assert [answer(raw, seen(7)).status for _, raw in faults] == [status for status, _ in faults]


def test_of_two_requests_at_once_the_later_in_line_starts_from_what_the_earlier_left() -> None:
    """The race of the specification: had both been judged by what was there before, the second would roll the first back."""
    small, large = body(4, 6), body(4, 9)
    for first, second, size in ((small, large, b"6\n"), (large, small, b"9\n")):
        one = answer(first, seen(4))
        assert one.status == 200
        late = answer(second, one.record)
        assert (late.status, late.body, late.record) == (409, size, None)
    unguarded = answer(small, seen(4))
    assert unguarded.record is not None  # this is why the caller looks up and stores in one transaction
    assert unguarded.record.checkpoint.size < 9


def test_strangers_signatures_beside_the_logs_own_change_nothing() -> None:
    raw = body(4, 9) + cosign("x\n", "w2.example", STRANGER, at_s=1) + cosign("x\n", ORIGIN, KEY, at_s=1)
    reply = answer(raw, seen(4))
    assert reply.status == 200
    assert reply.body == answer(body(4, 9), seen(4)).body


def test_the_empty_log_is_cosigned_and_extended() -> None:
    reply = answer(body(0, 0))
    assert reply.status == 200
    assert reply.record is not None
    assert reply.record.checkpoint.root == EMPTY_ROOT
    assert answer(body(0, 3), reply.record).status == 200


@given(st.one_of(st.binary(max_size=300), st.tuples(st.integers(0, 600), st.binary(max_size=4), st.integers(0, 8))))
def test_any_bytes_get_an_answer_and_none_but_the_whole_request_a_cosignature(drawn: bytes | tuple[int, bytes, int]) -> None:
    whole = body(4, 9)
    raw = drawn if isinstance(drawn, bytes) else whole[: drawn[0]] + drawn[1] + whole[drawn[0] + drawn[2] :]
    reply = answer(raw, seen(4))
    assert reply.status in (200, 400, 403, 404, 409, 422)
    assert (reply.status == 200) == (reply.record is not None)
    if reply.status == 200:
        assert reply.body == answer(whole, seen(4)).body
