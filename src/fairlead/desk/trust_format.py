"""The bytes of a trust root: metadata of The Update Framework (TUF 1.0), as the library python-tuf reads, signs and judges it.

1. What metadata means, and whether enough keys signed it, is for the library to say. This file gives its words names of ours and holds
   the bytes to one form: canonical JSON, no field more or less, nothing longer than the maxima below. Other readers of TUF are
   more lenient and read all of it; what they would have to ignore, nobody here writes.
2. Keys are Ed25519, each under the id the whole house knows it by (SHA-256 of its 32 bytes), so one key never counts as two.
3. The framework wants four roles in a root. Two are used: `root` says who the officers are, `targets` (the framework's word; ours is
   the key list) says which `keys.json` is in force. `snapshot` and `timestamp` name the same officers and nobody serves them: they are
   for keys that stay online and sign every hour, and here no key is online. What they would add is done by dates and kept versions.
4. This is the one file of the source that may say the framework's word for what is signed for readers.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Collection, Sequence
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.exceptions import LengthOrHashMismatchError
from tuf.api.metadata import Metadata, Role, Root, TargetFile, Targets
from tuf.api.serialization import DeserializationError

from fairlead.desk.trust_keys import BYTES_MAX, KEYS_FILE
from fairlead.envelope import KeyId, PublicKey, SigningKey, decode, read_as
from fairlead.errors import BadInput, MalformedBytes, ProofFailed

KEY_LIST_FILE: Final = "targets.json"
OFFICERS_MAX: Final = 32
SIGNATURES_MAX: Final = 2 * OFFICERS_MAX  # the officers before, and those after
VERSION_MAX: Final = 99_999_999

T = TypeVar("T")
RootMetadata: TypeAlias = Metadata[Root]
KeyListMetadata: TypeAlias = Metadata[Targets]

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_Hex64 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_Hex128 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{128}\Z")]
_Instant = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")]
_Edition = Annotated[str, msgspec.Meta(pattern=r"\A1\.[0-9]{1,3}(\.[0-9]{1,3})?\Z")]
_Version = Annotated[int, msgspec.Meta(ge=1, le=VERSION_MAX)]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Signature(_Strict, frozen=True, kw_only=True):
    keyid: _Hex64
    sig: _Hex128


class _KeyValue(_Strict, frozen=True, kw_only=True):
    public: _Hex64


class _Key(_Strict, frozen=True, kw_only=True):
    keytype: Literal["ed25519"]
    keyval: _KeyValue
    scheme: Literal["ed25519"]


class _Role(_Strict, frozen=True, kw_only=True):
    keyids: Annotated[tuple[_Hex64, ...], msgspec.Meta(max_length=OFFICERS_MAX)]
    threshold: Annotated[int, msgspec.Meta(ge=1, le=OFFICERS_MAX)]


class _Roles(_Strict, frozen=True, kw_only=True):
    root: _Role
    snapshot: _Role
    key_list: _Role = msgspec.field(name="targets")
    timestamp: _Role


class _Signed(_Strict, frozen=True, kw_only=True):
    version: _Version
    spec_version: _Edition
    expires: _Instant


class _RootSigned(_Signed, frozen=True, kw_only=True):
    kind: Literal["root"] = msgspec.field(name="_type")
    consistent_snapshot: bool
    keys: Annotated[dict[_Hex64, _Key], msgspec.Meta(max_length=4 * OFFICERS_MAX)]
    roles: _Roles


class _Hashes(_Strict, frozen=True, kw_only=True):
    sha256: _Hex64


class _Listed(_Strict, frozen=True, kw_only=True):
    hashes: _Hashes
    length: Annotated[int, msgspec.Meta(ge=0, le=BYTES_MAX)]


class _OneFile(_Strict, frozen=True, kw_only=True):
    keys: _Listed = msgspec.field(name=KEYS_FILE)


class _KeyListSigned(_Signed, frozen=True, kw_only=True):
    kind: Literal["targets"] = msgspec.field(name="_type")
    key_list: _OneFile = msgspec.field(name="targets")


_Signatures = Annotated[tuple[_Signature, ...], msgspec.Meta(max_length=SIGNATURES_MAX)]


class _RootFile(_Strict, frozen=True, kw_only=True):
    signatures: _Signatures
    signed: _RootSigned


class _KeyListFile(_Strict, frozen=True, kw_only=True):
    signatures: _Signatures
    signed: _KeyListSigned


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Who of those a role names signed and who did not, and how many signatures it still lacks."""

    needed: int
    signed: tuple[KeyId, ...]
    unsigned: tuple[KeyId, ...]
    missing: int


def read_root(raw: bytes, *, where: str) -> RootMetadata:
    """A root in its one form; nothing is said yet about who signed it. Raises MalformedBytes."""
    shape = _held(raw, _RootFile, where)
    for keyid, key in shape.signed.keys.items():
        if hashlib.sha256(bytes.fromhex(key.keyval.public)).hexdigest() != keyid:
            raise MalformedBytes("a key stands under an id that is not its own", where=where, why=f"{keyid} is not its SHA-256")
    return _parsed(Metadata[Root], raw, where)


def read_key_list(raw: bytes, *, where: str) -> KeyListMetadata:
    """A key list in its one form; nothing is said yet about who signed it. Raises MalformedBytes."""
    _held(raw, _KeyListFile, where)
    return _parsed(Metadata[Targets], raw, where)


def is_root(raw: bytes, *, where: str) -> bool:
    """Whether these bytes say they are a root, and not a key list. Raises MalformedBytes when they are neither."""
    value = decode(_measured(raw, where))
    signed = value.get("signed") if isinstance(value, dict) else None
    kind = signed.get("_type") if isinstance(signed, dict) else None
    if kind not in (Root.type, Targets.type):
        raise MalformedBytes("this is neither a root nor a key list", where=where, do="name a file of a trust folder or of its drafts")
    return bool(kind == Root.type)


