"""The verb behind an order that names the use it fears: words become a proposed selector to edit and sign. It signs nothing."""

from __future__ import annotations

import msgspec

from fairlead.agreement.fears import propose
from fairlead.desk.answer import Outcome, answer
from fairlead.desk.ask import Asker
from fairlead.desk.authority import entitled, party_of, refuse
from fairlead.desk.node import Node
from fairlead.errors import BadInput

TEXT_MAX = 500


def propose_order(node: Node, asker: Asker, fears: str) -> Outcome:
    """The selector these words propose, why, and which words selected nothing. Raises BadInput for no words."""
    reasons = entitled(node, asker, act="order")
    if reasons:
        return refuse(node, asker, act="order", reasons=reasons)
    if not fears.strip() or len(fears) > TEXT_MAX:
        raise BadInput(
            "there are no words to make a selector from", do=f"name the use that is feared, in at most {TEXT_MAX} characters"
        )
    made = msgspec.structs.asdict(propose(fears, node.coalition.book, party_of(node, asker)))
    because, unknown = made.pop("because"), made.pop("not_understood")
    return answer(
        {
            "proposed": {**{axis: list(codes) for axis, codes in made.items() if codes}, "fears": fears},
            "because": list(because),
            "not_understood": list(unknown),
            "signed": False,
        }
    )
