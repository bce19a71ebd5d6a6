"""Witnessing, both ways: cosigning the heads of partners' logs, and asking witnesses to cosign this node's own.

1. `watched.quorum` in the node's folder names the logs this node witnesses; `witnesses.quorum` the witnesses it asks, and how many of
   them make a head count. Both are C2SP tlog-policy files; without them nothing is witnessed, and the verifier says so.
2. A head is cosigned in the transaction that remembers it, so no two that contradict each other ever are; a log that shows two
   histories is caught by its own signatures, and both heads are kept.
3. A witness that saw a larger tree than lies here proves that this node was put back from an older copy: nothing is signed then.
4. How a request gets to a witness is the caller's: `send` takes its address and the body, and gives status, content type and body.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import msgspec

from fairlead.desk.home import read_key, write_key
from fairlead.desk.node import Node
from fairlead.envelope import PublicKey, SigningKey
from fairlead.errors import BadInput, FairleadError, LogFault, MalformedBytes
from fairlead.receipt import prove
from fairlead.receipt.checkpoint import open_head
from fairlead.receipt.log_keys import Held, LogKeys
from fairlead.receipt.note import COSIGNATURE, Verifier, open_note, vkey
from fairlead.receipt.quorum import NOBODY, Quorum, Witness, read_quorum
from fairlead.receipt.tiles import Tile
from fairlead.receipt.witness import SIZE_TYPE, Reply, add_checkpoint, request_bytes
from fairlead.store import heads, ledger
from fairlead.store.database import Tx

WATCHED: Final = "watched.quorum"
WITNESSES: Final = "witnesses.quorum"
KEY: Final = "witness.key"
WAIT_S: Final = 10
REPLY_MAX: Final = 64 * 1024
SEED_BYTES: Final = 32
Send: TypeAlias = Callable[[str, bytes], tuple[int, str, bytes]]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking one witness about one log."""

    log: str
    witness: str
    size: int
    cosigned: bool
    said: str = ""  # why not


def witness_name(node: Node) -> str:
    return f"fairlead/{node.config.node}/witness"


def witness_key(node: Node) -> SigningKey:
    """The key this node cosigns with, made the first time it is asked for."""
    path = node.root / "keys" / KEY
    if not path.is_file():
        write_key(path, SigningKey(node.random_bytes(SEED_BYTES)))
    return read_key(path)


def witness_vkey(node: Node) -> str:
    """What a partner writes into its `witnesses.quorum`."""
    return vkey(witness_name(node), witness_key(node).public, COSIGNATURE)


def rule(node: Node, name: str) -> Quorum:
    """One of the two files; nobody when it is not there. Raises MalformedBytes."""
    path = node.root / name
    return read_quorum(path.read_bytes()) if path.is_file() else NOBODY


def watch_log(node: Node, line: str) -> None:
    """Witness one more log: its vkey. Raises MalformedBytes, BadInput when it is there."""
    path = node.root / WATCHED
    before = path.read_bytes() if path.is_file() else b"quorum none\n"
    after = f"log {line}\n".encode() + before
    if after != before and line in {vkey(one.name, one.key) for one in read_quorum(before).logs}:
        raise BadInput("this log is watched already", where=line[:80])
    read_quorum(after)
    path.write_bytes(after)


def cosign_for(node: Node, body: bytes) -> Reply:
    """Answer a partner's log that asks for a cosignature; what it said is kept before the answer goes out."""
    watched = rule(node, WATCHED)
    now_ms = node.clock.now_ms()
    with node.db.write() as tx:
        reply = add_checkpoint(
            body,
            logs=lambda origin: _keys(watched, origin),
            seen=lambda origin: heads.newest_witnessed(tx, origin),
            name=witness_name(node),
            key=witness_key(node),
            at_s=now_ms // 1000,
        )
        if reply.record is not None:
            heads.keep_witnessed(tx, reply.record)
        if reply.split is not None:
            heads.keep_split(tx, reply.split, at_ms=now_ms)
    return reply


def _keys(watched: Quorum, origin: str) -> LogKeys | None:
    """The keys a watched log signs with; the one named first in the file is its newest."""
    found: list[PublicKey] = [one.key for one in watched.logs if one.name == origin]
    if not found:
        return None
    return LogKeys(origin=origin, held=tuple(Held(key=key, from_size=0) for key in reversed(found)))


