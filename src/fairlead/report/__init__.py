"""The holdings: detection segment, sighting report, lead, and how they relate. Import the module you need by name."""
