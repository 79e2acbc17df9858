"""Seats, waiting lists, offers, deposits, the door and what comes by itself."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.errors import Refused
from domain.event_errors import (
    AnswersClosed,
    CheckedInBefore,
    CheckInNotYet,
    DepositMissing,
    EventTimes,
    OfferGone,
    ShrunkTooFar,
    TicketUnknown,
    TooManyGuests,
)
from domain.event_rules import Rules
from domain.events import Answer, Invitation, Place
from domain.points import Unit
from domain.refusals import EventNotFound
from services import erasing, event_steps, events, ledger, merging
from services.ports.club import Actor
from storage.work import Work
from tests.membership.support import broken
from tests.support import moments
from tests.support.club import Club
from tests.support.threads import TASTING, plan

STARTS = TASTING.starts_at
EARLY = STARTS - timedelta(days=3, hours=7)
"""By day in Shanghai, when nobody's quiet hours keep an offer longer."""
STAFF = Actor("Anna")
RULES = Rules(guests=2, reminders=(1440,), offer_minutes=60)
SEATED, WAITING, OFFERED = Place.SEATED, Place.WAITING, Place.OFFERED


async def members(club: Club, count: int, points: int = 50) -> list[int]:
    found = [await (await club.person(f"P{n}").joins()).member_id() for n in range(count)]
    for one in found:
        await club.write(
            lambda work, one=one: ledger.bonus(
                work, one, points, key=f"t:{one}", source=("test", one), now=EARLY
            )
        )
    return found


async def event_for(club: Club, **changes: Any) -> int:
    return await plan(club, **{"open_to_all": True, "rules": RULES, **changes})


async def says(
    club: Club,
    event: int,
    member: int,
    said: Answer = Answer.YES,
    now: datetime = EARLY,
    guests: int = 0,
) -> Invitation:
    found = await club.write(
        lambda work: events.answer(work, member, event, said, now, guests=guests)
    )
    assert found.part is not None
    part: Invitation = found.part
    return part


async def place(club: Club, event: int, member: int) -> Invitation:
    part = await club.read(lambda work: work.events.invitation(event, member))
    assert part is not None
    found: Invitation = part
    return found


async def later(club: Club, now: datetime) -> None:
    while not await club.read(lambda work: moments.nothing_due(work, now)):
        await club.write(lambda work: moments.do_due(work, now, 20))


async def available(club: Club, member: int, now: datetime = EARLY) -> int:
    has = await club.read(lambda work: work.ledger.summary(member, Unit.POINTS, now))
    points: int = has.available
    return points


async def test_a_seat_given_up_is_kept_for_the_first_whose_party_fits(club: Club) -> None:
    event, (one, two, three) = await event_for(club, capacity=1), await members(club, 3)
    assert (await says(club, event, one)).place is SEATED
    assert (await says(club, event, two)).place is WAITING
    assert (await says(club, event, three, now=EARLY + timedelta(minutes=1))).place is WAITING
    await says(club, event, one, Answer.NO)
    kept = await place(club, event, two)
    assert (kept.place, kept.offered_until) == (OFFERED, EARLY + timedelta(hours=1))
    await club.write(lambda work: events.take_offer(work, two, event, EARLY))
    assert (await place(club, event, two)).place is SEATED
    with pytest.raises(OfferGone):
        await club.write(lambda work: events.take_offer(work, three, event, EARLY))


async def test_an_offer_that_nobody_takes_goes_to_the_next(club: Club) -> None:
    event, (one, two, three) = await event_for(club, capacity=1), await members(club, 3)
    for number, member in enumerate((one, two, three)):
        await says(club, event, member, now=EARLY + timedelta(seconds=number))
    await says(club, event, one, Answer.MAYBE, EARLY + timedelta(minutes=1))
    await later(club, EARLY + timedelta(minutes=60))
    assert (await place(club, event, two)).place is OFFERED
    await later(club, EARLY + timedelta(minutes=61))
    assert (await place(club, event, two)).place is Place.NONE
    assert (await place(club, event, three)).place is OFFERED
    assert await broken(club) == []


