"""What members are told of an event: invited, offered, reminded, changed, called off, thanked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from domain.consent import Purpose
from domain.event_waves import Wave
from domain.events import GIVEN, Event, Invitation
from services import wordings
from services.ports import Work
from services.ports.post import Notice
from services.quiet import open_for

Rows = tuple[tuple[tuple[str, str, tuple[str, ...]], ...], ...]
SHOW: Final = "button.event_open"


def values(event: Event) -> dict[str, Any]:
    """An event for a text."""
    return {
        "names": dict(event.names),
        "texts": dict(event.texts),
        "place": dict(event.place),
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "zone": event.zone,
        "left": event.left,
        "deposit": event.deposit,
        "map_url": event.rules.map_url,
        "waits": event.rules.waits,
    }


KEPT: Final = "k"
"""Carried by the buttons of a card that stays in the chat: an invitation."""


def answers(event: Event, *, kept: bool = False) -> Rows:
    """The three answers."""
    more = ("", KEPT) if kept else ()
    return (
        tuple(
            (f"button.event_{said}", "event.answer", (str(event.id), str(said), *more))
            for said in GIVEN
        ),
    )


def _open(event: Event) -> Rows:
    return (((SHOW, "event.show", (str(event.id),)),),)


def invitation(
    work: Work, event: Event, wave: Wave, member_id: int, care: bool, now: datetime
) -> int | None:
    """Writes the invitation, under the purpose that the member agreed to."""
    notice = Notice(
        "event.invitation",
        values(event),
        answers(event, kept=True),
        purpose=Purpose.CARE if care else Purpose.PROMOTIONS,
        surely=False,
        dedupe=f"event-invitation:{wave.id}:{member_id}",
    )
    return work.deliveries.to_member(member_id, wordings.noted(work, notice), now)


def offered(work: Work, event: Event, part: Invitation, now: datetime, at: datetime) -> None:
    """A seat is kept for them for some time; said at a moment when they may be disturbed."""
    args = (str(event.id),)
    rows = (
        (("button.event_take", "event.take", args),),
        (("button.event_leave", "event.answer", (str(event.id), "no")),),
    )
    until = {"until": part.offered_until, "guests": part.guests}
    _tell(work, event, part, "event.offer", until, rows, f"offer:{part.turn}", now, (), at)


def last_call(work: Work, event: Event, part: Invitation, now: datetime) -> None:
    """Shortly before the start a seat is free for whoever comes first of those who wait."""
    args = (str(event.id),)
    rows = (
        (("button.event_take", "event.take", args),),
        (("button.event_leave", "event.answer", (str(event.id), "no")),),
    )
    more = {"guests": part.guests}
    _tell(work, event, part, "event.last_call", more, rows, f"last:{event.left}:{part.turn}", now)


def lapsed(work: Work, event: Event, part: Invitation, now: datetime) -> None:
    """The time of their offer is over."""
    _tell(work, event, part, "event.offer_lapsed", {}, _open(event), f"lapsed:{part.turn}", now)


def reminder(work: Work, event: Event, part: Invitation, minutes: int, now: datetime) -> None:
    """It begins soon; said outside of the member's quiet hours unless it begins before."""
    held = part.deposit if part.deposit_state == "held" else 0
    returned = {"return_until": event.returns_until, "late": now > event.returns_until}
    more = {"guests": part.guests, "held": held, **returned}
    at = open_for(work, part.member_id, event.zone, now)
    _tell(
        work,
        event,
        part,
        "event.reminder",
        more,
        _open(event),
        f"remind:{event.round}:{minutes}",
        now,
        (),
        at if at < event.starts_at else None,
    )


def changed(work: Work, event: Event, part: Invitation, now: datetime) -> None:
    """Time or place are others now; the answers are offered again."""
    _tell(work, event, part, "event.changed", {}, answers(event), f"changed:{event.round}", now)


def cancelled(work: Work, event: Event, part: Invitation, now: datetime) -> None:
    """It is called off; `returned`: points that came back."""
    more = {"returned": part.deposit if part.deposit_state == "returned" else 0}
    rows: Rows = ((("event.button_calendar", "event.calendar", (str(event.id),)),),)
    _tell(work, event, part, "event.cancelled", more, rows, "cancelled", now)


def thanks(work: Work, event: Event, part: Invitation, what: str, now: datetime) -> None:
    """Thanks for coming (`what`: `thanks`, or `photos` for those with photos)."""
    more = {"thanks": dict(event.rules.thanks), "photos": len(event.photos)}
    _tell(work, event, part, "event.thanks", more, (), what, now, event.photos)


def _tell(
    work: Work,
    event: Event,
    part: Invitation,
    key: str,
    more: dict[str, Any],
    rows: Rows,
    occasion: str,
    now: datetime,
    media: tuple[Mapping[str, Any], ...] = (),
    due_at: datetime | None = None,
) -> None:
    notice = Notice(
        key,
        {**values(event), **more},
        rows,
        dedupe=f"event:{event.id}:{part.member_id}:{occasion}",
        bulk=True,
        media=media,
        due_at=due_at,
    )
    work.deliveries.to_member(part.member_id, notice, now)
