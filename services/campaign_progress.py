"""How far a campaign is: counts, reasons, pace; the cards that show it; who got it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any, Final

from domain.campaign_plans import load_plan
from domain.campaigns import STOPPABLE, CampaignState
from domain.dates import zone_of
from domain.members import mask_name
from domain.staff import permissions
from services import campaign_telling
from services.campaign_drafts import find
from services.campaign_following import may_again
from services.campaign_gifts import values as gift_values
from services.exporting import WHOLE
from services.masks import mask_number
from services.ports import Work
from services.ports.campaigns import Campaign, Card
from services.ports.club import Actor
from services.ports.post import Notice

MINUTE: Final = timedelta(minutes=1)
CARD_SECONDS: Final = 3
PAGE: Final = 2000
OVER: Final = "over"
UNREACHABLE: Final = "unreachable"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_GOING: Final = (CampaignState.RUNNING, CampaignState.PAUSED)
_FIGURES: Final = (
    *("state", "reason", "filling", "planned", "sent", "waiting", "skipped", "unreachable"),
    *("failed", "unknown", "letters", "held_out", "gift"),
)
HEADS: Final = ("number", "name", "state", "reason", "at")
_ON_THE_WAY: Final = ("pending", "claimed", "sending")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a campaign stands. `filling`: its recipients are still being written; `reasons`: what
    was not sent, and why; `rate`: sent per second in the last minute; `seconds`: how long it still
    takes at that pace, None while nobody can tell; `older`: what a recall could not delete."""

    campaign_id: int
    kind: str
    state: str
    reason: str
    filling: bool
    planned: int
    sent: int
    waiting: int
    skipped: int
    unreachable: int
    failed: int
    unknown: int
    reasons: tuple[tuple[str, int], ...] = ()
    rate: float = 0.0
    seconds: int | None = None
    send_at: datetime | None = None
    retryable: int = 0

    @property
    def stoppable(self) -> bool:
        return self.state in STOPPABLE

    @property
    def over(self) -> bool:
        return self.state in (CampaignState.FINISHED, CampaignState.CANCELLED)


def progress(work: Work, campaign_id: int, now: datetime) -> Progress:
    """Where a campaign stands; raises CampaignNotFound."""
    campaign = find(work, campaign_id)
    states = work.campaign_rows.states(campaign_id)
    failures = work.campaign_rows.reasons(campaign_id) if _failures(states) else {}
    nowhere = sum(n for (_, reason), n in failures.items() if reason == UNREACHABLE)
    dead = sum(n for (s, r), n in failures.items() if s == "dead" and r != UNREACHABLE)
    waiting = sum(states.get(state, 0) for state in _ON_THE_WAY)
    written = sum(states.values())
    planned = written if campaign.filled_at else max(written, campaign.planned or 0)
    rate = _rate(work, campaign, now)
    running = campaign.state == CampaignState.RUNNING
    return Progress(
        campaign_id=campaign_id,
        kind=campaign.kind,
        state=campaign.state,
        reason=campaign.reason,
        filling=campaign.filled_at is None and campaign.state in _GOING,
        planned=planned,
        sent=states.get("sent", 0),
        waiting=waiting,
        skipped=_failures(states) - nowhere - dead,
        unreachable=nowhere,
        failed=dead,
        unknown=states.get("unknown", 0),
        reasons=_told(failures),
        rate=rate,
        seconds=ceil((planned - written + waiting) / rate) if rate and running else None,
        send_at=campaign.send_at,
        retryable=_retryable(work, campaign) if dead else 0,
    )


def _retryable(work: Work, campaign: Campaign) -> int:
    return work.campaign_rows.failed(campaign.id) if may_again(work, campaign.id) else 0


def _rate(work: Work, campaign: Campaign, now: datetime) -> float:
    """Sent per second in the last minute, or since it began if that was later."""
    seconds = MINUTE.total_seconds()
    if campaign.started_at is not None:
        seconds = min(max((now - campaign.started_at).total_seconds(), 1.0), seconds)
    return work.campaign_rows.sent_since(campaign.id, now - timedelta(seconds=seconds)) / seconds


def _failures(states: Mapping[str, int]) -> int:
    return states.get("skipped", 0) + states.get("dead", 0)


def _told(failures: Mapping[tuple[str, str], int]) -> tuple[tuple[str, int], ...]:
    """What was not sent by the word that stands for its reason."""
    found: dict[str, int] = {}
    for (_, reason), count in failures.items():
        word = reason.partition(":")[0]
        found[word] = found.get(word, 0) + count
    return tuple(sorted(found.items()))


def values(work: Work, campaign_id: int, now: datetime) -> dict[str, Any]:
    """What the text `broadcast.progress` shows."""
    now_at = progress(work, campaign_id, now)
    shown = asdict(now_at)
    reasons = [{"reason": reason, "count": count} for reason, count in now_at.reasons]
    rate = round(now_at.rate, 1)
    zone = work.programmes.current().zone
    campaign = find(work, campaign_id)
    about = campaign_telling.abouts(work, (campaign,))[campaign_id]
    more = {"campaign_id": str(campaign_id), "about": about, "zone": zone, "rate": f"{rate:g}"}
    return {**shown, **more, "reasons": reasons, **_tried(work, campaign)}


