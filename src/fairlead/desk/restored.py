"""Whether this node was put back from a copy: asked of its witnesses before anything is signed, because nobody else can know.

1. The database remembers which file it lay in (device and inode). A file that was copied or restored is another one.
2. A node that has witnesses asks them then; one that saw more than lies here stops it (a shorter tree is never signed), and when no
   witness answers it stops too. A node without witnesses has nobody to ask: it goes on, as `docs/promises.md` says.
"""

from __future__ import annotations

from typing import Final

from fairlead.desk.node import Node
from fairlead.desk.witnessing import WITNESSES, Send, ask_witnesses, over_http, rule
from fairlead.errors import LogFault
from fairlead.store import marks

PLACE: Final = "lies_at"


def check_place(node: Node, send: Send = over_http) -> None:
    """Raises LogFault when the node may be an older copy of itself and nothing proves otherwise."""
    if not rule(node, WITNESSES).witnesses:
        return
    stat = (node.root / "node.sqlite" if (node.root / "node.sqlite").is_file() else node.root / "node.toml").stat()
    here = f"{stat.st_dev}:{stat.st_ino}"
    with node.db.read() as tx:
        before = marks.get(tx, PLACE)
    if before == here:
        return
    if before:
        asked = ask_witnesses(node, send)
        if not any(one.cosigned for one in asked):
            said = "; ".join(sorted({f"{one.witness}: {one.said}" for one in asked}))[:400]
            raise LogFault(
                "this node may have been put back from an older copy, and no witness says otherwise",
                where=str(node.root),
                why=said,
                do="start it again when a witness can be reached",
            )
    with node.db.write() as tx:
        marks.put(tx, PLACE, here)
