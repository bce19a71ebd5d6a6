"""Recalls, and the second signature under a freeze: what an order asks of those who had used what it closes, and how far they came.

Nothing here claims that a copy elsewhere is gone: a certificate says what its party says, and what it keeps and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Response, get, post

from fairlead.desk import freeze, recall
from fairlead.desk.answer import Outcome
from fairlead.desk.ask import Asker
from fairlead.desk.node import Node
from fairlead.door.acts import FORM_MAX, form_of, one
from fairlead.door.console import Web, part, show
from fairlead.door.pages import both, uses
from fairlead.door.render import Page


@get(both("recalls"), opt=uses("audit", "nothing"))
async def recalls(request: Web) -> Response[bytes]:
    page = Page(template="recalls.html", title="Recalls", tab="agreements", watch="log")
    return await show(request, page, lambda node, who, q: recall.recalls(node, who))


@post("/as/{person:str}/recall-answer", opt=uses("order", "nothing"), request_max_body_size=FORM_MAX)
async def recall_answer(request: Web) -> Response[bytes]:
    """Acknowledge a recall, or certify what was done about it."""
    form = await form_of(request)
    order, said = one(form, "order")[:64], one(form, "said")

    def answered(node: Node, who: Asker) -> Outcome:
        if said != "complied":
            return recall.acknowledge(node, who, order)
        return recall.comply(node, who, order, statement=one(form, "statement").strip(), kept=one(form, "kept").strip())

    return await part(request, "part_recalled.html", lambda node, session, q: (answered(node, session.asker()), {"said": said}))


@post("/as/{person:str}/freeze-confirm", opt=uses("order", "nothing", "order"), request_max_body_size=FORM_MAX)
async def freeze_confirm(request: Web) -> Response[bytes]:
    order = one(await form_of(request), "order")[:64]
    return await part(
        request, "part_recalled.html", lambda node, session, q: (freeze.confirm(node, session.asker(), order), {"said": "confirmed"})
    )


ROUTES: Final[Sequence[Any]] = (recalls, recall_answer, freeze_confirm)
