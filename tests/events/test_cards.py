"""The invitations that members have in their chats: waves of them, and that they keep saying what
holds."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.messages import load_reply
from domain.audience_expressions import Condition, Op
from domain.consent import Purpose
from domain.events import Answer, Place
from services import event_cards, event_waves, events, ledger
from storage.tables import events as tables
from storage.tables import post
from tests.events.test_seats import (
    EARLY,
    RULES,
    STAFF,
    STARTS,
    available,
    broken,
    event_for,
    later,
    place,
    says,
)
from tests.support.club import Club, Person

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ROWS = post.Delivery.__table__  # type: ignore[attr-defined]
PLACES = tables.Invitation.__table__  # type: ignore[attr-defined]


async def agreed(club: Club, name: str, locale: str = "en") -> tuple[Person, int]:
    """A member who agreed to greetings, and the id."""
    person = await club.person(name, locale).joins()
    member = await person.member_id()
    await club.write(
        lambda work: work.members.set_consent(member, Purpose.CARE, True, "test", EARLY)
    )
    return person, member


async def invited(club: Club, event: int, **changes: Any) -> None:
    """A wave that goes out now."""
    club.clock.now = EARLY
    asked = {"key": f"wave:{event}", "due_at": EARLY, "actor": STAFF, "now": EARLY, **changes}
    await club.write(lambda work: event_waves.plan(work, event, **asked))
    await later(club, EARLY)
    await sent(club)


async def gives(club: Club, member: int, points: int) -> None:
    about = {"key": f"t:{member}", "source": ("test", member), "now": EARLY}
    await club.write(lambda work: ledger.bonus(work, member, points, **about))


async def sent(club: Club) -> list[tuple[str, str, str]]:
    """Sends all that waits: what is done, to whom, and what it says."""
    waiting = select(ROWS).where(ROWS.c.state == "pending").order_by(ROWS.c.id)

    def use(work: Any) -> list[Any]:
        found = work.db.execute(waiting).mappings().all()
        for row in found:
            done = {"state": "sent", "message_id": row["target"] or f"m{row['id']}"}
            work.db.execute(update(ROWS).where(ROWS.c.id == row["id"]).values(**done))
        return list(found)

    rows = await club.write(use)
    texts = [
        club.renderer.render(load_reply(row["message"]), row["locale"], row["chat"], 0).text
        for row in rows
    ]
    return [(row["act"], row["chat"], text) for row, text in zip(rows, texts, strict=True)]


async def edits(club: Club, person: Person, seconds: float = 12) -> list[str]:
    """What the person's card becomes by itself within so many seconds."""
    club.clock.now += timedelta(seconds=seconds)
    await later(club, club.clock())
    return [text for act, chat, text in await sent(club) if (act, chat) == ("edit", person.user)]


async def test_what_one_answers_is_on_the_cards_of_all_others(club: Club) -> None:
    event = await event_for(club, capacity=2, open_to_all=False, rules=RULES)
    (mei, _), (lee, _) = await agreed(club, "Mei"), await agreed(club, "Lee", "zh")
    await invited(club, event)
    assert "2 seats left" in (await mei.hears())[-1].text
    await lee.hears()
    done = await lee.taps("event.answer", str(event), "yes")
    assert done.key == "event.card"
    (text,) = await edits(club, mei)
    assert "1 seat left" in text
    assert "You are invited" in text
    assert await edits(club, lee) == []


async def test_a_card_that_was_answered_elsewhere_says_so(club: Club) -> None:
    event = await event_for(club, capacity=2, open_to_all=False)
    mei, member = await agreed(club, "Mei")
    await invited(club, event)
    await mei.hears()
    await says(club, event, member)
    assert ["✅" in text for text in await edits(club, mei)] == [True]


async def test_calling_off_is_seen_by_who_never_answered(club: Club) -> None:
    event = await event_for(club, open_to_all=False)
    mei, _ = await agreed(club, "Mei", "zh")
    await invited(club, event)
    await mei.hears()
    await club.write(lambda work: events.cancel(work, event, STAFF, club.clock()))
    assert ["已取消" in text for text in await edits(club, mei)] == [True]
    assert await edits(club, mei, 600) == []


async def test_many_changes_are_one_renewal(club: Club) -> None:
    event = await event_for(club, capacity=9, open_to_all=True)
    mei, _ = await agreed(club, "Mei")
    await invited(club, event)
    await mei.hears()
    others = [await (await club.person(f"P{n}").joins()).member_id() for n in range(3)]
    for other in others:
        await says(club, event, other, now=club.clock())
    assert len(await edits(club, mei)) == 1
    assert await edits(club, mei, 600) == []