async def test_a_large_party_is_passed_over_and_stays_first(club: Club) -> None:
    event, (one, two, three) = await event_for(club, capacity=3), await members(club, 3)
    await says(club, event, one, guests=2)
    await says(club, event, two, guests=2, now=EARLY + timedelta(minutes=1))
    await says(club, event, three, now=EARLY + timedelta(minutes=2))
    await says(club, event, one, guests=1)
    assert (await place(club, event, two)).place is WAITING
    assert (await place(club, event, three)).place is OFFERED
    mine = await club.read(lambda work: events.show(work, two, event))
    assert mine.ahead == 0


async def test_in_the_last_minutes_who_comes_first_of_the_waiting_has_the_seat(club: Club) -> None:
    event, (one, two, three) = await event_for(club, capacity=1), await members(club, 3)
    for member in (one, two, three):
        await says(club, event, member)
    late = STARTS - timedelta(minutes=20)
    await says(club, event, one, Answer.NO, late)
    assert (await place(club, event, two)).place is WAITING
    await club.write(lambda work: events.take_offer(work, three, event, late))
    assert (await place(club, event, three)).place is SEATED
    with pytest.raises(OfferGone):
        await club.write(lambda work: events.take_offer(work, two, event, late))


async def test_a_deposit_comes_back_at_the_door_and_in_time_and_is_kept_else(club: Club) -> None:
    event, people = await event_for(club, capacity=9, deposit=40), await members(club, 4)
    came, early, late, _absent = people
    for member in people:
        await says(club, event, member)
        assert await available(club, member) == 60
    await says(club, event, early, Answer.NO)
    await says(club, event, late, Answer.NO, STARTS - timedelta(hours=2))
    await club.write(lambda work: events.check_in(work, event, came, STAFF, STARTS))
    await later(club, STARTS + timedelta(hours=5))
    assert [await available(club, one) for one in people] == [100, 100, 60, 60]
    counts = await club.read(lambda work: work.events.counts(event))
    assert (counts["no_shows"], counts["kept"], counts["came"]) == (1, 80, 1)
    assert await broken(club) == []


async def test_a_cancelled_event_returns_deposits_and_tells_once(club: Club) -> None:
    event, (one, two) = await event_for(club, capacity=1, deposit=40), await members(club, 2)
    for member in (one, two):
        await says(club, event, member)
    await club.write(lambda work: events.cancel(work, event, STAFF, EARLY))
    await later(club, EARLY)
    await later(club, EARLY + timedelta(minutes=5))
    assert await available(club, one) == 100
    found = await club.read(lambda work: work.events.get(event))
    assert found is not None
    assert found.taken == 0
    assert await broken(club) == []


async def test_a_deposit_needs_points(club: Club) -> None:
    event, (one,) = await event_for(club, capacity=1, deposit=4000), await members(club, 1)
    with pytest.raises(DepositMissing):
        await says(club, event, one)
    found = await club.read(lambda work: work.events.get(event))
    assert found is not None
    assert found.taken == 0


async def test_what_is_refused_changes_nothing(club: Club) -> None:
    event, (one, two) = await event_for(club, capacity=2), await members(club, 2)
    closed = await plan(club, key="closed", open_to_all=False)
    await says(club, event, one, guests=1)
    refused: list[tuple[type[Refused], Any]] = [
        (TooManyGuests, lambda w: events.answer(w, two, event, Answer.YES, EARLY, guests=3)),
        (AnswersClosed, lambda w: events.answer(w, two, short, Answer.YES, STARTS)),
        (EventNotFound, lambda w: events.answer(w, two, closed, Answer.YES, EARLY)),
        (ShrunkTooFar, lambda w: events.change(w, event, STAFF, EARLY, capacity=1)),
        (
            EventTimes,
            lambda w: events.change(w, event, STAFF, EARLY, ends_at=STARTS - timedelta(hours=1)),
        ),
        (CheckInNotYet, lambda w: events.check_in(w, event, one, STAFF, EARLY)),
        (TicketUnknown, lambda w: events.by_ticket(w, "12-abc")),
    ]
    short = await event_for(club, key="short", ends_at=STARTS + timedelta(hours=2))
    for error, use in refused:
        with pytest.raises(error):
            await club.write(use)
    found = await club.read(lambda work: work.events.get(event))
    assert found is not None
    assert (found.taken, found.capacity) == (2, 2)


