"""The verb monitor, which an originator runs over and over: its log fetched, verified, held against its own terms, and told in figures.

1. It works on a folder with `log/PARTY` and `homes/PARTY`, the party's own. With an address it first fetches what is new into that
   folder, so that the folder is a mirror a node can be refilled from.
2. What is fetched takes the place of nothing before it proved to extend what is there; when it does not, both heads are kept as
   evidence, because they are signed.
3. It keeps its own checkpoint: a log that ever shows less, or other, is found at the next look.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from fairlead.agreement.events import Amend, Denounce, Override
from fairlead.agreement.terms import Grant
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.home import Home
from fairlead.desk.node import Node
from fairlead.desk.served import receipts_in
from fairlead.desk.verify import Records, Verdict, entries_of, quorum_of, settled, trusted
from fairlead.envelope import JsonValue, decode
from fairlead.errors import BadInput, FairleadError, NotANode, ProofFailed
from fairlead.receipt import prove
from fairlead.receipt.alarms import Alarm, Line, Terms, alarms, by_holding, lines, over_time
from fairlead.receipt.checkpoint import Checkpoint, checkpoint_of, open_head
from fairlead.receipt.rebuild import CHECKPOINT, COSIGNED
from fairlead.receipt.receipt import receipt_name
from fairlead.receipt.tiles import ENTRIES, Tile, new_tiles, tiles_for
from fairlead.receipt.tree import check_consistency
from fairlead.receipt.watch import READS
from fairlead.store.files import write_durably, write_together

Fetch: TypeAlias = Callable[[str], bytes]  # a path below the log's address -> its bytes; raises BadInput for what is not there
STEPS: Final = 48  # steps of time the figures are told in
STEP_MIN_MS: Final = 60_000
HOLDINGS_SHOWN: Final = 50
WAIT_S: Final = 30
BYTES_MAX: Final = 256 * 1024 * 1024


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at one log told."""

    party: str
    verdict: Verdict
    alarms: tuple[Alarm, ...]
    lines: tuple[Line, ...]
    holdings: tuple[tuple[str, int], ...]
    steps: tuple[tuple[int, str, str, int], ...]
    step_ms: int
    titles: dict[str, str]  # of the party's own segments, by digest
    fetched: int = 0

    @property
    def holds(self) -> bool:
        return self.verdict.report.holds


def look(root: Path, party: str, *, now_ms: int, fetched: int = 0, processes: int = 1) -> Watched:
    """Verify the log in a folder and tell what to look at. `now_ms`: 0 when the node's clock is of another time than the reader's.
    `processes`: how many check the receipts where there are many.

    Raises NotANode, ProofFailed when there is nothing to hold it to.
    """
    home = root / "homes" / party
    if not home.is_dir() or not (root / "log" / party).is_dir():
        raise NotANode("there is no such home and log to monitor", where=f"{root}, {party}", do="name the folder that has both")
    verdict = settled(root, home, checked_to=_checked_to(home, party), processes=processes)
    report = verdict.report
    reads = [use for use in report.uses if use.act in READS]
    step_ms = _step([use.at_ms for use in reads])
    found: tuple[Alarm, ...] = ()
    titles: dict[str, str] = {}
    if verdict.records is not None:
        said = entries_of(report)
        seen = None
        if report.cosigned_size is not None:
            head = open_head((root / "log" / party / COSIGNED).read_bytes(), trusted(home, party), quorum_of(home).verifiers)
            if head.cosigned:
                seen = (head.checkpoint.size, 1000 * min(one.at_s for one in head.cosigned))
        live = seen if all(use.clock == "system" for use in report.uses) else None
        found = alarms(
            report.uses,
            report.refusals,
            terms=terms_of(verdict.records, said),
            overrides={
                one.id: said["override", name] for name, one in verdict.records.of("override", Override) if ("override", name) in said
            },
            now_ms=now_ms if all(use.clock == "system" for use in report.uses) else 0,
            seen=live,
        )
        titles = _titles(verdict.records)
    return Watched(
        party=party,
        verdict=verdict,
        alarms=found,
        lines=lines(reads),
        holdings=by_holding(reads, most=HOLDINGS_SHOWN),
        steps=over_time(reads, step_ms=step_ms),
        step_ms=step_ms,
        titles=titles,
        fetched=fetched,
    )


def _checked_to(home: Path, party: str) -> int:
    """Entries whose signatures an earlier look of this monitor checked: those under the head it kept then."""
    try:
        said, head = (home / "kept" / f"{party}.looked").read_bytes(), (home / "kept" / f"{party}.checkpoint").read_bytes()
        return checkpoint_of(head.decode("utf-8").rpartition("\n\n")[0] + "\n").size if said == head else 0
    except (OSError, FairleadError, UnicodeDecodeError):
        return 0


