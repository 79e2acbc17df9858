"""Tickets in the staff's group: topics, cards, what is carried, and what goes wrong there."""

import pytest

from bot.messages import Kind, Media
from domain.tickets import TicketKind
from services import outcomes, staff_groups, tickets
from services.ports.club import Actor
from services.ports.post import Route
from services.ports.staff_groups import GroupChat
from services.tickets import Opening, Words
from storage.work import Work
from tests.flows.grouped import Room, linked, photo, topic_of
from tests.support.club import Club, Person
from tests.support.threads import deliver, last_message, operator

SOUR = "The milk was sour"


async def opens(person: Person, text: str = SOUR, category: str = "product") -> int:
    """The person has a ticket opened; its id."""
    member, now = await person.member_id(), person.club.clock()

    def use(work: Work) -> int:
        state = work.conversations.load(person.address, person.locale)
        words = Words(text, origin=tickets.Origin(state.person.address_id, person.user, "1"))
        opening = Opening(
            TicketKind.COMPLAINT, category, words, address_id=state.person.address_id
        )
        key = f"t:{person.club.next_update()}"
        return tickets.open_ticket(work, member, opening, key=key, now=now).id

    found: int = await person.club.write(use)
    return found


async def room_with_topic(club: Club) -> tuple[Room, Person, Person, str]:
    """A linked forum, its owner, a member with a ticket, and the ticket's topic."""
    anna = await operator(club)
    mei = await club.person("Mei Lin").joins()
    room = await linked(club, anna)
    await opens(mei)
    await room.delivers()
    return room, anna, mei, await topic_of(room)


async def heard(club: Club, person: Person) -> list[str]:
    await deliver(club)
    return [message.key for message in await person.hears()]


