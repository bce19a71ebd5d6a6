"""Which key signs what: events in their order and out of it, and every way in which one does not hold."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from fairlead.envelope import Envelope, JsonValue, PublicKey, SigningKey, sign
from fairlead.errors import BadInput, BadSignature, FairleadError, MalformedBytes
from fairlead.receipt.checkpoint import Checkpoint, open_checkpoint, open_head, sign_checkpoint
from fairlead.receipt.log_keys import KIND, KeyEvent, LogKeys, history, only, read_key_event, sign_key_event
from fairlead.receipt.note import COSIGNATURE, Verifier, cosign, sign_note
from fairlead.receipt.tree import leaf_hash, root_of

ORIGIN, OTHER = "fairlead/test/isla", "fairlead/test/other"
ONE, TWO, THREE, FOUR, OPERATOR, STRANGER = (SigningKey(bytes([number]) * 32) for number in range(0x41, 0x47))
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(60)]
FORGED = [*LEAVES[:3], leaf_hash(b"forged"), *LEAVES[4:]]


def event(old: SigningKey, new: SigningKey, from_size: int, *, log: str = ORIGIN, believed: int | None = None) -> KeyEvent:
    """A rotation; with `believed` a compromise."""
    return KeyEvent(
        log=log,
        old=old.public.text(),
        new=new.public.text(),
        from_size=from_size,
        reason="rotation" if believed is None else "compromise",
        at_ms=1_700_000_000_000,
        clock="story",
        why="yearly" if believed is None else "a laptop was lost",
        trusted_size=believed or 0,
        trusted_root=root_of(LEAVES[:believed]).hex() if believed else "",
    )


def rotation(old: SigningKey, new: SigningKey, from_size: int, *, log: str = ORIGIN) -> Envelope:
    return sign_key_event(event(old, new, from_size, log=log), [old, new])


def compromise(old: SigningKey, new: SigningKey, from_size: int, believed: int, *signers: SigningKey) -> Envelope:
    return sign_key_event(event(old, new, from_size, believed=believed), signers or [OPERATOR, new])


def keys_of(*envelopes: Envelope, operator: SigningKey | None = OPERATOR) -> LogKeys:
    return history(ORIGIN, ONE.public, operator.public if operator else None, envelopes)


def head(size: int, key: SigningKey, leaves: list[bytes] = LEAVES) -> bytes:
    return sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=root_of(leaves[:size])), key)


def signers_of(keys: LogKeys, size: int) -> set[SigningKey]:
    """Those of the four keys whose head of this size opens."""
    found = set()
    for key in (ONE, TWO, THREE, FOUR):
        try:
            opened = open_head(head(size, key), keys)
        except BadSignature:
            continue
        assert (opened.key, opened.checkpoint.size) == (key.public, size)
        found.add(key)
    return found


CHAIN = (rotation(ONE, TWO, 10), compromise(TWO, THREE, 20, 15), rotation(THREE, FOUR, 30))


def test_a_log_whose_key_never_changed_has_one_key() -> None:
    assert keys_of() == only(ORIGIN, ONE.public)
    assert keys_of().newest == ONE.public
    assert [signers_of(keys_of(), size) for size in (0, 1, 50)] == [{ONE}] * 3


def test_each_entry_and_each_head_has_the_key_of_its_place() -> None:
    keys = keys_of(*CHAIN)
    assert [one.key for one in keys.held] == [ONE.public, TWO.public, THREE.public, FOUR.public]
    assert keys.newest == FOUR.public
    for size in range(40):
        expected = ONE if size < 10 else TWO if size < 20 else THREE if size < 30 else FOUR
        assert keys.for_entry(size) == keys.for_head(size).key == expected.public
        assert signers_of(keys, size) == (set() if 15 < size < 20 else {expected})


def test_the_events_may_come_in_any_order() -> None:
    for order in itertools.permutations(CHAIN):
        assert keys_of(*order) == keys_of(*CHAIN)
    assert history(ORIGIN, ONE.public, OPERATOR.public, iter(CHAIN)) == keys_of(*CHAIN)


def test_a_given_up_keys_later_heads_are_refused_and_what_it_signed_before_is_believed() -> None:
    keys = keys_of(compromise(ONE, TWO, 20, 15))
    for size in (0, 1, 14, 15):
        assert open_head(head(size, ONE), keys).checkpoint.size == size
    for size in (16, 19):
        with pytest.raises(BadSignature, match="compromised"):
            open_head(head(size, ONE), keys)
    with pytest.raises(BadSignature, match="for this size"):
        open_head(head(20, ONE), keys)
    assert open_head(head(20, TWO), keys).key == TWO.public


def test_of_the_size_a_given_up_key_is_believed_for_only_the_root_told_is_believed() -> None:
    keys = keys_of(compromise(ONE, TWO, 20, 15))
    assert open_head(head(15, ONE), keys).checkpoint.size == 15
    with pytest.raises(BadSignature, match="compromised"):
        open_head(head(15, ONE, FORGED), keys)


def test_a_key_that_is_believed_for_nothing_signs_the_empty_log_only() -> None:
    keys = keys_of(compromise(ONE, TWO, 5, 0))
    assert [signers_of(keys, size) for size in (0, 1, 4, 5)] == [{ONE}, set(), set(), {TWO}]


def test_the_old_key_alone_or_twice_or_with_a_stranger_changes_nothing() -> None:
    told = event(ONE, TWO, 10)
    for signers in ([ONE], [TWO], [ONE, ONE], [ONE, STRANGER], [STRANGER, TWO], [OPERATOR, TWO], [OPERATOR, ONE], []):
        with pytest.raises(BadSignature):
            keys_of(sign_key_event(told, signers))
    assert keys_of(sign_key_event(told, [TWO, STRANGER, ONE])).newest == TWO.public


def test_of_a_compromise_the_old_keys_word_counts_for_nothing() -> None:
    for signers in ([ONE, TWO], [ONE, STRANGER], [OPERATOR], [OPERATOR, OPERATOR], [OPERATOR, ONE], [TWO], [STRANGER, TWO]):
        with pytest.raises(BadSignature):
            keys_of(compromise(ONE, TWO, 20, 15, *signers))


def test_without_an_operator_who_is_trusted_nobody_can_say_a_key_was_compromised() -> None:
    with pytest.raises(BadSignature, match="nobody is trusted"):
        keys_of(compromise(ONE, TWO, 20, 15), operator=None)
    assert keys_of(rotation(ONE, TWO, 10), operator=None).newest == TWO.public
    with pytest.raises(BadSignature):
        keys_of(compromise(ONE, TWO, 20, 15), operator=STRANGER)


def test_an_operator_whose_key_signs_the_log_is_no_second_voice() -> None:
    with pytest.raises(BadSignature, match="nobody is trusted"):
        keys_of(compromise(ONE, TWO, 20, 15, ONE, TWO), operator=ONE)
    with pytest.raises(BadSignature, match="nobody is trusted"):
        keys_of(rotation(ONE, TWO, 10), compromise(TWO, THREE, 20, 15, ONE, THREE), operator=ONE)
    with pytest.raises(BadSignature):  # nor is the new key the operator's
        keys_of(compromise(ONE, OPERATOR, 20, 15, OPERATOR))


@pytest.mark.parametrize(
    "envelopes",
    [
        (CHAIN[0], CHAIN[2]),  # a link is missing
        CHAIN[1:],
        (CHAIN[0], CHAIN[0]),  # told twice
        (rotation(TWO, THREE, 10),),  # of a key that never was
        (CHAIN[0], rotation(ONE, THREE, 20)),  # the old key goes on
        (rotation(ONE, TWO, 10), rotation(ONE, THREE, 10)),  # two at one place
        (rotation(ONE, TWO, 10), rotation(TWO, THREE, 10)),
        (rotation(ONE, TWO, 10), rotation(TWO, ONE, 20)),  # a key comes back
        (*CHAIN[:2], rotation(THREE, TWO, 30)),  # one that was given up
        (*CHAIN[:2], rotation(TWO, FOUR, 18)),  # whoever has it goes another way
        (rotation(ONE, TWO, 10, log=OTHER),),  # of another log with the same keys
        (compromise(ONE, TWO, 20, 20),),  # believed for what the new key signs
        (compromise(ONE, TWO, 20, 25),),
    ],
)
def test_a_chain_with_a_link_that_does_not_fit_is_none(envelopes: tuple[Envelope, ...]) -> None:
    for order in itertools.permutations(envelopes):
        with pytest.raises(BadInput) as caught:
            keys_of(*order)
        assert not isinstance(caught.value, BadSignature)


def test_an_event_is_of_its_log_and_of_its_kind() -> None:
    value: JsonValue = msgspec.to_builtins(event(ONE, TWO, 10))
    for kind in ("receipt", "key-events", ""):
        with pytest.raises(MalformedBytes, match="no key event"):
            keys_of(sign(kind, value, [ONE, TWO]))
    with pytest.raises(BadInput, match="another log"):
        history(OTHER, ONE.public, OPERATOR.public, CHAIN)


@pytest.mark.parametrize(
    "change",
    [
        {"from_size": 0},
        {"from_size": -1},
        {"from_size": "10"},
        {"reason": "boredom"},
        {"reason": None},
        {"old": "x"},
        {"new": "A" * 44},
        {"new": TWO.public.text()[:-1]},
        {"at_ms": -1},
        {"trusted_size": -1},
        {"trusted_size": 0},  # what says nothing is not written
        {"trusted_root": "00"},
        {"trusted_root": "A" * 64},
        {"trusted_root": "a" * 64 + "\n"},
        {"more": 1},
        {"why": None},
    ],
)
def test_an_event_in_another_form_is_refused_whoever_signed_it(change: dict[str, JsonValue]) -> None:
    value = {**msgspec.to_builtins(event(ONE, TWO, 10)), **change}
    value = {name: said for name, said in value.items() if said is not None}
    with pytest.raises(BadInput):
        keys_of(sign(KIND, value, [ONE, TWO]))


def test_a_head_that_a_key_is_believed_for_has_a_size_and_a_root() -> None:
    told = event(ONE, TWO, 20, believed=15)
    for change in ({"trusted_root": ""}, {"trusted_size": 0}):
        with pytest.raises(BadInput, match="a size and a root"):
            keys_of(sign_key_event(msgspec.structs.replace(told, **change), [OPERATOR, TWO]))


def test_an_event_that_changes_nothing_is_not_signed() -> None:
    with pytest.raises(BadInput, match="one key twice"):
        sign_key_event(event(ONE, ONE, 10), [ONE])
    assert read_key_event(CHAIN[1]) == event(TWO, THREE, 20, believed=15)


def test_every_letter_of_an_events_payload_counts() -> None:
    whole = CHAIN[1]
    for at in range(len(whole.payload)):
        changed = whole.payload[:at] + ("B" if whole.payload[at] == "A" else "A") + whole.payload[at + 1 :]
        with pytest.raises(FairleadError):
            keys_of(CHAIN[0], msgspec.structs.replace(whole, payload=changed))


def test_a_head_by_both_keys_opens_where_one_of_them_holds_and_a_false_line_of_either_spoils_it() -> None:
    keys = keys_of(CHAIN[0])
    for size, key in ((9, ONE), (10, TWO)):
        both = head(size, ONE) + head(size, TWO).partition(b"\n\n")[2]
        assert open_head(both, keys).key == key.public
        false = head(size, ONE) + head(size + 1, TWO).partition(b"\n\n")[2]
        with pytest.raises(BadSignature):
            open_head(false, keys)


def test_a_head_opens_with_its_own_lines_only() -> None:
    keys = keys_of(CHAIN[0])
    text = head(5, ONE).decode().partition("\n\n")[0] + "\n"
    witness = Verifier(name="w.example", key=STRANGER.public, kind=COSIGNATURE)
    opened = open_head(head(5, ONE) + cosign(text, "w.example", STRANGER, at_s=7), keys, [witness])
    assert [(one.key, one.at_s) for one in opened.cosigned] == [(STRANGER.public, 7)]
    assert open_checkpoint(head(5, ONE), ORIGIN, ONE.public) == opened.checkpoint
    with pytest.raises(BadSignature, match="for this size"):  # the witness's word is not the log's
        open_head(f"{text}\n".encode() + cosign(text, "w.example", STRANGER, at_s=7), keys, [witness])
    with pytest.raises(BadSignature, match="no known key"):
        open_head(sign_note(text, OTHER, ONE), keys)
    with pytest.raises(MalformedBytes, match="not a checkpoint of this log"):
        open_head(sign_note(text.replace(ORIGIN, OTHER), ORIGIN, ONE), keys)
    assert PublicKey(ONE.public.raw) == keys.for_head(5).key
