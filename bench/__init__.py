"""Measures how fast the bot is beside its peers, in one run: `make bench`."""
