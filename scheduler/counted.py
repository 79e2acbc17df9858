"""Leads the links of a campaign's message over our own address, where they are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from bot.messages import Rendered
from services import campaign_clicks
from services.ports.post import Waiting

PATH: Final = "/r/"
_TEXT, _CAPTION = 4096, 1024  # a text over its platform's limit would be cut in two
MOST_KNOWN: Final = 1000
Lead = Callable[[Waiting, Mapping[str, Any], Rendered], Rendered]


def leading(key: bytes, public_url: str) -> Lead | None:
    """Gives each link of a message its token; None without a public URL."""
    if not public_url:
        return None
    base = f"{public_url.rstrip('/')}{PATH}"
    known: dict[int, frozenset[str]] = {}

    def lead(row: Waiting, words: Mapping[str, Any], message: Rendered) -> Rendered:
        wording_id = row.wording_id or 0
        if wording_id not in known:
            if len(known) >= MOST_KNOWN:
                known.clear()
            known[wording_id] = campaign_clicks.counted(words)
        ways = campaign_clicks.ways(key, base, row, known[wording_id])
        return _led(message, ways) if ways else message

    return lead


def _led(message: Rendered, ways: Mapping[str, str]) -> Rendered:
    rows = tuple(
        tuple(replace(one, url=ways.get(one.url, one.url)) if one.url else one for one in row)
        for row in message.rows
    )
    text, limit = campaign_clicks.led(message.text, ways), _CAPTION if message.photo else _TEXT
    fits = len(text.encode("utf-16-le", "replace")) <= 2 * limit
    return replace(message, rows=rows, text=text if fits else message.text)
