"""Tests of the texts: complete in both languages, valid, short enough."""
