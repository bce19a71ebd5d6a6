"""The verbs, one file and one transaction each: load, decide, append the receipt, hand over after the commit."""
