"""The verbs of assurances: a recipient offers, accepts, withdraws; an originator doubts, finds breached, restores.

1. Each is one signed event, told to both parties where there are two; the table of agreement/assured.py says what may follow what.
2. A breach shuts by itself what was given on that assurance. A doubt shuts nothing: it proposes an order, ready to edit and sign.
3. One's own assurances are seen whole; an originator sees those given to it or to everybody, oversight all.
"""

from __future__ import annotations

import msgspec

from fairlead.agreement import Standing
from fairlead.agreement.assured import ORIGINATOR_SAYS, given, next_of, state_of
from fairlead.agreement.assured import key_of as key
from fairlead.agreement.events import Assurance, AssuranceStatus
from fairlead.agreement.terms import ASSURANCES
from fairlead.agreement.wording import words
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.enter import hand_over, sign_in
from fairlead.desk.halt import Wish, draft_order
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue
from fairlead.errors import BadInput
from fairlead.label.codebook import need
from fairlead.store.database import Tx


class Promise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a recipient's officer signs: which kind, to which originator (empty: to every one), until when."""

    kind: str
    originator: str = ""
    expires_ms: int = 0  # of no account for a withdrawal
    why: str = ""


class Doubt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an originator's officer signs about another party's assurance."""

    party: str
    kind: str
    why: str = ""


def promise(node: Node, asker: Asker, status: AssuranceStatus, wanted: Promise) -> Outcome:
    """Offer, accept or withdraw an assurance of one's own party. Raises UnknownCode, BadInput."""
    if status in ORIGINATOR_SAYS:
        raise BadInput(f"its originator says that an assurance is {status}", do="sign for a party that receives")
    reasons = entitled(node, asker, act="agree")
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        event = Assurance(
            party=party_of(node, asker),
            assurance=wanted.kind,
            originator=wanted.originator,
            status=status,
            expires_ms=wanted.expires_ms,
            at_ms=at_ms,
            why=wanted.why,
        )
        done = sign_in(node, tx, asker, event, at_ms=at_ms)
        shown = answer({**_shown(event, at_ms), "record": done.digest, **done.grounds})
    hand_over(node, done)
    return shown


def judge(node: Node, asker: Asker, status: AssuranceStatus, wanted: Doubt) -> Outcome:
    """Doubt, find breached or restore what a party assured to one's own. A doubt or breach comes with an order to sign."""
    if status not in ORIGINATOR_SAYS:
        raise BadInput(f"the party itself says that its assurance is {status}", do="sign for that party")
    reasons = entitled(node, asker, act="agree")
    if reasons:
        return refuse(node, asker, act="agree", reasons=reasons)
    at_ms, own = node.clock.now_ms(), party_of(node, asker)
    with node.db.write() as tx:
        standing = node.standing(tx)
        need(ASSURANCES, wanted.kind, what="kind of assurance", where=f"{wanted.kind} of {wanted.party}")
        dates = [one.expires_ms for one in standing.assurances if _concerns(one, wanted, own)]
        event = Assurance(
            party=wanted.party,
            assurance=wanted.kind,
            originator=own,
            status=status,
            expires_ms=max(dates, default=0),
            at_ms=at_ms,
            why=wanted.why,
        )
        done = sign_in(node, tx, asker, event, at_ms=at_ms)
        after = next_of({key(one): one for one in standing.assurances}, event)
        proposed = {} if status == "restored" else _proposed(node, tx, asker, standing, event, at_ms)
        shown = answer({**_shown(after, at_ms), "record": done.digest, **done.grounds, **proposed})
    hand_over(node, done)
    return shown


def assurances(node: Node, asker: Asker) -> Outcome:
    """The assurances the asker may see, and which of its agreements ask for what is not given."""
    reasons = entitled(node, asker, act="terms")
    if reasons:
        return refuse(node, asker, act="terms", reasons=reasons)
    at_ms, own = node.clock.now_ms(), party_of(node, asker)
    oversees = node.coalition.book.units[asker.unit].regime == "oversight"
    with node.db.read() as tx:
        standing = node.standing(tx)
    rows: list[JsonValue] = [
        _shown(one, at_ms)
        for one in sorted(standing.assurances, key=key)
        if oversees or own in (one.party, one.originator) or not one.originator
    ]
    return answer(
        {"assurances": rows, "asked_and_not_given": _lacking(node, standing, own, oversees, at_ms), "kinds": dict(ASSURANCES)}
    )


def _concerns(one: Assurance, wanted: Doubt, originator: str) -> bool:
    return one.party == wanted.party and one.assurance == wanted.kind and one.originator in ("", originator)


def _lacking(node: Node, standing: Standing, own: str, oversees: bool, at_ms: int) -> list[JsonValue]:
    book = standing.book or node.coalition.book
    found: list[JsonValue] = []
    for grant in standing.grants:
        parties = sorted({book.units[unit].party for unit in grant.recipients if unit in book.units} - {grant.originator})
        for party in parties:
            if not (oversees or own in (party, grant.originator)) or at_ms >= grant.expires_ms:
                continue
            found += [
                {"agreement": grant.id, "originator": grant.originator, "party": party, "kind": kind}
                for kind in grant.assurances
                if not given(standing.assurances, party=party, kind=kind, originator=grant.originator, at_ms=at_ms)
            ]
    return found


def _proposed(node: Node, tx: Tx, asker: Asker, standing: Standing, event: Assurance, at_ms: int) -> dict[str, JsonValue]:
    """The order that would stop what was given on this assurance to this party: a wish to edit and sign, with its words."""
    book = standing.book or node.coalition.book
    resting = [
        grant
        for grant in standing.grants
        if grant.originator == event.originator
        and event.assurance in grant.assurances
        and any(unit in book.units and book.units[unit].party == event.party for unit in grant.recipients)
    ]
    found = "doubted" if event.status == "doubted" else "found breached"
    fears = f"the assurance {event.assurance} of {event.party} is {found}" + (f": {event.why}" if event.why else "")
    wish = Wish(
        partners=(event.party,),
        purposes=tuple(sorted({purpose for grant in resting for purpose in grant.purposes})),
        operations=tuple(sorted({code for grant in resting for code in grant.operations if code in book.operations})),
        categories=tuple(sorted({code for grant in resting for code in grant.categories if code in book.categories})),
        fears=fears[:500],
    )
    order, _ = draft_order(node, tx, asker, wish, at_ms=at_ms)
    blank = Wish()
    axes: dict[str, JsonValue] = {
        name: one if isinstance(one, str) else list(one)
        for name, one in msgspec.structs.asdict(wish).items()
        if one != getattr(blank, name)
    }
    return {"proposed": {"wish": axes, "words": words(order, book), "rests_on": [grant.id for grant in resting], "signed": False}}


def _shown(one: Assurance, at_ms: int) -> dict[str, JsonValue]:
    return {
        "party": one.party,
        "kind": one.assurance,
        "words": ASSURANCES.get(one.assurance, one.assurance),
        "originator": one.originator,
        "state": state_of(one, at_ms),
        "expires_ms": one.expires_ms,
        "at_ms": one.at_ms,
        "why": one.why,
    }