def watched(node: Node, asker: Asker, *, party: str = "") -> Outcome:
    """The look at a party's own log where it is published; another's for oversight. Raises ProofFailed."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    oversees = node.coalition.book.units[asker.unit].regime == "oversight"
    wanted = party if party in node.logs and oversees else party_of(node, asker)
    return answer(as_value(look(node.root, wanted, now_ms=node.clock.now_ms())))


def terms_of(records: Records, said: dict[tuple[str, str], int]) -> tuple[Terms, ...]:
    """Every version of every agreement this home signed, with the entries between which it stood."""
    versions: dict[str, list[tuple[int, Grant]]] = {}
    for name, grant in records.of("grant", Grant):
        if ("grant", name) in said:
            versions.setdefault(grant.id, []).append((said["grant", name], grant))
    for name, amend in records.of("amend", Amend):
        if ("amend", name) in said:
            versions.setdefault(amend.terms.id, []).append((said["amend", name], amend.terms))
    ends: dict[str, tuple[int, int]] = {}
    for name, end in records.of("denounce", Denounce):
        if ("denounce", name) in said:
            ends[end.agreement] = (said["denounce", name], end.ends_ms)
    found: list[Terms] = []
    for id, those in versions.items():
        those.sort(key=lambda pair: pair[0])
        for at, (entry, grant) in enumerate(those):
            until = those[at + 1][0] if at + 1 < len(those) else 2**62
            found.append(Terms(grant=grant, from_entry=entry, to_entry=until, ends_ms=ends.get(id, (0, 2**62))[1]))
    return tuple(found)


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    digest: str
    feed: str
    category: str


def _titles(records: Records) -> dict[str, str]:
    return {one.digest: f"{one.feed}, {one.category}" for _, one in records.of("segment-manifest", _Manifest)}


def _step(instants: list[int]) -> int:
    """A round step that cuts the time there is into at most `STEPS`."""
    wide = (max(instants) - min(instants)) // STEPS if instants else 0
    minutes = (1, 5, 10, 30, 60, 180, 360, 1440, 10_080, 43_200)
    return next((STEP_MIN_MS * one for one in minutes if STEP_MIN_MS * one >= wide), STEP_MIN_MS * minutes[-1])


def keep(root: Path, one: Watched) -> None:
    """From now on the log must extend what was just verified."""
    head = (root / "log" / one.party / CHECKPOINT).read_bytes()
    home = Home(root, one.party)
    home.keep(one.party, head)
    write_durably(home.kept / f"{one.party}.looked", head)


def http_fetch(address: str) -> Fetch:
    """Fetch below a log's address. Raises BadInput for what is not there and for a server that is not."""
    if not address.startswith(("http://", "https://")):
        raise BadInput("this is not the address of a log", where=address[:200], do="it begins with http:// or https://")

    def fetch(path: str) -> bytes:
        try:
            with urllib.request.urlopen(address.rstrip("/") + "/" + path, timeout=WAIT_S) as answer:
                body: bytes = answer.read(BYTES_MAX + 1)
        except urllib.error.HTTPError as error:
            raise BadInput("the log's server does not give this", where=path, why=f"status {error.code}") from error
        except (OSError, ValueError) as error:
            raise BadInput("the log's server cannot be reached", where=address[:200], why=str(error), do="try again later") from error
        if len(body) > BYTES_MAX:
            raise BadInput("the log's server gives more than this reader takes", where=path)
        return body

    return fetch


