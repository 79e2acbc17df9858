"""Free words: said → answered. What is offered, what becomes of it, and that nothing is passed
on without having been asked."""

from typing import Any

import pytest

from bot.messages import Kind, Media
from domain.tickets import TicketKind
from tests.support.club import Club, Person

SAID = [
    # said, answered
    ("牛奶是酸的，太差了", "listening.complaint"),
    ("服务员态度恶劣", "listening.complaint"),
    ("The milk was sour.", "listening.complaint"),
    ("your parcel never arrived!!", "listening.complaint"),
    ("孩子吃了过敏，怎么办", "listening.alarm"),
    ("我要打12315", "listening.alarm"),
    ("I was injured in your shop", "listening.alarm"),
    ("我过敏了，我的积分先别管", "listening.alarm"),
    ("请问你们几点开门", "listening.answer"),
    ("怎么退货呢？", "listening.answer"),
    ("how do I return something", "listening.answer"),
    ("Do you have an expiry date?", "listening.answer"),
    ("一般什么时候到期啊", "listening.answer"),
    ("how long are my points good for?", "points.balance"),
    ("What time do you open?", "general.unknown"),
    ("can I bring my dog?", "general.unknown"),
    ("今天下雨", "general.unknown"),
    ("积分", "points.balance"),
    ("我的积分", "points.balance"),
    ("/nothing", "general.unknown"),
]


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei").joins()


async def tickets(club: Club, person: Person) -> list[Any]:
    member = await person.member_id()
    return list(await club.read(lambda work: work.tickets.of_member(member, 10)))


async def first_said(club: Club, ticket: Any) -> Any:
    thread = await club.read(lambda work: work.tickets.thread(ticket.id, 10))
    return next(one for one in thread if one.author == "member")


async def test_words_are_heard_in_both_languages(mei: Person) -> None:
    for said, answered in SAID:
        assert (said, (await mei.says(said)).key) == (said, answered)
        await mei.says("取消")


@pytest.mark.parametrize(
    ("said", "button", "kind", "urgent"),
    [
        ("牛奶是酸的", "heard.pass", TicketKind.COMPLAINT, False),
        ("I was injured in your shop", "heard.pass", TicketKind.COMPLAINT, True),
        ("怎么退货", "heard.ask", TicketKind.QUESTION, False),
        ("can I bring my dog?", "heard.ask", TicketKind.QUESTION, False),
    ],
)
async def test_one_tap_passes_on_what_was_written(
    club: Club, mei: Person, said: str, button: str, kind: TicketKind, urgent: bool
) -> None:
    await mei.says(said)
    assert await tickets(club, mei) == []
    assert (await mei.taps(button)).key == "complain.sent"
    (ticket,) = await tickets(club, mei)
    assert (ticket.kind, bool(ticket.alarm)) == (kind, urgent)
    assert (await first_said(club, ticket)).text == said


@pytest.mark.parametrize("said", ["牛奶是酸的", "I was injured", "怎么退货"])
async def test_a_tap_twice_opens_one_ticket(club: Club, mei: Person, said: str) -> None:
    await mei.says(said)
    button = "heard.ask" if said == "怎么退货" else "heard.pass"
    key = mei.button(button)
    for _ in range(2):
        await mei.sends(Kind.TAP, payload=key.payload, message="1")
    assert len(await tickets(club, mei)) == 1


@pytest.mark.parametrize("said", ["牛奶是酸的", "I was injured"])
async def test_no_means_that_nobody_hears_of_it(club: Club, mei: Person, said: str) -> None:
    await mei.says(said)
    assert (await mei.taps("heard.no")).key == "listening.declined"
    assert await tickets(club, mei) == []
    assert (await mei.says("积分")).key == "points.balance"


async def test_an_answer_that_helped_is_counted(club: Club, mei: Person) -> None:
    await mei.says("怎么退货")
    assert (await mei.taps("heard.helped")).key == "listening.helped"
    await mei.says("how do I return something?")
    await mei.taps("heard.ask")
    day = club.clock.now.date()
    (count,) = await club.read(lambda work: work.faq_counts.between(day, day))
    assert count == ("returns", 2, 1, 1)
    assert len(await tickets(club, mei)) == 1


async def test_what_is_added_goes_along(club: Club, mei: Person) -> None:
    await mei.says("牛奶是酸的")
    assert (await mei.says("而且服务员不理人")).key == "listening.complaint"
    assert (await mei.sends_photo("sour-milk")).key == "listening.kept"
    await mei.taps("heard.pass")
    (ticket,) = await tickets(club, mei)
    said = await first_said(club, ticket)
    assert said.text == "牛奶是酸的\n而且服务员不理人"
    assert [one["reference"] for one in said.media] == ["sour-milk"]


