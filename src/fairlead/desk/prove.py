"""The verbs prove, declare and withdraw: what an originator wants never to become possible, proved or broken by a path.

1. An originator sees its own invariants, oversight everybody's. A step of a path that rests on others' word is redacted to a party,
   and a certificate that holds others' terms goes to oversight only (P7).
2. Declaring one tells at once whether it holds; it is declared even when it does not, and from then on nothing is signed that would
   break it anew (`breaking`, asked by every verb that puts an event in force).
3. Every question leaves a receipt that names the certificates it was answered with.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import msgspec

from fairlead.agreement.events import Event, Invariant
from fairlead.agreement.proof import (
    NOT_PROVED,
    Broken,
    Proved,
    Step,
    World,
    certificate_of,
    check,
    check_event,
    graph_of,
    make_invariant,
    prove,
    state_of,
    steps,
    steps_for,
    why_broken,
    words_of,
)
from fairlead.agreement.proof.invariant import INVARIANTS_MAX
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.node import Node, supposing
from fairlead.envelope import Digest, JsonValue, digest_of, envelope_to_json, new_id, sha256_hex
from fairlead.errors import BadInput
from fairlead.label import EXCLUDED_USES
from fairlead.receipt.receipt import HeldRef
from fairlead.store import events, holdings, links
from fairlead.store.database import Tx

ID_BYTES = 16
CERTIFICATE_MAX = 64 * 2**20  # bytes


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invariant as somebody fills it in; no category means all of one's own."""

    categories: tuple[str, ...] = ()
    never_purposes: tuple[str, ...] = ()
    never_units: tuple[str, ...] = ()
    never_parties: tuple[str, ...] = ()
    words: str = ""


def prove_invariants(node: Node, asker: Asker, *, invariant: str = "", certify: str = "") -> Outcome:
    """Each invariant the asker may see, or the one named, proved or broken. `certify` "yes" adds the certificates themselves.

    Raises BadInput when the one named is not to be seen, ProofFailed for a fault of the search.
    """
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="prove", reasons=reasons)
    with node.db.read() as tx:
        world = world_of(node, tx)
    seen = [one for one in world.standing.invariants if _sees(node, asker, one) and invariant in ("", one.id)]
    if invariant and not seen:
        raise BadInput("no such invariant of this originator", where=invariant, do="list them with fairlead prove")
    told = [_told(node, asker, world, one, at_ms, certify) for one in sorted(seen, key=lambda one: (one.originator, one.id))]
    given = answer(
        {
            "invariants": [row for row, _ in told],
            "one_step": one_step(),
            "by_construction": sorted(EXCLUDED_USES),
            "what_is_proved": NOT_PROVED,
            "at_ms": at_ms,
        }
    )
    asked = asked_as(asker, act="prove", at_ms=at_ms, evidence=digest_of({"invariant": invariant, "person": asker.person}))
    proofs = tuple(proof for _, proof in told if proof is not None)
    with node.db.write() as tx:  # nothing of anybody's is used: what stood when it was read is what the answer is about
        record.write(node, tx, party_of(node, asker), asked, holdings=proofs, agreements=(), output=given.body)
    node.publish()
    return given


def preview_invariant(node: Node, asker: Asker, wanted: Wanted) -> Outcome:
    """Whether it would hold as things stand; nothing is signed. Raises UnknownCode, ExcludedUse, BadInput."""
    reasons = entitled(node, asker, act="order")
    if reasons:
        return refuse(node, asker, act="declare", reasons=reasons)
    at_ms = node.clock.now_ms()
    with node.db.read() as tx:
        world = world_of(node, tx)
        invariant = _made(node, asker, world, wanted, at_ms)
        return answer(_told(node, asker, world, invariant, at_ms, "")[0])


