"""Keeps the bot's token out of log lines, exception texts and representations.

The Bot API has the token in every URL, so everything that may quote a URL is scrubbed.
"""

from __future__ import annotations

import logging
import traceback
from urllib.parse import quote

HIDDEN = "***"
# PTB logs URLs at DEBUG; a filter on a logger sees only what is logged there, not below it.
SPEAKING = ("telegram", "telegram.Bot", "telegram.request", "telegram.request.BaseRequest")


class Scrub(logging.Filter):
    """Replaces the secret half of a token in log records; put it on handlers or loggers."""

    def __init__(self, token: str) -> None:
        super().__init__()
        secret = token.partition(":")[2] or token
        self._secrets = tuple(sorted({secret, quote(secret, safe="")}))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scrub) and self._secrets == other._secrets

    def __hash__(self) -> int:
        return hash(self._secrets)

    def text(self, words: str) -> str:
        """The words without the token."""
        for secret in self._secrets:
            words = words.replace(secret, HIDDEN)
        return words

    def holds(self, words: str) -> bool:
        """Whether the token is in the words."""
        return any(secret in words for secret in self._secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record pass, scrubbed."""
        words = record.getMessage()
        if self.holds(words):
            record.msg, record.args = self.text(words), None
        if record.exc_info and record.exc_info[0]:
            trace = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            if self.holds(trace):
                record.exc_info, record.exc_text = None, self.text(trace)
        return True


def guard(token: str) -> Scrub:
    """A Scrub for a token, put on the loggers of PTB that speak of URLs.

    Their DEBUG lines are left out altogether: they quote all parameters, the webhook's secret
    and what people wrote among them.
    """
    scrub = Scrub(token)
    logging.getLogger("telegram").setLevel(logging.INFO)
    for name in SPEAKING:
        logger = logging.getLogger(name)
        if scrub not in logger.filters:
            logger.addFilter(scrub)
    return scrub
