"""What becomes of a message after the platform was asked: the four kinds of errors. The sender
calls this, nobody else."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from domain.campaigns import SAME_REFUSALS, CampaignState
from services import relay, staff_groups
from services.campaign_telling import chats
from services.ports import Work
from services.ports.post import Notice, Route, Waiting
from services.ports.staff_groups import GroupChat

log = logging.getLogger(__name__)

LONGEST_PAUSE: Final = 300
MOST_TRIES: Final = 300
MOST_UNCLEAR: Final = 12
EVERYWHERE: Final = ""
"""Stands for all chats of an account where floods are kept."""


TOPIC_GONE: Final = "topic_gone"


def sent(work: Work, rows: Sequence[tuple[Waiting, str]], by: str, now: datetime) -> None:
    """These are out, with these ids; who waits for a topic hears of it."""
    work.outbox.sent(rows, by=by, at=now)
    for row, made in rows:
        if row.act == "topic":
            _tell(work, partial(staff_groups.topic_made, work, row.id, made, now))


def flood(work: Work, route: Route, chat: str, until: datetime, now: datetime) -> None:
    """The platform wants silence in a chat, or EVERYWHERE; every process keeps to it."""
    work.outbox.flood(route, chat, until, now)


def retry(work: Work, row: Waiting, by: str, now: datetime, after: timedelta | None) -> None:
    """It was surely not sent: it waits."""
    if row.tries + 1 >= MOST_TRIES:
        work.outbox.close(row, by=by, state="dead", reason="too_many_tries")
        _without_topic(work, row, now)
        _undelivered(work, row, now)
        return
    work.outbox.again(row, by=by, due_at=now + (after or _pause(row)), reason="retry")


def moved(work: Work, route: Route, row: Waiting, by: str, now: datetime, chat: str) -> None:
    """It was surely not sent: its chat has a new id, and everything goes there from now on."""
    if chat == row.chat or row.tries + 1 >= MOST_TRIES:
        work.outbox.close(row, by=by, state="dead", reason="rejected: moved to nowhere")
        _without_topic(work, row, now)
        return
    work.outbox.again(row, by=by, due_at=now, reason="moved")
    work.outbox.moved(route, row.chat, chat)
    _tell(work, partial(staff_groups.moved, work, GroupChat(*route, row.chat), chat))


def unclear(
    work: Work, row: Waiting, by: str, now: datetime, reason: str, hopeless: bool = False
) -> None:
    """Nobody knows whether it was sent: `once` messages are never repeated, others are, and so
    are changes, which may be made twice; unless that is `hopeless`."""
    repeatable = (row.surely or row.act not in ("send", "topic")) and not hopeless
    if not repeatable or row.tries + 1 >= MOST_UNCLEAR:
        work.outbox.close(row, by=by, state="unknown", reason=reason)
        _without_topic(work, row, now)
        return
    work.outbox.again(row, by=by, due_at=now + _pause(row), reason=reason, repeated=True)


def unreachable(
    work: Work, route: Route, row: Waiting, by: str, now: datetime, lacks: str = ""
) -> None:
    """The person cannot be reached there: the address is marked until they come back. A group:
    see `rejected`."""
    work.outbox.close(row, by=by, state="dead", reason="unreachable")
    if row.in_group:
        _group_lacks(work, route, row, lacks, now)
        return
    address_id = row.address_id
    if address_id is None and (found := work.addresses.find(*route, row.user)):
        address_id = found.id
    if address_id is not None:
        work.addresses.set_blocked(address_id, now)
    _undelivered(work, row, now)


def too_old(work: Work, row: Waiting, by: str) -> None:
    """The platform lets us neither change nor delete it any more; nobody is to blame."""
    work.outbox.close(row, by=by, state="dead", reason="too_old")


def rejected(
    work: Work,
    route: Route,
    row: Waiting,
    by: str,
    now: datetime,
    reason: str,
    lacks: str = "",
) -> None:
    """The platform refuses this very message: members are not to blame, a campaign that is
    refused again and again for the same reason is paused and its author told. `lacks`: what a
    group of the staff has not got (bot.channel.SendError.why); its tickets then go elsewhere."""
    kept = f"rejected: {reason}"[:500]
    if row.campaign_id is not None:  # "… at byte offset 17" differs with the length of a name
        kept = re.sub(r"\d+", "…", kept)
    work.outbox.close(row, by=by, state="dead", reason=kept)
    if row.campaign_id is None:
        _group_lacks(work, route, row, lacks, now)
        _undelivered(work, row, now)
        return
    # Those that are refused at this moment see each other: the last one sees them all.
    work.campaigns.lock(row.campaign_id)
    if work.outbox.refused(row.campaign_id, kept, SAME_REFUSALS) < SAME_REFUSALS:
        return
    running = (CampaignState.RUNNING.value,)
    if work.campaigns.move(row.campaign_id, running, CampaignState.PAUSED, kept):
        campaign = work.campaigns.get(row.campaign_id)
        told = Notice("broadcast.paused", {"reason": reason})
        for address_id in chats(work, campaign):
            work.deliveries.to_address(address_id, told, now)


def _group_lacks(work: Work, route: Route, row: Waiting, lacks: str, now: datetime) -> None:
    if row.act == "topic" and not lacks:
        lacks = staff_groups.NO_RIGHTS  # without its topic nobody would ever see the ticket
    if not row.in_group or not lacks:
        return
    place = GroupChat(*route, row.chat)
    topic = row.target if not row.shows else str(row.message.get("topic", ""))
    if lacks != TOPIC_GONE:
        _tell(work, partial(staff_groups.refused, work, place, lacks, now))
    elif topic:
        _tell(work, partial(staff_groups.topic_gone, work, place, topic, now))


def _without_topic(work: Work, row: Waiting, now: datetime) -> None:
    """What would have been said in a topic is said without it."""
    if row.act == "topic":
        _tell(work, partial(staff_groups.topic_lost, work, row.id, now))


def _undelivered(work: Work, row: Waiting, now: datetime) -> None:
    """What was said of a ticket has to reach somebody."""
    if row.shows:
        _tell(work, partial(relay.undelivered, work, row.id, now))


def _tell(work: Work, use: Callable[[], None]) -> None:
    """What the desk makes of it is no reason to forget what became of the message itself, which
    would then be sent again."""
    error = work.apart(use)
    if isinstance(error, Exception):
        log.error("the desk cannot follow what became of a message", exc_info=error)


def _pause(row: Waiting) -> timedelta:
    return timedelta(seconds=min(2.0 ** (row.tries + 1), LONGEST_PAUSE))
