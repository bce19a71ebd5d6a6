"""Receipts: one leaf in the log of every originator whose data was used; one in every log when something was refused.

1. A use appends to the log of each originator of what was used, naming only that originator's share (P6).
2. A refusal appends exactly one leaf of the same length to every log of the node: the concerned learn what was asked of theirs and
   the full reason, the operating party that somebody was refused, the others nothing but that. That an excluded use was named is
   told to all. So hidden and absent ids cannot be told apart by any log (P7; docs/decisions/0002).
3. Everything here happens inside the caller's write transaction; if it cannot be written, the use does not happen.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairlead.agreement import Decision, Facts, Gatehouse, Reason, admit, decide
from fairlead.agreement.gate import FORMS, Form, names_excluded_use
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.render import full_for, own_word
from fairlead.desk.ask import Asked
from fairlead.desk.genuine import genuine
from fairlead.desk.node import Node
from fairlead.envelope import Digest, Envelope, sha256_hex, sign
from fairlead.errors import BadInput, Unforeseen
from fairlead.label import LEVELS, Label, label_hash
from fairlead.label.label import LEASE_DEFAULT_S
from fairlead.receipt.receipt import HeldRef, RefusalReceipt, UseReceipt, padded, receipt_value
from fairlead.store import events, ledger, outcomes
from fairlead.store.database import Tx

SALT_BYTES = 16
# Judged in place of a record that is not there, so that an absent id is as much work as a hidden one (P7).
NOTHING = Facts(
    label=Label(
        originators=(("", ""),), level=LEVELS[-1], recipients=(), purposes=(), operations=(), handling=(), lease_s=LEASE_DEFAULT_S
    ),
    not_before_ms=0,
    expires_ms=0,
    feeds=frozenset(),
)


def use(
    node: Node,
    tx: Tx,
    asked: Asked,
    *,
    house: Gatehouse,
    rows: Sequence[Row],
    output: bytes,
    also: Sequence[str] = (),
    given_to: str = "",
    recipe: str = "",
) -> None:
    """Record that these holdings were given as `output`. `also`: parties told although nothing of theirs was used; `given_to`: of an
    export, in what to whom; `recipe`: of a picture, what it was computed from. Raises BadSignature for a tear line that does not stand
    as its originators signed it."""
    genuine(node, tx, rows)
    outcomes.count(tx, ())
    shares: dict[str, list[HeldRef]] = {party: [] for party in also}
    agreements: dict[str, set[str]] = {}
    newest = msgspec.structs.replace(house, epoch=events.epoch(tx))
    for row in rows:
        decision = decide(newest, asked.request, facts_of(row))
        if not decision.permitted:  # P1, P4: asserted a second time, where the use is committed
            why = ", ".join(sorted({reason.conjunct for reason in decision.reasons}))
            raise Unforeseen(
                "what was to be given is not permitted in the epoch it is committed in", why=why, do="report it; nothing was given"
            )
        rests_on = decision.agreements
        for party in {party for party, _ in row.holding.label.originators}:
            shares.setdefault(party, []).append(_ref(row))
            agreements.setdefault(party, set()).update(rests_on)
    for party in sorted(shares or {node.config.operating_party: []}):
        given = tuple(sorted(agreements.get(party, set()) & own_word(house, party)))  # an override too: each use says so
        held = tuple(shares.get(party, ()))
        write(node, tx, party, asked, holdings=held, agreements=given, output=output, given_to=given_to, recipe=recipe)


def _form(form: str) -> Form:
    """The form of a use that the gate let through. Raises BadInput for any other."""
    for known in FORMS:
        if form == known:
            return known
    raise BadInput("no use has this form", where=form)


def event(node: Node, tx: Tx, asked: Asked, *, party: str, subject: Digest, kind: str, output: bytes, legal_basis: str = "") -> None:
    """Record an act of a party (a grant, an order, a case act, an intake) in that party's log, by the digest of its envelope.
    `legal_basis`: of a case act, the digest of the finding it rests on."""
    held = (HeldRef(digest=subject, kind=kind),)
    write(node, tx, party, asked, holdings=held, agreements=(), output=output, legal_basis=legal_basis)


def write(
    node: Node,
    tx: Tx,
    party: str,
    asked: Asked,
    *,
    holdings: tuple[HeldRef, ...],
    agreements: tuple[str, ...],
    output: bytes,
    given_to: str = "",
    legal_basis: str = "",
    recipe: str = "",
) -> None:
    """One use receipt in one log."""
    log = ledger.current(tx, node.logs[party])
    request = asked.request

    def made(index: int) -> Envelope:
        receipt = UseReceipt(
            log=log.origin,
            index=index,
            sequence=index,
            salt=_salt(node),
            act=request.act,
            person=request.person,
            unit=request.unit,
            purpose=request.purpose,
            operation=request.operation,
            form=_form(request.form),
            at_ms=request.at_ms,
            clock=node.clock.source,
            request=asked.evidence,
            outcome="given",
            output=sha256_hex(output),
            output_bytes=len(output),
            holdings=holdings,
            agreements=agreements,
            legal_basis=legal_basis,
            given_to=given_to,
            recipe=recipe,
        )
        return sign("use-receipt", receipt_value(receipt), [log.key])

    ledger.append(tx, log, made)


def refusal(
    node: Node,
    tx: Tx,
    asked: Asked,
    *,
    house: Gatehouse,
    rows: Sequence[Row],
    also: Sequence[str] = (),
    because: Sequence[Reason] = (),
) -> None:
    """Record a refusal: one leaf of one length in every log, whatever the request named (P7). `because`: reasons beside the gate's."""
    decisions = [(row, _with(decide(house, asked.request, facts_of(row)), because)) for row in rows]
    if not rows:
        decide(house, asked.request, NOTHING)  # for the time it takes, and nothing else
    excluded = names_excluded_use(asked.request.purpose)
    outcomes.count(tx, _why(house, asked, [decision for _, decision in decisions]))
    for party in sorted(node.logs):
        concerned = [(row, decision) for row, decision in decisions if party in {one for one, _ in row.holding.label.originators}]
        log = ledger.current(tx, node.logs[party])
        ledger.append(tx, log, _refusal_maker(node, log, asked, concerned, excluded, party in also))


