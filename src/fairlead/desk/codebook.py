"""The verbs of the code-book: show a version, preview a change with what it voids, sign it party by party, put it in force.

1. A change is a new version, whole. It is signed by the operating party and by every party whose units or commands it changes; one
   signature is missing, and nothing changes.
2. A grant is bound to units and operations as they were when it was signed: a change of regime, command, mission or crew voids it
   for them until it is signed anew. The preview says which, before anybody signs.
3. What a feed or an open case stands on cannot be dropped. A label made earlier keeps its codes and is read under its own version;
   a code in it that no longer is opens nothing.
4. The envelope goes from officer to officer as a file, each adds a signature over the same bytes; the last puts it in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from fairlead.agreement import Grant, Reason, Standing
from fairlead.agreement.events import BookChange
from fairlead.agreement.lawful import check
from fairlead.agreement.signing import book_signers, needed
from fairlead.agreement.slice import ends_of
from fairlead.case import CASE
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signers_of
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.enter import enter, event_in, hand_over, missing, one_more
from fairlead.desk.interdict import state_of
from fairlead.desk.node import Node
from fairlead.envelope import Digest, Envelope, JsonValue, sign
from fairlead.errors import BadInput, MalformedBytes
from fairlead.label import CodeBook
from fairlead.label.change import TABLES, changes, parties_bound
from fairlead.store import cases
from fairlead.store.database import Tx

KIND: Final = "book-change"
WHY_MAX: Final = 2_000


def show_book(node: Node, asker: Asker, *, version: int = 0) -> Outcome:
    """A version of the code-book, the newest when none is named, and which there are. Raises BadInput for one there never was."""
    reasons = entitled(node, asker, act="terms")
    if reasons:
        return refuse(node, asker, act="terms", reasons=reasons)
    with node.db.read() as tx:
        standing = node.standing(tx)
    books = {book.version: book for book in standing.books} or {node.coalition.book.version: node.coalition.book}
    newest = max(books)
    if version and version not in books:
        raise BadInput("there is no such version of the code-book", where=str(version), do=f"one of {_listed(books)}")
    book = books[version or newest]
    tables: dict[str, JsonValue] = {name: msgspec.to_builtins(getattr(book, name)) for name in TABLES}
    return answer({"version": book.version, "newest": newest, "versions": list(books), **tables})


def preview_change(node: Node, asker: Asker, book: CodeBook, *, why: str = "") -> Outcome:
    """What differs, who must sign, which grants it voids, and what stands in its way; with the envelope to sign, unsigned."""
    reasons = entitled(node, asker, act="review")
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    at_ms = node.clock.now_ms()
    event = BookChange(party=node.config.operating_party, book=book, at_ms=at_ms, why=why)
    with node.db.read() as tx:
        _may(node, tx, event, at_ms)
        return answer(_told(node, tx, asker, event, sign(KIND, msgspec.to_builtins(event), [])))


def show_change(node: Node, asker: Asker, envelope: Envelope) -> Outcome:
    """The same of a change in a file: what it says, who signed, who is missing."""
    reasons = entitled(node, asker, act="review")
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    event = _change_in(envelope)
    with node.db.read() as tx:
        return answer(_told(node, tx, asker, event, envelope))


def sign_change(node: Node, asker: Asker, envelope: Envelope) -> Outcome:
    """The envelope with the asker's signature added; nothing changes by that. Raises BadInput, BadSignature."""
    reasons = entitled(node, asker, act="review") or _signs(node, asker)
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    event, at_ms = _change_in(envelope), node.clock.now_ms()
    with node.db.read() as tx:
        _may(node, tx, event, at_ms)
        return answer(_told(node, tx, asker, event, one_more(node, tx, asker.person, envelope)))


def change_book(node: Node, asker: Asker, envelope: Envelope, *, beside: Sequence[str] = ()) -> Outcome:
    """Put a signed change in force. `beside`: people whose keys lie here and sign now. Raises BadInput, BadSignature."""
    reasons = entitled(node, asker, act="review") or _signs(node, asker)
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    event, at_ms = _change_in(envelope), node.clock.now_ms()
    with node.db.write() as tx:
        _may(node, tx, event, at_ms)
        for person in beside:
            envelope = one_more(node, tx, person, envelope)
        lacking = missing(node, tx, event, envelope)
        if lacking:
            raise BadInput("not every party it binds has signed", where=f"code-book {event.book.version}", why="; ".join(lacking))
        told = _told(node, tx, asker, event, envelope)
        done = enter(node, tx, asker, event, envelope, at_ms=at_ms)
        given = answer({**told, "in_force_ms": at_ms, "record": done.digest, **done.grounds})
    hand_over(node, done)
    node.refresh()
    return given


