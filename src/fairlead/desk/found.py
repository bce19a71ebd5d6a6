"""The verb that makes a node: keys and homes for every party, the database, the first agreements, the first checkpoints.

Everything is made in a folder beside and renamed into place, so a node exists whole or not at all. Who makes it holds a lock in it:
a folder with our lock that nobody holds was left by a founding that was broken off, never was a node, and is cleared away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from fairlead.agreement.events import BookChange, parties_told
from fairlead.agreement.signing import book_signers, needed
from fairlead.desk import record
from fairlead.desk.ask import Asker
from fairlead.desk.authority import asked_as
from fairlead.desk.clock import Clock, SetClock, StoryClock
from fairlead.desk.home import Home, read_key, write_key
from fairlead.desk.node import Node
from fairlead.desk.served import address as log_address
from fairlead.envelope import SigningKey, encode, envelope_to_json, sha256_hex, sign
from fairlead.errors import BadScenario, NodeError
from fairlead.intake.scenario import Scenario, coalition_bytes
from fairlead.store import events, ledger
from fairlead.store.database import Database, without_password
from fairlead.store.files import DELIVERING, ORDERING, PUBLISHING, WRITING, held_now, sync_folder, write_durably

SEED_BYTES = 32
FOUNDING = "founding.lock"
DATABASE = "node.sqlite"
LOCKS = frozenset({FOUNDING, PUBLISHING, DELIVERING, WRITING, ORDERING})
MADE = LOCKS | {"keys", "segments", "quarantine", "homes", "log", "charts", "coalition.json", "node.toml", "clock.json"}


def found(
    root: Path,
    scenario: Scenario,
    *,
    clock: Clock | None = None,
    random_bytes: Callable[[int], bytes] = os.urandom,
    database: str = "",
) -> None:
    """Make a node in `root`, which must not exist or be empty; on an empty PostgreSQL database when its address is given.

    Raises NodeError.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise NodeError("there is something in the folder already", where=str(root), do="name a new folder")
    side = root.with_name(root.name + ".founding")
    _clear(side)
    side.mkdir(parents=True)
    with held_now(side / FOUNDING) as alone:
        if not alone:  # somebody else was a moment faster
            raise NodeError("another founding of this node is going on", where=str(side), do="wait for it to end")
        _made(side, scenario, clock, random_bytes, database)
        (side / FOUNDING).unlink()
        if root.exists():
            root.rmdir()
        os.replace(side, root)
    sync_folder(root.parent)


def _clear(side: Path) -> None:
    """Clear away what a broken founding left, when it is surely that. Raises NodeError for anything else of this name."""
    if not side.is_dir() or side.is_symlink():
        if side.exists() or side.is_symlink():
            raise NodeError("something is in the way of the founding", where=str(side), do="move it away and try again")
        return
    names = {path.name for path in side.iterdir()}
    if not names:
        side.rmdir()
        return
    if FOUNDING not in names or not all(name in MADE or name.startswith(DATABASE) for name in names):
        raise NodeError("something is in the way of the founding", where=str(side), do="move that folder away and try again")
    with held_now(side / FOUNDING) as alone:
        if not alone:
            raise NodeError("another founding of this node is going on", where=str(side), do="wait for it to end")
        shutil.rmtree(side)


def _made(side: Path, scenario: Scenario, clock: Clock | None, random_bytes: Callable[[int], bytes], address: str) -> None:
    """The whole node in the folder beside. A shared database is left as empty as it was when this cannot be ended."""
    now = clock or SetClock(scenario.clock_start_ms, "founding")
    _keys(side, scenario, random_bytes)
    _settings(side, scenario, now, without_password(address) if address else "")
    database = Database(side / DATABASE, create=True, address=address)
    try:
        _filled(side, scenario, now, random_bytes, address)
    except BaseException:
        database.discard()
        raise
    finally:
        database.close()


def _filled(side: Path, scenario: Scenario, now: Clock, random_bytes: Callable[[int], bytes], address: str) -> None:
    """What stands in a node from its first instant: logs, certificates, the code-book, the first agreements."""
    node = Node(side, clock=now, random_bytes=random_bytes, database=address)
    with node.db.write() as tx:
        ledger.begin(tx, node.logs.values())
    _certify(node)
    _open_book(node, scenario)
    _agree(node, scenario)
    node.publish()
    for party in node.logs:
        node.home(party).keep_address(log_address(node, party))
        node.home(party).keep(party, (side / "log" / party / "checkpoint").read_bytes())
    node.close()


