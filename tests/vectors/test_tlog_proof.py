"""C2SP tlog-proof: the file byte for byte, the forms that are none, and what each flipped bit of one can change."""

from __future__ import annotations

import base64

import pytest

from fairlead.envelope import SigningKey
from fairlead.errors import BadInput, BadSignature, FairleadError, MalformedBytes, ProofFailed
from fairlead.receipt.checkpoint import Checkpoint, sign_checkpoint
from fairlead.receipt.log_keys import only
from fairlead.receipt.note import COSIGNATURE, cosign, vkey
from fairlead.receipt.proof import BYTES_MAX, Proof, check_proof, proof_bytes, read_proof
from fairlead.receipt.quorum import NOBODY, Quorum, read_quorum
from fairlead.receipt.tree import inclusion_proof, leaf_hash, root_of

ORIGIN, WITNESS = "example.com/fancylog", "witness1.example"
KEY, WITNESS_KEY, STRANGER = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32), SigningKey(b"\x03" * 32)
ENTRIES = [b"entry %d" % number for number in range(7)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
HEAD = Checkpoint(origin=ORIGIN, size=7, root=root_of(LEAVES))
NOTE = sign_checkpoint(HEAD, KEY)
COSIGNED = NOTE + cosign(HEAD.text, WITNESS, WITNESS_KEY, at_s=1_700_000_000)
KEYS = only(ORIGIN, KEY.public)
WITNESS_LINE = f"witness W {vkey(WITNESS, WITNESS_KEY.public, COSIGNATURE)}\n"
ONE = read_quorum(f"{WITNESS_LINE}quorum W\n".encode())
PATH = inclusion_proof(LEAVES, 4, 7)
PROOF = Proof(index=4, path=PATH, checkpoint=COSIGNED, extra=b"beside")
TOP = f"""c2sp.org/tlog-proof@v1
extra YmVzaWRl
index 4
{base64.b64encode(LEAVES[5]).decode()}
{base64.b64encode(LEAVES[6]).decode()}
{base64.b64encode(root_of(LEAVES[:4])).decode()}

"""
RAW = TOP.encode() + COSIGNED

# The example of the specification, as far as it is printed: its signatures and its entry are not.
PRINTED = """c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

"""


def test_the_printed_example_reads_and_is_written_again_byte_for_byte() -> None:
    proof = read_proof(PRINTED.encode())
    assert (proof.index, len(proof.path), proof.checkpoint.count(b"\n")) == (73894, 5, 4)
    assert proof.extra.startswith(b"age-v1.2.1-darwin-arm64.tar.gz")
    assert proof_bytes(proof) == PRINTED.encode()


def test_our_own_proof_is_written_line_by_line_and_holds() -> None:
    assert proof_bytes(PROOF) == RAW
    assert read_proof(RAW) == PROOF
    head = check_proof(PROOF, ENTRIES[4], KEYS, ONE)
    assert head.checkpoint == HEAD
    assert [one.name for one in head.cosigned] == [WITNESS]
    assert check_proof(read_proof(RAW.replace(b"extra YmVzaWRl\n", b"")), ENTRIES[4], KEYS).cosigned == ()


@pytest.mark.parametrize("size", range(1, 8))
def test_every_entry_of_a_small_log_is_proved_and_no_other_in_its_place(size: int) -> None:
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=root_of(LEAVES[:size])), KEY)
    for index in range(size):
        raw = proof_bytes(Proof(index=index, path=inclusion_proof(LEAVES, index, size), checkpoint=note))
        assert raw.startswith(b"c2sp.org/tlog-proof@v1\nindex %d\n" % index)
        for other, entry in enumerate(ENTRIES):
            if other == index:
                assert check_proof(read_proof(raw), entry, KEYS).checkpoint.size == size
                continue
            with pytest.raises(ProofFailed):
                check_proof(read_proof(raw), entry, KEYS)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        RAW[1:],
        RAW.replace(b"@v1", b"@v2"),
        RAW.replace(b"@v1\n", b"@v1\r\n"),
        RAW.replace(b"\nindex 4", b""),
        RAW.replace(b"index 4", b"index 04"),
        RAW.replace(b"index 4", b"index +4"),
        RAW.replace(b"index 4", b"index  4"),
        RAW.replace(b"index 4", b"index 4 "),
        RAW.replace(b"index 4", b"index"),
        RAW.replace(b"index 4", b"index -0"),
        RAW.replace(b"index 4", "index ٤".encode()),
        RAW.replace(b"index 4", b"index %d" % 10**16),
        RAW.replace(b"YmVzaWRl", b""),  # nothing beside it is no line
        RAW.replace(b"extra YmVzaWRl", b"extra"),
        RAW.replace(b"YmVzaWRl", b"YmVzaWR"),
        RAW.replace(b"YmVzaWRl", b"YmVzaWRl="),
        RAW.replace(b"extra YmVzaWRl\n", b"extra YmVzaWRl\nextra YmVzaWRl\n"),
        RAW.replace(b"extra YmVzaWRl\nindex 4\n", b"index 4\nextra YmVzaWRl\n"),
        RAW.replace(base64.b64encode(LEAVES[5]), base64.b64encode(LEAVES[5][:31])),
        RAW.replace(base64.b64encode(LEAVES[5]), base64.b64encode(LEAVES[5] + b"\x00")),
        RAW.replace(base64.b64encode(LEAVES[5]), base64.b64encode(LEAVES[5]) + b" "),
        RAW.replace(base64.b64encode(LEAVES[5]), b"\xff"),
        TOP[:-1].encode(),
        b"c2sp.org/tlog-proof@v1\nindex 4\n" + (base64.b64encode(LEAVES[5]) + b"\n") * 65 + b"\n" + NOTE,
        RAW + b"x" * BYTES_MAX,
    ],
)
def test_another_form_is_no_proof(raw: bytes) -> None:
    with pytest.raises(MalformedBytes):
        read_proof(raw)


