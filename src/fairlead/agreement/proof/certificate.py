"""The certificate of a safe answer: two lines of canonical bytes that anybody can check without the search that found it.

1. The first line is the graph: the terms it is for. The second is the claim: the digest of the first line (the state), each carrier
   with its first instant, and the readers each has, as [instant, purpose, operation, units].
2. It is written only for a closed set that breaks nothing; whether that is true is for the checker to say, not for this file.
"""

from __future__ import annotations

from typing import Final

import msgspec

from fairlead.agreement.proof.graph import Graph
from fairlead.agreement.proof.search import Closure
from fairlead.envelope import Digest, JsonValue, encode, sha256_hex

FORMAT: Final = "fairlead-proof/1"


def graph_bytes(graph: Graph) -> bytes:
    """The canonical bytes of the terms a proof is for."""
    value: JsonValue = msgspec.to_builtins(graph)
    return encode(value)


def state_of(graph: Graph) -> Digest:
    """The state hash: agreements, orders, overrides, releases, units, operations, the invariant and the instant, in one digest."""
    return sha256_hex(graph_bytes(graph))


def certificate_of(graph: Graph, closure: Closure) -> bytes:
    """The certificate of a closure; its digest names it."""
    first = graph_bytes(graph)
    claim: JsonValue = {
        "closed": {
            name: {"readers": _grouped(closure, name), "since_ms": reached.since_ms} for name, reached in closure.carriers.items()
        },
        "format": FORMAT,
        "state": sha256_hex(first),
    }
    return first + b"\n" + encode(claim) + b"\n"


def _grouped(closure: Closure, name: str) -> JsonValue:
    groups: dict[tuple[int, str, str], list[str]] = {}
    for (unit, purpose, operation), (since_ms, _) in closure.readers[name].items():
        groups.setdefault((since_ms, purpose, operation), []).append(unit)
    return [[since_ms, purpose, operation, sorted(units)] for (since_ms, purpose, operation), units in sorted(groups.items())]
