"""The queue in the staff's own chat: tabs, one ticket, what can be done with it, calls."""

import pytest

from domain.tickets import TicketState
from tests.flows.talk import labels
from tests.flows.test_staff_group import SOUR, heard, opens
from tests.support.club import Club, Person
from tests.support.threads import deliver, last_message, operator


async def desk(club: Club, locale: str = "en") -> tuple[Person, Person, int]:
    """An operator, a member, and the member's ticket."""
    anna = await operator(club, locale=locale)
    mei = await club.person("Mei Lin").joins()
    return anna, mei, await opens(mei)


async def ticket_of(club: Club, ticket_id: int) -> object:
    return await club.read(lambda work: work.tickets.get(ticket_id))


async def opened(anna: Person, ticket_id: int) -> str:
    """The operator opens the ticket from the queue."""
    await anna.says("/queue")
    return (await anna.taps("ticket.open", str(ticket_id))).text


def tabs(person: Person) -> list[str]:
    return [key.label for row in person.seen[-1].rows[:2] for key in row]


@pytest.mark.parametrize(
    ("locale", "title", "left", "empty"),
    [
        ("en", "New tickets", "5 h left", "Nobody is waiting for you"),
        ("zh", "新工单", "还剩 5小时", "没有会员在等您答复"),
    ],
)
async def test_the_queue_shows_what_is_new_mine_and_due(
    club: Club, locale: str, title: str, left: str, empty: str
) -> None:
    anna, _, _ = await desk(club, locale)
    new = await anna.says("/queue")
    assert title in new.text
    assert left in new.text
    assert any("⚠️" in label and "·" in label for label in labels(new)), "what and whose it is"
    assert any("1" in label for label in tabs(anna))
    mine = await anna.taps("queue", "mine")
    assert empty in mine.text
    await anna.taps("queue", "new")
    await anna.taps("ticket.open")
    await anna.taps("ticket.take")
    mine = await anna.says("/queue")
    assert mine.key == "queue.list"
    assert "Mei" not in mine.text or "Lin" not in mine.text
    club.clock.move(hours=4)
    near = await anna.taps("queue", "near")
    assert "🟡" in near.text
    club.clock.move(days=1)
    assert "🔴" in (await anna.says("/queue")).text


async def test_what_is_answered_waits_and_what_is_settled_is_done(club: Club) -> None:
    anna, mei, ticket = await desk(club)
    await opened(anna, ticket)
    await anna.taps("ticket.reply")
    assert (await anna.says("So sorry!")).key == "queue.answered"
    assert await heard(club, mei) == ["ticket.answered"]
    await anna.says("/queue")
    waiting = await anna.taps("queue", "waiting")
    assert "🟡" not in waiting.text
    assert "⚪️" in waiting.text
    await anna.taps("ticket.open")
    await anna.taps("ticket.resolve")
    await anna.taps("desk.cause", "0")
    assert (await anna.says("The lorry was warm")).key == "desk.improve_ask"
    done = await anna.taps("desk.settle")
    assert done.key == "queue.resolved"
    causes = await club.read(lambda work: work.tickets.causes(ticket))
    assert causes == ("The lorry was warm", "")
    assert "✅" not in (await anna.taps("queue", "done")).text
    assert "settled" in (await anna.taps("queue", "done")).text
    await opened_done(anna, ticket)


async def opened_done(anna: Person, ticket: int) -> None:
    shown = await anna.taps("ticket.open", str(ticket))
    assert "The milk" in shown.text
    assert (await anna.taps("desk.reopen")).key == "desk.reopened"


async def test_pages_follow_each_other(club: Club) -> None:
    anna = await operator(club)
    for _ in range(7):
        await opens(await club.person().joins())
    first = await anna.says("/queue")
    second = await anna.taps("queue", "new", "1")
    assert first.text != second.text
    assert "page 2" in second.text
    back = await anna.taps("queue", "new", "0")
    assert back.text == first.text


async def test_a_ready_answer_is_filled_in_looked_at_and_sent(club: Club) -> None:
    anna, mei, ticket = await desk(club)
    await opened(anna, ticket)
    await anna.taps("desk.ready")
    shown = await anna.taps("desk.ready_show")
    assert "this is Anna" in shown.text or "我是Anna" in shown.text
    assert (await anna.taps("desk.ready_send")).key == "desk.ready_sent"
    assert (await anna.taps("desk.ready_send")).key == "desk.ready_sent"  # tapped twice
    assert await heard(club, mei) == ["ticket.answered"]
    await anna.taps("desk.ready_show")
    changed = await anna.taps("desk.ready_change")
    assert "<code>" in changed.text
    assert (await anna.says("In other words")).key == "queue.answered"
    assert "In other words" in (await mei.hears())[-1].text