async def test_what_was_nothing_to_anybody_is_not_mixed_in(club: Club, mei: Person) -> None:
    await mei.says("今天下雨")
    await mei.says("牛奶是酸的")
    await mei.taps("heard.pass")
    (ticket,) = await tickets(club, mei)
    assert (await first_said(club, ticket)).text == "牛奶是酸的"


async def test_a_command_goes_before_the_offer_and_the_offer_stays(
    club: Club, mei: Person
) -> None:
    await mei.says("牛奶是酸的")
    offer = mei.button("heard.pass")
    assert (await mei.says("积分")).key == "points.balance"
    assert (await mei.sends(Kind.TAP, payload=offer.payload)).key == "complain.sent"


async def test_cancel_ends_the_offer(club: Club, mei: Person) -> None:
    await mei.says("牛奶是酸的")
    offer = mei.button("heard.pass")
    assert (await mei.says("取消")).key == "general.cancelled"
    assert (await mei.sends(Kind.TAP, payload=offer.payload)).key == "general.expired"
    assert await tickets(club, mei) == []


async def test_an_offer_survives_a_restart(club: Club, mei: Person) -> None:
    await mei.says("牛奶是酸的")
    club.dispatch = club.new_dispatch()
    assert (await mei.taps("heard.pass")).key == "complain.sent"


async def test_a_voice_without_words_is_offered_to_a_person(club: Club, mei: Person) -> None:
    voice = Media("V", "voice", seconds=9)
    assert (await mei.sends(Kind.FILE, media=(voice,))).key == "listening.file"
    await mei.taps("heard.ask")
    (ticket,) = await tickets(club, mei)
    assert (await first_said(club, ticket)).media[0]["reference"] == "V"


async def test_a_picture_with_words_of_a_complaint_is_heard(club: Club, mei: Person) -> None:
    assert (await mei.sends_photo("P", "牛奶发霉了")).key == "listening.complaint"
    assert (await mei.sends_photo("Q")).key == "listening.kept"
    await mei.taps("heard.pass")
    (ticket,) = await tickets(club, mei)
    said = await first_said(club, ticket)
    assert [one["reference"] for one in said.media] == ["P", "Q"]


async def test_an_album_leaves_the_buttons_good(club: Club, mei: Person) -> None:
    await mei.says("牛奶是酸的")
    pieces = [(Media(f"P{n}", "photo"),) for n in range(3)]
    sent = [await mei.sends(Kind.PHOTO, media=piece, album="a") for piece in pieces]
    assert [one.key if one else "" for one in sent] == ["listening.kept", "", ""]
    assert (await mei.taps("heard.pass")).key == "complain.sent"
    (ticket,) = await tickets(club, mei)
    assert len((await first_said(club, ticket)).media) == 3


async def test_a_dead_button_shows_the_offer_that_waits(club: Club, mei: Person) -> None:
    await mei.says("牛奶是酸的")
    old = mei.button("heard.pass")
    await mei.taps("heard.no")
    await mei.says("I was injured")
    assert (await mei.sends(Kind.TAP, payload=old.payload)).key == "listening.alarm"
    assert (await mei.sends_photo("Q")).key == "listening.alarm"
    assert await tickets(club, mei) == []


@pytest.mark.parametrize("more", ["牛奶也是酸的", "今天下雨", "I was injured"])
async def test_words_go_to_a_ticket_that_is_there(club: Club, mei: Person, more: str) -> None:
    await mei.says("牛奶是酸的")
    await mei.taps("heard.pass")
    await mei.says(more)
    assert (await mei.taps("heard.add")).key == "ticket.added"
    (ticket,) = await tickets(club, mei)
    thread = await club.read(lambda work: work.tickets.thread(ticket.id, 10))
    assert [one.text for one in thread if one.author == "member"] == ["牛奶是酸的", more]


@pytest.mark.parametrize(
    ("said", "word", "kind", "urgent"),
    [
        ("牛奶是酸的", "人工", TicketKind.QUESTION, False),
        ("怎么退货", "转人工", TicketKind.QUESTION, False),
        ("孩子吃了过敏", "客服", TicketKind.COMPLAINT, True),
        ("can I bring my dog?", "human", TicketKind.QUESTION, False),
        ("The milk was sour.", "Agent!", TicketKind.QUESTION, False),
    ],
)
async def test_who_asks_for_a_person_need_not_write_again(
    club: Club, mei: Person, said: str, word: str, kind: TicketKind, urgent: bool
) -> None:
    await mei.says(said)
    assert (await mei.says(word)).key == "complain.sent"
    (ticket,) = await tickets(club, mei)
    assert (ticket.kind, bool(ticket.alarm)) == (kind, urgent)
    assert (await first_said(club, ticket)).text == said


