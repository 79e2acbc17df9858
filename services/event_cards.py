"""The card of an event: what it says to a member, and that those in the chats keep saying it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from domain.events import GIVEN, Answer, EventState, Place
from services import event_answers, event_telling, event_tickets, wordings
from services.event_answers import Mine
from services.event_finding import find
from services.event_telling import KEPT
from services.finding import standing
from services.ports import Work
from services.ports.events import Card as Held
from services.ports.post import Notice, Tapped

MOST_BUTTONS: Final = 6
"""So many numbers of guests are offered as buttons at most."""
AT_ONCE: Final = 20
PAUSE: Final = timedelta(seconds=2)
"""With this pause after so many, cards leave most of what a bot may send to other messages."""
SETTLING: Final = timedelta(seconds=30)


class Shown(NamedTuple):
    """A card as it is said: the key of its text, the values, rows of buttons."""

    key: str
    values: dict[str, Any]
    rows: tuple[tuple[Tapped, ...], ...]


def card(work: Work, mine: Mine, now: datetime, *, kept: bool = False) -> Shown:
    """The card of a member; `kept`: it stays in the chat, so that it is renewed."""
    if mine.event.state == EventState.CANCELLED:
        return Shown("event.card", _values(work, mine, now), _calendar(mine))
    buttons = tuple(_answer(mine, said, kept) for said in GIVEN)
    rows = (*_offered(mine, kept), buttons, *_guests(mine, kept), *_carried(mine))
    return Shown("event.card", _values(work, mine, now), rows)


def _values(work: Work, mine: Mine, now: datetime) -> dict[str, Any]:
    part = mine.part
    return {
        **listed(mine),
        "guests": part.guests if part else 0,
        "most_guests": mine.event.rules.guests,
        "held": part.deposit if part and part.deposit_state == "held" else 0,
        "until": part.offered_until if part and part.place is Place.OFFERED else None,
        "return_until": mine.event.returns_until,
        "late": now > mine.event.returns_until,
        "changed": part is not None and not part.agreed(mine.event),
        "came": part is not None and part.attended_at is not None,
        "cancelled": mine.event.state == EventState.CANCELLED,
        "promotion": event_tickets.promotion(work, mine.event),
    }


def listed(mine: Mine) -> dict[str, Any]:
    """A line of a member's list of events."""
    place = str(mine.part.place) if mine.part else ""
    more = {"answer": str(mine.answer), "at": place, "ahead": mine.ahead}
    return {**event_telling.values(mine.event), **more}


def _args(mine: Mine, *more: str, kept: bool) -> tuple[str, ...]:
    found = (str(mine.event.id), *more)
    return (*found, *("",) * (3 - len(found)), KEPT) if kept else found


def _answer(mine: Mine, said: Answer, kept: bool) -> Tapped:
    label = f"button.event_{said}_on" if mine.answer is said else f"button.event_{said}"
    return label, "event.answer", _args(mine, str(said), kept=kept)


def _offered(mine: Mine, kept: bool) -> tuple[tuple[Tapped, ...], ...]:
    if mine.part is None or mine.part.place is not Place.OFFERED:
        return ()
    return ((("button.event_take", "event.take", _args(mine, kept=kept)),),)


def _guests(mine: Mine, kept: bool) -> tuple[tuple[Tapped, ...], ...]:
    """How many come along, for who said yes where guests may come."""
    most = mine.event.rules.guests
    if mine.part is None or mine.answer is not Answer.YES or not most:
        return ()
    buttons = tuple(
        _labelled(
            "event.button_guests",
            "event.answer",
            _args(mine, "yes", str(count), kept=kept),
            values={"guests": count, "on": count == mine.part.guests},
        )
        for count in range(min(most, MOST_BUTTONS) + 1)
    )
    return tuple(buttons[at : at + 4] for at in range(0, len(buttons), 4))


def _labelled(
    label: str,
    intent: str,
    args: tuple[str, ...] = (),
    *,
    url: str = "",
    values: dict[str, Any] | None = None,
) -> Tapped:
    return label, intent, args, False, False, url, values or {}


def _carried(mine: Mine) -> tuple[tuple[Tapped, ...], ...]:
    """The ticket, the entry for a calendar and the way there."""
    args = (str(mine.event.id),)
    row: list[Tapped] = []
    if mine.part is not None and mine.part.place is Place.SEATED:
        row.append(("event.button_ticket", "event.ticket", args))
    if mine.answer in (Answer.YES, Answer.MAYBE):
        row += _calendar(mine)[0]
    link = mine.event.rules.map_url
    there = ((_labelled("event.button_map", "", url=link),),) if link else ()
    return (*((tuple(row),) if row else ()), *there)


def _calendar(mine: Mine) -> tuple[tuple[Tapped, ...], ...]:
    return ((("event.button_calendar", "event.calendar", (str(mine.event.id),)),),)


# -- keeping them true -------------------------------------------------------------------


def to_renew(work: Work, now: datetime) -> list[int]:
    """The events of which cards are to be renewed by now."""
    return work.event_cards.events(now)


def renew_some(work: Work, event_id: int, now: datetime) -> int:
    """Renews some of the cards that say what does not hold any more, first those of members with
    news of their own; how many were looked at. After the end they stay as they are."""
    work.events.lock(event_id)
    event, after = find(work, event_id), work.event_cards.due(event_id, now)
    if after is None:
        return 0
    if event.over(now):
        work.event_cards.plan(event_id, None, 0)
        return 0
    face, cards = event.face, work.event_cards.own(event_id, AT_ONCE)
    if not cards:
        cards = work.event_cards.others(event_id, face, after, AT_ONCE)
        after = cards[-1].invitation_id if cards else 0
    for one in cards:
        _renew(work, one, face, now)
    if cards:
        work.event_cards.plan(event_id, now + PAUSE, after)
    else:
        again = now + SETTLING if work.event_cards.left(event_id, face) else None
        work.event_cards.plan(event_id, again, 0)
    return len(cards)


def _renew(work: Work, held: Held, face: str, now: datetime) -> None:
    """One row per card, armed again; what is just being sent is renewed later, and what is in no
    chat (any more) is done."""
    if held.state != "sent" or not held.message_id or held.address_id is None:
        work.event_cards.show(held.invitation_id, face)
        return
    part = work.events.part(held.invitation_id)
    assert part is not None
    mine = event_answers.show(work, standing(work, held.member_id).id, part.event_id)
    shown = card(work, mine, now, kept=True)
    if mine.answer is Answer.NONE and mine.event.state == EventState.OPEN:
        shown = shown._replace(key="event.invitation")
    dedupe = event_answers.renewal(part)
    notice = Notice(
        shown.key,
        shown.values,
        shown.rows,
        dedupe=dedupe,
        bulk=True,
        act="edit",
        target=held.message_id,
    )
    notice = wordings.noted(work, notice) if shown.key == "event.invitation" else notice
    written = work.deliveries.to_address(held.address_id, notice, now) is not None
    if written or work.campaign_rows.refresh(dedupe, held.message_id, notice, now):
        work.event_cards.show(part.id, face)
