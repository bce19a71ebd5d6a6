"""The verbs of a sanitised release, or tear line: a new source with a label of its own, by its originators' act (2-label: weakening).

1. An author of one originator writes it from records that are that originator's; a releasing officer of every originator of them,
   none of whom is the author, signs the same bytes. The label may be wider than theirs: these signatures are what widens it.
2. Every originator of what it was made from keeps its veto on it. Its codes are of the code-book; the gate's ceiling stands (P2).
3. What it was made from is a restricted link, shown to originators and oversight alone. The text may not name it. What is signed holds
   a commitment to it, so that who signed knew, and who reads learns nothing (P7).
4. Holds follow the link: an order that reaches what was derived reaches the tear line too, until its originator resumes (P4).
5. The signatures are checked where it is stored and again at each use (desk/genuine.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairlead.agreement import Gatehouse, Person, Reason, admit, decide
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.proof import Release, check_release
from fairlead.agreement.render import redacted
from fairlead.agreement.tear_line import (
    KIND,
    RECORDS_MAX,
    Sheet,
    Signed,
    Terms,
    body_of,
    check_label,
    check_words,
    commitment,
    label_for,
    lacking,
    said_in,
)
from fairlead.desk import record
from fairlead.desk.answer import Outcome, Refused, answer, refused
from fairlead.desk.ask import Asked, Asker, ask, signers_of
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.genuine import genuine
from fairlead.desk.node import Node
from fairlead.desk.prove import broken_in_words, world_of
from fairlead.envelope import JsonValue, decode, digest_of, encode, envelope_to_json, new_id, sha256_hex, sign
from fairlead.errors import BadInput
from fairlead.label import label_hash
from fairlead.report.holding import Holding
from fairlead.store import holdings, links
from fairlead.store.database import Tx

SALT_BYTES = 32
ANCESTORS_MAX = 100_000
NAME_MAX = 64


def draft(node: Node, asker: Asker, terms: Terms) -> Outcome:
    """The sheet with the author's signature. Its records are used for the asker's purpose, like in any reading. Raises UnknownCode,
    ExcludedUse, BadInput, LabelFault."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="report", at_ms=at_ms)
        rows = _records(tx, terms.records)
        admitted, party = admit(house, asked.request), party_of(node, asker)
        if admitted or len(rows) != len(set(terms.records)) or not all(_own(house, asked, row, party) for row in rows):
            record.refusal(node, tx, asked, house=house, rows=rows)
            outcome: Outcome = refused(redacted(admitted))
        else:
            sheet = _sheet(node, tx, asked, rows, terms)
            given = answer(_told(sheet, rows, signers_of(node, tx, sheet.envelope)))
            record.use(node, tx, asked, house=house, rows=rows, output=given.body)
            outcome = given
    node.publish()
    return outcome


def show_sheet(node: Node, asker: Asker, sheet: Sheet) -> Outcome:
    """What a sheet would release, who signed it and who is missing; to officers of its originators. Raises MalformedBytes, BadInput."""
    refusing = tuple(one for one in _unfit(node, asker, sheet) if one.conjunct != "signatures")  # its author may look
    if refusing:
        return _refuse(node, asker, sheet, refusing)
    with node.db.read() as tx:
        return answer(_told(sheet, _opened(node, tx, sheet), signers_of(node, tx, sheet.envelope)))


def sign_sheet(node: Node, asker: Asker, sheet: Sheet) -> Outcome:
    """The sheet with one more officer's signature. Raises MalformedBytes, BadInput."""
    refusing = _unfit(node, asker, sheet)
    if refusing:
        return _refuse(node, asker, sheet, refusing)
    with node.db.read() as tx:
        rows = _opened(node, tx, sheet)
        grown = _with(node, tx, sheet, asker.person)
        return answer(_told(grown, rows, signers_of(node, tx, grown.envelope)))


def release(node: Node, asker: Asker, sheet: Sheet) -> Outcome:
    """Release it, with the asker's signature added when it is not there. Raises MalformedBytes, BadInput, LabelFault."""
    at_ms = node.clock.now_ms()
    refusing = _unfit(node, asker, sheet)
    if refusing:
        return _refuse(node, asker, sheet, refusing)
    with node.db.write() as tx:
        if asker.person not in {one.code for one in signers_of(node, tx, sheet.envelope)}:
            sheet = _with(node, tx, sheet, asker.person)
        refusing = lacking(said_in(sheet.envelope), _owners(sheet), signers_of(node, tx, sheet.envelope))
        if not refusing:  # P7: who has not all signatures learns nothing of the records named
            outcome = _store(node, tx, asker, sheet, _opened(node, tx, sheet), at_ms)
    if refusing:
        return _refuse(node, asker, sheet, refusing)
    node.publish()
    return outcome


