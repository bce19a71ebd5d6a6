"""The verb audit-labels: the label of every record made again from what it came from, over the whole store (P3).

1. A lead's label is the join of its parents' labels; of one made by monitoring the purposes are narrowed to the end it serves.
2. A source of a feed carries the label its manifest was signed with; a tear line that which all its originators signed.
3. A record lives no longer than what it came from, and came after it. What its maker signed names the parents it has.
4. The store is read in the order of writes, a part at a time: memory does not grow with it. Nothing is changed.
Ids and digests are all that is told; who runs this has the node's folder.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from fairlead.agreement.tear_line import Signed, commitment, lacking, said_in
from fairlead.desk.ask import signers_of
from fairlead.desk.node import Node
from fairlead.envelope import Envelope, JsonValue, PublicKey, decode, envelope_from_json, sha256_hex, verify
from fairlead.errors import BadSignature, FairleadError, LabelFault
from fairlead.label import PURPOSES, Label, end_served, join, label_hash
from fairlead.store import ancestry
from fairlead.store.ancestry import Parent, Stored
from fairlead.store.database import Tx

Progress = Callable[[int, int], None]  # records checked, of how many
FINDINGS_MAX: Final = 10_000
JOINS_KEPT: Final = 50_000
SERVED: Final = tuple(frozenset(end_served(purpose)) for purpose in sorted(PURPOSES) if "/" in purpose)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One record that is not what its parents and signatures make it."""

    record: str
    what: str

    def __str__(self) -> str:
        return f"{self.record}: {self.what}"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked and what was found."""

    records: int = 0
    derived: int = 0
    released: int = 0
    findings: tuple[Finding, ...] = ()
    more: int = 0  # findings beyond those listed


def audit_labels(node: Node, *, progress: Progress | None = None) -> Report:
    """Every record of the store checked against what it came from. Raises nothing for what it finds."""
    with node.db.read() as tx:
        judge = _Judge(node, tx)
        total = ancestry.how_many(tx)
        for part in ancestry.parts(tx):
            for one in part:
                judge.look(one)
            if progress is not None:
                progress(judge.records, total)
        return judge.report()


class _Judge:
    """One pass over the store; keeps findings, labels and the joins made last."""

    def __init__(self, node: Node, tx: Tx) -> None:
        self._node, self._tx = node, tx
        self._keys: dict[str, PublicKey] = node.public_keys(tx)
        self._joins: OrderedDict[frozenset[int], Label] = OrderedDict()
        self.records = self._derived = self._released = self._more = 0
        self._findings: list[Finding] = []
        self._labels: dict[int, Label] = {}
        for number, (name, body) in ancestry.labels(tx).items():
            try:
                self._labels[number] = _label(name, body)
            except (FairleadError, msgspec.ValidationError) as error:
                self._add(f"label {name[:16]}", f"it does not read: {error}")

    def look(self, one: Stored) -> None:
        self.records += 1
        found: list[str] = []
        try:
            found += self._common(one)
            found += self._released_one(one) if one.salt else self._lead(one) if one.kind == "lead" else self._source(one)
        except FairleadError as error:
            found.append(str(error))
        except Exception as error:  # whatever else somebody put there is a finding too
            found.append(f"it cannot be judged: {type(error).__name__}")
        for what in dict.fromkeys(found):
            self._add(one.id, what)

    def _add(self, record: str, what: str) -> None:
        if len(self._findings) < FINDINGS_MAX:
            self._findings.append(Finding(record=record, what=what))
        else:
            self._more += 1

    def report(self) -> Report:
        return Report(
            records=self.records,
            derived=self._derived,
            released=self._released,
            findings=tuple(self._findings),
            more=self._more,
        )

    def _common(self, one: Stored) -> Iterable[str]:
        if one.label not in self._labels:
            yield "it has no label that reads"
        if sha256_hex(one.body) != one.digest and not one.feed:  # a segment's digest is of its detections
            yield "its body is not what its digest says"
        for parent in one.parents:
            if not parent.num or parent.label not in self._labels:
                yield "a parent is missing, or its label does not read"
            elif parent.num >= one.num:
                yield "it is older than a parent"
        if bool(one.parents) != bool(one.depth):
            yield "its links are not those it was stored with"

    def _lead(self, one: Stored) -> Iterable[str]:
        """Rules 1 and 3."""
        self._derived += 1
        above = [parent for parent in one.parents if parent.label in self._labels and not parent.restricted]
        if not above:
            yield "a derived record has no parent"
            return
        said = _payload(self._signed(one))
        if said.get("digest") != one.digest or said.get("parents") != sorted(parent.digest for parent in above):
            yield "its parents are not those its maker signed for"
        if one.not_before_ms < max(parent.not_before_ms for parent in above) or one.expires_ms > min(p.expires_ms for p in above):
            yield "it outlives or precedes a parent"
        label = self._labels.get(one.label)
        if label is not None:
            yield from _compared(label, self._join(above))

    def _source(self, one: Stored) -> Iterable[str]:
        """Rule 2, for what came from a feed; the acts of cases carry their party's own label."""
        if one.parents:
            yield "a source has parents"
        if one.feed:
            said, label = _payload(self._signed(one)), self._labels.get(one.label)
            if said.get("digest") != one.digest or (label is not None and said.get("label") != label_hash(label)):
                yield "its label is not the one its manifest was signed with"

    def _released_one(self, one: Stored) -> Iterable[str]:
        """Rule 2, for a tear line."""
        self._released += 1
        envelope, behind = envelope_from_json(one.envelope), [parent for parent in one.parents if parent.label in self._labels]
        said, label = said_in(envelope), self._labels.get(one.label)
        if label is None:
            return
        if any(not parent.restricted for parent in behind) or not behind:
            yield "what a tear line was made from is not linked to it"
        stands = Signed(
            release=said.release,
            author=said.author,
            body=one.digest,
            label=label_hash(label),
            made_from=commitment([parent.digest for parent in behind], one.salt),
            at_ms=said.at_ms,
            expires_ms=one.expires_ms,
        )
        parties = {party for parent in behind for party, _ in self._labels[parent.label].originators}
        if said != stands or said.release != one.id or lacking(said, parties, signers_of(self._node, self._tx, envelope)):
            yield "a tear line is not what all its originators signed"

    def _signed(self, one: Stored) -> Envelope:
        """The envelope of a record that one of the coalition's people signed. Raises BadSignature, MalformedBytes."""
        envelope = envelope_from_json(one.envelope)
        if not envelope.kind:
            raise BadSignature("it was signed in as something else", where=envelope.payload_type[:200])
        verify(envelope, self._keys.values(), kind=envelope.kind)
        return envelope

    def _join(self, above: Iterable[Parent]) -> Label:
        key = frozenset(parent.label for parent in above)
        made = self._joins.get(key)
        if made is None:
            made = self._joins[key] = join([self._labels[number] for number in sorted(key)])
            if len(self._joins) > JOINS_KEPT:
                self._joins.popitem(last=False)
        return made


def _label(name: str, body: bytes) -> Label:
    """Raises LabelFault for bytes that are not what their hash says."""
    label = msgspec.convert(decode(body), Label)
    if label_hash(label) != name:
        raise LabelFault("its bytes are not what its hash says")
    return label


def _compared(label: Label, made: Label) -> Iterable[str]:
    """How a label differs from the join of its parents: wider is a breach of P3, anything else a record that is not as it was made."""
    if join([label, made]) != label:
        yield "its label is wider than the join of its parents"
    elif msgspec.structs.replace(label, purposes=made.purposes) != made or not _served(label, made):
        yield "its label is not the join of its parents"


def _served(label: Label, made: Label) -> bool:
    """Whether the purposes are those of the join, or those of it that one end of monitoring serves."""
    kept, whole = set(label.purposes), set(made.purposes)
    return kept == whole or any(kept == whole & served for served in SERVED)


def _payload(envelope: Envelope) -> Mapping[str, JsonValue]:
    said = decode(envelope.payload_bytes)
    return said if isinstance(said, dict) else {}
