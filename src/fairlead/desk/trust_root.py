"""The coalition's trust root: which keys everybody trusts, by a threshold of officers whose keys are kept offline (TUF 1.0).

1. A reader starts from one root it already trusts, the anchor, and from nothing else that lies in the folder.
2. Each next root is signed by the threshold of the officers before and of its own, and its version is one more. A gap is refused.
3. Only the last root must not have expired: whoever was away for years finds the way by the old ones.
4. The key list is signed by the threshold of the last root's officers, has not expired, and names `keys.json` by length and hash.
5. Nothing older than what the reader kept is taken.
6. Officers draft, sign one after the other, each where their key is, and a draft is in force once it has the signatures it needs.

What metadata means and how signatures are counted is the library's (`trust_format`). Files and time come in as arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from fairlead.desk import trust_format as form
from fairlead.desk.trust_format import KEY_LIST_FILE, RootMetadata, Tally
from fairlead.desk.trust_keys import KEYS_FILE, Keys, read_keys
from fairlead.envelope import KeyId, PublicKey, SigningKey
from fairlead.errors import BadInput, BadSignature, ProofFailed

SEED_BYTES: Final = 32
ROOTS_MAX: Final = 1024
_ROOT_NAME: Final = re.compile(r"([1-9][0-9]{0,7})\.root\.json")


class Versions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The versions a reader saw last; nought before it saw any."""

    root: int = 0
    key_list: int = 0


class TrustedKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What the officers say, once every check held."""

    keys: Keys
    versions: Versions
    root_expires_ms: int
    key_list_expires_ms: int
    officers: Mapping[KeyId, PublicKey]
    root_tally: Tally
    key_list_tally: Tally


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far a draft has come: by its own officers, and of a root after the first by the officers before."""

    name: str
    version: int
    expires_ms: int
    own: Tally
    before: Tally | None = None

    @property
    def missing(self) -> int:
        """Signatures it lacks at least; the same officer may fill a place on both sides."""
        return max(self.own.missing, self.before.missing if self.before else 0)


def new_key(random_bytes: Callable[[int], bytes]) -> SigningKey:
    """An officer's key."""
    return SigningKey(random_bytes(SEED_BYTES))


def root_name(version: int) -> str:
    return f"{version}.root.json"


def first_root(officers: Sequence[PublicKey], *, threshold: int, expires_ms: int) -> bytes:
    """The draft of a coalition's first root; unsigned. Raises BadInput."""
    return form.draft_root(officers, threshold=threshold, version=1, expires_ms=expires_ms).to_bytes()


def next_root(root: bytes, officers: Sequence[PublicKey], *, threshold: int, expires_ms: int) -> bytes:
    """The draft of the root after `root`, with these officers from then on; unsigned. Raises BadInput."""
    version = form.read_root(root, where="the root").signed.version + 1
    return form.draft_root(officers, threshold=threshold, version=version, expires_ms=expires_ms).to_bytes()


def key_list(keys: bytes, *, version: int, expires_ms: int) -> bytes:
    """The draft of the key list over these bytes of `keys.json`; unsigned. Raises MalformedBytes, BadSignature."""
    read_keys(keys)
    return form.draft_key_list(keys, version=version, expires_ms=expires_ms).to_bytes()


def sign_root(draft: bytes, keys: Iterable[SigningKey], *, before: bytes | None) -> bytes:
    """The root with these signatures added. Raises BadSignature for a key that is no officer's, before or after."""
    new = form.read_root(draft, where="the draft")
    allowed = form.officers(new) | (form.officers(form.read_root(before, where="the root before")) if before else {})
    form.drop_others(new, allowed)
    for key in keys:
        _may_sign(key, allowed, root_name(new.signed.version))
        form.add_signature(new, key)
    return new.to_bytes()


def sign_key_list(draft: bytes, keys: Iterable[SigningKey], *, root: bytes, before: bytes | None = None) -> bytes:
    """The key list with these signatures added, and those kept that count under `root` or the root `before` it. Raises BadSignature."""
    listed = form.read_key_list(draft, where="the draft")
    allowed = form.keys_officers(form.read_root(root, where="the root"))
    form.drop_others(listed, allowed | (form.keys_officers(form.read_root(before, where="the root before")) if before else {}))
    for key in keys:
        _may_sign(key, allowed, KEY_LIST_FILE)
        form.add_signature(listed, key)
    return listed.to_bytes()


def root_standing(draft: bytes, *, before: bytes | None) -> Standing:
    """Who signed a root so far. Raises ProofFailed when it is not the next after `before`, or the first."""
    new = form.read_root(draft, where="the draft")
    earlier = form.read_root(before, where="the root before") if before else None
    _in_turn(new, earlier)
    return Standing(
        name=root_name(new.signed.version),
        version=new.signed.version,
        expires_ms=form.expires_ms(new),
        own=form.tally(new, new),
        before=form.tally(earlier, new) if earlier else None,
    )


def key_list_standing(draft: bytes, *, root: bytes, keys: bytes) -> Standing:
    """Who signed a key list so far. Raises ProofFailed when these are not the keys it names."""
    listed = form.read_key_list(draft, where="the draft")
    form.hold_to(listed, keys)
    read_keys(keys)
    own = form.tally(form.read_root(root, where="the root"), listed)
    return Standing(name=KEY_LIST_FILE, version=listed.signed.version, expires_ms=form.expires_ms(listed), own=own)


def root_version(raw: bytes) -> int:
    return form.read_root(raw, where="a root").signed.version


