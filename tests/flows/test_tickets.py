"""What members say to the club and how it is answered, as a dialogue; staff in their own chats."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.messages import Kind, Media, Rendered
from domain.service_rules import AfterBad, Flooding, Rating
from domain.tickets import TicketState
from services import ticket_rating
from storage.tables import chat
from storage.work import Work
from tests.flows.talk import HOSTILE, HUGE, buys, intents, labels
from tests.support.club import Club, Person
from tests.support.threads import deliver, last_message, operator

SOUR = "The milk was sour"
MEGABYTE = 1_000_000
CATEGORIES = ("product", "service", "delivery", "points", "other")


async def complains(person: Person, text: str = SOUR, category: str = "product") -> Rendered:
    await person.says("/complain")
    await person.taps("complain.pick", "complaint", str(CATEGORIES.index(category)))
    return await person.says(text)


async def newest(club: Club, person: Person) -> Rendered:
    """What was sent to a person last."""
    await deliver(club)
    return (await person.hears())[-1]


async def told(club: Club, person: Person, words: str) -> bool:
    """Whether something that was sent to a person holds these words."""
    await deliver(club)
    return any(words in message.text for message in await person.hears())


async def replies(club: Club, person: Person, text: str, **parts: Any) -> Rendered:
    """The person replies to the message that was sent last."""
    message = await last_message(club, person)
    answer = await person.sends(text=text, reply_to=message, **parts)
    assert answer is not None
    return answer


async def sends(person: Person, *parts: str, text: str = "", album: str = "") -> list[Any]:
    """The person sends photos, one or several together; what each is answered."""
    return [
        await person.sends(
            Kind.PHOTO,
            media=(Media(part, "photo"),),
            text=text if place == 0 else "",
            album=album,
            message=f"{album}{place}",
        )
        for place, part in enumerate(parts)
    ]


async def ticket_of(club: Club, person: Person) -> Any:
    """The member's newest ticket."""
    member = await person.member_id()
    return (await club.read(lambda work: work.tickets.of_member(member, 1)))[0]


async def thread_of(club: Club, person: Person) -> list[Any]:
    """What was said of it, without what happened."""
    ticket = await ticket_of(club, person)
    thread = await club.read(lambda work: work.tickets.thread(ticket.id, 50))
    return [one for one in thread if one.author != "event"]


async def settled(club: Club, person: Person, staff: Person) -> None:
    """The member has complained, and staff have answered and settled it."""
    from services import tickets
    from services.ports.club import Actor

    await complains(person)
    await newest(club, staff)
    await replies(club, staff, "So sorry!")
    ticket = await ticket_of(club, person)
    actor = Actor("Anna", ticket.staff_id)
    await club.write(
        lambda work: tickets.resolve(work, ticket.id, actor, "", "", "", club.clock())
    )
    await newest(club, person)


async def rules(club: Club, **changes: Any) -> None:
    """The club changes rules of its service desk."""
    service = replace(club.programme.service, **changes)
    version = await club.read(lambda work: work.programmes.newest()) + 1
    programme = replace(club.programme, version=version, service=service)
    await club.write(lambda work: work.programmes.publish(programme, club.clock(), None))


# -- telling ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "said", "category", "asks", "sent"),
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


@pytest.mark.parametrize(
    ("locale", "kind", "taps", "asks", "sent"),
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


@pytest.mark.parametrize("kind", ["voice", "video", "document", "audio", "video_note"])
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


@pytest.mark.parametrize(("locale", "says"), [("en", "up to 20 MB"), ("zh", "20 MB 以内")])
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


# -- in the middle of every step --------------------------------------------------------

STEPS = ("kind", "category", "about", "text", "files", "addition", "rating")


async def _until(club: Club, mei: Person, anna: Person, step: str) -> None:
    """Leads the member to a step."""
    if step in ("addition", "rating"):
        await settled(club, mei, anna)
        tap = ("ticket.reopen",) if step == "addition" else ("ticket.rated", *await _five(mei))
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


async def _five(mei: Person) -> tuple[str, str]:
    ticket = await ticket_of(mei.club, mei)
    return str(ticket.id), "5"


async def _go_on(mei: Person, step: str) -> Rendered:
    """What the member does next at that step, to the end."""
    if step in ("kind",):
        await mei.taps("complain.kind_is", "complaint")
    if step in ("kind", "category"):
        await mei.taps("complain.pick", "complaint", "0")
    return await mei.says(SOUR)


DONE = {"addition": "ticket.added", "rating": "ticket.commented"}


@pytest.mark.parametrize("step", STEPS)
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


@pytest.mark.parametrize(
    ("step", "locale"), [(step, ("en", "zh")[place % 2]) for place, step in enumerate(STEPS)]
)
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


@pytest.mark.parametrize("how", ["button", "reply"])
async def test_after_a_week_a_new_one_is_needed(club: Club, how: str) -> None:
    anna, mei = await operator(club), await club.person().joins()
    await settled(club, mei, anna)
    club.clock.move(days=7)
    again = (
        await mei.taps("ticket.reopen")
        if how == "button"
        else await replies(club, mei, "It happened again")
    )
    assert again.key == "ticket.over"
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


# -- how content ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "stars", "asks", "thanks"),
    [
        ("en", "5", "anything else", "We have it"),
        ("en", "3", "do better", "We have it"),
        ("zh", "4", "还有什么想对我们说", "已经收到"),
    ],
)
async def test_a_good_rating_is_kept_with_its_word(
    club: Club, locale: str, stars: str, asks: str, thanks: str
) -> None:
    anna, mei = await operator(club), await club.person(locale=locale).joins()
    await settled(club, mei, anna)
    ticket = await ticket_of(club, mei)
    assert asks in (await mei.taps("ticket.rated", str(ticket.id), stars)).text
    assert thanks in (await mei.says("Faster answers")).text
    now = await ticket_of(club, mei)
    assert (now.rating, now.state) == (int(stars), TicketState.RESOLVED)
    assert (await thread_of(club, mei))[-1].text == "Faster answers"
    assert await told(club, anna, "Faster answers")


