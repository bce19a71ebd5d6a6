"""The verbs of signing in: a one-time token becomes a session bound to one person and one unit; nothing else opens one.

1. Tokens are made only where the node says `demo = true`: a link on a screen is no identity. Real identity comes later.
2. A token is used once, and that is durable before the session is handed over: a crash in between costs a token, never gives two
   sessions. It is good for ten minutes by the machine's clock, whatever the story's clock says.
3. The node stores hashes. A session is judged by its secret and by the person whose path it came to: moved to another path, it is
   nobody's. It ends after a watch of twelve hours.
"""

from __future__ import annotations

import base64
from typing import Final

import msgspec

from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.envelope import Digest, sha256_hex
from fairlead.errors import BadInput, BadSignature, UnknownCode
from fairlead.store import sessions

TOKEN_BYTES: Final = 32
TOKEN_LIFE_MS: Final = 10 * 60_000
SESSION_LIFE_MS: Final = 12 * 3_600_000
SECRET_MAX: Final = 128


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signed in: person and unit are what the token was made for, not what a request says."""

    person: str
    unit: str
    digest: Digest

    def asker(self, *, purpose: str = "", operation: str = "") -> Asker:
        """The session asking for one purpose inside one operation."""
        return Asker(person=self.person, unit=self.unit, purpose=purpose, operation=operation, session=self.digest)


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A session just opened, with the secret that goes into the cookie and is stored nowhere."""

    session: Session
    secret: str


def issue_token(node: Node, *, person: str, unit: str, now_ms: int) -> str:
    """A one-time token for this person acting for this unit. Raises BadSignature on a node that is no demo, UnknownCode, BadInput."""
    if not node.config.demo:
        raise BadSignature(
            "sign-in links are for demonstrations only",
            where=str(node.root),
            why="the node does not say demo = true, and a link proves nobody's identity",
            do="use the command line with the person's key; sign-in with a real identity comes later",
        )
    found = node.coalition.people.get(person)
    if found is None:
        raise UnknownCode(f"no such person: {person!r}", do="name one of the coalition's people")
    if unit not in found.units:
        raise BadInput("the person does not act for this unit", where=f"{person} for {unit}", do=f"one of {', '.join(found.units)}")
    token = _secret(node)
    with node.db.write() as tx:
        sessions.add_token(tx, token_hash=_hash(token), person=person, unit=unit, expires_ms=now_ms + TOKEN_LIFE_MS)
    return token


def sign_in(node: Node, token: str, *, now_ms: int) -> Opened | None:
    """The session a token opens, or nothing: unknown, used before, or older than ten minutes, and which of these is not said."""
    if not token or len(token) > SECRET_MAX:
        return None
    secret = _secret(node)
    with node.db.write() as tx:
        spent = sessions.spend(tx, token_hash=_hash(token), session_hash=_hash(secret), at_ms=now_ms)
    if spent is None:
        return None
    return Opened(session=Session(person=spent.person, unit=spent.unit, digest=_hash(secret)), secret=secret)


def session_of(node: Node, secret: str, *, person: str, now_ms: int) -> Session | None:
    """The session of this cookie on this person's path, or nothing."""
    if not secret or len(secret) > SECRET_MAX:
        return None
    with node.db.read() as tx:
        found = sessions.by_session(tx, _hash(secret))
    if found is None or found.person != person or now_ms >= found.used_ms + SESSION_LIFE_MS:
        return None
    known = node.coalition.people.get(person)
    if known is None or found.unit not in known.units:
        return None
    return Session(person=found.person, unit=found.unit, digest=_hash(secret))


def sign_out(node: Node, session: Session) -> None:
    """End a session."""
    with node.db.write() as tx:
        sessions.end_session(tx, session.digest)


def _secret(node: Node) -> str:
    return base64.urlsafe_b64encode(node.random_bytes(TOKEN_BYTES)).rstrip(b"=").decode()


def _hash(secret: str) -> Digest:
    return sha256_hex(secret.encode())
