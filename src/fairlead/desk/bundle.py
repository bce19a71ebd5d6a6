"""The verbs bundle and stamp, and the check of a bundle: one file for a court or an inspector, made here, checked anywhere.

1. A bundle is made of an originator's own receipts, for its own people or for oversight; making one is recorded in its log.
2. The head is the newest one that witnesses cosigned, where it covers the entries; else the newest there is.
3. A timestamp is asked for with a query file and put back as the answer file, so any authority serves; several may lie side by side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.node import Node
from fairlead.envelope import Envelope, envelope_from_json, sha256_hex
from fairlead.errors import BadInput, FairleadError
from fairlead.label.codebook import need
from fairlead.receipt import prove
from fairlead.receipt.bundle import FORM, Bundle, Shown, bundle_bytes, own_note, stamp_text
from fairlead.receipt.checkpoint import checkpoint_of
from fairlead.receipt.proof import Proof, proof_bytes
from fairlead.receipt.receipt import UseReceipt, parse_receipt
from fairlead.store import heads, ledger
from fairlead.store.database import Tx
from fairlead.store.files import write_durably

STAMPS: Final = "stamps"
RANGE_MAX: Final = 100_000


def entries_in(text: str, size: int) -> list[int]:
    """`3,7-9` or `all` as indices. Raises BadInput."""
    if text == "all":
        return list(range(size))
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not (first.isascii() and first.isdigit() and (not last or (last.isascii() and last.isdigit()))) or len(part) > 40:
            raise BadInput("these are no entries", where=part[:40], do="write them like 3,7-9 or all")
        begin, end = int(first), int(last or first)
        if not begin <= end < size or end - begin > RANGE_MAX:
            raise BadInput("there are no such entries", where=part[:40], why=f"the head used covers entries 0 to {size - 1}")
        found.update(range(begin, end + 1))
    return sorted(found)


def make_bundle(node: Node, asker: Asker, *, entries: str, party: str = "") -> Outcome:
    """The bundle as `bundle` in the answer. Raises BadInput for entries that are not there."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    oversees = node.coalition.book.units[asker.unit].regime == "oversight"
    wanted = party if party in node.logs and oversees else party_of(node, asker)
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        raw = bundle_bytes(_made(node, tx, wanted, entries))
        digest = sha256_hex(raw)
        asked = asked_as(asker, act="audit", at_ms=at_ms, evidence=digest)
        record.event(node, tx, asked, party=wanted, subject=digest, kind="bundle", output=raw)
        given = answer({"log": node.logs[wanted].origin, "digest": digest, "bundle": raw.decode("utf-8")})
    node.publish()
    return given


def _made(node: Node, tx: Tx, party: str, entries: str) -> Bundle:
    log = node.logs[party]
    size, note = ledger.head(tx, party)
    seen = heads.cosigned_head(tx, party)
    if seen is not None and seen[0] and (entries == "all" or not _beyond(entries, seen[0], size)):
        size, note = seen
    chosen = entries_in(entries, size)
    if not chosen:
        raise BadInput("the log has no entries yet", where=log.origin)

    def shown(index: int) -> Shown:
        raw = ledger.raw_receipts(tx, party, index, index + 1)[0]
        proof = _proof(tx, log, index=index, size=size, note=note)
        return Shown(index=index, receipt=envelope_from_json(raw), proof=proof.decode("utf-8"))

    made = tuple(shown(index) for index in chosen)
    return Bundle(
        form=FORM,
        log=log.origin,
        first_key=log.key.public.text(),
        operator_key=node.home(node.config.operating_party).public_key().text(),
        checkpoint=note.decode("utf-8"),
        entries=made,
        key_events=tuple(heads.key_events(tx, party)),
        timestamps=tuple(stamp_text(raw) for raw in _stamps(node.root, party, note)),
        records=tuple(_records(node, party, (one.receipt for one in made))),
    )


def proof_of(node: Node, party: str, index: int) -> bytes:
    """The tlog-proof file of one entry, under the newest cosigned head that covers it or the newest there is. Raises BadInput."""
    need(node.logs, party, what="party")
    with node.db.read() as tx:
        size, note = ledger.head(tx, party)
        seen = heads.cosigned_head(tx, party)
        if seen is not None and index < seen[0]:
            size, note = seen
        return _proof(tx, node.logs[party], index=index, size=size, note=note)


def _proof(tx: Tx, log: ledger.Log, *, index: int, size: int, note: bytes) -> bytes:
    path = prove.inclusion(lambda tile: ledger.content(tx, log, tile), index=index, size=size)
    return proof_bytes(Proof(index=index, path=path, checkpoint=note))


def _beyond(entries: str, seen: int, size: int) -> bool:
    return any(index >= seen for index in entries_in(entries, size))


def _records(node: Node, party: str, receipts: Iterable[Envelope]) -> Iterable[Envelope]:
    """The signed records these receipts speak of, as far as they lie in the party's home."""
    for envelope in receipts:
        receipt = parse_receipt(envelope.kind, envelope.payload_bytes)
        if isinstance(receipt, UseReceipt):
            for held in receipt.holdings:
                path = node.home(party).path / "records" / (held.kind or "-") / f"{held.digest}.json"
                if path.is_file():
                    try:
                        yield envelope_from_json(path.read_bytes())
                    except FairleadError:  # a damaged copy is fsck's to find; the receipt stands by itself
                        continue


def stamp_folder(root: Path, party: str) -> Path:
    """Where the timestamps of a log lie."""
    return root / "log-stamps" / party


def to_stamp(root: Path, party: str) -> bytes:
    """The bytes a timestamp is to be over: the published head with the log's own signature alone."""
    return own_note((root / "log" / party / "checkpoint").read_bytes())


def keep_stamp(root: Path, party: str, stamped: bytes, response: bytes) -> Path:
    """Keep an authority's answer with what it is over. Raises BadInput when it is not over a head of this log."""
    size = checkpoint_of(stamped.decode("utf-8").rpartition("\n\n")[0] + "\n").size
    folder = stamp_folder(root, party) / f"{size:09d}.{hashlib.sha256(stamped).hexdigest()[:16]}"
    write_durably(folder / "head.note", stamped)
    path = folder / f"{hashlib.sha256(response).hexdigest()[:16]}.tsr"
    write_durably(path, response)
    return path


def _stamps(root: Path, party: str, note: bytes) -> Sequence[bytes]:
    """The timestamps kept over this very head."""
    wanted = own_note(note)
    found = []
    for path in sorted(stamp_folder(root, party).glob("*/head.note")):
        if path.read_bytes() == wanted:
            found += [one.read_bytes() for one in sorted(path.parent.glob("*.tsr"))]
    return found
