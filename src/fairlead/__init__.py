"""Fairlead: intelligence that stays under its originator's control."""

__version__ = "0.1.0"
