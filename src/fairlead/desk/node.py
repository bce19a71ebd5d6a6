"""An open node: its folder, database, coalition, keys, clock and randomness; everything a verb is handed.

A node is a folder. `node.toml` names it, `coalition.json` holds the coalition it was founded for, `node.sqlite` is the truth, or a
PostgreSQL database that `node.toml` names, and `log/` and `homes/` are published from it. Opening publishes whatever a crash left
unpublished, and says so.
"""

from __future__ import annotations

import fcntl
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from fairlead.agreement import Gatehouse, Standing, apply, compile_slice
from fairlead.agreement.events import Draft, Event, kind_of, parties_told, subject_of
from fairlead.agreement.lawful import reviewed
from fairlead.agreement.signing import needed, signers
from fairlead.agreement.standing import Folding
from fairlead.desk import packing
from fairlead.desk.charts import Charts
from fairlead.desk.clock import Clock, StoryClock, WallClock
from fairlead.desk.home import Home, read_key
from fairlead.envelope import Digest, Envelope, JsonValue, PublicKey, SigningKey, decode, encode, envelope_to_json, sha256_hex, verify
from fairlead.errors import BadSignature, LogFault, NodeBusy, NotANode
from fairlead.intake.coalition import under_book
from fairlead.intake.scenario import Scenario
from fairlead.intake.segment_file import segment_path, stated_path
from fairlead.intake.segment_pack import is_pack
from fairlead.label import CodeBook
from fairlead.picture import Parameters, Place, View, Window
from fairlead.receipt.log_keys import LogKeys, history
from fairlead.store import cases, check, events, heads, holdings, ledger, purges
from fairlead.store.database import Database, Tx
from fairlead.store.files import SERVING, write_durably
from fairlead.store.memory import keep_columns, keep_families, keep_sources

