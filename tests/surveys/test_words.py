"""What is written while a survey is open in the chat and is no answer to it: something grave, too
late, on another device, or for a question that says something else by now."""

from dataclasses import replace
from typing import Any

import pytest

from bot.messages import Kind
from domain.surveys import Definition, QuestionKind
from handlers.surveys import SURVEY
from storage.survey_chats import FLOW
from storage.tables import tickets
from storage.work import Work
from tests.support.club import Club, Person
from tests.support.threads import ask
from tests.surveys.test_dialogues import (
    CONTENT,
    NPS,
    PICTURE,
    VISITS,
    WHERE,
    WORDS,
    _elsewhere,
    answer,
    asked,
    does,
    kept,
)

GRAVE = "I had an allergic reaction, I am injured"
FIRST = asked("first", QuestionKind.TEXT, "喜欢什么", "What do you like?", required=False)
SECOND = asked("second", QuestionKind.TEXT, "讨厌什么", "What do you hate?")


@pytest.fixture
async def mei(club: Club) -> Person:
    return await club.person("Mei", "en").joins()


async def begins(person: Person) -> None:
    await person.says("/survey")
    await person.taps("survey.begin")


async def complaints(club: Club) -> list[tuple[str, str]]:
    said = tickets.TicketMessage.__table__  # type: ignore[attr-defined]

    def use(work: Work) -> list[tuple[str, str]]:
        rows = work.db.execute(said.select().order_by(said.c.id)).all()
        return [(row.author, row.text) for row in rows if row.author == "member"]

    found: list[tuple[str, str]] = await club.read(use)
    return found


# -- grave words ------------------------------------------------------------------------


@pytest.mark.parametrize("question", [FIRST, NPS, WHERE])
async def test_grave_words_are_offered_to_a_person_and_are_no_answer_then(
    club: Club, mei: Person, question: Any
) -> None:
    await ask(club, question, WORDS)
    await begins(mei)
    club.clock.move(hours=20)
    assert (await mei.says(GRAVE)).key == "survey.alarm"
    assert (await mei.says("it is bad")).key == "survey.alarm"
    sent = await mei.taps("survey.at_once")
    assert sent.key == "complain.sent"
    assert await complaints(club) == [("member", f"{GRAVE}\nit is bad")]
    assert await kept(club) == {}
    assert question.texts["en"] in (await mei.taps("survey")).text


async def test_grave_words_that_were_the_answer_are_kept_as_it(club: Club, mei: Person) -> None:
    await ask(club, WORDS, NPS)
    await begins(mei)
    await mei.says(GRAVE[:40])
    on = await mei.taps("survey.mine")
    assert "Recommend us?" in on.text
    assert await kept(club) == {"words": GRAVE[:40].strip()}
    assert (await mei.taps("survey.mine")).key == "general.expired"
    assert (await mei.taps("survey.at_once")).key == "general.expired"
    assert await complaints(club) == []


async def test_a_picture_with_grave_words_is_still_the_answer_if_it_was_meant(
    lite: Club,
) -> None:
    await ask(lite, asked("photo", QuestionKind.PHOTO, "拍", "A photo?"), NPS)
    mei = await lite.person().joins()
    await begins(mei)
    sent = await mei.sends_photo(text=GRAVE)
    assert sent.key == "survey.alarm"
    await mei.taps("survey.mine")
    assert await kept(lite) == {"photo": PICTURE}


async def test_a_number_that_was_asked_for_is_an_answer_whatever_it_is(lite: Club) -> None:
    await ask(lite, replace(VISITS, most=None), NPS)
    mei = await lite.person().joins()
    await begins(mei)
    assert "Recommend us?" in (await mei.says("12315")).text
    assert await kept(lite) == {"visits": 12315}


async def test_an_anonymous_survey_says_that_a_complaint_has_a_name(lite: Club) -> None:
    await ask(lite, WORDS, NPS, anonymous=True)
    mei = await lite.person().joins()
    await begins(mei)
    assert "that it is from you" in (await mei.says(GRAVE)).text


