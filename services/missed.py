"""Who comes back after blocking the club: one card instead of what could not reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from domain.care_rules import Occasion
from domain.consent import Purpose, agreed
from domain.events import Answer
from domain.members import MemberState
from domain.points import Unit, day_before
from domain.vouchers import OPEN
from services import events, vouchers
from services.ports import Work
from services.ports.post import Notice

SOON: Final = timedelta(days=30)
NEWEST: Final = 50
SHOWN: Final = 5
_GIFTS: Final = frozenset(str(occasion) for occasion in Occasion)
_CARD = ((("button.card", "card", ()), ("button.benefits", "benefits", ())),)


@dataclass(frozen=True, slots=True)
class Missed:
    """What came while a member was away. `gained`: points of all kinds, `gifts` those of care by
    occasion; `kept`: vouchers that came as gifts; `expiring`: points and their last day, soon;
    `open`: vouchers to be used; `offers`: what they are invited to, if they agreed to be."""

    points: int
    gained: int
    gifts: tuple[tuple[int, str], ...]
    kept: tuple[dict[str, str], ...]
    expiring: tuple[tuple[int, date], ...]
    open: tuple[tuple[dict[str, str], date], ...]
    offers: tuple[dict[str, str], ...]
    unheard: int

    @property
    def anything(self) -> bool:
        """Whether something happened that they have not heard of."""
        return bool(self.unheard or self.gained or self.kept)


def wake(work: Work, address_id: int, now: datetime) -> None:
    """The person at an address can be reached again, and is told once what they missed; nothing
    if they were not away or missed nothing."""
    address = work.addresses.lock(address_id)
    since = address.blocked_at
    if since is None:
        return
    work.addresses.set_blocked(address_id, None)
    if address.member_id is None:
        return
    member = work.members.get(address.member_id)
    if member.state not in (MemberState.ACTIVE, MemberState.FROZEN):
        return
    found = missed(work, member.id, address_id, since, now)
    if found.anything:
        once = f"missed:{address_id}:{since.isoformat()}"
        notice = Notice("missed.card", values(found), _CARD, dedupe=once)
        work.deliveries.to_address(address_id, notice, now)


def missed(work: Work, member_id: int, address_id: int, since: datetime, now: datetime) -> Missed:
    """What a member has not heard of since a moment."""
    zone = work.programmes.current().zone
    has = work.ledger.summary(member_id, Unit.POINTS, now)
    rows = work.ledger.history(member_id, Unit.POINTS, None, NEWEST)
    news = [row for row in rows if row.at >= since and row.amount > 0]
    mine = [one for one in vouchers.of_member(work, member_id, now) if one.state in OPEN]
    unheard = work.posted.missed(address_id, member_id, since)
    parts = [part for part in has.expiring if part.at <= now + SOON]
    return Missed(
        has.available,
        sum(row.amount for row in news),
        tuple((row.amount, row.source_type) for row in news if row.source_type in _GIFTS),
        tuple(
            dict(one.voucher.names)
            for one in mine
            if one.voucher.price == 0 and one.voucher.issued_at >= since
        ),
        tuple((part.amount, day_before(part.at, zone)) for part in parts),
        tuple((dict(one.voucher.names), one.last_day) for one in mine),
        _offers(work, member_id, now),
        unheard.service + unheard.offers,
    )


def _offers(work: Work, member_id: int, now: datetime) -> tuple[dict[str, str], ...]:
    """Events to come that wait for an answer: an invitation needs the consent of one."""
    given = work.members.consents(member_id)
    if not (agreed(given, Purpose.PROMOTIONS) or agreed(given, Purpose.CARE)):
        return ()
    waiting = [one for one in events.mine(work, member_id, now) if one.answer is Answer.NONE]
    return tuple(dict(one.event.names) for one in waiting)


def values(found: Missed) -> dict[str, Any]:
    """As the card shows it, the first few of each."""
    return {
        "points": found.points,
        "gained": found.gained,
        "gifts": [{"points": points, "occasion": of} for points, of in found.gifts[:SHOWN]],
        "kept": list(found.kept[:SHOWN]),
        "expiring": [{"points": points, "day": day} for points, day in found.expiring[:SHOWN]],
        "vouchers": [{"names": names, "day": day} for names, day in found.open[:SHOWN]],
        "more_vouchers": max(len(found.open) - SHOWN, 0),
        "offers": list(found.offers[:SHOWN]),
    }
