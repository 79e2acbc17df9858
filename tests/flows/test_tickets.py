"""What goes on about a ticket after it is told, at every step and from any device."""

from __future__ import annotations

import pytest

from bot.messages import Kind, Media, Rendered
from domain.tickets import TicketState
from storage.tables import chat
from storage.work import Work
from tests.flows.talk import buys, intents
from tests.flows.ticketing import (
    SOUR,
    complains,
    five,
    in_turn,
    newest,
    replies,
    sends,
    settled,
    thread_of,
    ticket_of,
    told,
)
from tests.support.club import Club, Person
from tests.support.threads import last_message, operator

# -- in the middle of every step --------------------------------------------------------

STEPS = ("kind", "category", "about", "text", "files", "addition", "rating")


async def _until(club: Club, mei: Person, anna: Person, step: str) -> None:
    """Leads the member to a step."""
    if step in ("addition", "rating"):
        await settled(club, mei, anna)
        tap = ("ticket.reopen",) if step == "addition" else ("ticket.rated", *await five(mei))
        await mei.taps(*tap)
        return
    await mei.says("/feedback")
    for wanted, taps in (
        ("category", ("complain.kind_is", "complaint")),
        ("text", ("complain.pick", "complaint", "0")),
        ("about", ("complain.about",)),
    ):
        if step == "kind" or (step in ("text", "files") and wanted == "about"):
            return
        await mei.taps(*taps)
        if wanted == step:
            return
    if step == "files":
        await sends(mei, "p1")


async def _go_on(mei: Person, step: str) -> Rendered:
    """What the member does next at that step, to the end."""
    if step in ("kind",):
        await mei.taps("complain.kind_is", "complaint")
    if step in ("kind", "category"):
        await mei.taps("complain.pick", "complaint", "0")
    return await mei.says(SOUR)


DONE = {"addition": "ticket.added", "rating": "ticket.commented"}


@in_turn("step", STEPS)
async def test_a_restart_and_another_device_are_not_in_the_way_of_any_step(
    club: Club, step: str
) -> None:
    mei, anna = await club.person().joins(), await operator(club)
    await buys(mei, 100)
    await _until(club, mei, anna, step)
    phone = await second_device(club, mei)
    assert (await complains(phone, "from my other phone")).key == "complain.sent"
    after = Club(club.url, club.programme, club.clock)
    after._updates = club._updates
    try:
        mei.club = phone.club = after
        assert (await _go_on(mei, step)).key == DONE.get(step, "complain.sent")
        listed = await phone.says("/tickets")
        assert sum(intent == "ticket.show" for intent in intents(phone, listed)) == 2
    finally:
        await after.close()


@in_turn("step, locale", [(step, ("en", "zh")[place % 2]) for place, step in enumerate(STEPS)])
async def test_every_step_can_be_left(club: Club, step: str, locale: str) -> None:
    mei, anna = await club.person(locale=locale).joins(), await operator(club)
    await buys(mei, 100)
    await _until(club, mei, anna, step)
    left = await mei.says("取消" if locale == "zh" else "cancel")
    assert left.key == "general.cancelled"
    member = await mei.member_id()
    count = await club.read(lambda work: len(work.tickets.of_member(member, 9)))
    assert count == (1 if step in DONE else 0)
    assert (await mei.says("/card")).key == "card.shown"


async def second_device(club: Club, person: Person) -> Person:
    """Another chat of the same member."""
    phone = club.person(person.name, person.locale)
    await phone.says("/help")
    member = await person.member_id()
    table = chat.Address.__table__  # type: ignore[attr-defined]

    def use(work: Work) -> None:
        known = work.conversations.lock(phone.address, phone.locale).person.address_id
        work.db.execute(table.update().where(table.c.id == known).values(member_id=member))

    await club.write(use)
    return phone


# -- more of the same -------------------------------------------------------------------


