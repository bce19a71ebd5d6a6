"""The verb behind a case: one proposed act, signed by whom it takes, judged by the table of lawful steps, recorded or refused.

1. The gate admits the asker for an act of kind `case`; then the label of the case's records decides whether the case is theirs to
   see. A case that is hidden and one that does not exist are refused alike (P7).
2. Every act is an envelope signed by its author, and by both custodians when something or somebody changes hands (P9).
3. The table decides (P8): a refusal says why and names the lawful next steps, and is in the log like any refusal.
4. A record belongs to the acting party. It cites leads by digest only, so no suspension of a lead hides it (red line 15).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from fairlead.agreement import Facts, Gatehouse, Grant, Request, admit, decide
from fairlead.agreement.lists import Row, facts_of
from fairlead.agreement.render import redacted
from fairlead.case.act import Signer
from fairlead.case.acts import Act, SignedAct, act_digest, act_from, act_payload, record_kind, signed
from fairlead.case.fold import Accepted, Refusal, lawful_next, propose, retell
from fairlead.case.record import summary, words
from fairlead.case.state import CaseState, Known, known_from
from fairlead.case.vessel_acts import LegalReview, SeekBasis, SignBasis
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer, banner, no_banner, refused
from fairlead.desk.ask import Asked, Asker, ask
from fairlead.desk.authority import asked_as, party_of
from fairlead.desk.node import Node
from fairlead.envelope import (
    Digest,
    Envelope,
    JsonValue,
    decode,
    encode,
    envelope_to_json,
    new_id,
    sha256_hex,
    sign,
    verify,
)
from fairlead.errors import BadInput
from fairlead.label import Label, make_label
from fairlead.report.holding import FOREVER_MS, Holding
from fairlead.store import cases, holdings, links
from fairlead.store.database import Tx

CASE_CATEGORY = "case"
DO_GRANT = f"grant category {CASE_CATEGORY} to its units"
FOUND_NOTHING = "no_contraband"
SLACK_MS = 5 * 60_000  # a clock may be that far behind before an act counts as one of the past
LATE_MAX_MS = 72 * 3_600_000  # as long as the longest lease lets a team be away


def open_case(node: Node, asker: Asker, *, lead: str, vessel: str) -> Outcome:
    """Open a case on a lead (its id or digest) that the asker may read now. The answer names the case."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="case", at_ms=at_ms)
        row, party = _lead(tx, lead), party_of(node, asker)
        reading = msgspec.structs.replace(asked.request, act="read")
        admitted = admit(house, asked.request)
        if admitted or row is None or not decide(house, reading, facts_of(row)).permitted:
            record.refusal(node, tx, asked, house=house, rows=[row] if row else [])
            outcome: Outcome = refused(redacted(admitted))
        elif not _case_grants(node, tx, party):
            record.refusal(node, tx, asked, house=house, rows=[], also=[party])
            outcome = refused({"answer": "refused", "reasons": [f"{party} has no agreement for its own case records: {DO_GRANT}"]})
        else:
            case = cases.Case(
                id=new_id(node.random_bytes(16)),
                party=party,
                unit=asker.unit,
                operation=asker.operation,
                lead=row.holding.digest,
                opened_ms=at_ms,
            )
            fields: dict[str, JsonValue] = {
                "act": "open_case",
                "operation": asker.operation,
                "vessel": vessel,
                "leads": [row.holding.digest],
            }
            outcome = _take(node, tx, asked, case, fields, (), opening=True)
    deliver_acts(node, since_ms=at_ms)
    node.publish()
    return outcome


def act(
    node: Node, asker: Asker, case_id: str, fields: Mapping[str, JsonValue], *, also_signed_by: Sequence[tuple[str, str]] = ()
) -> Outcome:
    """Take one act on a case. `fields` are those of the act, `also_signed_by` the (person, unit) of the other signers.

    Raises BadInput for an unknown act or field, BadSignature when a signer's key is not here.
    """
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="case", at_ms=at_ms)
        case = cases.case_of(tx, case_id[:64])
        admitted = admit(house, asked.request)
        if admitted or case is None or not _may_see(node, tx, house, asked, case):
            record.refusal(node, tx, asked, house=house, rows=())
            outcome: Outcome = refused(redacted(admitted))
        else:
            outcome = _take(node, tx, asked, case, fields, also_signed_by)
    deliver_acts(node, since_ms=at_ms)
    node.publish()
    return outcome


