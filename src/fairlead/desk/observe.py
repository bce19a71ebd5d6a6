"""The verb observe: a file of a sensor or a person becomes labelled holdings, and every line of it is accounted for.

1. Kept, rejected, duplicate or set aside: the four add up to the lines read, and the count says so.
2. Each chunk is one transaction: the segment file is on the disk before the row that names it, the row before its receipt. A killed
   ingest leaves whole chunks; running it again finds them as duplicates and goes on.
3. The label is the feed's own, set by its originator; a report may narrow it and cannot widen it (P3).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from fairlead.agreement import Reason
from fairlead.agreement.selector import SourceFacts
from fairlead.desk import record
from fairlead.desk.answer import Refused
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, refuse
from fairlead.desk.brought import Brought
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, digest_of, encode, envelope_to_json, new_id, sha256_hex
from fairlead.errors import BadFile, BadInput, UnreadableLabel
from fairlead.intake.coalition import Feed, readers
from fairlead.intake.feed_file import read_feed_file
from fairlead.intake.layout.sighting import label_of, read_sighting, row_of
from fairlead.intake.quarantine import Quarantine
from fairlead.intake.read import detections_of
from fairlead.intake.segment_file import segment_bytes, segment_path, stated_path, statement_bytes
from fairlead.label import Label, label_hash
from fairlead.label.codebook import need
from fairlead.report.detection import Detections, once, segment_digest
from fairlead.report.distress import of_detections, of_report
from fairlead.report.holding import FOREVER_MS, Holding, Kind
from fairlead.report.statement import Statements, hourly, nothing_stated
from fairlead.store import holdings
from fairlead.store.database import Tx
from fairlead.store.files import write_durably

Progress = Callable[[int, int], None]  # lines read so far, detections kept so far
SECOND_MS = 1000
REGISTERS = ("ftm",)  # layouts of statements alone, which any AIS feed may bring beside its own


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every line of a file (a sighting report counts as one line)."""

    file: str
    feed: str
    lines: int = 0
    kept: int = 0
    rejected: int = 0
    duplicate: int = 0
    set_aside: dict[str, int] = {}
    segments: int = 0
    quarantine: str = ""
    broken_off: str = ""

    @property
    def adds_up(self) -> bool:
        return self.lines == self.kept + self.rejected + self.duplicate + sum(self.set_aside.values())

    @property
    def none_fits(self) -> bool:
        """Lines were read and not one was recognised: the file is in another layout than its feed's."""
        return self.rejected > 0 and self.rejected == self.lines - sum(self.set_aside.get(kind, 0) for kind in ("header", "blank"))


def observe(
    node: Node,
    asker: Asker,
    path: Path,
    feed: str,
    *,
    date: datetime.date | None = None,
    mapping: Path | None = None,
    layout: str = "",
    progress: Progress | None = None,
    confirm_unreadable: str = "",
) -> Count | Refused:
    """Read a file of a feed into holdings; a `layout` that is not the feed's own is one of REGISTERS. Raises UnknownCode, BadFile,
    LabelFault, LogFault; a file that breaks off says so in the count, and what came before is kept."""
    need(node.coalition.feeds, feed, what="feed", where=path.name)
    found = node.coalition.feeds[feed]
    if layout and layout != found.layout:
        need(REGISTERS if found.facts.kind == "ais" else (), layout, what="layout beside the feed's own", where=path.name)
        found = msgspec.structs.replace(found, layout=layout)
    act = "report" if found.facts.kind == "sighting" else "observe"
    reasons = entitled(node, asker, act=act, party=found.facts.originator) or _operates(found, asker)
    if reasons:
        return refuse(node, asker, act=act, reasons=reasons)
    if found.facts.kind == "sighting":
        count = _sighting(node, asker, path, found, confirm_unreadable)
    else:
        count = _detections(node, asker, path, found, date, mapping, progress)
    node.publish()
    if not count.adds_up:  # every line is accounted for, or the count is not to be believed
        raise BadInput("the lines of the file are not all accounted for", where=path.name, why=repr(count))
    return count


def _operates(feed: Feed, asker: Asker) -> tuple[Reason, ...]:
    if asker.unit == feed.unit:
        return ()
    return (Reason(conjunct="role", detail=f"feed {feed.facts.name} is operated by another unit"),)


def _detections(
    node: Node, asker: Asker, path: Path, feed: Feed, date: datetime.date | None, mapping: Path | None, progress: Progress | None
) -> Count:
    count = Count(file=path.name, feed=feed.facts.name)
    brought = Brought(root=node.root, feed=feed.facts.name)
    with Quarantine(node.root / "quarantine", path.name, feed.facts.name) as quarantine:
        chunks = read_feed_file(path, layout=feed.layout, feed=feed.facts, date=date, mapping=mapping)
        while True:
            try:
                chunk = next(chunks)
            except StopIteration:
                break
            except BadFile as error:
                if not count.lines:
                    raise
                count = msgspec.structs.replace(count, broken_off=str(error))
                break
            quarantine.add(chunk.rejected)
            kept, segments = _keep(node, asker, feed, feed.label, chunk.detections, chunk.statements, brought)
            aside = dict(count.set_aside)
            for kind, number in chunk.set_aside.items():
                aside[kind] = aside.get(kind, 0) + number
            count = msgspec.structs.replace(
                count,
                lines=count.lines + chunk.lines,
                kept=count.kept + kept,
                rejected=count.rejected + len(chunk.rejected),
                duplicate=count.duplicate + len(chunk.detections) - kept,
                set_aside=aside,
                segments=count.segments + segments,
            )
            if progress is not None:
                progress(count.lines, count.kept)
        path_shown = quarantine.path.relative_to(node.root).as_posix() if quarantine.count else ""
    return msgspec.structs.replace(count, quarantine=path_shown)