def over_http(url: str, body: bytes) -> tuple[int, str, bytes]:
    """Send to a witness's submission prefix. Raises BadInput when it cannot be reached in time."""
    if not url.startswith(("http://", "https://")):
        raise BadInput("a witness has no address to ask it at", where=url[:80])
    request = urllib.request.Request(url.rstrip("/") + "/add-checkpoint", data=body, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
            return int(answer.status), answer.headers.get("content-type", ""), answer.read(REPLY_MAX)
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("content-type", ""), error.read(REPLY_MAX)
    except (OSError, ValueError) as error:
        raise BadInput("a witness cannot be reached", where=url[:200], why=str(error), do="it is asked again later") from error


def ask_witnesses(node: Node, send: Send = over_http, *, only: str = "") -> list[Asked]:
    """Bring the newest head of every own log, or of one, to every witness; keep what enough of them cosigned.

    Raises LogFault when a witness saw a larger tree of ours than there is (restored from an older copy).
    """
    quorum = rule(node, WITNESSES)
    asked: list[Asked] = []
    for party in sorted(node.logs) if not only else [only]:
        with node.db.read() as tx:
            size, note = ledger.head(tx, party)
            keys = node.keys_of(tx, party)
            before = heads.cosigned_head(tx, party)
        lines: dict[str, bytes] = {}
        for name, one in sorted(quorum.witnesses.items()):
            came = _ask(node, party, one, note, size, before[0] if before and before[0] <= size else 0, keys, send)
            asked.append(came[0])
            if came[1]:
                lines[name] = came[1]
        if lines:
            _keep(node, party, size, note + b"".join(lines.values()), keys, quorum)
    return asked


def ask_about_news(node: Node, send: Send = over_http) -> list[Asked]:
    """As `ask_witnesses`, about the logs only that have grown since they were cosigned."""
    with node.db.read() as tx:
        sizes = {party: (ledger.head(tx, party)[0], heads.cosigned_head(tx, party)) for party in sorted(node.logs)}
    grown = [party for party, (size, seen) in sizes.items() if seen is None or seen[0] < size]
    return [one for party in grown for one in ask_witnesses(node, send, only=party)]


def _ask(node: Node, party: str, one: Witness, note: bytes, size: int, old: int, keys: LogKeys, send: Send) -> tuple[Asked, bytes]:
    """One witness: at its own size the second time, when ours was another."""
    origin = node.logs[party].origin
    try:
        status, kind, body = send(one.url, request_bytes(old=old, proof=_proof(node, party, old, size), note=note))
        theirs = int(body) if status == 409 and kind.startswith(SIZE_TYPE) and body.strip().isdigit() and len(body) < 20 else old
        if theirs > size:
            raise LogFault(
                "a witness saw a larger tree of this log than there is here",
                where=origin,
                why=f"{theirs} entries there, {size} here: the node was put back from an older copy",
                do="fairlead fsck --refill FOLDER, from a mirror of the log; a shorter tree is never signed",
            )
        if theirs != old:
            status, kind, body = send(one.url, request_bytes(old=theirs, proof=_proof(node, party, theirs, size), note=note))
        line = _own_line(body, note, one.verifier, keys) if status == 200 else b""
    except LogFault:
        raise
    except FairleadError as error:
        return Asked(log=origin, witness=one.name, size=size, cosigned=False, said=str(error)), b""
    said = "" if line else f"{status} {body.decode('utf-8', 'replace').strip()[:200]}"
    return Asked(log=origin, witness=one.name, size=size, cosigned=bool(line), said=said), line


def _proof(node: Node, party: str, old: int, size: int) -> tuple[bytes, ...]:
    if old in (0, size):
        return ()
    with node.db.read() as tx:
        return prove.consistency(_shelf(tx, node.logs[party]), old=old, new=size)


def _shelf(tx: Tx, log: ledger.Log) -> Callable[[Tile], bytes]:
    return lambda tile: ledger.content(tx, log, tile)


def _own_line(body: bytes, note: bytes, verifier: Verifier, keys: LogKeys) -> bytes:
    """The line of this witness among those it sent; others' are its own affair. Raises MalformedBytes, BadSignature."""
    for line in body.splitlines(keepends=True)[:64]:
        if open_note(note + line, [*(Verifier(name=keys.origin, key=one.key) for one in keys.held), verifier]).cosigned:
            return line
    raise MalformedBytes("a witness answered without its own cosignature", where=verifier.name)


def _keep(node: Node, party: str, size: int, note: bytes, keys: LogKeys, quorum: Quorum) -> None:
    head = open_head(note, keys, quorum.verifiers)
    if not quorum.met([one.key for one in head.cosigned]):
        return
    with node.db.write() as tx:
        heads.keep_cosigned(tx, party, size=size, note=note)
    node.publish_cosigned(party)


def told(asked: list[Asked]) -> Mapping[str, int]:
    """How many were cosigned, and how many not."""
    done = sum(one.cosigned for one in asked)
    return {"cosigned": done, "not_cosigned": len(asked) - done}
