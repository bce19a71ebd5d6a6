"""A trust folder on a disk: what officers draft, sign and put in force there, and what readers keep of it.

    1.root.json 2.root.json ...   every root there ever was
    KEY_LIST_FILE keys.json       the key list in force (under the framework's own name), and the keys it names
    drafts/                       what still lacks signatures; readers never look there

1. A draft lies in `drafts/` until it has its signatures, then in its place: `keys.json` before the list that names it; the draft goes
   last. Whoever reads in between, or after a crash, is told that the two do not fit; signing again ends what was begun.
2. An officer signs only what follows from the roots in the folder, and a key list only together with the keys it names.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from fairlead.desk import trust_root as trust
from fairlead.desk.home import write_key
from fairlead.desk.trust_format import KEY_LIST_FILE, is_root
from fairlead.desk.trust_keys import BYTES_MAX, KEYS_FILE, keys_bytes
from fairlead.desk.trust_root import Standing, Versions
from fairlead.envelope import PublicKey, SigningKey, encode, read_as
from fairlead.errors import BadFile, BadInput, BadSignature, MalformedBytes
from fairlead.store.files import write_durably

DRAFTS: Final = "drafts"
FILES_MAX: Final = 4096


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Where a piece of metadata lies now, and how far it has come."""

    path: Path
    standing: Standing

    @property
    def in_force(self) -> bool:
        return not self.standing.missing


def make_key(path: Path, *, random_bytes: Callable[[int], bytes] = os.urandom) -> PublicKey:
    """An officer's key in a file only its owner reads, and its public half beside it. Raises BadInput, never writes over a key."""
    beside = public_path(path)
    for one in (path, beside):
        if one.exists() or one.is_symlink():
            raise BadInput("there is a file of this name already", where=str(one), do="name a new file; a key is never written over")
    key = trust.new_key(random_bytes)
    write_key(path, key)
    write_durably(beside, key.public.text().encode() + b"\n")
    return key.public


def public_path(path: Path) -> Path:
    """Where the public half of a key file lies: `mine.pub` for `mine.key`."""
    return path.with_suffix(".pub") if path.suffix == ".key" else path.with_name(path.name + ".pub")


def secret_key(path: Path) -> SigningKey:
    """Raises BadFile."""
    try:
        return SigningKey(base64.b64decode(read_file(path).strip(), validate=True))
    except (ValueError, BadSignature) as error:
        raise BadFile("this is no officer's key", where=str(path), why=str(error), do="make one: fairlead trust key FILE") from error


def public_key(path: Path) -> PublicKey:
    """Raises BadFile."""
    try:
        return PublicKey.from_text(read_file(path).strip().decode("ascii"))
    except (ValueError, BadSignature) as error:
        do = "give the .pub file that fairlead trust key wrote"
        raise BadFile("this is no public key", where=str(path), why=str(error), do=do) from error


