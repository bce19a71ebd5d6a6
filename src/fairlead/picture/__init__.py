"""The picture: what a reader sees, as a pure function of the segments it may read, the window and the parameters (P5)."""

from fairlead.picture.coarse import CoarseCell, CoarseView, coarse
from fairlead.picture.parameters import Parameters, parameters_digest
from fairlead.picture.shapes import Card, Criterion, Explanation, FeedShown, Place, Quality, Track, View, ViewSegment, Window
from fairlead.picture.view import ENGINE, view, view_bytes

__all__ = [
    "ENGINE",
    "Card",
    "CoarseCell",
    "CoarseView",
    "Criterion",
    "Explanation",
    "FeedShown",
    "Parameters",
    "Place",
    "Quality",
    "Track",
    "View",
    "ViewSegment",
    "Window",
    "coarse",
    "parameters_digest",
    "view",
    "view_bytes",
]
