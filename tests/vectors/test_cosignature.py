"""C2SP tlog-cosignature v1: the printed example's form, our own bytes made a second way, and every bit of a cosigned checkpoint."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fairlead.envelope import PublicKey, SigningKey
from fairlead.errors import BadInput, BadSignature, FairleadError, MalformedBytes
from fairlead.receipt.checkpoint import Checkpoint, open_head, sign_checkpoint
from fairlead.receipt.log_keys import only
from fairlead.receipt.note import COSIGNATURE, ED25519, Verifier, cosign, key_id, open_note, sign_note, verifier_of, vkey

# The example of the specification. Its keys are not printed with it, so that it shows the form and not a signature that holds.
TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
LOG_LINE = (
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
LINE = (
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
AT_S = 1679315147

# Our own: seeds 0x00..0x1f and 0x20..0x3f, the example's text and instant.
ORIGIN, WITNESS = "example.com/behind-the-sofa", "witness.example.com/w1"
LOG_KEY, WITNESS_KEY = SigningKey(bytes(range(32))), SigningKey(bytes(range(32, 64)))
OWN_VKEY = "witness.example.com/w1+969980cf+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
OWN_LINE = (
    "— witness.example.com/w1 "
    "lpmAzwAAAABkGFDL6ade/xdmW0GepsICyPher/bBsso0aCocxkD4MgnQ2J3N/61CxrucC0uO4wzUWe3K7XvjkEYtewKXIfP/U7l4Cw==\n"
)
VERIFIER = Verifier(name=WITNESS, key=WITNESS_KEY.public, kind=COSIGNATURE)
NOTE = sign_note(TEXT, ORIGIN, LOG_KEY) + cosign(TEXT, WITNESS, WITNESS_KEY, at_s=AT_S)
KEYS = only(ORIGIN, LOG_KEY.public)


def test_the_printed_example_has_the_form_we_write() -> None:
    raw = base64.b64decode(LINE.split(" ")[2])
    assert len(raw) == 4 + 8 + 64
    assert int.from_bytes(raw[4:12], "big") == AT_S
    assert len(base64.b64decode(OWN_LINE.split(" ")[2])) == len(raw)
    note = open_note(sign_note(TEXT, ORIGIN, LOG_KEY) + LOG_LINE.encode() + LINE.encode(), [Verifier(name=ORIGIN, key=LOG_KEY.public)])
    assert (note.text, note.signers, note.cosigned, note.lines) == (TEXT, (ORIGIN,), (), 3)
    with pytest.raises(BadSignature, match="no known key"):
        open_note(f"{TEXT}\n{LOG_LINE}{LINE}".encode(), [VERIFIER])


def test_our_own_line_and_key_byte_for_byte_made_a_second_way() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
    public = private.public_key().public_bytes_raw()
    id = hashlib.sha256(WITNESS.encode() + b"\n\x04" + public).digest()[:4]
    message = b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()
    raw = id + AT_S.to_bytes(8, "big") + private.sign(message)
    assert (
        cosign(TEXT, WITNESS, WITNESS_KEY, at_s=AT_S) == OWN_LINE.encode() == f"— {WITNESS} {base64.b64encode(raw).decode()}\n".encode()
    )
    assert vkey(WITNESS, WITNESS_KEY.public, COSIGNATURE) == OWN_VKEY
    whole = base64.b64encode(b"\x04" + public).decode()
    assert f"{WITNESS}+{id.hex()}+{whole}" == OWN_VKEY
    assert verifier_of(OWN_VKEY) == VERIFIER


def test_a_cosigned_head_tells_who_and_when() -> None:
    head = open_head(NOTE, KEYS, [VERIFIER])
    assert (head.checkpoint.size, head.key, head.lines) == (20852163, LOG_KEY.public, 2)
    assert [(one.name, one.key, one.at_s) for one in head.cosigned] == [(WITNESS, WITNESS_KEY.public, AT_S)]
    assert open_head(NOTE, KEYS).cosigned == ()


def test_every_bit_flipped_is_refused_or_loses_the_cosignature_and_never_says_anything_else() -> None:
    """Refused, but for the name and id of the witness's line: another name or id is a stranger's, and the cosignature is gone."""
    whole = open_head(NOTE, KEYS, [VERIFIER])
    lost = 0
    first = NOTE.index(f"— {WITNESS}".encode())
    strange = range(first + 4, first + 4 + len(WITNESS) + 1 + 6)  # after dash and space: name, space, and the letters that hold the id
    for at in range(len(NOTE)):
        for bit in range(8):
            flipped = NOTE[:at] + bytes([NOTE[at] ^ 1 << bit]) + NOTE[at + 1 :]
            try:
                head = open_head(flipped, KEYS, [VERIFIER])
            except BadInput:
                continue
            assert at in strange
            assert (head.checkpoint, head.key, head.cosigned) == (whole.checkpoint, whole.key, ())
            lost += 1
    assert lost > len(WITNESS)


def test_a_cosignature_that_does_not_hold_spoils_the_note() -> None:
    other = TEXT.replace("20852163", "20852164")
    for line in (
        cosign(other, WITNESS, WITNESS_KEY, at_s=AT_S),  # of another head
        _line(AT_S, WITNESS_KEY.sign(TEXT.encode())),  # the text alone, without the instant
        _line(AT_S + 1, WITNESS_KEY.sign(f"cosignature/v1\ntime {AT_S}\n{TEXT}".encode())),  # another instant than signed
        _line(2**63, WITNESS_KEY.sign(f"cosignature/v1\ntime {2**63}\n{TEXT}".encode())),  # an instant that none may have
        _line(AT_S, b""),
    ):
        with pytest.raises(BadSignature, match="cosignature does not hold"):
            open_note(sign_note(TEXT, ORIGIN, LOG_KEY) + line, [Verifier(name=ORIGIN, key=LOG_KEY.public), VERIFIER])


def _line(at_s: int, signature: bytes) -> bytes:
    raw = key_id(WITNESS, WITNESS_KEY.public, COSIGNATURE) + at_s.to_bytes(8, "big") + signature
    return f"— {WITNESS} {base64.b64encode(raw).decode()}\n".encode()


def test_the_two_kinds_of_one_key_are_two_verifiers_and_neither_stands_for_the_other() -> None:
    key = LOG_KEY
    plain, witness = Verifier(name=ORIGIN, key=key.public), Verifier(name=ORIGIN, key=key.public, kind=COSIGNATURE)
    assert plain.id != witness.id
    raw = sign_note(TEXT, ORIGIN, key) + cosign(TEXT, ORIGIN, key, at_s=1)
    note = open_note(raw, [plain, witness])
    assert (note.signers, note.keys, len(note.cosigned)) == ((ORIGIN,), (key.public,), 1)
    alone = f"{TEXT}\n".encode() + cosign(TEXT, ORIGIN, key, at_s=1)
    assert open_note(alone, [witness]).signers == ()
    with pytest.raises(BadSignature):
        open_head(alone, KEYS, [witness])  # a cosignature by the log's own key is not the log's signature
    forged = base64.b64encode(witness.id + bytes(8) + key.sign(TEXT.encode())).decode()
    with pytest.raises(BadSignature):
        open_note(f"{TEXT}\n— {ORIGIN} {forged}\n".encode(), [witness])


def test_one_witness_twice_and_many_strangers_are_no_more_than_they_are() -> None:
    again = NOTE + cosign(TEXT, WITNESS, WITNESS_KEY, at_s=AT_S + 5)
    assert [one.at_s for one in open_head(again, KEYS, [VERIFIER]).cosigned] == [AT_S, AT_S + 5]
    crowd = NOTE + b"".join(cosign(TEXT, f"w{number}.example", WITNESS_KEY, at_s=1) for number in range(62))
    assert len(open_head(crowd, KEYS, [VERIFIER]).cosigned) == 1
    with pytest.raises(MalformedBytes, match="too many"):
        open_head(crowd + LINE.encode(), KEYS, [VERIFIER])


@pytest.mark.parametrize("at_s", [0, 1, 2**63 - 1])
def test_an_instant_at_the_edge_is_told_as_it_was(at_s: int) -> None:
    raw = sign_note(TEXT, ORIGIN, LOG_KEY) + cosign(TEXT, WITNESS, WITNESS_KEY, at_s=at_s)
    assert open_head(raw, KEYS, [VERIFIER]).cosigned[0].at_s == at_s


def test_what_no_witness_could_say_is_not_signed() -> None:
    for text, name, at_s in (
        (TEXT, WITNESS, -1),
        (TEXT, WITNESS, 2**63),
        ("no end", WITNESS, 1),
        (TEXT, "a b", 1),
        (TEXT, "a\udcff", 1),
    ):
        with pytest.raises(BadInput):
            cosign(text, name, WITNESS_KEY, at_s=at_s)


def test_every_changed_letter_of_a_witness_key_is_refused() -> None:
    bad = [OWN_VKEY[:at] + chr(ord(OWN_VKEY[at]) ^ 1 << bit) + OWN_VKEY[at + 1 :] for at in range(len(OWN_VKEY)) for bit in range(8)]
    bad += [OWN_VKEY[:end] for end in range(len(OWN_VKEY))] + [OWN_VKEY.upper(), OWN_VKEY + "\n", "\udcff" + OWN_VKEY, ""]
    bad.append(vkey(WITNESS, WITNESS_KEY.public))  # the same key as kind 0x01 is another verifier
    for text in bad[:-1]:
        with pytest.raises(BadInput):
            verifier_of(text)
    assert verifier_of(bad[-1]) == Verifier(name=WITNESS, key=WITNESS_KEY.public, kind=ED25519) != VERIFIER
    for kind in (b"\x00", b"\x02", b"\x05", b"\x06", b"\xff"):
        with pytest.raises(BadSignature, match="not Ed25519"):
            verifier_of(f"a+00000000+{base64.b64encode(kind + WITNESS_KEY.public.raw).decode()}")


def test_the_log_and_the_witness_are_never_taken_for_each_other() -> None:
    checkpoint = Checkpoint(origin=ORIGIN, size=5, root=bytes(32))
    raw = sign_checkpoint(checkpoint, LOG_KEY)
    with pytest.raises(FairleadError):
        open_head(raw, only(ORIGIN, WITNESS_KEY.public), [VERIFIER])
    line = cosign(checkpoint.text, WITNESS, LOG_KEY, at_s=1)  # the log's key in the witness's name: an id nobody knows
    assert open_head(raw + line, KEYS, [VERIFIER]).cosigned == ()
    assert PublicKey(WITNESS_KEY.public.raw) == VERIFIER.key
