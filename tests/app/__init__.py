"""Tests of the composition root: settings, start, commands, health, the demo."""