UNDELIVERED_ACTS_MAX = 512  # an order may withdraw the grounds of many cases at once
UNDELIVERED_MAX = 64  # an ingest delivers each manifest before it makes the next, so a crash leaves one a process


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`node.toml`, unknown keys are errors."""

    node: str
    scenario: str
    operating_party: str
    clock: str
    demo: bool = False
    database: str = ""  # the address of a shared database; empty: node.sqlite in the folder


class Node:
    """One open node. Verbs take it as their first argument."""

    def __init__(
        self,
        root: Path,
        *,
        clock: Clock | None = None,
        random_bytes: Callable[[int], bytes] = os.urandom,
        database: str = "",
    ) -> None:
        self.root = root
        self.config = _config(root)
        self.coalition = _coalition(root)
        self.db = Database(root / "node.sqlite", address=database or _address(self.config))
        self.random_bytes = random_bytes
        self.clock: Clock = clock or (StoryClock(root / "clock.json") if self.config.clock == "story" else WallClock())
        self.logs = {
            party: ledger.Log(
                party=party,
                origin=f"fairlead/{self.config.node}/{party}",
                key=read_key(root / "keys" / f"log-{party}.key"),
                ring=lambda keyid, party=party: self._ring(party, keyid),  # type: ignore[misc]
            )
            for party in sorted(self.coalition.book.parties)
        }
        self.parameters = Parameters(**self.coalition.picture_parameters)
        self.declared = tuple(Place(**msgspec.structs.asdict(place)) for place in self.coalition.places)
        self.charts = Charts(root)
        self.views: dict[tuple[tuple[tuple[str, str], ...], Window, str], View] = {}
        self.recipes: dict[Digest, Digest] = {}
        self._standing: tuple[events.Last, Standing] | None = None
        self._signed: set[Envelope] = set()  # events whose signature was checked
        self._house: Gatehouse | None = None
        self._keys: dict[str, PublicKey] | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """Ports and anchorages that the scenario declares, and those of installed charts. Raises BadFile."""
        return self.declared + self.charts.chart()[1]

    def recover(self) -> int:
        """Publish what the database holds and the files do not, and sweep half-made files; the number of entries published. Raises
        LogFault when the newest part of a log is not what its head says: nothing is signed on top of it."""
        with self.db.read() as tx:
            for party in self.logs:
                for found in check.newest_part(tx, party, self.keys_of(tx, party)):
                    raise LogFault("the log does not hold together", where=str(found), do="run fairlead fsck")
        with self.db.read() as tx:
            published = ledger.publish(tx, self.root, self.logs.values())
        ledger.sweep(self.root, self.logs.values())
        self._deliver_again()
        self.sweep()
        return published

    def _deliver_again(self) -> None:
        """A crash right after a commit leaves a home without the record of it: what the database has is delivered."""
        with self.db.read() as tx:
            stored = events.all_events(tx)
            manifests = holdings.newest_manifests(tx, most=UNDELIVERED_MAX)
            acts = cases.newest_acts(tx, most=UNDELIVERED_ACTS_MAX)
            gone = purges.purged(tx)
        for one in stored:
            for party in parties_told(one.event):
                self.home(party).deliver(kind_of(one.event), sha256_hex(one.raw), one.raw)
        for party, envelope in acts:
            raw = envelope_to_json(envelope)
            self.home(party).deliver(envelope.kind, sha256_hex(raw), raw)
        stones = [(feed, one.tombstone.encode()) for feed, one in gone.items()]
        for kind, listed in (("segment-manifest", manifests), ("segment-tombstone", stones)):
            for feed, raw in listed:
                known = self.coalition.feeds.get(feed)
                if known is not None:
                    self.home(known.facts.originator).deliver(kind, sha256_hex(raw), raw)

    def sweep(self) -> None:
        """Remove segment files that no holding names: an ingest wrote them and was killed, or a purge was before it had removed them.
        They are written inside the write transaction only, so while it is held here none is on its way."""
        folder = self.root / "segments"
        if self._strays(folder) or packing.unsettled(folder, self._segment_ids()):
            with self.db.write():
                for path in self._strays(folder):
                    path.unlink(missing_ok=True)
                packing.settle(folder, self._segment_ids())

    def _segment_ids(self) -> set[str]:
        with self.db.read() as tx:
            return holdings.with_segments(tx)

    def _strays(self, folder: Path) -> list[Path]:
        there = sorted(folder.glob("*"))
        paths = [segment_path(self.root, name) for name in self._segment_ids()]
        named = {path.name for path in paths} | {stated_path(path).name for path in paths}
        return [path for path in there if path.name not in named and not is_pack(path)]

    def publish(self) -> int:
        """Write log files and receipts from the database; after this the answer may go out. Raises LogFault."""
        return self.db.publish(self.root, self.logs.values())

    def publish_cosigned(self, party: str) -> None:
        """Write the newest cosigned head of a log beside its checkpoint."""
        with self.db.read() as tx:
            head = heads.cosigned_head(tx, party)
        path = self.root / "log" / party / ledger.COSIGNED
        if head is not None and (not path.is_file() or path.read_bytes() != head[1]):
            write_durably(path, head[1])

    def _ring(self, party: str, keyid: str) -> SigningKey:
        """A key of a log by its id; a rotation leaves the older ones where they are. Raises LogFault."""
        for path in sorted((self.root / "keys").glob(f"log-{party}*.key")):
            key = read_key(path)
            if key.public.keyid == keyid:
                return key
        raise LogFault("the key that signs a log is not here", where=f"keys/log-{party}*.key", why=f"its id is {keyid[:16]}")

    def keys_of(self, tx: Tx, party: str) -> LogKeys:
        """The keys of a log in their order. Raises BadSignature, BadInput for a change that does not hold."""
        log = self.logs[party]
        operator = self.home(self.config.operating_party).public_key()
        return history(log.origin, log.key.public, operator, heads.key_events(tx, party))

    def home(self, party: str) -> Home:
        return Home(self.root, party)

    def person_key(self, person: str) -> SigningKey:
        """The signing key of a person whose home lies in this folder. Raises BadSignature."""
        found = self.coalition.people.get(person)
        if found is None:
            raise BadSignature(
                "no such person in the coalition", where=person, do="name one of its people; their key signs the request"
            )
        return self.home(found.party).person_key(person)

    def public_keys(self, tx: Tx) -> dict[str, PublicKey]:
        """The keys of all people, each certified by their party for exactly the roles and units the coalition says.

        Raises BadSignature for a certificate that does not verify or says something else.
        """
        if self._keys is None:
            found = {}
            for code, party, key, envelope in events.certificates_of(tx):
                verify(envelope, [self.home(party).public_key()], kind="person-certificate")
                person = self.coalition.people.get(code)
                said: JsonValue = {"person": msgspec.to_builtins(person), "public_key": key.text()}
                if person is None or person.party != party or encode(said) != envelope.payload_bytes:
                    raise BadSignature("a certificate says something else than the coalition", where=code)
                found[code] = key
            self._keys = found
        return self._keys

    def standing(self, tx: Tx) -> Standing:
        """What stands at this epoch; only events that have come since are folded. Raises BadSignature for one not rightly signed."""
        last = events.last(tx)
        known = self._standing  # one look: another thread may put a newer or older one there, each whole
        if known is None or known[0] != last:
            since = known[1] if known is not None and events.holds(tx, known[0]) else None
            folding = Folding(since)
            for one in events.all_events(tx, after=folding.epoch):
                self._check_stored(tx, one, folding)
                folding.add(one.event)
            known = self._standing = (last, folding.done())
            self._take_book(known[1])
        return known[1]

    def _take_book(self, standing: Standing) -> None:
        """From here on the coalition has the newest code-book signed; nobody else's word changes it."""
        if standing.book is not None and standing.book != self.coalition.book:
            self.coalition = under_book(self.coalition, standing.book)

    def refresh(self) -> None:
        """Take note of what another process has signed in: acts of authority are judged before their transaction begins."""
        with self.db.read() as tx:
            self.standing(tx)

    def _check_stored(self, tx: Tx, one: events.StoredEvent, before: Folding) -> None:
        """An event that is not signed by enough officers, or gives what nobody reviewed, stops the node. Raises BadSignature."""
        if one.envelope in self._signed:
            return
        draft = before.drafts.get(subject_of(one.event))
        try:
            self.check_signed(tx, one.event, one.envelope, draft=draft, book=before.book)
            founding = any(one.event == terms.grant for terms in self.coalition.grants)
            if not founding and not reviewed(one.event, before):
                raise BadSignature("not reviewed", why="it gives what no review approved")
        except BadSignature as error:
            do = "restore the database from a copy; nothing is decided on an unsigned event"
            raise BadSignature(f"event {one.seq} is {error.what}", where="node.sqlite", why=error.why, do=do) from error
        self._signed.add(one.envelope)

    def check_signed(
        self, tx: Tx, event: Event, envelope: Envelope, *, draft: Draft | None = None, book: CodeBook | None = None
    ) -> None:
        """Raises BadSignature unless enough officers of every party the event binds have signed it. `draft`: of the terms it puts in
        force; `book`: the code-book before it."""
        keys = self.public_keys(tx)
        may = signers(event, self.coalition.people, draft=draft, book=book)
        for party, count in needed(event, self.coalition.people, book=book).items():
            officers = [keys[code] for code in sorted(may[party]) if code in keys]
            try:
                verify(envelope, officers, kind=kind_of(event), threshold=count)
            except BadSignature as error:
                raise BadSignature(f"not signed by {party}", why=error.why) from error

    def living(self) -> Node:
        """This node for a process that lives: what an order would close is found from what is kept at hand, and so are labels and
        times of all rows; these not on PostgreSQL, where every list is asked in the reader's role (store/barrier.py)."""
        with self.db.read() as tx:
            keep_families(tx)
            keep_sources(tx)
            if tx.dialect.name == "sqlite":
                keep_columns(tx)
        return self

    def house(self, tx: Tx, at_ms: int) -> Gatehouse:
        """The gatehouse of this epoch and instant."""
        standing = self.standing(tx)
        known = self._house
        if known is None or known.slice.epoch != standing.epoch or not known.slice.from_ms <= at_ms < known.slice.to_ms:
            known = self._house = self.house_of(standing, at_ms)
        return known

    def house_of(self, standing: Standing, at_ms: int) -> Gatehouse:
        """A gatehouse for a standing that need not be in force: previews and simulations ask this one."""
        return Gatehouse(
            book=standing.book or self.coalition.book,
            people=self.coalition.people,
            slice=compile_slice(standing, standing.book or self.coalition.book, at_ms),
        )

    def close(self) -> None:
        self.db.close()


