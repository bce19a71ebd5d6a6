"""The first page of an officer: what waits for their signature, what is overdue, and what stands for their party.

Nothing is counted here: the page is the answer of one verb, and its `.json` is that answer's own bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import Response, get

from fairlead.desk import waiting
from fairlead.door.console import Web, show
from fairlead.door.pages import both, uses
from fairlead.door.render import Page


@get(both("waiting"), opt=uses("terms", "nothing"))
async def waits(request: Web) -> Response[bytes]:
    """What waits for one's own signature, what is overdue, and what stands for one's party."""
    page = Page(template="waiting.html", title="To do", tab="waiting", watch="log")
    return await show(request, page, lambda node, who, q: waiting.waiting(node, who))


ROUTES: Final[Sequence[Any]] = (waits,)