def read_file(path: Path) -> bytes:
    """The bytes of a file that somebody named, as long as they are few enough. Raises BadFile."""
    try:
        with path.open("rb") as file:
            raw = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise BadFile("a file cannot be read", where=str(path), why=str(error.strerror or error), do="name another") from error
    if len(raw) > BYTES_MAX:
        raise BadFile("a file is too long", where=str(path), why=f"more than {BYTES_MAX} bytes")
    return raw


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a trust folder that mean anything. Raises BadFile."""
    if not folder.is_dir():
        raise BadFile("there is no trust folder", where=str(folder), do="name the folder that holds 1.root.json")
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    if len(names) > FILES_MAX:
        raise BadFile("there are too many files in a trust folder", where=str(folder), why=f"more than {FILES_MAX}")
    roots = {trust.root_name(version) for version in trust.root_versions(dict.fromkeys(names, b""))}
    return {name: read_file(folder / name) for name in names if name in roots or name in (KEY_LIST_FILE, KEYS_FILE)}


def begin(folder: Path, keys: Sequence[SigningKey], named: Sequence[PublicKey], *, threshold: int, expires_ms: int) -> Step:
    """The first root, of the officers who sign now and those who are only named. Raises BadInput."""
    if (folder.exists() and not folder.is_dir()) or (folder.is_dir() and any(folder.iterdir())):
        raise BadInput("there is something in the folder already", where=str(folder), do="name a new folder")
    draft = trust.first_root([*(key.public for key in keys), *named], threshold=threshold, expires_ms=expires_ms)
    return _root_step(folder, trust.sign_root(draft, keys, before=None), before=None)


def rotate(
    folder: Path,
    old: Sequence[SigningKey],
    new: Sequence[SigningKey],
    named: Sequence[PublicKey],
    *,
    threshold: int,
    expires_ms: int,
) -> Step:
    """The next root: `new` and `named` are all the officers from then on; `old` sign as those before. Raises BadInput, BadSignature.

    Whoever signs the new root here signs the key list in force too, so that it holds under both roots where that is enough.
    """
    files = read_folder(folder)
    before = _last_root(files, folder)
    officers = [*(key.public for key in new), *named]
    draft = trust.next_root(before, officers, threshold=threshold, expires_ms=expires_ms)
    root = trust.sign_root(draft, [*old, *new], before=before)
    if KEY_LIST_FILE in files and KEYS_FILE in files:
        trust.key_list_standing(files[KEY_LIST_FILE], root=before, keys=files[KEYS_FILE])
        write_durably(folder / KEY_LIST_FILE, trust.sign_key_list(files[KEY_LIST_FILE], new, root=root, before=before))
    return _root_step(folder, root, before=before)


def publish(folder: Path, keys: bytes, signers: Sequence[SigningKey], *, expires_ms: int) -> Step:
    """The next key list, over these keys. Raises BadInput, MalformedBytes, BadSignature."""
    files = read_folder(folder)
    root = _last_root(files, folder)
    told = keys_bytes(keys)
    version = trust.key_list_version(files[KEY_LIST_FILE]) + 1 if KEY_LIST_FILE in files else 1
    draft = trust.key_list(told, version=version, expires_ms=expires_ms)
    return _key_list_step(folder, trust.sign_key_list(draft, signers, root=root), told, root=root)


def look(folder: Path, path: Path) -> Step:
    """How far a draft has come; nothing is written. Raises FairleadError."""
    raw, files = read_file(path), read_folder(folder)
    if is_root(raw, where=str(path)):
        return Step(path=path, standing=trust.root_standing(raw, before=_before(files, raw, folder)))
    keys = read_file(path.parent / KEYS_FILE)
    return Step(path=path, standing=trust.key_list_standing(raw, root=_last_root(files, folder), keys=keys))


def add_signatures(folder: Path, path: Path, signers: Sequence[SigningKey]) -> Step:
    """Sign a draft; with the signatures it needs it goes in force in the folder. Raises FairleadError."""
    look(folder, path)  # what does not follow is not signed
    raw, files = read_file(path), read_folder(folder)
    if is_root(raw, where=str(path)):
        before = _before(files, raw, folder)
        return _root_step(folder, trust.sign_root(raw, signers, before=before), before=before, draft=path)
    root, keys = _last_root(files, folder), read_file(path.parent / KEYS_FILE)
    return _key_list_step(folder, trust.sign_key_list(raw, signers, root=root), keys, root=root, draft=path)


def kept_versions(path: Path) -> Versions:
    """What this reader kept; nothing yet where there is no such file. Raises BadFile."""
    if not path.exists():
        return Versions()
    try:
        return read_as(read_file(path), Versions)
    except MalformedBytes as error:
        do = "restore it; without it an older state cannot be told from a newer one"
        raise BadFile("this is not what a reader kept", where=str(path), why=str(error), do=do) from error


def keep_versions(path: Path, versions: Versions) -> None:
    write_durably(path, encode({"key_list": versions.key_list, "root": versions.root}))


def _last_root(files: dict[str, bytes], folder: Path) -> bytes:
    """The last root, the whole chain checked from the earliest one here."""
    versions = trust.root_versions(files)
    if not versions:
        do = "end its draft with fairlead trust sign, or begin with fairlead trust init"
        raise BadFile("there is no root in the folder", where=str(folder), do=do)
    return trust.last_root(files, anchor=files[trust.root_name(versions[0])])


def _before(files: dict[str, bytes], draft: bytes, folder: Path) -> bytes | None:
    """The root before this one; none before the first. Raises BadInput when another root has this one's place already."""
    version = trust.root_version(draft)
    placed = files.get(trust.root_name(version))
    if placed is not None and not trust.say_the_same(placed, draft):
        do = "remove this draft, or rotate from the root that is in force"
        raise BadInput("another root of this version is in force", where=str(folder / trust.root_name(version)), do=do)
    earlier = {name: files[name] for one in range(1, version) if (name := trust.root_name(one)) in files}
    return _last_root(earlier, folder) if version > 1 else None


def _root_step(folder: Path, root: bytes, *, before: bytes | None, draft: Path | None = None) -> Step:
    standing = trust.root_standing(root, before=before)
    return _put(folder, {standing.name: root}, standing, draft)


def _key_list_step(folder: Path, listed: bytes, keys: bytes, *, root: bytes, draft: Path | None = None) -> Step:
    standing = trust.key_list_standing(listed, root=root, keys=keys)
    placed = folder / KEY_LIST_FILE
    if placed.is_file() and not trust.say_the_same(in_force := read_file(placed), listed):
        version = trust.key_list_version(in_force)
        if standing.version <= version:
            why = f"the draft is version {standing.version}, in force is version {version}"
            raise BadInput("a later key list is in force", where=str(placed), why=why, do="remove this draft and publish anew")
    return _put(folder, {KEYS_FILE: keys, KEY_LIST_FILE: listed}, standing, draft)


def _put(folder: Path, files: dict[str, bytes], standing: Standing, draft: Path | None) -> Step:
    """In its place when it has its signatures, otherwise among the drafts; a draft that came from elsewhere stays and is signed."""
    waiting = draft.parent if draft else folder / DRAFTS
    if draft is None and (waiting / standing.name).exists():
        do = "sign it with fairlead trust sign, or remove it"
        raise BadInput("there is a draft of this already", where=str(waiting / standing.name), do=do)
    if standing.missing or waiting not in (folder, folder / DRAFTS):
        for name, raw in files.items():
            write_durably(draft if draft and name == standing.name else waiting / name, raw)
    if standing.missing:
        return Step(path=draft or waiting / standing.name, standing=standing)
    for name, raw in files.items():
        write_durably(folder / name, raw)
    if waiting == folder / DRAFTS:
        for name in reversed(files):
            (draft if draft and name == standing.name else waiting / name).unlink(missing_ok=True)
    return Step(path=folder / standing.name, standing=standing)
