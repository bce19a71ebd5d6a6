"""Time stamps over our signed heads (RFC 3161): `openssl ts` and rfc3161-client accept them, and refuse any other head."""

from __future__ import annotations

import hashlib
import random
import subprocess
from pathlib import Path

import pytest
from cryptography.x509 import Certificate, load_pem_x509_certificate

from fairlead.desk import bundle, stamp
from fairlead.desk.bundle_check import anchors_of, check_bundle_file
from fairlead.errors import BadInput, ProofFailed
from fairlead.receipt.checkpoint import sign_checkpoint
from tests.outside.authority import Authority
from tests.outside.driven import openssl
from tests.outside.logs import flipped, random_log
from tests.rooms.desk.tiny import Tiny, value

client = pytest.importorskip("rfc3161_client", reason="rfc3161-client is not installed: make outside")

SEED = 7_4
HEADS = 12
MUTANTS = 6


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"))


def heads() -> list[bytes]:
    rng = random.Random(SEED)
    logs = [random_log(rng) for _ in range(HEADS)]
    return [sign_checkpoint(log.head, log.key) for log in logs]


def query(head: bytes, folder: Path, digest: str = "sha256") -> bytes:
    """What openssl asks an authority about these bytes."""
    (folder / "head").write_bytes(head)
    asked = ["ts", "-query", "-data", "head", f"-{digest}", "-cert", "-out", "query.tsq"]
    subprocess.run([openssl(), *asked], cwd=folder, capture_output=True, check=True)
    return (folder / "query.tsq").read_bytes()


def openssl_says(head: bytes, stamp: bytes, trusted: Authority, folder: Path) -> bool:
    (folder / "head").write_bytes(head)
    (folder / "stamp.tsr").write_bytes(stamp)
    told = ["ts", "-verify", "-data", "head", "-in", "stamp.tsr", "-CAfile", str(trusted.folder / "root.crt")]
    ran = subprocess.run([openssl(), *told], cwd=folder, capture_output=True, text=True, check=False)
    said = ran.stdout + ran.stderr
    assert ("Verification: OK" in said) == (ran.returncode == 0), said
    assert ran.returncode == 0 or "Verification: FAILED" in said, said
    return ran.returncode == 0


def client_says(head: bytes, stamp: bytes, trusted: Certificate) -> bool:
    checker = client.VerifierBuilder().add_root_certificate(trusted).build()
    try:
        return bool(checker.verify_message(client.decode_timestamp_response(stamp), head))
    except (client.VerificationError, ValueError):
        return False


def test_both_accept_a_stamp_of_a_head_and_refuse_it_for_a_head_with_a_byte_changed(authority: Authority, tmp_path: Path) -> None:
    rng = random.Random(SEED + 1)
    root = load_pem_x509_certificate(authority.root_pem)
    for head in heads():
        stamp = authority.stamp(query(head, tmp_path))
        assert openssl_says(head, stamp, authority, tmp_path)
        assert client_says(head, stamp, root)
        for at in rng.sample(range(len(head)), MUTANTS):
            changed = head[:at] + bytes([head[at] ^ rng.randrange(1, 256)]) + head[at + 1 :]
            assert not openssl_says(changed, stamp, authority, tmp_path)
            assert not client_says(changed, stamp, root)


def test_no_changed_byte_of_a_head_keeps_its_stamp(authority: Authority) -> None:
    head = heads()[0]
    root = load_pem_x509_certificate(authority.root_pem)
    stamp = authority.stamp(client.TimestampRequestBuilder().data(head).build().as_bytes())
    assert client_says(head, stamp, root)
    changed = [head[:at] + bytes([head[at] ^ 1]) + head[at + 1 :] for at in range(len(head))]
    assert [one for one in (*changed, head[:-1], head + b"\n", b"") if client_says(one, stamp, root)] == []


def imprint(stamp: bytes) -> bytes:
    """The digest a stamp is about."""
    return bytes(client.decode_timestamp_response(stamp).tst_info.message_imprint.message)


def test_neither_believes_another_authority_a_refusal_or_an_altered_stamp(
    authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    rng = random.Random(SEED + 2)
    root = load_pem_x509_certificate(authority.root_pem)
    head, other = heads()[:2]
    asked = query(head, tmp_path)
    stamp, digest = authority.stamp(asked), hashlib.sha256(head).digest()
    assert imprint(stamp) == digest
    forged = stranger.stamp(asked)
    ends = stamp[:-1] + bytes([stamp[-1] ^ 1])
    wrong = [
        (forged, head),  # by another authority
        (authority.stamp(query(head, tmp_path, "sha1")), head),  # refused: not one of the digests it takes
        (stamp.replace(digest, hashlib.sha256(other).digest()), other),  # the digest of another head put in
        (stamp.replace(digest, flipped(digest, rng)), head),
        (stamp.replace(b"\x18\x0f20", b"\x18\x0f19", 1), head),  # the instant, GeneralizedTime, a century earlier
        (ends, head),  # the signature, which comes last
        (stamp[:-1], head),
    ]
    assert len({one for one, _ in wrong} | {stamp}) == len(wrong) + 1
    for one, about in wrong:
        assert not openssl_says(about, one, authority, tmp_path)
        assert not client_says(about, one, root)
    assert openssl_says(head, stamp, authority, tmp_path)
    assert client_says(head, stamp, root)
    assert openssl_says(head, forged, stranger, tmp_path)
    assert client_says(head, forged, load_pem_x509_certificate(stranger.root_pem))


def test_a_bundle_carries_a_timestamp_that_a_court_checks(tmp_path, authority):
    """Query, answer of an authority, kept, in the bundle, checked; and with one byte of the head changed, not."""
    tiny = Tiny(tmp_path / "node")
    (tmp_path / "root.pem").write_bytes(authority.root_pem)
    stamped = bundle.to_stamp(tiny.root, "bravo")
    answer = authority.stamp(stamp.query(stamped))
    assert stamp.check(answer, stamped, authority.root_pem).endswith("+00:00")
    bundle.keep_stamp(tiny.root, "bravo", stamped, answer)
    made = value(bundle.make_bundle(tiny.node, tiny.who("bravo-release", "", ""), entries="0"))["bundle"]
    (tmp_path / "file").write_text(made)
    anchors = anchors_of(trust=tiny.root / "homes/bravo/trust.json")
    checked, told = check_bundle_file(tmp_path / "file", anchors, tmp_path / "root.pem")
    assert checked.holds, checked.findings
    assert told[0].startswith("there at ")
    assert check_bundle_file(tmp_path / "file", anchors, None)[1] == ["not checked: name the authority's root with --tsa-root"]
    with pytest.raises(ProofFailed):
        stamp.check(answer, stamped[:-2] + b"!\n", authority.root_pem)
    with pytest.raises(BadInput):
        stamp.check(b"rubbish", stamped, authority.root_pem)
    with pytest.raises(BadInput):
        stamp.check(answer, stamped, b"no certificate")