def _change_in(envelope: Envelope) -> BookChange:
    event = event_in(envelope)
    if not isinstance(event, BookChange):
        raise MalformedBytes("the file holds no change of a code-book", where=envelope.kind)
    if len(event.why) > WHY_MAX:
        raise BadInput("the reason of a change is too long", do=f"at most {WHY_MAX} characters")
    return event


def _signs(node: Node, asker: Asker) -> tuple[Reason, ...]:
    party = party_of(node, asker)
    if asker.person in book_signers(node.coalition.people, party):
        return ()
    return (Reason(conjunct="role", detail=f"{asker.person} does not sign code-books for {party}"),)


def _may(node: Node, tx: Tx, event: BookChange, at_ms: int) -> None:
    """Raises BadInput when the change may not follow what stands, or takes away what a feed or an open case stands on."""
    node.standing(tx)
    if event.party != node.config.operating_party:
        raise BadInput("a code-book is changed by the party that operates the node", where=event.party)
    check(event, node.standing(tx), node.coalition.book, at_ms)
    where, new = f"code-book {event.book.version}", event.book
    for code, feed in node.coalition.feeds.items():
        pairs = {category for _, category in feed.label.originators}
        gone = [one for one in (feed.unit,) if one not in new.units]
        gone += sorted(pairs - set(new.categories)) + sorted(set(feed.label.handling) - set(new.handling))
        if gone:
            raise BadInput("the change drops what a feed stands on", where=where, why=f"{gone[0]}, of feed {code}", do="keep the code")
    for case in cases.all_cases(tx):
        lost = case.unit not in new.units or case.operation not in new.operations
        if lost and state_of(node, tx, case).state not in CASE.terminal:
            do = "close the case first, or hand it over"
            raise BadInput("the change drops what an open case stands on", where=where, why=f"a case of {case.party}", do=do)


def _told(node: Node, tx: Tx, asker: Asker, event: BookChange, envelope: Envelope) -> dict[str, JsonValue]:
    standing = node.standing(tx)
    old = node.coalition.book
    people = node.coalition.people
    shape: JsonValue = msgspec.to_builtins(envelope)
    bound = {event.party} | parties_bound(old, event.book)
    return {
        "version": event.book.version,
        "changes": [msgspec.to_builtins(one) for one in changes(old, event.book)],
        "must_sign": {party: sorted(book_signers(people, party)) for party in sorted(bound | set(needed(event, people, book=old)))},
        "signed_by": sorted({one.code for one in signers_of(node, tx, envelope)}),
        "missing": list(missing(node, tx, event, envelope)),
        "voids": _voids(node, asker, standing, old, event),
        "why": event.why,
        "envelope": shape,
    }


def _voids(node: Node, asker: Asker, standing: Standing, old: CodeBook, event: BookChange) -> dict[str, JsonValue]:
    """The grants that lose units or operations: those the asker may see by name, the others counted."""
    party, unit = party_of(node, asker), old.units.get(asker.unit)
    oversees = unit is not None and unit.regime == "oversight"
    was, now = prints_of(old), prints_of(event.book)
    named: list[JsonValue] = []
    others = 0
    for grant in standing.grants:
        units, operations = lost_of(grant, was, now)
        if event.at_ms >= ends_of(grant, standing.denounced) or not (units or operations):
            continue
        receives = any(code in old.units and old.units[code].party == party for code in grant.recipients)
        if oversees or grant.originator == party or receives:
            named.append({"agreement": grant.id, "originator": grant.originator, "units": units, "operations": operations})
        else:
            others += 1
    return {"agreements": named, "others": others}


def prints_of(book: CodeBook) -> dict[str, Digest]:
    """The fingerprints of all units and operations of a version: what grants are bound to."""
    units = {f"unit {code}": book.unit_fingerprint(code) for code in book.units}
    return units | {f"operation {code}": operation.fingerprint for code, operation in book.operations.items()}


def lost_of(grant: Grant, was: Mapping[str, Digest], now: Mapping[str, Digest]) -> tuple[list[str], list[str]]:
    """The units and operations the grant covers under the prints that were, and not under those of now."""

    def lost(kind: str, bound_to: Mapping[str, Digest]) -> list[str]:
        names = {code: f"{kind} {code}" for code in sorted(bound_to)}
        return [code for code, name in names.items() if was.get(name) == bound_to[code] != now.get(name)]

    return lost("unit", grant.unit_prints), lost("operation", grant.operation_prints)


def _listed(versions: dict[int, CodeBook]) -> str:
    return ", ".join(map(str, versions))