def supposing(standing: Standing, *more: Event) -> Standing:
    """The standing as it would be after these events; nothing is written."""
    for event in more:
        standing = apply(standing, event)
    return standing


@contextmanager
def serving(root: Path) -> Iterator[None]:
    """Hold the node's serving lock. Raises NodeBusy when another process serves it."""
    descriptor = os.open(root / SERVING, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NodeBusy("another process serves this node", where=str(root), do="stop it, or use the one that runs") from error
        yield
    finally:
        os.close(descriptor)


def _config(root: Path) -> Config:
    path = root / "node.toml"
    try:
        return msgspec.convert(tomllib.loads(path.read_text()), Config)
    except OSError as error:
        raise NotANode(
            "the folder is not a node", where=str(root), why="no readable node.toml", do="make one with fairlead init"
        ) from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise NotANode("the node's settings do not read", where=str(path), why=str(error)) from error


def _address(config: Config) -> str:
    """Where a shared database lies: the environment may say it with its password, but only of a node that says it has one."""
    return (os.environ.get("FAIRLEAD_DATABASE") or config.database) if config.database else ""


def _coalition(root: Path) -> Scenario:
    path = root / "coalition.json"
    try:
        return msgspec.convert(decode(path.read_bytes()), Scenario)
    except OSError as error:
        raise NotANode("the folder is not a node", where=str(root), why="no readable coalition.json") from error
    except msgspec.ValidationError as error:
        raise NotANode("the node's coalition does not read", where=str(path), why=str(error)) from error
