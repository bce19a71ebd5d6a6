"""Cases as stored: an index of signed acts, each act a holding of the acting party; nothing is ever changed or taken out."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, Select, func, insert, select

from fairlead.case.act import Signer
from fairlead.envelope import Envelope, JsonValue, decode, encode, envelope_from_json, envelope_to_json
from fairlead.store.schema import case_acts, cases, holdings


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case: whose, opened by which unit, inside which operation, citing which lead by digest (empty: none)."""

    id: str
    party: str
    unit: str
    operation: str
    lead: str
    opened_ms: int


class StoredAct(msgspec.Struct, frozen=True, kw_only=True):
    """One act with the holding that carries it."""

    idx: int
    holding: str
    envelope: Envelope
    signers: tuple[Signer, ...]  # who signed, in which roles and for which unit, as certified when it was recorded
    recorded_ms: int


def add_case(tx: Connection, case: Case) -> None:
    tx.execute(insert(cases).values(**msgspec.structs.asdict(case)))


def all_cases(tx: Connection) -> list[Case]:
    """Every case, oldest first. The caller asks the gate."""
    rows = tx.execute(select(cases).order_by(cases.c.opened_ms, cases.c.id)).all()
    return [Case(**row._asdict()) for row in rows]


def case_of(tx: Connection, case_id: str) -> Case | None:
    row = tx.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    return Case(**row._asdict()) if row else None


def add_act(tx: Connection, case_id: str, holding: str, envelope: Envelope, signers: tuple[Signer, ...]) -> int:
    """Append one act; its place in the case."""
    idx = int(tx.execute(select(func.count()).where(case_acts.c.case_id == case_id)).scalar_one())
    signed: JsonValue = msgspec.to_builtins(signers)
    tx.execute(
        insert(case_acts).values(case_id=case_id, idx=idx, holding=holding, envelope=envelope_to_json(envelope), signers=encode(signed))
    )
    return idx


def acts_since(tx: Connection, since_ms: int) -> list[tuple[str, Envelope]]:
    """The acts of all cases recorded from this instant on, each with the party whose case it is."""
    return _owned(tx, _ACTS.where(holdings.c.created_ms >= since_ms))


def newest_acts(tx: Connection, *, most: int) -> list[tuple[str, Envelope]]:
    """The acts recorded last, of all cases, each with the party whose case it is."""
    return _owned(tx, _ACTS.order_by(holdings.c.num.desc()).limit(most))


_ACTS = (
    select(cases.c.party, case_acts.c.envelope)
    .join(cases, cases.c.id == case_acts.c.case_id)
    .join(holdings, holdings.c.id == case_acts.c.holding)
)


def _owned(tx: Connection, wanted: Select[tuple[str, bytes]]) -> list[tuple[str, Envelope]]:
    return [(row.party, envelope_from_json(row.envelope)) for row in tx.execute(wanted)]


def acts_of(tx: Connection, case_id: str) -> list[StoredAct]:
    """The acts of a case in the order they were recorded."""
    wanted = select(case_acts, holdings.c.created_ms).join(holdings, holdings.c.id == case_acts.c.holding)
    rows = tx.execute(wanted.where(case_acts.c.case_id == case_id).order_by(case_acts.c.idx)).all()
    return [
        StoredAct(
            idx=row.idx,
            holding=row.holding,
            envelope=envelope_from_json(row.envelope),
            signers=msgspec.convert(decode(row.signers), tuple[Signer, ...]),
            recorded_ms=row.created_ms,
        )
        for row in rows
    ]
