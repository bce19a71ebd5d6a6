"""The verb purge: segments whose retention has passed leave the node for ever, and a signed tombstone says so in the log.

1. Retention is the feed's own, set by its originator; the gate reads nothing past it, whether or not it was purged. A purge takes the
   bytes away: detections and what vessels said of themselves.
2. What stays is what an audit needs: the manifest, its receipts, and a tombstone in the originator's log and home that names each.
3. The tombstone is committed before a byte is removed. Killed between, the next command that opens the node removes the rest.
4. Whoever may bring a feed in may purge it: an officer of the unit that operates it, or of its originator.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fairlead.agreement import Reason
from fairlead.desk import packing, record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, refuse
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, envelope_to_json, sha256_hex
from fairlead.intake.coalition import Feed
from fairlead.intake.segment_file import segment_path, stated_path
from fairlead.label.codebook import need
from fairlead.store import purges
from fairlead.store.database import Tx
from fairlead.store.purges import Due

KIND: Final = "segment-tombstone"


def purge_preview(node: Node, asker: Asker, *, feed: str = "") -> Outcome:
    """What a purge would take now; nothing is changed. Raises UnknownCode."""
    feeds, reasons = _feeds(node, asker, feed)
    if reasons:
        return refuse(node, asker, act="observe", reasons=reasons)
    at_ms = node.clock.now_ms()
    with node.db.read() as tx:
        found = {one.facts.name: purges.due(tx, one.facts.name, at_ms) for one in feeds}
    return answer({"purged": False, "at_ms": at_ms, "feeds": [_told(node, name, due) for name, due in found.items()]})


def purge(node: Node, asker: Asker, *, feed: str = "") -> Outcome:
    """Take everything of these feeds whose time has passed. Raises UnknownCode, BadSignature, LogFault."""
    feeds, reasons = _feeds(node, asker, feed)
    if reasons:
        return refuse(node, asker, act="observe", reasons=reasons)
    at_ms = node.clock.now_ms()
    gone: dict[str, list[Due]] = {}
    told: list[JsonValue] = []
    stones: list[tuple[str, bytes]] = []
    with node.db.write() as tx:
        for one in feeds:
            name = one.facts.name
            gone[name] = purges.due(tx, name, at_ms)
            told.append(_told(node, name, gone[name]))
            if gone[name]:
                stones.append((one.facts.originator, _tombstone(node, tx, asker, one, gone[name], at_ms)))
    node.publish()
    for party, raw in stones:
        node.home(party).deliver(KIND, sha256_hex(raw), raw)
    _remove(node, (one for due in gone.values() for one in due))
    return answer({"purged": True, "at_ms": at_ms, "feeds": told})


def _feeds(node: Node, asker: Asker, feed: str) -> tuple[list[Feed], tuple[Reason, ...]]:
    """The feeds this person may purge, or the one named; or why none. Raises UnknownCode."""
    if feed:
        need(node.coalition.feeds, feed, what="feed")
    chosen = [one for name, one in sorted(node.coalition.feeds.items()) if feed in ("", name)]
    reasons = {one.facts.name: _against(node, asker, one) for one in chosen}
    mine = [one for one in chosen if not reasons[one.facts.name]]
    return mine, () if mine else next(iter(reasons.values()), (Reason(conjunct="codes", detail="there are no feeds"),))


def _against(node: Node, asker: Asker, feed: Feed) -> tuple[Reason, ...]:
    if asker.unit == feed.unit:
        return entitled(node, asker, act="observe")
    return entitled(node, asker, act="observe", party=feed.facts.originator)


def _tombstone(node: Node, tx: Tx, asker: Asker, feed: Feed, due: list[Due], at_ms: int) -> bytes:
    segments: list[JsonValue] = [
        {
            "digest": one.digest,
            "manifest": sha256_hex(one.manifest),
            "from_ms": one.from_ms,
            "to_ms": one.to_ms,
            "expires_ms": one.expires_ms,
        }
        for one in due
    ]
    said: dict[str, JsonValue] = {
        "feed": feed.facts.name,
        "originator": feed.facts.originator,
        "retention_s": feed.retention_s,
        "at_ms": at_ms,
        "segments": segments,
    }
    raw = envelope_to_json(signed_by(node, tx, asker.person, KIND, said))
    purges.mark(tx, feed.facts.name, at_ms, raw)
    asked = asked_as(asker, act="observe", at_ms=at_ms, evidence=sha256_hex(raw))
    record.event(node, tx, asked, party=feed.facts.originator, subject=sha256_hex(raw), kind=KIND, output=raw)
    return raw


def _remove(node: Node, due: Iterable[Due]) -> None:
    node.views.clear()
    for one in due:
        path = segment_path(node.root, one.id)
        path.unlink(missing_ok=True)
        stated_path(path).unlink(missing_ok=True)
    node.sweep()


def _told(node: Node, feed: str, due: list[Due]) -> JsonValue:
    paths = [path for one in due for path in (segment_path(node.root, one.id), stated_path(segment_path(node.root, one.id)))]
    packs = packing.bytes_of(node.root / "segments", {one.id for one in due})
    value: dict[str, JsonValue] = {
        "feed": feed,
        "segments": [{"digest": one.digest, "from_ms": one.from_ms, "to_ms": one.to_ms, "expires_ms": one.expires_ms} for one in due],
        "bytes": packs + sum(path.stat().st_size for path in paths if path.is_file()),
    }
    return value
