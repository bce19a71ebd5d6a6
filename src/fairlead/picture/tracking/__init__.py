"""Plots of every radar of a view into tracks: filters that turn, one assignment for all, and what each state rests on."""
