"""Verifiers of others, unmodified: they accept what our log code makes, and refuse every mutant of it."""
