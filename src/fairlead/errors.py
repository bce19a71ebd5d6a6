"""Every error Fairlead raises, on one page.

Rules of the page:
1. A refusal is a value (`agreement.gate.Decision`), never an exception. What stands here is bad input, a node that is not
   in order, or a proof that does not hold.
2. Each error says what, where, why and what to do. Messages are lower case, without a full stop, in the words of the domain.
3. Each class carries the exit code its command ends with (docs/reference/exit-codes.md lists them; a test holds the two together).
"""

from __future__ import annotations


class FairleadError(Exception):
    """Root of the tree: `what` happened, `where`, `why`, and what to `do` about it."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", why: str = "", do: str = "") -> None:
        self.what, self.where, self.why, self.do = what, where, why, do
        text = f"{where}: {what}" if where else what
        if why:
            text += f": {why}"
        if do:
            text += f"; {do}"
        super().__init__(text)


class BadInput(FairleadError):
    """Something that came from outside cannot be used."""

    exit_code = 3


class MalformedBytes(BadInput):
    """Bytes that are not the canonical form of anything (RFC 8785, no floats, no null)."""


class UnknownCode(BadInput):
    """A party, unit, purpose, operation, template, category or level that no code-book has."""


class ExcludedUse(BadInput):
    """An attempt to express a grant of an excluded use; nothing in Fairlead can carry one (P2)."""


class BadScenario(BadInput):
    """A scenario file that does not describe a coalition."""


class BadFile(BadInput):
    """A file that cannot be read as what it was said to be."""


class LabelFault(BadInput):
    """A label that is missing, empty of originators, or wider than its parents allow (P3)."""


class UnreadableLabel(LabelFault):
    """A label that leaves nobody able to read; legal, but somebody has to confirm it."""


class BadSignature(BadInput):
    """A signature that is missing, wrong, or by somebody who may not sign this."""


class NodeError(FairleadError):
    """The folder is not a node, or the node cannot do this now."""

    exit_code = 4


class NotANode(NodeError):
    """The folder holds no node."""


class NodeBusy(NodeError):
    """Another process has what this one needs: it serves the node, or holds the write transaction."""


class LogFault(NodeError):
    """The receipt log could not be written, so the use does not happen (P6)."""

    exit_code = 5


class SyncFault(LogFault):
    """The disk did not confirm what was given to it, so what it holds is not known; whoever serves stops (P6)."""


class ProofFailed(FairleadError):
    """A log, receipt or signature does not verify; names file and entry."""

    exit_code = 6


class Unforeseen(FairleadError):
    """Something failed that no room gave a name to: a fault of ours, said as one and never as a refusal."""

    exit_code = 7


class NotAsTold(FairleadError):
    """A step of the demo's story did not go as told."""