@pytest.mark.parametrize(("locale", "opens"), [("en", "is open again"), ("zh", "已重新受理")])
async def test_a_bad_rating_opens_it_again_and_tells_the_holder(
    club: Club, locale: str, opens: str
) -> None:
    anna, mei = await operator(club), await club.person(locale=locale).joins()
    await settled(club, mei, anna)
    ticket = await ticket_of(club, mei)
    answer = await mei.taps("ticket.rated", str(ticket.id), "1")
    assert opens in answer.text
    await mei.taps("ticket.rated", str(ticket.id), "1")
    keys = [message.key for message in await anna.hears()]
    assert keys.count("ticket.rated_badly") == 1
    now = await ticket_of(club, mei)
    assert (now.state, now.reopened, now.rating) == (TicketState.ASSIGNED, 1, 1)
    await mei.says("Still sour")
    assert await told(club, anna, "Still sour")


async def test_a_bad_rating_goes_to_those_in_charge_where_the_club_says_so(club: Club) -> None:
    await rules(club, rating=Rating(bad=3, then=AfterBad.ESCALATE))
    anna, mei = await operator(club), await club.person(locale="zh").joins()
    await settled(club, mei, anna)
    ticket = await ticket_of(club, mei)
    assert "报告给负责人" in (await mei.taps("ticket.rated", str(ticket.id), "3")).text
    assert [one.key for one in await anna.hears()].count("desk.escalated") == 1
    assert (await ticket_of(club, mei)).state is TicketState.RESOLVED
    assert (await mei.taps("rating.skip")).key == "ticket.comment_skipped"


async def test_who_has_not_rated_is_asked_once_more(club: Club) -> None:
    anna, mei = await operator(club), await club.person().joins()
    await settled(club, mei, anna)
    praise = await club.person("Glad").joins()
    await praise.says("/feedback")
    await praise.taps("complain.kind_is", "praise")
    await praise.says("Lovely!")

    async def asked(**by: float) -> int:
        club.clock.move(**by)
        now = club.clock()
        await club.write(lambda work: ticket_rating.ask_again(work, now, now, 0, 20))
        heard = [*await mei.hears(), *await praise.hears()]
        return sum(message.key == "ticket.rate_remind" for message in heard)

    assert await asked(hours=23) == 0
    assert await asked(hours=1) == 1
    assert await asked(hours=4) == 1
    assert await asked(days=1) == 1
    assert await asked(days=9) == 1


async def test_who_has_rated_is_not_asked_again(club: Club) -> None:
    anna, mei = await operator(club), await club.person().joins()
    await settled(club, mei, anna)
    await mei.taps("ticket.rated", *await _five(mei))
    club.clock.move(days=1)
    now = club.clock()
    assert await club.read(lambda work: ticket_rating.nobody_to_ask(work, now))


# -- too much ---------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "says"), [("en", "wait 10 minutes"), ("zh", "10 分钟后")])
async def test_a_flood_is_stopped_and_another_member_is_not_touched(
    club: Club, locale: str, says: str
) -> None:
    await rules(club, flooding=Flooding(messages=3, minutes=10, open_tickets=5))
    mei, other = await club.person(locale=locale).joins(), await club.person("Other").joins()
    await complains(mei)
    await mei.says("/tickets")
    await mei.taps("ticket.show")
    for n in range(2):
        await mei.taps("ticket.add")
        assert (await mei.says(f"and no. {n}")).key == "ticket.added"
    await mei.taps("ticket.add")
    stopped = await mei.says("and more")
    assert stopped.key == "ticket.flood"
    assert says in stopped.text
    assert len(await thread_of(club, mei)) == 3
    assert (await mei.says("/card")).key == "card.shown"
    assert (await complains(other)).key == "complain.sent"
    club.clock.move(minutes=10)
    await mei.taps("ticket.add")
    assert (await mei.says("and more")).key == "ticket.added"


@pytest.mark.parametrize(("locale", "says"), [("en", "2 of your cases"), ("zh", "2 条反馈")])
async def test_who_has_many_open_is_led_to_them(club: Club, locale: str, says: str) -> None:
    await rules(club, flooding=Flooding(messages=20, minutes=10, open_tickets=2))
    mei = await club.person(locale=locale).joins()
    for _ in range(2):
        assert (await complains(mei)).key == "complain.sent"
    refused = await complains(mei)
    assert refused.key == "ticket.too_many"
    assert says in refused.text
    assert (await mei.says("/tickets")).key == "ticket.list"


# -- bad input --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("   ", "text.bad"),
        ("...", "text.bad"),
        ("\x00\x07", "text.bad"),
        (HUGE, "text.bad"),
    ],
)
async def test_bad_words_are_asked_for_again_and_nothing_is_opened(
    club: Club, said: str, key: str
) -> None:
    anna = await operator(club)
    mei = await club.person().joins()
    await mei.says("/complain")
    assert (await mei.says("the milk")).key == "complain.tap_first"
    await mei.taps("complain.pick", "complaint", "1")
    assert (await mei.says(said)).key == key
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
