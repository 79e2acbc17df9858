"""The same bot in a terminal."""
