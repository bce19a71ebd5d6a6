"""The verb verify: an originator checks its own log from files alone; no node, no database, no network.

1. `DIR` is a node folder or a copy of its `log/` and of one or more homes. What a home trusts stands in its `trust.json`; what it
   holds the log against is the checkpoint it kept.
2. Reading files is all this file does; the judging is `receipt.audit` and `receipt.watch`, which import no disk.
3. A verified log is held against what its home keeps of its own: every signed record that the log speaks of is here, every one that is
   here is in the log, and no use came after an order that stopped it (P4).
4. A log whose home is not here is checked for form and signature with the keys another home trusts; its receipts are nobody's to see.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from fairlead.agreement.events import KINDS, BookChange, Override, Resume
from fairlead.agreement.order import Order
from fairlead.desk.receipts import Files, checked
from fairlead.envelope import Envelope, JsonValue, PublicKey, decode, envelope_from_json, sha256_hex
from fairlead.errors import FairleadError, NotANode, ProofFailed
from fairlead.receipt.audit import LogReport, Signatures, report_of, signed_from
from fairlead.receipt.log_keys import KIND as KEY_EVENT
from fairlead.receipt.log_keys import LogKeys, history, read_key_event
from fairlead.receipt.quorum import NOBODY, Quorum, read_quorum
from fairlead.receipt.rebuild import Finding, rebuild
from fairlead.receipt.watch import Halted, Kept, OwnSegment, breaches, halted, unlike
from fairlead.store.files import PUBLISHING, one_at_a_time

T = TypeVar("T")
WITNESSES: Final = "witnesses.quorum"
# Records a home gets.
DELIVERED: Final = frozenset({*KINDS, "segment-manifest", "segment-tombstone", "case-act", "custody-act", KEY_EVENT})
LOOKS: Final = 3  # a node that lives delivers a record a moment before or after it publishes the entry
BETWEEN_S: Final = 0.3


class Records:
    """The signed records delivered to a home, by kind and digest; what does not read is a finding."""

    def __init__(self, home: Path) -> None:
        self.found: dict[tuple[str, str], JsonValue] = {}
        self.findings: list[Finding] = []
        for path in sorted((home / "records").glob("*/*.json")):
            kind, name = path.parent.name, path.stem
            try:
                raw = path.read_bytes()
                if sha256_hex(raw) != name:
                    raise ProofFailed("a record at home is not what its name says", do="restore it from the node")
                self.found[kind, name] = decode(envelope_from_json(raw).payload_bytes)
            except (FairleadError, OSError) as error:
                self.findings.append(Finding(file=f"records/{kind}/{name}.json", what=str(error)))

    def of(self, kind: str, shape: type[T]) -> Iterator[tuple[str, T]]:
        """The records of a kind as values; one of another shape is a finding."""
        for (own, name), value in self.found.items():
            if own == kind:
                try:
                    yield name, msgspec.convert(value, shape)
                except msgspec.ValidationError as error:
                    self.findings.append(Finding(file=f"records/{kind}/{name}.json", what=f"is no {kind}: {error}"))


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One log as one home sees it."""

    party: str
    report: LogReport
    halts: tuple[Halted, ...] = ()
    records: Records | None = None  # of the home, where the log held


def verify_folder(root: Path, *, only: str = "", processes: int = 1) -> tuple[Verdict, ...]:
    """Check every log that has a home here, or only that of one party; where there are many receipts, by so many processes.

    Raises NotANode, ProofFailed (nothing to hold it to).
    """
    homes = sorted(path for path in (root / "homes").glob("*") if path.is_dir()) if (root / "homes").is_dir() else []
    if not (root / "log").is_dir() or not homes:
        raise NotANode("there is nothing to verify here", where=str(root), why="no log/ or no homes/", do="name a node folder")
    chosen = [home for home in homes if only in ("", home.name)]
    if not chosen:
        raise NotANode("no such home", where=f"{root}/homes/{only}", do=f"one of {', '.join(home.name for home in homes)}")
    verdicts = tuple(settled(root, home, processes=processes) for home in chosen)
    stray = _strays(root, {home.name for home in homes}) if not only else ()
    if stray:
        last = verdicts[-1]
        findings = (*last.report.findings, *stray)
        verdicts = (*verdicts[:-1], msgspec.structs.replace(last, report=msgspec.structs.replace(last.report, findings=findings)))
    return verdicts


def settled(root: Path, home: Path, *, checked_to: int = 0, signatures: Signatures = "all", processes: int = 1) -> Verdict:
    """The home's verdict; where a node lives in the folder, what home and log say of records is looked at again before it counts."""
    for look in range(LOOKS):
        with _unmoving(root):
            verdict = _verify_home(root, home, checked_to, signatures, processes)
        alive = os.access(root / PUBLISHING, os.W_OK)
        if not alive or not any(one.file.startswith("records/") for one in verdict.report.findings) or look == LOOKS - 1:
            break
        time.sleep(BETWEEN_S)
    return verdict


@contextmanager
def _unmoving(root: Path) -> Iterator[None]:
    """Where a node publishes into the folder, wait until it does not; a copy has no such lock, or none that can be taken."""
    if not (root / PUBLISHING).exists() or not os.access(root / PUBLISHING, os.W_OK):
        yield
        return
    with one_at_a_time(root / PUBLISHING):
        yield