async def test_waves_go_out_when_they_are_due_and_each_member_once(club: Club) -> None:
    event = await event_for(club, open_to_all=False)
    people = [await agreed(club, f"P{n}") for n in range(4)]
    club.clock.now = EARLY

    def plan(work: Any) -> None:
        known = {"actor": STAFF, "now": EARLY}
        first = work.programmes.current().first_level.key
        whom = Condition("level", Op.IS, (first,))
        event_waves.plan(work, event, key="a", due_at=EARLY, most=1, whom=whom, **known)
        event_waves.plan(work, event, key="b", due_at=EARLY + DAY, **known)
        event_waves.plan(work, event, key="b", due_at=EARLY, **known)

    await club.write(plan)
    counts = []
    for at in (EARLY, EARLY + MINUTE, EARLY + DAY, EARLY + DAY + MINUTE):
        await later(club, at)
        found = await club.read(lambda work: work.events.counts(event))
        counts.append(found["invited"])
    assert counts == [1, 1, 4, 4]
    assert [len(await person.hears()) for person, _ in people] == [1, 1, 1, 1]
    waves = await club.read(lambda work: work.event_waves.of(event))
    assert [(one.invited, str(one.state)) for one in waves] == [(1, "done"), (3, "done")]


async def test_a_wave_that_is_stopped_invites_nobody_more(club: Club) -> None:
    event = await event_for(club, open_to_all=False)
    await agreed(club, "Mei")
    asked = {"key": "a", "due_at": EARLY + DAY, "actor": STAFF, "now": EARLY}
    wave = await club.write(lambda work: event_waves.plan(work, event, **asked))
    for _ in range(2):
        await club.write(lambda work: event_waves.stop(work, wave.id, STAFF, EARLY))
    await later(club, EARLY + 2 * DAY)
    assert (await club.read(lambda work: work.events.counts(event)))["invited"] == 0


async def test_nobody_is_invited_to_what_is_called_off(club: Club) -> None:
    event = await event_for(club, open_to_all=False)
    await agreed(club, "Mei")
    asked = {"key": "a", "due_at": EARLY + DAY, "actor": STAFF, "now": EARLY}
    await club.write(lambda work: event_waves.plan(work, event, **asked))
    await club.write(lambda work: events.cancel(work, event, STAFF, EARLY))
    await later(club, EARLY + 2 * DAY)
    assert (await club.read(lambda work: work.events.counts(event)))["invited"] == 0
    waves = await club.read(lambda work: work.event_waves.of(event))
    assert [str(one.state) for one in waves] == ["stopped"]


async def test_who_said_yes_to_another_time_loses_no_deposit(club: Club) -> None:
    (_, stays), (_, leaves) = await agreed(club, "Mei"), await agreed(club, "Lee")
    event = await event_for(club, capacity=5, deposit=0)
    for one in (stays, leaves):
        await gives(club, one, 50)
    had = await available(club, stays)
    await club.write(lambda work: events.change(work, event, STAFF, EARLY, deposit=20))
    for one in (stays, leaves):
        await says(club, event, one)
    moved = {"starts_at": STARTS + timedelta(hours=1)}
    await club.write(lambda work: events.change(work, event, STAFF, EARLY, **moved))
    late = STARTS - timedelta(hours=2)
    assert (await says(club, event, leaves, Answer.NO, late)).deposit_state == "returned"
    await later(club, STARTS + timedelta(days=1))
    absent = await place(club, event, stays)
    assert (absent.no_show, absent.deposit_state) == (True, "returned")
    assert await available(club, stays) == had
    assert await broken(club) == []


async def test_a_walk_in_that_was_a_mistake_leaves_no_trace(club: Club) -> None:
    (_, came), (_, waiting) = await agreed(club, "Mei"), await agreed(club, "Lee")
    event = await event_for(club, capacity=1)
    await says(club, event, came)
    await says(club, event, waiting)
    door = STARTS - timedelta(hours=1)
    await says(club, event, came, Answer.NO, door)
    before = await place(club, event, waiting)
    await club.write(lambda work: events.check_in(work, event, waiting, STAFF, door))
    await club.write(lambda work: events.undo(work, event, waiting, STAFF, door))
    after = await place(club, event, waiting)
    assert (after.place, after.waiting_since) == (Place.WAITING, before.waiting_since)
    await club.write(lambda work: events.check_in(work, event, came, STAFF, door))
    undone = await club.write(lambda work: events.undo(work, event, came, STAFF, door))
    assert (undone.part.place, undone.part.answer) == (Place.NONE, Answer.NO)
    await later(club, STARTS + DAY)
    assert (await club.read(lambda work: work.events.counts(event)))["no_shows"] == 0
    assert await broken(club) == []


