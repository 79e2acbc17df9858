"""Tests of the whole stack: HTTP in, HTTP out, real handlers, real databases, real processes."""