def _verify_home(root: Path, home: Path, checked_to: int, signatures: Signatures, processes: int) -> Verdict:
    party = home.name
    keys = trusted(home, party)
    files = Files(root / "log" / party)
    kept_path = home / "kept" / f"{party}.checkpoint"
    kept = kept_path.read_bytes() if kept_path.is_file() else None
    log = rebuild(files, keys=keys, kept=kept, quorum=quorum_of(home))
    begin = signed_from(log, signatures, checked_to)
    parts = checked(home / "receipts" / party, keys=keys, log=log, checked_to=begin, processes=processes)
    report = report_of(log, parts, origin=keys.origin, files=len(files))
    if not report.holds:  # what does not hold says nothing about orders
        return Verdict(party=party, report=report)
    records = Records(home)
    halts, findings = _watched(home, report, records)
    return Verdict(party=party, report=msgspec.structs.replace(report, findings=findings), halts=halts, records=records)


def trusted(home: Path, party: str) -> LogKeys:
    """The origin of its log and the keys it has had, from the one this home trusts on. Raises ProofFailed when it trusts none."""
    path = home / "trust.json"
    try:
        said = json.loads(path.read_bytes())
        logs: dict[str, str] = said["logs"]
        origin = next(origin for origin in logs if origin.rpartition("/")[2] == party)
        first = PublicKey.from_text(logs[origin])
        operator = PublicKey.from_text(said["parties"][said["operator"]]) if "operator" in said else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError, FairleadError) as error:
        raise ProofFailed("the home trusts no key for its log", where=str(path), why=str(error) or type(error).__name__) from error
    return history(origin, first, operator, key_events(home, origin))


def key_events(home: Path, origin: str) -> list[Envelope]:
    """The changes of a log's key that were delivered to this home. One that does not read is found as any damaged record is."""
    found = []
    for path in sorted((home / "records" / KEY_EVENT).glob("*.json")):
        try:
            envelope = envelope_from_json(path.read_bytes())
            if read_key_event(envelope).log == origin:
                found.append(envelope)
        except (FairleadError, OSError):
            continue
    return found


def quorum_of(home: Path) -> Quorum:
    """Which witnesses this home asks for; nobody unless it says so. Raises MalformedBytes."""
    path = home / WITNESSES
    return read_quorum(path.read_bytes()) if path.is_file() else NOBODY


def _strays(root: Path, known: set[str]) -> tuple[Finding, ...]:
    """Files under log/ that belong to no log of a home here."""
    return tuple(
        Finding(file=path.relative_to(root / "log").as_posix(), what="no log of any home here has such a file")
        for path in sorted((root / "log").rglob("*"))
        if path.is_file() and path.relative_to(root / "log").parts[0] not in known
    )


def watch(root: Path, verdict: Verdict) -> tuple[Halted, ...]:
    """Each order of this home's party, with the uses it names before and after it, by their place in the verified log."""
    return verdict.halts


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    digest: str
    feed: str
    category: str
    from_ms: int
    to_ms: int


def _watched(home: Path, report: LogReport, records: Records) -> tuple[tuple[Halted, ...], tuple[Finding, ...]]:
    """The orders of this home held against its log, and everything that is not as they say (P4)."""
    said = entries_of(report)
    orders = {name: order for name, order in records.of("order", Order) if ("order", name) in said}
    ends = {resume.order: said["resume", name] for name, resume in records.of("resume", Resume) if ("resume", name) in said}
    ends |= {order.replaces: said["order", name] for name, order in orders.items() if order.replaces}
    kept = Kept(
        own={one.digest: one for one in _segments(records, said)},
        units=_units(home, records, said),
        overrides={one.id: said["override", name] for name, one in records.of("override", Override) if ("override", name) in said},
    )
    halts = tuple(
        halted(order, entry=said["order", name], ended_at=ends.get(order.id), uses=report.uses, kept=kept)
        for name, order in sorted(orders.items(), key=lambda item: said["order", item[0]])
    )
    spoiled = {tuple(one.file.removesuffix(".json").split("/")[1:]) for one in records.findings}
    there = {key for key in records.found if key[0] in DELIVERED} | {(kind, name) for kind, name in spoiled}
    return halts, (*records.findings, *unlike(said, there), *breaches(halts))


def entries_of(report: LogReport) -> dict[tuple[str, str], int]:
    """The entry that says a record was made, by kind and digest."""
    return {(held.kind, held.digest): use.index for use in report.uses for held in use.holdings if held.kind in DELIVERED}


def _segments(records: Records, said: Mapping[tuple[str, str], int]) -> Iterator[OwnSegment]:
    for name, one in records.of("segment-manifest", _Manifest):
        yield OwnSegment(**msgspec.structs.asdict(one), entry=said.get(("segment-manifest", name), -1))


def _units(home: Path, records: Records, said: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """The party of each unit: by the newest code-book the log says was signed, or what the home was founded with."""
    changes = [(said["book-change", name], one) for name, one in records.of("book-change", BookChange) if ("book-change", name) in said]
    books = [one.book for _, one in sorted(changes, key=lambda pair: pair[0])]
    if books:
        return {code: unit.party for code, unit in books[-1].units.items()}
    try:
        units = json.loads((home / "trust.json").read_bytes()).get("units", {})
        return {str(unit): str(party) for unit, party in units.items()}
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
