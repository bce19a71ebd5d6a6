"""What may be done with a holding, and by whom: code-books, purposes, the label and its one way of combining."""

from fairlead.label.codebook import CodeBook, Command, Handling, Operation, Party, Regime, Unit
from fairlead.label.label import Label, join, label_hash, make_label, narrower_or_equal
from fairlead.label.level import LEVELS, Level, level_rank
from fairlead.label.purpose import EXCLUDED_USES, PURPOSES, ExcludedUse, Purpose, end_served, expand, purpose_of

__all__ = [
    "EXCLUDED_USES",
    "LEVELS",
    "PURPOSES",
    "CodeBook",
    "Command",
    "ExcludedUse",
    "Handling",
    "Label",
    "Level",
    "Operation",
    "Party",
    "Purpose",
    "Regime",
    "Unit",
    "end_served",
    "expand",
    "join",
    "label_hash",
    "level_rank",
    "make_label",
    "narrower_or_equal",
    "purpose_of",
]
