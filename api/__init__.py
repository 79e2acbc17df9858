"""JSON for tills, shops and partners."""