def _sighting(node: Node, asker: Asker, path: Path, feed: Feed, confirm_unreadable: str) -> Count:
    count = Count(file=path.name, feed=feed.facts.name, lines=1)
    report, narrowed = read_sighting(path)
    label = label_of(node.coalition.book, feed.label, narrowed)
    unreadable = not readers(node.coalition.book, label)
    if unreadable and not confirm_unreadable:
        raise UnreadableLabel("nobody could read this report", where=path.name, do="widen its terms, or confirm it with a reason")
    detections = detections_of([row_of(report)])
    value: JsonValue = msgspec.to_builtins(report)
    body: dict[str, JsonValue] = {"report": value, "title": _title(report.vessel_type)}
    if unreadable:
        body["confirmed_unreadable"] = confirm_unreadable
    brought = Brought(root=node.root, feed=feed.facts.name)
    kept, _ = _keep(node, asker, feed, label, detections, nothing_stated(), brought, kind="report", body=body)
    return msgspec.structs.replace(count, kept=kept, duplicate=1 - kept, segments=kept)


def _title(vessel_type: str) -> str:
    return f"sighting: {vessel_type}"


def _keep(
    node: Node,
    asker: Asker,
    feed: Feed,
    label: Label,
    detections: Detections,
    statements: Statements,
    brought: Brought,
    *,
    kind: Kind = "segment",
    body: dict[str, JsonValue] | None = None,
) -> tuple[int, int]:
    """Store what of these is new, in one transaction; how many detections were kept, and in how many segments. Two reports that say
    different things of one detection are two, so a report is known by all that it says."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        if body is None:
            kept, stated = brought.fresh(tx, once(detections), hourly([statements]))
        else:
            kept, stated = detections, statements
            if not holdings.unseen(tx, feed.facts.name, [bytes.fromhex(digest_of(body))]):
                return 0, 0
        if not len(kept) and not len(stated):
            return 0, 0
        holding = _holding(node, feed, label, kept, stated, kind, at_ms)
        if body is not None:
            holding = msgspec.structs.replace(holding, digest=digest_of(body))
        source = source_facts(feed, holding, kept)
        distress = bool(of_detections(kept) if body is None else of_report(body["report"]))
        manifest = _record(node, tx, asker, feed, holding, body, source, rows=len(kept), at_ms=at_ms, distress=distress)
        path = segment_path(node.root, holding.id)
        write_durably(stated_path(path), statement_bytes(stated))
        write_durably(path, segment_bytes(kept))
    node.home(feed.facts.originator).deliver("segment-manifest", sha256_hex(manifest), manifest)
    return len(kept), 1


def _holding(node: Node, feed: Feed, label: Label, kept: Detections, stated: Statements, kind: Kind, at_ms: int) -> Holding:
    times = np.concatenate([kept.t_ms, stated.first_ms, stated.last_ms])
    last_ms = int(times.max())
    return Holding(
        id=new_id(node.random_bytes(16)),
        kind=kind,
        label=label,
        digest=segment_digest(feed.facts.name, kept, stated),
        t_min_ms=int(times.min()),
        t_max_ms=last_ms,
        not_before_ms=0,
        expires_ms=last_ms + feed.retention_s * SECOND_MS if feed.retention_s else FOREVER_MS,
        created_ms=at_ms,
        feed=feed.facts.name,
    )


def source_facts(feed: Feed, holding: Holding, kept: Detections) -> SourceFacts:
    """What an order may choose this source by, now and later; `kept` are its detections."""
    return SourceFacts(
        label=holding.label,
        feed=holding.feed,
        sensor=feed.by,
        channel=feed.channel,
        asset=feed.asset,
        t_min_ms=holding.t_min_ms,
        t_max_ms=holding.t_max_ms,
        box=_box(kept),
        objects=frozenset(str(mmsi) for mmsi in np.unique(kept.mmsi).tolist() if mmsi) | {holding.digest},
    )


def _box(kept: Detections) -> tuple[int, int, int, int]:
    """South, west, north, east in 1e-7 degree; statements without a position may be from anywhere."""
    if not len(kept):
        return -900_000_000, -1_800_000_000, 900_000_000, 1_800_000_000
    return int(kept.lat_e7.min()), int(kept.lon_e7.min()), int(kept.lat_e7.max()), int(kept.lon_e7.max())


def _record(
    node: Node,
    tx: Tx,
    asker: Asker,
    feed: Feed,
    holding: Holding,
    body: dict[str, JsonValue] | None,
    source: SourceFacts,
    *,
    rows: int,
    at_ms: int,
    distress: bool,
) -> bytes:
    """The holding under its signed manifest, with the originator's receipt; the manifest's bytes."""
    manifest: dict[str, JsonValue] = {
        "digest": holding.digest,
        "feed": holding.feed,
        "originator": feed.facts.originator,
        "category": feed.facts.category,
        "label": label_hash(holding.label),
        "detections": rows,
        "from_ms": holding.t_min_ms,
        "to_ms": holding.t_max_ms,
    }
    envelope = signed_by(node, tx, asker.person, "segment-manifest", manifest)
    raw = envelope_to_json(envelope)
    said = encode({**manifest, **(body or {})})
    holdings.add_holding(tx, holding, body=said, envelope=envelope, source=source, distress=distress)
    asked = asked_as(asker, act="observe", at_ms=at_ms, evidence=sha256_hex(raw))
    record.event(node, tx, asked, party=feed.facts.originator, subject=sha256_hex(raw), kind="segment-manifest", output=raw)
    return raw
