"""The verb replay: compute a picture that was given again, from the log alone, and compare it with what its receipt says.

1. Asked by the originator in whose log the receipt stands, or by oversight in any log (red line 12). Nothing of the picture is handed
   over: the answer says whether the bytes are the same, and if not, why. So a source that is suspended today can be replayed too.
2. The recipe is read by the digest that the signed receipt carries, so it cannot have been exchanged.
3. An originator is told of its own sources by digest, and of others' nothing, not even how many there were (P7); oversight all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from fairlead.agreement.lists import Row
from fairlead.desk import record
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import asked_as, entitled, party_of, refuse
from fairlead.desk.look import computed, drawn
from fairlead.desk.node import Node
from fairlead.desk.recipe import Recipe, engine, places_digest, read
from fairlead.envelope import Digest, HoldingId, JsonValue, decode, digest_of, encode, envelope_from_json, sha256_hex
from fairlead.errors import BadFile, BadInput, MalformedBytes, UnknownCode
from fairlead.picture.parameters import parameters_digest
from fairlead.receipt.receipt import UseReceipt
from fairlead.store import holdings, ledger

Result: TypeAlias = Literal["the same", "another", "cannot tell"]


def replay(node: Node, asker: Asker, entry: int, *, party: str = "") -> Outcome:
    """Whether the picture of entry `entry` in a party's log comes out the same again. Raises UnknownCode for an entry that is not
    there, BadInput for one that is no picture, BadFile when its recipe is missing or changed."""
    reasons = entitled(node, asker, act="audit")
    if reasons:
        return refuse(node, asker, act="audit", reasons=reasons)
    own = party_of(node, asker)
    oversees = node.coalition.book.units[asker.unit].regime == "oversight"
    wanted = party if party in node.logs and oversees else own
    receipt = _receipt(node, wanted, entry)
    recipe = read(node, Digest(receipt.recipe))
    with node.db.read() as tx:
        held = {row.holding.id: row for row in holdings.by_ids(tx, [source.id for source in recipe.sources])}
    told, picture, why = _again(node, recipe, held)
    shares = [source for source in recipe.sources if oversees or _owns(node, source.feed, wanted)]
    value: dict[str, JsonValue] = {
        "log": node.logs[wanted].origin,
        "entry": entry,
        "result": told,
        "why": list(why),
        "window": {"from_ms": recipe.window.from_ms, "to_ms": recipe.window.to_ms},
        "form": recipe.form,
        "output": receipt.output,
        "whole": receipt.output == recipe.picture,
        "picture": recipe.picture,
        "computed": picture,
        "engine": {"then": recipe.engine, "now": engine()},
        "parameters": {"then": recipe.parameters, "now": parameters_digest(node.parameters)},
        "sources": [{"feed": source.feed, "digest": source.digest} for source in shares],
    }
    given = answer(value)
    at_ms = node.clock.now_ms()
    with node.db.write() as tx:
        asked = asked_as(asker, act="audit", at_ms=at_ms, evidence=digest_of({"replay": entry, "log": wanted, "at_ms": at_ms}))
        record.event(node, tx, asked, party=wanted, subject=Digest(receipt.recipe), kind="replay", output=given.body)
    node.publish()
    return given


def named(receipt: str) -> tuple[str, int]:
    """Party and entry that a number (of the asker's own log: no party) or the file of a receipt names. Raises BadFile, BadInput."""
    if receipt.isdecimal():
        return "", int(receipt)
    try:
        raw = Path(receipt).read_bytes()
    except OSError as error:
        do = "name an entry of the log, or the file of a receipt"
        raise BadFile("there is no such receipt", where=receipt, why=error.strerror or str(error), do=do) from error
    try:
        told = msgspec.convert(decode(envelope_from_json(raw).payload_bytes), UseReceipt)
    except (msgspec.ValidationError, MalformedBytes) as error:
        raise BadInput("this file is no receipt of a use", where=receipt, why=str(error)) from error
    return told.log.rpartition("/")[2], told.index


def _receipt(node: Node, party: str, entry: int) -> UseReceipt:
    with node.db.read() as tx:
        size, _ = ledger.head(tx, party)
        found = ledger.receipts(tx, party, newest=1, skip=size - 1 - entry) if 0 <= entry < size else []
    if not found or found[0].index != entry:
        raise UnknownCode("no such entry in the log", where=f"{party}, entry {entry}", why=f"it holds {size} entries")
    receipt = found[0]
    if not isinstance(receipt, UseReceipt) or not receipt.recipe:
        raise BadInput(
            "this entry is no picture, so there is nothing to compute again",
            where=f"{party}, entry {entry}",
            do="name an entry whose act is picture; entries written before recipes were kept have none",
        )
    return receipt


def _owns(node: Node, feed: str, party: str) -> bool:
    known = node.coalition.feeds.get(feed)
    return known is not None and known.facts.originator == party


def _again(node: Node, recipe: Recipe, held: Mapping[HoldingId, Row]) -> tuple[Result, str, tuple[str, ...]]:
    """Result, digest computed, reasons; what cannot be computed has no digest."""
    why = []
    if recipe.engine != engine():
        why.append("the engine is another now: install the version whose digest is told, and replay there")
    if recipe.parameters != parameters_digest(node.parameters):
        why.append("the parameters of the picture were changed since")
    if recipe.places != places_digest(node):
        why.append("the ports and anchorages were changed since")
    chart = node.charts.chart()[0]
    if recipe.chart != (chart.digest if chart else ""):
        why.append("the chart is another now")
    rows = [held[source.id] for source in recipe.sources if source.id in held and held[source.id].holding.digest == source.digest]
    if len(rows) != len(recipe.sources):
        return "cannot tell", "", (*why, "a source of it was purged since, as its originator ordered")
    early = [row for row, source in zip(rows, recipe.sources, strict=True) if source.early]
    try:
        body = drawn(
            node,
            msgspec.to_builtins(recipe.banner),
            rows,
            recipe.window,
            form=recipe.form,
            at_ms=recipe.at_ms,
            since_ms=recipe.since_ms,
            earlier=early,
            compute=computed,
        )
    except BadFile as error:
        return "cannot tell", "", (*why, f"a source of it cannot be read: {error.what}")
    picture = sha256_hex(encode(body))
    if picture == recipe.picture:
        return "the same", picture, tuple(why)
    if why:
        return "cannot tell", picture, tuple(why)
    return "another", picture, ("the same sources and engine give another picture: report it",)
