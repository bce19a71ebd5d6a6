"""Whether a tear line is what its originators signed, asked at each use: the label that widens stands on nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from fairlead.agreement.lists import Row
from fairlead.agreement.tear_line import Signed, commitment, lacking, said_in
from fairlead.desk.ask import signers_of
from fairlead.desk.node import Node
from fairlead.envelope import digest_of
from fairlead.errors import BadSignature, MalformedBytes
from fairlead.label import label_hash
from fairlead.store import links
from fairlead.store.database import Tx

_KNOWN: WeakKeyDictionary[Node, set[tuple[int, str]]] = WeakKeyDictionary()  # tear lines whose signatures were checked


def genuine(node: Node, tx: Tx, rows: Sequence[Row]) -> None:
    """Raises BadSignature when one of these is a tear line that its originators did not sign as it stands here."""
    known = _KNOWN.setdefault(node, set())
    written = {row.num: row for row in rows if row.holding.kind == "report" and not row.holding.feed}
    for num, salt in links.salts_of(tx, sorted(written)).items():
        row = written[num]
        name = (num, digest_of([row.holding.digest, label_hash(row.holding.label), row.holding.expires_ms]))
        if name not in known:
            _check(node, tx, row, salt)
            known.add(name)


def _check(node: Node, tx: Tx, row: Row, salt: str) -> None:
    envelope, behind = links.envelope_of(tx, row.num), links.released_from(tx, row.num)
    try:
        said = said_in(envelope)
    except MalformedBytes as error:
        raise BadSignature("a tear line was signed in with something else", where=row.holding.digest, why=str(error)) from error
    stands = Signed(
        release=row.holding.id,
        author=said.author,
        body=row.holding.digest,
        label=label_hash(row.holding.label),
        made_from=commitment([one.holding.digest for one in behind], salt),
        at_ms=said.at_ms,
        expires_ms=row.holding.expires_ms,
    )
    parties = {party for one in behind for party, _ in one.holding.label.originators}
    if said != stands or not behind or lacking(said, parties, signers_of(node, tx, envelope)):
        do = "restore the database from a copy; it is given to nobody"
        raise BadSignature("a tear line is not what all its originators signed", where=row.holding.digest, do=do)
