"""What the services do with tickets: opening, talking, moving, merging, and what is kept of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.club_errors import OperatorNotFound
from domain.errors import Refused
from domain.refusals import BadText, TicketNotFound, TicketOver, TicketTaken
from domain.ticket_errors import (
    CategoryUnknown,
    CauseUnknown,
    MergeImpossible,
    SubjectUnknown,
    TicketDone,
)
from domain.tickets import TicketKind, TicketState
from services import tickets
from services.ports.club import Actor
from services.tickets import Origin, Words
from storage.tables import people
from storage.work import Work
from tests.flows.talk import buys
from tests.support.club import Club, Person
from tests.tickets.support import (
    PHOTO,
    SOUR,
    delivered,
    does,
    events,
    look,
    opened,
    says,
    staff,
    words,
)

ANSWER_BY = datetime(2026, 5, 20, 7, tzinfo=UTC)  # four business hours: lunch lies between


async def set_level(club: Club, person: Person, level: str) -> None:
    """The member has a level, whatever they bought."""
    member = await person.member_id()
    table = people.Member.__table__  # type: ignore[attr-defined]
    change = table.update().where(table.c.id == member).values(level=level)
    await club.write(lambda work: work.db.execute(change))


# -- opening ----------------------------------------------------------------------------


async def test_a_ticket_has_a_number_a_promise_and_its_words(club: Club) -> None:
    ticket = await opened(club, await club.person().joins())
    assert 100_000 <= ticket.number < 1_000_000
    assert ticket.state is TicketState.OPEN
    assert ticket.first_due_at == ticket.due_at == ANSWER_BY
    assert ticket.resolve_by is not None
    assert await words(club, ticket) == [SOUR]
    assert await look(club, ticket) == ticket


async def test_the_same_words_twice_open_one_ticket(club: Club) -> None:
    mei = await club.person().joins()
    first = await opened(club, mei, key="once")
    assert (await opened(club, mei, key="once")).id == first.id


@pytest.mark.parametrize(("level", "priority"), [("member", 0), ("gold", 1), ("diamond", 1)])
async def test_a_level_makes_it_more_urgent(club: Club, level: str, priority: int) -> None:
    mei = await club.person().joins()
    await set_level(club, mei, level)
    ticket = await opened(club, mei)
    assert ticket.priority == priority
    assert (ticket.due_at == ANSWER_BY) is (priority == 0)


async def test_alarm_words_make_it_urgent_and_escalate_it_at_once(club: Club) -> None:
    ticket = await opened(club, await club.person().joins(), "吃了以后过敏了")
    assert (ticket.priority, ticket.alarm) == (2, "过敏")
    assert ticket.escalated_at == club.clock()
    assert ticket.due_at == club.clock() + timedelta(minutes=30)
    assert await events(club, ticket) == [("alarm", "过敏")]


async def test_an_alarm_word_that_comes_later_escalates_once(club: Club) -> None:
    ticket = await opened(club, await club.person().joins())
    await says(club, ticket, "我要打12315")
    await says(club, ticket, "12315!")
    now = await look(club, ticket)
    assert (now.priority, now.alarm) == (2, "12315")
    assert now.due_at == club.clock() + timedelta(minutes=30)
    assert await events(club, ticket) == [("alarm", "12315")]


async def test_praise_is_settled_as_it_comes(club: Club) -> None:
    mei = await club.person().joins()
    ticket = await opened(club, mei, "店员很热情", kind=TicketKind.PRAISE, category="praise")
    assert ticket.state is TicketState.RESOLVED
    assert (ticket.due_at, ticket.resolve_by) == (None, None)
    await says(club, ticket, "真的")
    assert (await look(club, ticket)).state is TicketState.RESOLVED


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"text": "  "}, BadText),
        ({"text": "x" * 2001}, BadText),
        ({"category": "nothing"}, CategoryUnknown),
        ({"category": ""}, CategoryUnknown),
        ({"kind": TicketKind.QUESTION}, CategoryUnknown),
        ({"kind": TicketKind.PRAISE, "category": "product"}, CategoryUnknown),
        ({"subject_kind": "purchase", "subject_id": 7}, SubjectUnknown),
        ({"subject_kind": "voucher", "subject_id": 7}, SubjectUnknown),
        ({"subject_kind": "house", "subject_id": 7}, SubjectUnknown),
    ],
)
async def test_what_is_wrong_opens_nothing(
    club: Club, changes: dict[str, Any], refused: type[Refused]
) -> None:
    mei = await club.person().joins()
    member = await mei.member_id()
    with pytest.raises(refused):
        await opened(club, mei, **changes)
    assert await club.read(lambda work: work.tickets.of_member(member, 5)) == []


async def test_files_alone_are_enough(club: Club) -> None:
    ticket = await opened(club, await club.person().joins(), words=Words("", (PHOTO,)))
    (said,) = await club.read(lambda work: work.tickets.thread(ticket.id, 5))
    assert said.media == ({**PHOTO, "file": f"{said.id}.0"},)


async def test_it_is_about_one_of_my_orders_and_its_shop(club: Club) -> None:
    mei, other = await club.person().joins(), await club.person("Other").joins()
    await buys(mei, 100)
    member = await mei.member_id()
    (order,) = await club.read(lambda work: work.purchases.of_member(member, 1))
    ticket = await opened(club, mei, subject_kind="purchase", subject_id=order.id)
    assert (ticket.subject_id, ticket.store_id) == (order.id, order.store_id)
    with pytest.raises(SubjectUnknown):
        await opened(club, other, subject_kind="purchase", subject_id=order.id)


async def test_staff_open_one_for_a_caller(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    ticket = await opened(club, await club.person().joins(), staff=anna)
    assert ticket.opened_by == anna.staff_id
    (said,) = await club.read(lambda work: work.tickets.thread(ticket.id, 5))
    assert (said.author, said.staff_name) == ("member", "Anna")
    audits = await club.read(lambda work: work.audit.about(("ticket", ticket.id)))
    assert [row["action"] for row in audits] == ["ticket.open"]


# -- talking ----------------------------------------------------------------------------


async def test_clocks_stop_while_the_member_is_awaited_and_run_again(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    ticket = await opened(club, await club.person().joins())
    club.clock.move(hours=1)
    await says(club, ticket, "When did you buy it?", anna)
    waits = await look(club, ticket)
    assert (waits.state, waits.staff_id) == (TicketState.WAITING, anna.staff_id)
    assert (waits.due_at, waits.resolve_by) == (None, None)
    assert waits.resolve_left == 23 * 60
    assert waits.answered_at == club.clock()
    club.clock.move(days=3)
    await says(club, ticket, "On Monday")
    runs = await look(club, ticket)
    assert runs.state is TicketState.ASSIGNED
    assert runs.due_at is not None
    assert runs.resolve_by is not None
    assert runs.due_at < runs.resolve_by
    assert runs.first_due_at == ticket.first_due_at


async def test_what_is_owed_is_not_put_off_by_saying_more(club: Club) -> None:
    ticket = await opened(club, await club.person().joins())
    club.clock.move(hours=2)
    await says(club, ticket, "And it was warm")
    assert (await look(club, ticket)).due_at == ticket.due_at


async def test_a_message_is_said_once_per_key(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    ticket = await opened(club, await club.person().joins())
    for by in (None, anna):
        assert await says(club, ticket, "hello there", by, key=f"k {by}") is not None
        assert await says(club, ticket, "hello there", by, key=f"k {by}") is None
    assert await words(club, ticket) == [SOUR, "hello there", "hello there"]


async def test_pieces_of_an_album_make_one_message(club: Club) -> None:
    ticket = await opened(club, await club.person().joins())
    origin = Origin(77, "c", "1")
    for place in (1, 2, 2, 3):
        media = ({**PHOTO, "reference": f"p{place}"},)
        text = "three of them" if place == 2 else ""
        await says(club, ticket, text, album="a1", origin=origin, media=media)
    thread = await club.read(lambda work: work.tickets.thread(ticket.id, 5))
    assert [len(one.media) for one in thread] == [0, 3]
    assert thread[1].text == "three of them"
    assert [one["file"] for one in thread[1].media] == [f"{thread[1].id}.{n}" for n in range(3)]


async def test_an_album_keeps_ten_pieces(club: Club) -> None:
    ticket = await opened(club, await club.person().joins())
    for place in range(12):
        media = ({**PHOTO, "reference": f"p{place}"},)
        await says(club, ticket, "", album="a1", origin=Origin(77, "c", "1"), media=media)
    thread = await club.read(lambda work: work.tickets.thread(ticket.id, 5))
    assert [len(one.media) for one in thread] == [0, 10]


async def test_an_edit_changes_the_words_and_says_so(club: Club) -> None:
    ticket = await opened(club, await club.person().joins())
    (said,) = await club.read(lambda work: work.tickets.thread(ticket.id, 5))
    club.clock.move(minutes=1)
    changed = await does(club, tickets.edit, said.id, "It was warm")
    assert changed.edited_at == club.clock()
    assert await does(club, tickets.edit, said.id, "It was warm") is None
    assert await words(club, ticket) == ["It was warm"]
    with pytest.raises(BadText):
        await does(club, tickets.edit, said.id, "  ")
    with pytest.raises(TicketNotFound):
        await does(club, tickets.edit, 7, "hello")


async def test_a_note_is_for_staff_only(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    mei = await club.person().joins()
    member = await mei.member_id()
    ticket = await opened(club, mei)
    for _ in range(2):
        await club.write(
            lambda work: tickets.note(
                work, ticket.id, Words("calls often"), anna, key="n", now=club.clock()
            )
        )
    theirs = await club.read(
        lambda work: tickets.for_member(work, member, ticket.id, club.clock())
    )
    ours = await club.read(lambda work: tickets.for_staff(work, ticket.id, club.clock()))
    assert [one.text for one in theirs.thread] == [SOUR]
    assert [one.text for one in ours.thread] == [SOUR, "calls often"]
    assert (await look(club, ticket)).state is TicketState.OPEN


# -- moving -----------------------------------------------------------------------------


async def test_another_operator_takes_it_over_only_knowingly(club: Club) -> None:
    anna, ben = await staff(club, "Anna", "Ben")
    ticket = await opened(club, await club.person().joins())
    await does(club, tickets.take, ticket.id, anna)
    await does(club, tickets.take, ticket.id, anna)
    with pytest.raises(TicketTaken) as taken:
        await does(club, tickets.take, ticket.id, ben)
    assert taken.value.staff == "Anna"
    with pytest.raises(TicketTaken):
        await says(club, ticket, "me first", ben)
    assert await words(club, ticket) == [SOUR]
    now = await does(club, tickets.take, ticket.id, ben, over=True)
    assert (now.staff_id, now.state) == (ben.staff_id, TicketState.ASSIGNED)
    assert await events(club, ticket) == [("assigned", "Anna"), ("assigned", "Ben")]


async def test_it_is_given_to_somebody_else_and_back_into_the_queue(club: Club) -> None:
    anna, ben = await staff(club, "Anna", "Ben")
    (till,) = await staff(club, "Till", role="till")
    ticket = await opened(club, await club.person().joins())
    assert (await does(club, tickets.assign, ticket.id, ben.staff_id, anna)).staff_id == (
        ben.staff_id
    )
    with pytest.raises(OperatorNotFound):
        await does(club, tickets.assign, ticket.id, till.staff_id, anna)
    with pytest.raises(OperatorNotFound):
        await does(club, tickets.assign, ticket.id, 7, anna)
    now = await does(club, tickets.release, ticket.id, anna)
    assert (now.staff_id, now.state) == (None, TicketState.OPEN)
    assert (await does(club, tickets.release, ticket.id, anna)) == now
    assert await events(club, ticket) == [("assigned", "Ben"), ("released", "")]


async def test_priority_and_category_are_changed(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    ticket = await opened(club, await club.person().joins())
    now = await does(club, tickets.set_priority, ticket.id, 2, anna)
    assert now.due_at == club.clock() + timedelta(minutes=30)
    now = await does(club, tickets.set_priority, ticket.id, 0, anna)
    assert now.due_at == club.clock() + timedelta(minutes=30)
    assert (await does(club, tickets.set_category, ticket.id, "points", anna)).category == "points"
    with pytest.raises(CategoryUnknown):
        await does(club, tickets.set_category, ticket.id, "house", anna)
    assert await events(club, ticket) == [
        ("priority", "2"),
        ("priority", "0"),
        ("category", "points"),
    ]


async def test_it_is_settled_with_cause_and_improvement(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    ticket = await opened(club, await club.person().joins())
    await says(club, ticket, "Here is a new one", anna)
    with pytest.raises(CauseUnknown):
        await resolve(club, ticket, anna, cause="weather")
    now = await resolve(club, ticket, anna, cause="product")
    assert (now.state, now.cause_key, now.in_time) == (TicketState.RESOLVED, "product", True)
    assert (now.due_at, now.resolve_by, now.done_at) == (None, None, club.clock())
    assert await resolve(club, ticket, anna, cause="staff") == now
    found = await club.read(lambda work: work.tickets.causes(ticket.id))
    assert found == ("The fridge was open", "A door that shuts")
    assert len(await delivered(club, "ticket.resolved")) == 1


async def resolve(club: Club, ticket: Any, by: Actor, cause: str = "") -> Any:
    return await club.write(
        lambda work: tickets.resolve(
            work, ticket.id, by, cause, "The fridge was open", "A door that shuts", club.clock()
        )
    )


async def test_it_is_settled_late_when_the_time_was_over(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    ticket = await opened(club, await club.person().joins())
    club.clock.move(days=20)
    assert (await resolve(club, ticket, anna)).in_time is False


@pytest.mark.parametrize("how", ["says", "reopens"])
async def test_within_a_week_it_is_opened_again_with_a_fresh_promise(club: Club, how: str) -> None:
    (anna,) = await staff(club, "Anna")
    ticket = await opened(club, await club.person().joins())
    await resolve(club, ticket, anna)
    club.clock.move(days=6, hours=23)
    if how == "says":
        await says(club, ticket, "It happened again")
    else:
        await does(club, tickets.reopen, ticket.id)
    now = await look(club, ticket)
    assert (now.state, now.reopened) == (TicketState.ASSIGNED, 1)
    assert (now.done_at, now.in_time) == (None, None)
    assert now.due_at is not None
    assert now.due_at > club.clock()
    assert now.resolve_by is not None
    assert now.resolve_by > now.due_at


async def test_after_a_week_it_stays_closed_for_the_member_but_not_for_staff(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    ticket = await opened(club, await club.person().joins())
    await resolve(club, ticket, anna)
    club.clock.move(days=7)
    with pytest.raises(TicketOver):
        await says(club, ticket, "It happened again")
    with pytest.raises(TicketOver):
        await does(club, tickets.reopen, ticket.id)
    now = await does(club, tickets.reopen, ticket.id, by=anna)
    assert now.state is TicketState.ASSIGNED


async def test_what_staff_say_after_it_is_settled_leaves_it_settled(club: Club) -> None:
    anna, ben = await staff(club, "Anna", "Ben")
    ticket = await opened(club, await club.person().joins())
    await resolve(club, ticket, anna)
    await says(club, ticket, "You are welcome", ben)
    assert (await look(club, ticket)).state is TicketState.RESOLVED
    for step in (tickets.take, tickets.release):
        with pytest.raises(TicketDone):
            await does(club, step, ticket.id, ben)
    with pytest.raises(TicketDone):
        await does(club, tickets.set_priority, ticket.id, 2, ben)


async def test_the_member_closes_it_once(club: Club) -> None:
    mei, other = await club.person().joins(), await club.person("Other").joins()
    member, stranger = await mei.member_id(), await other.member_id()
    ticket = await opened(club, mei)
    with pytest.raises(TicketNotFound):
        await does(club, tickets.close, stranger, ticket.id)
    for _ in range(2):
        now = await does(club, tickets.close, member, ticket.id)
        assert (now.state, now.due_at) == (TicketState.CLOSED, None)
    assert await events(club, ticket) == [("closed", "")]


# -- merging ----------------------------------------------------------------------------


async def test_two_tickets_become_one_with_the_earlier_promise(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    mei = await club.person().joins()
    member = await mei.member_id()
    first = await opened(club, mei, "The milk was sour")
    club.clock.move(hours=1)
    second = await opened(club, mei, "And the bread was old")
    target = await does(club, tickets.merge, first.id, second.id, anna)
    assert (target.id, target.due_at) == (second.id, first.due_at)
    gone = await look(club, first)
    assert (gone.state, gone.merged_into, gone.due_at) == (TicketState.CLOSED, second.id, None)
    (listed,) = await club.read(lambda work: tickets.of_member(work, member, club.clock()))
    assert listed.ticket.id == second.id
    view = await club.read(lambda work: tickets.for_member(work, member, first.id, club.clock()))
    assert (view.ticket.id, view.into) == (second.id, second.number)
    said = [one.text for one in view.thread if one.author != "event"]
    assert said == ["The milk was sour", "And the bread was old"]
    assert await events(club, first) == [("merged", str(second.number))]
    assert await events(club, second) == [("merged_in", str(first.number))]


async def test_what_is_said_of_a_merged_ticket_goes_to_the_other(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    mei = await club.person().joins()
    first, second, third = [await opened(club, mei, f"No. {n}") for n in range(3)]
    await does(club, tickets.merge, first.id, second.id, anna)
    await does(club, tickets.merge, second.id, third.id, anna)
    await says(club, first, "One more word")
    assert await words(club, third) == ["No. 2", "One more word"]
    assert (await look(club, first)).merged_into == third.id


async def test_tickets_that_do_not_go_together_stay_apart(club: Club) -> None:
    (anna,) = await staff(club, "Anna")
    mei, other = await club.person().joins(), await club.person("Other").joins()
    mine, more, done = [await opened(club, mei, f"No. {n}") for n in range(3)]
    theirs = await opened(club, other)
    await resolve(club, done, anna)
    for one, into, why in (
        (mine, mine, "same"),
        (mine, theirs, "other_member"),
        (mine, done, "done"),
        (done, mine, "done"),
    ):
        with pytest.raises(MergeImpossible) as refused:
            await does(club, tickets.merge, one.id, into.id, anna)
        assert refused.value.why == why
    await does(club, tickets.merge, more.id, mine.id, anna)
    with pytest.raises(MergeImpossible) as refused:
        await does(club, tickets.merge, more.id, mine.id, anna)
    assert refused.value.why == "merged"


async def test_every_step_of_staff_is_audited(club: Club) -> None:
    anna, ben = await staff(club, "Anna", "Ben")
    mei = await club.person().joins()
    ticket, other = await opened(club, mei), await opened(club, mei, "again")
    await does(club, tickets.take, ticket.id, anna)
    await says(club, ticket, "So sorry!", anna)
    await does(club, tickets.assign, ticket.id, ben.staff_id, anna)
    await does(club, tickets.set_priority, ticket.id, 1, anna)
    await does(club, tickets.set_category, ticket.id, "other", anna)
    await does(club, tickets.release, ticket.id, anna)
    await resolve(club, ticket, anna)
    await does(club, tickets.reopen, ticket.id, by=anna)
    await does(club, tickets.merge, ticket.id, other.id, anna)
    found = await club.read(lambda work: work.audit.about(("ticket", ticket.id)))
    assert [row["action"] for row in reversed(found)] == [
        "ticket.take",
        "ticket.answer",
        "ticket.assign",
        "ticket.priority",
        "ticket.category",
        "ticket.release",
        "ticket.resolve",
        "ticket.reopen",
        "ticket.merge",
    ]


async def test_a_ticket_is_found_by_number_and_by_id(club: Club) -> None:
    ticket = await opened(club, await club.person().joins())

    def found(work: Work) -> list[int]:
        return [tickets.find(work, one).id for one in (ticket.number, ticket.id)]

    assert await club.read(found) == [ticket.id, ticket.id]
    with pytest.raises(TicketNotFound):
        await club.read(lambda work: tickets.find(work, 1))