def show_case(node: Node, asker: Asker, case_id: str) -> Outcome:
    """A case as its reader sees it: state, basis, people, exhibits, trail, what is lawful next."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="read", at_ms=at_ms)
        case = cases.case_of(tx, case_id[:64])
        admitted = admit(house, asked.request)
        rows = _records(tx, case) if case else []
        if admitted or case is None or not rows or not _may_see(node, tx, house, asked, case):
            record.refusal(node, tx, asked, house=house, rows=rows)
            outcome: Outcome = refused(redacted(admitted))
        else:
            state = state_of(node, tx, case)
            request = asked.request
            head = banner(rows[0].holding.label, purpose=request.purpose, operation=request.operation)
            given = answer({"id": case.id, "banner": head, "case": summary(state, at_ms), "words": words(state)})
            record.use(node, tx, asked, house=house, rows=rows, output=given.body)
            outcome = given
    node.publish()
    return outcome


def list_cases(node: Node, asker: Asker) -> Outcome:
    """The cases whose records the asker may see, newest first; the count counts only those (P7)."""
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        house = node.house(tx, at_ms)
        asked = ask(node, tx, asker, act="list", at_ms=at_ms)
        admitted = admit(house, asked.request)
        if admitted:
            record.refusal(node, tx, asked, house=house, rows=())
            outcome: Outcome = refused(redacted(admitted))
        else:
            mine = [case for case in cases.all_cases(tx) if _may_see(node, tx, house, asked, case)]
            rows = [row for case in mine for row in _records(tx, case)]
            request = asked.request
            head = (
                banner(rows[0].holding.label, purpose=request.purpose, operation=request.operation)
                if rows
                else no_banner(purpose=request.purpose, operation=request.operation)
            )
            items: list[JsonValue] = [
                {
                    "id": case.id,
                    "unit": case.unit,
                    "opened_ms": case.opened_ms,
                    "state": state_of(node, tx, case).state,
                    "vessel": state_of(node, tx, case).vessel,
                }
                for case in reversed(mine)
            ]
            given = answer({"banner": head, "items": items, "count": len(items)})
            record.use(node, tx, asked, house=house, rows=rows, output=given.body)
            outcome = given
    node.publish()
    return outcome


def state_of(node: Node, tx: Tx, case: cases.Case) -> CaseState:
    """The case retold from its accepted acts, every signature checked again; what was done stays done (red line 15)."""
    return retell(_signed_acts(node, tx, case))


def append_act(node: Node, tx: Tx, case: cases.Case, state: CaseState, made: Act, signer: Asker) -> int:
    """An act that follows from an order: appended when the table allows it (a closed case takes none)."""
    envelope = sign(record_kind(made), act_payload(made), [node.person_key(signer.person)])
    one = signed(made, *_signers(node, tx, envelope, made, {signer.person: signer.unit}))
    if not isinstance(propose(state, one, _known(node, tx, case, state, made, made.at_ms)), Accepted):
        return 0
    raw, now_ms = envelope_to_json(envelope), node.clock.now_ms()
    _store(node, tx, case, one, envelope, at_ms=now_ms)
    digest = sha256_hex(raw)
    asked = asked_as(signer, act="case", at_ms=now_ms, evidence=digest)
    rests_on = _basis(state, made.at_ms)
    record.event(node, tx, asked, party=case.party, subject=digest, kind=record_kind(made), output=raw, legal_basis=rests_on)
    return 1


def _basis(state: CaseState, at_ms: int) -> str:
    """The digest of the legal basis that stands at this instant; empty before there is one."""
    return state.basis.digest if state.basis is not None and state.basis.stands(at_ms) else ""


def deliver_acts(node: Node, *, since_ms: int) -> None:
    """After the commit: the acts recorded from this instant on, each to the home of the party whose case it is (P9)."""
    with node.db.read() as tx:
        found = cases.acts_since(tx, since_ms)
    for party, envelope in found:
        raw = envelope_to_json(envelope)
        node.home(party).deliver(envelope.kind, sha256_hex(raw), raw)


def _take(
    node: Node,
    tx: Tx,
    asked: Asked,
    case: cases.Case,
    fields: Mapping[str, JsonValue],
    also: Sequence[tuple[str, str]],
    *,
    opening: bool = False,
) -> Outcome:
    request = asked.request
    value: dict[str, JsonValue] = {
        "at_ms": request.at_ms,
        "clock": "node",
        **fields,
        "case": case.id,
        "person": request.person,
        "unit": request.unit,
    }
    made = act_from(value)
    _check_time(made, request.at_ms)
    units = {request.person: request.unit, **dict(also)}
    envelope = sign(record_kind(made), act_payload(made), [node.person_key(person) for person in units])
    one = signed(made, *_signers(node, tx, envelope, made, units), recorded_ms=request.at_ms)
    state = CaseState() if opening else state_of(node, tx, case)
    judged = propose(state, one, _known(node, tx, case, state, made, request.at_ms))
    if isinstance(judged, Refusal):
        record.refusal(node, tx, asked, house=node.house(tx, request.at_ms), rows=(), also=[case.party])
        return refused(
            {"answer": "refused", "reasons": [judged.reason], "needs": list(judged.needs), "lawful_next": list(judged.lawful_next)}
        )
    if opening:
        cases.add_case(tx, case)
    raw = envelope_to_json(envelope)
    _store(node, tx, case, one, envelope, at_ms=request.at_ms)
    if judged.state.state == FOUND_NOTHING:
        _clear(tx, case, judged.state)
    rests_on = _basis(judged.state, made.at_ms)
    record.event(node, tx, asked, party=case.party, subject=sha256_hex(raw), kind=record_kind(made), output=raw, legal_basis=rests_on)
    return answer(
        {
            "case": case.id,
            "act": made.act,
            "digest": one.digest,
            "state": judged.state.state,
            "lawful_next": list(lawful_next(judged.state, request.at_ms)),
        }
    )


def _clear(tx: Tx, case: cases.Case, state: CaseState) -> None:
    """Red line 8: a search that found nothing clears every lead the case rests on, and every lead that stands for one of them."""
    rows = [row for row in (holdings.by_digest(tx, lead) for lead in state.leads) if row is not None]
    links.clear(tx, {same.holding.digest for row in rows for same in links.same_finding(tx, row.num)}, case.id)


def _check_time(made: Act, now_ms: int) -> None:
    """An act is of now by the node's clock, or of the past by another clock that it names: a team that was offline.

    Both times are kept, what the act says and when it was recorded. Raises BadInput.
    """
    if made.at_ms > now_ms:
        raise BadInput("an act is dated in the future", where=made.act, why=f"{made.at_ms} is after {now_ms}")
    if made.at_ms < now_ms - LATE_MAX_MS:
        raise BadInput("an act is reported too late to be taken as such", where=made.act, do="record it as a correction")
    if made.clock == "node" and made.at_ms < now_ms - SLACK_MS:
        raise BadInput("an act of the past cannot be by the node's clock", where=made.act, do="name its clock: gnss, device or stated")


def _store(node: Node, tx: Tx, case: cases.Case, one: SignedAct, envelope: Envelope, *, at_ms: int) -> None:
    """The act as a source holding of the acting party, and its place in the case."""
    body = encode(act_payload(one.act))
    holding = Holding(
        id=new_id(node.random_bytes(16)),
        kind="report",
        label=case_label(node, tx, case.party),
        digest=one.digest,
        t_min_ms=one.act.at_ms,
        t_max_ms=one.act.at_ms,
        not_before_ms=0,
        expires_ms=FOREVER_MS,
        created_ms=at_ms,
    )
    holdings.add_holding(tx, holding, body=body, envelope=envelope)
    cases.add_act(tx, case.id, holding.id, envelope, one.signers)


def case_label(node: Node, tx: Tx, party: str) -> Label:
    """The label of a party's own case records: exactly what its grants of the category `case` give. Raises BadInput for none."""
    grants = _case_grants(node, tx, party)
    if not grants:
        raise BadInput("the party has no agreement for its own case records", where=party, do=DO_GRANT)
    return make_label(
        node.coalition.book,
        originator=party,
        category=CASE_CATEGORY,
        level="restricted",
        recipients={unit for one in grants for unit in one.recipients},
        purposes={purpose for one in grants for purpose in one.purposes},
        operations={operation for one in grants for operation in one.operations},
    )