# -- too late ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key"),
    [("My order never arrived, I want my money back", ""), ("ok so far", "survey.answered")],
)
async def test_what_is_written_after_the_end_on_another_device_is_heard(
    club: Club, mei: Person, text: str, key: str
) -> None:
    survey = await ask(club, FIRST, NPS)
    await begins(mei)
    phone = await _elsewhere(club, mei, survey)
    await mei.says("fine")
    await does(mei, survey, answer(2, 9))
    heard = await phone.says(text)
    assert heard.key == (key or "listening.complaint")
    await phone.taps("heard.ask" if key else "heard.pass")
    assert await complaints(club) == [("member", text)]
    assert (await phone.says("/survey")).key == "survey.none"


async def test_grave_words_meant_for_a_survey_that_has_closed_are_not_lost(
    club: Club, mei: Person
) -> None:
    await ask(club, WORDS, NPS)
    await begins(mei)
    await mei.says(GRAVE)
    await ask(club, WORDS, NPS, closes_at=club.clock())
    assert (await mei.taps("survey.mine")).key == "survey.closed"
    await mei.taps("heard.pass")
    assert await complaints(club) == [("member", GRAVE)]


# -- another device ---------------------------------------------------------------------


async def test_what_is_written_for_one_question_is_no_answer_to_another(
    club: Club, mei: Person
) -> None:
    survey = await ask(club, FIRST, SECOND, NPS)
    await begins(mei)
    phone = await _elsewhere(club, mei, survey)
    await mei.taps("survey.skip")
    moved = await phone.says("the croissants")
    assert "You have gone on with this survey elsewhere" in moved.text
    assert "What do you hate?" in moved.text
    assert await kept(club) == {}
    assert "Recommend us?" in (await phone.says("queues")).text
    assert await kept(club) == {"second": "queues"}


def test_a_release_ends_the_conversations_that_surveys_are_answered_in() -> None:
    assert SURVEY.name == FLOW


# -- a file that changes ----------------------------------------------------------------


def turned_round(definition: Definition) -> Definition:
    question = definition.questions[0]
    turned = replace(question, options=tuple(reversed(question.options)))
    return replace(definition, questions=(turned, *definition.questions[1:]))


async def test_a_button_of_before_a_change_is_not_taken_for_another_answer(
    club: Club, mei: Person
) -> None:
    question = replace(WHERE, options=tuple(replace(one, goto="") for one in WHERE.options))
    survey = await ask(club, question)
    shown = await mei.says("/survey")
    old = shown.rows[0][0].payload

    await club.write(lambda work: _change(work, survey, club))
    again = await mei.sends(Kind.TAP, payload=old)
    assert again is not None
    assert "has been changed since you saw it" in again.text
    assert await kept(club) == {}
    assert again.rows[0][0].label == "Nowhere"
    assert (await mei.taps("survey.answer", str(survey), "1", "1")).key == "survey.thanks"
    assert await kept(club) == {"where": "nowhere"}


def _change(work: Work, survey: int, club: Club) -> None:
    known = work.surveys.wave(survey)
    assert known is not None
    assert work.surveys.save(turned_round(known.definition), club.clock()) == "changed"


async def test_a_correction_shows_a_question_anew_where_somebody_is_in_it(lite: Club) -> None:
    survey = await ask(lite, CONTENT, NPS)
    mei = await lite.person().joins()
    await begins(mei)
    await ask(lite, replace(CONTENT, texts={"zh": "不满意吗？", "en": "Discontent?"}), NPS)
    again = await does(mei, survey, answer(1, 1))
    assert "has been changed" in again.text
    assert "Discontent?" in again.text
    assert await kept(lite) == {}
    await does(mei, survey, answer(1, 1))
    assert await kept(lite) == {"content": 1}


async def test_who_changes_the_message_of_an_answer_is_told_how_to_change_it(
    club: Club, mei: Person
) -> None:
    await ask(club, FIRST, SECOND)
    await begins(mei)
    await mei.sends(text="The bread", message="71")
    told = await mei.sends(Kind.EDITED, text="The cake", message="71")
    assert told is not None
    assert told.key == "survey.edited"
    assert await mei.sends(Kind.EDITED, text="Hello!", message="12") is None
    assert (await kept(club))["first"] == "The bread"
    assert (await mei.says("The queue")).key == "survey.thanks"
