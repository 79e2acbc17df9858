"""Telegram: the only code that imports the package `telegram`."""