def _case_grants(node: Node, tx: Tx, party: str) -> list[Grant]:
    return [one for one in node.standing(tx).grants if one.originator == party and CASE_CATEGORY in one.categories]


def _signers(node: Node, tx: Tx, envelope: Envelope, made: Act, units: Mapping[str, str]) -> tuple[Signer, ...]:
    """Everybody whose certified key signed the act, for the unit they say, when it is theirs. Raises BadSignature."""
    keys = node.public_keys(tx)
    held = verify(envelope, keys.values(), kind=record_kind(made), threshold=len(envelope.signatures))
    people = node.coalition.people
    return tuple(
        Signer(person=code, roles=people[code].roles, unit=unit)
        for code, unit in sorted(units.items())
        if code in keys and keys[code].keyid in held and unit in people[code].units
    )


def _signed_acts(node: Node, tx: Tx, case: cases.Case) -> list[SignedAct]:
    """The stored acts, every signature checked again. Raises BadSignature."""
    keys = node.public_keys(tx)
    found = []
    for stored in cases.acts_of(tx, case.id):
        made = act_from(decode(stored.envelope.payload_bytes))
        signers = [keys[one.person] for one in stored.signers]
        verify(stored.envelope, signers, kind=record_kind(made), threshold=len(stored.envelope.signatures))
        found.append(SignedAct(act=made, digest=act_digest(made), signers=stored.signers, recorded_ms=stored.recorded_ms))
    return found