def draft_root(officers: Sequence[PublicKey], *, threshold: int, version: int, expires_ms: int) -> RootMetadata:
    """A root that nobody signed yet. Raises BadInput."""
    named = {key.keyid: key for key in officers}
    if not 1 <= threshold <= len(named) <= OFFICERS_MAX:
        why = f"{threshold} of {len(named)} officers; there may be {OFFICERS_MAX}"
        raise BadInput("a threshold must be met by the officers there are", why=why, do="name more officers or a lower threshold")
    keyids = [str(keyid) for keyid in sorted(named)]
    roles = {role: Role(list(keyids), threshold) for role in ("root", "snapshot", "targets", "timestamp")}
    keys = {keyid: _library_key(named[KeyId(keyid)]) for keyid in keyids}
    root = Root(version=version, expires=instant(expires_ms), keys=dict(keys), roles=roles, consistent_snapshot=False)
    return Metadata(root)


def draft_key_list(keys: bytes, *, version: int, expires_ms: int) -> KeyListMetadata:
    """A key list that nobody signed yet, over the bytes of a `keys.json`."""
    listed = TargetFile.from_data(KEYS_FILE, keys, ["sha256"])
    return Metadata(Targets(version=version, expires=instant(expires_ms), targets={KEYS_FILE: listed}))


def add_signature(metadata: RootMetadata | KeyListMetadata, key: SigningKey) -> None:
    """Sign; a second signature of the same key takes the place of its first."""
    metadata.sign(CryptoSigner(Ed25519PrivateKey.from_private_bytes(key.seed), _library_key(key.public)), append=True)


def drop_others(metadata: RootMetadata | KeyListMetadata, allowed: Collection[KeyId]) -> None:
    """Take away signatures of keys that do not count, so that they never add up to more than a file may hold."""
    for keyid in [one for one in metadata.signatures if one not in allowed]:
        del metadata.signatures[keyid]


def signed_part(raw: bytes) -> bytes:
    """What is signed, of either kind. Raises MalformedBytes."""
    where = "the metadata"
    return read_root(raw, where=where).signed_bytes if is_root(raw, where=where) else read_key_list(raw, where=where).signed_bytes


def tally(judge: RootMetadata, judged: RootMetadata | KeyListMetadata) -> Tally:
    """Whom `judge` names for this kind of metadata, and who of them signed it. The library counts distinct keys."""
    result = judge.signed.get_verification_result(judged.signed.type, judged.signed_bytes, judged.signatures)
    signed, unsigned = (tuple(KeyId(one) for one in sorted(side)) for side in (result.signed, result.unsigned))
    return Tally(needed=result.threshold, signed=signed, unsigned=unsigned, missing=result.missing)


def officers(root: RootMetadata) -> dict[KeyId, PublicKey]:
    """The keys of the role `root`."""
    keys = root.signed.keys
    return {KeyId(one): _own_key(keys[one]) for one in root.signed.roles[Root.type].keyids if one in keys}


def keys_officers(root: RootMetadata) -> dict[KeyId, PublicKey]:
    """The keys that may sign a key list."""
    keys = root.signed.keys
    return {KeyId(one): _own_key(keys[one]) for one in root.signed.roles[Targets.type].keyids if one in keys}


def hold_to(listed: KeyListMetadata, keys: bytes) -> None:
    """Raises ProofFailed unless these are the bytes of `keys.json` that the key list names, by length and hash."""
    try:
        listed.signed.targets[KEYS_FILE].verify_length_and_hashes(keys)
    except LengthOrHashMismatchError as error:
        do = "fetch the folder again; if it stays, ask the officers"
        raise ProofFailed("these are not the keys that were signed", where=KEYS_FILE, why=str(error).lower(), do=do) from error


def expires_ms(metadata: RootMetadata | KeyListMetadata) -> int:
    return (metadata.signed.expires - _EPOCH) // datetime.timedelta(milliseconds=1)


def instant(at_ms: int) -> datetime.datetime:
    """Raises BadInput for an instant no calendar has."""
    try:
        return _EPOCH + datetime.timedelta(milliseconds=at_ms)
    except OverflowError as error:
        raise BadInput("this is no instant of the calendar", where=str(at_ms), do="give fewer days") from error


def _library_key(key: PublicKey) -> SSlibKey:
    return SSlibKey(key.keyid, "ed25519", "ed25519", {"public": key.raw.hex()})


def _own_key(key: object) -> PublicKey:
    assert isinstance(key, SSlibKey)  # the form allows no other
    return PublicKey(bytes.fromhex(key.keyval["public"]))


def _measured(raw: bytes, where: str) -> bytes:
    if len(raw) > BYTES_MAX:
        raise MalformedBytes("a file of a trust root is too long", where=where, why=f"more than {BYTES_MAX} bytes")
    return raw


def _held(raw: bytes, shape: type[T], where: str) -> T:
    try:
        return read_as(_measured(raw, where), shape)
    except MalformedBytes as error:
        raise MalformedBytes(error.what, where=where, why=error.why or error.where, do="ask the officers for the file anew") from error


def _parsed(shape: type[Metadata[Root]] | type[Metadata[Targets]], raw: bytes, where: str) -> Metadata:  # type: ignore[type-arg]
    try:
        return shape.from_bytes(raw)
    except DeserializationError as error:
        why = str(error.__cause__ or error)
        raise MalformedBytes("the library cannot read this", where=where, why=why, do="ask the officers for the file anew") from error
