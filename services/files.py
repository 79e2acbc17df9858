"""Signed links to files that belong to what was said of a ticket: who may get which, how long."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from services.ports import Work

VALID: Final = timedelta(hours=24)
LARGEST: Final = 20 * 2**20
"""Bytes that a platform gives us of a file (Bot API, getFile)."""
_LONGEST: Final = 120


class Wanted(NamedTuple):
    """Which file of which message of a ticket."""

    said_id: int
    place: int


def name_of(said_id: int, place: int) -> str:
    """How a file is called in messages (services.ports.post.Notice.media, `file`)."""
    return f"{said_id}.{place}"


def token(key: bytes, file: str, now: datetime) -> str:
    """What opens a file of `name_of` for VALID from this moment of real time on."""
    body = f"{file}.{int((now + VALID).timestamp())}"
    return f"{body}.{_signature(key, body)}"


def opened(key: bytes, given: str, now: datetime) -> Wanted | None:
    """The file that a token opens; None for one that is not ours, was changed, or has run out."""
    body, _, signature = given[:_LONGEST].rpartition(".")
    if not hmac.compare_digest(signature.encode(errors="replace"), _signature(key, body).encode()):
        return None
    said_id, place, until = (int(part) for part in body.split("."))
    return Wanted(said_id, place) if now.timestamp() < until else None


def find(work: Work, wanted: Wanted) -> Mapping[str, Any] | None:
    """What is kept of the file; None if the message or the file is not there (any more)."""
    said = work.tickets.said(wanted.said_id)
    if said is None or not 0 <= wanted.place < len(said.media):
        return None
    return said.media[wanted.place]


def _signature(key: bytes, body: str) -> str:
    made = hmac.new(key, b"file " + body.encode(errors="replace"), sha256).digest()[:18]
    return base64.urlsafe_b64encode(made).decode()
