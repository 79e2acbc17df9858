"""Events where something awkward happens: a frozen no-show, second thoughts at the door, offers
that lapse while others tap, a date far away, memberships that merge, made-up tickets."""

from datetime import timedelta

import pytest

from domain.consent import Purpose
from domain.event_errors import AnswersClosed, TicketUnknown
from domain.events import Answer, Place
from services import event_waves, events, merging
from tests.events.test_seats import (
    EARLY,
    STAFF,
    STARTS,
    available,
    broken,
    event_for,
    later,
    members,
    place,
    says,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def places(club, event, *people):
    return [(await place(club, event, one)).place for one in people]


async def test_a_frozen_no_show_has_the_deposit_back_and_holds_up_nobody(club):
    frozen, other = await members(club, 2)
    event = await event_for(club, capacity=5, deposit=20)
    for one in (frozen, other):
        await says(club, event, one)
    await club.write(lambda w: w.members.change(frozen, state="frozen"))
    await later(club, STARTS + timedelta(days=2))
    states = [(await place(club, event, one)).deposit_state for one in (frozen, other)]
    assert states == ["returned", "forfeited"]
    assert await broken(club) == []


async def test_whoever_was_let_in_keeps_seat_and_deposit(club):
    (mei,) = await members(club, 1)
    event = await event_for(club, capacity=1, deposit=20)
    had = await available(club, mei)
    await says(club, event, mei)
    at = STARTS - HOUR
    await club.write(lambda w: events.check_in(w, event, mei, STAFF, at))
    for said in (Answer.NO, Answer.YES):
        with pytest.raises(AnswersClosed):
            await says(club, event, mei, said, at + MINUTE)
    assert await available(club, mei, at) == had
    assert (await club.read(lambda w: w.events.get(event))).taken == 1
    await later(club, STARTS + timedelta(days=2))
    assert await broken(club) == []


async def test_a_seat_that_lapsed_is_served_before_who_taps_now(club):
    people = first, waiting, next_one, late = await members(club, 4)
    event = await event_for(club, capacity=1)
    for number, one in enumerate(people[:3]):
        await says(club, event, one, now=EARLY + number * MINUTE)
    await says(club, event, first, Answer.NO, EARLY + 3 * MINUTE)  # offered to `waiting`
    after = EARLY + 70 * MINUTE
    await says(club, event, late, now=after)
    assert await places(club, event, next_one, late) == [Place.OFFERED, Place.WAITING]
    await says(club, event, waiting, now=after + MINUTE)
    assert await places(club, event, waiting) == [Place.WAITING]


async def test_taking_an_offer_serves_what_lapsed_beside_it(club):
    a, b, c, d, e = await members(club, 5)
    event = await event_for(club, capacity=2)
    for one in (a, b, c):
        await says(club, event, one)
    await says(club, event, a, Answer.NO)  # offered to c
    await says(club, event, d, now=EARLY + MINUTE)
    await says(club, event, e, now=EARLY + 2 * MINUTE)
    await says(club, event, b, Answer.NO, EARLY + 30 * MINUTE)  # offered to d
    await club.write(lambda w: events.take_offer(w, d, event, EARLY + 61 * MINUTE))
    assert await places(club, event, d, e) == [Place.SEATED, Place.OFFERED]


async def test_what_is_far_ahead_lapses_and_is_called_off_too(club):
    a, b, c = await members(club, 3)
    far = EARLY + timedelta(days=100)
    event = await event_for(club, capacity=1, deposit=20, starts_at=far, ends_at=far + HOUR)
    for number, one in enumerate((a, b, c)):
        await says(club, event, one, now=EARLY + number * MINUTE)
    had = await available(club, a) + 20
    await says(club, event, a, Answer.NO, EARLY + 3 * MINUTE)
    await later(club, EARLY + timedelta(days=2))
    assert (await places(club, event, b))[0] is Place.NONE
    back = EARLY + timedelta(days=3)
    await says(club, event, a, now=back)
    await club.write(lambda w: events.cancel(w, event, STAFF, back + HOUR))
    await later(club, back + 2 * HOUR)
    assert await available(club, a) == had
    assert await broken(club) == []


async def test_a_merge_keeps_the_better_place_and_who_came(club):
    kept, merged, other = await members(club, 3)
    event = await event_for(club, capacity=1)
    for one in (merged, other, kept):
        await says(club, event, one)
    await club.write(lambda w: events.check_in(w, event, merged, STAFF, STARTS - HOUR))
    await club.write(lambda w: merging.merge(w, kept, merged, STAFF, STARTS - HOUR))
    both = [(await place(club, event, one)) for one in (kept, merged)]
    sitting = [one for one in both if one is not None and one.place is Place.SEATED]
    assert [one.attended_at is not None for one in sitting] == [True]
    await later(club, STARTS + timedelta(days=2))
    counts = await club.read(lambda w: w.events.counts(event))
    assert (counts["came"], counts["no_shows"]) == (1, 0)
    assert await broken(club) == []


async def test_only_levels_that_may_come_are_invited(club):
    (mei,) = await members(club, 1)
    await club.write(lambda w: w.members.set_consent(mei, Purpose.CARE, True, "test", EARLY))
    event = await event_for(club, capacity=5, open_to_all=False, levels=("diamond",))
    assert await club.read(lambda w: event_waves.invitable(w, event, EARLY)) == 0
    await club.write(
        lambda w: event_waves.plan(w, event, key="k", due_at=EARLY, actor=STAFF, now=EARLY)
    )
    await later(club, EARLY)
    assert await club.read(lambda w: w.events.invitation(event, mei)) is None


@pytest.mark.parametrize("code", ["9999999999999999999-abc", "²-abc", "-", "", "1-"])
async def test_a_made_up_ticket_is_refused(club, code):
    with pytest.raises(TicketUnknown):
        await club.read(lambda w: events.by_ticket(w, code))