async def test_the_member_adds_closes_and_looks_at_it_all(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await replies(club, anna, "So sorry. When did you buy it?")
    await newest(club, mei)
    assert (await replies(club, mei, "Yesterday at noon")).key == "ticket.added"
    assert await told(club, anna, "Yesterday at noon")
    await mei.says("/tickets")
    await mei.taps("ticket.show")
    await mei.taps("ticket.add")
    await sends(mei, "p1", "p2", album="a7")
    assert (await mei.taps("ticket.add_done")).key == "ticket.added"
    await mei.says("/tickets")
    shown = await mei.taps("ticket.show")
    for words in (SOUR, "So sorry", "Yesterday", "📎 2", "Anna takes care of it"):
        assert words in shown.text, words
    files = await mei.taps("ticket.files")
    assert [one.reference for one in files.media] == ["p1", "p2"]
    assert (await mei.taps("ticket.close")).key == "ticket.closed"
    assert (await mei.taps("ticket.close")).key == "ticket.closed"
    assert "closed" in (await mei.says("/tickets")).text
    keys = [message.key for message in await anna.hears()]
    assert keys.count("ticket.closed_by_member") == 1


async def test_an_album_in_reply_is_one_message_answered_once(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await replies(club, anna, "Can you send photos?")
    await newest(club, mei)
    message = await last_message(club, mei)
    answers = [
        await mei.sends(Kind.PHOTO, media=(Media(f"p{n}", "photo"),), album="a1", reply_to=message)
        for n in range(3)
    ]
    assert [answer.key if answer else None for answer in answers] == ["ticket.added", None, None]
    assert [len(one.media) for one in await thread_of(club, mei)] == [0, 0, 3]


async def test_a_changed_text_reaches_the_staff(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    await mei.sends(text="The milk was sweet", message="71")
    await newest(club, anna)
    assert await mei.sends(Kind.EDITED, text=SOUR, message="71") is None
    (said,) = await thread_of(club, mei)
    assert (said.text, said.edited_at) == (SOUR, club.clock())
    await mei.says("/tickets")
    assert "(edited)" in (await mei.taps("ticket.show")).text
    assert await told(club, anna, SOUR)
    assert await mei.sends(Kind.EDITED, text="hello", message="72") is None
    assert await club.person("Stranger").sends(Kind.EDITED, text="x", message="71") is None


async def test_long_histories_are_shown_page_by_page(club: Club) -> None:
    mei = await club.person().joins()
    await complains(mei, "word no. 0 ".ljust(1900, "x"))
    for n in range(1, 13):
        await mei.says("/tickets")
        await mei.taps("ticket.show")
        await mei.taps("ticket.add")
        await mei.says(f"word no. {n} ".ljust(1900, "x"))
    await mei.says("/tickets")
    shown = await mei.taps("ticket.show")
    assert len(shown.text) < 4096
    assert "word no. 12 " in shown.text
    assert "word no. 2 " not in shown.text
    older = await mei.taps("ticket.show", str((await ticket_of(club, mei)).id), "10")
    assert "word no. 2 " in older.text
    assert "word no. 12 " not in older.text
    with pytest.raises(AssertionError):
        mei.button("ticket.show", "1")


async def test_what_is_settled_is_opened_again_within_a_week(club: Club) -> None:
    anna, mei = await operator(club), await club.person(locale="zh").joins()
    await settled(club, mei, anna)
    club.clock.move(days=6, hours=23)
    again = await mei.taps("ticket.reopen")
    assert again.key == "ticket.reopened"
    assert "重新受理" in again.text
    await mei.says("还是坏的")
    assert await told(club, anna, "还是坏的")
    club.clock.move(days=8)
    assert (await ticket_of(club, mei)).state is TicketState.ASSIGNED


@in_turn("how", ["button", "reply"])
async def test_after_a_week_a_new_one_is_needed(club: Club, how: str) -> None:
    anna, mei = await operator(club), await club.person().joins()
    await settled(club, mei, anna)
    club.clock.move(days=7)
    again = (
        await mei.taps("ticket.reopen")
        if how == "button"
        else await replies(club, mei, "It happened again")
    )
    assert again.key == ("ticket.over" if how == "button" else "complain.over")
    shown = await mei.says("/tickets") and await mei.taps("ticket.show")
    assert "ticket.add" not in intents(mei, shown)


async def test_merged_tickets_are_one_for_the_member(club: Club) -> None:
    from services import tickets
    from services.ports.club import Actor

    anna, mei = await operator(club), await club.person(locale="zh").joins()
    await complains(mei, "牛奶是酸的")
    first = await ticket_of(club, mei)
    await newest(club, anna)
    await replies(club, anna, "好的")
    answer = await newest(club, mei)
    message = await last_message(club, mei)
    await complains(mei, "面包也坏了")
    second = await ticket_of(club, mei)
    await club.write(
        lambda work: tickets.merge(work, first.id, second.id, Actor("Anna", 1), club.clock())
    )
    assert answer.key == "ticket.answered"
    listed = await mei.says("/tickets")
    assert str(first.number) not in listed.text
    shown = await mei.taps("ticket.show", str(second.id))
    for words in ("牛奶是酸的", "面包也坏了", f"{first.number} 已并入此单"):
        assert words in shown.text, words
    added = await mei.sends(text="还有鸡蛋", reply_to=message)
    assert added is not None
    assert str(second.number) in added.text
