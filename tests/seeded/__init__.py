"""Every seeded fault there is, by room: `make mutants` makes each of them in a copy and runs the test that must notice."""

from __future__ import annotations

from tests.seeded import (
    agreement,
    case,
    desk,
    eyes,
    gate,
    label,
    log,
    marking,
    proof,
    release,
    suspension,
    terms,
    tracking,
    watching,
    witness,
)
from tests.seeded.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *label.FAULTS,
    *gate.FAULTS,
    *agreement.FAULTS,
    *desk.FAULTS,
    *log.FAULTS,
    *case.FAULTS,
    *proof.FAULTS,
    *marking.FAULTS,
    *suspension.FAULTS,
    *terms.FAULTS,
    *release.FAULTS,
    *witness.FAULTS,
    *watching.FAULTS,
    *eyes.FAULTS,
    *tracking.FAULTS,
)

__all__ = ["FAULTS", "Fault"]