def declare(node: Node, asker: Asker, wanted: Wanted) -> Outcome:
    """Sign the invariant; it is declared whether it holds or not. Raises UnknownCode, ExcludedUse, BadInput."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order")
    if reasons:
        return refuse(node, asker, act="declare", reasons=reasons)
    with node.db.read() as tx:
        world = world_of(node, tx)
    invariant = _made(node, asker, world, wanted, at_ms)
    row, _ = _told(node, asker, world, invariant, at_ms, "")
    with node.db.write() as tx:
        raw = _signed(node, tx, asker, invariant, at_ms)
        given = answer({"declared": invariant.id, **row})
    node.home(invariant.originator).deliver("invariant", sha256_hex(raw), raw)
    node.publish()
    return given


def withdraw(node: Node, asker: Asker, invariant_id: str) -> Outcome:
    """End an invariant of one's own. Raises BadInput when there is none of that id."""
    at_ms = node.clock.now_ms()
    reasons = entitled(node, asker, act="order")
    if reasons:
        return refuse(node, asker, act="withdraw", reasons=reasons)
    with node.db.write() as tx:
        own = [one for one in node.standing(tx).invariants if one.id == invariant_id and one.originator == party_of(node, asker)]
        if not own:
            raise BadInput("no such invariant of this originator", where=invariant_id, do="list them with fairlead prove")
        ended = msgspec.structs.replace(own[0], withdrawn=True, at_ms=at_ms)
        raw = _signed(node, tx, asker, ended, at_ms)
        given = answer({"withdrawn": invariant_id, "at_ms": at_ms})
    node.home(ended.originator).deliver("invariant", sha256_hex(raw), raw)
    node.publish()
    return given


def check_certificate(raw: bytes) -> JsonValue:
    """What a certificate proves, checked with nothing but itself. Raises ProofFailed."""
    graph = check(raw[:CERTIFICATE_MAX])
    return {
        "certificate": sha256_hex(raw),
        "state": state_of(graph),
        "words": words_of(graph.invariant, None),
        "invariant": graph.invariant.id,
        "originator": graph.invariant.originator,
        "at_ms": graph.at_ms,
        "agreements": len(graph.ways),
        "orders": len(graph.stops),
        "what_is_proved": NOT_PROVED,
        "not_checked": "that the terms in it are those that stand: ask with --as, or compare the state with one that oversight has",
    }


def recheck_certificate(node: Node, asker: Asker, raw: bytes) -> Outcome:
    """The same, and whether the terms in it are still exactly those that stand. Raises ProofFailed."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="prove", reasons=reasons)
    graph = check(raw[:CERTIFICATE_MAX])
    with node.db.read() as tx:
        world = world_of(node, tx)
    declared = {one.id: one for one in world.standing.invariants}
    now = graph_of(world, graph.invariant, graph.at_ms)
    value = check_certificate(raw)
    assert isinstance(value, dict)
    return answer(value | {"terms_stand": now == graph, "invariant_stands": declared.get(graph.invariant.id) == graph.invariant})


def breaking(node: Node, tx: Tx, event: Event, *, at_ms: int) -> tuple[World, tuple[Broken, ...]]:
    """What this event would break, before it is signed; with the world the paths are told from."""
    world = world_of(node, tx)
    found = check_event(
        world.standing, world.book, node.coalition.people, event, at_ms, releases=world.releases, records=_named_by(tx, [event])
    )
    return msgspec.structs.replace(world, standing=supposing(world.standing, event)), found


def unbroken(node: Node, asker: Asker, tx: Tx, event: Event, *, at_ms: int) -> None:
    """Raises BadInput, with the path as far as the asker may see it, when the event would break a declared invariant."""
    world, found = breaking(node, tx, event, at_ms=at_ms)
    for broken in found:
        raise BadInput(
            f"this would break an invariant of {broken.invariant.originator}",
            where=broken.invariant.id if _sees(node, asker, broken.invariant) else "",
            why="; ".join(broken_in_words(node, asker, world, broken)),
            do="narrow it, begin it after what opens the path has ended, or have the invariant withdrawn by its originator",
        )


def broken_in_words(node: Node, asker: Asker, world: World, broken: Broken) -> tuple[str, ...]:
    """Why it is broken, and the path, as far as the asker may see it."""
    seen = _seen(node, asker, world, broken)
    return (_why(broken, seen), *(step.words for step in seen))


def _seen(node: Node, asker: Asker, world: World, broken: Broken) -> tuple[Step, ...]:
    whole = steps(world, broken)
    return whole if _oversees(node, asker) else steps_for(whole, party_of(node, asker))


def _why(broken: Broken, seen: tuple[Step, ...]) -> str:
    """What has yet to be accepted is told only to who sees the whole path: others' terms ask it (P7)."""
    hidden = any(step.kind == "redacted" for step in seen)
    return why_broken(msgspec.structs.replace(broken, needs=()) if hidden else broken)


def world_of(node: Node, tx: Tx) -> World:
    """What stands, with the releases that were made and the records that overrides name."""
    standing = node.standing(tx)
    return World(
        standing=standing,
        book=standing.book or node.coalition.book,
        releases=links.releases_made(tx),
        records=_named_by(tx, standing.overrides),
    )


