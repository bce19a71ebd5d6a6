"""Bytes of a sensor or partner become labelled detections or reports, or a rejected line with its reason."""
