"""The trust root: what a reader takes, and everything it must not take. Each refusal stands beside the same state that is taken."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

import pytest

from fairlead.desk import trust_root as trust
from fairlead.desk.trust_format import draft_key_list
from fairlead.desk.trust_keys import keys_bytes
from fairlead.desk.trust_root import Versions, trusted_keys
from fairlead.envelope import encode
from fairlead.errors import BadInput, BadSignature, FairleadError, MalformedBytes, ProofFailed
from tests.rooms.desk.trusting import (
    DAY_MS,
    KEYS,
    LATER_MS,
    NOW_MS,
    OFFICERS,
    ORIGIN,
    A,
    B,
    C,
    D,
    E,
    F,
    Files,
    G,
    H,
    after,
    chain,
    changed,
    listed,
    put,
    root,
)


@pytest.fixture
def first() -> bytes:
    return root([A, B, C], 2, [A, B])


@pytest.fixture
def files(first: bytes) -> Files:
    return {"1.root.json": first, **listed(first, [A, C])}


def read(files: Files, anchor: bytes, now_ms: int = NOW_MS, **kept: Any) -> trust.TrustedKeys:
    return trusted_keys(files, anchor=anchor, now_ms=now_ms, **kept)


def test_what_the_officers_signed_is_read(files, first):
    found = read(files, first)
    assert found.versions == Versions(root=1, key_list=1)
    assert found.keys.log_key(ORIGIN, 399) == D.public
    assert found.keys.log_key(ORIGIN, 400) == E.public
    assert found.keys.witnesses == {"harbour": F.public}
    assert found.keys.parties == {"isla": G.public}
    assert set(found.officers.values()) == {A.public, B.public, C.public}
    assert set(found.key_list_tally.signed) == {A.public.keyid, C.public.keyid}
    assert found.root_expires_ms == LATER_MS
    with pytest.raises(BadSignature):
        found.keys.log_key("fairlead/north/kestrel", 1)


def test_a_changed_word_that_is_signed_anew_is_read(files, first):
    """So the refusals below are not refusals of how these tests sign."""
    files["targets.json"] = changed(files["targets.json"], lambda signed: signed.update(version=7), [B, C])
    assert read(files, first).versions.key_list == 7


@pytest.mark.parametrize("seed", range(30))
def test_exactly_a_threshold_of_distinct_officers_is_enough(seed):
    chance = random.Random(seed)
    keys = chance.sample(OFFICERS, chance.randint(1, 8))
    threshold = chance.randint(1, len(keys))
    whole = root(keys, threshold, keys)
    for number in range(len(keys) + 1):
        signers = chance.sample(keys, number)
        twice = [*signers, *signers[:1]]
        files = {"1.root.json": whole, **listed(whole, twice)}
        anchor = root(keys, threshold, twice)
        if number >= threshold:
            assert len(read(files, anchor).key_list_tally.signed) == number
        else:
            for state, start in ((files, whole), ({**files, **listed(whole, keys)}, anchor)):
                with pytest.raises(BadSignature, match=f"{number} of {threshold}"):
                    read(state, start)


def test_one_signer_is_counted_once_however_it_is_written(first, files):
    alone = json.loads(listed(first, [A])["targets.json"])
    (signature,) = alone["signatures"]
    for other in (signature, {**signature, "keyid": B.public.keyid}, {**signature, "keyid": "0" * 64}):
        doubled = encode({**alone, "signatures": [signature, other]})
        with pytest.raises((BadSignature, MalformedBytes)):
            read({**files, "targets.json": doubled}, first)


def test_one_key_under_two_ids_is_no_second_officer():
    def twin(signed: dict[str, Any]) -> None:
        signed["keys"]["f" * 64] = signed["keys"][A.public.keyid]
        for role in signed["roles"].values():
            role["keyids"] = [A.public.keyid, "f" * 64]

    forged = json.loads(changed(root([A, B], 2, [A, B]), twin, [A]))
    forged["signatures"].append({**forged["signatures"][0], "keyid": "f" * 64})
    with pytest.raises(MalformedBytes, match="not its own"):
        read({}, encode(forged))


def test_a_rotation_needs_the_officers_before_and_the_new_ones(first):
    full = after(first, [C, D, E], 2, [A, B, D, E])
    state = {"1.root.json": first, **listed(full, [C, D])}
    assert read({**state, "2.root.json": full}, first).versions.root == 2
    for signers, who in (([A, B], "its own"), ([D, E], "before"), ([A, D, E], "before"), ([A, B, D], "its own")):
        with pytest.raises(BadSignature, match=who):
            read({**state, "2.root.json": after(first, [C, D, E], 2, signers)}, first)
    assert read({**state, "2.root.json": after(first, [C, D, E], 2, [A, C, D])}, first).versions.root == 2  # C counts on both sides


def test_officers_who_left_sign_no_key_list_any_more(first, files):
    second = after(first, [D, E], 2, [A, B, D, E])
    with pytest.raises(BadSignature, match="0 of 2"):
        read({**files, "2.root.json": second}, first)
    assert read({**files, "2.root.json": second, **listed(second, [D, E])}, first).versions.root == 2
    with pytest.raises(BadSignature, match="may not sign"):
        listed(second, [A])


def test_a_reader_comes_from_any_root_it_trusts_and_no_gap_is_crossed():
    files = chain(5)
    for number in range(1, 6):
        assert read(files, files[f"{number}.root.json"]).versions.root == 5
    for missing in range(2, 5):
        with pytest.raises(ProofFailed, match=f"{missing}.root.json: a root is missing"):
            read({name: raw for name, raw in files.items() if name != f"{missing}.root.json"}, files["1.root.json"])
    swapped = {**files, "2.root.json": files["3.root.json"], "3.root.json": files["2.root.json"]}
    with pytest.raises(ProofFailed, match="not the next"):
        read(swapped, files["1.root.json"])


def test_only_the_last_root_must_not_have_expired():
    past = NOW_MS - DAY_MS
    old = chain(4, first=past, middle=past)
    assert read(old, old["1.root.json"]).versions.root == 4
    gone = chain(4, last=past)
    with pytest.raises(ProofFailed, match="4.root.json: this has expired"):
        read(gone, gone["1.root.json"])
    assert read(gone, gone["1.root.json"], past - 1).versions.root == 4
    with pytest.raises(ProofFailed, match="expired"):
        read(gone, gone["1.root.json"], past)


def test_an_expired_key_list_is_refused(first):
    files = {"1.root.json": first, **listed(first, [A, B], expires_ms=NOW_MS)}
    assert read(files, first, NOW_MS - 1)
    with pytest.raises(ProofFailed, match=r"targets.json: this has expired"):
        read(files, first)


def test_nothing_older_than_what_was_kept_is_taken(first):
    second = after(first, [A, B, C], 2, [A, B])
    files = {"1.root.json": first, "2.root.json": second, **listed(second, [A, B], version=5)}
    for kept in (Versions(), Versions(root=1, key_list=4), Versions(root=2, key_list=5)):
        assert read(files, first, kept_versions=kept).versions == Versions(root=2, key_list=5)
    with pytest.raises(ProofFailed, match=r"targets.json: this is older"):
        read(files, first, kept_versions=Versions(root=2, key_list=6))
    with pytest.raises(ProofFailed, match="3, and|version 3 was seen"):
        read(files, first, kept_versions=Versions(root=3, key_list=5))
    older = {name: raw for name, raw in files.items() if name != "2.root.json"}
    assert read(older, first)  # who kept nothing cannot know
    with pytest.raises(ProofFailed, match="older"):
        read(older, first, kept_versions=Versions(root=2))
    with pytest.raises(ProofFailed, match="older than the anchor"):
        read(older, second)


def test_swapped_cut_or_longer_keys_are_refused(files, first):
    other = KEYS.replace(D.public.text().encode(), H.public.text().encode())
    assert len(other) == len(KEYS)
    for keys in (other, KEYS[:-1], KEYS + b" ", b""):
        with pytest.raises(ProofFailed, match="not the keys that were signed"):
            read({**files, "keys.json": keys}, first)

    def longer(signed: dict[str, Any]) -> None:
        signed["targets"]["keys.json"]["length"] += 1

    with pytest.raises(ProofFailed, match="length"):
        read({**files, "targets.json": changed(files["targets.json"], longer, [A, B])}, first)


def test_another_coalitions_root_is_refused(files, first):
    theirs = root([D, E, F], 2, [D, E])
    whole = {"1.root.json": theirs, **listed(theirs, [D, E])}
    assert read(whole, theirs)
    with pytest.raises(ProofFailed, match="another root than the anchor"):
        read(whole, first)
    with pytest.raises(BadSignature, match="0 of 2"):
        read({name: raw for name, raw in whole.items() if name != "1.root.json"}, first)
    with pytest.raises(BadSignature, match="before"):
        read({**files, "2.root.json": after(theirs, [D, E, F], 2, [D, E])}, first)


ODD = [
    ("root", put("more", 1)),
    ("root", put("roles.root.more", 1)),
    ("root", put("roles.root.threshold", 10**30)),
    ("root", put("roles.root.threshold", 4)),
    ("root", put("roles.root.threshold", 0)),
    ("root", put("roles.root.threshold", True)),
    ("root", put("roles.root.keyids", [A.public.keyid, A.public.keyid])),
    ("root", put("roles.root.keyids", ["0" * 64])),
    ("root", put("roles/mirrors", {"keyids": [], "threshold": 1})),
    ("root", put("roles", {})),
    ("root", put("keys", {})),
    ("root", put("version", -1)),
    ("root", put("version", 10**9)),
    ("root", put("version", "1")),
    ("root", put("spec_version", "2.0.0")),
    ("root", put("expires", "2099-13-01T00:00:00Z")),
    ("root", put("expires", "2099-01-01T00:00:00Z\n")),
    ("root", put("_type", "targets")),
    ("targets", put("_type", "root")),
    ("targets", put("more", "x")),
    ("targets", put("delegations", {"keys": {}, "roles": []})),
    ("targets", put("targets", {})),
    ("targets", put("targets/other.json", {"length": 1, "hashes": {"sha256": "0" * 64}})),
    ("targets", put("targets/keys.json/custom", {})),
    ("targets", put("targets/keys.json/hashes", {"md5": "0" * 32})),
    ("targets", put("targets/keys.json/hashes", {})),
    ("targets", put("targets/keys.json/length", -1)),
]


@pytest.mark.parametrize(("which", "change"), ODD)
def test_metadata_of_another_form_is_refused_even_when_truly_signed(files, first, which, change):
    name = "1.root.json" if which == "root" else "targets.json"
    forged = changed(files[name], change, [A, B, C])
    state = {**files, name: forged}
    with pytest.raises(FairleadError):
        read(state, forged if which == "root" else first)


BROKEN = [b"", b"{", b"null", b"[]", b"{}", b'{"signatures":[],"signed":{}}', b"\xff\xfe", b"[" * 100_000, b"1e400", b" " * (1 << 21)]


@pytest.mark.parametrize("raw", BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize("name", ["anchor", "1.root.json", "2.root.json", "targets.json", "keys.json"])
def test_bytes_that_are_no_metadata_are_refused(files, first, name, raw):
    with pytest.raises(FairleadError):
        read(files if name == "anchor" else {**files, name: raw}, raw if name == "anchor" else first)


@pytest.mark.parametrize("name", ["1.root.json", "2.root.json", "targets.json", "keys.json"])
def test_no_flipped_byte_is_taken(name):
    """A sample of all bytes; no signature here is more than needed, so a spoilt one is one too few."""
    first = root([A, B], 2, [A, B])
    second = after(first, [A, C], 2, [A, B, C])
    files = {"1.root.json": first, "2.root.json": second, **listed(second, [A, C])}
    assert read(files, first)
    chance = random.Random(name)
    for place in chance.sample(range(len(files[name])), 120):
        raw = files[name]
        spoilt = raw[:place] + bytes([raw[place] ^ (1 << chance.randrange(8))]) + raw[place + 1 :]
        try:
            found = read({**files, name: spoilt}, first)
        except FairleadError:
            continue
        # Only the copy of the anchor may differ, and only in signatures, which nobody needs of it.
        assert name == "1.root.json"
        assert json.loads(spoilt)["signed"] == json.loads(raw)["signed"]
        assert found.versions.root == 2


def test_a_missing_file_is_named(files, first):
    for name in ("targets.json", "keys.json"):
        with pytest.raises(BadInput, match=name):
            read({one: raw for one, raw in files.items() if one != name}, first)


def row(*sizes: int) -> list[dict[str, Any]]:
    return [{"key": OFFICERS[number].public.text(), "from": size} for number, size in enumerate(sizes)]


BAD_KEYS = [
    {"logs": {}, "parties": {}},
    {"logs": {}, "parties": {}, "witnesses": {}, "more": 1},
    {"logs": {ORIGIN: []}, "parties": {}, "witnesses": {}},
    {"logs": {ORIGIN: row(5, 5)}, "parties": {}, "witnesses": {}},
    {"logs": {ORIGIN: row(5, 4)}, "parties": {}, "witnesses": {}},
    {"logs": {ORIGIN: row(-1)}, "parties": {}, "witnesses": {}},
    {"logs": {ORIGIN: [*row(0), {"key": A.public.text(), "from": 9}]}, "parties": {}, "witnesses": {}},
    {"logs": {}, "parties": {"isla": "AAAA"}, "witnesses": {}},
    {"logs": {}, "parties": {}, "witnesses": {"w": base64.b64encode(b"x" * 33).decode()}},
    {"logs": {}, "parties": {"": A.public.text()}, "witnesses": {}},
]


@pytest.mark.parametrize("value", BAD_KEYS, ids=range(len(BAD_KEYS)))
def test_keys_of_another_form_are_neither_signed_nor_read(value, files, first):
    with pytest.raises(FairleadError):
        keys_bytes(json.dumps(value).encode())
    raw = encode(value)
    with pytest.raises(FairleadError):
        trust.key_list(raw, version=1, expires_ms=LATER_MS)
    forged = trust.sign_key_list(draft_key_list(raw, version=1, expires_ms=LATER_MS).to_bytes(), [A, B], root=first)
    with pytest.raises(FairleadError, match=r"keys.json"):
        read({**files, "targets.json": forged, "keys.json": raw}, first)


@pytest.mark.parametrize(("officers", "threshold"), [([], 1), ([A], 0), ([A], 2), ([A, A], 2), ([A, B], -1), ([A], 10**9)])
def test_no_root_is_drafted_that_its_officers_cannot_sign(officers, threshold):
    with pytest.raises(BadInput):
        trust.first_root([key.public for key in officers], threshold=threshold, expires_ms=LATER_MS)


@pytest.mark.parametrize("at_ms", [10**18, -(10**18)])
def test_an_instant_no_calendar_has_is_refused(files, first, at_ms):
    with pytest.raises(BadInput):
        read(files, first, at_ms)
