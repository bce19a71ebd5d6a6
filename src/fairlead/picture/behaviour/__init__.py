"""Behaviours B1 to B11 as rules over a fleet: each finds events, and each event becomes one evidence card. B12 is a plain sentence."""