async def test_a_ticket_gets_a_topic_with_its_card(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    made = (await room.rows("topic"))[0]
    name = made["message"]["values"]["name"]
    assert "商品质量" in name or "Product" in name
    assert "Lin" not in name
    (card,) = await room.shown()
    assert card.key == "desk.card"
    assert SOUR in card.text
    assert "//" in card.text
    assert card.topic == topic
    assert await anna.hears() == []
    assert await mei.hears() == []


async def test_what_is_written_in_the_topic_reaches_the_member_and_takes_the_ticket(
    club: Club,
) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    assert await room.says(anna, "So sorry!", topic=topic, message="50") is None
    assert await heard(club, mei) == ["ticket.answered"]
    answer = (await mei.hears())[-1]
    assert "Anna" in answer.text
    assert "So sorry!" in answer.text
    queue = await anna.says("/queue")
    assert "• " in str([key.label for row in queue.rows for key in row])
    await room.delivers()
    assert "Anna" in (await room.shown())[-1].text  # the card says who has it


async def test_a_note_stays_among_the_staff(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    assert await room.says(anna, "// a regular, be kind", topic=topic, message="50") is None
    await room.shown()
    assert (await room.taps(anna, "desk.note", topic=topic)).key == "desk.note_ask"
    noted = await room.says(anna, "called twice", topic=topic, message="51")
    assert noted is not None
    assert noted.key == "desk.noted"
    assert await heard(club, mei) == []
    await room.taps(anna, "desk.more", topic=topic)
    history = await room.taps(anna, "desk.history", topic=topic)
    assert "a regular, be kind" in history.text
    assert "called twice" in history.text


async def test_the_member_s_words_albums_and_edits_come_into_the_topic(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "Show us please", topic=topic, message="50")
    await deliver(club)
    answer = await last_message(club, mei)
    for number, reference in enumerate(("p1", "p2", "p3")):
        await mei.sends(
            Kind.PHOTO,
            text="Here" if not number else "",
            media=photo(reference),
            album="a1",
            reply_to=answer,
            message=str(70 + number),
        )
    await mei.sends(text="All of them", reply_to=answer, message="80")
    await mei.sends(Kind.EDITED, text="All six of them", message="80")
    rows = [row for row in await room.rows("send") if row["message"]["key"] == "desk.said"]
    assert [len(row["message"].get("media", ())) for row in rows] == [3, 0]
    assert rows[0]["message"]["topic"] == topic
    assert "All six of them" in rows[1]["message"]["values"]["text"]
    await room.delivers()
    await mei.sends(Kind.EDITED, text="All seven of them", message="80")
    edit = (await room.rows("edit"))[-1]
    assert edit["target"] == f"m{rows[1]['id']}"
    assert "All seven" in edit["message"]["values"]["text"]


async def test_quotes_are_kept_both_ways(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "When did you buy it?", topic=topic, message="50")
    await deliver(club)
    asked = await last_message(club, mei)
    await mei.sends(text="Yesterday", reply_to=asked, message="70")
    copy = [row for row in await room.rows("send") if row["message"]["key"] == "desk.said"][-1]
    assert copy["message"]["quote"] == "50"
    await deliver(club)
    await room.says(anna, "Thanks", topic=topic, message="51", reply_to=f"m{copy['id']}")
    (row,) = [
        row
        for row in await club.read(lambda work: _sent_to(work, mei.user))
        if row["message"]["values"].get("text") == "Thanks"
    ]
    assert row["message"]["quote"] == "70"


async def test_a_quote_of_what_is_not_out_yet_is_kept(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "When did you buy it?", topic=topic, message="50")
    await room.says(anna, "Or was it the bread?", topic=topic, message="51", reply_to="50")
    first, second = await club.read(lambda work: _sent_to(work, mei.user))
    assert second["message"]["quote"] == f"sent:{first['id']}"  # type: ignore[index]


def _sent_to(work: Work, chat: str) -> list[dict[str, object]]:
    from sqlalchemy import select

    from tests.flows.grouped import ROWS

    return [
        dict(row) for row in work.db.execute(select(ROWS).where(ROWS.c.chat == chat)).mappings()
    ]


async def test_staff_edits_reach_the_member(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "Tomorow", topic=topic, message="50")
    await room.sends(anna, Kind.EDITED, text="Tomorrow", topic=topic, message="50")
    assert "Tomorrow" in (await mei.hears())[-1].text


async def test_who_is_no_staff_is_told_once_a_day(club: Club) -> None:
    room, _anna, mei, topic = await room_with_topic(club)
    stranger = club.person("Passer-by")
    first = await room.says(stranger, "I know!", topic=topic, message="50")
    assert first is not None
    assert first.key == "desk.strangers"
    assert await room.says(stranger, "really", topic=topic, message="51") is None
    club.clock.move(days=1)
    assert await room.says(stranger, "hm", topic=topic, message="52") is not None
    refused = await room.says(stranger, "/desk", message="53")
    assert refused is not None
    assert refused.key == "desk.strangers"
    assert await heard(club, mei) == []


async def test_who_answers_what_another_has_is_asked(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    ben = await operator(club, "Ben", "service")
    await room.says(anna, "I am on it", topic=topic, message="50")
    asked = await room.says(ben, "me too", topic=topic, message="51")
    assert asked is not None
    assert asked.key == "desk.taken_ask"
    assert "me too" in asked.text
    assert len(await mei.hears()) == 1
    assert (await room.taps(ben, "desk.over", topic=topic)).key == "desk.ready_sent"
    assert "me too" in (await mei.hears())[-1].text
    assert "Ben" in (await mei.hears())[-1].text


async def test_a_settled_ticket_closes_its_topic_and_a_reply_opens_it_again(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.shown()
    await room.taps(anna, "ticket.resolve", topic=topic)
    await room.taps(anna, "desk.cause", "0", topic=topic)
    assert (await room.taps(anna, "desk.no_words", topic=topic)).key == "desk.improve_ask"
    done = await room.says(anna, "Check the cold chain", topic=topic, message="52")
    assert done is not None
    assert done.key == "queue.resolved"
    acts = [row["act"] for row in await room.rows("topic_close", "topic_rename")]
    assert acts == ["topic_rename", "topic_close"]
    assert "ticket.resolved" in await heard(club, mei)
    await mei.sends(text="Not settled!", reply_to=await last_message(club, mei), message="77")
    assert [row["act"] for row in await room.rows("topic_reopen")] == ["topic_reopen"]
    rows = await room.rows()
    assert [row["act"] for row in rows[-3:]] != []
    assert any("Not settled!" in str(row["message"]) for row in rows)


async def test_without_topics_a_card_is_answered_by_replying(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    room = await linked(club, anna, forum=False)
    assert "Topics" in room.seen[-1].text
    await opens(mei)
    await room.delivers()
    (row,) = await room.rows()
    assert row["message"]["key"] == "desk.card"
    assert await room.says(anna, "chatting", message="49") is None
    await room.says(anna, "So sorry!", reply_to=row["message_id"], message="50")
    assert await heard(club, mei) == ["ticket.answered"]


@pytest.mark.parametrize("why", ["no_topics", "no_rights", "gone"])
async def test_a_group_that_cannot_be_used_gives_its_tickets_to_private_chats(
    club: Club, why: str
) -> None:
    room, anna, mei, _topic = await room_with_topic(club)
    await opens(mei, "The bread was stale")  # its topic is on its way
    await club.write(lambda work: staff_groups.refused(work, room.place, why, club.clock()))
    keys = [message.key for message in await anna.hears()]
    assert keys.count("desk.problem") == 1
    assert "The bread was stale" in (await anna.hears())[-1].text
    await opens(mei, "And the eggs")
    assert "And the eggs" in (await anna.hears())[-1].text
    await club.write(lambda work: staff_groups.refused(work, room.place, why, club.clock()))
    assert [message.key for message in await anna.hears()].count("desk.problem") == 1
    back = await room.says(anna, "/desk")
    assert back is not None
    await opens(mei, "And the jam")
    await room.delivers()
    assert "And the jam" in (await room.shown())[-1].text


async def test_what_was_refused_is_not_lost(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "Hello", topic=topic, message="50")
    await deliver(club)
    await mei.sends(text="Still here", reply_to=await last_message(club, mei), message="71")
    await club.write(lambda work: staff_groups.refused(work, room.place, "gone", club.clock()))
    told = [message for message in await anna.hears() if message.key == "desk.said"]
    assert ["Still here" in message.text for message in told] == [True]
    await deliver(club)
    answer = await anna.sends(text="Good", reply_to=await last_message(club, anna), message="90")
    assert answer is not None
    assert answer.key == "queue.answered"


async def test_a_deleted_topic_is_made_again_with_all_that_was_said(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "Hello", topic=topic, message="50")
    await club.write(lambda work: staff_groups.topic_gone(work, room.place, topic, club.clock()))
    await room.delivers()
    again = await topic_of(room)
    assert again != topic
    there = [row for row in await room.rows("send") if row["message"].get("topic") == again]
    assert [row["message"]["key"] for row in there] == ["desk.card", "desk.answered"]
    assert await room.says(anna, "Me again", topic=again, message="60") is None
    assert "Me again" in (await mei.hears())[-1].text


async def test_a_group_that_got_a_new_id_keeps_working(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await club.write(lambda work: staff_groups.moved(work, room.place, "-10099"))
    there = Room(club, "-10099")
    await there.says(anna, "Hello", topic=topic, message="50")
    assert await heard(club, mei) == ["ticket.answered"]


async def test_the_bot_is_greeted_told_and_mended_by_its_standing(club: Club) -> None:
    anna, ben = await operator(club), await operator(club, "Ben", "service")
    room = Room(club)
    hello = await room.sends(anna, Kind.GROUP, text="member")
    assert hello is not None
    assert hello.key == "desk.hello"
    assert await room.sends(ben, Kind.GROUP, text="member") is None
    answer = await room.says(anna, "/desk")
    assert answer is not None
    assert "administrator" in answer.text
    await room.sends(anna, Kind.GROUP, text="administrator")
    answer = await room.says(anna, "/desk")
    assert answer is not None
    assert "its own topic" in answer.text
    assert await room.sends(ben, Kind.GROUP, text="member") is None
    assert [message.key for message in await anna.hears()] == ["desk.problem"]
    mended = await room.sends(ben, Kind.GROUP, text="administrator")
    assert mended is not None
    assert mended.key == "desk.mended"
    await room.sends(ben, Kind.GROUP, text="kicked")
    assert [message.key for message in await anna.hears()] == ["desk.problem", "desk.problem"]


async def test_a_second_group_hears_of_alarms_and_its_answers_go_to_the_member(
    club: Club,
) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    room = await linked(club, anna)
    second = Room(club, "-1008")
    answer = await second.says(anna, "/desk escalation")
    assert answer is not None
    await opens(mei, "I have an allergy from it")
    await second.delivers()
    (row,) = await second.rows()
    assert row["message"]["key"] == "desk.escalated"
    await second.says(anna, "We call you", reply_to=row["message_id"], message="9")
    assert "We call you" in (await mei.hears())[-1].text
    await room.delivers()
    assert any("We call you" in message.text for message in await room.shown())


async def test_only_who_manages_the_desk_links_and_unlinks(club: Club) -> None:
    anna, ben = await operator(club), await operator(club, "Ben", "service")
    room = Room(club)
    refused = await room.says(ben, "/desk")
    assert refused is not None
    assert refused.key == "general.group"
    assert (await anna.says("/desk")).key == "desk.not_in_group"
    off = await room.says(anna, "/desk off")
    assert off is not None
    assert off.key == "desk.group_unknown"
    await room.says(anna, "/desk")
    off = await room.says(anna, "/desk off")
    assert off is not None
    assert off.key == "desk.unlinked"
    found = await club.read(lambda work: work.staff_groups.all())
    assert found == []
    actions = await club.read(lambda work: _audited(work, room.place))
    assert actions == ["group.off", "group.link"]


def _audited(work: Work, place: GroupChat) -> list[str]:
    group = work.staff_groups.by_chat(place)
    assert group is not None
    return [row["action"] for row in work.audit.about(("group", group.id))]


async def test_files_are_sent_once_more(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "Show us", topic=topic, message="50")
    await deliver(club)
    voice = (Media("v1", "voice", seconds=12),)
    await mei.sends(Kind.FILE, media=voice, reply_to=await last_message(club, mei), message="71")
    await room.shown()
    await room.taps(anna, "desk.more", topic=topic)
    files = await room.taps(anna, "desk.files", topic=topic)
    assert [one.reference for one in files.media] == ["v1"]


async def test_who_is_no_operator_any_more_is_told_why_nothing_happens(club: Club) -> None:
    room, _anna, mei, topic = await room_with_topic(club)
    ben = await operator(club, "Ben", "service")
    await room.shown()
    await ben.says("/queue")

    def disable(work: Work) -> None:
        operator_ = work.staff.by_name("Ben")
        assert operator_ is not None
        work.staff.disable(operator_.id)

    await club.write(disable)
    assert (await ben.taps("ticket.open")).key == "general.not_allowed"
    assert (await room.taps(ben, "ticket.take", topic=topic)).key == "desk.strangers"
    said = await room.says(ben, "hello", topic=topic, message="9")
    assert said is not None
    assert said.key == "desk.strangers"
    assert await heard(club, mei) == []


async def test_the_card_tells_whose_turn_it_is(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "When was it?", topic=topic, message="50")
    await room.delivers()
    assert "answered" in (await room.shown())[-1].text
    await deliver(club)
    await mei.sends(text="Monday", reply_to=await last_message(club, mei), message="71")
    await room.delivers()
    cards = [message for message in await room.shown() if message.key == "desk.card"]
    assert "taken" in cards[-1].text


async def test_what_is_merged_goes_on_in_the_other_s_topic(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    other = await opens(mei, "The bread too")
    await room.delivers()
    bread = await topic_of(room)

    def merge(work: Work) -> None:
        first = _ticket_at(work, room.place, topic)
        staff = next(one for one in work.staff.all() if one.name == "Anna")
        actor = Actor(staff.name, staff.id)
        tickets.merge(work, other, first, actor, club.clock())

    await club.write(merge)
    rows = [row for row in await room.rows("send") if row["message"]["key"] == "desk.said"]
    assert [row["message"]["topic"] for row in rows] == [topic]
    assert "The bread too" in str(rows[0]["message"]["values"])
    assert [row["target"] for row in await room.rows("topic_close")] == [bread]
    await room.says(anna, "Sorry for both", topic=bread, message="60")
    assert "Sorry for both" in (await mei.hears())[-1].text


def _ticket_at(work: Work, place: GroupChat, topic: str) -> int:
    group = work.staff_groups.by_chat(place)
    assert group is not None
    found = work.staff_groups.ticket_at(group.id, topic)
    assert found is not None
    return found


async def test_a_topic_that_is_refused_for_whatever_reason_leads_to_private_chats(
    club: Club,
) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    room = await linked(club, anna)
    await opens(mei)

    def refuse(work: Work) -> None:
        route = Route("telegram", "42")
        (row,) = work.outbox.claim(
            route, 0, 9, by="x", now=club.clock(), before=club.clock.now, until=club.clock.now
        )
        outcomes.rejected(work, route, row, "x", club.clock(), "Bad Request: whatever")

    club.clock.move(minutes=1)
    await club.write(refuse)
    assert [message.key for message in await anna.hears()] == ["desk.problem", "desk.card"]
    assert [row["state"] for row in await room.rows()] == ["dead"]