@pytest.mark.parametrize("word", ["人工", "客服", "转人工", "human", "agent"])
async def test_a_person_is_asked_for_alone(club: Club, mei: Person, word: str) -> None:
    assert (await mei.says(word)).key == "complain.text"
    assert (await mei.says("怎么退货")).key == "complain.sent"
    (ticket,) = await tickets(club, mei)
    assert ticket.kind is TicketKind.QUESTION


async def test_a_running_conversation_takes_the_words(mei: Person) -> None:
    await mei.says("/complain")
    assert (await mei.says("牛奶是酸的")).key == "complain.which"


@pytest.mark.parametrize(
    ("said", "first", "then", "button"),
    [
        ("牛奶是酸的", "join.first", "listening.complaint", "heard.pass"),
        ("I was injured", "join.first", "listening.alarm", "heard.pass"),
        ("怎么退货", "listening.answer", "listening.answer", "heard.ask"),
        ("can I bring my dog?", "general.unknown", "listening.kept", "heard.ask"),
    ],
)
async def test_what_is_said_before_joining_is_kept_through_it(
    club: Club, said: str, first: str, then: str, button: str
) -> None:
    zoe = club.person("Zoe")
    assert (await zoe.says(said)).key == first
    await zoe.says("/start")
    assert (await zoe.taps("join")).key == "join.welcome"
    assert [message.key for message in await zoe.hears()] == [then]
    assert await tickets(club, zoe) == []
    assert (await zoe.taps(button)).key == "complain.sent"
    (ticket,) = await tickets(club, zoe)
    assert (await first_said(club, ticket)).text == said


async def test_files_before_joining_go_along(club: Club) -> None:
    zoe = club.person("Zoe", "zh")
    await zoe.says("牛奶是酸的")
    pieces = [(Media(f"P{n}", "photo"),) for n in range(2)]
    sent = [await zoe.sends(Kind.PHOTO, media=piece, album="a") for piece in pieces]
    assert [one.key if one else "" for one in sent] == ["join.first", ""]
    assert "已保留" in (await zoe.says("而且很贵")).text
    await zoe.taps("join")
    await zoe.hears()
    await zoe.taps("heard.pass")
    (ticket,) = await tickets(club, zoe)
    said = await first_said(club, ticket)
    assert (said.text, len(said.media)) == ("牛奶是酸的\n而且很贵", 2)


async def test_who_says_nothing_to_pass_on_is_asked_nothing_after_joining(club: Club) -> None:
    zoe = club.person("Zoe")
    await zoe.says("asdf")
    await zoe.taps("join")
    assert await zoe.hears() == []


async def test_without_a_mood_the_words_decide(club: Club, mei: Person) -> None:
    async def away(_address: Any, reference: str) -> Any:
        raise RuntimeError("no scoring today")

    club.dispatch.look = away
    assert (await mei.says("牛奶是酸的")).key == "listening.complaint"
    await mei.taps("heard.no")
    assert (await mei.says("今天下雨")).key == "general.unknown"


async def test_a_question_of_the_form_is_answered_first(club: Club, mei: Person) -> None:
    await mei.says("/feedback")
    await mei.taps("complain.kind_is", "question")
    category = next(
        key for row in mei.seen[-1].rows for key in row if "complain.pick" in key.payload
    )
    await mei.sends(Kind.TAP, payload=category.payload, message="1")
    assert (await mei.says("怎么退货？")).key == "listening.answer"
    assert (await mei.taps("heard.ask")).key == "complain.sent"
    (ticket,) = await tickets(club, mei)
    assert (ticket.kind, (await first_said(club, ticket)).text) == ("question", "怎么退货？")


async def test_a_long_story_is_passed_on_whole(club: Club, mei: Person) -> None:
    story = " ".join(f"Then the milk was sour again, for the {n}. time." for n in range(80))
    await mei.says(story)
    await mei.taps("heard.pass")
    (ticket,) = await tickets(club, mei)
    thread = await club.read(lambda work: work.tickets.thread(ticket.id, 10))
    said = [one.text for one in thread if one.author == "member"]
    assert len(said) == 2
    assert "".join(said).replace(" ", "") == story.replace(" ", "")
