"""Runs the demo with one sabotage in it: `python sabotaged.py NAME DIR`. The story has to notice; so has whoever recounts it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from fairlead.desk import record
from fairlead.door.demo import tell
from fairlead.envelope import SigningKey
from fairlead.store import events, ledger
from fairlead.store.pending import growing


def suspension_dropped() -> None:
    """The order is signed, receipted and answered, and never put in force."""
    honest = events.add_event

    def dropped(tx: Any, event: Any, envelope: Any, **more: Any) -> int:
        return events.epoch(tx) if events.kind_of(event) == "order" else honest(tx, event, envelope, **more)

    events.add_event = dropped


def wrong_key() -> None:
    """The log of ISLA goes on under a key its home does not trust."""
    honest = ledger.append

    def forged(tx: Any, log: ledger.Log, make: ledger.Maker) -> int:
        index = honest(tx, log, make)
        if log.party == "isla":
            ledger.rekey(tx, ledger.Log(party=log.party, origin=log.origin, key=SigningKey(bytes(32))))
            growing(tx)[log.party].keyid = log.key.public.keyid
        return index

    ledger.append = forged


def receipt_skipped() -> None:
    """A read of the cutter is given, and ISLA's receipt for it is left out."""
    honest = record.write

    def skipped(node: Any, tx: Any, party: str, asked: Any, **more: Any) -> None:
        if not (party == "isla" and asked.request.act == "read" and asked.request.unit == "cutter-halcyon"):
            honest(node, tx, party, asked, **more)

    record.write = skipped


SABOTAGES = {"suspension-dropped": suspension_dropped, "wrong-key": wrong_key, "receipt-skipped": receipt_skipped}

if __name__ == "__main__":
    SABOTAGES[sys.argv[1]]()
    sys.exit(0 if tell(Path(sys.argv[2])) else 1)
