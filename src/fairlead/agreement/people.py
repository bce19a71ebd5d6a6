"""People and roles: a person contributes roles, nothing else; clearance and accepted handling belong to the unit.

A person is certified by the key of their party: the certificate binds code, party, units, roles and public key, and a request
or act signed by that key is the person's (2-label: "who signs, and who asks").
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

import msgspec

Role: TypeAlias = Literal[
    "sensor_officer",
    "releasing_officer",
    "liaison_officer",
    "analyst",
    "watch_officer",
    "legal_adviser",
    "boarding_officer",
    "custody_officer",
    "evidence_custodian",
    "inspector",
    "administrator",
]
ROLES: Final[frozenset[str]] = frozenset(get_args(Role))

# What a request may do. `picture`, `list` and `read` are uses of holdings; the others are acts. `terms` looks at agreements and
# code-books, `review` judges drafts and signs second, `agree` drafts, amends, denounces, assures, and changes a code-book.
# `export` gives a holding to a system outside. `dissent` puts one's disagreement on record: every role may (red line 11).
Act: TypeAlias = Literal[
    "picture",
    "list",
    "read",
    "lead",
    "explain",
    "audit",
    "observe",
    "report",
    "order",
    "case",
    "exposure",
    "terms",
    "review",
    "agree",
    "export",
    "dissent",
]
ACTS: Final[frozenset[str]] = frozenset(get_args(Act))

_READS: Final = frozenset({"picture", "list", "read", "explain"})

ROLE_ACTS: Final[dict[str, frozenset[str]]] = {
    "sensor_officer": _READS | {"observe", "report", "dissent"},
    "releasing_officer": _READS | {"audit", "order", "exposure", "terms", "review", "agree", "export", "dissent"},
    "liaison_officer": _READS | {"report", "terms", "export", "dissent"},
    "analyst": _READS | {"lead", "dissent"},
    "watch_officer": _READS | {"case", "dissent"},
    "legal_adviser": _READS | {"case", "terms", "review", "dissent"},
    "boarding_officer": _READS | {"case", "dissent"},
    "custody_officer": _READS | {"case", "dissent"},
    "evidence_custodian": _READS | {"case", "dissent"},
    "inspector": frozenset({"explain", "audit", "terms", "review", "dissent"}),
    "administrator": frozenset({"dissent"}),
}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with roles, who may act for the units listed."""

    code: str
    name: str
    party: str
    units: tuple[str, ...]
    roles: tuple[str, ...]

    def may(self, act: str) -> bool:
        """Whether some role of this person permits the act. An unknown act or role permits nothing."""
        return any(act in ROLE_ACTS.get(role, frozenset()) for role in self.roles)
