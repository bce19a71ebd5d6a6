"""What may be done with a holding, and by whom: code-books, purposes, the label and its one way of combining."""

from fairlead.label.codebook import CodeBook, Command, Handling, Operation, Party, Regime, Region, Unit
from fairlead.label.interner import Interner, label_alarm
from fairlead.label.label import Label, join, label_hash, make_label, narrower_or_equal
from fairlead.label.level import LEVELS, Level, level_rank
from fairlead.label.narrowing import Narrowing, in_the_way, narrowings
from fairlead.label.purpose import EXCLUDED_USES, PURPOSES, ExcludedUse, Purpose, end_served, expand, purpose_of

__all__ = [
    "EXCLUDED_USES",
    "LEVELS",
    "PURPOSES",
    "CodeBook",
    "Command",
    "ExcludedUse",
    "Handling",
    "Interner",
    "Label",
    "Level",
    "Narrowing",
    "Operation",
    "Party",
    "Purpose",
    "Regime",
    "Region",
    "Unit",
    "end_served",
    "expand",
    "in_the_way",
    "join",
    "label_alarm",
    "label_hash",
    "level_rank",
    "make_label",
    "narrower_or_equal",
    "narrowings",
    "purpose_of",
]
