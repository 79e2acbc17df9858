"""The page in a real browser, against a tiny bot that talks plain HTTP."""
