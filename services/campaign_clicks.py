"""Counted links and buttons of campaigns: where links lead, and who has followed them.

Counted a moment after the answer and in batches, so that nobody waits: what was not yet written
when the process dies is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from domain import campaign_links
from domain.campaign_links import Wanted, link_id
from services.ports import Work
from services.ports.campaign_clicks import Click, Message, TappedMessage
from services.ports.post import Waiting


class Followed(NamedTuple):
    """A link was followed from a message (a delivery row)."""

    link_id: int
    row_id: int
    at: datetime


class Tapped(NamedTuple):
    """A button with an intent was tapped under a message."""

    message: TappedMessage
    intent: str
    at: datetime


def link(work: Work, campaign_id: int, url: str) -> int:
    """The id of a counted link of a campaign, which is kept from now on."""
    made = link_id(campaign_id, url)
    work.campaign_clicks.put(campaign_id, {made: url})
    return made


def register(
    work: Work, rows: Iterable[Waiting], wordings: Mapping[int, Mapping[str, Any]]
) -> None:
    """Keeps where the links in the words of campaigns' messages lead, before they leave."""
    asked = {
        (row.campaign_id, row.wording_id) for row in rows if row.campaign_id and row.wording_id
    }
    for campaign_id, wording_id in sorted(asked):
        found = counted(wordings.get(wording_id, {}))
        if found:
            work.campaign_clicks.put(campaign_id, {link_id(campaign_id, u): u for u in found})


def counted(words: Mapping[str, Any]) -> frozenset[str]:
    """The addresses in words that are counted."""
    return campaign_links.links(words)


def ways(key: bytes, base: str, row: Waiting, urls: Iterable[str]) -> dict[str, str]:
    """Over which addresses of ours, beginning with `base`, the links of a row's message lead."""
    if row.campaign_id is None:
        return {}
    of = row.campaign_id
    return {url: f"{base}{campaign_links.token(key, link_id(of, url), row.id)}" for url in urls}


def led(text: str, over: Mapping[str, str]) -> str:
    """A marked text with its links led over other addresses."""
    return campaign_links.led(text, over)


def opened(key: bytes, token: str) -> Wanted | None:
    """The link and the message that a token names; None for one that is not ours."""
    return campaign_links.opened(key, token)


def where(work: Work, of: int) -> str | None:
    """Where a link leads; None if there is none of this id."""
    return work.campaign_clicks.url(of)


def count(work: Work, followed: Iterable[Followed], tapped: Iterable[Tapped] = ()) -> int:
    """Counts what was followed and tapped, first, last and how often by member; how many members
    and targets. Who is no longer a member is not counted, nor what is no campaign's."""
    followed, tapped = list(followed), list(tapped)
    messages = work.campaign_clicks.messages(one.row_id for one in followed)
    shown = work.campaign_clicks.tapped(sorted({one.message for one in tapped}))
    clicks: dict[tuple[int, int, str], Click] = {}
    for one in followed:
        _add(clicks, messages.get(one.row_id), str(one.link_id), one.at)
    for tap in tapped:
        _add(clicks, shown.get(tap.message), tap.intent, tap.at)
    work.campaign_clicks.count(list(clicks.values()))
    return len(clicks)


def _add(
    clicks: dict[tuple[int, int, str], Click], message: Message | None, target: str, at: datetime
) -> None:
    if message is None:
        return
    key = message.campaign_id, message.member_id, target
    old = clicks.get(key, Click(*key, at, at, 0))
    clicks[key] = Click(*key, min(old.first_at, at), max(old.last_at, at), old.times + 1)
