"""A complaint that reaches staff in their chat and comes back with their answer, as a dialogue."""

import pytest

from bot.messages import Kind, Rendered
from tests.support.club import Club, Person
from tests.support.threads import deliver, last_message, operator

SOUR = "The milk was sour"


async def complains(person: Person, text: str = SOUR, category: str = "product") -> Rendered:
    await person.says("/complain")
    await person.taps("complain.pick", "complaint", category)
    return await person.says(text)


async def newest(club: Club, person: Person) -> Rendered:
    """What was sent to a person last."""
    await deliver(club)
    return (await person.hears())[-1]


async def replies(club: Club, person: Person, text: str, **parts: object) -> Rendered:
    """The person replies to the message that was sent last."""
    message = await last_message(club, person)
    answer = await person.sends(text=text, reply_to=message, **parts)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("locale", "said", "category", "asks", "sent"),
    [
        ("en", "I want to complain", "Product", "in your own words", "21 May 2026, 10:00"),
        ("zh", "我要投诉", "商品", "详细说说", "2026年5月21日 10:00"),
    ],
)
async def test_a_complaint_reaches_the_staff_with_number_and_deadline(
    club: Club, locale: str, said: str, category: str, asks: str, sent: str
) -> None:
    anna = await operator(club, role="service", locale=locale)
    mei = await club.person("Mei Lin", locale).joins()
    assert (await mei.says(said)).key == "complain.category"
    labels = [key.label for row in mei.seen[-1].rows for key in row]
    assert category in labels
    assert asks in (await mei.taps("complain.pick", "complaint", "product")).text
    confirmed = await mei.says(f"{SOUR} <b>& warm</b>")
    assert confirmed.key == "complain.sent"
    assert sent in confirmed.text
    card = await newest(club, anna)
    assert card.key == "ticket.card"
    assert f"{SOUR} &lt;b&gt;&amp; warm&lt;/b&gt;" in card.text
    assert "Lin" not in card.text
    assert card.locale == locale


@pytest.mark.parametrize("how", ["reply", "button"])
async def test_staff_answer_and_the_member_hears_it_from_a_named_person(
    club: Club, how: str
) -> None:
    anna, ben = await operator(club, role="service"), await operator(club, "Ben", "till")
    mei = await club.person("Mei", "zh").joins()
    await complains(mei)
    await newest(club, anna)
    if how == "reply":
        sent = await replies(club, anna, "您好")
    else:
        await anna.taps("ticket.reply")
        sent = await anna.says("您好")
    assert sent.key == "queue.answered"
    heard = await newest(club, mei)
    assert heard.key == "ticket.answered"
    assert "Anna" in heard.text
    assert "您好" in heard.text
    assert "All done" in (await anna.says("/queue")).text
    assert "待您回复" in (await mei.says("/tickets")).text
    assert await ben.hears() == []