async def test_a_ticket_is_assigned_given_back_made_urgent_and_moved(club: Club) -> None:
    anna, _, ticket = await desk(club)
    ben = await operator(club, "Ben", "service")
    await opened(anna, ticket)
    await anna.taps("desk.more")
    listed = await anna.taps("desk.assign")
    ben_label = next(k.label for row in listed.rows for k in row if k.label.startswith("Ben"))
    assert ben_label == "Ben (0)"
    payload = next(k for row in listed.rows for k in row if k.label == ben_label).payload
    from bot.messages import Kind

    assigned = await anna.sends(Kind.TAP, payload=payload, message="1", callback="c")
    assert assigned is not None
    assert "Ben" in assigned.text
    await ben.says("/queue")
    await ben.taps("ticket.open")
    await ben.taps("desk.more")
    assert (await ben.taps("desk.release")).key == "desk.released"
    await anna.taps("desk.more")
    await anna.taps("desk.priority")
    assert "Urgent" in (await anna.taps("desk.urgency", *_last(anna, "desk.urgency"))).text
    await anna.taps("desk.more")
    await anna.taps("desk.category")
    assert (await anna.taps("desk.about")).key == "desk.categorised"
    found = await ticket_of(club, ticket)
    assert getattr(found, "priority", None) == 2
    assert getattr(found, "category", "") != "product"
    assert getattr(found, "staff_id", 0) is None


def _last(person: Person, intent: str) -> tuple[str, ...]:
    """The arguments of the newest message's last button of that intent."""
    for row in reversed(person.seen[-1].rows):
        for key in reversed(row):
            action = person.club.signer.unpack(key.payload, person.user)
            if action.intent == intent:
                return action.args
    raise AssertionError(intent)


@pytest.mark.parametrize("how", ["tapped", "typed"])
async def test_two_tickets_of_a_member_become_one(club: Club, how: str) -> None:
    anna, mei, ticket = await desk(club)
    other = await opens(mei, "The bread too")
    number = getattr(await ticket_of(club, other), "number", 0)
    await opened(anna, ticket)
    await anna.taps("desk.more")
    await anna.taps("desk.merge")
    if how == "tapped":
        merged = await anna.taps("desk.into")
    else:
        assert (await anna.says("12")).key == "desk.merge_bad"
        assert (await anna.says("999999")).key == "ticket.not_found"
        merged = await anna.says(str(number))
    assert merged.key == "desk.merged"
    assert getattr(await ticket_of(club, ticket), "state", None) is TicketState.CLOSED


async def test_a_call_is_taken_down_and_the_member_told(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person("Mei Lin").joins()
    member = await mei.member_id()
    number = (await club.read(lambda work: work.members.get(member))).number
    await anna.says(f"/member {number}")
    await anna.taps("desk.call")
    assert (await anna.says("the milk")).key == "desk.call_who"
    await anna.taps("desk.kind", "complaint")
    await anna.taps("desk.about_call", "0")
    called = await anna.says(SOUR)
    assert called.key == "desk.called"
    assert await heard(club, mei) == ["desk.told"]
    told = await last_message(club, mei)
    added = await mei.sends(text="And warm", reply_to=told, message="8")
    assert added is not None
    assert added.key == "ticket.added"
    await deliver(club)
    assert any("And warm" in message.text for message in await anna.hears())


async def test_private_cards_are_answered_by_replying_and_notes_stay_inside(club: Club) -> None:
    anna, mei, _ = await desk(club)
    ben = await operator(club, "Ben", "service")
    await deliver(club)
    card = await last_message(club, anna)
    noted = await anna.sends(text="// be kind", reply_to=card, message="5")
    assert noted is not None
    assert noted.key == "desk.noted"
    assert await heard(club, mei) == []
    sent = await anna.sends(text="Sorry!", reply_to=card, message="6")
    assert sent is not None
    assert sent.key == "queue.answered"
    assert await heard(club, mei) == ["ticket.answered"]
    await ben.says("/queue")
    assert [message.key for message in await ben.hears()] == ["desk.note"]


async def test_who_may_not_answer_tickets_sees_none(club: Club) -> None:
    anna, _, ticket = await desk(club)
    carl = await operator(club, "Carl", "till")
    assert (await carl.says("/queue")).key != "queue.list"
    await opened(anna, ticket)
    ben = await operator(club, "Ben", "service")
    await ben.says("/queue")
    await ben.taps("ticket.open")
    more = await ben.taps("desk.more")
    assert "Merge" not in [key.label for row in more.rows for key in row]
