"""A survey of one question, as a dialogue: one tap, one answer, one reward."""

import pytest

from bot.messages import Kind
from tests.support.club import Club, Person
from tests.support.threads import HOURS, ask, points


async def answers(person: Person, survey: int, place: str) -> None:
    await person.says("/survey")
    await person.taps("survey.answer", str(survey), "1", place)


@pytest.mark.parametrize(
    ("locale", "said", "asks", "thanks"),
    [("en", "survey", "How fresh was it?", "Thanks a lot!"), ("zh", "问卷", "新鲜吗", "谢谢您")],
)
async def test_a_rating_is_one_tap_and_pays_once(
    club: Club, locale: str, said: str, asks: str, thanks: str
) -> None:
    survey = await ask(club)
    mei = await club.person("Mei", locale).joins()
    had = await points(club, mei)
    question = await mei.says(said)
    assert question.key == "survey.question"
    assert asks in question.text
    assert [key.label for key in question.rows[0]] == [f"{stars} ⭐" for stars in range(1, 6)]
    four = mei.button("survey.answer", str(survey), "1", "4").payload
    done = await mei.sends(Kind.TAP, payload=four)
    assert done is not None
    assert thanks in done.text
    assert await points(club, mei) == had + 20
    again = await mei.sends(Kind.TAP, payload=four)
    other = await mei.taps("survey.answer", str(survey), "1", "1")
    assert again is not None
    assert (again.key, other.key) == ("survey.answered", "survey.answered")
    assert await points(club, mei) == had + 20
    assert (await mei.says("/survey")).key == "survey.none"


async def test_a_choice_shows_its_options_in_the_persons_language(club: Club) -> None:
    await ask(club, HOURS, reward=0)
    mei, li = await club.person().joins(), await club.person(locale="zh").joins()
    assert [row[0].label for row in (await mei.says("/survey")).rows[:2]] == [
        "In the morning",
        "In the evening",
    ]
    assert (await li.says("/survey")).rows[0][0].label == "早上"
    had = await points(club, mei)
    thanked = await mei.taps("survey.answer")
    assert "points" not in thanked.text
    assert await points(club, mei) == had


async def test_several_surveys_are_listed_and_answered_one_by_one(club: Club) -> None:
    first = await ask(club)
    second = await ask(club, HOURS, key="hours", names={"zh": "时间", "en": "Hours"})
    mei = await club.person().joins()
    listed = await mei.says("/survey")
    assert listed.key == "survey.list"
    assert [row[0].label for row in listed.rows[:2]] == ["📋 Freshness · +20", "📋 Hours · +20"]
    await mei.taps("survey.show", str(first))
    await mei.taps("survey.answer", str(first), "1", "5")
    assert (await mei.says("/survey")).key == "survey.question"
    await mei.taps("survey.answer", str(second), "1", "2")
    assert (await mei.says("/survey")).key == "survey.none"


async def test_a_survey_that_closed_meanwhile_takes_no_answer(club: Club) -> None:
    await ask(club)
    mei = await club.person().joins()
    await mei.says("/survey")
    await ask(club, closes_at=club.clock())
    had = await points(club, mei)
    assert (await mei.taps("survey.answer")).key == "survey.closed"
    assert await points(club, mei) == had
    assert (await mei.says("/survey")).key == "survey.none"


async def test_results_count_every_answer(club: Club) -> None:
    survey = await ask(club)
    for place in ("5", "5", "2"):
        await answers(await club.person().joins(), survey, place)
    found = await club.read(lambda work: work.survey_responses.counts(survey))
    assert [tuple(one) for one in found["fresh"]] == [("2", 1), ("5", 2)]


async def test_somebody_elses_answer_button_does_nothing(club: Club) -> None:
    survey = await ask(club)
    mei, other = await club.person().joins(), await club.person().joins()
    await mei.says("/survey")
    answer = await other.sends(Kind.TAP, payload=mei.button("survey.answer").payload)
    assert answer is not None
    assert answer.key == "general.expired"
    assert await club.read(lambda work: work.survey_responses.finished(survey)) == 0


async def test_a_frozen_member_is_told_and_gets_no_reward(club: Club) -> None:
    survey = await ask(club)
    mei = await club.person().joins()
    await mei.says("/survey")
    member = await mei.member_id()
    await club.write(lambda work: work.members.change(member, state="frozen"))
    assert (await mei.taps("survey.answer")).key == "member.frozen"
    assert await club.read(lambda work: work.survey_responses.finished(survey)) == 0
