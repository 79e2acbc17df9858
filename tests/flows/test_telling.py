"""A member tells the club something: of every kind, with files, and what is no good."""

from __future__ import annotations

from bot.messages import Kind, Media
from domain.tickets import TicketState
from tests.flows.talk import HOSTILE, HUGE, buys, intents, labels
from tests.flows.ticketing import (
    MEGABYTE,
    SOUR,
    complains,
    in_turn,
    newest,
    replies,
    sends,
    thread_of,
    ticket_of,
    told,
)
from tests.support.club import Club
from tests.support.threads import deliver, last_message, operator

# -- telling ----------------------------------------------------------------------------


@in_turn(
    "locale, said, category, asks, sent",
    [
        ("en", "I want to complain", "Product", "in your own words", "today, 15:00"),
        ("zh", "我要投诉", "商品质量", "详细说说", "今天 15:00"),
    ],
)
async def test_a_complaint_reaches_the_staff_with_number_and_deadline(
    club: Club, locale: str, said: str, category: str, asks: str, sent: str
) -> None:
    anna = await operator(club, role="service", locale=locale)
    mei = await club.person("Mei Lin", locale).joins()
    assert (await mei.says(said)).key == "complain.category"
    assert category in labels(mei.seen[-1])
    assert asks in (await mei.taps("complain.pick", "complaint", "0")).text
    confirmed = await mei.says(f"{SOUR} <b>& warm</b>")
    assert confirmed.key == "complain.sent"
    assert sent in confirmed.text
    card = await newest(club, anna)
    assert card.key == "desk.card"
    assert f"{SOUR} &lt;b&gt;&amp; warm&lt;/b&gt;" in card.text
    assert "Lin" not in card.text
    assert card.locale == locale


@in_turn(
    "locale, kind, taps, asks, sent",
    [
        ("en", "praise", 1, "Please tell us who", "Thank you!"),
        ("zh", "praise", 1, "哪位同事", "谢谢您的认可"),
        ("en", "suggestion", 1, "do differently", "answers you here by"),
        ("zh", "suggestion", 1, "写下您的建议", "前在这里答复您"),
        ("zh", "question", 2, "写下您的问题", "前在这里答复您"),
        ("zh", "complaint", 2, "核实", "深表歉意"),
    ],
)
async def test_feedback_of_every_kind_takes_two_taps_at_most(
    club: Club, locale: str, kind: str, taps: int, asks: str, sent: str
) -> None:
    mei = await club.person(locale=locale).joins()
    assert (await mei.says("/feedback")).key == "complain.kind"
    answer = await mei.taps("complain.kind_is", kind)
    if taps == 2:
        answer = await mei.taps("complain.pick", kind, "1")
    assert asks in answer.text
    confirmed = await mei.says("店员很热情")
    assert sent in confirmed.text
    ticket = await ticket_of(club, mei)
    assert ticket.kind == kind
    assert ticket.state == (TicketState.RESOLVED if kind == "praise" else TicketState.OPEN)


async def test_it_is_about_an_order_of_mine_if_i_like(club: Club) -> None:
    anna = await operator(club, role="service", locale="zh")
    mei = await club.person(locale="zh").joins()
    await mei.says("/complain")
    asked = await mei.taps("complain.pick", "complaint", "0")
    assert intents(mei, asked) == ["cancel"]
    await buys(mei, 128)
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    listed = await mei.taps("complain.about")
    assert "🧾 5月20日 · ¥128.00" in labels(listed)
    assert "¥128.00" in (await mei.taps("complain.one", "o")).text
    await mei.taps("complain.about")
    assert "¥128.00" not in (await mei.taps("complain.one", "")).text
    await mei.taps("complain.about")
    await mei.taps("complain.one", "o")
    await mei.says("牛奶是酸的")
    assert (await ticket_of(club, mei)).subject_kind == "purchase"
    assert await told(club, anna, "¥128.00")


async def test_staff_answer_and_the_member_hears_it_from_a_named_person(club: Club) -> None:
    anna, ben = await operator(club, role="service"), await operator(club, "Ben", "till")
    mei = await club.person("Mei", "zh").joins()
    await complains(mei)
    await newest(club, anna)
    assert (await replies(club, anna, "您好")).key == "queue.answered"
    heard = await newest(club, mei)
    assert heard.key == "ticket.answered"
    assert "Anna" in heard.text
    assert "您好" in heard.text
    assert "待您回复" in (await mei.says("/tickets")).text
    assert await ben.hears() == []


async def test_an_alarm_word_says_that_it_is_urgent(club: Club) -> None:
    mei = await club.person(locale="zh").joins()
    sent = await complains(mei, "吃了以后过敏了")
    assert "已加急" in sent.text
    assert "今天 10:30" in sent.text


# -- files ------------------------------------------------------------------------------