async def states(club: Club, event: int, state: str, count: int) -> None:
    """Puts the first invitations of an event into a state, as the sender would."""

    def use(work: Any) -> None:
        found = [one.delivery for one in _deliveries(work, event)][:count]
        work.db.execute(update(ROWS).where(ROWS.c.id.in_(found)).values(state=state))

    await club.write(use)


def _deliveries(work: Any, event: int) -> Any:
    wanted = select(PLACES.c.delivery_id.label("delivery")).where(PLACES.c.event_id == event)
    return work.db.execute(wanted.order_by(PLACES.c.id)).all()


async def test_all_cards_are_renewed_also_those_that_come_to_the_chat_later(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_cards, "AT_ONCE", 2)
    event = await event_for(club, capacity=9, open_to_all=False)
    people = [(await agreed(club, f"P{n}"))[0] for n in range(5)]
    await invited(club, event)
    await states(club, event, "dead", 1)
    other = await states_of(club, event)
    assert other.count("sent") == 4
    await club.write(lambda work: events.change(work, event, STAFF, EARLY, capacity=8))
    edited = []
    for _ in range(4):
        club.clock.now += timedelta(seconds=12)
        await later(club, club.clock())
        edited.append(len([1 for act, _, _ in await sent(club) if act == "edit"]))
    assert (sum(edited), max(edited), edited[-1]) == (4, 2, 0)
    assert await club.read(lambda work: work.event_cards.due(event, club.clock() + DAY)) is None
    assert len(people) == 5


async def states_of(club: Club, event: int) -> list[str]:
    wanted = select(ROWS.c.state).join(PLACES, PLACES.c.delivery_id == ROWS.c.id)
    found = await club.read(
        lambda work: work.db.execute(wanted.where(PLACES.c.event_id == event)).scalars().all()
    )
    return list(found)


async def test_an_invitation_that_waits_is_renewed_when_it_is_out(club: Club) -> None:
    event = await event_for(club, capacity=2, open_to_all=False)
    mei, _ = await agreed(club, "Mei")
    await invited(club, event)
    await states(club, event, "pending", 1)
    await club.write(lambda work: events.change(work, event, STAFF, EARLY, capacity=1))
    club.clock.now += timedelta(seconds=12)
    await later(club, club.clock())
    assert [act for act, _, _ in await sent(club)] == ["send"]
    (text,) = await edits(club, mei, 60)
    assert "1 seat left" in text


async def test_an_answer_on_the_card_overtakes_a_renewal(club: Club) -> None:
    event = await event_for(club, capacity=2, open_to_all=False)
    mei, _ = await agreed(club, "Mei")
    await invited(club, event)
    await mei.hears()
    for state, expected in (("pending", []), ("sending", [True])):
        seats = 4 if state == "pending" else 5
        await club.write(lambda work: events.change(work, event, STAFF, EARLY, capacity=seats))  # noqa: B023
        club.clock.now += timedelta(seconds=12)
        await later(club, club.clock())  # a renewal is written
        await renewals(club, state)
        await mei.taps("event.answer", str(event), "maybe" if state == "pending" else "no")
        await renewals(club, "sent", only="sending")
        found = ["not coming" in text for text in await edits(club, mei, 60)]
        assert found == expected, state


async def renewals(club: Club, state: str, only: str = "pending") -> None:
    """Puts renewals that are in a state into another."""
    known = (ROWS.c.act == "edit", ROWS.c.state == only)
    await club.write(lambda work: work.db.execute(update(ROWS).where(*known).values(state=state)))


async def test_a_deposit_is_asked_about_on_the_invitation_too(club: Club) -> None:
    event = await event_for(club, capacity=2, open_to_all=False, deposit=10, rules=RULES)
    mei, member = await agreed(club, "Mei")
    await gives(club, member, 50)
    await invited(club, event)
    await mei.hears()
    await mei.taps("event.answer", str(event), "yes")
    await mei.taps("event.answer", str(event), "yes", "2")
    club.clock.now = STARTS - timedelta(hours=2)
    assert "are not returned" in (await mei.taps("event.answer", str(event), "maybe")).text
    kept = await mei.taps("event.show", str(event))
    assert "button.events" not in [key.label for row in kept.rows for key in row]
    await mei.taps("event.answer", str(event), "maybe")
    gone = await mei.taps("event.answer", str(event), "maybe", "", "k", "y")
    assert gone.key == "event.card"
    assert (await place(club, event, member)).deposit_state == "forfeited"
