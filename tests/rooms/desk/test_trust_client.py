"""Our trust folders before the library's own client, which shares no line with how we read: the same keys, the same refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.exceptions import DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Snapshot, Timestamp
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface

from fairlead.desk.trust_format import instant
from fairlead.desk.trust_root import trusted_keys
from fairlead.envelope import SigningKey
from fairlead.errors import FairleadError
from tests.rooms.desk.trusting import KEYS, LATER_MS, NOW_MS, OFFICERS, Files, H, chain, changed, put


class Local(FetcherInterface):
    """The library's client, fed from our files."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def _fetch(self, url: str) -> Iterator[bytes]:
        name = url.rpartition("/")[2]
        if name not in self.files:
            raise DownloadHTTPError("none", 404)
        yield self.files[name]


def served(files: Files, signers: Sequence[SigningKey]) -> Files:
    """Our folder and the two files that a stock client wants and we do not serve, signed by the officers our root names for them."""
    one = Metadata(
        Snapshot(expires=instant(LATER_MS), meta={"targets.json": MetaFile(json.loads(files["targets.json"])["signed"]["version"])})
    )
    two = Metadata(Timestamp(expires=instant(LATER_MS), snapshot_meta=MetaFile(1)))
    for key in signers:
        public = SSlibKey(key.public.keyid, "ed25519", "ed25519", {"public": key.public.raw.hex()})
        for metadata in (one, two):
            metadata.sign(CryptoSigner(key._key, public), append=True)
    return {**files, "snapshot.json": one.to_bytes(), "timestamp.json": two.to_bytes()}


def stock(files: Files, anchor: bytes, folder: Path) -> bytes:
    for name in ("metadata", "fetched"):
        (folder / name).mkdir()
    updater = Updater(str(folder / "metadata"), "local:/m", str(folder / "fetched"), "local:/t", Local(files), bootstrap=anchor)
    updater.refresh()
    info = updater.get_targetinfo("keys.json")
    assert info is not None
    with open(updater.download_target(info), "rb") as file:
        return file.read()


def test_the_librarys_own_client_reads_our_folder_to_the_same_keys(tmp_path):
    files = served(chain(4), OFFICERS[6:8])
    assert trusted_keys(files, anchor=files["1.root.json"], now_ms=NOW_MS).versions.root == 4
    assert stock(files, files["1.root.json"], tmp_path) == KEYS


@pytest.mark.parametrize("name", ["2.root.json", "4.root.json", "targets.json", "keys.json"])
def test_the_librarys_own_client_refuses_what_we_refuse(tmp_path, name):
    files = served(chain(4), OFFICERS[6:8])
    files[name] = files[name].replace(b"a", b"b", 1) if name == "keys.json" else changed(files[name], put("version", 9), [H])
    with pytest.raises(FairleadError):
        trusted_keys(files, anchor=files["1.root.json"], now_ms=NOW_MS)
    with pytest.raises(RepositoryError):
        stock(files, files["1.root.json"], tmp_path)
