"""The published note of Go's sumdb/note and C2SP: key, text and signature bytes; and the malformed ones that must be refused."""

from __future__ import annotations

import base64

import pytest

from fairlead.envelope import SigningKey
from fairlead.errors import BadInput, BadSignature, MalformedBytes
from fairlead.receipt.note import open_note, sign_note, verifier_of, vkey

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # published with the vector: algorithm byte, then the seed
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
STRANGER = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
NOTE = f"{TEXT}\n{LINE}"
SKEY = SigningKey(base64.b64decode(SECRET)[1:])


def test_the_published_note_opens_and_is_reproduced_byte_for_byte() -> None:
    note = open_note(NOTE.encode(), [verifier_of(VKEY)])
    assert (note.text, note.signers) == (TEXT, ("PeterNeumann",))
    assert sign_note(TEXT, "PeterNeumann", SKEY) == NOTE.encode()
    assert vkey("PeterNeumann", SKEY.public) == VKEY


def test_every_piece_of_the_verifier_key_and_every_changed_letter_is_refused() -> None:
    bad = [VKEY[start:end] for start in range(len(VKEY)) for end in range(start + 1, len(VKEY) + 1) if (start, end) != (0, len(VKEY))]
    bad += [VKEY[:at] + chr(ord(VKEY[at]) + 1) + VKEY[at + 1 :] for at in range(len(VKEY))]
    bad += [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # a key of another length, its id adjusted
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # an unknown algorithm, its id adjusted
    ]
    for text in bad:
        with pytest.raises(BadInput):
            verifier_of(text)


def test_a_strangers_signature_is_passed_over_but_alone_it_is_none() -> None:
    assert open_note(f"{NOTE}{STRANGER}".encode(), [verifier_of(VKEY)]).signers == ("PeterNeumann",)
    with pytest.raises(BadSignature):
        open_note(f"{TEXT}\n{STRANGER}".encode(), [verifier_of(VKEY)])
    with pytest.raises(BadSignature):
        open_note(NOTE.encode(), [])


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT + LINE,  # no blank line
        f"{TEXT}\n",
        f"{TEXT}\n\n",
        NOTE[:-1],  # last line not ended
        NOTE + "\n",
        NOTE + "x",
        NOTE.replace("—", "-"),
        NOTE.replace("— P", "—  P"),
        NOTE.replace("— PeterNeumann", "— Peter+Neumann"),
        NOTE.replace("— PeterNeumann", "— Peter Neumann"),
        NOTE.replace("— PeterNeumann", "— Peter\u00a0Neumann"),
        NOTE.replace("— PeterNeumann", "— "),
        NOTE.replace("nAM=", "nAN="),  # the same bytes, other padding bits
        NOTE.replace("nAM=", "nAM"),
        NOTE.replace("=\n", "= \n"),
        NOTE.replace("x08g", "x0-g"),
        f"{TEXT}\n— PeterNeumann x08gow==\n",  # a key id and no signature
        NOTE.replace("think", "th\tink"),
        NOTE.replace("think", "th\rink"),
        f"{TEXT}\n" + LINE * 65,
    ],
)
def test_a_malformed_note_is_refused(text: str) -> None:
    with pytest.raises(MalformedBytes):
        open_note(text.encode(), [verifier_of(VKEY)])


def test_no_changed_byte_of_the_published_note_opens() -> None:
    raw = NOTE.encode()
    for at in range(len(raw)):
        for bit in range(8):
            flipped = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
            with pytest.raises(BadInput):
                open_note(flipped, [verifier_of(VKEY)])
    with pytest.raises(MalformedBytes):
        open_note(raw + b"\xff", [verifier_of(VKEY)])


def test_a_note_that_nobody_could_open_is_not_signed() -> None:
    for text, name in (("no end", "a"), ("tab\t\n", "a"), ("fine\n", ""), ("fine\n", "a+b"), ("fine\n", "a b")):
        with pytest.raises(BadInput):
            sign_note(text, name, SKEY)


def test_the_checkpoint_printed_in_the_c2sp_specification_has_the_form_we_read() -> None:
    raw = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    )
    with pytest.raises(BadSignature, match="no known key"):  # its key is not published with it: form good, signer unknown
        open_note(raw.encode(), [verifier_of(VKEY)])