def _keys(side: Path, scenario: Scenario, random_bytes: Callable[[int], bytes]) -> None:
    (side / "keys").mkdir()
    (side / "segments").mkdir()
    (side / "quarantine").mkdir()
    parties = sorted(scenario.book.parties)
    logs = {party: SigningKey(random_bytes(SEED_BYTES)) for party in parties}
    for party, key in logs.items():
        write_key(side / "keys" / f"log-{party}.key", key)
    party_keys = {party: SigningKey(random_bytes(SEED_BYTES)) for party in parties}
    trust: dict[str, object] = {
        "logs": {f"fairlead/{scenario.node}/{party}": key.public.text() for party, key in logs.items()},
        "parties": {party: key.public.text() for party, key in party_keys.items()},
        "operator": scenario.operating_party,
        "units": {code: unit.party for code, unit in scenario.book.units.items()},
    }
    for party in parties:
        people = {
            code: SigningKey(random_bytes(SEED_BYTES)) for code, person in sorted(scenario.people.items()) if person.party == party
        }
        Home(side, party).found(party_keys[party], people, trust)


def _settings(side: Path, scenario: Scenario, clock: Clock, address: str) -> None:
    story = scenario.clock == "demo"
    write_durably(side / "coalition.json", coalition_bytes(scenario))
    lines = [
        f'node = "{scenario.node}"',
        f'scenario = "{scenario.code}"',
        f'operating_party = "{scenario.operating_party}"',
        f'clock = "{"story" if story else "system"}"',
        f"demo = {'true' if scenario.demo else 'false'}",
    ]
    if address:
        lines.append(f"database = {encode(address).decode()}")
    write_durably(side / "node.toml", ("\n".join(lines) + "\n").encode())
    if story:
        StoryClock(side / "clock.json").set(scenario.clock_start_ms)


def _certify(node: Node) -> None:
    """Each party's key signs who its people are: code, units, roles, public key."""
    with node.db.write() as tx:
        for code, person in sorted(node.coalition.people.items()):
            home = node.home(person.party)
            key = home.person_key(code).public
            value = {"person": msgspec.to_builtins(person), "public_key": key.text()}
            envelope = sign("person-certificate", value, [read_key(home.path / "party.key")])
            events.add_certificate(tx, person=code, party=person.party, key=key, envelope=envelope)


def _open_book(node: Node, scenario: Scenario) -> None:
    """The first code-book, signed by every party that has somebody to sign it, and entered in every log."""
    with node.db.write() as tx:
        at_ms = node.clock.now_ms()
        event = BookChange(party=scenario.operating_party, book=scenario.book, at_ms=at_ms, why="founding")
        signers = [sorted(book_signers(scenario.people, party))[0] for party in sorted(needed(event, scenario.people))]
        if not signers:
            raise BadScenario("nobody can sign the code-book", where=scenario.code, do="declare a releasing officer")
        envelope = sign("book-change", msgspec.to_builtins(event), [node.person_key(signer) for signer in signers])
        raw = envelope_to_json(envelope)
        digest = sha256_hex(raw)
        events.add_event(tx, event, envelope, at_ms=at_ms, clock=node.clock.source)
        signer = scenario.people[signers[0]]
        asked = asked_as(
            Asker(person=signer.code, unit=signer.units[0], purpose="", operation=""), act="agree", at_ms=at_ms, evidence=digest
        )
        for party in parties_told(event):
            record.event(node, tx, asked, party=party, subject=digest, kind="book-change", output=raw)
            node.home(party).deliver("book-change", digest, raw)


def _agree(node: Node, scenario: Scenario) -> None:
    """The first agreements, each signed by its originator's releasing officer and entered in that originator's log."""
    with node.db.write() as tx:
        for terms in scenario.grants:
            at_ms = node.clock.now_ms()
            envelope = sign("grant", msgspec.to_builtins(terms.grant), [node.person_key(terms.signer)])
            raw = envelope_to_json(envelope)
            digest = sha256_hex(raw)
            events.add_event(tx, terms.grant, envelope, at_ms=at_ms, clock=node.clock.source)
            signer = scenario.people[terms.signer]
            asker = Asker(person=signer.code, unit=signer.units[0], purpose="", operation="")
            asked = asked_as(asker, act="agree", at_ms=at_ms, evidence=digest)
            record.event(node, tx, asked, party=terms.grant.originator, subject=digest, kind="grant", output=raw)
            node.home(terms.grant.originator).deliver("grant", digest, raw)
