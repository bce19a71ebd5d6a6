"""Checking a bundle file, with no node: what its reader trusts, what it proved, and what its timestamps say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import msgspec

from fairlead.desk import stamp
from fairlead.desk.trust_folder import read_folder
from fairlead.desk.trust_root import trusted_keys
from fairlead.envelope import JsonValue, PublicKey
from fairlead.errors import BadInput, FairleadError, ProofFailed
from fairlead.receipt.bundle import Anchors, Checked, check_bundle, read_bundle
from fairlead.receipt.note import verifier_of
from fairlead.receipt.quorum import NOBODY, read_quorum
from fairlead.receipt.rebuild import Finding

UNCHECKED: Final = "not checked: name the authority's root with --tsa-root"


def anchors_of(
    *, key: str = "", trust: Path | None = None, rule: Path | None = None, anchor: Path | None = None, now_ms: int = 0
) -> Anchors:
    """What the reader trusts: a key (base64 or NAME+ID+KEY), a `trust.json` or a trust folder with the root it starts from, a quorum
    file. Raises BadInput, MalformedBytes, ProofFailed for a trust root that does not hold at `now_ms`."""
    keys: list[PublicKey] = []
    operator = None
    if key:
        keys.append(verifier_of(key).key if "+" in key and key.count("+") >= 2 and not _is_base64(key) else PublicKey.from_text(key))
    if trust is not None and trust.is_dir():
        if anchor is None:
            raise BadInput("a trust folder is believed from a root you already trust", where=str(trust), do="name it with --anchor")
        found = trusted_keys(read_folder(trust), anchor=_read(anchor), now_ms=now_ms)
        keys += [rows[0].key for rows in found.keys.logs.values()]
    elif trust is not None:
        try:
            said = json.loads(trust.read_bytes())
            keys += [PublicKey.from_text(text) for text in said["logs"].values()]
            operator = PublicKey.from_text(said["parties"][said["operator"]]) if "operator" in said else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, FairleadError) as error:
            raise BadInput(
                "the file of trusted keys does not read", where=str(trust), why=str(error) or type(error).__name__
            ) from error
    quorum = read_quorum(_read(rule)) if rule is not None else NOBODY
    return Anchors(log_keys=(*keys, *(one.key for one in quorum.logs)), operator=operator, quorum=quorum)


def _is_base64(key: str) -> bool:
    try:
        PublicKey.from_text(key)
    except FairleadError:
        return False
    return True


def check_bundle_file(file: Path, anchors: Anchors, roots: Path | None) -> tuple[Checked, list[str]]:
    """What the file proved, and a line about each timestamp. Raises BadInput for what is no bundle."""
    checked = check_bundle(read_bundle(_read(file)), anchors)
    told: list[str] = []
    findings = list(checked.findings)
    for at, response in enumerate(checked.timestamps):
        if roots is None:
            told.append(UNCHECKED)
            continue
        try:
            told.append(f"there at {stamp.check(response, checked.stamped, _read(roots))}")
        except (BadInput, ProofFailed) as error:
            told.append("DOES NOT HOLD")
            findings.append(Finding(file="timestamps", entry=at, what=str(error)))
    return msgspec.structs.replace(checked, findings=tuple(findings)), told


def checked_value(checked: Checked, stamps: list[str]) -> JsonValue:
    """What a check told, as JSON values."""
    head = checked.head
    return {
        "log": checked.log,
        "size": head.checkpoint.size if head else 0,
        "root": head.checkpoint.root.hex() if head else "",
        "anchored": checked.anchored,
        "holds": checked.holds,
        "cosigned": [{"witness": one.name, "at_s": one.at_s} for one in head.cosigned] if head else [],
        "timestamps": list(stamps),
        "receipts": [msgspec.to_builtins(one) for one in checked.receipts],
        "findings": [msgspec.to_builtins(one) for one in checked.findings],
    }


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput("the file does not read", where=str(path), why=error.strerror or str(error)) from error
