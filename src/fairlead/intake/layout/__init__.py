"""One file a layout: a function from a line to a detection, set aside, or rejected."""