def fetch_log(root: Path, party: str, fetch: Fetch, *, progress: Callable[[int, int], None] = lambda done, size: None) -> int:
    """Bring the mirror in `root` up to the log's head; how many entries came. Raises BadInput, ProofFailed, MalformedBytes."""
    home, folder = root / "homes" / party, root / "log" / party
    _records(home, fetch)
    keys = trusted(home, party)
    note = fetch(CHECKPOINT)
    head = open_head(note, keys).checkpoint
    before = _head(folder / CHECKPOINT, keys_of=lambda raw: open_head(raw, keys).checkpoint)
    old = before.size if before is not None else 0
    incoming = root / ".incoming" / party
    shutil.rmtree(incoming, ignore_errors=True)
    if before is not None and (head.size < old or (head.size == old and head.root != before.root)):
        raise _other_history(root, party, folder, note, f"it has {head.size} entries, {old} were there before")
    for tile in new_tiles(old, head.size):
        path = incoming / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fetch(tile.path))
    shelf = _shelf(incoming, folder)
    proof = prove.consistency(shelf, old=old, new=head.size)
    root_now = prove.root(shelf, head.size)
    if root_now != head.root:
        raise ProofFailed("what was fetched does not give the signed root", where=f"{keys.origin}, {head.size} entries")
    if before is not None and not check_consistency(old=old, old_root=before.root, new=head.size, new_root=head.root, proof=proof):
        raise _other_history(root, party, folder, note, f"its first {old} entries are not those that were there before")
    receipts = home / "receipts" / party
    start = old - old % 256
    for first in range(start, head.size, 256):
        width = min(256, head.size - first)
        bundle = Tile(level=ENTRIES, number=first // 256, width=width).path.replace("entries", "receipts", 1)
        given = receipts_in(fetch(bundle), width)
        fresh = [(receipts / receipt_name(first + at), raw) for at, raw in enumerate(given) if first + at >= old]
        if fresh:
            write_together(fresh, folder=root)
        progress(first + width, head.size)
    files = [(folder / path.relative_to(incoming), path.read_bytes()) for path in sorted(incoming.rglob("*")) if path.is_file()]
    if files:
        write_together(files, folder=root)
    write_durably(folder / CHECKPOINT, note)
    _clean(folder, head.size)
    with contextlib.suppress(BadInput):  # a log that has no witness has none
        write_durably(folder / COSIGNED, fetch(COSIGNED))
    shutil.rmtree(root / ".incoming", ignore_errors=True)
    return head.size - old


def _records(home: Path, fetch: Fetch) -> None:
    """The signed records of the party that are not here yet; each lies under its own digest, so a wrong one is found."""
    listed = decode(fetch("records"))
    if not isinstance(listed, Iterable):
        raise BadInput("the list of records does not read")
    for one in listed:
        if not (isinstance(one, list | tuple) and len(one) == 2 and all(isinstance(part, str) for part in one)):
            raise BadInput("the list of records does not read", where=str(one)[:80])
        kind, name = str(one[0]), str(one[1])
        if not kind.replace("-", "").isalpha() or not kind.isascii() or len(name) != 64 or not name.isalnum():
            raise BadInput("the list of records names what is none", where=f"{kind[:40]}/{name[:80]}")
        path = home / "records" / kind / f"{name}.json"
        if not path.is_file():
            write_durably(path, fetch(f"records/{kind}/{name}.json"))


def _shelf(*folders: Path) -> prove.Shelf:
    """Tiles from the first folder that has them at this width, or wider."""

    def read(tile: Tile) -> bytes:
        for folder in folders:
            for path in (folder / tile.path, folder / msgspec.structs.replace(tile, width=256).path):
                if path.is_file():
                    return path.read_bytes()
        raise BadInput("a tile is missing", where=tile.path)

    return read


def _head(path: Path, *, keys_of: Callable[[bytes], Checkpoint]) -> Checkpoint | None:
    try:
        return keys_of(path.read_bytes())
    except (OSError, FairleadError):
        return None


def _other_history(root: Path, party: str, folder: Path, note: bytes, why: str) -> ProofFailed:
    """Keep both heads, which the log signed, and say so."""
    evidence = root / "homes" / party / "evidence"
    size = note.split(b"\n")[1].decode("ascii", "replace") if note.count(b"\n") > 1 else "0"
    write_durably(evidence / f"kept-{size}.checkpoint", (folder / CHECKPOINT).read_bytes())
    write_durably(evidence / f"shown-{size}.checkpoint", note)
    do = f"both heads are kept in homes/{party}/evidence: the log's own signatures prove it"
    return ProofFailed("the log shows another history", where=party, why=why, do=do)


def _clean(folder: Path, size: int) -> None:
    keep_paths = {tile.path for tile in tiles_for(size)} | {CHECKPOINT, COSIGNED}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in keep_paths:
            os.unlink(path)


def as_value(one: Watched) -> JsonValue:
    """The look as JSON values; what is not known is absent."""
    report = one.verdict.report
    value: dict[str, JsonValue | None] = {
        "party": one.party,
        "log": report.origin,
        "size": report.size,
        "root": report.root,
        "holds": report.holds,
        "fetched": one.fetched,
        "kept_size": report.kept_size,
        "cosigned_size": report.cosigned_size,
        "cosigned_by": list(report.cosigned_by),
        "receipts": report.receipts,
        "covers": report.covers,
        "findings": [
            {name: said for name, said in msgspec.to_builtins(finding).items() if said is not None} for finding in report.findings
        ],
        "alarms": [msgspec.to_builtins(alarm) for alarm in one.alarms[:1000]],
        "alarms_count": len(one.alarms),
        "uses": [msgspec.to_builtins(line) for line in one.lines],
        "holdings": [{"digest": digest, "uses": count, "title": one.titles.get(digest, "")} for digest, count in one.holdings],
        "step_ms": one.step_ms,
        "steps": [{"from_ms": at, "unit": unit, "purpose": purpose, "uses": count} for at, unit, purpose, count in one.steps],
        "orders": [
            {"order": halt.order.id, "entry": halt.entry, "after": len(halt.after), "unsure": len(halt.unsure)}
            for halt in one.verdict.halts
        ],
    }
    return {name: said for name, said in value.items() if said is not None}