def _why(house: Gatehouse, asked: Asked, decisions: Sequence[Decision]) -> tuple[Reason, ...]:
    """What refused the request, for the counts; an id that is not there counts like one that is hidden (P7)."""
    said = (*admit(house, asked.request), *(reason for decision in decisions for reason in decision.reasons))
    return said or (Reason(conjunct="absent", detail="nothing of this id"),)


def _with(decision: Decision, because: Sequence[Reason]) -> Decision:
    return Decision(reasons=(*decision.reasons, *because), agreements=decision.agreements)


def _refusal_maker(
    node: Node,
    log: ledger.Log,
    asked: Asked,
    concerned: Sequence[tuple[Row, Decision]],
    excluded: str,
    told: bool,
) -> ledger.Maker:
    party = log.party
    knows = bool(concerned) or told or bool(excluded) or party == node.config.operating_party

    request = asked.request
    reasons = dict.fromkeys(text for _, decision in concerned for text in full_for(decision, party))
    cover = RefusalReceipt(log=log.origin, index=0, sequence=0, salt="", at_ms=request.at_ms, clock=node.clock.source, outcome="cover")
    told_all = msgspec.structs.replace(
        cover,
        outcome="refused",
        act=request.act,
        person=request.person,
        unit=request.unit,
        purpose=request.purpose,
        operation=request.operation,
        form=request.form,
        request=asked.evidence,
        excluded=excluded,
        holdings=tuple(_ref(row) for row, _ in concerned),
        reason=tuple(reasons),
    )

    def made(index: int) -> Envelope:
        receipt = msgspec.structs.replace(told_all if knows else cover, index=index, sequence=index, salt=_salt(node))
        return sign("refusal-receipt", padded(receipt), [log.key])

    return made


def _ref(row: Row) -> HeldRef:
    return HeldRef(digest=row.holding.digest, label=label_hash(row.holding.label), kind=row.holding.kind)


def _salt(node: Node) -> str:
    return node.random_bytes(SALT_BYTES).hex()
