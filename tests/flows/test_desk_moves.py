"""What is told of steps of staff in a group: who has a ticket, what it took in, what is given."""

from tests.flows.grouped import topic_of
from tests.flows.test_desk_guards import ticket_of
from tests.flows.test_staff_group import heard, opens, room_with_topic
from tests.support.club import Club
from tests.support.threads import operator


async def test_another_number_of_points_is_asked_for_in_the_topic(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.shown()
    await room.taps(anna, "goodwill", topic=topic)
    assert (await room.taps(anna, "goodwill.other", topic=topic)).key == "goodwill.other"
    asked = await room.says(anna, "120", topic=topic, message="50")
    assert asked is not None
    assert asked.key == "goodwill.sure"
    assert await heard(club, mei) == []
    assert (await room.taps(anna, "giving.do", topic=topic)).key == "goodwill.done"
    assert await heard(club, mei) == ["goodwill.told"]


async def test_who_is_given_a_ticket_gets_it_and_the_group_reads_who(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    sam = await operator(club, "Sam", "service")
    await room.shown()
    await room.taps(anna, "ticket.take", topic=topic)  # who has it is not among those to choose
    for intent in ("desk.more", "desk.assign", "desk.to"):
        await room.taps(anna, intent, topic=topic)
    line = (await room.rows("send"))[-1]["message"]
    assert (line["key"], line["topic"]) == ("desk.assigned", topic)
    assert await heard(club, sam) == ["desk.given"]
    card = (await sam.hears())[-1].text
    assert "Anna" in card
    assert "The milk was sour" in card
    await sam.taps("ticket.reply")
    await sam.says("We send another one")
    assert "ticket.answered" in await heard(club, mei)


async def test_a_merged_ticket_is_named_where_its_words_come_and_to_the_member(
    club: Club,
) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.shown()
    first = await ticket_of(club, mei)
    await opens(mei, "And it came late")
    await room.delivers()
    await room.shown()
    there = await topic_of(room)
    for intent in ("desk.more", "desk.merge", "desk.into"):
        await room.taps(anna, intent, topic=there)
    posted = [
        row["message"] for row in await room.rows("send") if row["message"].get("topic") == topic
    ]
    assert [one["key"] for one in posted][-2:] == ["desk.merged", "desk.said"]
    assert await heard(club, mei) == ["ticket.merged"]
    kept = await club.read(lambda work: work.tickets.get(first))
    assert str(kept.number) in (await mei.hears())[-1].text
