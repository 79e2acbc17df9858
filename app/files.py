"""`GET /files/{token}`: what members and staff sent, fetched from the platform that keeps it.

Nothing of it is kept here. A link opens one file for a day; whatever is wrong with one looks the
same from outside.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from bot.channel import Rejected, SendError
from bot.messages import Media
from scheduler.lending import LARGEST, Owner, Source
from services import files
from services.files import Wanted
from storage.unit_of_work import Units

log = logging.getLogger(__name__)
PATH: Final = "/files/{token}"
AT_ONCE: Final = 4
PATIENCE: Final = 30.0
BINARY: Final = "application/octet-stream"
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STARTS: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_ENDINGS: Final = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif"}


class Files:
    """Serves files of tickets; `sources` are the accounts that can fetch what they were sent."""

    def __init__(
        self,
        units: Units,
        key: bytes,
        real: Callable[[], datetime],
        sources: Mapping[Owner, Source],
    ) -> None:
        self._units = units
        self._key = key
        self._real = real
        self._sources = sources
        self._places = asyncio.Semaphore(AT_ONCE)

    async def handle(self, request: web.Request) -> web.Response:
        """Answers 200 with the file; 404 for every token that opens none, 502 while the platform
        does not give the file, 413 for one that is too large."""
        wanted = files.opened(self._key, request.match_info["token"], self._real())
        media = await self._media(wanted) if wanted else None
        source = (
            self._sources.get((str(media["channel"]), str(media["account"]))) if media else None
        )
        if media is None or source is None:
            return _refusal(404, "this link does not open anything (any more)")
        if int(media.get("size", 0)) > LARGEST:
            return _refusal(413, "this file is too large to be fetched from here")
        try:
            async with asyncio.timeout(PATIENCE), self._places:
                content = await source.download(str(media["reference"]), LARGEST)
        except (SendError, TimeoutError) as error:
            log.warning("a file could not be fetched: %r", error)
            status = 413 if isinstance(error, Rejected) and "too large" in str(error) else 502
            return _refusal(status, "the file cannot be fetched at the moment; try again later")
        return _file(content, str(media.get("name", "")))

    async def _media(self, wanted: Wanted) -> Mapping[str, Any] | None:
        found = await self._units.read(lambda work: files.find(work, wanted))
        return found if found and {"channel", "account", "reference"} <= set(found) else None


def links(key: bytes, public_url: str, real: Callable[[], datetime]) -> Callable[[Media], str]:
    """Gives each file its address for a day; "" for all without a public URL."""

    def link(media: Media) -> str:
        if not public_url or not media.file:
            return ""
        return f"{public_url.rstrip('/')}/files/{files.token(key, media.file, real())}"

    return link


def kind_of(content: bytes) -> str:
    """The picture's type by its first bytes; everything else is only ever saved, never shown."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _STARTS.items() if content.startswith(start)), BINARY)


def _file(content: bytes, name: str) -> web.Response:
    kind = kind_of(content)
    how = "attachment" if kind == BINARY else "inline"
    clean = "".join(letter for letter in name if letter.isprintable() and letter not in '/\\"')
    shown = clean[-100:] or f"file{_ENDINGS.get(kind, '')}"
    headers = {
        **HEADERS,
        "Content-Type": kind,
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(shown, safe='')}",
    }
    return web.Response(body=content, headers=headers)


def _refusal(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=words, headers=dict(HEADERS))