@pytest.mark.parametrize("quorum", [ONE, NOBODY])
def test_every_bit_of_a_proof_flipped_is_refused_or_changes_only_what_nobody_vouched_for(quorum: Quorum) -> None:
    """Refused, but for the bytes of `extra`; to a reader who asks for no witness the witness's line is nothing either."""
    whole = check_proof(PROOF, ENTRIES[4], KEYS, quorum)
    beside = set(range(RAW.index(b"YmVzaWRl"), RAW.index(b"YmVzaWRl") + 8))
    line = set(range(RAW.index(f"— {WITNESS}".encode()) + 4, len(RAW) - 1)) if quorum is NOBODY else set[int]()
    passed = set[int]()
    for at in range(len(RAW)):
        for bit in range(8):
            flipped = RAW[:at] + bytes([RAW[at] ^ 1 << bit]) + RAW[at + 1 :]
            try:
                read = read_proof(flipped)
                head = check_proof(read, ENTRIES[4], KEYS, quorum)
            except (BadInput, ProofFailed):
                continue
            assert (read.index, head) == (4, whole)
            assert (read.extra != PROOF.extra) == (at in beside)
            passed.add(at)
    assert beside <= passed <= beside | line


def test_too_few_witnesses_are_not_enough_and_a_strangers_is_none() -> None:
    with pytest.raises(ProofFailed, match="too few witnesses"):
        check_proof(Proof(index=4, path=PATH, checkpoint=NOTE), ENTRIES[4], KEYS, ONE)
    strange = NOTE + cosign(HEAD.text, WITNESS, STRANGER, at_s=1)
    with pytest.raises(ProofFailed, match="too few witnesses"):
        check_proof(Proof(index=4, path=PATH, checkpoint=strange), ENTRIES[4], KEYS, ONE)
    twice = COSIGNED + cosign(HEAD.text, WITNESS, WITNESS_KEY, at_s=2)
    other = vkey("w2", STRANGER.public, COSIGNATURE)
    both = read_quorum(f"{WITNESS_LINE}witness V {other}\ngroup both all W V\nquorum both\n".encode())
    with pytest.raises(ProofFailed, match="1 known witnesses"):
        check_proof(Proof(index=4, path=PATH, checkpoint=twice), ENTRIES[4], KEYS, both)


def test_a_proof_under_another_head_log_or_key_is_none() -> None:
    shorter = sign_checkpoint(Checkpoint(origin=ORIGIN, size=6, root=root_of(LEAVES[:6])), KEY)
    with pytest.raises(ProofFailed):
        check_proof(Proof(index=4, path=PATH, checkpoint=shorter), ENTRIES[4], KEYS)
    with pytest.raises(ProofFailed):
        check_proof(Proof(index=5, path=PATH, checkpoint=NOTE), ENTRIES[4], KEYS)
    for keys in (only(ORIGIN, STRANGER.public), only("example.com/other", KEY.public)):
        with pytest.raises(BadSignature):
            check_proof(PROOF, ENTRIES[4], keys)
    with pytest.raises(FairleadError):
        check_proof(Proof(index=4, path=PATH, checkpoint=b""), ENTRIES[4], KEYS)


def test_a_rule_that_lists_logs_and_not_this_one_is_not_met() -> None:
    own, other = vkey(ORIGIN, KEY.public), vkey("example.com/other", STRANGER.public)
    renamed = vkey("example.com/other", KEY.public)
    assert check_proof(PROOF, ENTRIES[4], KEYS, read_quorum(f"log {other}\nlog {own}\nquorum none\n".encode())).checkpoint == HEAD
    for line in (other, renamed, vkey(ORIGIN, STRANGER.public)):
        with pytest.raises(ProofFailed, match="does not name this log"):
            check_proof(PROOF, ENTRIES[4], KEYS, read_quorum(f"log {line}\nquorum none\n".encode()))
