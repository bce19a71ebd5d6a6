"""Figures: one file a question, each against a named peer measured in the same run after both gave equal answers."""
