"""The verb verify: an originator checks its own log from files alone; no node, no database, no network.

1. `DIR` is a node folder or a copy of its `log/` and of one or more homes. What a home trusts stands in its `trust.json`; what it
   holds the log against is the checkpoint it kept.
2. Reading files is all this file does; the judging is `receipt.audit`, which imports no disk.
3. A log whose home is not here is checked for form and signature with the keys another home trusts; its receipts are nobody's to see.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from fairlead.agreement.events import Resume
from fairlead.agreement.order import Order
from fairlead.envelope import Envelope, PublicKey, decode, envelope_from_json, sha256_hex
from fairlead.errors import NotANode, ProofFailed
from fairlead.receipt.audit import LogReport, audit_log
from fairlead.receipt.rebuild import Finding
from fairlead.receipt.watch import Halted, OwnSegment, halted
from fairlead.store.files import PUBLISHING, one_at_a_time

CHECKPOINT = "checkpoint"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One log as one home sees it."""

    party: str
    report: LogReport


def verify_folder(root: Path, *, only: str = "") -> tuple[Verdict, ...]:
    """Check every log that has a home here, or only that of one party. Raises NotANode, ProofFailed (nothing to hold it to)."""
    homes = sorted(path for path in (root / "homes").glob("*") if path.is_dir()) if (root / "homes").is_dir() else []
    if not (root / "log").is_dir() or not homes:
        raise NotANode("there is nothing to verify here", where=str(root), why="no log/ or no homes/", do="name a node folder")
    chosen = [home for home in homes if only in ("", home.name)]
    if not chosen:
        raise NotANode("no such home", where=f"{root}/homes/{only}", do=f"one of {', '.join(home.name for home in homes)}")
    with _unmoving(root):
        verdicts = tuple(_verify_home(root, home) for home in chosen)
    stray = _strays(root, {home.name for home in homes}) if not only else ()
    if stray:
        last = verdicts[-1]
        findings = (*last.report.findings, *stray)
        verdicts = (*verdicts[:-1], Verdict(party=last.party, report=msgspec.structs.replace(last.report, findings=findings)))
    return verdicts


@contextmanager
def _unmoving(root: Path) -> Iterator[None]:
    """Where a node publishes into the folder, wait until it does not; a copy has no such lock, or none that can be taken."""
    if not (root / PUBLISHING).exists() or not os.access(root / PUBLISHING, os.W_OK):
        yield
        return
    with one_at_a_time(root / PUBLISHING):
        yield


def _verify_home(root: Path, home: Path) -> Verdict:
    party = home.name
    origin, key = _trusted(home, party)
    folder = root / "log" / party
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    delivered = home / "receipts" / party
    receipts = [(path.name, path.read_bytes()) for path in sorted(delivered.glob("*"))] if delivered.is_dir() else []
    kept_path = home / "kept" / f"{party}.checkpoint"
    kept = kept_path.read_bytes() if kept_path.is_file() else None
    return Verdict(party=party, report=audit_log(files, origin=origin, key=key, kept=kept, receipts=receipts))


def _trusted(home: Path, party: str) -> tuple[str, PublicKey]:
    """The origin and key of its log, as this home trusts them. Raises ProofFailed when it trusts none."""
    path = home / "trust.json"
    try:
        logs: dict[str, str] = json.loads(path.read_bytes())["logs"]
        origin = next(origin for origin in logs if origin.rpartition("/")[2] == party)
        return origin, PublicKey.from_text(logs[origin])
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise ProofFailed("the home trusts no key for its log", where=str(path), why=str(error) or type(error).__name__) from error


def _strays(root: Path, known: set[str]) -> tuple[Finding, ...]:
    """Files under log/ that belong to no log of a home here."""
    return tuple(
        Finding(file=path.relative_to(root / "log").as_posix(), what="no log of any home here has such a file")
        for path in sorted((root / "log").rglob("*"))
        if path.is_file() and path.relative_to(root / "log").parts[0] not in known
    )


def watch(root: Path, verdict: Verdict) -> tuple[Halted, ...]:
    """Each order of this home's party, with the uses it names before and after it, by their place in the verified log."""
    home = root / "homes" / verdict.party
    units = {str(unit): str(party) for unit, party in json.loads((home / "trust.json").read_bytes()).get("units", {}).items()}
    own = _own_segments(home)
    places = {held.digest: use.index for use in verdict.report.uses for held in use.holdings if held.kind in ("order", "resume")}
    lifts = {
        resume.order: places[name]
        for name, envelope in _records(home, "resume")
        if name in places and (resume := msgspec.convert(decode(envelope.payload_bytes), Resume))
    }
    found = []
    for name, envelope in _records(home, "order"):
        order = msgspec.convert(decode(envelope.payload_bytes), Order)
        if name in places:
            found.append(
                halted(
                    order,
                    entry=places[name],
                    lifted_at=lifts.get(order.id),
                    uses=verdict.report.uses,
                    own=own,
                    units=units,
                )
            )
    return tuple(sorted(found, key=lambda one: one.entry))


def _own_segments(home: Path) -> dict[str, OwnSegment]:
    found = {}
    for _, envelope in _records(home, "segment-manifest"):
        manifest = decode(envelope.payload_bytes)
        if isinstance(manifest, dict):
            found[str(manifest["digest"])] = OwnSegment(feed=str(manifest["feed"]), category=str(manifest["category"]))
    return found


def _records(home: Path, kind: str) -> list[tuple[str, Envelope]]:
    """The records of a kind delivered to a home, by digest; a file whose name is not its digest is a finding of its own."""
    found = []
    for path in sorted((home / "records" / kind).glob("*.json")):
        raw = path.read_bytes()
        if sha256_hex(raw) != path.stem:
            raise ProofFailed("a record at home is not what its name says", where=str(path), do="restore it from the node")
        found.append((path.stem, envelope_from_json(raw)))
    return found
