"""Tests of the stand-in for the Telegram Bot API and of its page."""
