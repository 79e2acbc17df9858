"""Use cases: load, decide, save, announce; they own the protocols they need."""
