"""Acts of authority: granting, halting, resuming, certifying; judged by who signs, not by a purpose.

Such an act uses no holding, so it names no purpose and no operation. It takes a person who acts for the unit, a role that
permits the act, and a unit of the originator itself: nobody signs for another party.
"""

from __future__ import annotations

from fairlead.agreement import Reason, Request
from fairlead.agreement.render import redacted
from fairlead.desk import record
from fairlead.desk.answer import Refused, refused
from fairlead.desk.ask import Asked, Asker
from fairlead.desk.node import Node
from fairlead.envelope import Digest, digest_of


def entitled(node: Node, asker: Asker, *, act: str, party: str | None = None) -> tuple[Reason, ...]:
    """Why this person may not do the act for the party; empty when they may. Judged by the newest code-book there is."""
    node.refresh()
    person = node.coalition.people.get(asker.person)
    unit = node.coalition.book.units.get(asker.unit)
    if person is None or unit is None or asker.unit not in person.units:
        return (Reason(conjunct="codes", detail=f"{asker.person} does not act for {asker.unit}"),)
    if person.party != unit.party:
        return (Reason(conjunct="role", detail=f"{asker.person} is not of the party of {asker.unit}: nobody signs for another"),)
    if not person.may(act):
        return (Reason(conjunct="role", detail=f"no role of {asker.person} permits to {act}"),)
    if party is not None and unit.party != party:
        return (Reason(conjunct="role", detail=f"only {party} can do this with what it originated"),)
    return ()


def asked_as(asker: Asker, *, act: str, at_ms: int, evidence: Digest) -> Asked:
    """The request form of an act of authority; `evidence` is the digest of the signed record itself."""
    request = Request(person=asker.person, unit=asker.unit, purpose="", operation="", act=act, form="full", at_ms=at_ms)
    return Asked(request=request, evidence=evidence)


def party_of(node: Node, asker: Asker) -> str:
    """The party of the asker's unit, or an empty string for an unknown one."""
    unit = node.coalition.book.units.get(asker.unit)
    return unit.party if unit else ""


def refuse(node: Node, asker: Asker, *, act: str, reasons: tuple[Reason, ...]) -> Refused:
    """Record that somebody was not entitled to an act, and say so. The same leaf in every log as for any refusal (P6)."""
    at_ms = node.clock.now_ms()
    asked = asked_as(asker, act=act, at_ms=at_ms, evidence=digest_of({"act": act, "person": asker.person, "at_ms": at_ms}))
    with node.db.write() as tx:
        record.refusal(node, tx, asked, house=node.house(tx, at_ms), rows=())
    node.publish()
    return refused(redacted(reasons))
