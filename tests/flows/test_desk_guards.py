"""What must not happen in the staff's groups: words to the wrong member, others' buttons, ears."""

from bot.messages import Kind
from domain.tickets import TicketState
from services import staffing, tickets
from services.ports.club import Actor
from storage.work import Work
from tests.flows.grouped import Room, linked, topic_of
from tests.flows.test_staff_group import heard, opens, room_with_topic
from tests.support.club import Club, Person
from tests.support.threads import operator


async def ticket_of(club: Club, person: Person) -> int:
    member = await person.member_id()
    found = await club.read(lambda work: work.tickets.of_member(member, 1))
    return int(found[0].id)


async def another(club: Club, room: Room) -> tuple[Person, str]:
    """A second member with a ticket, and its topic."""
    bob = await club.person("Bob").joins()
    await opens(bob, "It came late")
    await room.delivers()
    await room.shown()
    return bob, await topic_of(room)


async def test_what_is_written_in_another_topic_is_no_answer_to_the_question(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    ticket = await ticket_of(club, mei)
    bob, there = await another(club, room)
    await room.taps(anna, "desk.ready", str(ticket), topic=topic)
    await room.taps(anna, "desk.ready_show", topic=topic)
    await room.taps(anna, "desk.ready_change", topic=topic)
    assert await room.says(anna, "Dear Bob", topic=there, message="50") is None
    assert await heard(club, mei) == []
    assert await heard(club, bob) == ["ticket.answered"]


async def test_settling_one_ticket_does_not_swallow_answers_to_another(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    ticket = await ticket_of(club, mei)
    bob, there = await another(club, room)
    await room.taps(anna, "ticket.resolve", str(ticket), topic=topic)
    await room.says(anna, "It comes tomorrow", topic=there, message="50")
    await room.says(anna, "And sorry", topic=there, message="51")
    assert await heard(club, bob) == ["ticket.answered", "ticket.answered"]
    assert await heard(club, mei) == []


async def test_a_reply_to_another_card_goes_to_its_member(club: Club) -> None:
    anna = await operator(club)
    room = await linked(club, anna, forum=False)
    mei = await club.person("Mei").joins()
    await opens(mei)
    bob, _ = await club.person("Bob").joins(), await room.delivers()
    await opens(bob, "It came late")
    await room.delivers()
    await room.shown()
    card = (await room.rows("send"))[-1]["message_id"]
    await room.taps(anna, "ticket.reply", str(await ticket_of(club, mei)))
    await room.says(anna, "Dear Bob", reply_to=card, message="60")
    assert await heard(club, mei) == []
    assert await heard(club, bob) == ["ticket.answered"]


async def test_the_question_is_answered_in_its_own_topic(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.shown()
    await room.taps(anna, "desk.note", topic=topic)
    noted = await room.says(anna, "stop", topic=topic, message="50")
    assert noted is not None
    assert noted.key == "desk.noted"
    assert await heard(club, mei) == []


async def test_a_question_in_a_group_is_cancelled_by_its_button(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.shown()
    await room.taps(anna, "desk.note", topic=topic)
    assert (await room.taps(anna, "cancel", topic=topic)).key == "general.cancelled"
    assert await room.says(anna, "Dear Mei", topic=topic, message="50") is None
    assert await heard(club, mei) == ["ticket.answered"]


async def test_a_group_that_answers_no_tickets_shows_none(club: Club) -> None:
    room, anna, mei, _ = await room_with_topic(club)
    ticket = await ticket_of(club, mei)
    await room.shown()
    open_ = await anna.says("/queue")
    assert str(ticket) not in open_.text
    other = Room(club, chat="-555", forum=False)
    for said in ("/queue", "/queue@bot"):
        answer = await other.says(anna, said)
        assert answer is not None
        assert answer.key == "general.group"
    assert (await room.says(anna, "/queue")).key.startswith("queue.")  # type: ignore[union-attr]
    await room.says(anna, "/desk off")
    off = await room.says(anna, "/queue")
    assert off is not None
    assert off.key == "general.group"


async def test_one_button_in_a_group_gives_goodwill_once(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    sam = await operator(club, "Sam", "service")
    ticket = await ticket_of(club, mei)
    await room.shown()
    await room.taps(anna, "goodwill", topic=topic)
    payload = room.button("goodwill.points").payload
    for person in (anna, sam):
        await room.sends(person, Kind.TAP, payload=payload, callback="c", topic=topic)
    given = await club.read(lambda work: work.goodwill.of_ticket(ticket))
    assert len(given) == 1


async def test_buttons_of_a_question_are_only_for_who_was_asked(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    sam = await operator(club, "Sam", "service")
    bob, there = await another(club, room)
    mine, theirs = await ticket_of(club, mei), await ticket_of(club, bob)
    for person, ticket, where in ((anna, mine, topic), (sam, theirs, there)):
        await room.taps(person, "ticket.resolve", str(ticket), topic=where)
        await room.taps(person, "desk.cause", topic=where)
        if person is anna:
            skip = room.button("desk.no_words").payload
    answer = await room.sends(sam, Kind.TAP, payload=skip, callback="c", topic=topic)
    assert answer is not None
    assert answer.key == "general.expired"

    def states(work: Work) -> list[TicketState]:
        return [work.tickets.get(one).state for one in (mine, theirs)]  # type: ignore[union-attr]

    assert set(await club.read(states)) == {TicketState.OPEN}
    answer = await room.sends(anna, Kind.TAP, payload=skip, callback="c", topic=topic)
    assert answer is not None
    assert answer.key == "desk.improve_ask"


async def test_a_question_that_is_over_has_no_buttons(club: Club) -> None:
    room, anna, _mei, topic = await room_with_topic(club)
    await room.shown()
    await room.taps(anna, "ticket.resolve", topic=topic)
    club.clock.move(days=2)
    assert (await room.taps(anna, "desk.cause", topic=topic)).key == "general.expired"


async def answered_by_sam(club: Club) -> tuple[Person, Person, int]:
    """A member whose ticket Sam answered in the private chat."""
    await operator(club)
    sam = await operator(club, "Sam", "service")
    mei = await club.person("Mei").joins()
    ticket = await opens(mei)
    await heard(club, sam)
    await sam.says("/queue")
    await sam.taps("ticket.open", str(ticket))
    await sam.taps("ticket.reply", str(ticket))
    await sam.sends(text="We are sorry", message="900")
    await heard(club, mei)
    return sam, mei, ticket


def actions(work: Work) -> list[str]:
    return [row[0] for row in work.db.exec_driver_sql("SELECT action FROM audit ORDER BY id")]


async def test_an_edit_of_staff_is_on_record(club: Club) -> None:
    sam, mei, _ = await answered_by_sam(club)
    await sam.sends(Kind.EDITED, text="We are very sorry", message="900")
    assert "very sorry" in (await shown_to(club, mei))
    assert (await club.read(actions))[-1] == "ticket.edit"


async def test_who_is_no_operator_any_more_edits_nothing_that_members_read(club: Club) -> None:
    sam, mei, _ = await answered_by_sam(club)
    await club.write(lambda work: staffing.disable(work, "Sam", "", Actor("cli"), club.clock()))
    await sam.sends(Kind.EDITED, text="Pay to this account", message="900")
    assert "Pay to this account" not in (await shown_to(club, mei))


async def test_who_is_no_member_any_more_edits_nothing_that_staff_read(club: Club) -> None:
    room, _anna, mei, _topic = await room_with_topic(club)
    await mei.sends(Kind.EDITED, text="It was bitter", message="1")
    await room.delivers()
    assert "bitter" in (await shown_to(club, room))
    other = await club.person("Lin").joins()
    member = await other.member_id()

    def moved(work: Work) -> None:
        work.db.exec_driver_sql(f"UPDATE tickets SET member_id = {member}")

    await club.write(moved)
    await mei.sends(Kind.EDITED, text="It was hot", message="1")
    assert "It was hot" not in (await shown_to(club, room))


async def shown_to(club: Club, whom: Person | Room) -> str:
    """All that was ever written for a chat."""
    chat = whom.chat if isinstance(whom, Room) else whom.user
    rows = await Room(club, chat).rows()
    return str([row["message"] for row in rows])


CALL = "The milk was sour, call me at 13800000000"


async def said_it(club: Club) -> Person:
    """A member who opened a ticket in the chat with their message 5."""
    mei = await club.person("Mei").joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    await mei.sends(text="The milk was sour", message="5")
    return mei


async def test_who_is_no_operator_any_more_hears_nothing_new(club: Club) -> None:
    anna = await operator(club)
    sam = await operator(club, "Sam", "service")
    mei = await said_it(club)
    await heard(club, mei)
    await mei.sends(Kind.EDITED, text="It was very sour", message="5")
    assert "It was very sour" in await shown_to(club, sam)
    await club.write(lambda work: staffing.disable(work, "Sam", "", Actor("cli"), club.clock()))
    pending = [row["state"] for row in await Room(club, sam.user).rows("edit")]
    assert pending == ["skipped"]
    await mei.sends(Kind.EDITED, text=CALL, message="5")
    assert CALL not in await shown_to(club, sam)
    assert CALL in await shown_to(club, anna)


async def test_what_waits_for_an_operator_who_leaves_goes_to_the_others(club: Club) -> None:
    anna = await operator(club)
    sam = await operator(club, "Sam", "service")
    mei = await said_it(club)
    await heard(club, mei)
    await sam.says("/queue")
    await sam.taps("ticket.open")
    await sam.taps("ticket.take")
    member, ticket, words = await mei.member_id(), await ticket_of(club, mei), "I am in hospital"
    now = club.clock()
    await club.write(
        lambda work: tickets.add(work, member, ticket, tickets.Words(words), key="k", now=now)
    )
    assert "hospital" in await shown_to(club, sam)
    assert "hospital" not in await shown_to(club, anna)
    await club.write(lambda work: staffing.disable(work, "Sam", "", Actor("cli"), club.clock()))
    assert "hospital" in await shown_to(club, anna)
    assert {row["state"] for row in await Room(club, sam.user).rows()} <= {"sent", "skipped"}


async def test_a_group_that_was_put_off_hears_nothing_new(club: Club) -> None:
    anna = await operator(club)
    room = await linked(club, anna, forum=False)
    mei = await said_it(club)
    await room.delivers()
    off = await room.says(anna, "/desk off")
    assert off is not None
    assert off.key == "desk.unlinked"
    await mei.sends(Kind.EDITED, text=CALL, message="5")
    assert CALL not in await shown_to(club, room)


async def test_who_neither_has_a_ticket_nor_manages_the_desk_does_not_give_it_away(
    club: Club,
) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    sam = await operator(club, "Sam", "service")
    await room.shown()
    await room.taps(anna, "ticket.take", topic=topic)
    for asked, chosen in (("desk.assign", "desk.to"), ("desk.category", "desk.about")):
        await room.taps(anna, "desk.more", topic=topic)
        await room.taps(anna, asked, topic=topic)
        for intent in (asked, chosen):
            assert (await room.taps(sam, intent, topic=topic)).key == "desk.not_yours"
    ticket = await ticket_of(club, mei)
    kept = await club.read(lambda work: work.tickets.get(ticket))
    assert (kept.category, kept.staff_id is None) == ("product", False)
    await room.taps(anna, "desk.to", topic=topic)
    assert (await room.taps(sam, "desk.category", topic=topic)).key == "desk.category_list"