def _tried(work: Work, campaign: Campaign) -> dict[str, Any]:
    """Beside the message: how many of which text were sent, who is held out, what was given."""
    plan, begun = load_plan(campaign.plan), campaign.started_at is not None
    told: dict[str, Any] = {"letters": [], "held_out": 0, "gift": None}
    if begun and (plan.held_percent or work.campaign_variants.of(campaign.id)):
        fell = work.campaign_subjects.fell(campaign.id)
        told["letters"] = [
            {"letter": one.letter, "sent": one.sent, "members": one.members}
            for one in fell
            if one.letter
        ]
        told["held_out"] = sum(one.members for one in fell if one.held)
    if begun and plan.gift:
        told["gift"] = gift_values(work, campaign)
    return told


def finished_notice(work: Work, campaign: Campaign, now: datetime) -> Notice:
    """What the author hears when it is over."""
    button = ("broadcast.button_result", "campaign.show", (str(campaign.id),))
    dedupe = f"finished:{campaign.id}:{campaign.content.get('rounds', 1)}"
    return Notice(
        "broadcast.finished", values(work, campaign.id, now), ((button,),), dedupe=dedupe
    )


# -- live cards --------------------------------------------------------------------------


def watch(work: Work, campaign_id: int, address_id: int, message_id: str) -> None:
    """Keeps a message in an operator's chat up to date with a campaign from now on; an older card
    of that chat is left as it is."""
    if message_id:
        work.campaigns.put_card(campaign_id, address_id, message_id)


@dataclass(frozen=True, slots=True)
class Changed:
    """A card that shows something old: the new figures, and the mark by which they are known."""

    card: Card
    figures: Mapping[str, Any]
    shown: str


def cards_to_count(work: Work, now: datetime) -> list[Card]:
    """The cards that were not looked at in the last three seconds; a cheap read."""
    since = now - timedelta(seconds=CARD_SECONDS)
    return [card for card in work.campaigns.cards() if _shown_at(card) <= since]


def cards_due(work: Work, now: datetime) -> list[Changed]:
    """The cards whose figures have changed, at most every three seconds each; reads only, for to
    count a campaign takes a while."""
    due = cards_to_count(work, now)
    figures = {number: values(work, number, now) for number in {one.campaign_id for one in due}}
    found = [
        Changed(one, figures[one.campaign_id], _mark(figures[one.campaign_id], now)) for one in due
    ]
    return [one for one in found if _same_as(one.card.shown) != _same_as(one.shown)]


def refresh(work: Work, cards: Iterable[Changed], now: datetime) -> int:
    """Edits the cards; how many. One row per card, armed again."""
    return sum(_show(work, one, now) for one in cards)


def _show(work: Work, one: Changed, now: datetime) -> bool:
    card = one.card
    if not work.campaigns.show_card(card, card.shown, one.shown):
        return False
    dedupe = f"card:{card.campaign_id}:{card.address_id}"
    notice = Notice(
        "broadcast.progress",
        one.figures,
        campaign_telling.buttons(one.figures),
        dedupe=dedupe,
        act="edit",
        target=card.message_id,
    )
    if work.deliveries.to_address(card.address_id, notice, now) is None:
        done = work.campaign_rows.refresh(dedupe, card.message_id, notice, now)
        if not done:  # it is just being sent with the figures before: tried again in a moment
            work.campaigns.show_card(card, one.shown, card.shown)
        return done
    return True


def _shown_at(card: Card) -> datetime:
    millis = card.shown.partition("|")[0]
    return datetime.fromtimestamp(int(millis) / 1000, UTC) if millis.isdecimal() else EPOCH


def _same_as(shown: str) -> str:
    """What a card shows, without when."""
    return shown if shown == OVER else shown.partition("|")[2]


def _mark(figures: Mapping[str, Any], now: datetime) -> str:
    """When a card was shown and by what it is known to be the same; of one that ended, OVER."""
    over = figures["state"] in (CampaignState.FINISHED, CampaignState.CANCELLED)
    if over and not figures["waiting"]:
        return OVER
    same = [figures[name] for name in (*_FIGURES, "reasons")]
    digest = sha256(repr(same).encode()).hexdigest()[:16]
    return f"{int(now.timestamp() * 1000)}|{digest}"


# -- who got it --------------------------------------------------------------------------


def begin_report(work: Work, campaign_id: int, actor: Actor, now: datetime) -> bool:
    """Notes in the audit that somebody takes out who got it, before anything of it leaves;
    whether that person may see members in full. Raises CampaignNotFound."""
    find(work, campaign_id)
    operator = next((one for one in work.staff.all() if one.id == actor.staff_id), None)
    whole = operator is not None and operator.active and WHOLE in permissions(operator.role)
    about = {"what": "recipients", "whole": whole}
    work.audit.add(actor, "campaign.export", ("campaign", campaign_id), now, about)
    return whole


def recipients_csv(work: Work, campaign_id: int, *, whole: bool = False) -> Iterator[list[str]]:
    """Rows for a spreadsheet under HEADS: number, name, state, reason, local time. Without
    `whole` numbers and names are masked."""
    zone = zone_of(work.programmes.current().zone)
    after, page = 0, work.campaign_rows.recipients(campaign_id, 0, PAGE)
    while page:
        for row in page:
            number = row.number if whole else mask_number(row.number)
            name = row.name if whole else mask_name(row.name)
            at = row.at.astimezone(zone).isoformat(" ", "seconds") if row.at else ""
            yield [number, name, row.state, row.reason, at]
        after = page[-1].row_id
        page = work.campaign_rows.recipients(campaign_id, after, PAGE)


def unknown(work: Work, campaign_id: int, most: int) -> list[tuple[int, int]]:
    """Messages of it whose outcome nobody knows: (delivery, member), the newest first."""
    return work.campaign_rows.unknown(campaign_id, most)
