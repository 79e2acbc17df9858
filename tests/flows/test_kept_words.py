"""What a member writes before the club knows what it is about: nobody has to write it twice."""

from __future__ import annotations

from bot.messages import Kind, Media
from domain.service_rules import Flooding
from tests.flows.talk import HUGE, buys, labels
from tests.flows.ticketing import (
    SOUR,
    complains,
    in_turn,
    newest,
    replies,
    rules,
    sends,
    settled,
    thread_of,
    ticket_of,
)
from tests.support.club import Club, Person
from tests.support.threads import last_message, operator

VOICE = Media("v1", "voice", seconds=9)


async def _count(club: Club, person: Person) -> int:
    member = await person.member_id()
    return await club.read(lambda work: len(work.tickets.of_member(member, 9)))


@in_turn(
    "locale, says",
    [("en", "Got it – which of these is it about?"), ("zh", "收到了，请选一个类别")],
)
async def test_words_before_the_tap_are_sent_by_the_tap(
    club: Club, locale: str, says: str
) -> None:
    mei = await club.person(locale=locale).joins()
    await mei.says("/complain")
    kept = await mei.sends(text=SOUR, message="71")
    assert kept is not None
    assert says in kept.text
    assert SOUR in kept.text
    assert await mei.sends(Kind.EDITED, text=f"{SOUR}!", message="71") is None
    assert (await mei.taps("complain.pick", "complaint", "2")).key == "complain.sent"
    assert (await ticket_of(club, mei)).category == "delivery"
    assert [one.text for one in await thread_of(club, mei)] == [f"{SOUR}!"]
    await mei.sends(Kind.EDITED, text="And cold", message="71")
    assert [one.text for one in await thread_of(club, mei)] == ["And cold"]
    assert (await mei.taps("complain.pick", "complaint", "2")).key == "general.expired"


@in_turn("kind, taps", [("praise", 1), ("suggestion", 1), ("complaint", 2), ("question", 2)])
async def test_words_before_the_kind_are_kept_through_every_list(
    club: Club, kind: str, taps: int
) -> None:
    mei = await club.person().joins()
    old = await mei.says("/feedback") and mei.button("complain.kind_is", kind)
    assert (await mei.says("Your people")).text.startswith("Got it – which of these is it?")
    await mei.says("are kind")
    answer = await mei.sends(Kind.TAP, payload=old.payload, message="1")
    if taps == 2:
        assert answer is not None
        assert "are kind" in answer.text
        answer = await mei.taps("complain.pick", kind, "0")
    assert answer is not None
    assert answer.key == "complain.sent"
    assert (await thread_of(club, mei))[0].text == "Your people\nare kind"


async def test_files_before_the_tap_go_along(club: Club) -> None:
    mei = await club.person().joins()
    await buys(mei, 100)
    await mei.says("/complain")
    answers = await sends(mei, "p1", "p2", album="a1")
    assert [answer.key if answer else None for answer in answers] == ["complain.which", None]
    asked = await mei.taps("complain.pick", "complaint", "0")
    assert "2 files" in asked.text
    assert "✅ Send it" in labels(asked)
    await sends(mei, "p3")
    await mei.taps("complain.about")
    assert "✅ Send it" in labels(await mei.taps("complain.one", "o"))
    assert (await mei.taps("complain.done")).key == "complain.sent"
    (said,) = await thread_of(club, mei)
    assert [one["reference"] for one in said.media] == ["p1", "p2", "p3"]


