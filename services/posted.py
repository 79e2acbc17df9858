"""The post as operators see it: what waits, what is unclear or failed, what they decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.dates import local_day
from services import campaign_following, post, suppressions
from services.campaign_telling import answering, chats
from services.ports import Work
from services.ports.club import Actor
from services.ports.post import Notice
from services.ports.posted import LEFT, Lane
from services.suppressions import Told

MINUTE: Final = timedelta(minutes=1)
MOST_DEAD: Final = 500
MOST_LATER: Final = 1_000_000
MOST_AT_ONCE: Final = 500
LISTED: Final = 6


@dataclass(frozen=True, slots=True)
class Standing:
    """The post at a moment. `hold`: "", `on` or `restored`; `lag`: seconds that the oldest due
    message waits; `later`: what waits for its hour; `dead`: why the newest failures failed."""

    hold: str
    lanes: tuple[Lane, ...]
    lag: int
    later: int
    per_minute: int
    floods: tuple[tuple[str, datetime], ...]
    unknown: int
    dead: tuple[tuple[str, int], ...]

    @property
    def waiting(self) -> int:
        """How many messages are due and wait."""
        return sum(lane.count for lane in self.lanes)


def standing(work: Work, now: datetime) -> Standing:
    """How the post stands."""
    lanes = tuple(work.posted.waiting(now))
    oldest = min((lane.since for lane in lanes), default=now)
    return Standing(
        post.hold_state(work),
        lanes,
        int((now - oldest).total_seconds()),
        work.posted.later(now, MOST_LATER),
        work.posted.sent_since(now - MINUTE),
        tuple(work.posted.floods(now)),
        sum(count for _, count in work.posted.unknown_counts()),
        tuple(work.posted.dead(MOST_DEAD)),
    )


# -- what is unclear --------------------------------------------------------------------


def unknown(
    work: Work, campaign_id: int | None = None, most: int = LISTED
) -> tuple[list[Told], int]:
    """The newest messages of which nobody knows whether they arrived, of one campaign or all,
    and how many there are."""
    counts = dict(work.posted.unknown_counts())
    count = sum(counts.values()) if campaign_id is None else counts.get(campaign_id, 0)
    lines = work.posted.unknown(campaign_id, most)
    return [suppressions.told(work, line) for line in lines], count


def send_again(work: Work, delivery_id: int, actor: Actor, now: datetime) -> bool:
    """Sends an unclear message again; False if that was decided before. One of a campaign goes
    with the words as they were corrected. Raises CampaignRecalled, CampaignNotNow for a campaign
    that was stopped."""
    found = work.posted.find(delivery_id)
    if found is None or found.reason == LEFT:
        return False
    campaign = work.campaigns.get(found.campaign_id) if found.campaign_id else None
    if campaign is not None:
        campaign_following.check_again(work, campaign)
    if not post.resend(work, delivery_id, actor, now):
        return False
    if campaign and (words := campaign_following.agreed_words(work, campaign)):
        work.campaign_rows.reword(delivery_id, words)
    return True


def send_all_again(work: Work, campaign_id: int, actor: Actor, now: datetime) -> int:
    """Sends the unclear messages of a campaign again, as many as fit in one go; how many. Raises
    as send_again."""
    lines = work.posted.unknown(campaign_id, MOST_AT_ONCE)
    return sum(send_again(work, line.id, actor, now) for line in lines)


def let_be(work: Work, delivery_id: int, actor: Actor, now: datetime) -> bool:
    """Leaves an unclear message as it is; it is not listed any more. False if it was not."""
    if not work.posted.leave([delivery_id]):
        return False
    work.audit.add(actor, "post.leave", ("delivery", delivery_id), now, {})
    return True


def let_all_be(work: Work, campaign_id: int, actor: Actor, now: datetime) -> int:
    """Leaves all unclear messages of a campaign as they are; how many."""
    left = 0
    while lines := work.posted.unknown(campaign_id, MOST_AT_ONCE):
        left += work.posted.leave([line.id for line in lines])
    if left:
        detail = {"messages": left}
        work.audit.add(actor, "post.leave", ("campaign", campaign_id), now, detail)
    return left


# -- telling of it ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Telling:
    """Somebody to be told. `campaign`: its id, "" for messages of none."""

    address_id: int
    count: int
    campaign: str
    once: str


def nothing_to_tell(work: Work, now: datetime) -> bool:
    """Whether nothing is unclear that nobody was told of."""
    return next(_untold(work, now), None) is None


def tell(work: Work, now: datetime) -> None:
    """Tells of unclear messages, once: the author of a campaign; of others those who answer for
    the post, once a day."""
    for one in list(_untold(work, now)):
        args = (one.campaign,) if one.campaign else ()
        see = ("post.button_see", "post.unknown", args)
        values = {"count": one.count, "campaign": bool(one.campaign)}
        told = Notice("post.unknown_told", values, ((see,),), dedupe=one.once)
        work.deliveries.to_address(one.address_id, told, now)


def _untold(work: Work, now: datetime) -> Iterator[_Telling]:
    for campaign_id, count in work.posted.unknown_counts():
        for address_id, mark, once in _concerned(work, campaign_id, now):
            if not work.deliveries.occasion(once):
                yield _Telling(address_id, count, mark, once)


def _concerned(
    work: Work, campaign_id: int | None, now: datetime
) -> Iterator[tuple[int, str, str]]:
    if campaign_id is not None:
        campaign = work.campaigns.get(campaign_id)
        once = f"unknown:campaign:{campaign_id}"
        for address_id in chats(work, campaign):
            mark = once if campaign.address_id else f"{once}:{address_id}"
            yield address_id, str(campaign_id), mark
        return
    day = local_day(now, work.programmes.current().zone)
    for staff_id, address_id in answering(work):
        yield address_id, "", f"unknown:{day}:{staff_id}"
