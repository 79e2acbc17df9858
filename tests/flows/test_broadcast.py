"""A message to many in the chat: written step by step, checked, sent, watched, put right."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.messages import Kind, Media, Rendered
from tests.flows.hall import TEXT, Hall, checked, make_hall, sent, written
from tests.flows.talk import intents, labels
from tests.support.club import Club, Person
from tests.support.threads import operator


@pytest.fixture
async def hall(club: Club) -> AsyncIterator[Hall]:
    made = await make_hall(club)
    yield made
    await made.worker.stop()


async def answers(ann: Person, said: list[tuple[str, str]]) -> None:
    """Says (or taps, with `>`) each and looks for the key of the answer."""
    for what, key in said:
        if what.startswith(">"):
            answer = await ann.taps(*what[1:].split("|"))
        else:
            answer = await ann.says(what)
        assert answer.key == key, (what[:30], answer.key, answer.text[:200])


# Every step with what is wrong at it; `>` is a tap.
TALK = [
    ("/broadcast", "broadcast.list"),
    (">draft.new", "broadcast.ask"),
    ("  ", "broadcast.empty"),
    ("Hello {{ nam }}", "wording.refused"),
    ("x" * 3501, "broadcast.too_long"),
    ("Hello {{ name }}", "broadcast.ask_audience"),
    (">draft.card", "broadcast.draft"),
    (">draft.review", "campaign.audience_missing"),
    (">draft.who", "broadcast.ask_audience"),
    (">draft.levels", "broadcast.ask_level"),
    (">draft.level|0", "broadcast.draft"),
    (">draft.who", "broadcast.ask_audience"),
    (">draft.stores", "broadcast.ask_store"),
    ("Mars", "order.no_store"),
    (">draft.card", "broadcast.draft"),
    (">draft.who", "broadcast.ask_audience"),
    (">draft.list", "broadcast.ask_list"),
    (",,", "campaign.list_empty"),
    ("nobody@example.com", "campaign.list_has_unknown"),
    (">draft.card", "broadcast.draft"),
    (">draft.text|zh", "broadcast.change"),
    ("你好", "broadcast.draft"),
    (">draft.text|zh", "broadcast.change"),
    ("{{ name }}，您好", "broadcast.draft"),
    (">draft.picture", "broadcast.ask_picture"),
    ("no photo", "broadcast.not_a_picture"),
    (">draft.card", "broadcast.draft"),
    (">draft.buttons", "broadcast.ask_buttons"),
    (">draft.own|benefits", "broadcast.ask_buttons"),
    ("Website https://example.com", "broadcast.bad_button"),
    ("Website | ftp://example.com", "broadcast.bad_button"),
    ("| https://example.com", "broadcast.bad_button"),
    ("a | https://example.com\n" * 9, "broadcast.bad_button"),
    ("官网 / Website | https://example.com", "broadcast.ask_buttons"),
    (">draft.unbuttons", "broadcast.ask_buttons"),
    (">draft.card", "broadcast.draft"),
    (">draft.time", "broadcast.ask_time"),
    ("soon", "campaign.time_unreadable"),
    ("2020-01-01 10:00", "campaign.time_past"),
    ("明天 10:00", "broadcast.draft"),
    (">draft.time", "broadcast.ask_time"),
    (">draft.now", "broadcast.draft"),
    (">draft.discard", "broadcast.discarded"),
    ("群发", "broadcast.list"),
]


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_every_step_and_all_that_is_wrong_at_it_is_answered(hall: Hall, locale: str) -> None:
    ann = await operator(hall.club, locale=locale)
    await answers(ann, TALK)
    await hall.drained()
    assert hall.got() == []


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_from_the_first_word_to_the_last_recipient(hall: Hall, locale: str) -> None:
    ann = await operator(hall.club, locale=locale)
    card = await written(ann, "Hello <b>&{{ name }}")
    assert "Hello &lt;b&gt;&amp;Anna" in card.text
    check = await checked(ann)
    assert "<b>3</b>" in check.text
    looked = await ann.taps("campaign.look")
    assert looked.key == "broadcast.sent_to_self"
    await hall.drained()
    assert hall.got() == [ann.user]
    assert "Hello &lt;b&gt;&amp;Anna" in hall.texts(ann)[0]
    progress = await ann.taps("draft.submit")
    assert (progress.key, progress.edit) == ("broadcast.progress", True)
    await hall.drained()
    assert hall.got() == sorted([ann.user, *(person.user for person in hall.members)])
    assert all("/stop" in text for text in hall.texts(hall.members[0]))
    assert hall.channel.to(ann.user)[-1] == "broadcast.finished"
    done = await ann.taps("campaign.show")
    assert done.edit
    assert "<b>3</b>" in done.text
    assert "campaign.recall" in intents(ann, done)


async def test_the_card_of_the_sender_keeps_itself_up_to_date(hall: Hall) -> None:
    ann = await operator(hall.club)
    await sent(ann)
    await hall.drained()
    await hall.drained()
    mine = [
        text for act, chat, _, text in hall.channel.changes if (act, chat) == ("edit", ann.user)
    ]
    assert mine
    assert "All sent" in mine[-1]


async def test_bold_and_links_are_kept(hall: Hall) -> None:
    ann = await operator(hall.club)
    await ann.says("/broadcast")
    await ann.taps("draft.new")
    marked = '<b>Twice</b> at <a href="https://example.com">us</a>'
    answer = await ann.sends(text="Twice at us", markup=marked)
    assert answer is not None
    card = await ann.taps("draft.everybody")
    assert marked in card.text


async def test_each_gets_the_language_they_speak(hall: Hall) -> None:
    mei = await hall.joins("Mei", "zh")
    ann = await operator(hall.club)
    await written(ann)
    asked = await ann.taps("draft.review", "ask")
    assert asked.key == "broadcast.ask_other"
    assert "<b>1</b> member speaks Chinese" in asked.text
    await ann.taps("draft.text", "zh")
    await ann.says("周末见")
    assert (await ann.taps("draft.review", "ask")).key == "broadcast.review"
    await ann.taps("draft.submit")
    await hall.drained()
    assert ["周末见" in text for text in hall.texts(mei)] == [True]
    assert [TEXT in text for text in hall.texts(hall.members[0])] == [True]


async def test_the_second_text_can_be_taken_away(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("draft.text", "zh")
    assert "No Chinese text" not in (await ann.says("周末见")).text
    await ann.taps("draft.text", "zh")
    assert "No Chinese text" in (await ann.taps("draft.untext", "zh")).text


async def test_one_text_for_all_is_said_clearly(hall: Hall) -> None:
    await hall.joins("Mei", "zh")
    ann = await operator(hall.club)
    card = await written(ann)
    assert "No Chinese text: everybody gets the same one" in card.text
    assert "1 speaks Chinese (gets the English text)" in (await checked(ann)).text


async def test_texts_too_long_for_the_card_are_told_by_their_length(hall: Hall) -> None:
    ann = await operator(hall.club)
    card = await written(ann, "x" * 3000)
    assert card.key == "broadcast.draft"
    assert "3,000 characters" in card.text


async def test_picture_and_buttons_go_with_it(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("draft.picture")
    assert (await ann.sends_photo("photo-9")).key == "broadcast.draft"
    await ann.taps("draft.buttons")
    await ann.taps("draft.own", "benefits")
    shown = await ann.says("官网 / Website ｜ https://example.com/a?b=1")
    assert "Website → https://example.com/a?b=1" in shown.text
    card = await ann.taps("draft.card")
    assert "[ Benefits ] [ Website ] [ No more offers ]" in card.text.replace("🎁 ", "")
    await ann.taps("draft.text", "en")
    assert (await ann.says("x" * 901)).key == "broadcast.too_long_pictured"
    await ann.taps("draft.card")
    await ann.taps("draft.picture")
    assert "Picture: none" in (await ann.taps("draft.unpicture")).text


async def test_only_members_of_the_chosen_level_get_it(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await ann.taps("draft.who")
    await ann.taps("draft.levels")
    await ann.taps("draft.level", "1")
    await ann.taps("draft.review")
    assert (await ann.taps("draft.submit")).key == "broadcast.nobody"


async def test_a_pasted_list_is_read_line_by_line(hall: Hall) -> None:
    ann = await operator(hall.club)
    first, second = [await _number(hall, person) for person in hall.members[:2]]
    await written(ann)
    await ann.taps("draft.who")
    await ann.taps("draft.list")
    report = await ann.says(f"member number\n{first}\nZhang San\n{first}\n{second}")
    assert report.key == "broadcast.list_taken"
    assert "line 3: <code>Zhang San</code>" in report.text
    assert "Members found: <b>2</b>" in report.text
    await ann.taps("draft.card")
    assert (await ann.taps("draft.review")).key == "broadcast.list_taken"
    await ann.taps("draft.listed")
    await checked(ann)
    await ann.taps("draft.submit")
    await hall.drained()
    assert hall.got() == sorted(person.user for person in hall.members[:2])


async def test_a_list_may_be_a_file(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    hall.club.album.pictures["f1"] = (await _number(hall, hall.members[0])).encode()
    hall.club.album.pictures["f2"] = b"PK\x00\x01"
    for file, key in (("gone", "list_unread"), ("f2", "list_unread"), ("f1", "draft")):
        await ann.taps("draft.who")
        await ann.taps("draft.list")
        answer = await ann.sends(Kind.FILE, media=(Media(file, "document"),))
        assert answer is not None
        assert answer.key == f"broadcast.{key}"
    assert "your list (1 member)" in answer.text


async def _number(hall: Hall, person: Person) -> str:
    member_id = await person.member_id()
    return str(await hall.club.read(lambda work: work.members.get(member_id).shown_number))


# -- nothing leaves by mistake ----------------------------------------------------------


async def _tapped(person: Person, payload: str) -> Rendered:
    answer = await person.sends(Kind.TAP, payload=payload, message="1", callback="c")
    assert answer is not None
    return answer


async def test_tapping_send_twice_sends_once(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await checked(ann)
    payload = ann.button("draft.submit").payload
    await _tapped(ann, payload)
    assert (await _tapped(ann, payload)).key == "general.expired"
    await hall.drained()
    assert len(hall.got()) == 3


async def test_a_button_of_an_older_text_sends_nothing(hall: Hall) -> None:
    ann = await operator(hall.club)
    await written(ann)
    await checked(ann)
    old = ann.button("draft.submit").payload
    await ann.taps("draft.card")
    await ann.taps("draft.text", "en")
    await ann.says("second")
    assert (await _tapped(ann, old)).key == "general.expired"
    await hall.drained()
    assert hall.got() == []


async def test_a_restart_loses_no_step(hall: Hall) -> None:
    ann = await operator(hall.club)
    steps: list[tuple[str, ...]] = [
        ("/broadcast",),
        (">", "draft.new"),
        ("Hello",),
        (">", "draft.everybody"),
        (">", "draft.time"),
        ("明天 10:00",),
        (">", "draft.review"),
        (">", "draft.submit"),
    ]
    for what, *tap in steps:
        look = hall.club.dispatch.look
        hall.club.dispatch = hall.club.new_dispatch()
        hall.club.dispatch.look = look
        answer = await (ann.taps(*tap) if tap else ann.says(what))
    assert "Planned" in answer.text
    await hall.drained()
    assert hall.got() == []
    hall.club.clock.move(hours=24)
    await hall.drained()
    assert len(hall.got()) == 3


async def test_a_draft_is_found_again_and_is_only_its_authors(hall: Hall) -> None:
    ann, ben = await operator(hall.club), await operator(hall.club, "Ben")
    await written(ann)
    await ann.says("/cancel")
    listed = await ann.says("/broadcast")
    assert "📝 周末会员日" in " ".join(labels(listed))
    draft = ann.button("draft.open")
    assert (await ann.taps("draft.open")).key == "broadcast.draft"
    theirs = await ben.says("/broadcast")
    assert "draft.open" not in intents(ben, theirs)
    signer = hall.club.signer
    action = signer.unpack(draft.payload, ann.user)
    payload = signer.pack(action, ben.user)
    assert (await _tapped(ben, payload)).key == "broadcast.not_yours"


async def test_nobody_to_write_to_is_said(club: Club) -> None:
    await make_hall(club, members=0)
    ann = await operator(club)
    await written(ann)
    await ann.taps("draft.review")
    assert (await ann.taps("draft.submit")).key == "broadcast.nobody"


@pytest.mark.parametrize("said", ["/broadcast", "群发"])
async def test_only_those_who_may_write_campaigns_find_it(club: Club, said: str) -> None:
    mei = await club.person().joins()
    assert (await mei.says(said)).key == "general.unknown"
    till = await operator(club, "Ben", "till")
    assert (await till.says(said)).key == "general.unknown"


# -- a second operator ------------------------------------------------------------------


@pytest.fixture
async def strict(club: Club) -> AsyncIterator[Hall]:
    """A club in which every message needs a second operator."""
    from dataclasses import replace

    made = await make_hall(club)
    rules = replace(club.programme.announcements, second_above=0)
    stricter = replace(club.programme, version=2, announcements=rules)
    await club.write(lambda work: work.programmes.publish(stricter, club.clock(), None))
    yield made
    await made.worker.stop()


@pytest.mark.parametrize("locale", ["en", "zh"])
async def test_a_second_operator_sees_what_they_agree_to(strict: Hall, locale: str) -> None:
    ann = await operator(strict.club, locale=locale)
    ben = await operator(strict.club, "Ben", "approver", locale)
    await written(ann)
    await checked(ann)
    waits = await ann.taps("draft.submit")
    assert waits.key == "broadcast.progress"
    await strict.drained()
    assert strict.got() == []
    (card,) = await ben.hears()
    assert card.key == "campaign.asked"
    assert TEXT in card.text
    assert "<b>3</b>" in card.text
    assert {"en": "Picture: none", "zh": "图片：无"}[locale] in card.text
    assert {"en": "Buttons: none", "zh": "按钮：无"}[locale] in card.text
    assert (await ben.taps("campaign.look")).key == "broadcast.sent_to_self"
    await strict.drained()
    assert strict.got() == [ben.user]
    assert (await ben.taps("approval.yes")).key == "campaign.asked"
    await strict.drained()
    assert len(strict.got()) == 4
    assert "campaign.asked" in strict.channel.to(ann.user)


async def test_a_no_makes_it_a_draft_again_and_the_author_hears_it(strict: Hall) -> None:
    ann, ben = await operator(strict.club), await operator(strict.club, "Ben", "approver")
    await sent(ann)
    await ben.hears()
    await ben.taps("approval.no")
    await strict.drained()
    assert strict.got() == []
    assert "campaign.asked" in strict.channel.to(ann.user)
    await ann.says("/broadcast")
    assert (await ann.taps("draft.open")).key == "broadcast.draft"


async def test_what_was_changed_since_is_not_sent(strict: Hall) -> None:
    ann, ben = await operator(strict.club), await operator(strict.club, "Ben", "approver")
    await sent(ann)
    await ben.hears()
    await ann.taps("draft.open")
    await ann.taps("draft.text", "en")
    await ann.says("Something else")
    answer = await ben.taps("approval.yes")
    assert "no longer fits" in answer.text
    await strict.drained()
    assert strict.got() == []