async def test_the_member_adds_closes_and_rates(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await replies(club, anna, "So sorry. When did you buy it?")
    await newest(club, mei)
    added = await replies(club, mei, "Yesterday at noon")
    assert added.key == "ticket.added"
    more = await newest(club, anna)
    assert more.key == "ticket.more"
    assert "Yesterday at noon" in more.text
    await replies(club, anna, "We bring you a new one")
    await newest(club, mei)
    await mei.taps("ticket.add")
    assert (await mei.says("Thank you!")).key == "ticket.added"
    assert (await mei.taps("ticket.close")).key == "ticket.closed"
    assert (await mei.taps("ticket.close")).key == "ticket.closed"
    assert (await newest(club, anna)).key == "ticket.closed_by_member"
    rated = await mei.taps("ticket.rated")
    assert rated.key == "ticket.rated"
    thread = await mei.says("/tickets") and await mei.taps("ticket.show")
    for words in (SOUR, "So sorry", "Yesterday", "a new one", "Thank you!"):
        assert words in thread.text


async def test_what_is_resolved_opens_again_by_a_reply_within_a_week(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await anna.taps("ticket.resolve")
    await anna.taps("ticket.resolve")
    resolved = await newest(club, mei)
    assert resolved.key == "ticket.resolved"
    assert [message.key for message in await mei.hears()] == ["ticket.resolved"]
    assert "settled" in (await mei.says("/tickets")).text
    club.clock.move(days=6, hours=23)
    again = await replies(club, mei, "It happened again")
    assert again.key == "ticket.added"
    assert "It happened again" in (await newest(club, anna)).text
    queue = await anna.says("/queue")
    assert "All done" not in queue.text


async def test_after_a_week_a_reply_is_told_to_open_a_new_one(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await anna.taps("ticket.resolve")
    await newest(club, mei)
    club.clock.move(days=7)
    assert (await replies(club, mei, "It happened again")).key == "ticket.over"
    assert "closed" in (await mei.says("/tickets")).text
    assert "All done" in (await anna.says("/queue")).text


async def test_a_ticket_belongs_to_one_operator_until_another_takes_it_over(club: Club) -> None:
    anna, ben = await operator(club), await operator(club, "Ben", "service")
    mei = await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await newest(club, ben)
    assert (await anna.taps("ticket.take")).key == "queue.yours"
    assert (await anna.taps("ticket.take")).key == "queue.yours"
    taken = await ben.taps("ticket.take")
    assert taken.key == "ticket.taken"
    assert "Anna" in taken.text
    assert (await replies(club, ben, "me first")).key == "ticket.taken"
    assert (await ben.taps("ticket.reply")).key == "ticket.taken"
    assert [message.key for message in await mei.hears()] == []
    assert (await ben.taps("ticket.take", *_over(ben))).key == "queue.yours"
    assert (await replies(club, ben, "I am on it")).key == "queue.answered"
    assert "Ben" in (await newest(club, mei)).text


def _over(person: Person) -> tuple[str, str]:
    for message in reversed(person.seen):
        for key in (key for row in message.rows for key in row if key.payload):
            action = person.club.signer.unpack(key.payload, person.user)
            if action.intent == "ticket.take" and action.args[-1] == "over":
                return action.args[0], "over"
    raise AssertionError("no button to take it over")


async def test_a_photo_goes_along_with_its_words(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "product")
    assert (await mei.sends_photo("photo-7")).key == "complain.photo_kept"
    assert (await mei.says(SOUR)).key == "complain.sent"
    card = await newest(club, anna)
    assert card.photo == "photo-7"
    assert SOUR in card.text
    message = await last_message(club, anna)
    from bot.messages import Media

    answer = await anna.sends(
        Kind.PHOTO, text="Like this one?", media=(Media("photo-8", "photo"),), reply_to=message
    )
    assert answer is not None
    assert answer.key == "queue.answered"
    heard = await newest(club, mei)
    assert heard.photo == "photo-8"
    assert "Like this one?" in heard.text


BAD = [
    ("   ", "text.bad"),
    ("...", "text.bad"),
    ("\x00\x07", "text.bad"),
    ("x" * 2001, "text.bad"),
]


async def test_bad_words_are_asked_for_again_and_nothing_is_opened(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await mei.says("/complain")
    assert (await mei.says("the milk")).key == "complain.tap_first"
    await mei.taps("complain.pick", "complaint", "service")
    for said, key in BAD:
        assert (await mei.says(said)).key == key, said[:10]
    file = await mei.sends(Kind.FILE)
    assert file is not None
    assert file.key == "ticket.media_refused"
    assert await anna.hears() == []
    assert (await mei.says("It took an \x00hour 😀")).key == "complain.sent"
    assert "an hour 😀" in (await newest(club, anna)).text


async def test_a_complaint_can_be_left_and_old_buttons_say_so(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person(locale="zh").joins()
    await mei.says("/complain")
    assert (await mei.says("取消")).key == "general.cancelled"
    assert (await mei.taps("complain.pick")).key == "general.expired"
    await mei.says("/feedback")
    await mei.taps("complain.pick", "feedback", "praise")
    assert (await mei.says("店员很热情")).key == "complain.sent"
    card = await newest(club, anna)
    assert "Feedback" in card.text
    assert "Praise" in card.text


async def test_a_redelivered_complaint_is_opened_once(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "other")
    first = await mei.sends(text=SOUR, update_id="900")
    again = await mei.sends(text=SOUR, update_id="900")
    assert first == again
    assert len(await anna.hears()) == 1


async def test_a_redelivered_tap_of_a_moved_conversation_gets_its_answer_again(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/complain")
    payload = mei.button("complain.pick").payload
    first = await mei.sends(Kind.TAP, payload=payload, update_id="901")
    again = await mei.sends(Kind.TAP, payload=payload, update_id="901")
    assert first is not None
    assert first == again
    assert first.key == "complain.text"


async def test_other_members_and_other_staff_cannot_touch_a_ticket(club: Club) -> None:
    anna, ben = await operator(club), await operator(club, "Ben", "till")
    mei, other = await club.person().joins(), await club.person("Other").joins()
    await complains(mei)
    await newest(club, anna)
    payload = anna.button("ticket.resolve").payload
    for person in (ben, mei, other):
        answer = await person.sends(Kind.TAP, payload=payload)
        assert answer is not None
        assert answer.key == "general.expired"
    assert (await ben.says("/queue")).key != "queue.list"
    assert "Nothing here yet" in (await other.says("/tickets")).text
    message = await last_message(club, anna)
    said = await other.sends(text="hello there", reply_to=message)
    assert said is not None
    assert not said.key.startswith(("ticket.", "queue."))


async def test_a_reply_to_any_other_message_is_taken_for_what_it_says(club: Club) -> None:
    mei = await club.person().joins()
    answers = {
        "points": "points.balance",
        "asdf qwer": "general.unknown",
        "/card": "card.shown",
    }
    for said, key in answers.items():
        answer = await mei.sends(text=said, reply_to="77")
        assert answer is not None
        assert answer.key == key
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "other")
    quoted = await mei.sends(text=SOUR, reply_to="78")
    assert quoted is not None
    assert quoted.key == "complain.sent"


async def test_without_staff_in_the_chat_the_complaint_waits_in_the_queue(club: Club) -> None:
    mei = await club.person().joins()
    await complains(mei)
    anna = await operator(club)
    queue = await anna.says("/queue")
    assert "Product" in queue.text
    shown = await anna.taps("ticket.open")
    assert SOUR in shown.text
    club.clock.move(days=2)
    assert "🔴" in (await anna.says("/queue")).text
    await anna.taps("ticket.reply")
    assert (await anna.says("So sorry!")).key == "queue.answered"


async def test_an_answer_to_a_member_who_blocked_the_bot_is_kept_and_staff_are_told(
    club: Club,
) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await mei.sends(Kind.BLOCKED)
    told = await replies(club, anna, "So sorry!")
    assert "cannot be reached" in told.text
    await mei.sends(Kind.UNBLOCKED)
    await mei.says("/tickets")
    assert "So sorry!" in (await mei.taps("ticket.show")).text


async def test_every_step_of_staff_is_audited(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await anna.taps("ticket.take")
    await replies(club, anna, "So sorry!")
    await anna.taps("ticket.resolve")
    member = await mei.member_id()
    found = await club.read(
        lambda work: [
            row["action"]
            for ticket in work.tickets.of_member(member, 5)
            for row in work.audit.about(("ticket", ticket.id))
        ]
    )
    assert found == ["ticket.resolve", "ticket.answer", "ticket.take"]