def made_from(node: Node, asker: Asker, name: str) -> Outcome:
    """What a tear line was made from and who signed it: to officers of its originators and to oversight. Nobody else learns that it is
    one: hidden, absent and no tear line are refused alike."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act=KIND, reasons=reasons)
    party, oversees = party_of(node, asker), node.coalition.book.units[asker.unit].regime == "oversight"
    with node.db.write() as tx:
        found = _records(tx, [name])
        row = found[0] if found and links.salt_of(tx, found[0].num) is not None else None
        if row is not None and (oversees or party in _parties([row])):
            genuine(node, tx, [row])
            behind = links.released_from(tx, row.num)
            given = answer(
                {
                    "id": row.holding.id,
                    "digest": row.holding.digest,
                    "made_from": [{"id": one.holding.id, "digest": one.holding.digest, "kind": one.holding.kind} for one in behind],
                    "signed_by": [one.code for one in signers_of(node, tx, links.envelope_of(tx, row.num))],
                    "author": said_in(links.envelope_of(tx, row.num)).author,
                }
            )
            asked = asked_as(asker, act="audit", at_ms=at_ms, evidence=digest_of({"made_from": name[:NAME_MAX], "at_ms": at_ms}))
            record.event(node, tx, asked, party=party, subject=row.holding.digest, kind=KIND, output=given.body)
        else:
            row = None
    if row is None:
        return refuse(node, asker, act=KIND, reasons=(Reason(conjunct="label", detail="no such release of this originator"),))
    node.publish()
    return given


def _records(tx: Tx, names: Sequence[str]) -> list[Row]:
    """The records of these ids or digests, those that exist."""
    found: dict[int, Row] = {}
    for name in names[: RECORDS_MAX + 1]:
        alike = holdings.by_digest(tx, name[:NAME_MAX])
        rows = holdings.by_ids(tx, [name[:NAME_MAX]]) or ([alike] if alike else [])
        found |= {row.num: row for row in rows}
    return [found[num] for num in sorted(found)]


def _own(house: Gatehouse, asked: Asked, row: Row, party: str) -> bool:
    return party in _parties([row]) and decide(house, asked.request, facts_of(row)).permitted


def _owners(sheet: Sheet) -> tuple[str, ...]:
    return tuple(sorted({party for party, _ in sheet.label.originators}))


def _parties(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(sorted({party for row in rows for party, _ in row.holding.label.originators}))


def _pairs(rows: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({pair for row in rows for pair in row.holding.label.originators}))


def _sheet(node: Node, tx: Tx, asked: Asked, rows: Sequence[Row], terms: Terms) -> Sheet:
    check_words(terms.title, terms.text, _names(tx, rows))
    label = label_for(node.coalition.book, _pairs(rows), terms)
    salt, made = node.random_bytes(SALT_BYTES).hex(), [row.holding.digest for row in rows]
    said = Signed(
        release=new_id(node.random_bytes(16)),
        author=asked.request.person,
        body=digest_of(body_of(terms.title, terms.text)),
        label=label_hash(label),
        made_from=commitment(made, salt),
        at_ms=asked.request.at_ms,
        expires_ms=terms.expires_ms or min(row.holding.expires_ms for row in rows),
    )
    envelope = sign(KIND, msgspec.to_builtins(said), [node.person_key(said.author)])
    return Sheet(envelope=envelope, title=terms.title, text=terms.text, label=label, made_from=tuple(sorted(made)), salt=salt)


def _names(tx: Tx, rows: Sequence[Row]) -> set[str]:
    """Ids and digests of the records and of all they came from."""
    names, waiting, met = set[str](), list(rows), {row.num for row in rows}
    while waiting and len(met) < ANCESTORS_MAX:
        names |= {name for row in waiting for name in (row.holding.id, row.holding.digest)}
        above = links.parents_of(tx, [row.num for row in waiting], restricted=(0, 1))
        fresh = {num for nums in above.values() for num in nums} - met
        met |= fresh
        waiting = holdings.by_nums(tx, sorted(fresh))
    return names


def _opened(node: Node, tx: Tx, sheet: Sheet) -> list[Row]:
    """The records of the sheet, which is what was signed. Raises MalformedBytes, BadInput, UnknownCode; hidden and absent alike."""
    said = said_in(sheet.envelope)
    rows = [row for row in (holdings.by_digest(tx, digest) for digest in sheet.made_from[:RECORDS_MAX]) if row is not None]
    stands = (digest_of(body_of(sheet.title, sheet.text)), label_hash(sheet.label), commitment(sheet.made_from, sheet.salt))
    if (said.body, said.label, said.made_from) != stands:
        raise BadInput("the sheet is not what was signed", do="draft it anew")
    if not rows or len(rows) != len(set(sheet.made_from)) or {party for party, _ in sheet.label.originators} != set(_parties(rows)):
        raise BadInput("the sheet names records that its originators do not have", do="draft it anew")
    check_label(node.coalition.book, sheet.label, pairs=_pairs(rows))
    check_words(sheet.title, sheet.text, _names(tx, rows))
    return rows


def _with(node: Node, tx: Tx, sheet: Sheet, officer: str) -> Sheet:
    if officer in {one.code for one in signers_of(node, tx, sheet.envelope)}:
        raise BadInput("this officer has signed it already", where=officer)
    own = sign(KIND, decode(sheet.envelope.payload_bytes), [node.person_key(officer)])
    grown = msgspec.structs.replace(sheet.envelope, signatures=(*sheet.envelope.signatures, *own.signatures))
    return msgspec.structs.replace(sheet, envelope=grown)


def _unfit(node: Node, asker: Asker, sheet: Sheet) -> tuple[Reason, ...]:
    """Why this person cannot release it: no releasing officer of an originator, or its author. Raises MalformedBytes."""
    author = said_in(sheet.envelope).author
    reasons = entitled(node, asker, act="order")
    if not reasons and party_of(node, asker) not in _owners(sheet):
        reasons = (Reason(conjunct="role", detail="only its originators can release it"),)
    if not reasons and asker.person == author:
        reasons = (Reason(conjunct="signatures", detail=f"{asker.person} is its author, and somebody else releases it"),)
    return reasons


def _store(node: Node, tx: Tx, asker: Asker, sheet: Sheet, rows: Sequence[Row], at_ms: int) -> Outcome:
    said = said_in(sheet.envelope)
    if holdings.by_ids(tx, [said.release]):
        raise BadInput("this tear line was released already", where=said.release)
    _unbroken(node, asker, tx, said, sheet, rows, at_ms)
    holding = Holding(
        id=said.release,
        kind="report",
        label=sheet.label,
        digest=digest_of(body_of(sheet.title, sheet.text)),
        t_min_ms=said.at_ms,
        t_max_ms=said.at_ms,
        not_before_ms=0,
        expires_ms=said.expires_ms,
        created_ms=at_ms,
    )
    behind = [row.holding.id for row in rows]
    body = encode(body_of(sheet.title, sheet.text))
    num = holdings.add_holding(tx, holding, body=body, envelope=sheet.envelope, released_from=behind)
    links.add_release(tx, num, salt=sheet.salt)
    genuine(node, tx, holdings.by_ids(tx, [holding.id]))  # the same again, where every use is checked
    raw = envelope_to_json(sheet.envelope)
    asked = asked_as(asker, act=KIND, at_ms=at_ms, evidence=sha256_hex(raw))
    for party in _parties(rows):
        record.event(node, tx, asked, party=party, subject=sha256_hex(raw), kind=KIND, output=raw)
    signed_by: JsonValue = [one.code for one in signers_of(node, tx, sheet.envelope)]
    return answer({"id": holding.id, "digest": holding.digest, "level": sheet.label.level, "signed_by": signed_by})


def _unbroken(node: Node, asker: Asker, tx: Tx, said: Signed, sheet: Sheet, rows: Sequence[Row], at_ms: int) -> None:
    """Raises BadInput, with the path as far as the asker may see it, when the tear line would break a declared invariant."""
    made = Release(
        id=said.release,
        sources=_pairs(rows),
        label=sheet.label,
        not_before_ms=0,
        expires_ms=said.expires_ms,
        digest=said.body,
    )
    world = world_of(node, tx)
    supposed = msgspec.structs.replace(world, releases=(*world.releases, made))
    for broken in check_release(world, node.coalition.people, made, at_ms):
        why = "; ".join(broken_in_words(node, asker, supposed, broken))
        raise BadInput(f"this would break an invariant of {broken.invariant.originator}", why=why, do="narrow the label")


def _told(sheet: Sheet, rows: Sequence[Row], signers: Sequence[Person]) -> dict[str, JsonValue]:
    shape: JsonValue = msgspec.to_builtins(sheet)
    return {
        "sheet": shape,
        "release": said_in(sheet.envelope).release,
        "readable_by": list(sheet.label.recipients),
        "purposes": list(sheet.label.purposes),
        "operations": list(sheet.label.operations),
        "level": sheet.label.level,
        "originators": list(_parties(rows)),
        "signed_by": [one.code for one in signers],
        "missing": [reason.detail for reason in lacking(said_in(sheet.envelope), _parties(rows), signers)],
    }


def _refuse(node: Node, asker: Asker, sheet: Sheet, reasons: tuple[Reason, ...]) -> Refused:
    at_ms = node.clock.now_ms()
    asked = asked_as(asker, act=KIND, at_ms=at_ms, evidence=digest_of({"act": KIND, "person": asker.person, "at_ms": at_ms}))
    with node.db.write() as tx:
        record.refusal(node, tx, asked, house=node.house(tx, at_ms), rows=(), also=_owners(sheet))
    node.publish()
    return refused({"answer": "refused", "reasons": [reason.detail for reason in reasons]})