async def test_photos_are_kept_until_the_words_come(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    first, second = await sends(mei, "p1", "p2")
    assert (first.key, second.key) == ("complain.kept", "complain.kept")
    assert "2 files" in second.text
    assert (await mei.says(SOUR)).key == "complain.sent"
    (said,) = await thread_of(club, mei)
    assert [one["reference"] for one in said.media] == ["p1", "p2"]
    await deliver(club)
    heard = await anna.hears()
    assert [one.reference for message in heard for one in message.media] == ["p1", "p2"]


async def test_an_album_is_answered_once_and_sent_by_a_tap(club: Club) -> None:
    mei = await club.person(locale="zh").joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    answers = await sends(mei, "p1", "p2", "p3", text="牛奶是酸的", album="a1")
    assert [answer.key if answer else None for answer in answers] == ["complain.kept", None, None]
    assert (await mei.taps("complain.done")).key == "complain.sent"
    (said,) = await thread_of(club, mei)
    assert said.text == "牛奶是酸的"
    assert [one["reference"] for one in said.media] == ["p1", "p2", "p3"]
    assert (await mei.taps("complain.done")).key == "general.expired"


async def test_half_an_album_is_as_good_as_what_came(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    await sends(mei, "p1", album="a1")
    await mei.taps("complain.done")
    (said,) = await thread_of(club, mei)
    assert (said.text, len(said.media)) == ("", 1)


async def test_a_photo_with_words_goes_at_once(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    (answer,) = await sends(mei, "p1", text=SOUR)
    assert answer.key == "complain.sent"


@in_turn("kind", ["voice", "video", "document", "audio", "video_note"])
async def test_files_of_every_kind_go_along(club: Club, kind: str) -> None:
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    small = Media("f1", kind, "a.bin", 20 * MEGABYTE, "x/y", 7)
    kept = await mei.sends(Kind.FILE, media=(small,))
    assert kept is not None
    assert kept.key == "complain.kept"
    await mei.taps("complain.done")
    (said,) = await thread_of(club, mei)
    assert said.media[0]["kind"] == kind
    assert said.media[0]["account"] == "42"


@in_turn("locale, says", [("en", "up to 20 MB"), ("zh", "20 MB 以内")])
async def test_a_file_that_is_too_large_is_refused_and_the_rest_stays(
    club: Club, locale: str, says: str
) -> None:
    mei = await club.person(locale=locale).joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    await sends(mei, "p1")
    large = Media("f1", "video", size=20 * MEGABYTE + 1)
    refused = await mei.sends(Kind.FILE, media=(large,))
    assert refused is not None
    assert refused.key == "ticket.file_too_large"
    assert says in refused.text
    await mei.says(SOUR)
    (said,) = await thread_of(club, mei)
    assert [one["reference"] for one in said.media] == ["p1"]


async def test_no_more_than_ten_files_are_taken(club: Club) -> None:
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "0")
    answers = await sends(mei, *(f"p{n}" for n in range(11)))
    assert "first 10" in answers[-1].text
    await mei.taps("complain.done")
    (said,) = await thread_of(club, mei)
    assert len(said.media) == 10


# -- bad input --------------------------------------------------------------------------


async def test_bad_words_are_asked_for_again_and_nothing_is_opened(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "1")
    for said in ("   ", "...", "\x00\x07", HUGE):
        assert (said, (await mei.says(said)).key) == (said, "text.bad")
    assert await anna.hears() == []
    assert (await mei.says(f"It took an \x00hour 😀 {HOSTILE}")).key == "complain.sent"
    assert await told(club, anna, "an hour 😀")


async def test_a_complaint_can_be_left_and_old_buttons_say_so(club: Club) -> None:
    mei = await club.person(locale="zh").joins()
    await mei.says("/complain")
    assert (await mei.says("取消")).key == "general.cancelled"
    assert (await mei.taps("complain.pick")).key == "general.expired"


async def test_a_redelivered_complaint_is_opened_once(club: Club) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "4")
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
    payload = anna.button("ticket.take").payload
    for person in (ben, mei, other):
        answer = await person.sends(Kind.TAP, payload=payload)
        assert answer is not None
        assert answer.key == "general.expired"
    assert "Nothing here yet" in (await other.says("/tickets")).text
    message = await last_message(club, anna)
    said = await other.sends(text="hello there", reply_to=message)
    assert said is not None
    assert not said.key.startswith(("ticket.", "queue."))


async def test_a_reply_to_any_other_message_is_taken_for_what_it_says(club: Club) -> None:
    mei = await club.person().joins()
    for said, key in {"points": "points.balance", "/card": "card.shown"}.items():
        answer = await mei.sends(text=said, reply_to="77")
        assert answer is not None
        assert answer.key == key
    await mei.says("/complain")
    await mei.taps("complain.pick", "complaint", "4")
    quoted = await mei.sends(text=SOUR, reply_to="78")
    assert quoted is not None
    assert quoted.key == "complain.sent"


async def test_an_answer_to_a_member_who_blocked_the_bot_is_kept_and_staff_are_told(
    club: Club,
) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await complains(mei)
    await newest(club, anna)
    await mei.sends(Kind.BLOCKED)
    answer = await replies(club, anna, "So sorry!")
    assert "cannot be reached" in answer.text
    await mei.sends(Kind.UNBLOCKED)
    await mei.says("/tickets")
    assert "So sorry!" in (await mei.taps("ticket.show")).text