def _known(node: Node, tx: Tx, case: cases.Case, state: CaseState, made: Act, at_ms: int) -> Known:
    """What the case's own party took, elsewhere: a number taken in a case that the asker may not see is not told (P7)."""
    numbers = set()
    for other in cases.all_cases(tx):
        if other.id != case.id and other.party == case.party:
            for stored in cases.acts_of(tx, other.id):
                value = decode(stored.envelope.payload_bytes)
                if isinstance(value, dict) and value.get("act") == "seize":
                    numbers.add(str(value.get("seizure_number", "")))
    return known_from(node.coalition.book, frozenset(numbers), _readable(node, tx, case, state, made, at_ms))


def _readable(node: Node, tx: Tx, case: cases.Case, state: CaseState, made: Act, at_ms: int) -> frozenset[Digest]:
    """Those leads an act cites as grounds that the acting unit could read for the boarding at this instant (red line 5)."""
    cited = made.leads if isinstance(made, SeekBasis | SignBasis | LegalReview) else ()
    house, unit = node.house(tx, at_ms), state.handed_to or case.unit
    rows = [row for row in (_lead(tx, lead) for lead in cited) if row is not None]
    return frozenset(row.holding.digest for row in rows if reads(house, unit, case, row, at_ms))


def _lead(tx: Tx, name: str) -> Row | None:
    found = holdings.by_ids(tx, [name[:64]])
    row = found[0] if found else holdings.by_digest(tx, name[:64])
    return row if row and row.holding.kind == "lead" else None


def _records(tx: Tx, case: cases.Case) -> list[Row]:
    return holdings.by_ids(tx, [stored.holding for stored in cases.acts_of(tx, case.id)])


def _may_see(node: Node, tx: Tx, house: Gatehouse, asked: Asked, case: cases.Case) -> bool:
    facts = Facts(label=case_label(node, tx, case.party), not_before_ms=0, expires_ms=FOREVER_MS, feeds=frozenset())
    return decide(house, asked.request, facts).permitted


def reads(house: Gatehouse, unit: str, case: cases.Case, row: Row, at_ms: int) -> bool:
    """Whether somebody of the unit could read the lead for the boarding, at this instant."""
    people = [code for code, person in house.people.items() if unit in person.units and person.may("read")]
    request = Request(
        person=people[0] if people else "",
        unit=unit,
        purpose="interdiction",
        operation=case.operation,
        act="read",
        form="full",
        at_ms=at_ms,
    )
    return decide(house, request, facts_of(row)).permitted
