"""Where the words of a ticket go when its topic, its group or a person is not there any more."""

from html import escape
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.messages import Key, Kind, Rendered, load_media
from bot.telegram.render import calls
from services import outcomes, relay_places, tickets
from services.ports.club import Actor, Operator
from services.ports.post import Notice, Route
from services.tickets import Words
from storage.tables import chat, people
from storage.work import Work
from tests.flows.grouped import ROWS, Room, linked, topic_of
from tests.flows.test_staff_group import opens, room_with_topic
from tests.support.club import Club, Person
from tests.support.threads import deliver, last_message, operator

TELEGRAM = Route("telegram", "42")
LANES = range(4)
ADDRESSES = chat.Address.__table__  # type: ignore[attr-defined]
MEMBERS = people.Member.__table__  # type: ignore[attr-defined]


async def waits_for(club: Club, place: str) -> list[Any]:
    """The messages that wait for a chat, the oldest first."""
    waits = (ROWS.c.chat == place, ROWS.c.state == "pending", ROWS.c.act == "send")
    wanted = select(ROWS.c.message).where(*waits).order_by(ROWS.c.id)
    found: list[Any] = await club.read(lambda w: list(w.db.execute(wanted).scalars()))
    return found


async def blocks(club: Club, person: Person) -> None:
    """The person has blocked the bot, as the sender finds out with whatever waits for them."""
    club.clock.move(minutes=1)

    def use(work: Work) -> None:
        now = club.clock()
        claim = {"by": "x", "now": now, "before": now, "until": now}
        for lane in LANES:
            for row in work.outbox.claim(TELEGRAM, lane, 99, **claim):
                if row.chat == person.user:
                    outcomes.unreachable(work, TELEGRAM, row, "x", now)
                else:
                    work.outbox.again(row, by="x", due_at=now)

    await club.write(use)


async def named(club: Club, name: str) -> Operator:
    found = await club.read(lambda work: work.staff.all())
    return next(one for one in found if one.name == name)


# -- topics ------------------------------------------------------------------------------


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


# -- pieces ------------------------------------------------------------------------------


@pytest.mark.parametrize("kinds", [("photo",), ("photo", "photo"), ("video_note",)])
@pytest.mark.parametrize("text", ["", "a" * 20, "a" * 960, "a" * 1020, "&" * 250, "𠮷" * 510])
@pytest.mark.parametrize("rows", [(), ((Key("Answer", "1x"),),)])
def test_of_how_many_messages_something_is_made_is_known(
    kinds: tuple[str, ...], text: str, rows: tuple[tuple[Key, ...], ...]
) -> None:
    buttons = tuple(((key.label, "ticket.reply", ()),) for (key,) in rows)
    lent = tuple({"reference": f"p{place}", "kind": kind} for place, kind in enumerate(kinds))
    notice = Notice("desk.said", {"text": text}, buttons, media=lent)
    body = f"💬 <b>Mei Lin</b> · 482913\n{escape(text, quote=False)}"
    made = calls(Rendered("desk.said", "en", body, rows, media=load_media(lent)), "7")
    assert relay_places.pieces(notice) == sum(len(call.params.get("media", "1")) for call in made)


# -- groups ------------------------------------------------------------------------------


async def becomes(room: Room, person: Person, chat: str) -> Room:
    """The group has become a supergroup, and the platform says so."""
    assert await room.sends(person, Kind.GROUP, became=chat) is None
    return Room(room.club, chat, forum=True)


async def test_a_group_with_a_new_id_is_answered_in_at_once(club: Club) -> None:
    anna, mei = await operator(club), await club.person("Mei").joins()
    old = await linked(club, anna, forum=False, chat="-77")
    await opens(mei)
    await old.delivers()
    await opens(mei, "Second")
    room = await becomes(old, anna, "-10077")
    assert [one["key"] for one in await waits_for(club, "-10077")] == ["desk.card"]
    await room.delivers()
    card = (await room.rows("send"))[-1]["message_id"]
    await room.says(anna, "So sorry", reply_to=card, message="60")
    assert [one["key"] for one in await waits_for(club, mei.user)] == ["ticket.answered"]


@pytest.mark.parametrize("late", [False, True])
async def test_a_group_that_was_linked_under_both_ids_is_one_with_topics(
    club: Club, late: bool
) -> None:
    anna, mei = await operator(club), await club.person("Mei").joins()
    old = await linked(club, anna, forum=False, chat="-77")
    await opens(mei)
    await old.delivers()
    card = (await old.rows("send"))[-1]["message_id"]
    if late:
        room = await linked(club, anna, chat="-10077")
        await becomes(old, anna, "-10077")
    else:
        await becomes(old, anna, "-10077")
        room = await linked(club, anna, chat="-10077")
    (group,) = await club.read(lambda work: work.staff_groups.all())
    assert (group.chat, group.topics) == ("-10077", True)
    assert await room.says(anna, "So sorry", reply_to=card, message="60") is None
    assert [one["key"] for one in await waits_for(club, mei.user)] == ["ticket.answered"]
    await opens(mei, "Second")
    await room.delivers()
    assert len(await room.rows("topic")) == 2


