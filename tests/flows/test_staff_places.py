"""Where the words of a ticket go when its topic, its group or a person is not there any more."""

from bot.messages import Kind
from domain.tickets import TicketState
from services import tickets
from services.ports.club import Actor
from tests.flows.grouped import linked, topic_of
from tests.flows.test_staff_group import opens, room_with_topic
from tests.support.club import Club


async def test_what_is_written_in_a_merged_tickets_topic_shows_in_the_live_one(club: Club) -> None:
    room, anna, mei, old = await room_with_topic(club)
    member = await mei.member_id()
    await room.says(anna, "Said before the merge", topic=old, message="89")
    live = await opens(mei, "Second")
    await room.delivers()
    into = await topic_of(room)
    first = (await club.read(lambda work: work.tickets.of_member(member, 2)))[1].id
    staff, now = Actor("Anna"), club.clock()
    await club.write(lambda work: tickets.merge(work, first, live, staff, now))
    await room.says(anna, "Answered in the old topic", topic=old, message="90")
    shown = [
        row["message"]["values"]["text"]
        for row in await room.rows("send")
        if row["message"]["key"] == "desk.answered" and row["message"]["topic"] == into
    ]
    assert shown == ["Said before the merge", "Answered in the old topic"]