def key_list_version(raw: bytes) -> int:
    return form.read_key_list(raw, where=KEY_LIST_FILE).signed.version


def say_the_same(one: bytes, other: bytes) -> bool:
    """Whether two pieces of metadata differ in their signatures at most."""
    return form.signed_part(one) == form.signed_part(other)


def last_root(files: Mapping[str, bytes], *, anchor: bytes) -> bytes:
    """The last root of the chain that begins with the anchor. Raises MalformedBytes, BadSignature, ProofFailed."""
    root = form.read_root(anchor, where="the anchor")
    _enough(form.tally(root, root), "the anchor", "its own officers")
    versions = root_versions(files)
    if versions and versions[-1] < root.signed.version:
        why = f"its last root is version {versions[-1]}, the anchor is version {root.signed.version}"
        raise ProofFailed("the folder is older than the anchor", where=root_name(versions[-1]), why=why, do="fetch the folder again")
    same = files.get(root_name(root.signed.version))
    if same is not None and form.read_root(same, where=root_name(root.signed.version)).signed != root.signed:
        do = "ask the officers which is theirs"
        raise ProofFailed("the folder has another root than the anchor", where=root_name(root.signed.version), do=do)
    ahead = [version for version in versions if version > root.signed.version]
    if len(ahead) > ROOTS_MAX:
        raise BadInput("there are too many roots", why=f"{len(ahead)} after the anchor", do="take a later root as the anchor")
    raw = anchor
    for version in ahead:
        raw = files[root_name(version)]
        root = _step(root, raw, version)
    return raw


def trusted_keys(files: Mapping[str, bytes], *, anchor: bytes, now_ms: int, kept_versions: Versions | None = None) -> TrustedKeys:
    """The keys in force, from the files of a trust folder and a root the reader already trusts. Raises FairleadError."""
    kept = kept_versions or Versions()
    # 1. From the anchor, root by root, to the last; it alone must not have expired.
    root = form.read_root(last_root(files, anchor=anchor), where="the last root")
    name = root_name(root.signed.version)
    _not_older(root.signed.version, kept.root, name)
    _alive(root, now_ms, name)
    # 2. The key list: signatures before anything it says.
    listed = form.read_key_list(_present(files, KEY_LIST_FILE), where=KEY_LIST_FILE)
    own = form.tally(root, listed)
    _enough(own, KEY_LIST_FILE, "the officers of the last root")
    _not_older(listed.signed.version, kept.key_list, KEY_LIST_FILE)
    _alive(listed, now_ms, KEY_LIST_FILE)
    # 3. The keys: length and hash before form.
    raw = _present(files, KEYS_FILE)
    form.hold_to(listed, raw)
    return TrustedKeys(
        keys=read_keys(raw),
        versions=Versions(root=root.signed.version, key_list=listed.signed.version),
        root_expires_ms=form.expires_ms(root),
        key_list_expires_ms=form.expires_ms(listed),
        officers=form.officers(root),
        root_tally=form.tally(root, root),
        key_list_tally=own,
    )


def root_versions(files: Mapping[str, bytes]) -> list[int]:
    """The versions of the roots among these files, in order."""
    return sorted(int(found[1]) for name in files if (found := _ROOT_NAME.fullmatch(name)))


def _step(root: RootMetadata, raw: bytes, version: int) -> RootMetadata:
    """One step of the chain. Raises MalformedBytes, BadSignature, ProofFailed."""
    name = root_name(version)
    if version != root.signed.version + 1:
        why = f"after version {root.signed.version} comes {name}"
        raise ProofFailed("a root is missing", where=root_name(root.signed.version + 1), why=why, do="fetch the folder again")
    new = form.read_root(raw, where=name)
    _in_turn(new, root)
    _enough(form.tally(root, new), name, "the officers before")
    _enough(form.tally(new, new), name, "its own officers")
    return new


def _in_turn(new: RootMetadata, earlier: RootMetadata | None) -> None:
    wanted = earlier.signed.version + 1 if earlier else 1
    if new.signed.version != wanted:
        why = f"it says version {new.signed.version}, in its place comes {wanted}"
        raise ProofFailed("a root is not the next", where=root_name(wanted), why=why, do="ask the officers for the file anew")


def _enough(found: Tally, where: str, by: str) -> None:
    if found.missing:
        why = f"{len(found.signed)} of {found.needed} distinct keys of {by}"
        raise BadSignature("not enough valid signatures", where=where, why=why, do="ask the officers for the signed file")


def _may_sign(key: SigningKey, allowed: Mapping[KeyId, PublicKey], where: str) -> None:
    if key.public.keyid not in allowed:
        do = "sign with the key of one of its officers"
        raise BadSignature("this key may not sign this", where=where, why=f"{key.public.keyid} is no officer's", do=do)


def _not_older(version: int, kept: int, where: str) -> None:
    if version < kept:
        why = f"version {version}, and version {kept} was seen before"
        raise ProofFailed("this is older than what was kept", where=where, why=why, do="fetch the folder again")


def _alive(metadata: RootMetadata | form.KeyListMetadata, now_ms: int, where: str) -> None:
    if metadata.signed.is_expired(form.instant(now_ms)):
        why = f"on {metadata.signed.expires:%Y-%m-%d %H:%M:%SZ}"
        raise ProofFailed("this has expired", where=where, why=why, do="fetch the folder again; else the officers sign anew")


def _present(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise BadInput("a file of the trust folder is missing", where=name, do="fetch the folder again")
    return files[name]