async def test_anonymous_administrators_are_asked_to_write_by_name(club: Club) -> None:
    room, _anna, mei, topic = await room_with_topic(club)
    await deliver(club)
    ghost = club.person("Group")
    for text in ("So sorry", "// a note", "/queue"):
        hint = await room.says(ghost, text, topic=topic, hidden=True, message="60")
        assert hint is not None
        assert hint.key == "desk.hidden"
    assert await room.says(ghost, "Lunch?", topic="t-other", hidden=True) is None
    other = Room(club, "-99")
    assert await other.says(ghost, "hello", hidden=True) is None
    told = await other.says(ghost, "/desk", hidden=True)
    assert told is not None
    assert told.key == "desk.hidden"
    assert await waits_for(club, mei.user) == []


async def test_places_and_polls_are_answered_with_what_can_be_sent(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "Where is it?", topic=topic, message="4")
    await deliver(club)
    for answer in (
        await mei.sends(Kind.UNSUPPORTED, message="5"),
        await mei.sends(Kind.UNSUPPORTED, reply_to=await last_message(club, mei), message="6"),
        await room.sends(anna, Kind.UNSUPPORTED, topic=topic, message="7"),
    ):
        assert answer is not None
        assert answer.key == "general.unsupported"
    assert await room.sends(anna, Kind.UNSUPPORTED, topic="t-other", message="8") is None
    assert await room.sends(mei, Kind.UNSUPPORTED, topic=topic, message="9") is None


# -- people ------------------------------------------------------------------------------


async def test_what_cannot_reach_who_has_the_ticket_reaches_the_others(club: Club) -> None:
    anna = await operator(club)
    sam = await operator(club, "Sam", "service")
    mei = await club.person("Mei").joins()
    ticket, member = await opens(mei), await mei.member_id()
    await deliver(club)
    holder, now = await named(club, "Sam"), club.clock()
    mine = Actor("Sam", holder.id)
    await club.write(lambda work: tickets.take(work, ticket, mine, now))

    async def adds(text: str) -> None:
        key, now = f"t:{text}", club.clock()
        words = Words(text)
        await club.write(lambda w: tickets.add(w, member, ticket, words, key=key, now=now))

    await adds("I wait")
    assert await waits_for(club, anna.user) == []
    await blocks(club, sam)
    assert [one["values"]["text"] for one in await waits_for(club, anna.user)] == ["I wait"]
    await adds("Still")
    assert [one["values"]["text"] for one in await waits_for(club, anna.user)][1:] == ["Still"]
    assert await waits_for(club, sam.user) == []


async def test_staff_hear_that_an_answer_did_not_arrive(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await deliver(club)
    await room.says(anna, "Here it is", topic=topic, message="40")
    await blocks(club, mei)
    (told,) = [one for one in await waits_for(club, room.chat) if one["key"] != "desk.card"]
    assert (told["key"], told["topic"]) == ("desk.undelivered", topic)


async def test_an_answer_that_did_not_arrive_goes_to_the_members_other_chat(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await deliver(club)
    other = club.person("Mei Lin")
    await other.says("/start")
    member = await mei.member_id()
    theirs = update(ADDRESSES).where(ADDRESSES.c.user == other.user).values(member_id=member)
    await club.write(lambda work: work.db.execute(theirs) and None)
    await room.says(anna, "Here it is", topic=topic, message="40")
    await blocks(club, mei)
    assert [one["key"] for one in await waits_for(club, other.user)] == ["ticket.answered"]
    await blocks(club, other)
    assert "desk.undelivered" in [one["key"] for one in await waits_for(club, room.chat)]


async def test_a_member_s_own_service_person_hears_of_a_new_ticket(club: Club) -> None:
    anna = await operator(club)
    sam = await operator(club, "Sam", "service")
    room = await linked(club, anna)
    mei = await club.person("Mei").joins()
    member, theirs, now = await mei.member_id(), await named(club, "Sam"), club.clock()
    high = await club.read(lambda work: next(iter(work.programmes.current().service.named_levels)))
    risen = update(MEMBERS).where(MEMBERS.c.id == member).values(level=high)
    await club.write(lambda work: work.db.execute(risen) and None)
    await club.write(lambda work: work.service_persons.give(member, theirs.id, now))
    await opens(mei)
    assert [one["key"] for one in await waits_for(club, sam.user)] == ["desk.card"]
    assert await waits_for(club, anna.user) == []
    await room.delivers()
    await deliver(club)
    await sam.sends(text="Sorry!", reply_to=await last_message(club, sam), message="70")
    assert "desk.answered" in [one["key"] for one in await waits_for(club, room.chat)]


async def test_an_alarm_is_raised_with_the_words_that_hold_it(club: Club) -> None:
    _room, anna, mei, _topic = await room_with_topic(club)
    await deliver(club)
    member = await mei.member_id()
    ticket = (await club.read(lambda work: work.tickets.of_member(member, 1)))[0]
    words, now = Words("喝了以后过敏了"), club.clock()
    await club.write(
        lambda work: tickets.add(work, member, ticket.id, words, key="alarm", now=now)
    )
    (told,) = [one for one in await waits_for(club, anna.user) if one["key"] == "desk.escalated"]
    assert told["values"]["text"] == "喝了以后过敏了"
