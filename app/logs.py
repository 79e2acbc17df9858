"""Logging: text or JSON lines on stderr, and no secret in any of them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote

import orjson
from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, Request, StreamResponse

HIDDEN = "***"
# Loggers that tell URLs or too much.
QUIET = ("httpx", "httpcore", "asyncio", "telegram", "alembic")
SHAPES = (
    re.compile(r"(?<=\d{5}:)[A-Za-z0-9_-]{30,}"),  # the secret half of any bot token
    re.compile(r"(?i)(?<=bearer )[^\s\"',;]+"),
    re.compile(r"\bmb_[A-Za-z0-9_-]{12,}"),  # keys of our API
)
# Paths that are called all the time: a line for each would tell nothing.
UNLOGGED = ("/telegram/", "/health/", "/metrics", "/botapi/", "/sandbox/")


class Secrets:
    """Replaces known secrets, and whatever looks like one, in a text."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        shapes: set[str] = set()
        for secret in known:
            shapes |= {secret, quote(secret, safe=""), repr(secret)[1:-1]}
        self._known = sorted(filter(None, shapes), key=len, reverse=True)

    def scrub(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._known:
            text = text.replace(secret, HIDDEN)
        for shape in SHAPES:
            text = shape.sub(HIDDEN, text)
        return text


class Lines(logging.StreamHandler):
    """Writes records as lines; scrubs what is written, message and traceback alike."""

    def __init__(self, secrets: Secrets, form: str) -> None:
        super().__init__(sys.stderr)
        self.secrets = secrets
        self.setFormatter(_Json() if form == "json" else _text())

    def format(self, record: logging.LogRecord) -> str:
        return self.secrets.scrub(super().format(record))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "name": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        elif record.exc_text:
            line["trace"] = record.exc_text
        safe = {name: text.encode(errors="replace").decode() for name, text in line.items()}
        return orjson.dumps(safe).decode()


def _text() -> logging.Formatter:
    return logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")


def set_up(form: str = "text", known: Iterable[str] = (), level: int = logging.INFO) -> Lines:
    """Sends all logging to stderr in one form, without the known secrets."""
    lines = Lines(Secrets(known), form)
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(lines)
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Our jobs log their own failures; what is left is talk of missed and cancelled ticks.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    logging.captureWarnings(True)
    return lines


def route_of(request: BaseRequest) -> str:
    """The route that a request took, as it is declared: paths themselves may hold phones, voucher
    codes and line breaks. A path that is no route of ours is left out."""
    resource = request.match_info.route.resource if isinstance(request, Request) else None
    return resource.canonical if resource else "(no such path)"


class Access(AbstractAccessLogger):
    """One line per request, without what its path and query hold and without what is called all
    the time."""

    def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
        if not request.path.startswith(UNLOGGED):
            self.logger.info(
                "%s %s %d %.0f ms",
                request.method,
                route_of(request),
                response.status,
                time * 1000,
            )