@cache
def one_step() -> JsonValue:
    """The one-step laws as the solver finds them; said by name when there is no solver."""
    try:
        from fairlead.agreement.proof import onestep
    except ImportError:
        return {"solver": "", "laws": [], "do": "install the extra fairlead[proof] to have the one-step laws proved here too"}
    laws = onestep.all_laws()
    return {"solver": onestep.SOLVER, "laws": [{"law": law.name, "proved": law.proved} for law in laws]}


def _told(
    node: Node, asker: Asker, world: World, invariant: Invariant, at_ms: int, certify: str
) -> tuple[dict[str, JsonValue], HeldRef | None]:
    verdict = prove(world, node.coalition.people, invariant, at_ms)
    head: dict[str, JsonValue] = {
        "id": invariant.id,
        "originator": invariant.originator,
        "words": words_of(invariant, world.book),
    }
    if isinstance(verdict, Broken):
        return head | _broken(node, asker, world, verdict), None
    return _proved(node, asker, head, verdict, certify)


def _proved(
    node: Node, asker: Asker, head: dict[str, JsonValue], verdict: Proved, certify: str
) -> tuple[dict[str, JsonValue], HeldRef]:
    raw = certificate_of(verdict.graph, verdict.closure)
    check(raw, state=state_of(verdict.graph))  # twice, by different hands: the checker knows nothing of the search
    digest = sha256_hex(raw)
    row = head | {"outcome": "proved", "certificate": digest, "state": state_of(verdict.graph)}
    all_its_own = _oversees(node, asker) or verdict.graph.parties <= {party_of(node, asker)}
    seen = {one.name for one in verdict.graph.carries if all_its_own or {party for party, _ in one.pairs} == {party_of(node, asker)}}
    row["reached"] = sorted({use[0] for name, readers in verdict.closure.readers.items() if name in seen for use in readers})
    if certify and all_its_own:
        row["certificate_text"] = raw.decode("utf-8")
    elif certify:
        row["withheld"] = "the certificate holds terms of others; oversight can have it and check it"
    return row, HeldRef(digest=digest, kind="proof")


def _broken(node: Node, asker: Asker, world: World, verdict: Broken) -> dict[str, JsonValue]:
    seen = _seen(node, asker, world, verdict)
    path: list[JsonValue] = [msgspec.to_builtins(step) for step in seen]
    row: dict[str, JsonValue] = {"outcome": "broken", "why": _why(verdict, seen), "path": path}
    if seen and seen[-1].kind != "redacted":
        row["since_ms"] = verdict.since_ms
    return row


def _made(node: Node, asker: Asker, world: World, wanted: Wanted, at_ms: int) -> Invariant:
    party = party_of(node, asker)
    if sum(one.originator == party for one in world.standing.invariants) >= INVARIANTS_MAX:
        raise BadInput("too many invariants", where=party, why=f"{INVARIANTS_MAX} stand", do="withdraw one first")
    id = new_id(node.random_bytes(ID_BYTES))
    return make_invariant(world.book, id=id, originator=party, at_ms=at_ms, **msgspec.structs.asdict(wanted))


def _signed(node: Node, tx: Tx, asker: Asker, invariant: Invariant, at_ms: int) -> bytes:
    envelope = signed_by(node, tx, asker.person, "invariant", msgspec.to_builtins(invariant))
    raw = envelope_to_json(envelope)
    events.add_event(tx, invariant, envelope, at_ms=at_ms, clock=node.clock.source)
    asked = asked_as(asker, act="declare", at_ms=at_ms, evidence=sha256_hex(raw))
    record.event(node, tx, asked, party=invariant.originator, subject=sha256_hex(raw), kind="invariant", output=raw)
    return raw


def _named_by(tx: Tx, overrides: Iterable[object]) -> dict[Digest, tuple[tuple[str, str], ...]]:
    """The originator pairs of every record that an override names, as far as the store has it."""
    found = {}
    for one in overrides:
        for digest in getattr(one, "holdings", ()):
            row = holdings.by_digest(tx, digest)
            if row is not None:
                found[digest] = row.holding.label.originators
    return found


def _sees(node: Node, asker: Asker, invariant: Invariant) -> bool:
    return _oversees(node, asker) or invariant.originator == party_of(node, asker)


def _oversees(node: Node, asker: Asker) -> bool:
    return node.coalition.book.units[asker.unit].regime == "oversight"
