"""Albums whose pieces come one by one: of staff, as notes, and as words about a rating."""

import pytest
from sqlalchemy import select

from bot.messages import Kind
from tests.flows.grouped import ROWS, photo
from tests.flows.test_staff_group import heard, room_with_topic
from tests.flows.ticketing import newest, sends, settled, thread_of, ticket_of
from tests.support.club import Club, Person
from tests.support.threads import operator


async def said(club: Club, person: Person) -> list[tuple[str, str, int]]:
    return [(str(one.author), one.text, len(one.media)) for one in await thread_of(club, person)]


async def test_an_album_for_a_colleagues_ticket_is_asked_about_once_and_sent_whole(
    club: Club,
) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    sam = await operator(club, "Sam", "service")
    await room.says(anna, "Hello", topic=topic, message="40")
    answers = [
        await room.sends(
            sam,
            Kind.PHOTO,
            topic=topic,
            text=text,
            media=photo(f"p{n}"),
            album="a",
            message=f"5{n}",
        )
        for n, text in enumerate(("Look", "", ""))
    ]
    assert [one and one.key for one in answers] == ["desk.taken_ask", None, None]
    assert (await room.taps(sam, "desk.over", topic=topic)).key == "desk.ready_sent"
    await room.sends(sam, Kind.PHOTO, topic=topic, media=photo("p3"), album="a", message="53")
    assert (await said(club, mei))[1:] == [("staff", "Hello", 0), ("staff", "Look", 4)]
    await room.taps(sam, "desk.over", topic=topic)
    assert len(await said(club, mei)) == 3, "the question has been answered"


async def test_an_album_of_a_colleagues_ticket_can_be_dropped(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    sam = await operator(club, "Sam", "service")
    await room.says(anna, "Hello", topic=topic, message="40")
    for n in range(2):
        await room.sends(
            sam, Kind.PHOTO, topic=topic, media=photo(f"p{n}"), album="a", message=f"5{n}"
        )
    assert (await room.taps(sam, "desk.drop", topic=topic)).key == "desk.dropped"
    assert (await said(club, mei))[1:] == [("staff", "Hello", 0)]


async def test_an_album_is_one_note(club: Club) -> None:
    anna, mei = await operator(club), await club.person("Mei").joins()
    await settled(club, mei, anna)
    ticket = await ticket_of(club, mei)
    await anna.says("/queue done")
    await anna.says(f"/queue {ticket.number}")
    await anna.taps("desk.note", str(ticket.id))
    answers = await sends(anna, "p0", "p1", "p2", text="cctv", album="n")
    assert [one and one.key for one in answers] == ["desk.noted", None, None]
    assert (await said(club, mei))[-1] == ("note", "cctv", 3)
    assert (await sends(anna, "x"))[0].key == "general.unknown"


async def test_an_album_is_one_word_about_a_rating(club: Club) -> None:
    anna, mei = await operator(club), await club.person("Mei").joins()
    await settled(club, mei, anna)
    ticket = await ticket_of(club, mei)
    await mei.taps("ticket.rated", str(ticket.id), "3")
    answers = await sends(mei, "p0", "p1", "p2", text="See", album="r")
    assert [one and one.key for one in answers] == ["ticket.commented", None, None]
    assert (await said(club, mei))[-1] == ("member", "See", 3)
    assert len((await newest(club, anna)).media) == 3


@pytest.mark.parametrize("answered", [False, True])
async def test_an_album_whose_words_make_it_a_note_comes_last(club: Club, answered: bool) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    if answered:
        await room.says(anna, "We look into it", topic=topic, message="40")
        await heard(club, mei)
    before = await ticket_of(club, mei)
    piece = {"topic": topic, "album": "a"}
    await room.sends(anna, Kind.PHOTO, media=photo("c2"), message="61", **piece)
    await room.sends(
        anna, Kind.PHOTO, text="// the camera", media=photo("c1"), message="60", **piece
    )
    await room.sends(anna, Kind.PHOTO, media=photo("c3"), message="62", **piece)
    there = select(ROWS.c.state).where(ROWS.c.chat == mei.user).order_by(ROWS.c.id)
    states = await club.read(lambda work: work.db.execute(there).scalars().all())
    assert states == [*["sent"] * answered, "skipped"]
    assert (await said(club, mei))[-1] == ("note", "the camera", 3)
    now = await ticket_of(club, mei)
    assert (now.due_at, now.answered_at) == (before.due_at, before.answered_at)
    assert now.state == ("waiting" if answered else "assigned")


async def test_what_the_member_has_got_cannot_be_edited_into_a_note(club: Club) -> None:
    room, anna, mei, topic = await room_with_topic(club)
    await room.says(anna, "Sorry", topic=topic, message="60")
    refused = await room.sends(
        anna, Kind.EDITED, text="// ask the till", topic=topic, message="60"
    )
    assert refused is not None
    assert refused.key == "desk.not_a_note"
    assert (await said(club, mei))[-1] == ("staff", "Sorry", 0)
    await room.says(anna, "// odd", topic=topic, message="70")
    await room.sends(anna, Kind.EDITED, text="// very odd", topic=topic, message="70")
    assert (await said(club, mei))[-1] == ("note", "very odd", 0)