async def test_a_ticket_opens_the_door_once_and_can_be_taken_back(club: Club) -> None:
    event, (one,) = await event_for(club, capacity=5), await members(club, 1)
    await says(club, event, one, guests=1)
    code = (await club.read(lambda work: events.show(work, one, event))).code

    def enters(work: Work) -> Any:
        part = events.by_ticket(work, code)
        return events.check_in(work, part.event_id, part.member_id, STAFF, STARTS, 3)

    assert (await club.write(enters)).part.came == 3
    with pytest.raises(CheckedInBefore):
        await club.write(enters)
    await club.write(lambda work: events.undo(work, event, one, STAFF, STARTS))
    assert (await club.write(enters)).part.came == 3
    with pytest.raises(TicketUnknown):
        await club.read(lambda work: events.by_ticket(work, code[:-1] + "!"))
    assert await broken(club) == []


async def test_reminders_and_changes_are_told_once_per_round(club: Club) -> None:
    event, (one,) = await event_for(club, capacity=5), await members(club, 1)
    await says(club, event, one)
    day = STARTS - timedelta(hours=24)
    for _ in range(2):
        await later(club, day)
    moved = STARTS + timedelta(hours=30)
    await club.write(lambda work: events.change(work, event, STAFF, day, starts_at=moved))
    for _ in range(2):
        await later(club, day)
    await later(club, moved - timedelta(hours=2))
    news = text("SELECT what FROM event_news ORDER BY what")
    found = await club.read(lambda work: list(work.db.execute(news).scalars()))
    assert found == ["remind:0:1440", "remind:1:1440", "round:1"]


async def test_who_passes_time_meets_each_moment_of_an_event(club: Club) -> None:
    event, (one, two) = await event_for(club, capacity=1), await members(club, 2)
    for member in (one, two):
        await says(club, event, member)
    await says(club, event, one, Answer.NO)
    met, at = [], EARLY
    while found := await club.read(
        lambda work, at=at: event_steps.following(work, at, STARTS + timedelta(days=1))
    ):
        at = found
        met.append(at)
        await later(club, at)
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert met == [EARLY + hour, STARTS - day, STARTS + 4 * hour]
    assert await broken(club) == []


async def test_the_seat_of_who_is_erased_goes_to_who_waits(club: Club) -> None:
    event, (one, two) = await event_for(club, capacity=1, deposit=40), await members(club, 2)
    for member in (one, two):
        await says(club, event, member)
    await club.write(lambda work: erasing.erase(work, one, EARLY))
    assert (await place(club, event, two)).place is OFFERED
    assert await broken(club) == []


async def test_two_memberships_that_become_one_keep_one_seat(club: Club) -> None:
    event, (one, two, three) = (
        await event_for(club, capacity=2, deposit=40),
        await members(club, 3),
    )
    other = await event_for(club, capacity=1, key="other")
    for member in (one, two):
        await says(club, event, member)
    await says(club, event, three, now=EARLY + timedelta(minutes=1))
    await says(club, other, two)
    await says(club, other, one, Answer.NO)
    await club.write(lambda work: merging.merge(work, one, two, STAFF, EARLY))
    kept = await club.read(lambda work: work.events.invitation(event, one))
    assert kept is not None
    assert (await place(club, event, three)).place is OFFERED
    taken = [(await club.read(lambda w, e=e: w.events.get(e))).taken for e in (event, other)]
    assert taken == [2, 1]
    assert await broken(club) == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE events SET taken = taken + 1",
        "UPDATE invitations SET guests = guests + 1 WHERE place = 'seated'",
        "UPDATE invitations SET deposit_state = 'returned'",
        "UPDATE invitations SET deposit = deposit + 1",
        "UPDATE invitations SET deposit_posting = NULL",
        "UPDATE holds SET state = 'released'",
    ],
)
async def test_the_audit_finds_seats_and_deposits_that_were_tampered_with(
    club: Club, tampering: str
) -> None:
    event, (one,) = await event_for(club, capacity=2, deposit=40), await members(club, 1)
    await says(club, event, one)
    assert await broken(club) == []
    await club.write(lambda work: work.db.execute(text(tampering)))
    assert await broken(club) != []