async def test_a_voice_before_the_tap_is_enough(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.sends(Kind.FILE, media=(VOICE,))
    assert (await mei.taps("complain.pick", "complaint", "0")).key == "complain.sent"
    assert (await thread_of(club, mei))[0].media[0]["reference"] == "v1"


async def test_much_is_kept_and_nothing_that_is_no_good(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/complain")
    for said in ("...", HUGE):
        assert (await mei.says(said)).key == "text.bad"
    for letter in "ab":
        await mei.says(letter * 1900)
    await mei.taps("complain.pick", "complaint", "0")
    said = "".join(one.text for one in await thread_of(club, mei))
    assert (said.count("a"), said.count("b")) == (1900, 1900)


@in_turn("locale, says", [("en", "was sent"), ("zh", "没有发送")])
async def test_leaving_says_that_nothing_was_sent(club: Club, locale: str, says: str) -> None:
    mei = await club.person(locale=locale).joins()
    for first in (SOUR, ""):
        await mei.says("/complain")
        if first:
            await mei.says(first)
        left = await mei.says("/cancel")
        assert (left.key, says in left.text) == ("general.cancelled", bool(first))
    assert await _count(club, mei) == 0


async def test_a_tap_after_a_day_still_sends_it(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.says(SOUR)
    club.clock.move(days=2)
    assert (await mei.taps("complain.pick", "complaint", "0")).key == "complain.sent"
    await mei.says("/complain")
    club.clock.move(days=2)
    assert (await mei.says("/complain")).key == "complain.category"


@in_turn("first", ["The milk was sour and the staff rude", "怎么退货"])
async def test_what_an_offer_holds_goes_into_the_form(club: Club, first: str) -> None:
    mei = await club.person().joins()
    await mei.says(first)
    assert first in (await mei.says("/feedback")).text
    await mei.taps("complain.kind_is", "question")
    assert (await mei.taps("complain.pick", "question", "0")).key == "complain.sent"
    assert (await thread_of(club, mei))[0].text == first


async def test_with_many_open_the_words_go_to_one_of_them(club: Club) -> None:
    await rules(club, flooding=Flooding(messages=20, minutes=10, open_tickets=1))
    mei = await club.person().joins()
    await complains(mei)
    await mei.says("The bread was mouldy")
    assert (await mei.says("/complain")).key == "ticket.too_many"
    assert (await mei.taps("complain.into")).key == "ticket.added"
    assert [one.text for one in await thread_of(club, mei)] == [SOUR, "The bread was mouldy"]
    assert (await mei.taps("complain.into")).key == "general.expired"


async def test_words_to_what_is_over_begin_a_new_one(club: Club) -> None:
    anna, mei = await operator(club), await club.person(locale="zh").joins()
    await settled(club, mei, anna)
    club.clock.move(days=8)
    assert "选一个类别" in (await replies(club, mei, "又坏了")).text
    assert (await mei.taps("complain.pick", "complaint", "0")).key == "complain.sent"
    assert [one.text for one in await thread_of(club, mei)] == ["又坏了"]
    assert await _count(club, mei) == 2


async def test_a_reply_to_staff_is_no_answer_to_the_form(club: Club) -> None:
    anna, mei = await operator(club), await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await replies(club, anna, "When was it?")
    await newest(club, mei)
    message = await last_message(club, mei)
    await mei.says("/complain")
    await mei.says("The bread is old")
    await _answers(mei, message, "Yesterday")
    await mei.taps("complain.pick", "complaint", "0")
    bread = await ticket_of(club, mei)
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    await _answers(mei, message, "At noon")
    await mei.says("And the eggs")
    tickets = await club.read(lambda work: work.tickets.of_member(bread.member_id, 9))
    threads = [
        await club.read(lambda work, id=ticket.id: work.tickets.thread(id, 9))
        for ticket in tickets
    ]
    assert [[one.text for one in said if one.author == "member"] for said in threads] == [
        ["And the eggs"],
        ["The bread is old"],
        [SOUR, "Yesterday", "At noon"],
    ]


async def _answers(mei: Person, message: str, words: str) -> None:
    answer = await mei.sends(text=words, reply_to=message)
    assert answer is not None
    assert answer.key == "ticket.added"


@in_turn("locale, says", [("en", "went along"), ("zh", "已直接补充进去")])
async def test_plain_words_go_to_what_was_answered_lately(
    club: Club, locale: str, says: str
) -> None:
    anna, mei = await operator(club), await club.person(locale=locale).joins()
    await complains(mei)
    await newest(club, anna)
    await replies(club, anna, "When was it?")
    await newest(club, mei)
    for said in ("Yesterday morning", "around nine"):
        answer = await mei.says(said)
        assert (answer.key, says in answer.text) == ("ticket.continued", True)
    spoken = [one.text for one in await thread_of(club, mei) if one.author == "member"]
    assert spoken == [SOUR, "Yesterday morning", "around nine"]
    assert (await mei.taps("heard.other")).key == "listening.other"
    assert (await mei.taps("heard.ask")).key == "complain.sent"
    assert [one.text for one in await thread_of(club, mei)] == ["around nine"]
    assert await _count(club, mei) == 2


async def test_plain_words_long_after_an_answer_are_asked_about(club: Club) -> None:
    anna, mei = await operator(club), await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await replies(club, anna, "When was it?")
    club.clock.move(days=4)
    assert (await mei.says("Yesterday morning")).key == "general.unknown"
    assert len(await thread_of(club, mei)) == 2


async def test_who_has_just_answered_and_asks_for_a_person_begins_anew(club: Club) -> None:
    anna, mei = await operator(club), await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await replies(club, anna, "When was it?")
    await mei.says("Yesterday morning")
    assert (await mei.says("human")).key == "complain.text"
    assert await _count(club, mei) == 1
