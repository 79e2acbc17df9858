"""`GET /r/{token}`: leads from a campaign's message to where its link belongs, and counts it.

The answer comes first; what was followed is written a moment later, many at once. Only addresses
that a campaign's words hold are led to. Machines that fetch previews are led on uncounted.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from html import escape
from typing import Final, TypeVar

from aiohttp import web
from yarl import URL

from bot.messages import Inbound
from bot.state import StoreUnavailable
from domain.campaign_links import countable
from services import campaign_clicks
from services.campaign_clicks import Followed, Tapped
from services.ports.campaign_clicks import TappedMessage
from storage.unit_of_work import Units

log = logging.getLogger(__name__)
PATH: Final = "/r/{token}"
PAUSE: Final = 0.5
AGAIN: Final = 1.0
BATCH: Final = 5000
MOST_WAITING: Final = 100_000
MOST_KNOWN: Final = 20_000
LAST_TRIES: Final = 3
# Who looks at a link before a person does: platforms for their previews, and searchers.
_MACHINES: Final = re.compile(
    r"telegrambot|whatsapp|facebookexternalhit|facebot|twitterbot|slackbot|discordbot|linkedinbot"
    r"|skypeuripreview|googlebot|bingbot|applebot|yandexbot|baiduspider|bytespider|petalbot"
    r"|crawler|spider",
    re.IGNORECASE,
)
_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_PAGE: Final = (
    "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>{title}</title><style>body{{font:17px/1.6 system-ui,sans-serif;max-width:32em;"
    "margin:18vh auto;padding:0 1.5em;color:#1d2939}}p{{margin:1em 0}}</style>{body}"
)
T = TypeVar("T")
Words = Callable[[str], tuple[str, str]]
"""How the club is called and what is said of a link that leads nowhere, in a language."""


class Redirects:
    """Leads on, and counts what was followed and tapped."""

    def __init__(
        self, units: Units, key: bytes, clock: Callable[[], datetime], words: Words
    ) -> None:
        self._units = units
        self._key = key
        self._clock = clock
        self._words = words
        self._known: dict[int, str] = {}
        self._followed: list[Followed] = []
        self._tapped: list[Tapped] = []
        self._writing: asyncio.Task[None] | None = None

    async def handle(self, request: web.Request) -> web.Response:
        """302 to the link's address; 404 with a page in the club's languages for every token that
        leads nowhere."""
        wanted = campaign_clicks.opened(self._key, request.match_info["token"])
        to = None
        if wanted is not None:
            to = self._known.get(wanted.link_id) or await self._find(wanted.link_id)
        if wanted is None or not to:
            return self._nowhere()
        if request.method == "GET" and not _is_machine(request):
            self._add(self._followed, Followed(wanted.link_id, wanted.row_id, self._clock()))
        return web.Response(status=302, headers={**_HEADERS, "Location": to})

    def tapped(self, inbound: Inbound, intent: str) -> None:
        """Somebody tapped a button with this intent; counted if it stands under a campaign's
        message."""
        message_id = inbound.message or inbound.pictured
        where = inbound.address
        if message_id and where.private:
            message = TappedMessage(where.channel, where.account, where.user, message_id)
            self._add(self._tapped, Tapped(message, intent, self._clock()))

    async def close(self) -> None:
        """Writes what is still to be counted."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing})
        for _ in range(LAST_TRIES):
            if await self._write_all():
                return
        log.warning("clicks are lost: the database is away")

    # -- where to ------------------------------------------------------------------------

    async def _find(self, link_id: int) -> str:
        found = await self._units.read(lambda work: campaign_clicks.where(work, link_id))
        if found is None or not countable(found):
            return ""
        try:
            to = str(URL(found))
        except ValueError:
            return ""
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[link_id] = to
        return to

    def _nowhere(self) -> web.Response:
        said = [(language, *self._words(language)) for language in ("zh", "en")]
        body = "".join(f"<p lang={language}>{escape(text)}" for language, _, text in said)
        headers = {**_HEADERS, "Content-Security-Policy": _POLICY}
        page = _PAGE.format(title=escape(said[0][1]), body=body)
        return web.Response(status=404, text=page, content_type="text/html", headers=headers)

    # -- counting ------------------------------------------------------------------------

    def _add(self, to: list[T], one: T) -> None:
        if len(self._followed) + len(self._tapped) >= MOST_WAITING:
            return  # the database is away for long; people are led on all the same
        to.append(one)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_soon())

    async def _write_soon(self) -> None:
        pause, done = PAUSE, False
        while not done:
            await asyncio.sleep(pause)
            pause, done = AGAIN, await self._write_all()

    async def _write_all(self) -> bool:
        """False if the database is away."""
        while self._followed or self._tapped:
            followed, tapped = self._followed[:BATCH], self._tapped[:BATCH]
            try:
                await self._units.write(
                    partial(campaign_clicks.count, followed=followed, tapped=tapped)
                )
            except StoreUnavailable:
                return False
            except Exception:
                log.exception("%d clicks could not be counted", len(followed) + len(tapped))
            del self._followed[: len(followed)], self._tapped[: len(tapped)]
        return True


def _is_machine(request: web.Request) -> bool:
    headers = request.headers
    if "prefetch" in (headers.get("Sec-Purpose") or headers.get("Purpose") or ""):
        return True
    return _named_machine(headers.get("User-Agent", ""))


@lru_cache(4096)
def _named_machine(agent: str) -> bool:
    return bool(_MACHINES.search(agent))
